//! Leads.

pub mod add_consent;
pub mod add_tag;
pub mod changes;
pub mod consents;
pub mod create;
pub mod get;
pub mod list;
pub mod opt_out_link;
pub mod remove_tag;
pub mod undo_change;
pub mod update;
