//! The live socket.

pub mod snapshot;
pub mod socket;
