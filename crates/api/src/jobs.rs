//! Background work.

pub mod list;
pub mod retry;
