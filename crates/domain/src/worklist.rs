//! The agent's worklist: in which order leads are called, why a lead stands where it stands, what keeps it from being called
//! now, and who holds it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    dispositions::{DispositionEffect, Heat},
    time::UnixMillis,
};

pub mod lease;
mod may_call;
mod reason;

pub use may_call::{CampaignState, Candidate, HandOutRules, Hindrance, may_call_now};
pub use reason::{Reason, reasons};

/// What the next call to a lead would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema), ts(rename = "WorklistKind"), schema(as = WorklistKind))]
pub enum Kind {
    /// Nobody has called yet.
    Fresh,
    /// The customer said when.
    Callback,
    /// A try before did not reach them.
    Retry,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Fresh, Self::Callback, Self::Retry];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Callback => "callback",
            Self::Retry => "retry",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A lead that is to be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Standing {
    pub kind: Kind,
    pub heat: Heat,
    /// Not before this instant. `None` for a fresh lead: at once.
    pub due_at: Option<UnixMillis>,
    pub created_at: UnixMillis,
}

/// Where a lead stands in the line. The smaller place is called first, among those whose time has come.
///
/// `class` puts promises before everything, then hot before warm before cold, and within a heat fresh before retries. Within a
/// class the smaller `key` comes first: the due instant, or for a fresh lead the age turned round, so that whoever came in last
/// is called first (interest fades within minutes). A lead may be called when its key is not above the present instant, which
/// the negative key of a fresh lead never is; so one ordered index holds the line and answers what is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    pub class: u8,
    pub key: i64,
}

/// Classes of [`Place`], in order.
pub const CLASSES: u8 = 7;
/// Of a fresh lead that nobody has rated: what the store gives to a lead that comes without a place.
pub const COLD_FRESH: u8 = 5;

pub const fn class(kind: Kind, heat: Heat) -> u8 {
    match (kind, heat) {
        (Kind::Callback, _) => 0,
        (Kind::Fresh, Heat::Hot) => 1,
        (Kind::Retry, Heat::Hot) => 2,
        (Kind::Fresh, Heat::Warm) => 3,
        (Kind::Retry, Heat::Warm) => 4,
        (Kind::Fresh, Heat::Cold) => COLD_FRESH,
        (Kind::Retry, Heat::Cold) => 6,
    }
}

/// The kind that a class stands for.
pub const fn kind_of(class: u8) -> Kind {
    match class {
        0 => Kind::Callback,
        1 | 3 | COLD_FRESH => Kind::Fresh,
        _ => Kind::Retry,
    }
}

pub fn place(standing: &Standing) -> Place {
    let key = standing.due_at.map_or(-standing.created_at.0, |due| due.0);
    Place { class: class(standing.kind, standing.heat), key }
}

/// Stages in which nobody calls any more.
const OVER: [&str; 3] = ["won", "lost", "invalid"];

pub fn is_over(stage: &str, do_not_call: bool) -> bool {
    do_not_call || OVER.contains(&stage)
}

/// Where a lead that just came in stands; `None` when nobody is to call it.
pub fn first(stage: &str, heat: Heat, do_not_call: bool, created_at: UnixMillis) -> Option<Standing> {
    let standing = Standing { kind: Kind::Fresh, heat, due_at: None, created_at };
    (!is_over(stage, do_not_call)).then_some(standing)
}

/// When a lead whose call has ended is called again if nobody says what became of the call, so that none is lost.
pub fn again_after(talked: bool) -> Duration {
    Duration::from_secs(if talked { 24 } else { 2 } * 3600)
}

/// Where a lead stands after the outcome of a call; `None`: it leaves the line.
pub fn after_outcome(effects: &[DispositionEffect], heat: Heat, created_at: UnixMillis) -> Option<Standing> {
    let planned = effects.iter().find_map(|effect| match effect {
        DispositionEffect::Callback { due_at, .. } => Some((Kind::Callback, *due_at)),
        DispositionEffect::Retry { due_at } | DispositionEffect::Reassign { due_at, .. } => {
            Some((Kind::Retry, *due_at))
        }
        DispositionEffect::Nurture { again_at, .. } => Some((Kind::Retry, *again_at)),
        _ => None,
    });
    planned.map(|(kind, due_at)| Standing { kind, heat, due_at: Some(due_at), created_at })
}

/// The due instant of a key; `None` for a fresh lead that may be called at once.
pub const fn due_of(key: i64) -> Option<UnixMillis> {
    if key > 0 { Some(UnixMillis(key)) } else { None }
}

#[cfg(test)]
mod tests;
