//! The agent's worklist.

pub mod counts;
pub mod held;
pub mod list;
pub mod next;
pub mod renew;
pub mod skip;
