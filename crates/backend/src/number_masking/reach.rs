//! Who calls a virtual number reaches the other side of its mapping.

use domain::{
    ids::{LeadId, SessionId, UserId},
    number_masking::Side,
};
use storage::{TenantScope, number_masking::Reached, numbers::Number as NumberRow};
use uuid::Uuid;
use wire::calls::PlaceCall;

use crate::{Actor, Backend, clock, error::BackendError};

/// What a caller means by a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meant {
    /// Whoever takes the number's calls.
    Anybody,
    /// The lead calls back: this agent is asked first.
    Agent { lead: LeadId, agent: UserId },
    /// An agent calls by their own telephone, and means this lead.
    Lead { lead: LeadId, agent: UserId },
}

impl Backend {
    /// `from`: E.164, or whatever the carrier sent in its place.
    pub(crate) async fn meant(
        &self,
        scope: TenantScope,
        number: &NumberRow,
        from: &str,
    ) -> Result<Meant, BackendError> {
        let now = clock::now();
        let reached = storage::number_masking::reached(self.store(), scope, number.id, from, now).await?;
        Ok(match reached {
            None => Meant::Anybody,
            Some(Reached { lead, agent, side: Side::Lead, .. }) => Meant::Agent { lead, agent },
            Some(Reached { lead, agent, side: Side::Agent, .. }) => Meant::Lead { lead, agent },
        })
    }

    /// An agent who asks by telephone and not by the app. What they may do is what their role may.
    pub(crate) async fn actor_by_telephone(&self, scope: TenantScope, agent: UserId) -> Result<Actor, BackendError> {
        let user = storage::users::get(self.store(), scope, agent).await?;
        let tenant = storage::tenants::get(self.store(), scope).await?;
        let (Some(user), Some(tenant)) = (user.filter(|user| user.active), tenant) else {
            return Err(BackendError::NotFound("agent"));
        };
        Ok(Actor {
            scope,
            tenant: scope.tenant(),
            user: agent,
            session: SessionId::new(Uuid::nil()),
            role: user.role,
            name: user.name,
            country: tenant.country,
            zone: tenant.zone,
        })
    }
}

/// The call that an agent asks for by calling a virtual number.
pub(crate) const fn asked_for(lead: LeadId) -> PlaceCall {
    PlaceCall {
        lead_id: Some(lead),
        number: None,
        campaign_id: None,
        fence: None,
        again: Some(true),
        by_phone: Some(true),
    }
}

/// What the agent hears whose call cannot be made.
pub(crate) fn sentence(error: &BackendError) -> &'static str {
    match error {
        BackendError::DoNotCall(_) => "This person must not be called. Goodbye.",
        BackendError::OutsideCallingHours { .. } => "It is outside of the calling hours. Goodbye.",
        BackendError::Conflict(_) => "You are not available. End the present call or break first. Goodbye.",
        _ => "The call cannot be made. Please look into the app. Goodbye.",
    }
}
