//! Presence of one agent: what they asked for, what their calls make of it, and whether their sound engine answers.
//!
//! The store's claim gives an agent to a call; every later word of the call carries the number of that claim (fence), and
//! with an older one changes nothing. While a call holds the agent, wishes wait: a break that is asked for in the moment of
//! the offer takes effect after that call, so that nobody answers into an empty chair.

use serde::{Deserialize, Serialize};

use crate::{call::AgentNext, ids::CallId, routing::AgentStateName, time::UnixMillis};

/// Reason of the break that two missed offers in a row lead to.
pub const MISSED_CALLS: &str = "missed_calls";
/// Reason of a break that was asked for together with the result of a call.
pub const AFTER_CALL: &str = "after_call";
/// Offers that may run out in a row; the last one leads to a break.
pub const MISSED_LIMIT: u32 = 2;
/// Without an answer of the sound engine for this long an available agent is unreachable.
pub const PROBE_LIMIT: std::time::Duration = std::time::Duration::from_secs(5);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AgentState {
    Offline,
    Available,
    /// Claimed for a call that is ringing at them.
    Reserved {
        call_id: CallId,
    },
    OnCall {
        call_id: CallId,
    },
    /// One state for every queue; only the agent ends or extends it, or its own end does.
    WrapUp {
        call_id: CallId,
        ends_at: UnixMillis,
    },
    Break {
        reason: String,
    },
    /// Signed in as available in the app, and the sound engine has not answered for [`PROBE_LIMIT`].
    Unreachable,
}

impl AgentState {
    /// The call that holds the agent.
    pub const fn call_id(&self) -> Option<CallId> {
        match self {
            Self::Reserved { call_id } | Self::OnCall { call_id } | Self::WrapUp { call_id, .. } => Some(*call_id),
            Self::Offline | Self::Available | Self::Break { .. } | Self::Unreachable => None,
        }
    }

    pub const fn name(&self) -> AgentStateName {
        match self {
            Self::Offline => AgentStateName::Offline,
            Self::Available => AgentStateName::Available,
            Self::Reserved { .. } => AgentStateName::Reserved,
            Self::OnCall { .. } => AgentStateName::OnCall,
            Self::WrapUp { .. } => AgentStateName::WrapUp,
            Self::Break { .. } => AgentStateName::Break,
            Self::Unreachable => AgentStateName::Unreachable,
        }
    }
}

/// What was asked for while a call held the agent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AfterCall {
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
    /// In the present state since then.
    pub since: UnixMillis,
    /// Number of the last claim.
    pub fence: u32,
    #[serde(default)]
    pub after_call: AfterCall,
    /// Offers that ran out since the agent last answered one or said that they are there.
    #[serde(default)]
    pub missed: u32,
    /// The sound engine answered the last probe.
    #[serde(default)]
    pub reachable: bool,
    /// Takes calls at a telephone of their own, which rings whether or not the app runs.
    #[serde(default)]
    pub by_telephone: bool,
}

impl AgentPresence {
    pub const fn offline(since: UnixMillis) -> Self {
        Self {
            state: AgentState::Offline,
            since,
            fence: 0,
            after_call: AfterCall::Available,
            missed: 0,
            reachable: false,
            by_telephone: false,
        }
    }

    /// A break was asked for and waits for the end of the call.
    pub const fn break_after_call(&self) -> bool {
        matches!(self.after_call, AfterCall::Break { .. })
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PresenceEvent {
    /// By the agent or a supervisor. `reachable`: the sound engine answers now.
    AskedAvailable {
        reachable: bool,
    },
    /// Available at a telephone of their own, until they ask for something else: two calls that nobody takes there lead to a break.
    AskedAvailableByTelephone,
    AskedBreak {
        reason: String,
    },
    /// Signed out, or asked for.
    AskedOffline,
    /// The store gave the agent to a call.
    Claimed {
        call: CallId,
        fence: u32,
    },
    /// What the call that holds the agent makes of them.
    ByCall {
        call: CallId,
        fence: u32,
        next: AgentNext,
    },
    ProbeAnswered,
    /// No answer for [`PROBE_LIMIT`].
    ProbeMissed,
}

/// Takes one event. One that does not fit leaves everything as it is, `since` included.
pub fn step(presence: &AgentPresence, event: &PresenceEvent, now: UnixMillis) -> AgentPresence {
    let mut next = presence.clone();
    match event {
        PresenceEvent::AskedAvailable { reachable } => {
            next.reachable = *reachable;
            next.by_telephone = false;
            next.missed = 0;
            asked(&mut next, AfterCall::Available);
        }
        PresenceEvent::AskedAvailableByTelephone => {
            next.by_telephone = true;
            next.missed = 0;
            asked(&mut next, AfterCall::Available);
        }
        PresenceEvent::AskedBreak { reason } => asked(&mut next, AfterCall::Break { reason: reason.clone() }),
        PresenceEvent::AskedOffline => {
            next.by_telephone = false;
            asked(&mut next, AfterCall::Offline);
        }
        PresenceEvent::Claimed { call, fence } => {
            if presence.state == AgentState::Available && *fence > presence.fence {
                next.fence = *fence;
                next.state = AgentState::Reserved { call_id: *call };
            }
        }
        PresenceEvent::ByCall { call, fence, next: to } => {
            if presence.fence == *fence && presence.state.call_id() == Some(*call) {
                by_call(&mut next, *call, *to);
            }
        }
        PresenceEvent::ProbeAnswered => probed(&mut next, true),
        PresenceEvent::ProbeMissed => probed(&mut next, false),
    }
    if next.state.name() != presence.state.name() || next.state.call_id() != presence.state.call_id() {
        next.since = now;
    }
    next
}

fn asked(presence: &mut AgentPresence, wish: AfterCall) {
    if presence.state.call_id().is_some() {
        presence.after_call = wish;
    } else {
        settle(presence, wish);
    }
}

/// The state of an agent whom no call holds.
fn settle(presence: &mut AgentPresence, wish: AfterCall) {
    presence.after_call = AfterCall::Available;
    presence.state = match wish {
        AfterCall::Available if presence.reachable || presence.by_telephone => AgentState::Available,
        AfterCall::Available => AgentState::Unreachable,
        AfterCall::Break { reason } => AgentState::Break { reason },
        AfterCall::Offline => AgentState::Offline,
    };
}

fn by_call(presence: &mut AgentPresence, call_id: CallId, to: AgentNext) {
    match to {
        AgentNext::OnCall => {
            presence.missed = 0;
            presence.state = AgentState::OnCall { call_id };
        }
        AgentNext::WrapUp { ends_at } => presence.state = AgentState::WrapUp { call_id, ends_at },
        AgentNext::Free { missed, pause } => {
            presence.missed += u32::from(missed);
            let wish = match std::mem::take(&mut presence.after_call) {
                AfterCall::Available if presence.missed >= MISSED_LIMIT => {
                    presence.missed = 0;
                    AfterCall::Break { reason: MISSED_CALLS.to_owned() }
                }
                AfterCall::Available if pause => AfterCall::Break { reason: AFTER_CALL.to_owned() },
                wish => wish,
            };
            settle(presence, wish);
        }
    }
}

fn probed(presence: &mut AgentPresence, answered: bool) {
    presence.reachable = answered;
    match (&presence.state, answered) {
        (AgentState::Available, false) if !presence.by_telephone => presence.state = AgentState::Unreachable,
        (AgentState::Unreachable, true) => presence.state = AgentState::Available,
        _ => {}
    }
}

#[cfg(test)]
mod tests;
