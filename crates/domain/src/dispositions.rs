//! Outcomes of calls: which there are, what each asks for, and what follows from it by itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{ids::UserId, time::UnixMillis, worklist::Kind};

mod defaults;
mod follow;
mod set;
mod speaker;
mod validate;

pub use defaults::{default_set, set_of};
pub use follow::effects;
pub use set::{SetKind, SetProblem, check_set};
pub use speaker::{Speaker, speaker};
pub use validate::{DispositionError, InvalidField, Problem, validate};

/// Suggested when a recorded message was left.
pub const LEFT_VOICEMAIL: &str = "left_voicemail";
/// Notes of a call, in characters.
pub const NOTES_LIMIT: usize = 500;
/// The lead's field that names the sequence of messages it is in.
pub const SEQUENCE_FIELD: &str = "nurture_sequence";
/// The field that says which language the person speaks.
pub const LANGUAGE_FIELD: &str = "language";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    Connected,
    NotConnected,
    Special,
}

/// Token of the design system; always shown beside the word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    Ok,
    Warn,
    Live,
    Neutral,
}

/// What follows by itself after an outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NextAction {
    None,
    /// The agent names the hour.
    Callback,
    Retry {
        after_minutes: u32,
    },
    Task {
        text: String,
        due_in_minutes: Option<u32>,
    },
    DoNotCall,
    MarkInvalid,
    /// A supervisor looks at the call.
    Escalate,
    /// She is called again by herself, as promised, so long after this call.
    Reschedule {
        after_minutes: u32,
    },
    /// Somebody arranges a visit.
    Visit {
        due_in_minutes: u32,
    },
    /// She goes into a sequence of messages, and is called again only after so many days.
    Nurture {
        sequence: String,
        after_days: u32,
    },
    /// Somebody who speaks her language goes on with her.
    ReassignByLanguage,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubDisposition {
    pub code: String,
    pub label: String,
}

/// One outcome that agents can choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disposition {
    pub code: String,
    pub label: String,
    pub group: Group,
    pub tone: Tone,
    pub sub_codes: Vec<SubDisposition>,
    /// Keys that must be filled in: `sub_code`, `notes`, or a lead field.
    pub required: Vec<String>,
    pub next_action: NextAction,
    /// The lead's stage afterwards.
    pub stage: Option<String>,
    /// `1` to `9` or `a` to `z`: chooses it on the agent's screen. Without one it takes the next free digit.
    #[serde(default)]
    pub shortcut: Option<String>,
}

/// When to call back: the hour on the customer's own clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallbackAt {
    /// `YYYY-MM-DDTHH:MM`.
    pub local_time: String,
    /// IANA name.
    pub zone: String,
}

/// What the agent chose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DispositionInput {
    pub code: String,
    #[serde(default)]
    pub sub_code: Option<String>,
    #[serde(default)]
    pub notes: String,
    #[serde(default)]
    pub callback: Option<CallbackAt>,
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Heat {
    Cold,
    Warm,
    Hot,
}

impl Heat {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cold => "cold",
            Self::Warm => "warm",
            Self::Hot => "hot",
        }
    }
}

/// What the rules look at in the lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadFacts {
    pub stage: String,
    pub heat: Heat,
    pub owner: Option<UserId>,
    pub do_not_call: bool,
    /// IANA zone of the person.
    pub zone: String,
    /// Facts that are known already; they fill required fields.
    pub fields: BTreeMap<String, String>,
    /// As what the lead stands in the line now.
    pub in_line: Option<Kind>,
}

/// One consequence, shown before saving and carried out after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DispositionEffect {
    Callback {
        due_at: UnixMillis,
        local_time: String,
        zone: String,
    },
    Retry {
        due_at: UnixMillis,
    },
    Task {
        text: String,
        due_at: Option<UnixMillis>,
    },
    DoNotCall,
    Stage {
        to: String,
    },
    Heat {
        to: Heat,
    },
    MarkInvalid,
    Escalate,
    Visit {
        due_at: UnixMillis,
    },
    Nurture {
        sequence: String,
        again_at: UnixMillis,
    },
    /// To somebody who speaks it, who may call at once.
    Reassign {
        language: String,
        due_at: UnixMillis,
    },
    /// She is not tried again by herself any more.
    LeavesRetries,
}

#[cfg(test)]
mod tests;
