//! Microphones and speakers: which there are, which is used, and keeping its stream running.

pub mod preference;

mod host;
mod ringtone;
mod slot;
mod thread;

pub use host::DeviceOptions;
pub(crate) use thread::{DeviceCommand, DeviceReport, Devices};
