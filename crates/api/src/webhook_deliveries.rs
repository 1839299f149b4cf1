//! What was told to the organisation's own program.

pub mod list;
