//! Sound of devices.

pub mod close;
pub mod dropped;
pub mod open;
pub mod renegotiate;
