//! Where the system's sound devices are found: its own interface and, on Linux, the sound server by name.

use cpal::{
    Host,
    traits::{DeviceTrait, HostTrait},
};

use super::choice::{Present, Spec};
use crate::state::{Device, DeviceList, DeviceProblem};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Direction {
    Input,
    Output,
}

/// What was found in one look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub inputs: Vec<Present>,
    pub outputs: Vec<Present>,
    pub default_input: Option<String>,
    pub default_output: Option<String>,
}

impl Found {
    pub(super) fn list(&self) -> DeviceList {
        let shown = |found: &[Present]| {
            found.iter().filter(|each| !each.hidden).map(|each| each.device.clone()).collect::<Vec<_>>()
        };
        DeviceList { inputs: shown(&self.inputs), outputs: shown(&self.outputs) }
    }

    pub(super) fn of(&self, direction: Direction) -> (&[Present], Option<&str>) {
        match direction {
            Direction::Input => (&self.inputs, self.default_input.as_deref()),
            Direction::Output => (&self.outputs, self.default_output.as_deref()),
        }
    }
}

/// The system's interface. On Linux that is ALSA, whose default leads to the sound server with the shortest delay; the
/// sound server (PulseAudio, or PipeWire in its place) knows headsets by name and says what comes and goes.
pub(super) struct Hosts {
    main: Host,
    server: Option<Host>,
    #[cfg(target_os = "linux")]
    numbers: super::numbers::Numbers,
    of_main: Found,
    /// As long as nothing has changed there.
    of_server: Option<Found>,
}

impl Hosts {
    pub(super) fn new() -> Self {
        Self {
            main: main_host(),
            server: None,
            #[cfg(target_os = "linux")]
            numbers: super::numbers::Numbers::default(),
            of_main: Found::default(),
            of_server: None,
        }
    }

    /// Whether there is a sound server, which has all that comes and goes.
    pub(super) const fn has_server(&self) -> bool {
        self.of_server.is_some()
    }

    /// Asks the sound server, and with `all` the system's own interface too, which takes longer.
    pub(super) fn look(&mut self, all: bool) -> Found {
        if all || self.of_main == Found::default() {
            self.of_main = Found {
                default_input: default_id(&self.main, Direction::Input),
                default_output: default_id(&self.main, Direction::Output),
                ..find_all(&self.main)
            };
        }
        let mut found = self.of_main.clone();
        if let Some(on_server) = self.ask_server() {
            for way in found.inputs.iter_mut().chain(&mut found.outputs) {
                way.hidden |= leads_to_server(&way.device.id);
            }
            found.inputs.splice(0..0, on_server.inputs);
            found.outputs.splice(0..0, on_server.outputs);
        }
        found
    }

    fn ask_server(&mut self) -> Option<Found> {
        if !self.server_has_changed() && self.of_server.is_some() {
            return self.of_server.clone();
        }
        self.of_server = None;
        if self.server.is_none() {
            self.server = server_host();
        }
        let devices = match self.server.as_ref()?.devices() {
            Ok(devices) => devices,
            // A server that was started anew wants a new connection.
            Err(_) => {
                self.server = server_host();
                self.server.as_ref()?.devices().ok()?
            }
        };
        self.of_server = Some(self.numbered(find_among(devices)));
        self.of_server.clone()
    }

    #[cfg(target_os = "linux")]
    fn server_has_changed(&mut self) -> bool {
        self.numbers.look()
    }

    #[cfg(not(target_os = "linux"))]
    const fn server_has_changed(&self) -> bool {
        true
    }

    #[cfg(target_os = "linux")]
    fn numbered(&self, mut found: Found) -> Found {
        for (direction, devices) in [(Direction::Input, &mut found.inputs), (Direction::Output, &mut found.outputs)] {
            for present in devices {
                let name = present.device.id.split_once(':').map_or("", |(_, name)| name);
                present.number = self.numbers.of(direction, name);
            }
        }
        found
    }

    #[cfg(not(target_os = "linux"))]
    fn numbered(&self, found: Found) -> Found {
        found
    }

    pub(super) fn device(&self, id: &str, direction: Direction) -> Result<cpal::Device, DeviceProblem> {
        if let Some(device) = default_device(&self.main, direction)
            && device.id().is_ok_and(|default| default.to_string() == id)
        {
            return Ok(device);
        }
        let id: cpal::DeviceId = id.parse().map_err(|_| DeviceProblem::None)?;
        // A connection for each stream: the library gives all streams of one the same synchronisation group, and PulseAudio refuses
        // streams of a group that shall go to different sinks (a headset beside the one it replaces, a second ringer).
        let own = self.server.as_ref().filter(|server| server.id() == id.host()).and_then(|_| server_host());
        let host = own.as_ref().unwrap_or(&self.main);
        host.device_by_id(&id).ok_or(DeviceProblem::None)
    }
}

#[cfg(target_os = "linux")]
fn main_host() -> Host {
    cpal::host_from_id(cpal::HostId::Alsa).unwrap_or_else(|_| cpal::default_host())
}

#[cfg(not(target_os = "linux"))]
fn main_host() -> Host {
    cpal::default_host()
}

#[cfg(target_os = "linux")]
fn server_host() -> Option<Host> {
    cpal::host_from_id(cpal::HostId::PulseAudio).ok()
}

#[cfg(not(target_os = "linux"))]
const fn server_host() -> Option<Host> {
    None
}

fn find_all(host: &Host) -> Found {
    host.devices().map(find_among).unwrap_or_default()
}

fn find_among(devices: impl Iterator<Item = cpal::Device>) -> Found {
    let mut found = Found::default();
    for device in devices {
        let (Ok(id), Ok(description)) = (device.id(), device.description()) else { continue };
        if !is_worth_showing(id.id()) {
            continue;
        }
        let shown = Device { id: id.to_string(), name: description.name().to_owned() };
        if device.supports_input() {
            let spec = spec(&shown.id, || device.default_input_config().ok());
            found.inputs.push(Present { device: shown.clone(), spec, number: None, hidden: false });
        }
        if device.supports_output() {
            let spec = spec(&shown.id, || device.default_output_config().ok());
            found.outputs.push(Present { device: shown, spec, number: None, hidden: false });
        }
    }
    found
}

/// Only what a sound server says of itself: elsewhere the question opens the device.
fn spec(id: &str, config: impl FnOnce() -> Option<cpal::SupportedStreamConfig>) -> Spec {
    let config = id.starts_with("pulseaudio:").then(config).flatten()?;
    Some((config.sample_rate(), config.channels()))
}

/// ALSA lists every way to reach a card, and converters; a person wants each card once. A sound server lists what each
/// speaker plays as a source too. Elsewhere all are shown.
fn is_worth_showing(id: &str) -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    const WAYS: [&str; 10] =
        ["hw:", "plughw:", "dmix:", "dsnoop:", "surround", "front:", "iec958:", "hdmi:", "usbstream:", "sysdefault:"];
    const CONVERTERS: [&str; 12] = [
        "null",
        "default",
        "samplerate",
        "speexrate",
        "lavrate",
        "speex",
        "upmix",
        "vdownmix",
        "jack",
        "oss",
        "a52",
        "cards",
    ];
    // `sysdefault:CARD=x` is the one way that converts formats and mixes.
    id.starts_with("sysdefault:")
        || !(WAYS.iter().any(|way| id.starts_with(way)) || CONVERTERS.contains(&id) || id.ends_with(".monitor"))
}

/// ALSA's ways to what a sound server has by name.
fn leads_to_server(id: &str) -> bool {
    id == "alsa:pulse" || id == "alsa:pipewire" || id.starts_with("alsa:sysdefault:")
}

/// Id of the device that the system would use.
fn default_id(host: &Host, direction: Direction) -> Option<String> {
    default_device(host, direction)?.id().ok().map(|id| id.to_string())
}

fn default_device(host: &Host, direction: Direction) -> Option<cpal::Device> {
    match direction {
        Direction::Input => host.default_input_device(),
        Direction::Output => host.default_output_device(),
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[test]
    fn each_card_is_listed_once() {
        let ids = [
            "default",
            "pulse",
            "hw:CARD=PCH,DEV=0",
            "sysdefault:CARD=PCH",
            "surround51:CARD=PCH",
            "va1",
            "va1.monitor",
        ];
        let shown: Vec<&str> = ids.into_iter().filter(|id| is_worth_showing(id)).collect();
        assert_eq!(shown, ["pulse", "sysdefault:CARD=PCH", "va1"]);
    }

    #[test]
    fn a_card_that_the_sound_server_has_is_not_offered_behind_its_back() {
        assert!(leads_to_server("alsa:sysdefault:CARD=PCH") && leads_to_server("alsa:pulse"));
        assert!(!leads_to_server("alsa:headset") && !leads_to_server("pulseaudio:pulse"));
    }
}
