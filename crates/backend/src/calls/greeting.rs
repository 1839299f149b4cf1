//! What a caller hears before the queue: chosen by the number, played by the carrier or by the bridge.

use std::sync::Arc;

use bridge::PortId;
use domain::{
    call::{AfterGreeting, CallEvent, Greeting, VoicemailMessage, greeting_is_due},
    ids::{LegId, VoicemailId},
};
use storage::{TenantScope, numbers::Number};

use super::{actor::Actor, registry::Tell};
use crate::{Backend, carriers::TenantCarrier, error::BackendError};

/// Name of the prompt in the bridge.
pub(super) const PROMPT: &str = "greeting";

/// The greeting that was played to this leg, or could not be, is over.
pub(super) fn finished(leg: LegId) -> CallEvent {
    CallEvent::GreetingFinished { then: AfterGreeting::OwnQueue, leg: Some(leg) }
}

impl Actor {
    /// Beside the actor: the sound has to be read first.
    pub(super) fn play_greeting(&self, leg: LegId, message: Option<VoicemailId>) {
        // The carrier has spoken it before its sound came.
        let Some(message) = message else { return self.tell_self(finished(leg)) };
        let (backend, scope, call) = (self.backend.clone(), self.scope, self.id());
        tokio::spawn(async move {
            match backend.voicemail_sound(scope, message).await {
                Ok((_, pcm)) => drop(backend.calls().tell(call, Tell::GreetingRead { leg, pcm })),
                // Better a call without its greeting than none.
                Err(error) => {
                    tracing::warn!(%call, %message, %error, "a greeting cannot be played; the call goes on without it");
                    backend.calls().event(call, finished(leg));
                }
            }
        });
    }

    pub(super) fn greeting_read(&self, leg: LegId, pcm: Arc<[i16]>) {
        if greeting_is_due(&self.call, leg) {
            self.backend.bridge().play(PortId::Carrier(leg), PROMPT.to_owned(), pcm);
        }
    }
}

impl Backend {
    /// What callers of the number hear first. A recorded message that is not there any more is passed over.
    pub(super) async fn greeting_of(
        &self,
        scope: TenantScope,
        carrier: &TenantCarrier,
        number: &Number,
    ) -> Result<Greeting, BackendError> {
        let words = || Greeting::text(number.greeting.clone());
        let (Some(id), Some(by)) = (number.greeting_message_id, carrier.greetings_played_by()) else {
            return Ok(words());
        };
        let Some(row) = storage::voicemails::get(self.store(), scope, id).await? else {
            tracing::warn!(number = %number.id, message = %id, "the recorded greeting of a number is not there any more");
            return Ok(words());
        };
        let message = VoicemailMessage { id: row.id, name: row.name, length_ms: row.length_ms };
        Ok(Greeting::Recorded { message, by })
    }
}
