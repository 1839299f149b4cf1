//! The signed-in user.

pub mod get;
pub mod revoke_session;
pub mod sessions;
pub mod update;
