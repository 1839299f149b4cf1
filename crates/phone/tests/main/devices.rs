//! With sound devices: run by `scripts/virtual-audio.sh run cargo test -p switchboard-phone --test main -- --ignored
//! --test-threads=1`, which brings null sinks named `vspk`, `vmic` and `ringer`.

use std::{
    io::{Read, Write},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use domain::{ids::CallId, time::UnixMillis};
use switchboard_phone::{
    AudioBackend, DeviceOptions,
    state::{DeviceKind, DeviceProblem, Processing},
};
use uuid::Uuid;
use wire::{
    calls::{Direction, Offer, OfferEnd},
    live::LiveEvent,
};

use crate::{
    TestPhone, phone_with, ready,
    server::Server,
    sign_in,
    signal::{DECIMATION, RATE, Tape, decimate, locate, speech},
    sound::{connect, live_call},
    until,
};

fn pulse(program: &str, device: &str) -> Command {
    let mut command = Command::new(program);
    command.args(["--raw", "--format=s16le", "--rate=48000", "--channels=1", "--latency-msec=5", "--device", device]);
    command
}

/// Plays `signal` over and over into a sink until dropped.
pub struct Player(Child);

impl Player {
    pub fn start(sink: &str, signal: Vec<i16>) -> Self {
        let mut child = pulse("pacat", sink).stdin(Stdio::piped()).spawn().expect("pacat is installed");
        let mut pipe = child.stdin.take().unwrap();
        std::thread::spawn(move || {
            let bytes: Vec<u8> = signal.iter().flat_map(|sample| sample.to_le_bytes()).collect();
            while pipe.write_all(&bytes).is_ok() {}
        });
        Self(child)
    }
}

/// Records a source with the instant of its first sample.
pub struct Recorder(Child, Arc<Mutex<(Option<Instant>, Vec<i16>)>>);

impl Recorder {
    pub fn start(source: &str) -> Self {
        let mut child = pulse("parec", source).stdout(Stdio::piped()).spawn().expect("parec is installed");
        let mut pipe = child.stdout.take().unwrap();
        let tape = Arc::<Mutex<(Option<Instant>, Vec<i16>)>>::default();
        let into = Arc::clone(&tape);
        std::thread::spawn(move || {
            let mut chunk = [0_u8; 480];
            while pipe.read_exact(&mut chunk).is_ok() {
                let mut tape = into.lock().unwrap();
                tape.1.extend(chunk.as_chunks::<2>().0.iter().map(|pair| i16::from_le_bytes(*pair)));
                // The earliest instant that any chunk allows: delivery can be late, never early.
                let count = tape.1.len() as f64 / RATE as f64;
                let first = Instant::now() - Duration::from_secs_f64(count);
                tape.0 = Some(tape.0.map_or(first, |known| known.min(first)));
            }
        });
        Self(child, tape)
    }

    fn samples(&self) -> Vec<i16> {
        self.1.lock().unwrap().1.clone()
    }

    pub fn level_of_last(&self, seconds: f64) -> f32 {
        let samples = self.samples();
        let count = (seconds * RATE as f64) as usize;
        media::level::rms_dbfs(&samples[samples.len().saturating_sub(count)..])
    }

    /// Delay of what is in `self` after what is in `reference`, and their likeness, for the loudest fifth of a second of
    /// the last two. (The stretch is short because two clocks drift.)
    fn delay_after(&self, reference: &Self) -> (Duration, f32) {
        const STRETCH: usize = RATE / 5;
        let (own, other) = (self.1.lock().unwrap(), reference.1.lock().unwrap());
        let (own_from, other_from) = (own.0.unwrap(), other.0.unwrap());
        let first = other.1.len() - 2 * RATE;
        let energy = |start: &usize| -> u64 {
            other.1[*start..start + STRETCH].iter().map(|s| u64::from(s.unsigned_abs()).pow(2)).sum()
        };
        let start = (first..first + RATE).step_by(RATE / 50).max_by_key(energy).unwrap();
        let said_at = other_from + Duration::from_secs_f64(start as f64 / RATE as f64);
        let from = (said_at.saturating_duration_since(own_from).as_secs_f64() * RATE as f64) as usize;
        let until = (from + STRETCH + RATE / 2).min(own.1.len());
        let (lag, alike) = locate(&decimate(&other.1[start..start + STRETCH]), &decimate(&own.1[from..until]));
        (Duration::from_secs_f64((lag * DECIMATION) as f64 / RATE as f64), alike)
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub async fn device_phone(server: &Server, name: &str, output: &str) -> TestPhone {
    let (phone, data) = phone_with(server, AudioBackend::Devices(DeviceOptions::default()), Duration::from_millis(10));
    phone.set_processing(Processing::NONE);
    phone.choose_device(DeviceKind::Input, Some("alsa:microphone"));
    phone.choose_device(DeviceKind::Output, Some(output));
    phone.choose_device(DeviceKind::Ringer, Some("alsa:ringer"));
    sign_in(name, (phone, data)).await
}

/// What the sound server answers.
pub fn pactl(arguments: &[&str]) -> String {
    let output = Command::new("pactl").args(arguments).output().unwrap();
    assert!(output.status.success(), "pactl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

pub async fn seconds(count: f64) {
    tokio::time::sleep(Duration::from_secs_f64(count)).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs scripts/virtual-audio.sh"]
async fn a_call_goes_through_microphone_and_speaker_and_survives_the_microphone() {
    let server = Server::start().await;
    let (tape, far, near) = (Tape::default(), speech(2, 20), speech(1, 20));
    let asha = device_phone(&server, "asha", "alsa:headset").await;
    let ravi = ready(&server, "ravi", tape.telephone(far)).await;
    let names: Vec<String> = asha.phone.state().devices.inputs.iter().map(|device| device.id.clone()).collect();
    assert!(names.contains(&"alsa:microphone".to_owned()), "{names:?}");
    let _mouth = Player::start("vmic", near);
    let (mouth, ear) = (Recorder::start("vmic.monitor"), Recorder::start("vspk.monitor"));
    server.say(live_call(1, asha.user));
    server.say(live_call(2, ravi.user));
    connect(&server, [&asha, &ravi]);
    seconds(5.0).await;
    assert!(ear.level_of_last(1.0) > -45.0, "the far end is heard: {}", ear.level_of_last(1.0));
    assert!(crate::signal::level_of_last(&tape, Duration::from_secs(1)) > -45.0, "the near end is heard");
    assert!(mouth.level_of_last(1.0) > -45.0);

    // A source that is taken away altogether is replaced by the sound server itself; one that stops is not.
    pactl(&["suspend-source", "vmic_src", "1"]);
    until("missing the microphone", || asha.phone.state().microphone_problem == Some(DeviceProblem::Gone)).await;
    assert!(asha.phone.state().audio_running);
    seconds(1.5).await;
    assert!(ear.level_of_last(1.0) > -45.0, "the far end is still heard");
    assert!(crate::signal::level_of_last(&tape, Duration::from_millis(500)) < -60.0, "silence takes its place");
    pactl(&["suspend-source", "vmic_src", "0"]);
    until("the microphone", || asha.phone.state().microphone_problem.is_none()).await;
    until("the near end again", || crate::signal::level_of_last(&tape, Duration::from_millis(500)) > -45.0).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs scripts/virtual-audio.sh"]
async fn an_offer_rings_on_the_ringer_until_it_ends() {
    let server = Server::start().await;
    let asha = device_phone(&server, "asha", "alsa:headset").await;
    let ring = Recorder::start("ringer.monitor");
    let call_id = CallId::new(Uuid::from_u128(5));
    server.say(LiveEvent::Offer {
        offer: Box::new(Offer {
            call_id,
            fence: 1,
            direction: Direction::Inbound,
            offered_at_ms: UnixMillis(5_000),
            expires_at_ms: UnixMillis(60_000),
            queue_name: None,
            campaign_name: None,
            came_by: Vec::new(),
            waited_ms: 0,
            why: String::new(),
            lead: None,
            caller: String::new(),
            transferred_by: None,
        }),
    });
    let started = Instant::now();
    until("ringing", || ring.level_of_last(0.3) > -45.0).await;
    eprintln!("rang after {:?}", started.elapsed());
    server.say(LiveEvent::OfferEnded { call_id, end: OfferEnd::CallerGone });
    until("silence", || ring.level_of_last(1.0) < -70.0).await;
    assert!(asha.phone.state().speaker_problem.is_none());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs scripts/virtual-audio.sh"]
async fn mouth_to_ear_through_two_phones_with_devices_is_short() {
    let server = Server::start().await;
    let asha = device_phone(&server, "asha", "alsa:headset").await;
    let ravi = device_phone(&server, "ravi", "alsa:ringer").await;
    let _mouth = Player::start("vmic", speech(1, 20));
    let (mouth, ear) = (Recorder::start("vmic.monitor"), Recorder::start("ringer.monitor"));
    server.say(live_call(1, asha.user));
    server.say(live_call(2, ravi.user));
    connect(&server, [&asha, &ravi]);
    seconds(8.0).await;
    let mut delays = Vec::new();
    for _ in 0..8 {
        seconds(1.5).await;
        let (delay, alike) = ear.delay_after(&mouth);
        eprintln!("mouth to ear {delay:?}, likeness {alike}, {:?}", ravi.phone.figures());
        // Unrelated stretches of this length are alike by less than 0.1.
        delays.extend((alike > 0.3).then_some(delay));
    }
    delays.sort_unstable();
    assert!(delays.len() >= 5, "heard clearly only {} times", delays.len());
    assert!(delays[delays.len() / 2] < Duration::from_millis(120), "{delays:?}");
}
