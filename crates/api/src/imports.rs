//! Taking leads in from files.

pub mod add_part;
pub mod begin;
pub mod cancel;
pub mod get;
pub mod list;
pub mod mappings;
pub mod preview;
pub mod problem_rows;
pub mod problems;
pub mod rehearse;
pub mod remove_mapping;
pub mod save_mapping;
pub mod start;
pub mod template;
pub mod undo;
