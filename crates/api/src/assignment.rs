//! Rules that give out leads.

pub mod dry_run;
pub mod figures;
pub mod list;
pub mod reassign;
pub mod rules;
pub mod save_rules;
