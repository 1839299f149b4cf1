//! Leads.

pub mod changes;
pub mod create;
pub mod get;
pub mod list;
pub mod undo_change;
pub mod update;
