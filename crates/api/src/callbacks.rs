//! Callbacks.

pub mod list;
pub mod snooze;
pub mod update;
