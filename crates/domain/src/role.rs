//! What a user may do in a tenant.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub enum Role {
    /// Configures the tenant and its users; may do everything below.
    TenantAdmin,
    /// Watches and coaches: sees all calls and leads, listens, whispers, barges, forces agent states.
    Manager,
    /// Takes calls; sees own calls and the leads of own queues and campaigns.
    Telecaller,
    /// Visits; sees own visits and leads.
    FieldAgent,
    /// Reads reports and call records with masked numbers.
    Viewer,
}

impl Role {
    pub const ALL: [Self; 5] = [Self::TenantAdmin, Self::Manager, Self::Telecaller, Self::FieldAgent, Self::Viewer];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TenantAdmin => "tenant_admin",
            Self::Manager => "manager",
            Self::Telecaller => "telecaller",
            Self::FieldAgent => "field_agent",
            Self::Viewer => "viewer",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// May change settings, users, numbers, queues, campaigns and keys.
    pub const fn configures(self) -> bool {
        matches!(self, Self::TenantAdmin)
    }

    /// May see every agent and call of the tenant, and listen, whisper, barge.
    pub const fn supervises(self) -> bool {
        matches!(self, Self::TenantAdmin | Self::Manager)
    }

    /// May take and place calls.
    pub const fn takes_calls(self) -> bool {
        matches!(self, Self::TenantAdmin | Self::Manager | Self::Telecaller)
    }

    /// Sees phone numbers and e-mails in full; all others see them masked.
    pub const fn sees_contact_data(self) -> bool {
        matches!(self, Self::TenantAdmin | Self::Manager)
    }
}
