use std::{
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    time::{Duration, Instant},
};

use cpal::Host;
use tokio::sync::mpsc as async_mpsc;

use super::{
    host::{self, DeviceOptions, Direction, Running},
    preference::Preferences,
    ringtone::ringtone,
    slot::{Facts, Slot, Step},
};
use crate::{
    settings::Settings,
    sound::{SoundCommand, SoundEngine},
    state::{DeviceList, DeviceProblem},
};

const TICK: Duration = Duration::from_millis(100);
const SCAN_EVERY: Duration = Duration::from_secs(1);
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
                host: cpal::default_host(),
                options,
                settings,
                sound,
                reports,
                started: Instant::now(),
                scanned: None,
                wanted: false,
                ringing: false,
                test_until: Duration::ZERO,
                list: DeviceList::default(),
                default_input: None,
                default_output: None,
                microphone: (Slot::default(), None),
                speaker: (Slot::default(), None),
                ringer: (Slot::default(), None),
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
    host: Host,
    options: DeviceOptions,
    settings: Settings,
    sound: SoundEngine,
    reports: async_mpsc::UnboundedSender<DeviceReport>,
    started: Instant,
    scanned: Option<Duration>,
    wanted: bool,
    ringing: bool,
    test_until: Duration,
    list: DeviceList,
    default_input: Option<String>,
    default_output: Option<String>,
    microphone: (Slot, Option<Running>),
    speaker: (Slot, Option<Running>),
    ringer: (Slot, Option<Running>),
    reported: Option<DeviceReport>,
}

impl Worker {
    fn run(mut self, inbox: &Receiver<DeviceCommand>) {
        loop {
            let now = self.started.elapsed();
            if self.scanned.is_none_or(|last| now >= last + SCAN_EVERY) {
                self.scanned = Some(now);
                self.scan();
            }
            // A closed slot opens its next device in the same round.
            for _ in 0..2 {
                self.run_microphone(now);
                self.run_speaker(now);
                self.run_ringer(now);
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
                    self.ringer = (Slot::default(), None);
                }
                self.settings = *settings;
            }
        }
    }

    fn scan(&mut self) {
        self.list = host::list(&self.host);
        self.default_input = host::default_id(&self.host, Direction::Input);
        self.default_output = host::default_id(&self.host, Direction::Output);
    }

    fn target(&self, preferences: &Preferences, direction: Direction) -> Option<String> {
        let (list, default) = match direction {
            Direction::Input => (&self.list.inputs, &self.default_input),
            Direction::Output => (&self.list.outputs, &self.default_output),
        };
        let chosen = preferences.pick(|id| list.iter().any(|device| device.id == id));
        chosen.map(str::to_owned).or_else(|| default.clone())
    }

    fn run_microphone(&mut self, now: Duration) {
        let target = self.target(&self.settings.input, Direction::Input);
        let (slot, running) = &mut self.microphone;
        match slot.step(facts(self.wanted, target.as_deref(), running.as_ref()), now) {
            Step::Stay => {}
            Step::Close => {
                tracing::info!(problem = ?slot.problem(), "microphone closed");
                self.sound.tell(SoundCommand::Capture(None));
                *running = None;
            }
            Step::Open(id) => match host::open_microphone(&self.host, &id, self.options) {
                Ok((stream, end)) => {
                    tracing::info!(id, "microphone opened");
                    self.sound.tell(SoundCommand::Capture(Some(end)));
                    *running = Some(stream);
                    slot.opened(id, self.started.elapsed());
                }
                Err(problem) => slot.failed(problem, self.started.elapsed()),
            },
        }
    }

    fn run_speaker(&mut self, now: Duration) {
        let target = self.target(&self.settings.output, Direction::Output);
        let (slot, running) = &mut self.speaker;
        match slot.step(facts(self.wanted, target.as_deref(), running.as_ref()), now) {
            Step::Stay => {}
            Step::Close => {
                tracing::info!(problem = ?slot.problem(), "speaker closed");
                self.sound.tell(SoundCommand::Playback(None));
                *running = None;
            }
            Step::Open(id) => match host::open_speaker(&self.host, &id, self.options) {
                Ok((stream, end)) => {
                    tracing::info!(id, "speaker opened");
                    self.sound.tell(SoundCommand::Playback(Some(end)));
                    *running = Some(stream);
                    slot.opened(id, self.started.elapsed());
                }
                Err(problem) => slot.failed(problem, self.started.elapsed()),
            },
        }
    }

    fn run_ringer(&mut self, now: Duration) {
        let target = self.target(&self.settings.ringer, Direction::Output);
        let (slot, running) = &mut self.ringer;
        let wanted = self.ringing || now < self.test_until;
        match slot.step(facts(wanted, target.as_deref(), running.as_ref()), now) {
            Step::Stay => {}
            Step::Close => *running = None,
            Step::Open(id) => {
                let volume = self.settings.ring_volume.clamp(0.0, 1.0);
                let tone = |rate| ringtone(rate).into_iter().map(|sample| sample * volume).collect();
                match host::open_ringer(&self.host, &id, tone) {
                    Ok(stream) => {
                        *running = Some(stream);
                        slot.opened(id, self.started.elapsed());
                    }
                    Err(problem) => slot.failed(problem, self.started.elapsed()),
                }
            }
        }
    }

    fn report(&mut self) {
        let report = DeviceReport {
            list: self.list.clone(),
            microphone_problem: self.microphone.0.problem(),
            speaker_problem: self.speaker.0.problem(),
        };
        if self.reported.as_ref() != Some(&report) {
            self.reported = Some(report.clone());
            // Nobody listens any more once the phone is stopped.
            let _ = self.reports.send(report);
        }
    }
}

fn facts<'a>(wanted: bool, target: Option<&'a str>, running: Option<&Running>) -> Facts<'a> {
    Facts { wanted, target, calls: running.map_or(0, Running::calls), broken: running.is_some_and(Running::is_broken) }
}
