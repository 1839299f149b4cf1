//! Keys to a menu of the customer's in a conference at the carrier: announced to their telephone call alone, which stays where it is.

use std::time::Duration;

use domain::{
    call::{Party, seats},
    ids::{CallId, UserId},
};
use providers::telephony::{CarrierError, ProviderCallId};
use storage::TenantScope;
use tokio::sync::mpsc;
use wire::live::{LiveEvent, Notice, NoticeLevel};

use super::actor::Actor;
use crate::{
    Backend,
    carrier_plays::{Keys, Plays},
    live::Audience,
};

/// No shorter than a tone and the gap behind it. Twilio says nothing of their lengths.
const ONE_KEY: Duration = Duration::from_millis(400);
/// Until the carrier has fetched the keys.
const FETCHED: Duration = Duration::from_millis(500);

struct Pressed {
    conference: String,
    provider_call_id: String,
    agent: UserId,
    digits: String,
}

/// What becomes of two announcements at once is not documented, so that one follows the other, and keys that are pressed meanwhile
/// go together.
#[derive(Default)]
pub(super) struct KeysLine(Option<mpsc::UnboundedSender<Pressed>>);

impl Actor {
    /// To the customer, once they are in the conference with an agent; before that nobody is there to hear keys.
    pub(super) fn announce_keys(&mut self, digits: &str) -> bool {
        let seat = seats(&self.call).remove(&Party::Customer);
        let (Some(talk), Some((provider_call_id, _)), Some(conference)) =
            (self.call.talk(), seat, &self.call.conference)
        else {
            return false;
        };
        let (conference, agent) = (conference.clone(), talk.desk.agent);
        let line = self.keys.0.get_or_insert_with(|| {
            let (sender, pressed) = mpsc::unbounded_channel();
            let announcing = Announcing {
                backend: self.backend.clone(),
                scope: self.scope,
                call: self.call.facts.id,
                provider: self.call.facts.provider.clone(),
            };
            tokio::spawn(announcing.take_all(pressed));
            sender
        });
        let pressed = Pressed { conference, provider_call_id, agent, digits: digits.to_owned() };
        line.send(pressed).is_ok()
    }
}

struct Announcing {
    backend: Backend,
    scope: TenantScope,
    call: CallId,
    provider: String,
}

impl Announcing {
    async fn take_all(self, mut line: mpsc::UnboundedReceiver<Pressed>) {
        while let Some(mut pressed) = line.recv().await {
            while let Ok(more) = line.try_recv() {
                pressed.digits.push_str(&more.digits);
            }
            self.announce(&pressed).await;
            let keys = u32::try_from(pressed.digits.len()).unwrap_or(u32::MAX);
            tokio::time::sleep(FETCHED + ONE_KEY.saturating_mul(keys)).await;
        }
    }

    async fn announce(&self, pressed: &Pressed) {
        let carrier = match self.backend.carrier(self.scope, &self.provider).await {
            Ok(carrier) => carrier,
            Err(error) => {
                tracing::error!(call = %self.call, %error, "the carrier cannot be used");
                return;
            }
        };
        let url = self.backend.at_address(&carrier, Plays::Keys(Keys::of(&pressed.digits)));
        let id = ProviderCallId::new(pressed.provider_call_id.clone());
        match carrier.api.announce(&pressed.conference, &id, &url).await {
            // Whoever has left hears nothing any more.
            Ok(()) | Err(CarrierError::CallOver) => {}
            Err(error) => {
                tracing::warn!(call = %self.call, %error, "keys were not played");
                let notice = Notice {
                    level: NoticeLevel::Warning,
                    code: "keys_not_played".to_owned(),
                    text: error.to_string(),
                    call_id: Some(self.call),
                };
                let audience = Audience::UserAndSupervisors(pressed.agent);
                self.backend.feed().publish(self.scope.tenant(), audience, LiveEvent::Notice { notice });
            }
        }
    }
}
