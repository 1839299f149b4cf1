//! Actions on many leads.

pub mod cancel;
pub mod get;
pub mod list;
pub mod start;
pub mod undo;
