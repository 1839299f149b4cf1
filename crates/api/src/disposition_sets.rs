//! Sets of outcomes.

pub mod archive;
pub mod copy;
pub mod create;
pub mod get;
pub mod list;
pub mod templates;
pub mod try_out;
pub mod update;
pub mod versions;
