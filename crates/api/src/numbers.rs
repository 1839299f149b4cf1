//! Numbers that the tenant owns.

pub mod create;
pub mod delete;
pub mod list;
pub mod unknown;
pub mod update;
