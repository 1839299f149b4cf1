//! Twilio programmable voice: REST client, webhooks, request signatures, TwiML and Media Streams.

pub mod signature;
pub mod stream;
pub mod twiml;
pub mod webhook;
