//! Devices that come, go, change and fail in the middle of calls, on a real sound server: run as `devices` is. How long each
//! took is printed.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use switchboard_phone::state::DeviceKind;

use crate::{
    TestPhone,
    devices::{Player, Recorder, device_phone, pactl, seconds},
    ready,
    server::Server,
    signal::{Tape, level_of_last, speech},
    sound::{connect, live_call},
    until,
};

const HEARD: f32 = -45.0;

/// A null sink that can be plugged in and out.
struct Plugged(String);

impl Plugged {
    fn sink(name: &str, rate: u32, channels: u8) -> Self {
        let (name, rate, channels) =
            (format!("sink_name={name}"), format!("rate={rate}"), format!("channels={channels}"));
        // Without it an idle null sink plays two seconds at a time, and no stream of it is asked for samples meanwhile.
        let no_rewinds = "norewinds=1";
        Self(pactl(&["load-module", "module-null-sink", &name, &rate, &channels, no_rewinds]))
    }

    /// A microphone that brings what is played into `vmic`.
    fn source(name: &str, rate: u32) -> Self {
        let (name, rate) = (format!("source_name={name}"), format!("rate={rate}"));
        Self(pactl(&["load-module", "module-remap-source", "master=vmic.monitor", &name, &rate, "channels=1"]))
    }

    fn unplug(self) {
        pactl(&["unload-module", &self.0]);
    }
}

/// A call between a phone with devices (asha) and one without, both of whom talk.
struct Talk {
    asha: TestPhone,
    _ravi: TestPhone,
    far: Tape,
    mouth: Option<Player>,
    _server: Server,
}

impl Talk {
    async fn begin(asha: impl AsyncFnOnce(&Server) -> TestPhone) -> Self {
        let server = Server::start().await;
        let far = Tape::default();
        let asha = asha(&server).await;
        let ravi = ready(&server, "ravi", far.telephone(speech(2, 20))).await;
        let mouth = Some(Player::start("vmic", speech(1, 20)));
        server.say(live_call(1, asha.user));
        server.say(live_call(2, ravi.user));
        connect(&server, [&asha, &ravi]);
        let talk = Self { asha, _ravi: ravi, far, mouth, _server: server };
        talk.both_ways("vspk.monitor").await;
        talk
    }

    fn output(&self) -> String {
        self.asha.phone.state().in_use.output.map(|device| device.id).unwrap_or_default()
    }

    fn input(&self) -> String {
        self.asha.phone.state().in_use.input.map(|device| device.id).unwrap_or_default()
    }

    /// The far end is heard at `ear`, and the near end at the far one.
    async fn both_ways(&self, ear: &str) {
        let ear = Recorder::start(ear);
        until("the far end", || ear.level_of_last(0.3) > HEARD).await;
        until("the near end", || level_of_last(&self.far, Duration::from_millis(300)) > HEARD).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs scripts/virtual-audio.sh"]
async fn a_headset_takes_over_when_it_is_plugged_in_and_the_next_one_when_it_goes() {
    let talk = Talk::begin(async |server: &Server| {
        let asha = device_phone(server, "asha", "alsa:headset").await;
        asha.phone.choose_device(DeviceKind::Output, Some("pulseaudio:usb_headset"));
        asha
    })
    .await;
    assert_eq!(talk.output(), "alsa:headset", "the first in the order is away");
    let sent = talk.asha.phone.figures().packets_out;

    for round in ["plugged in", "plugged in again"] {
        let started = Instant::now();
        let headset = Plugged::sink("usb_headset", 44_100, 1);
        let ear = Recorder::start("usb_headset.monitor");
        until("the headset", || talk.output() == "pulseaudio:usb_headset").await;
        let taken = started.elapsed();
        until("the far end at the headset", || ear.level_of_last(0.05) > HEARD).await;
        eprintln!("headset {round}: in use after {taken:?}, heard after {:?}", started.elapsed());
        talk.both_ways("usb_headset.monitor").await;

        let ear = Recorder::start("vspk.monitor");
        let started = Instant::now();
        headset.unplug();
        until("the next in the order", || talk.output() == "alsa:headset").await;
        until("the far end at it", || ear.level_of_last(0.05) > HEARD).await;
        eprintln!("headset unplugged: the next one is heard after {:?}", started.elapsed());
        talk.both_ways("vspk.monitor").await;
    }
    let wanted = talk.asha.phone.state().preferences.output;
    assert_eq!(wanted[0].id, "pulseaudio:usb_headset", "it keeps its place");
    assert!(talk.asha.phone.figures().packets_out > sent + 50, "the call went on all the time");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs scripts/virtual-audio.sh"]
async fn a_sound_server_that_is_started_anew_has_its_sound_back() {
    let mut talk = Talk::begin(async |server: &Server| device_phone(server, "asha", "alsa:headset").await).await;
    for devices in ["through ALSA", "through the server's own interface"] {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/virtual-audio.sh");
        let folder = std::env::var("VIRTUAL_AUDIO_DIR").unwrap();
        let run = |what: &str| assert!(Command::new(script).args([what, &folder]).output().unwrap().status.success());
        run("stop");
        until("missing it", || {
            let state = talk.asha.phone.state();
            state.speaker_problem.is_some() && state.microphone_problem.is_some()
        })
        .await;
        assert!(talk.asha.phone.state().audio_running);
        run("start");
        let started = Instant::now();
        until("the devices", || {
            let state = talk.asha.phone.state();
            state.speaker_problem.is_none() && state.microphone_problem.is_none() && state.in_use.output.is_some()
        })
        .await;
        eprintln!("sound server started anew, {devices}: sound again after {:?}", started.elapsed());
        talk.mouth = Some(Player::start("vmic", speech(1, 20)));
        talk.both_ways("vspk.monitor").await;
        talk.asha.phone.choose_device(DeviceKind::Input, Some("pulseaudio:vmic_src"));
        talk.asha.phone.choose_device(DeviceKind::Output, Some("pulseaudio:vspk"));
        until("the server's own interface", || {
            talk.output() == "pulseaudio:vspk" && talk.input() == "pulseaudio:vmic_src"
        })
        .await;
        talk.both_ways("vspk.monitor").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs scripts/virtual-audio.sh"]
async fn a_bluetooth_headset_that_changes_its_profile_is_opened_anew_at_both_ends() {
    let music = Plugged::sink("bluez_sink.00_1B_66.a2dp_sink", 48_000, 2);
    let talk = Talk::begin(async |server: &Server| device_phone(server, "asha", "alsa:headset").await).await;
    talk.asha.phone.choose_device(DeviceKind::Output, Some("pulseaudio:bluez_sink.00_1B_66.a2dp_sink"));
    talk.asha.phone.choose_device(DeviceKind::Input, Some("pulseaudio:bluez_source.00_1B_66.handsfree_head_unit"));
    until("the headset", || talk.output() == "pulseaudio:bluez_sink.00_1B_66.a2dp_sink").await;
    assert_eq!(talk.input(), "alsa:microphone", "without a microphone in this profile the next one is used");
    talk.both_ways("bluez_sink.00_1B_66.a2dp_sink.monitor").await;

    let mut before = vec![music];
    // Its microphone is wanted: 16 kHz, and then with an older codec.
    for rate in [16_000, 8_000] {
        before.drain(..).for_each(Plugged::unplug);
        let started = Instant::now();
        before.push(Plugged::sink("bluez_sink.00_1B_66.handsfree_head_unit", rate, 1));
        before.push(Plugged::source("bluez_source.00_1B_66.handsfree_head_unit", rate));
        let ear = Recorder::start("bluez_sink.00_1B_66.handsfree_head_unit.monitor");
        until("both ends in the other profile", || {
            talk.output() == "pulseaudio:bluez_sink.00_1B_66.handsfree_head_unit"
                && talk.input() == "pulseaudio:bluez_source.00_1B_66.handsfree_head_unit"
        })
        .await;
        until("the far end", || ear.level_of_last(0.05) > HEARD).await;
        eprintln!("hands-free profile at {rate} Hz: heard after {:?}", started.elapsed());
        talk.both_ways("bluez_sink.00_1B_66.handsfree_head_unit.monitor").await;
    }
    before.drain(..).rev().for_each(Plugged::unplug);
    talk.both_ways("vspk.monitor").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs scripts/virtual-audio.sh"]
async fn another_default_of_the_system_is_followed() {
    let talk = Talk::begin(async |server: &Server| {
        let asha = device_phone(server, "asha", "alsa:headset").await;
        asha.phone.choose_device(DeviceKind::Output, None);
        asha.phone.choose_device(DeviceKind::Input, None);
        asha
    })
    .await;
    let ear = Recorder::start("ringer.monitor");
    let started = Instant::now();
    pactl(&["set-default-sink", "ringer"]);
    until("the far end at the new default", || ear.level_of_last(0.05) > HEARD).await;
    eprintln!("another default speaker: heard after {:?}", started.elapsed());
    pactl(&["set-default-sink", "vspk"]);
    talk.both_ways("vspk.monitor").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs scripts/virtual-audio.sh"]
async fn a_device_that_is_listed_and_does_not_work_gives_way_to_the_next() {
    let talk = Talk::begin(async |server: &Server| {
        let asha = device_phone(server, "asha", "alsa:headset").await;
        asha.phone.choose_device(DeviceKind::Output, Some("alsa:broken"));
        asha.phone.choose_device(DeviceKind::Input, Some("alsa:no_such_device"));
        asha
    })
    .await;
    assert_eq!((talk.output().as_str(), talk.input().as_str()), ("alsa:headset", "alsa:microphone"));
    // It is tried again now and then, and nobody hears that.
    let ear = Recorder::start("vspk.monitor");
    seconds(8.0).await;
    assert!(ear.level_of_last(6.0) > HEARD);
    assert_eq!(talk.output(), "alsa:headset");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs scripts/virtual-audio.sh"]
async fn it_rings_in_two_places() {
    let server = Server::start().await;
    let asha = device_phone(&server, "asha", "alsa:headset").await;
    asha.phone.also_ring_on(Some("pulseaudio:vspk"));
    let (first, second) = (Recorder::start("ringer.monitor"), Recorder::start("vspk.monitor"));
    asha.phone.test_ring();
    until("the ringer", || first.level_of_last(0.3) > HEARD).await;
    until("the speaker", || second.level_of_last(0.3) > HEARD).await;
    asha.phone.also_ring_on(None);
    seconds(4.0).await;
    asha.phone.test_ring();
    until("the ringer again", || first.level_of_last(0.3) > HEARD).await;
    assert!(second.level_of_last(0.3) < -70.0, "only where it was asked for");
}
