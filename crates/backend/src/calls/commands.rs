//! What people ask of a call.

use domain::{
    call::{CallEvent, MonitorMode, Phase, Refusal, SoundPlace, TransferTarget, permits, telephone_session},
    ids::{CallId, MediaSessionId},
    masking,
    phone_number::E164,
};
use tokio::sync::oneshot;
use wire::calls::{self as wire_calls, AnswerCall, DeclineCall, LiveCall, SendDigits, SetMonitor, StartTransfer};

use super::{actor::Actor, figures::port_id, registry::Tell};
use crate::{Actor as Person, Backend, error::BackendError};

impl Actor {
    /// Why the event cannot be taken now, in terms that the asker can act on.
    pub(super) fn refusal(&self, event: &CallEvent) -> Result<(), BackendError> {
        permits(&self.call, event).map_err(|refusal| match refusal {
            Refusal::OfferTaken { by } => BackendError::OfferTaken { by: self.names.agent(by) },
            Refusal::OfferGone if self.call.is_over() => BackendError::OfferGone("the caller has hung up"),
            Refusal::OfferGone => BackendError::OfferGone("it is not offered to you any more"),
            Refusal::NotYourCall => BackendError::NotAllowed,
            Refusal::WrongState => BackendError::WrongCallState("nothing of the kind is going on in this call"),
            Refusal::TransferUnderWay => BackendError::WrongCallState("a transfer is under way; cancel it first"),
            Refusal::TransferToSelf => BackendError::field("to.user_id", "expected another agent"),
            Refusal::NotSupported => BackendError::NotSupportedByCarrier("hold or transfer"),
            Refusal::ByTelephone => BackendError::WrongCallState("take it at your telephone: press 1 there"),
            Refusal::WrapUpLimit => BackendError::WrongCallState("wrap-up cannot be extended any more"),
        })
    }

    /// Whether the customer is there to hear them.
    pub(super) fn send_digits(&mut self, digits: String) -> bool {
        if self.call.facts.sound == SoundPlace::Conference {
            return self.announce_keys(&digits);
        }
        let leg = match &self.call.phase {
            Phase::Talking { .. } | Phase::Dialing { .. } => self.call.line.leg(),
            _ => None,
        };
        let Some(leg) = leg else { return false };
        if !self.backend.sip().send_digits(leg, &digits) {
            self.backend.bridge().send_dtmf(port_id(domain::call::PortRef::Leg(leg)), digits);
        }
        true
    }
}

impl Backend {
    pub(super) async fn ask(&self, person: &Person, call: CallId, event: CallEvent) -> Result<LiveCall, BackendError> {
        self.own_call(person, call)?;
        Ok(masked(person, self.calls().ask(call, event).await?))
    }

    /// The call has to be one of the person's tenant and under way here.
    fn own_call(&self, person: &Person, call: CallId) -> Result<(), BackendError> {
        match self.calls().tenant_of(call) {
            Some(tenant) if tenant == person.tenant => Ok(()),
            Some(_) | None => Err(BackendError::NotFound("call under way")),
        }
    }

    pub async fn live_call(&self, person: &Person, call: CallId) -> Result<LiveCall, BackendError> {
        self.own_call(person, call)?;
        let live = self.calls().live(call).await.ok_or(BackendError::NotFound("call under way"))?;
        if live.agent_id == Some(person.user) || person.role.supervises() {
            Ok(masked(person, live))
        } else {
            Err(BackendError::NotAllowed)
        }
    }

    pub async fn answer_call(&self, person: &Person, id: CallId, body: AnswerCall) -> Result<LiveCall, BackendError> {
        person.must_take_calls()?;
        self.own_call(person, id)?;
        let device =
            self.devices().of_user(person.tenant, person.user, body.media_session_id).ok_or(BackendError::NoDevice)?;
        let event = CallEvent::OfferAccepted { agent: person.user, fence: body.fence, session: device.session };
        self.ask(person, id, event).await
    }

    pub async fn decline_call(&self, person: &Person, id: CallId, body: DeclineCall) -> Result<(), BackendError> {
        person.must_take_calls()?;
        self.ask(person, id, CallEvent::OfferDeclined { agent: person.user, fence: body.fence }).await.map(drop)
    }

    pub async fn hold_call(&self, person: &Person, id: CallId) -> Result<LiveCall, BackendError> {
        person.must_take_calls()?;
        self.ask(person, id, CallEvent::HoldStarted { agent: person.user }).await
    }

    pub async fn resume_call(&self, person: &Person, id: CallId) -> Result<LiveCall, BackendError> {
        person.must_take_calls()?;
        self.ask(person, id, CallEvent::HoldEnded { agent: person.user }).await
    }

    pub async fn hang_up_call(&self, person: &Person, id: CallId) -> Result<(), BackendError> {
        person.must_take_calls()?;
        self.ask(person, id, CallEvent::AgentHungUp { agent: person.user }).await.map(drop)
    }

    pub async fn transfer_call(
        &self,
        person: &Person,
        id: CallId,
        body: StartTransfer,
    ) -> Result<LiveCall, BackendError> {
        person.must_take_calls()?;
        self.own_call(person, id)?;
        let to = match body.to {
            wire_calls::TransferTarget::Agent { user_id } => {
                self.user_of(person, user_id).await?;
                TransferTarget::Agent { user_id }
            }
            wire_calls::TransferTarget::Queue { queue_id } => {
                TransferTarget::Queue { plan: self.queue_plan(person, queue_id).await? }
            }
            wire_calls::TransferTarget::Number { number } => {
                TransferTarget::Number { number: self.number_to_pass_on_to(person, &number).await? }
            }
        };
        self.ask(person, id, CallEvent::TransferStarted { agent: person.user, to }).await
    }

    /// A number that a call may be passed on to, as somebody types it.
    pub(crate) async fn number_to_pass_on_to(&self, person: &Person, typed: &str) -> Result<E164, BackendError> {
        let allowed = self.allowed_numbers(person.scope).await?;
        let number = domain::dialable::read(typed, Some(&person.country), allowed)
            .map_err(|error| BackendError::field("to.number", error.to_string()))?;
        match self.objection_to_number(person.scope, &number, None).await? {
            Some(objection) => Err(BackendError::DoNotCall(objection)),
            None => Ok(number),
        }
    }

    pub async fn cancel_transfer(&self, person: &Person, id: CallId) -> Result<LiveCall, BackendError> {
        person.must_take_calls()?;
        self.ask(person, id, CallEvent::TransferCancelled { agent: person.user }).await
    }

    pub async fn send_digits(&self, person: &Person, id: CallId, body: SendDigits) -> Result<(), BackendError> {
        person.must_take_calls()?;
        let fits = (1..=32).contains(&body.digits.len())
            && body.digits.chars().all(|key| matches!(key, '0'..='9' | '*' | '#' | 'A'..='D'));
        if !fits {
            return Err(BackendError::field("digits", "expected 1 to 32 of 0-9 * # A-D"));
        }
        let live = self.live_call(person, id).await?;
        if live.agent_id != Some(person.user) {
            return Err(BackendError::NotAllowed);
        }
        let (reply, sent) = oneshot::channel();
        self.calls().tell(id, Tell::Digits { digits: body.digits, reply: Some(reply) });
        match sent.await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(BackendError::WrongCallState("nobody is there yet to hear keys")),
        }
    }

    pub async fn pause_recording(&self, person: &Person, id: CallId) -> Result<LiveCall, BackendError> {
        person.must_take_calls()?;
        self.ask(person, id, CallEvent::RecordingPaused { agent: person.user }).await
    }

    pub async fn resume_recording(&self, person: &Person, id: CallId) -> Result<LiveCall, BackendError> {
        person.must_take_calls()?;
        self.ask(person, id, CallEvent::RecordingResumed { agent: person.user }).await
    }

    /// By a device, or in a conference at the carrier by their own telephone.
    async fn monitors_by(
        &self,
        person: &Person,
        call: CallId,
        asked: Option<MediaSessionId>,
    ) -> Result<MediaSessionId, BackendError> {
        if self.live_call(person, call).await?.sound_at == wire_calls::SoundPlace::Conference {
            self.must_have_phone(person).await?;
            return Ok(telephone_session(person.user));
        }
        Ok(self.devices().of_user(person.tenant, person.user, asked).ok_or(BackendError::NoDevice)?.session)
    }

    pub async fn monitor_call(&self, person: &Person, id: CallId, body: SetMonitor) -> Result<LiveCall, BackendError> {
        person.must_supervise()?;
        self.own_call(person, id)?;
        let event = match body.mode {
            None => CallEvent::MonitorCleared { user: person.user },
            Some(mode) => {
                let session = self.monitors_by(person, id, body.media_session_id).await?;
                let mode = match mode {
                    wire_calls::MonitorMode::Listen => MonitorMode::Listen,
                    wire_calls::MonitorMode::Whisper => MonitorMode::Whisper,
                    wire_calls::MonitorMode::Barge => MonitorMode::Barge,
                };
                CallEvent::MonitorSet { user: person.user, mode, session }
            }
        };
        let live = self.ask(person, id, event).await?;
        let mode = body.mode.map(|mode| serde_json::to_value(mode).unwrap_or_default());
        self.audit(person, "call.monitor", &id.to_string(), serde_json::json!({ "mode": mode })).await;
        Ok(live)
    }
}

pub(super) fn masked(person: &Person, mut live: LiveCall) -> LiveCall {
    if !person.role.sees_contact_data() {
        live.customer_number = masking::mask_number(&live.customer_number);
    }
    live
}
