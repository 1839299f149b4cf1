//! Sound of devices.

pub mod close;
pub mod dropped;
pub mod open;
pub mod relays;
pub mod renegotiate;
pub mod sound;
