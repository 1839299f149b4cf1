//! Sound of devices.

pub mod close;
pub mod open;
pub mod renegotiate;
