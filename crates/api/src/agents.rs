//! Presence of agents.

pub mod force_state;
pub mod list;
pub mod set_own_state;
