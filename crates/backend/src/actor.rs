//! Who is acting.

use domain::{
    ids::{SessionId, TenantId, UserId},
    role::Role,
};
use storage::TenantScope;

use crate::error::BackendError;

/// A signed-in user, as authentication found them. Every use-case takes one.
#[derive(Debug, Clone)]
pub struct Actor {
    pub scope: TenantScope,
    pub tenant: TenantId,
    pub user: UserId,
    pub session: SessionId,
    pub role: Role,
    pub name: String,
    /// Of the tenant: meaning of numbers without a country.
    pub country: String,
    /// Of the tenant, IANA.
    pub zone: String,
}

impl Actor {
    pub fn must_configure(&self) -> Result<(), BackendError> {
        allow(self.role.configures())
    }

    pub fn must_supervise(&self) -> Result<(), BackendError> {
        allow(self.role.supervises())
    }

    pub fn must_take_calls(&self) -> Result<(), BackendError> {
        allow(self.role.takes_calls())
    }
}

fn allow(allowed: bool) -> Result<(), BackendError> {
    if allowed { Ok(()) } else { Err(BackendError::NotAllowed) }
}
