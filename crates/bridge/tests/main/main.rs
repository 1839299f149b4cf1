//! The bridge from outside: real devices over real sockets, carriers as code.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod bad_input;
mod calls;
mod carrier;
mod device;
mod foreign_bytes;
mod load;
mod network;
mod recording;
mod redundancy;
mod rooms;
mod signal;
mod socket;
mod stage;
mod wide;
mod wide_legs;
