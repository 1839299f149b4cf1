//! What Twilio asks and tells about a call whose sides meet in a conference.

use domain::{
    call::{CallEvent, DialFailure, Party, ProviderEnd},
    ids::{CallId, LeadId, UserId},
};
use providers::twilio::webhook::{ConferenceEvent, ConferenceReport, GatherResult, VoiceRequest};
use tokio::sync::oneshot;
use wire::calls::LiveCall;

use super::{Taken, Verified, WebhookAnswer, WebhookRequest, malformed, named_call};
use crate::{
    Backend,
    calls::{Announced, Speaks, Tell},
    carriers::{self, ACCEPT_KEY, TWILIO},
    error::BackendError,
    number_masking::{asked_for, sentence},
};

/// An agent, and whom they call through a virtual number.
#[derive(Debug, Clone, Copy)]
pub(super) struct OwnAgent {
    pub agent: UserId,
    pub lead: LeadId,
}

impl Backend {
    /// An agent calls a virtual number by their own telephone: they wait in the conference while the lead is called.
    pub(super) async fn agent_calls_in(
        &self,
        verified: &Verified,
        announced: &Announced<'_>,
        OwnAgent { agent, lead }: OwnAgent,
        taken: Taken,
    ) -> Result<String, BackendError> {
        // A copy finds the call that the first one has made.
        let before = self.call_of_provider(verified.scope, TWILIO, announced.call_sid).await?;
        let placed = match before {
            Some(call) => Ok(call),
            None if !taken.is_new => return Ok(carriers::hang_up()),
            None => {
                let actor = self.actor_by_telephone(verified.scope, agent).await?;
                let called_in = Speaks::CalledIn { provider_call_id: announced.call_sid.to_owned() };
                self.place(&actor, asked_for(lead), called_in).await.map(|call| call.id)
            }
        };
        Ok(match placed {
            Ok(call) => verified.carrier.meet(call, Party::Telephone { attempt: 1 }, None),
            Err(error) => {
                tracing::info!(%error, "an agent who called in was refused");
                carriers::goodbye(sentence(&error), "en")
            }
        })
    }

    fn named_live(&self, verified: &Verified, request: &WebhookRequest) -> Option<(CallId, Party)> {
        named_call(&request.path_and_query).filter(|(call, _)| self.is_under_way(verified.tenant, *call))
    }

    /// The customer, or the number that the call is passed on to, has taken the telephone up.
    pub(super) async fn conference_answer(
        &self,
        verified: &Verified,
        request: &WebhookRequest,
        taken: Taken,
    ) -> Result<WebhookAnswer, BackendError> {
        let voice = VoiceRequest::from_form(&verified.form).map_err(malformed)?;
        let Some((call, party)) = self.named_live(verified, request) else {
            return Ok(WebhookAnswer::document(carriers::hang_up()));
        };
        let machine = voice.answered_by.as_ref().is_some_and(|by| by.is_machine());
        let event = match (party, machine) {
            (Party::Customer, true) => CallEvent::CustomerFailed { reason: DialFailure::Machine },
            (Party::Customer, false) => CallEvent::CustomerAnswered,
            (Party::Outside { attempt }, true) => CallEvent::TransferFailed { attempt, reason: DialFailure::Machine },
            (Party::Outside { attempt }, false) => CallEvent::TransferAnswered { attempt },
            (Party::Telephone { .. }, _) => return Ok(WebhookAnswer::document(carriers::hang_up())),
        };
        if taken.is_new {
            self.calls().event(call, CallEvent::Dialed { party, provider_call_id: voice.call_sid });
            self.calls().event(call, event);
        }
        let document = if machine { carriers::hang_up() } else { verified.carrier.meet(call, party, None) };
        Ok(WebhookAnswer::document(document))
    }

    /// An agent has taken their telephone up: they hear who it is, and are asked for the key.
    pub(super) async fn agent_answer(
        &self,
        verified: &Verified,
        request: &WebhookRequest,
        taken: Taken,
    ) -> Result<WebhookAnswer, BackendError> {
        let voice = VoiceRequest::from_form(&verified.form).map_err(malformed)?;
        let named = self.named_live(verified, request);
        let Some((call, party @ Party::Telephone { .. })) = named else {
            return Ok(WebhookAnswer::document(carriers::hang_up()));
        };
        if taken.is_new {
            self.calls().event(call, CallEvent::Dialed { party, provider_call_id: voice.call_sid });
        }
        let document = match self.calls().live(call).await {
            Some(live) => verified.carrier.whisper(call, party, &whisper(&live), "en"),
            None => carriers::hang_up(),
        };
        Ok(WebhookAnswer::document(document))
    }

    /// The key, or none. A copy of the request gets the same answer.
    pub(super) async fn agent_accept(
        &self,
        verified: &Verified,
        request: &WebhookRequest,
        taken: Taken,
    ) -> Result<WebhookAnswer, BackendError> {
        let gathered = GatherResult::from_form(&verified.form).map_err(malformed)?;
        let named = self.named_live(verified, request);
        let Some((call, party @ Party::Telephone { attempt })) = named else {
            return Ok(WebhookAnswer::document(carriers::goodbye("The call is over.", "en")));
        };
        if gathered.digits != ACCEPT_KEY {
            if taken.is_new {
                let status = if gathered.digits.is_empty() { ProviderEnd::NoAnswer } else { ProviderEnd::Completed };
                self.calls().event(call, CallEvent::ProviderEnded { party, status });
            }
            return Ok(WebhookAnswer::document(carriers::hang_up()));
        }
        let (reply, answer) = oneshot::channel();
        self.calls().tell(call, Tell::Ask { event: CallEvent::TelephoneAccepted { attempt }, reply });
        let document = match answer.await {
            Ok(Ok(_)) => verified.carrier.meet(call, party, None),
            Ok(Err(_)) | Err(_) => carriers::goodbye("The call was taken by somebody else, or is over.", "en"),
        };
        Ok(WebhookAnswer::document(document))
    }

    pub(super) fn conference_report(&self, verified: &Verified, request: &WebhookRequest) -> Result<(), BackendError> {
        let report = ConferenceReport::from_form(&verified.form).map_err(malformed)?;
        let Some((call, _)) = self.named_live(verified, request) else {
            tracing::info!(conference = %report.conference_sid, "a conference without a call under way reported");
            return Ok(());
        };
        let party = report.label.as_deref().and_then(carriers::party_of_label);
        let event = match (&report.event, party, report.call_sid) {
            (ConferenceEvent::Joined, Some(party), Some(provider_call_id)) => {
                Some(CallEvent::ConferenceJoined { party, conference: report.conference_sid, provider_call_id })
            }
            // Whoever was sent elsewhere by us leaves, too; the status of their telephone call says when it has ended.
            (ConferenceEvent::Left, Some(Party::Customer), _)
                if report.left_because.as_deref() == Some("participant_hung_up") =>
            {
                Some(CallEvent::CustomerHungUp)
            }
            (ConferenceEvent::Left, Some(party @ Party::Telephone { .. }), _) => {
                Some(CallEvent::ProviderEnded { party, status: ProviderEnd::Completed })
            }
            _ => None,
        };
        if let Some(event) = event {
            self.calls().event(call, event);
        }
        Ok(())
    }
}

/// The person's name and what the call is about; never their number.
fn whisper(live: &LiveCall) -> String {
    let who = live.customer_name.as_deref().unwrap_or("a new caller");
    let about = live.campaign_name.as_deref().or(live.queue_name.as_deref());
    let about = about.map_or_else(String::new, |about| format!(", {about}"));
    format!("{who}{about}. Press {ACCEPT_KEY} to take the call.")
}
