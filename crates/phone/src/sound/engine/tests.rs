use std::sync::Mutex;

use super::*;
use crate::sound::RED_PAYLOAD;

fn wait_until(what: &str, mut true_now: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !true_now() {
        assert!(Instant::now() < deadline, "{what} did not happen");
        std::thread::park_timeout(Duration::from_millis(2));
    }
}

/// Sound that leaves `from` comes into `to`.
fn wire(from: &SoundEngine, to: &SoundEngine) {
    let (outlet, mut packets) = async_mpsc::channel::<RtpOut>(64);
    from.tell(SoundCommand::Outlet(Some(outlet)));
    let to = to.clone();
    std::thread::spawn(move || {
        while let Some(packet) = packets.blocking_recv() {
            to.tell(SoundCommand::Packet(RtpIn {
                arrived: Instant::now(),
                seq: packet.seq,
                timestamp: packet.timestamp,
                red: packet.payload_type == RED_PAYLOAD,
                payload: packet.payload,
            }));
        }
    });
}

fn tone() -> impl FnMut(&mut [i16]) + Send {
    let mut n = 0_u32;
    move |out: &mut [i16]| {
        for sample in out {
            *sample = ((f64::from(n) * 0.06).sin() * 9_000.0) as i16;
            n += 1;
        }
    }
}

#[test]
fn what_one_engine_says_another_hears_and_muting_is_heard_within_a_few_frames() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&heard);
    let frame = Duration::from_millis(20);
    let talker = SoundEngine::start(Some(VirtualAudio::new(tone(), |_: &[i16]| {})), frame, Processing::NONE).unwrap();
    let listener = SoundEngine::start(
        Some(VirtualAudio::new(
            |out: &mut [i16]| out.fill(0),
            move |pcm: &[i16]| {
                sink.lock().unwrap().push(media::level::rms_dbfs(pcm));
            },
        )),
        frame,
        Processing::NONE,
    )
    .unwrap();
    for engine in [&talker, &listener] {
        engine.tell(SoundCommand::Active(true));
    }
    wire(&talker, &listener);
    wait_until("hearing the tone", || heard.lock().unwrap().iter().filter(|level| **level > -20.0).count() > 25);
    assert!(talker.gauges().figures().mic_dbfs > -20.0);

    talker.gauges().muted.store(true, Relaxed);
    let at_mute = heard.lock().unwrap().len();
    wait_until("hearing silence", || heard.lock().unwrap().len() > at_mute + 25);
    let after = heard.lock().unwrap()[at_mute..].to_vec();
    // In flight at the time: one frame in the encoder, the jitter buffer, and the echo of the decoder.
    assert!(after[8..].iter().all(|level| *level < -40.0), "{after:?}");
}

#[test]
fn devices_at_their_own_rates_are_fed_through_their_rings() {
    let engine = SoundEngine::start(None, Duration::from_millis(10), Processing::NONE).unwrap();
    let (mut microphone, capture) = super::super::capture_ring(44_100, 2, engine.health());
    let (mut speaker, playback) = super::super::playback_ring(44_100, 2, engine.health());
    engine.tell(SoundCommand::Capture(Some(capture)));
    engine.tell(SoundCommand::Playback(Some(playback)));
    engine.tell(SoundCommand::Active(true));
    wire(&engine, &engine);
    let (mut n, mut levels) = (0_u32, Vec::new());
    let start = Instant::now();
    for period in 1..=200_u32 {
        let input: Vec<i16> = (0..441)
            .map(|i| (f64::from(n + i / 2) * 0.06).sin() * 9_000.0)
            .map(|s| s as i16)
            .flat_map(|s| [s, s])
            .take(442)
            .collect();
        n += 221;
        microphone.take::<i16>(&input);
        let mut out = [0.0_f32; 442];
        speaker.give(&mut out);
        let pcm = out.map(|s| (s * 32_767.0) as i16);
        levels.push(media::level::rms_dbfs(&pcm));
        let due = start + Duration::from_millis(5) * period;
        std::thread::park_timeout(due.saturating_duration_since(Instant::now()));
    }
    let loud = levels[100..].iter().filter(|level| **level > -20.0).count();
    // Real time on a machine that may be busy, and an encoder that takes a steady tone for noise now and then: most
    // of it has to come through, at the rate and level it went in.
    assert!(loud > 50, "{loud} of 100 periods were loud: {levels:?}");
}

#[test]
fn a_device_that_has_brought_something_wakes_the_thread() {
    let engine = SoundEngine::start(None, BLOCK_SPAN, Processing::NONE).unwrap();
    let (mut microphone, capture) = super::super::capture_ring(48_000, 1, engine.health());
    let (_speaker, playback) = super::super::playback_ring(48_000, 1, engine.health());
    engine.tell(SoundCommand::Capture(Some(capture)));
    engine.tell(SoundCommand::Playback(Some(playback)));
    engine.tell(SoundCommand::Active(true));
    let start = Instant::now();
    for _ in 0..30 {
        let before = engine.gauges().figures().ticks;
        microphone.take(&[0.0_f32; 480]);
        wait_until("a look at the ring", || engine.gauges().figures().ticks > before);
    }
    // By itself it looks ten times a second.
    assert!(start.elapsed() < REPORT_EVERY * 15, "{:?}", start.elapsed());
}

#[test]
fn an_idle_engine_ticks_and_sends_nothing() {
    let engine =
        SoundEngine::start(Some(VirtualAudio::new(tone(), |_: &[i16]| {})), BLOCK_SPAN, Processing::NONE).unwrap();
    let (outlet, _packets) = async_mpsc::channel(64);
    engine.tell(SoundCommand::Outlet(Some(outlet)));
    let before = engine.gauges().figures().ticks;
    wait_until("a tick", || engine.gauges().figures().ticks > before + 2);
    assert_eq!(engine.gauges().figures().packets_out, 0);
}
