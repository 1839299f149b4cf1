//! The wall between tenants.

use domain::ids::TenantId;

/// Proof that the caller may see one tenant's rows. Every query on tenant data takes one, and puts its tenant into the
/// statement; there is no way to ask for another's. Make it where the tenant was established, never from a request's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TenantScope {
    tenant: TenantId,
}

impl TenantScope {
    /// For a request: the tenant is the one in a verified access token, refresh token or webhook signature.
    pub const fn authenticated(tenant: TenantId) -> Self {
        Self { tenant }
    }

    /// For the server's own work: jobs, restart, retention, seeding. The tenant comes from a stored row.
    pub const fn system(tenant: TenantId) -> Self {
        Self { tenant }
    }

    pub const fn tenant(self) -> TenantId {
        self.tenant
    }
}
