//! Tasks and callbacks together.

pub mod reassign;
