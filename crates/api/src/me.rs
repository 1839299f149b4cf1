//! The signed-in user.

pub mod device_checks;
pub mod get;
pub mod revoke_session;
pub mod save_device_check;
pub mod sessions;
pub mod update;
