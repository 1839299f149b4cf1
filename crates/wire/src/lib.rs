//! Request, response and live message types: the one contract between backend, desktop window, browser and phone.
//!
//! Data only, no logic. `cargo test -p switchboard-wire` writes the TypeScript types to `ui/src/api/generated`, and fails when
//! the committed ones are stale. Conventions: ids are UUID strings; instants are milliseconds since 1970 UTC and end in
//! `_at_ms`; spans end in `_ms` or `_s`; phone numbers are E.164, or masked (`+91 98••••••21`) when the reader may not see
//! them; lists come as [`page::Page`] with an opaque cursor; every error is an [`error::ApiError`].

pub mod accounts;
pub mod agents;
pub mod assignment;
pub mod calls;
pub mod config;
pub mod crm;
pub mod device_check;
pub mod dispositions;
pub mod error;
pub mod imports;
pub mod intake;
pub mod intelligence;
pub mod jobs;
pub mod lead_pages;
pub mod lead_sets;
pub mod leads;
pub mod live;
pub mod masking;
pub mod media;
pub mod opt_out;
pub mod page;
pub mod recordings;
pub mod sip;
pub mod sound;
pub mod tasks;
pub mod worklist;
