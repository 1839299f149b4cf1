//! Who hears whom.

use serde::{Deserialize, Serialize};

use super::state::{Call, MonitorMode, Phase, Recording, Talk};

use crate::ids::{LegId, MediaSessionId};

/// Anything that can speak and hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum PortRef {
    Session(MediaSessionId),
    Leg(LegId),
}

/// Customer left, agents right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordPlan {
    pub left: Vec<PortRef>,
    pub right: Vec<PortRef>,
    pub paused: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RoomPlan {
    pub members: Vec<PortRef>,
    /// (listener, speaker).
    pub hears: Vec<(PortRef, PortRef)>,
    /// Hear hold music.
    pub music: Vec<PortRef>,
    /// Hear that it rings at the other end.
    pub ringback: Vec<PortRef>,
    pub record: Option<RecordPlan>,
}

/// The room of a call, or none while nobody is to meet in one. It stays while media are away, because closing it would
/// finish the recording.
///
/// A held customer hears music only, and the agent hears nobody but a supervisor who may be heard, or by a second line the number
/// that they want to leave the customer to. A listener hears both and is
/// heard by nobody, a whisperer is heard by the agent only, a barger by all.
pub fn room_plan(call: &Call) -> Option<RoomPlan> {
    let customer = call.line.leg().map(PortRef::Leg);
    let mut plan = match &call.phase {
        Phase::Queued { .. } | Phase::Offered { .. } => with_music(customer),
        Phase::Dialing { desk, ringing, early, .. } => {
            let agent = desk.device.session().map(PortRef::Session);
            dialing(agent, *ringing, early.map(PortRef::Leg))
        }
        Phase::Talking { talk } => talking(call, talk, customer),
        Phase::PassedOn { outside, .. } => passed_on(customer, outside.line.leg().map(PortRef::Leg)),
        Phase::New
        | Phase::Greeting { .. }
        | Phase::Leaving { .. }
        | Phase::LeavingMessage { .. }
        | Phase::WrapUp { .. }
        | Phase::Ended { .. } => {
            return None;
        }
    };
    plan.record = record(call, customer);
    Some(plan)
}

/// The agent hears what the customer's network plays, or that it rings; nobody hears the agent before the customer answers.
fn dialing(agent: Option<PortRef>, ringing: bool, early: Option<PortRef>) -> RoomPlan {
    RoomPlan {
        members: agent.into_iter().chain(early).collect(),
        hears: agent.zip(early).into_iter().collect(),
        ringback: agent.filter(|_| ringing && early.is_none()).into_iter().collect(),
        ..RoomPlan::default()
    }
}

fn with_music(customer: Option<PortRef>) -> RoomPlan {
    let members: Vec<_> = customer.into_iter().collect();
    RoomPlan { music: members.clone(), members, ..RoomPlan::default() }
}

fn passed_on(customer: Option<PortRef>, outside: Option<PortRef>) -> RoomPlan {
    match (customer, outside) {
        (Some(customer), Some(outside)) => RoomPlan {
            members: vec![customer, outside],
            hears: vec![(customer, outside), (outside, customer)],
            ..RoomPlan::default()
        },
        (alone, None) | (None, alone) => with_music(alone),
    }
}

fn talking(call: &Call, talk: &Talk, customer: Option<PortRef>) -> RoomPlan {
    let agent = talk.desk.device.session().map(PortRef::Session);
    let together = talk.held_since.is_none() && talk.transfer.is_none() && agent.is_some();
    let mut plan = if together { RoomPlan::default() } else { with_music(customer) };
    plan.members = [customer, agent].into_iter().flatten().collect();
    if let (true, Some(agent), Some(customer)) = (together, agent, customer) {
        plan.hears.extend([(agent, customer), (customer, agent)]);
    }
    if let Some(consult) = call.consult().map(PortRef::Leg) {
        plan.members.push(consult);
        match call.outside().and_then(|outside| outside.line.leg()).map(PortRef::Leg) {
            Some(outside) => {
                plan.members.push(outside);
                plan.hears.extend([(consult, outside), (outside, consult)]);
            }
            None => plan.ringback.push(consult),
        }
    }
    for monitor in &call.monitors {
        let own = PortRef::Session(monitor.session);
        plan.hears.extend(
            plan.members
                .iter()
                .filter(|port| Some(**port) == customer || Some(**port) == agent)
                .map(|port| (own, *port)),
        );
        plan.members.push(own);
        let heard_by: &[Option<PortRef>] = match monitor.mode {
            MonitorMode::Listen => &[],
            MonitorMode::Whisper => &[agent],
            MonitorMode::Barge => &[agent, customer.filter(|_| together)],
        };
        plan.hears.extend(heard_by.iter().flatten().map(|listener| (*listener, own)));
    }
    let others = call.monitors.iter().map(|monitor| PortRef::Session(monitor.session));
    for barger in call.monitors.iter().filter(|monitor| monitor.mode == MonitorMode::Barge) {
        let own = PortRef::Session(barger.session);
        plan.hears.extend(others.clone().filter(|other| *other != own).map(|other| (other, own)));
    }
    plan
}

/// Before an agent has answered nothing is recorded; while no agent is there the file stays open and paused.
fn record(call: &Call, customer: Option<PortRef>) -> Option<RecordPlan> {
    let paused = match &call.recording {
        Recording::Running => false,
        Recording::Paused => true,
        // It stays wanted: only so can it come back within the call.
        Recording::Failed { paused, .. } => *paused,
        Recording::Off | Recording::Waiting | Recording::Finished => return None,
    };
    let talk = call.talk();
    let agent = talk.and_then(|talk| talk.desk.device.session());
    let bargers =
        call.monitors.iter().filter(|monitor| monitor.mode == MonitorMode::Barge).map(|monitor| monitor.session);
    let right = talk.map(|_| agent.into_iter().chain(bargers).map(PortRef::Session).collect()).unwrap_or_default();
    Some(RecordPlan { left: customer.into_iter().collect(), right, paused: paused || talk.is_none() })
}
