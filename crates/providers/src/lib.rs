//! Clients of the outside world: telephone carriers, speech and language services, recording stores.
//!
//! Each vendor is one module behind one interface. Nothing here decides what a call does; nothing here retries a
//! request that may have placed a call. Secrets are [`domain::pii::Personal`] and never print.

pub mod ai;
mod back_off;
pub mod crm;
pub mod exotel;
mod http_client;
pub mod language_model;
pub mod lead_webhook;
pub mod outside;
pub mod recording_store;
pub mod registry;
mod rest;
pub mod speech;
pub mod telephony;
pub mod twilio;
