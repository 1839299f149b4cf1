//! A call as screens see it.

use domain::{
    call::{
        Call, CallStatus, Device, Direction, Heard, MonitorMode, Phase, Recording, SoundPlace,
        TransferTarget as DomainTarget,
    },
    masking,
    time::UnixMillis,
};
use wire::{
    calls::{self as wire_calls, LiveCall, Monitor, Side, Transfer, TransferTarget},
    recordings::RecordingState,
};

use super::{figures::Figures, names::Names};

pub(crate) const fn row_status(status: CallStatus) -> wire_calls::CallStatus {
    match status {
        CallStatus::Greeting => wire_calls::CallStatus::Greeting,
        CallStatus::Queued => wire_calls::CallStatus::Queued,
        CallStatus::Ringing => wire_calls::CallStatus::Ringing,
        CallStatus::InProgress => wire_calls::CallStatus::InProgress,
        CallStatus::Completed => wire_calls::CallStatus::Completed,
        CallStatus::Abandoned => wire_calls::CallStatus::Abandoned,
        CallStatus::NoAnswer => wire_calls::CallStatus::NoAnswer,
        CallStatus::Busy => wire_calls::CallStatus::Busy,
        CallStatus::Failed => wire_calls::CallStatus::Failed,
        CallStatus::Cancelled => wire_calls::CallStatus::Cancelled,
    }
}

pub(crate) const fn row_direction(direction: Direction) -> wire_calls::Direction {
    match direction {
        Direction::Inbound => wire_calls::Direction::Inbound,
        Direction::Outbound => wire_calls::Direction::Outbound,
    }
}

pub(super) fn recording_state(recording: &Recording) -> RecordingState {
    match recording {
        Recording::Off => RecordingState::Off,
        // It begins with the talk; until then nothing of it is kept.
        Recording::Waiting => RecordingState::Off,
        Recording::Running => RecordingState::Recording,
        Recording::Paused => RecordingState::Paused,
        Recording::Finished => RecordingState::Storing,
        Recording::Failed { reason, .. } => RecordingState::NotStored { reason: reason.clone() },
    }
}

const fn monitor_mode(mode: MonitorMode) -> wire_calls::MonitorMode {
    match mode {
        MonitorMode::Listen => wire_calls::MonitorMode::Listen,
        MonitorMode::Whisper => wire_calls::MonitorMode::Whisper,
        MonitorMode::Barge => wire_calls::MonitorMode::Barge,
    }
}

fn transfer(call: &Call, names: &Names) -> Option<Transfer> {
    let transfer = call.talk()?.transfer.as_ref()?;
    let (to, to_name) = match &transfer.to {
        DomainTarget::Agent { user_id } => (TransferTarget::Agent { user_id: *user_id }, names.agent(*user_id)),
        DomainTarget::Queue { plan } => {
            let name = names.queue(plan.queue_id).unwrap_or_default();
            (TransferTarget::Queue { queue_id: plan.queue_id }, name)
        }
        DomainTarget::Number { number } => {
            (TransferTarget::Number { number: number.as_str().to_owned() }, number.as_str().to_owned())
        }
    };
    Some(Transfer { to, to_name, started_at_ms: transfer.started_at })
}

fn silent_side(call: &Call) -> Option<Side> {
    let silent = |heard| matches!(heard, Heard::Silent { .. });
    let missing = |heard| matches!(heard, Heard::NotYet) && call.hearing.told;
    if silent(call.hearing.customer) || missing(call.hearing.customer) {
        Some(Side::Customer)
    } else if silent(call.hearing.agent) || missing(call.hearing.agent) {
        Some(Side::Agent)
    } else {
        None
    }
}

fn reconnecting_since(call: &Call) -> Option<UnixMillis> {
    match call.desk()?.device {
        Device::Lost { since } => Some(since),
        Device::Connected { .. } => None,
    }
}

/// `masked`: for roles that may not see contact data.
pub(super) fn live_call(call: &Call, names: &Names, figures: &Figures, masked: bool) -> LiveCall {
    let agent = call.desk().map(|desk| desk.agent).or_else(|| call.offer().map(|offer| offer.agent));
    let queue = call.queue.as_ref().map(|plan| plan.queue_id);
    let number = &names.customer_number;
    LiveCall {
        id: call.facts.id,
        direction: row_direction(call.facts.direction),
        status: row_status(call.status()),
        customer_name: names.customer(),
        customer_number: if masked { masking::mask_number(number) } else { number.clone() },
        lead_id: call.facts.lead,
        agent_id: agent,
        agent_name: agent.map(|agent| names.agent(agent)),
        queue_id: queue,
        queue_name: queue.and_then(|queue| names.queue(queue)),
        campaign_id: call.facts.campaign,
        campaign_name: names.campaign.clone(),
        came_by: names.came_by(),
        why: call.why.clone(),
        started_at_ms: call.facts.started_at,
        queued_at_ms: call.history.queued_at,
        answered_at_ms: call.history.answered_at,
        held_since_ms: call.talk().and_then(|talk| talk.held_since),
        recording: recording_state(&call.recording),
        monitors: call
            .monitors
            .iter()
            .map(|monitor| Monitor {
                user_id: monitor.user,
                name: names.agent(monitor.user),
                mode: monitor_mode(monitor.mode),
                since_ms: monitor.since,
            })
            .collect(),
        transfer: transfer(call, names),
        both_heard: call.both_heard(),
        silent_side: silent_side(call),
        reconnecting_since_ms: reconnecting_since(call),
        agent_sound: figures.agent.clone(),
        customer_sound: figures.customer.clone(),
        device_sound: figures.device,
        mouth_to_ear_ms: figures.mouth_to_ear_ms,
        sound_cause: figures.cause.map(Into::into),
        customer_keys: call.history.keys.clone(),
        unsupported: call.facts.capabilities.unsupported().into_iter().map(str::to_owned).collect(),
        sound_at: match call.facts.sound {
            SoundPlace::Bridge => wire_calls::SoundPlace::Bridge,
            SoundPlace::Conference => wire_calls::SoundPlace::Conference,
            SoundPlace::Carrier => wire_calls::SoundPlace::Carrier,
        },
        simulated: call.facts.simulated,
    }
}

/// The call without the figures of its last second, which are sent on their own.
pub(super) fn without_sound(call: &mut LiveCall) {
    (call.agent_sound, call.customer_sound, call.device_sound) = (None, None, None);
    (call.mouth_to_ear_ms, call.sound_cause) = (None, None);
}

/// Whether the call is still of interest to live screens.
pub(super) fn is_live(call: &Call) -> bool {
    !call.is_over() && !matches!(call.phase, Phase::Ended { .. })
}
