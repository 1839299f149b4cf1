//! The meaning of each of Twilio's webhooks.

use domain::{
    call::{AnsweredBy as Verdict, CallEvent, DialFailure, Party, ProviderEnd, SoundPlace},
    ids::CallId,
};
use providers::twilio::webhook::{
    AmdResult, AnsweredBy, CallStatus, MessageRequest, RecordingStatus, StatusCallback, VoiceRequest,
};

mod conference;

use conference::OwnAgent;

use super::{Taken, Verified, WebhookAnswer, WebhookRequest};
use crate::{
    Backend,
    calls::{Announced, Arrival, NamedStream, Tell},
    carriers::{self, TWILIO},
    clock,
    error::BackendError,
    recordings::{Delete, Fetch},
};

/// `call` and `party` of the query of an address that we gave out. The signature covers the query.
fn named_call(path_and_query: &str) -> Option<(CallId, Party)> {
    let (_, query) = path_and_query.split_once('?')?;
    let value = |name: &str| {
        query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    Some((value("call")?.parse().ok()?, carriers::party_of(value("party"))))
}

const fn provider_end(status: &CallStatus) -> Option<ProviderEnd> {
    match status {
        CallStatus::Completed => Some(ProviderEnd::Completed),
        CallStatus::Busy => Some(ProviderEnd::Busy),
        CallStatus::Failed => Some(ProviderEnd::Failed),
        CallStatus::NoAnswer => Some(ProviderEnd::NoAnswer),
        CallStatus::Canceled => Some(ProviderEnd::Cancelled),
        _ => None,
    }
}

fn malformed(error: impl ToString) -> BackendError {
    BackendError::Upstream(error.to_string())
}

impl Backend {
    pub(super) async fn take_in(
        &self,
        verified: &Verified,
        request: &WebhookRequest,
        taken: Taken,
    ) -> Result<WebhookAnswer, BackendError> {
        let is_new = taken.is_new;
        match request.kind.as_str() {
            "voice" => self.voice(verified, taken).await,
            "resume" => self.resume(verified, request, taken).await,
            "outbound-answer" => self.outbound_answer(verified, request, taken).await,
            "message" => {
                let message = MessageRequest::from_form(&verified.form).map_err(malformed)?;
                // Somebody who wants to be left alone does not write to the other side of a masked number.
                if is_new && !self.wish_came(verified.scope, &message).await? {
                    self.relay_message(verified.scope, &message).await?;
                }
                // The carrier itself confirms words such as STOP.
                Ok(WebhookAnswer::document(carriers::no_reply()))
            }
            "conference-answer" => self.conference_answer(verified, request, taken).await,
            "agent-answer" => self.agent_answer(verified, request, taken).await,
            "agent-accept" => self.agent_accept(verified, request, taken).await,
            "message-played" => {
                if let Some((call, _)) = named_call(&request.path_and_query).filter(|_| is_new)
                    && self.is_under_way(verified.tenant, call)
                {
                    self.calls().tell(call, Tell::MessagePlayed);
                }
                Ok(WebhookAnswer::document(carriers::hang_up()))
            }
            "conference" => {
                if is_new {
                    self.conference_report(verified, request)?;
                }
                Ok(WebhookAnswer::nothing())
            }
            "status" => {
                if is_new {
                    self.call_status(verified, request).await?;
                }
                Ok(WebhookAnswer::nothing())
            }
            "amd" => {
                if is_new {
                    self.machine_verdict(verified, request)?;
                }
                Ok(WebhookAnswer::nothing())
            }
            "recording" => {
                if is_new {
                    self.carrier_recording(verified, request).await?;
                }
                Ok(WebhookAnswer::nothing())
            }
            // Kept in the inbox; the media socket itself says the same, and sooner.
            "stream-status" => Ok(WebhookAnswer::nothing()),
            _ => Ok(WebhookAnswer::text(404, "no such webhook")),
        }
    }

    /// An inbound call. A repeated request gets the same document and makes no second call.
    async fn voice(&self, verified: &Verified, taken: Taken) -> Result<WebhookAnswer, BackendError> {
        let request = VoiceRequest::from_form(&verified.form).map_err(malformed)?;
        let announced = Announced { call_sid: &request.call_sid, from: &request.from, to: &request.to };
        let document = match self.arrive(verified.scope, &verified.carrier, &announced, taken.is_new).await? {
            Arrival::Welcome { call, greeting, language, meet: SoundPlace::Conference } => {
                let greets = verified.carrier.greets(self, &greeting, &language);
                verified.carrier.meet(call, Party::Customer, greets)
            }
            Arrival::Welcome { call, greeting, language, .. } => {
                let stream = NamedStream { call, party: Party::Customer, call_sid: &request.call_sid };
                let greets = verified.carrier.greets(self, &greeting, &language);
                verified.carrier.connect(self, &stream, greets, taken.turn())?
            }
            Arrival::OwnAgent { agent, lead } => {
                self.agent_calls_in(verified, &announced, OwnAgent { agent, lead }, taken).await?
            }
            Arrival::Over => carriers::hang_up(),
            Arrival::UnknownNumber { sentence, language } => carriers::goodbye(&sentence, &language),
        };
        Ok(WebhookAnswer::document(document))
    }

    /// The media socket broke, or the server was restarted: the leg is brought back while the call lives.
    async fn resume(
        &self,
        verified: &Verified,
        request: &WebhookRequest,
        taken: Taken,
    ) -> Result<WebhookAnswer, BackendError> {
        let named = named_call(&request.path_and_query).filter(|(call, _)| self.is_under_way(verified.tenant, *call));
        let document = match named {
            Some((call, party)) => {
                let call_sid = verified.form.text("CallSid").unwrap_or_default();
                verified.carrier.connect(self, &NamedStream { call, party, call_sid }, None, taken.turn())?
            }
            None => carriers::hang_up(),
        };
        Ok(WebhookAnswer::document(document))
    }

    async fn outbound_answer(
        &self,
        verified: &Verified,
        request: &WebhookRequest,
        taken: Taken,
    ) -> Result<WebhookAnswer, BackendError> {
        let voice = VoiceRequest::from_form(&verified.form).map_err(malformed)?;
        let named = named_call(&request.path_and_query).filter(|(call, _)| self.is_under_way(verified.tenant, *call));
        let Some((call, party)) = named else {
            return Ok(WebhookAnswer::document(carriers::hang_up()));
        };
        let machine = voice.answered_by.as_ref().is_some_and(|by| by.is_machine());
        let event = match (party, machine) {
            (Party::Customer, true) => CallEvent::CustomerFailed { reason: DialFailure::Machine },
            (Party::Customer, false) => CallEvent::CustomerAnswered,
            (Party::Outside { attempt }, true) => CallEvent::TransferFailed { attempt, reason: DialFailure::Machine },
            (Party::Outside { attempt }, false) => CallEvent::TransferAnswered { attempt },
            // Telephones of agents have an address of their own.
            (Party::Telephone { .. }, _) => return Ok(WebhookAnswer::document(carriers::hang_up())),
        };
        if taken.is_new {
            // The carrier's answer to our request may still be on its way; its own id is in this one.
            self.calls().event(call, CallEvent::Dialed { party, provider_call_id: voice.call_sid.clone() });
            self.calls().event(call, event);
        }
        let document = if machine {
            carriers::hang_up()
        } else {
            let stream = NamedStream { call, party, call_sid: &voice.call_sid };
            verified.carrier.connect(self, &stream, None, taken.turn())?
        };
        Ok(WebhookAnswer::document(document))
    }

    fn machine_verdict(&self, verified: &Verified, request: &WebhookRequest) -> Result<(), BackendError> {
        let result = AmdResult::from_form(&verified.form).map_err(malformed)?;
        let verdict = match result.answered_by {
            AnsweredBy::Human => Verdict::Person,
            AnsweredBy::Fax => Verdict::Fax,
            ref by if by.is_machine() => Verdict::Machine,
            _ => Verdict::Unknown,
        };
        let named = named_call(&request.path_and_query).filter(|(call, _)| self.is_under_way(verified.tenant, *call));
        let greeting_over = result.answered_by.greeting_is_over();
        match named {
            Some((call, _)) => drop(self.calls().event(call, CallEvent::AnsweredBy { verdict, greeting_over })),
            None => {
                tracing::info!(call_sid = %result.call_sid, ?verdict, "a verdict came for a call that is not under way")
            }
        }
        Ok(())
    }

    /// Of a conference, which names its call; or of an account that is set to record every call.
    async fn carrier_recording(&self, verified: &Verified, request: &WebhookRequest) -> Result<(), BackendError> {
        let status = RecordingStatus::from_form(&verified.form).map_err(malformed)?;
        let asked_for = named_call(&request.path_and_query).map(|(call, _)| call);
        let call = match (asked_for, &status.call_sid) {
            (Some(call), _) => self.is_of(verified.scope, call).await?.then_some(call),
            (None, Some(call_sid)) => self.call_of_provider(verified.scope, TWILIO, call_sid).await?,
            (None, None) => None,
        };
        let state = verified.form.text("RecordingStatus").unwrap_or_default().to_owned();
        if let (Some(call), Some(_), Some(call_sid)) = (call, asked_for, &status.call_sid)
            && state == "completed"
        {
            let fetch = Fetch { provider: TWILIO.to_owned(), provider_call_id: call_sid.clone() };
            self.fetch_recording_later(verified.scope, call, &fetch, clock::now()).await?;
        } else if let Some(call) = call.filter(|_| state == "completed") {
            let delete = Delete { provider: TWILIO.to_owned(), recording: status.recording_sid.clone() };
            self.delete_at_carrier_later(verified.scope, call, &delete).await?;
        }
        let event = CallEvent::CarrierRecording { id: status.recording_sid.clone(), state };
        if !call.is_some_and(|call| self.is_under_way(verified.tenant, call) && self.calls().event(call, event)) {
            tracing::info!(recording = %status.recording_sid, "the carrier has a recording of a call that is not under way");
        }
        Ok(())
    }

    /// Whether the call is the tenant's.
    async fn is_of(&self, scope: storage::TenantScope, call: CallId) -> Result<bool, BackendError> {
        Ok(storage::calls::get(self.store(), scope, call).await?.is_some())
    }

    async fn call_status(&self, verified: &Verified, request: &WebhookRequest) -> Result<(), BackendError> {
        let status = StatusCallback::from_form(&verified.form).map_err(malformed)?;
        let found = match named_call(&request.path_and_query) {
            Some(named) => Some(named),
            None => {
                let call = self.call_of_provider(verified.scope, TWILIO, &status.call_sid).await?;
                call.map(|call| (call, Party::Customer))
            }
        };
        if let (None, Some(end)) = (found, provider_end(&status.status)) {
            self.calls().ended_early(verified.tenant, &status.call_sid, end);
        }
        let Some((call, party)) = found.filter(|(call, _)| self.is_under_way(verified.tenant, *call)) else {
            tracing::info!(call_sid = %status.call_sid, "a status came for a call that is not under way");
            return Ok(());
        };
        let event = match (provider_end(&status.status), party, &status.status) {
            (Some(end), party, _) => Some(CallEvent::ProviderEnded { party, status: end }),
            (None, Party::Customer, CallStatus::Ringing) => Some(CallEvent::CustomerRinging),
            _ => None,
        };
        if let Some(event) = event {
            self.calls().event(call, event);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_call_is_read_from_the_signed_query() {
        let id = CallId::new(uuid::Uuid::from_u128(5));
        let path = format!("/webhooks/twilio/status?call={id}&party=outside-2");
        assert_eq!(named_call(&path), Some((id, Party::Outside { attempt: 2 })));
        assert_eq!(named_call("/webhooks/twilio/status"), None);
        assert_eq!(named_call("/webhooks/twilio/status?call=5"), None);
    }
}
