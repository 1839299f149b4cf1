//! An agent calls us by a telephone: a virtual number through a trunk, or whom they dial on the one that is registered here. It is
//! their device in the call to the person.

use ::sip::{CallKey, Invitation, sdp::Srtp};
use domain::ids::{TenantId, TrunkId, UserId};
use storage::TenantScope;
use wire::calls::PlaceCall;

use super::{
    inbound::{Described, Refused, take},
    legs::{self, Leg, Whose},
    phones::CODECS,
};
use crate::{Backend, calls::Speaks, clock, error::BackendError, number_masking::sentence};

/// Whose call it is, and the trunk that it has come by.
pub(super) struct AgentIn {
    pub tenant: TenantId,
    pub trunk: Option<TrunkId>,
    pub agent: UserId,
}

/// RFC 3261 section 21.4.
pub(super) const fn status(error: &BackendError) -> u16 {
    match error {
        BackendError::InvalidFields(_) => 404,
        BackendError::DoNotCall(_) | BackendError::OutsideCallingHours { .. } | BackendError::NotAllowed => 403,
        BackendError::NotConfigured(_)
        | BackendError::Upstream(_)
        | BackendError::Unavailable
        | BackendError::Internal(_) => 503,
        _ => 480,
    }
}

impl Backend {
    /// An agent dials on their telephone, whose name is proven.
    pub(super) async fn telephone_calls(&self, invitation: &Invitation, name: &str) -> Result<(), Refused> {
        let extension = self.sip().directory().extensions.get(name).cloned();
        let extension = extension.ok_or(Refused(403, "this telephone is not set up any more"))?;
        if let Some(call) = self.sip().talks_by(&extension) {
            return self.telephone_consults(invitation, &extension, call).await;
        }
        let described = self.describe(invitation, CODECS.to_vec(), Srtp::Off).await?;
        let wanted = PlaceCall {
            lead_id: None,
            number: Some(invitation.dialed.clone()),
            campaign_id: None,
            fence: None,
            // Somebody who dials a number anew wants to.
            again: Some(true),
            by_phone: None,
        };
        let caller = AgentIn { tenant: extension.tenant, trunk: None, agent: extension.user };
        let placed = self.agent_calls(invitation.call, caller, described, wanted).await;
        placed.map_err(|error| Refused(status(&error), sentence(&error)))
    }

    /// Places the agent's call and answers theirs.
    ///
    /// # Errors
    /// Why the call cannot be placed; theirs is not answered then.
    pub(super) async fn agent_calls(
        &self,
        key: CallKey,
        AgentIn { tenant, trunk, agent }: AgentIn,
        described: Described,
        wanted: PlaceCall,
    ) -> Result<(), BackendError> {
        let actor = self.actor_by_telephone(TenantScope::system(tenant), agent).await?;
        if let Some(agreed) = &described.agreed {
            described.sound.route(legs::route(agreed)).await;
        }
        let backend = self.clone();
        let (text, requires_100rel) = (described.text.clone(), described.requires_100rel);
        let attach = Box::new(move |call, session| {
            backend.calls().take_leg(described.leg, call);
            let whose = Whose::Phone { agent, session, fence: None };
            let by_handshake = described.is_by_handshake();
            let kept = Leg {
                attached: true,
                by_handshake,
                trunk,
                ..Leg::new(call, tenant, whose, described.leg, described.sound, described.ours)
            };
            backend.sip().legs().insert(key, kept);
        });
        self.place(&actor, wanted, Speaks::Leg { attach }).await?;
        let endpoint = self.sip().endpoint()?;
        if let Err(error) = take(&endpoint, key, &text, requires_100rel).await {
            // The agent has hung up in the meantime; its end is on its way as an event.
            tracing::info!(%error, "a SIP call of an agent ended before it was answered");
        }
        self.sip().meter().answered(key, clock::now());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_a_call_is_not_placed_has_a_status() {
        assert_eq!(status(&BackendError::field("number", "expected a number")), 404);
        assert_eq!(status(&BackendError::OutsideCallingHours { opens_at: None }), 403);
        assert_eq!(status(&BackendError::Conflict("you are not available")), 480);
        assert_eq!(status(&BackendError::Unavailable), 503);
    }
}
