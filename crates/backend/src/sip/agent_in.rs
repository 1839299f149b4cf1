//! An agent calls a virtual number by their own telephone through a trunk: it is their device in the call to the lead.

use std::sync::Arc;

use ::sip::{
    CallKey,
    sdp::{Agreed, Ours},
};
use bridge::RtpLeg;
use domain::ids::{LeadId, LegId, TenantId, UserId};
use storage::TenantScope;

use super::legs;
use crate::{
    Backend,
    calls::Speaks,
    clock,
    error::BackendError,
    number_masking::asked_for,
};

/// The sound of an invitation, before it is answered.
pub(super) struct SipSound {
    pub leg: LegId,
    pub sound: Arc<RtpLeg>,
    pub ours: Ours,
    /// Our description.
    pub text: String,
    pub agreed: Option<Agreed>,
}

impl Backend {
    /// Places the agent's call and answers theirs.
    ///
    /// # Errors
    /// Why the call cannot be placed; theirs is not answered then.
    pub(super) async fn agent_calls_trunk(
        &self,
        key: CallKey,
        tenant: TenantId,
        own: SipSound,
        (agent, lead): (UserId, LeadId),
    ) -> Result<(), BackendError> {
        let actor = self.actor_by_telephone(TenantScope::system(tenant), agent).await?;
        let SipSound { leg, sound, ours, text, agreed } = own;
        if let Some(agreed) = &agreed {
            sound.route(legs::route(agreed)).await;
        }
        let backend = self.clone();
        let attach = Box::new(move |call, session| {
            backend.calls().take_leg(leg, call);
            let whose = legs::Whose::Phone { agent, session, fence: None };
            let kept = legs::Leg { call, tenant, whose, leg, sound, ours, attempt: None, attached: true };
            backend.sip().legs().insert(key, kept);
        });
        self.place(&actor, asked_for(lead), Speaks::Leg { attach }).await?;
        let endpoint = self.sip().endpoint()?;
        let answered = endpoint.ring(key, None).and_then(|()| endpoint.answer(key, text.into_bytes()));
        if let Err(error) = answered {
            // The agent has hung up in the meantime; its end is on its way as an event.
            tracing::info!(%error, "a SIP call of an agent ended before it was answered");
        }
        self.sip().meter().answered(key, clock::now());
        Ok(())
    }
}
