//! Presence of an agent: `(presence, event, now) -> presence`.
//!
//! What the agent asks for, what calls do to them and what the probe measures come together in one state. A break asked for
//! while a call is reserved takes effect after that call, so that an answered customer is never left with nobody.

use serde::{Deserialize, Serialize};

use crate::{call::AgentNext, ids::CallId, time::UnixMillis};

/// Missed offers in a row after which an agent is taken out of the line.
pub const MISSES_ALLOWED: u32 = 2;
/// Reason of the break that follows too many missed offers.
pub const MISSED_CALLS: &str = "missed_calls";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AgentState {
    Offline,
    Available,
    /// Claimed for a call that rings at them.
    Reserved { call_id: CallId },
    OnCall { call_id: CallId },
    WrapUp { call_id: CallId, ends_at: UnixMillis },
    Break { reason: String },
    /// Wants calls, and the audio engine does not answer.
    Unreachable,
}

/// What is to be after the present call.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Afterwards {
    #[default]
    Available,
    Break {
        reason: String,
    },
    Offline,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentPresence {
    pub state: AgentState,
    /// In this state since then.
    pub since: UnixMillis,
    /// Number of the claim that holds the agent, or held them last.
    #[serde(default)]
    pub fence: u32,
    #[serde(default)]
    pub afterwards: Afterwards,
    /// The audio engine answered the last probe.
    #[serde(default)]
    pub reachable: bool,
    /// Offers that rang out since the last one that was answered or declined.
    #[serde(default)]
    pub missed: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PresenceEvent {
    AskedAvailable { reachable: bool },
    AskedBreak { reason: String },
    AskedOffline,
    ProbeAnswered,
    ProbeMissed,
    /// The store has given the agent to a call.
    Claimed { call: CallId, fence: u32 },
    /// What a call does to its agent. Under an older claim it changes nothing.
    ByCall { call: CallId, fence: u32, next: AgentNext },
}

impl AgentPresence {
    pub const fn offline(since: UnixMillis) -> Self {
        Self {
            state: AgentState::Offline,
            since,
            fence: 0,
            afterwards: Afterwards::Available,
            reachable: false,
            missed: 0,
        }
    }

    /// The call that holds the agent.
    pub const fn call(&self) -> Option<CallId> {
        match self.state {
            AgentState::Reserved { call_id } | AgentState::OnCall { call_id } | AgentState::WrapUp { call_id, .. } => {
                Some(call_id)
            }
            AgentState::Offline | AgentState::Available | AgentState::Break { .. } | AgentState::Unreachable => None,
        }
    }

    pub const fn break_after_call(&self) -> bool {
        self.call().is_some() && matches!(self.afterwards, Afterwards::Break { .. })
    }

    fn enter(&mut self, state: AgentState, now: UnixMillis) {
        if self.state != state {
            self.state = state;
            self.since = now;
        }
    }

    /// Where an agent goes whom no call holds.
    fn settle(&mut self, now: UnixMillis) {
        let state = match std::mem::take(&mut self.afterwards) {
            Afterwards::Available if self.reachable => AgentState::Available,
            Afterwards::Available => AgentState::Unreachable,
            Afterwards::Break { reason } => AgentState::Break { reason },
            Afterwards::Offline => AgentState::Offline,
        };
        self.enter(state, now);
    }
}

/// Feeds one event. What does not fit the state changes nothing.
pub fn step(before: &AgentPresence, event: &PresenceEvent, now: UnixMillis) -> AgentPresence {
    let mut after = before.clone();
    match event {
        PresenceEvent::AskedAvailable { reachable } => {
            after.reachable = *reachable;
            ask(&mut after, Afterwards::Available, now);
        }
        PresenceEvent::AskedBreak { reason } => ask(&mut after, Afterwards::Break { reason: reason.clone() }, now),
        PresenceEvent::AskedOffline => ask(&mut after, Afterwards::Offline, now),
        PresenceEvent::ProbeAnswered => {
            after.reachable = true;
            if after.state == AgentState::Unreachable {
                after.enter(AgentState::Available, now);
            }
        }
        PresenceEvent::ProbeMissed => {
            after.reachable = false;
            if after.state == AgentState::Available {
                after.enter(AgentState::Unreachable, now);
            }
        }
        PresenceEvent::Claimed { call, fence } => {
            if *fence > before.fence && before.call().is_none_or(|held| held == *call) {
                after.fence = *fence;
                after.enter(AgentState::Reserved { call_id: *call }, now);
            }
        }
        PresenceEvent::ByCall { call, fence, next } if *fence == before.fence && before.call() == Some(*call) => {
            by_call(&mut after, *call, *next, now);
        }
        PresenceEvent::ByCall { .. } => {}
    }
    after
}

/// During a call a wish waits for its end.
fn ask(presence: &mut AgentPresence, wish: Afterwards, now: UnixMillis) {
    if wish == Afterwards::Available {
        presence.missed = 0;
    }
    presence.afterwards = wish;
    if presence.call().is_none() {
        presence.settle(now);
    }
}

fn by_call(presence: &mut AgentPresence, call_id: CallId, next: AgentNext, now: UnixMillis) {
    match next {
        AgentNext::OnCall => {
            presence.missed = 0;
            presence.enter(AgentState::OnCall { call_id }, now);
        }
        AgentNext::WrapUp { ends_at } => {
            // Extending the wrap-up does not restart its clock.
            let since = if matches!(presence.state, AgentState::WrapUp { .. }) { presence.since } else { now };
            presence.state = AgentState::WrapUp { call_id, ends_at };
            presence.since = since;
        }
        AgentNext::Free { missed, pause } => {
            if missed {
                presence.missed += 1;
            }
            if pause && presence.afterwards == Afterwards::Available {
                presence.afterwards = Afterwards::Break { reason: "break".to_owned() };
            }
            if presence.missed >= MISSES_ALLOWED && presence.afterwards == Afterwards::Available {
                presence.missed = 0;
                presence.afterwards = Afterwards::Break { reason: MISSED_CALLS.to_owned() };
            }
            presence.settle(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn call(n: u128) -> CallId {
        CallId::new(Uuid::from_u128(n))
    }

    fn after(events: &[PresenceEvent]) -> AgentPresence {
        events.iter().fold(AgentPresence::offline(UnixMillis(0)), |presence, event| step(&presence, event, UnixMillis(1)))
    }

    fn available() -> PresenceEvent {
        PresenceEvent::AskedAvailable { reachable: true }
    }

    fn claimed(n: u128, fence: u32) -> PresenceEvent {
        PresenceEvent::Claimed { call: call(n), fence }
    }

    fn by(n: u128, fence: u32, next: AgentNext) -> PresenceEvent {
        PresenceEvent::ByCall { call: call(n), fence, next }
    }

    const FREE: AgentNext = AgentNext::Free { missed: false, pause: false };
    const MISSED: AgentNext = AgentNext::Free { missed: true, pause: false };

    fn pause() -> PresenceEvent {
        PresenceEvent::AskedBreak { reason: "tea".into() }
    }

    #[test]
    fn available_without_an_engine_that_answers_is_unreachable() {
        let asked = PresenceEvent::AskedAvailable { reachable: false };
        assert_eq!(after(&[asked.clone()]).state, AgentState::Unreachable);
        assert_eq!(after(&[asked, PresenceEvent::ProbeAnswered]).state, AgentState::Available);
        assert_eq!(after(&[available(), PresenceEvent::ProbeMissed]).state, AgentState::Unreachable);
    }

    #[test]
    fn a_break_asked_for_while_a_call_is_reserved_waits_for_its_end() {
        let presence = after(&[available(), claimed(1, 1), pause()]);
        assert_eq!(presence.state, AgentState::Reserved { call_id: call(1) });
        assert!(presence.break_after_call());
        let presence = after(&[available(), claimed(1, 1), pause(), by(1, 1, AgentNext::OnCall), by(1, 1, FREE)]);
        assert_eq!(presence.state, AgentState::Break { reason: "tea".into() });
    }

    #[test]
    fn a_call_with_an_older_claim_changes_nothing() {
        let presence = after(&[available(), claimed(1, 1), by(1, 1, FREE), claimed(2, 2)]);
        assert_eq!(step(&presence, &by(1, 1, FREE), UnixMillis(9)), presence);
        assert_eq!(step(&presence, &by(2, 1, FREE), UnixMillis(9)), presence);
    }

    #[test]
    fn one_missed_offer_is_forgiven_and_two_in_a_row_take_a_break() {
        let once = [available(), claimed(1, 1), by(1, 1, MISSED)];
        assert_eq!(after(&once).state, AgentState::Available);
        let twice = [&once[..], &[claimed(2, 2), by(2, 2, MISSED)]].concat();
        assert_eq!(after(&twice).state, AgentState::Break { reason: MISSED_CALLS.into() });
        let answered = [&once[..], &[claimed(2, 2), by(2, 2, AgentNext::OnCall), by(2, 2, FREE)]].concat();
        let again = [&answered[..], &[claimed(3, 3), by(3, 3, MISSED)]].concat();
        assert_eq!(after(&again).state, AgentState::Available);
    }

    #[test]
    fn the_engine_going_away_in_a_call_shows_after_it() {
        let events = [available(), claimed(1, 1), by(1, 1, AgentNext::OnCall), PresenceEvent::ProbeMissed];
        assert_eq!(after(&events).state, AgentState::OnCall { call_id: call(1) });
        assert_eq!(after(&[&events[..], &[by(1, 1, FREE)]].concat()).state, AgentState::Unreachable);
    }

    proptest! {
        /// Whatever happens: a call holds the agent from its claim until it lets go, and nothing else ends that.
        #[test]
        fn only_the_call_that_holds_an_agent_lets_go(
            events in proptest::collection::vec((0_u8..9, 1_u128..4, 1_u32..5), 0..60)
        ) {
            let mut presence = AgentPresence::offline(UnixMillis(0));
            for (index, (kind, n, fence)) in events.into_iter().enumerate() {
                let event = match kind {
                    0 => available(),
                    1 => pause(),
                    2 => PresenceEvent::AskedOffline,
                    3 => PresenceEvent::ProbeAnswered,
                    4 => PresenceEvent::ProbeMissed,
                    5 => claimed(n, fence),
                    6 => by(n, fence, AgentNext::OnCall),
                    7 => by(n, fence, AgentNext::WrapUp { ends_at: UnixMillis(5) }),
                    _ => by(n, fence, MISSED),
                };
                let next = step(&presence, &event, UnixMillis(i64::try_from(index).unwrap()));
                if let Some(held) = presence.call() {
                    let let_go = matches!(
                        &event,
                        PresenceEvent::ByCall { call, fence, next: AgentNext::Free { .. } }
                            if *call == held && *fence == presence.fence
                    );
                    prop_assert!(next.call() == Some(held) || let_go, "{presence:?} {event:?} {next:?}");
                }
                prop_assert!(next.fence >= presence.fence);
                presence = next;
            }
        }
    }
}
