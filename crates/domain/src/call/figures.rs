//! Spans that rows and reports show.

use std::time::Duration;

use super::state::{Call, Span};
use crate::time::UnixMillis;

impl Call {
    /// From the first entry into a queue to the first answer, or to the end.
    pub fn wait(&self, now: UnixMillis) -> Duration {
        self.until_answer(self.history.queued_at, now)
    }

    /// From the first ring to the first answer, or to the end.
    pub fn ring(&self, now: UnixMillis) -> Duration {
        self.until_answer(self.history.rang_at, now)
    }

    /// All agents' parts together, holds included; the time that an outside party talks is not counted.
    pub fn talk_time(&self, now: UnixMillis) -> Duration {
        self.history.talks.iter().map(|talk| length(talk.span, now)).sum()
    }

    pub fn hold_time(&self, now: UnixMillis) -> Duration {
        self.history.holds.iter().map(|span| length(*span, now)).sum()
    }

    fn until_answer(&self, from: Option<UnixMillis>, now: UnixMillis) -> Duration {
        let to = self.history.answered_at.or(self.end.map(|end| end.at)).unwrap_or(now);
        from.map_or(Duration::ZERO, |from| to.since(from))
    }
}

fn length(span: Span, now: UnixMillis) -> Duration {
    span.to.unwrap_or(now).since(span.from)
}
