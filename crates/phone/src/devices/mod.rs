//! Microphones and speakers: which there are, which is used, and keeping its stream running.

pub mod preference;

#[cfg(target_os = "linux")]
mod alsa_capture;
#[cfg(target_os = "linux")]
mod alsa_pcm;
#[cfg(target_os = "linux")]
mod alsa_playback;
mod choice;
mod host;
mod hosts;
mod line;
#[cfg(target_os = "linux")]
mod numbers;
mod ringtone;
mod slot;
mod thread;

pub use host::DeviceOptions;
pub(crate) use thread::{DeviceCommand, DeviceReport, Devices};

/// The devices that the system shows now, as the settings page lists them. Takes as long as the system takes to ask each
/// of them: some 10 ms, or a second behind a sound server that starts with the question.
pub fn list() -> crate::state::DeviceList {
    hosts::Hosts::new().look(true).list()
}
