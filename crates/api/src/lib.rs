//! The HTTP and WebSocket edge: one endpoint per file, named by verb. No decisions here; each handler calls one use-case
//! of `backend`. [`router::router`] reads as the table of contents.

mod agents;
mod assignment;
mod audit;
mod auth;
mod bulk_actions;
mod callbacks;
mod calls;
mod campaigns;
mod do_not_call;
mod error;
mod extract;
mod files;
mod headers;
mod health;
mod idempotency;
mod imports;
mod intake;
mod intake_keys;
mod jobs;
mod lead_files;
mod lead_merges;
mod lead_notes;
mod lead_views;
mod leads;
mod live;
mod me;
mod media;
mod numbers;
mod queues;
mod recordings;
pub mod router;
mod settings;
mod setup;
mod tags;
mod tasks;
mod tenants;
mod ui;
mod users;
mod voicemail;
mod webhook_deliveries;
mod webhooks;
mod worklist;

pub use router::{openapi, router, serve};
