//! Recorded messages for answering machines.

pub mod create;
pub mod delete;
pub mod list;
