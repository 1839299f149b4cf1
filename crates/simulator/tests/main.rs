//! The simulated services over real sockets on the loopback.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod application;
mod callbacks;
mod calls;
mod crm;
mod load;
mod speech_service;
mod streams;
