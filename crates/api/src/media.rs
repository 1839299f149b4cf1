//! Sound of devices.

pub mod close;
pub mod dropped;
pub mod end_loop;
pub mod get_loop;
pub mod open;
pub mod relays;
pub mod renegotiate;
pub mod sound;
pub mod start_loop;
