//! The recorded message in a call: the agent's key, and the sound on the customer's leg.

use bridge::PortId;
use domain::{
    call::{CallEvent, Party, ProviderEnd, VoicemailMessage, played_whole},
    ids::{CallId, LegId, VoicemailId},
};
use providers::telephony::{CarrierError, Instructions, ProviderCallId};
use wire::calls::LeaveVoicemail;

use super::actor::Actor;
use crate::{Actor as Person, Backend, carrier_plays::Plays, clock, error::BackendError};

/// Name of the prompt in the bridge.
pub(super) const PROMPT: &str = "voicemail";

impl Actor {
    /// Beside the actor: the sound has to be read first.
    pub(super) fn play_voicemail(&self, leg: LegId, message: VoicemailId) {
        let (backend, scope, call) = (self.backend.clone(), self.scope, self.id());
        tokio::spawn(async move {
            match backend.voicemail_sound(scope, message).await {
                Ok((name, pcm)) => {
                    if backend.calls().event(call, CallEvent::VoicemailStarted { name }) {
                        backend.bridge().play(PortId::Carrier(leg), PROMPT.to_owned(), pcm);
                    }
                }
                Err(error) => {
                    tracing::error!(%call, %message, %error, "a message cannot be played");
                    backend.calls().event(call, CallEvent::VoicemailFinished { whole: false });
                }
            }
        });
    }

    /// Takes the customer's telephone call out of the conference to the message. Beside the actor: the carrier may take its time.
    pub(super) async fn play_at_carrier(&self, provider_call_id: String, message: VoicemailId) {
        let failed = CallEvent::VoicemailFinished { whole: false };
        let Some(carrier) = self.carrier().await else { return self.tell_self(failed) };
        let (backend, scope, call) = (self.backend.clone(), self.scope, self.id());
        tokio::spawn(async move {
            let name = match storage::voicemails::get(backend.store(), scope, message).await {
                Ok(Some(row)) => row.name,
                Ok(None) | Err(_) => {
                    tracing::error!(%call, %message, "a message is not there to be played");
                    backend.calls().event(call, failed);
                    return;
                }
            };
            let sound = backend.at_address(&carrier, Plays::Message(message));
            let document = Instructions::Document(carrier.leave_message(call, &sound));
            let event = match carrier.api.redirect(&ProviderCallId::new(provider_call_id), &document).await {
                Ok(()) => CallEvent::VoicemailStarted { name },
                // The report of it was lost.
                Err(CarrierError::CallOver) => {
                    CallEvent::ProviderEnded { party: Party::Customer, status: ProviderEnd::Completed }
                }
                Err(error) => {
                    tracing::warn!(%call, %error, "the carrier does not play a message");
                    backend.tell_of_refusal(scope, call, &error);
                    failed
                }
            };
            backend.calls().event(call, event);
        });
    }

    /// The carrier is done with the message.
    pub(super) async fn message_played(&mut self) {
        let whole = played_whole(&self.call, clock::now());
        self.happened(CallEvent::VoicemailFinished { whole }).await;
    }
}

impl Backend {
    /// Leaves the message that is named, or the tenant's chosen one; the agent is finishing from then on.
    ///
    /// # Errors
    /// `NotConfigured` when none is named and none is chosen; else as of all that is asked of a call.
    pub async fn leave_voicemail(&self, person: &Person, id: CallId, body: LeaveVoicemail) -> Result<(), BackendError> {
        person.must_take_calls()?;
        if self.live_call(person, id).await?.agent_id != Some(person.user) {
            return Err(BackendError::NotAllowed);
        }
        let chosen = match body.message_id {
            Some(message) => storage::voicemails::get(self.store(), person.scope, message).await?,
            None => self.chosen_message(person.scope).await?,
        };
        let Some(chosen) = chosen else {
            return Err(match body.message_id {
                Some(_) => BackendError::field("message_id", "names a message that is not there"),
                None => BackendError::NotConfigured("no message is chosen for answering machines; ask an admin"),
            });
        };
        let message = VoicemailMessage { id: chosen.id, name: chosen.name, length_ms: chosen.length_ms };
        self.ask(person, id, CallEvent::VoicemailDropped { agent: person.user, message }).await.map(drop)
    }
}
