//! Keys by which forms and programs hand leads in.

pub mod create;
pub mod list;
pub mod remove;
pub mod update;
