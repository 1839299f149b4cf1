//! Campaigns.

pub mod create;
pub mod default_dispositions;
pub mod get;
pub mod list;
pub mod update;
