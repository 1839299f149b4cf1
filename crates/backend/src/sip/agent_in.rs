//! An agent calls a virtual number by their own telephone through a trunk: it is their device in the call to the lead.

use ::sip::CallKey;
use domain::ids::{LeadId, UserId};
use storage::TenantScope;

use super::{
    directory::Trunk,
    inbound::Described,
    legs::{self, Leg, Whose},
};
use crate::{Backend, calls::Speaks, clock, error::BackendError, number_masking::asked_for};

impl Backend {
    /// Places the agent's call and answers theirs.
    ///
    /// # Errors
    /// Why the call cannot be placed; theirs is not answered then.
    pub(super) async fn agent_calls_trunk(
        &self,
        key: CallKey,
        trunk: &Trunk,
        described: Described,
        (agent, lead): (UserId, LeadId),
    ) -> Result<(), BackendError> {
        let tenant = trunk.tenant;
        let actor = self.actor_by_telephone(TenantScope::system(tenant), agent).await?;
        if let Some(agreed) = &described.agreed {
            described.sound.route(legs::route(agreed)).await;
        }
        let backend = self.clone();
        let text = described.text.clone().into_bytes();
        let trunk = trunk.id;
        let attach = Box::new(move |call, session| {
            backend.calls().take_leg(described.leg, call);
            let whose = Whose::Phone { agent, session, fence: None };
            let by_handshake = described.is_by_handshake();
            let kept = Leg {
                attached: true,
                by_handshake,
                trunk: Some(trunk),
                ..Leg::new(call, tenant, whose, described.leg, described.sound, described.ours)
            };
            backend.sip().legs().insert(key, kept);
        });
        self.place(&actor, asked_for(lead), Speaks::Leg { attach }).await?;
        let endpoint = self.sip().endpoint()?;
        let answered = endpoint.ring(key, None).and_then(|()| endpoint.answer(key, text));
        if let Err(error) = answered {
            // The agent has hung up in the meantime; its end is on its way as an event.
            tracing::info!(%error, "a SIP call of an agent ended before it was answered");
        }
        self.sip().meter().answered(key, clock::now());
        Ok(())
    }
}
