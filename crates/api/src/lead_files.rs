//! Files that lie with leads.

pub mod remove;
pub mod restore;
pub mod url;
