//! Notes of leads.

pub mod remove;
pub mod restore;
