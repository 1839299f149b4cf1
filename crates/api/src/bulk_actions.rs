//! Actions on many leads.

pub mod cancel;
pub mod file;
pub mod get;
pub mod list;
pub mod start;
pub mod undo;
