//! The bridge from outside: real devices over real sockets, carriers as code.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod calls;
mod carrier;
mod device;
mod load;
mod network;
mod recording;
mod rooms;
mod signal;
mod socket;
mod stage;
