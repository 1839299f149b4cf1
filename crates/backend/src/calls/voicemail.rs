//! The recorded message in a call: the agent's key, and the sound on the customer's leg.

use bridge::PortId;
use domain::{
    call::{CallEvent, VoicemailMessage},
    ids::{CallId, LegId, VoicemailId},
};
use wire::calls::LeaveVoicemail;

use super::actor::Actor;
use crate::{Actor as Person, Backend, error::BackendError};

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
