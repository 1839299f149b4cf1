//! Why a lead stands where it stands, in parts that a screen puts into words.

use serde::{Deserialize, Serialize};

use super::{Kind, Place, due_of, kind_of};
use crate::{dispositions::Heat, time::UnixMillis};

/// One reason, the weightiest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema), ts(rename = "WorklistReason"), schema(as = WorklistReason))]
pub enum Reason {
    /// The customer said this hour, and it has come.
    Promised {
        #[serde(rename = "due_at_ms")]
        due_at: UnixMillis,
    },
    /// The customer said this hour.
    PromisedLater {
        #[serde(rename = "due_at_ms")]
        due_at: UnixMillis,
    },
    Hot,
    Warm,
    /// Came in so recently that nobody has called yet.
    Fresh {
        #[serde(rename = "since_at_ms")]
        since: UnixMillis,
    },
    /// A try before did not reach them; time for the next.
    RetryDue {
        #[serde(rename = "due_at_ms")]
        due_at: UnixMillis,
    },
    RetryLater {
        #[serde(rename = "due_at_ms")]
        due_at: UnixMillis,
    },
    Attempts {
        count: u32,
    },
}

pub fn reasons(place: Place, heat: Heat, created_at: UnixMillis, attempts: u32, now: UnixMillis) -> Vec<Reason> {
    let mut reasons = Vec::with_capacity(3);
    let due_at = due_of(place.key).unwrap_or(created_at);
    match (kind_of(place.class), due_at <= now) {
        (Kind::Callback, true) => reasons.push(Reason::Promised { due_at }),
        (Kind::Callback, false) => reasons.push(Reason::PromisedLater { due_at }),
        (Kind::Fresh | Kind::Retry, _) => {}
    }
    match heat {
        Heat::Hot => reasons.push(Reason::Hot),
        Heat::Warm => reasons.push(Reason::Warm),
        Heat::Cold => {}
    }
    match (kind_of(place.class), due_at <= now) {
        (Kind::Fresh, _) => reasons.push(Reason::Fresh { since: created_at }),
        (Kind::Retry, true) => reasons.push(Reason::RetryDue { due_at }),
        (Kind::Retry, false) => reasons.push(Reason::RetryLater { due_at }),
        (Kind::Callback, _) => {}
    }
    if attempts > 0 {
        reasons.push(Reason::Attempts { count: attempts });
    }
    reasons
}
