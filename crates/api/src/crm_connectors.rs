//! CRMs that leads are kept in step with.

pub mod create;
pub mod get;
pub mod list;
pub mod pause;
pub mod problems;
pub mod remove;
pub mod sync;
pub mod test;
pub mod update;
