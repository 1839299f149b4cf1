//! Exotel: REST client, the requests of its flows (applets), status callbacks and the Voicebot stream.
//!
//! Exotel signs nothing and its own pages disagree in places, so everything here reads leniently: a field may come in a query, a
//! form, in parts or in JSON, as text or as a number, and under either of its spellings. Each peculiarity is a named test.
//! <https://developer.exotel.com/api>, <https://support.exotel.com>

pub mod answers;
mod client;
mod errors;
pub mod numbers;
mod params;
pub mod stream;
pub mod webhook;

pub use client::{ExotelClient, ExotelSettings, ExotelSettingsError};
pub use params::{Params, ParamsError};
