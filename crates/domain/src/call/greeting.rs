//! What a caller hears before the queue, and when it is over.

use serde::{Deserialize, Deserializer, Serialize};

use super::{
    effect::{Effect, RouteReason},
    event::AfterGreeting,
    facts::{CallFacts, SoundPlace, VoicemailMessage},
    state::{Call, CallStatus, EndReason, Phase, Recording},
    step::Turn,
};
use crate::ids::LegId;

/// Who plays a recorded greeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlayedBy {
    /// The carrier, which fetches it, before its sound is ours.
    Carrier,
    /// Our bridge, once the caller's sound is there.
    Bridge,
}

/// As it was set when the call began.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Greeting {
    /// The caller goes to the queue at once.
    #[default]
    None,
    /// Words, with the recording notice. The carrier speaks them before its sound is ours; a trunk, which cannot, passes them over.
    Text {
        text: String,
    },
    Recorded {
        message: VoicemailMessage,
        by: PlayedBy,
    },
}

impl Greeting {
    /// Of nothing but blanks: none.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.trim().is_empty() { Self::None } else { Self::Text { text } }
    }

    /// Logs of before recorded greetings have the words alone.
    pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Kept {
            Words(String),
            Fact(Greeting),
        }
        Ok(match Kept::deserialize(from)? {
            Kept::Words(words) => Self::text(words),
            Kept::Fact(greeting) => greeting,
        })
    }
}

impl CallFacts {
    /// The message that the bridge plays to the caller's leg.
    pub(super) const fn greeting_played_here(&self) -> Option<&VoicemailMessage> {
        match (&self.greeting, self.sound) {
            (Greeting::Recorded { message, by: PlayedBy::Bridge }, SoundPlace::Bridge) => Some(message),
            _ => None,
        }
    }
}

/// Whether the greeting is still to be played to this leg. Its sound has to be read first, and meanwhile the caller may have gone
/// on, or have come by another leg.
pub fn greeting_is_due(call: &Call, leg: LegId) -> bool {
    matches!(call.phase, Phase::Greeting { .. }) && call.line.leg() == Some(leg)
}

impl Turn {
    /// From its beginning, also on a leg that replaces another: what was cut off says nothing.
    pub(super) fn greet(&mut self, leg: LegId) {
        let message = self.call.facts.greeting_played_here().map(|message| message.id);
        if let (Some(_), Phase::Greeting { since, .. }) = (message, &mut self.call.phase) {
            *since = self.now;
        }
        self.effects.push(Effect::PlayGreeting { leg, message });
    }

    /// `of`: the leg on which it was played. The end of what was played to a leg that was replaced says nothing about the present one.
    pub(super) fn greeting_finished(&mut self, then: &AfterGreeting, of: Option<LegId>) {
        let late = of.is_some() && of != self.call.line.leg();
        if late || !matches!(self.call.phase, Phase::Greeting { .. }) {
            return;
        }
        match then {
            AfterGreeting::OwnQueue => self.enter_queue(RouteReason::Arrived, false),
            AfterGreeting::Queue { plan } => {
                self.call.recording = if plan.recording { Recording::Waiting } else { Recording::Off };
                self.call.queue = Some(plan.clone());
                self.enter_queue(RouteReason::Arrived, false);
            }
            AfterGreeting::HangUp => self.over(CallStatus::NoAnswer, EndReason::TurnedAway),
        }
    }
}
