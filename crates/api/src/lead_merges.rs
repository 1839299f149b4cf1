//! Leads that were made one.

pub mod undo;
