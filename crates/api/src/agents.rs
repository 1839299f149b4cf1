//! Presence of agents.

pub mod device_checks;
pub mod force_state;
pub mod list;
pub mod set_own_state;
