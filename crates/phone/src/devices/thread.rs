use std::{
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    time::{Duration, Instant},
};

use tokio::sync::mpsc as async_mpsc;

use super::{
    choice::{Target, choose},
    host::{self, DeviceOptions},
    hosts::{Direction, Found, Hosts},
    line::Line,
    preference::Preferences,
    ringtone::ringtone,
};
use crate::{
    settings::Settings,
    sound::{CaptureEnd, PlaybackEnd, SoundCommand, SoundEngine},
    state::{DeviceList, DeviceProblem, DevicesInUse},
};

const TICK: Duration = Duration::from_millis(100);
/// How often the sound server is asked while sound runs; another default or a headset that was plugged in is in use this
/// much later, and the time that opening takes.
const LOOK_EVERY: Duration = Duration::from_millis(300);
const LOOK_IDLE: Duration = Duration::from_secs(1);
/// The system's own interface takes longer to answer.
const LOOK_AT_ALL_EVERY: Duration = Duration::from_secs(1);
/// Where a sound server says what comes and goes.
const LOOK_AT_ALL_BESIDE_SERVER: Duration = Duration::from_secs(10);
const TEST_RING: Duration = Duration::from_secs(3);

pub(crate) enum DeviceCommand {
    /// Whether microphone and speaker shall run.
    Want(bool),
    Ring(bool),
    TestRing,
    Settings(Box<Settings>),
}

/// Sent when anything in it has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DeviceReport {
    pub list: DeviceList,
    pub in_use: DevicesInUse,
    pub microphone_problem: Option<DeviceProblem>,
    pub speaker_problem: Option<DeviceProblem>,
}

/// The thread that owns the streams (they may not move between threads on every system). Opening a device can take long;
/// sound goes on meanwhile. Dropping the last clone ends it.
#[derive(Debug, Clone)]
pub(crate) struct Devices {
    commands: Sender<DeviceCommand>,
}

impl Devices {
    pub(crate) fn start(
        options: DeviceOptions,
        settings: Settings,
        sound: SoundEngine,
        reports: async_mpsc::UnboundedSender<DeviceReport>,
    ) -> std::io::Result<Self> {
        let (commands, inbox) = mpsc::channel();
        std::thread::Builder::new().name("devices".to_owned()).spawn(move || {
            let worker = Worker {
                hosts: Hosts::new(),
                options,
                settings,
                sound,
                reports,
                started: Instant::now(),
                looked: None,
                looked_at_all: None,
                wanted: false,
                ringing: false,
                test_until: Duration::ZERO,
                found: Found::default(),
                microphone: Line::new("microphone"),
                speaker: Line::new("speaker"),
                ringer: Line::new("ringer"),
                second_ringer: Line::new("second ringer"),
                reported: None,
            };
            worker.run(&inbox);
        })?;
        Ok(Self { commands })
    }

    pub(crate) fn tell(&self, command: DeviceCommand) {
        if self.commands.send(command).is_err() {
            tracing::error!("the device thread has ended");
        }
    }
}

struct Worker {
    hosts: Hosts,
    options: DeviceOptions,
    settings: Settings,
    sound: SoundEngine,
    reports: async_mpsc::UnboundedSender<DeviceReport>,
    started: Instant,
    looked: Option<Duration>,
    looked_at_all: Option<Duration>,
    wanted: bool,
    ringing: bool,
    test_until: Duration,
    found: Found,
    microphone: Line<CaptureEnd>,
    speaker: Line<PlaybackEnd>,
    ringer: Line<()>,
    second_ringer: Line<()>,
    reported: Option<DeviceReport>,
}

impl Worker {
    fn run(mut self, inbox: &Receiver<DeviceCommand>) {
        loop {
            let now = self.started.elapsed();
            let every = if self.wanted || self.ringing { LOOK_EVERY } else { LOOK_IDLE };
            if self.looked.is_none_or(|last| now >= last + every) {
                self.looked = Some(now);
                self.look(now);
            }
            // A closed line opens its next device in the same round.
            for _ in 0..2 {
                self.run_microphone(now);
                self.run_speaker(now);
                self.run_ringers(now);
            }
            self.report();
            match inbox.recv_timeout(TICK) {
                Ok(command) => self.obey(command),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn obey(&mut self, command: DeviceCommand) {
        match command {
            DeviceCommand::Want(wanted) => self.wanted = wanted,
            DeviceCommand::Ring(ringing) => self.ringing = ringing,
            DeviceCommand::TestRing => self.test_until = self.started.elapsed() + TEST_RING,
            DeviceCommand::Settings(settings) => {
                if settings.ring_volume.to_bits() != self.settings.ring_volume.to_bits() {
                    // The loudness is in the tone.
                    self.ringer = Line::new("ringer");
                    self.second_ringer = Line::new("second ringer");
                }
                self.settings = *settings;
            }
        }
    }

    fn look(&mut self, now: Duration) {
        let every = if self.hosts.has_server() { LOOK_AT_ALL_BESIDE_SERVER } else { LOOK_AT_ALL_EVERY };
        let all = self.looked_at_all.is_none_or(|last| now >= last + every);
        if all {
            self.looked_at_all = Some(now);
        }
        let found = self.hosts.look(all);
        let new = |before: &[super::choice::Present], after: &[super::choice::Present]| -> Vec<String> {
            let is_new = |present: &super::choice::Present| {
                !before.iter().any(|each| each.device.id == present.device.id && each.number == present.number)
            };
            after.iter().filter(|each| is_new(each)).map(|each| each.device.id.clone()).collect()
        };
        for id in new(&self.found.inputs, &found.inputs) {
            self.microphone.appeared(&id);
        }
        for id in new(&self.found.outputs, &found.outputs) {
            self.speaker.appeared(&id);
            self.ringer.appeared(&id);
            self.second_ringer.appeared(&id);
        }
        self.found = found;
    }

    fn target<E>(&self, line: &Line<E>, wanted: &Preferences, direction: Direction, now: Duration) -> Option<Target> {
        let (present, default) = self.found.of(direction);
        choose(wanted, present, default, line.barred(), now)
    }

    fn run_microphone(&mut self, now: Duration) {
        let target = self.target(&self.microphone, &self.settings.input, Direction::Input, now);
        let open = |id: &str| host::open_microphone(&self.hosts, id, self.options, self.sound.health());
        let hand = |end| self.sound.tell(SoundCommand::Capture(end));
        self.microphone.run(self.wanted, target.as_ref(), now, open, hand);
    }

    fn run_speaker(&mut self, now: Duration) {
        let target = self.target(&self.speaker, &self.settings.output, Direction::Output, now);
        let open = |id: &str| host::open_speaker(&self.hosts, id, self.options, self.sound.health());
        let hand = |end| self.sound.tell(SoundCommand::Playback(end));
        self.speaker.run(self.wanted, target.as_ref(), now, open, hand);
    }

    fn run_ringers(&mut self, now: Duration) {
        let wanted = self.ringing || now < self.test_until;
        let volume = self.settings.ring_volume.clamp(0.0, 1.0);
        let tone = |rate| ringtone(rate).into_iter().map(|sample| sample * volume).collect();
        let open = |id: &str| Ok((host::open_ringer(&self.hosts, id, tone)?, ()));
        let first = self.target(&self.ringer, &self.settings.ringer, Direction::Output, now);
        let mut also = Preferences::default();
        also.choose(self.settings.also_ring_on.clone());
        // Without the system's choice in its place: that rings already.
        let second = choose(&also, &self.found.outputs, None, self.second_ringer.barred(), now);
        let second = second.filter(|second| first.as_ref().is_none_or(|first| first.id != second.id));
        self.ringer.run(wanted, first.as_ref(), now, open, |_| {});
        self.second_ringer.run(wanted && second.is_some(), second.as_ref(), now, open, |_| {});
    }

    fn report(&mut self) {
        let name = |id: Option<&str>, direction| {
            let id = id?;
            let known = self.found.of(direction).0.iter().find(|each| each.device.id == id);
            Some(known.map_or_else(
                || crate::state::Device { id: id.to_owned(), name: String::new() },
                |each| each.device.clone(),
            ))
        };
        let report = DeviceReport {
            list: self.found.list(),
            in_use: DevicesInUse {
                input: name(self.microphone.open_id(), Direction::Input),
                output: name(self.speaker.open_id(), Direction::Output),
            },
            microphone_problem: self.microphone.problem(),
            speaker_problem: self.speaker.problem(),
        };
        if self.reported.as_ref() != Some(&report) {
            self.reported = Some(report.clone());
            // Nobody listens any more once the phone is stopped.
            let _ = self.reports.send(report);
        }
    }
}
