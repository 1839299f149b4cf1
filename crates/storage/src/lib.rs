//! The store: SQLite or PostgreSQL behind one SQL text, one module for each family of tables.
//!
//! - A query function takes where it runs (`&Store` or `&mut Tx`, see [`On`]), then a [`TenantScope`], then its own
//!   arguments. The few functions without a scope serve webhooks, sign-in, workers and restart; they return the tenant.
//! - What is not there is `None` or `false`; what went wrong is a [`StorageError`].
//! - Personal data and secrets are sealed (see [`Keyring`]) and come back as `Personal`.
//! - To add a table: write the same numbered file into `migrations/sqlite` and `migrations/postgres`, a module here, name
//!   its sealed columns in `seal::Column`, and extend the contract tests, which run on both engines.

mod checkpoint;
mod db;
mod error;
mod migrations;
mod page;
mod scope;
mod seal;
mod server_lock;
mod sql;

pub mod agents;
pub mod assignment;
pub mod audit;
pub mod bulk_actions;
pub mod call_log;
pub mod callbacks;
pub mod calls;
pub mod campaigns;
pub mod consents;
pub mod counters;
pub mod crm;
pub mod device_checks;
pub mod disposition_sets;
pub mod dispositions;
pub mod dnc;
pub mod idempotency;
pub mod imports;
pub mod inbox;
pub mod intake;
pub mod intelligence;
pub mod jobs;
pub mod lead_changes;
pub mod lead_files;
pub mod lead_merges;
pub mod lead_notes;
pub mod lead_views;
pub mod leads;
pub mod leases;
pub mod notes;
pub mod number_masking;
pub mod numbers;
pub mod objections;
pub mod queues;
pub mod recordings;
pub mod registry;
pub mod routing;
pub mod sessions;
pub mod settings;
pub mod sip_usage;
pub mod sound;
pub mod tags;
pub mod tasks;
pub mod tenants;
pub mod users;
pub mod voicemails;
pub mod webhook_deliveries;
pub mod worklist;

#[cfg(feature = "testing")]
pub mod testing;

pub use db::{DatabaseUrl, Db, Store};
pub use error::{Result, StorageError};
pub use page::{Cursor, MAX_LIMIT, Page, PageRequest};
pub use scope::TenantScope;
pub use seal::{InvalidKeys, Keyring, ResealProgress, SealKey, reseal};
pub use server_lock::ServerLock;
pub use sql::{On, Tx};
