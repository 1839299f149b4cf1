//! An agent who is in a call by their telephone dials a number on it: they speak with that before they leave the customer to it.

use std::sync::Arc;

use ::sip::{Invitation, sdp::Srtp};
use domain::{
    call::CallEvent,
    ids::{CallId, LegId},
};
use storage::TenantScope;

use super::{
    SipService,
    agent_in::status,
    directory::Extension,
    inbound::{Refused, take},
    legs::{self, Leg, Whose},
    phones::CODECS,
};
use crate::{Backend, number_masking::sentence};

impl SipService {
    /// Whether the agent of a call speaks, or wants to, with a number that they may leave the customer to.
    pub(super) fn is_consulted(&self, call: CallId) -> bool {
        self.legs().values().any(|leg| leg.call == call && matches!(leg.whose, Whose::Consult { .. }))
    }

    /// The agent's second line is of no more use.
    pub(crate) async fn end_consult(&self, leg: LegId) {
        let Some(key) = self.key_of(leg) else { return };
        // Our own doing is no word of the agent's.
        self.legs().remove(&key);
        if let Ok(endpoint) = self.endpoint() {
            endpoint.hang_up(key).await;
        }
    }
}

impl Backend {
    /// What keeps a call from being passed on to a number keeps it from being called here.
    pub(super) async fn telephone_consults(
        &self,
        invitation: &Invitation,
        extension: &Extension,
        call: CallId,
    ) -> Result<(), Refused> {
        let (key, agent) = (invitation.call, extension.user);
        let refused = |error: crate::error::BackendError| Refused(status(&error), sentence(&error));
        let person = self.actor_by_telephone(TenantScope::system(extension.tenant), agent).await.map_err(refused)?;
        let number = self.number_to_pass_on_to(&person, &invitation.dialed).await.map_err(refused)?;
        let described = self.describe(invitation, CODECS.to_vec(), Srtp::Off).await?;
        if let Some(agreed) = &described.agreed {
            described.sound.route(legs::route(agreed)).await;
        }
        let leg = described.leg;
        let kept = Leg {
            attached: true,
            by_handshake: described.is_by_handshake(),
            ..Leg::new(
                call,
                extension.tenant,
                Whose::Consult { agent },
                leg,
                Arc::clone(&described.sound),
                described.ours.clone(),
            )
        };
        self.sip().legs().insert(key, kept);
        self.calls().take_leg(leg, call);
        self.calls().ask(call, CallEvent::ConsultStarted { agent, number, leg }).await.map_err(refused)?;
        let endpoint = self.sip().endpoint().map_err(refused)?;
        if let Err(error) = take(&endpoint, key, &described.text, described.requires_100rel).await {
            // Its end is on its way as an event.
            tracing::info!(%call, %error, "an agent's second line ended before it was answered");
        }
        Ok(())
    }
}
