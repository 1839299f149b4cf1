//! Clients against real sockets on the loopback.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod foreign_bytes;
mod language_model;
mod loopback;
mod recording_store;
mod registry;
mod speech;
mod twilio_client;
