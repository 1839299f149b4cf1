//! Figures of a load run.

use std::{fmt, sync::Arc, time::Duration};

use serde::Serialize;

use crate::{
    customer::ScriptState,
    twilio::{CallOutcome, Happening, Status},
};

/// Milliseconds over all calls that have the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Spread {
    pub count: usize,
    pub p50: u64,
    pub p95: u64,
    pub max: u64,
}

impl Spread {
    pub fn of(mut values: Vec<u64>) -> Self {
        values.sort_unstable();
        let Some(max) = values.last().copied() else { return Self::default() };
        // Nearest rank.
        let rank = |percent: usize| values[(values.len() * percent).div_ceil(100).max(1) - 1];
        Self { count: values.len(), p50: rank(50), p95: rank(95), max }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "p50 {} ms, p95 {} ms, max {} ms ({} values)", self.p50, self.p95, self.max, self.count)
    }
}

/// What came of all calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoadReport {
    pub placed: usize,
    /// Answered and ended in an orderly way before the deadline.
    pub completed: usize,
    /// The customer said every line of the script and hung up.
    pub script_finished: usize,
    /// The customer heard a person.
    pub heard_agent: usize,
    pub past_deadline: usize,
    /// The application's answer to the first webhook.
    pub webhook: Spread,
    /// From the first ring to the open media stream.
    pub stream_open: Spread,
    /// From the first ring to the first word of a person.
    pub first_word: Spread,
    pub call_length: Spread,
    pub took_ms: u64,
    /// Final statuses and how often.
    pub statuses: Vec<(&'static str, usize)>,
}

impl LoadReport {
    /// The flag of each call says whether it ended before the deadline.
    pub(super) fn of(ended: &[(Option<Arc<CallOutcome>>, bool)], took: Duration) -> Self {
        let outcomes: Vec<&CallOutcome> = ended.iter().filter_map(|(outcome, _)| outcome.as_deref()).collect();
        let spread = |value: &dyn Fn(&CallOutcome) -> Option<u64>| {
            Spread::of(outcomes.iter().filter_map(|outcome| value(outcome)).collect())
        };
        let mut statuses: Vec<(&'static str, usize)> = Vec::new();
        for outcome in &outcomes {
            let status = outcome.record.status.as_str();
            match statuses.iter_mut().find(|(name, _)| *name == status) {
                Some((_, count)) => *count += 1,
                None => statuses.push((status, 1)),
            }
        }
        let in_time = ended.iter().filter(|(_, in_time)| *in_time);
        let completed = in_time
            .filter(|(outcome, _)| outcome.as_ref().is_some_and(|outcome| outcome.record.status == Status::Completed));
        Self {
            placed: ended.len(),
            completed: completed.count(),
            script_finished: outcomes.iter().filter(|outcome| outcome.customer.script == ScriptState::HungUp).count(),
            heard_agent: outcomes.iter().filter(|outcome| first_word(outcome).is_some()).count(),
            past_deadline: ended.iter().filter(|(_, in_time)| !in_time).count(),
            webhook: spread(&|outcome| {
                outcome.timeline.iter().find_map(|moment| match &moment.what {
                    Happening::WebhookAnswered { took_ms, .. } => Some(*took_ms),
                    _ => None,
                })
            }),
            stream_open: spread(&|outcome| outcome.first(|what| matches!(what, Happening::StreamOpened { .. }))),
            first_word: spread(&first_word),
            call_length: spread(&|outcome| outcome.timeline.last().map(|moment| moment.at_ms)),
            took_ms: took.as_millis() as u64,
            statuses,
        }
    }
}

fn first_word(outcome: &CallOutcome) -> Option<u64> {
    let report = &outcome.customer;
    report.heard_speech.iter().find(|span| span.person).map(|span| report.from_ms + span.start_ms)
}

impl fmt::Display for LoadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "calls placed      {}", self.placed)?;
        writeln!(f, "completed         {}", self.completed)?;
        writeln!(f, "script finished   {}", self.script_finished)?;
        writeln!(f, "heard an agent    {}", self.heard_agent)?;
        writeln!(f, "past the deadline {}", self.past_deadline)?;
        writeln!(f, "webhook answered  {}", self.webhook)?;
        writeln!(f, "stream open       {}", self.stream_open)?;
        writeln!(f, "first word        {}", self.first_word)?;
        writeln!(f, "call length       {}", self.call_length)?;
        write!(f, "statuses          {:?}, in {} s", self.statuses, self.took_ms / 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        assert_eq!(Spread::of((1..=20).rev().collect()), Spread { count: 20, p50: 10, p95: 19, max: 20 });
        assert_eq!(Spread::of(vec![7]), Spread { count: 1, p50: 7, p95: 7, max: 7 });
        assert_eq!(Spread::of(vec![]), Spread::default());
    }
}
