//! Twilio programmable voice: REST client, webhooks, request signatures, TwiML and Media Streams.

mod client;
mod conference;
pub mod errors;
pub mod signature;
pub mod stream;
pub mod twiml;
pub mod webhook;

pub use client::{TwilioClient, TwilioSettings, TwilioSettingsError};
