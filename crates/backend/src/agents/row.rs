//! Presence as rows and screens have it.

use domain::{
    agent_state::{AgentPresence, AgentState as Rule},
    routing::AgentStateName,
};
use storage::agents::{Agent as AgentRow, AgentState as StateRow, AgentUpdate};
use wire::agents::AgentState;

/// The claim is written by the store itself, so state, call and fence of the row go before what the detail says.
pub(super) fn presence(row: &AgentRow) -> AgentPresence {
    let mut presence: AgentPresence =
        serde_json::from_value(row.detail.clone()).unwrap_or_else(|_| AgentPresence::offline(row.since));
    if row.fence > presence.fence {
        presence.fence = row.fence;
        if let (StateRow::Reserved, Some(call_id)) = (row.state, row.call_id) {
            presence.state = Rule::Reserved { call_id };
            presence.since = row.since;
        }
    }
    presence
}

pub(super) fn update(presence: &AgentPresence) -> AgentUpdate {
    AgentUpdate {
        state: match presence.state {
            Rule::Offline => StateRow::Offline,
            Rule::Available => StateRow::Available,
            Rule::Reserved { .. } => StateRow::Reserved,
            Rule::OnCall { .. } => StateRow::OnCall,
            Rule::WrapUp { .. } => StateRow::WrapUp,
            Rule::Break { .. } => StateRow::Break,
            Rule::Unreachable => StateRow::Unreachable,
        },
        call_id: presence.state.call_id(),
        since: presence.since,
        detail: serde_json::to_value(presence).unwrap_or_default(),
    }
}

pub(super) fn shown(presence: &AgentPresence) -> AgentState {
    match &presence.state {
        Rule::Offline => AgentState::Offline,
        Rule::Available => AgentState::Available,
        Rule::Reserved { call_id } => AgentState::Reserved { call_id: *call_id },
        Rule::OnCall { call_id } => AgentState::OnCall { call_id: *call_id },
        Rule::WrapUp { call_id, ends_at } => AgentState::WrapUp { call_id: *call_id, ends_at_ms: *ends_at },
        Rule::Break { reason } => AgentState::Break { reason: reason.clone() },
        Rule::Unreachable => AgentState::Unreachable,
    }
}

pub(super) const fn routing_name(state: StateRow) -> AgentStateName {
    match state {
        StateRow::Offline => AgentStateName::Offline,
        StateRow::Available => AgentStateName::Available,
        StateRow::Reserved => AgentStateName::Reserved,
        StateRow::OnCall => AgentStateName::OnCall,
        StateRow::WrapUp => AgentStateName::WrapUp,
        StateRow::Break => AgentStateName::Break,
        StateRow::Unreachable => AgentStateName::Unreachable,
    }
}
