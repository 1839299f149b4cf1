//! Leads.

pub mod add_consent;
pub mod add_file;
pub mod add_note;
pub mod add_tag;
pub mod board;
pub mod changes;
pub mod consents;
pub mod create;
pub mod duplicates;
pub mod files;
pub mod get;
pub mod list;
pub mod merge;
pub mod merges;
pub mod notes;
pub mod opt_out_link;
pub mod remove_tag;
pub mod undo_change;
pub mod update;
