//! The do-not-call list.

pub mod add;
pub mod list;
pub mod remove;
pub mod upload;
