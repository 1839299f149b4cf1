//! Callbacks.

pub mod list;
