//! What a caller hears before the queue: greeting, recording notice, opening hours, and a menu by keys.
//!
//! `(flow, state, event, now) -> (state, effects)`. The driver speaks, collects keys and keeps the one timer; when it is told
//! `Leave`, the call goes on with the outcome.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{ids::QueueId, windows::CallingHours};

mod check;
mod run;

pub use check::{FlowError, KEYS, check};
pub use run::step;

/// One number's flow.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Flow {
    /// Empty says nothing.
    pub greeting: String,
    /// Said to everybody who may be recorded, before the menu; keys do not cut it short.
    pub recording_notice: String,
    /// Without hours the number is always open.
    pub hours: Option<OpenHours>,
    pub menu: Option<Menu>,
    /// Without a menu, or where the menu falls back.
    pub then: Destination,
}

/// Hours of the number itself, on the tenant's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenHours {
    pub hours: CallingHours,
    /// IANA name.
    pub zone: String,
    /// Said outside the hours, in place of everything else.
    pub closed: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Menu {
    pub prompt: String,
    pub choices: BTreeMap<char, Choice>,
    /// Silence after the prompt, 1 to 30 s.
    pub timeout_s: u32,
    /// How often the prompt is repeated after a wrong key or silence, 0 to 5.
    pub retries: u32,
    /// Said before the prompt is repeated after a key without a choice.
    pub invalid: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Shown to the agent: how the caller came.
    pub label: String,
    pub to: Destination,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Destination {
    /// The number's own queue.
    #[default]
    OwnQueue,
    Queue {
        queue_id: QueueId,
    },
    /// Says the sentence, if there is one, and hangs up.
    HangUp {
        say: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum IvrState {
    #[default]
    New,
    /// Greeting and notice; a key pressed meanwhile is kept for the menu.
    Welcoming {
        early: Option<char>,
    },
    /// The menu's prompt is spoken; a key cuts it short.
    Prompting {
        repeats: u32,
    },
    /// The prompt is over; a key is awaited.
    Awaiting {
        repeats: u32,
    },
    /// The last sentence before the end.
    Closing,
    Done,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum IvrEvent {
    Started,
    /// What was being said has been heard.
    Said,
    Key {
        key: char,
    },
    /// The timer of `AwaitKey` ran out.
    TimedOut,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum IvrEffect {
    /// Speak, then report `Said`. Replaces what is being spoken.
    Say {
        text: String,
    },
    StopSaying,
    AwaitKey {
        timeout_s: u32,
    },
    Leave {
        outcome: Outcome,
    },
}

/// Where the caller goes. `choice` is the label of the menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    OwnQueue { choice: Option<String> },
    Queue { queue_id: QueueId, choice: Option<String> },
    HangUp,
}

#[cfg(test)]
mod tests;
