//! Whether a person's wish fits the call as it is. The driver asks before it stores the event, so that the person is told;
//! `step` asks again, so that a wish that came too late changes nothing.

use std::time::Duration;

use super::{
    conference::Seat,
    event::CallEvent,
    facts::{Direction, SoundPlace},
    state::{Call, Phase, Recording, TransferTarget},
};
use crate::ids::UserId;

/// Wrap-up can be extended to this length in all.
pub const WRAP_UP_LIMIT: Duration = Duration::from_secs(15 * 60);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("another agent took the call")]
    OfferTaken { by: UserId },
    #[error("the offer has ended")]
    OfferGone,
    #[error("another agent has this call")]
    NotYourCall,
    #[error("the call is not in a state for this")]
    WrongState,
    #[error("a transfer is under way: cancel it first")]
    TransferUnderWay,
    #[error("the call cannot be passed on to the one who has it")]
    TransferToSelf,
    #[error("this carrier cannot do that in a live call")]
    NotSupported,
    #[error("the call is taken at the agent's telephone")]
    ByTelephone,
    #[error("wrap-up cannot be extended any more")]
    WrapUpLimit,
}

/// Judges what people ask for. Reports of machines are always taken. What is already so (held twice, answered twice by the
/// same agent) is no refusal and changes nothing.
///
/// # Errors
/// See [`Refusal`].
pub fn permits(call: &Call, event: &CallEvent) -> Result<(), Refusal> {
    match event {
        // The telephone that rings is the only way into the conference.
        CallEvent::OfferAccepted { .. } if call.facts.sound == SoundPlace::Conference => Err(Refusal::ByTelephone),
        CallEvent::TelephoneAccepted { attempt } => telephone_stands(call, *attempt),
        CallEvent::OfferAccepted { agent, fence, .. } => offer_stands(call, *agent, *fence),
        CallEvent::OfferDeclined { agent, fence } => match call.offer() {
            Some(offer) if offer.agent == *agent && offer.fence == *fence => Ok(()),
            Some(_) | None => Err(Refusal::OfferGone),
        },
        CallEvent::HoldStarted { agent } | CallEvent::HoldEnded { agent } => {
            talks(call, *agent)?;
            idle_transfer(call)?;
            if call.facts.capabilities.hold { Ok(()) } else { Err(Refusal::NotSupported) }
        }
        CallEvent::TransferStarted { agent, to } => may_transfer(call, *agent, to),
        CallEvent::ConsultStarted { agent, number, .. } => {
            may_transfer(call, *agent, &TransferTarget::Number { number: number.clone() })?;
            if call.facts.sound == SoundPlace::Bridge { Ok(()) } else { Err(Refusal::NotSupported) }
        }
        CallEvent::ConsultJoined { agent } => {
            talks(call, *agent)?;
            if call.consults() { Ok(()) } else { Err(Refusal::WrongState) }
        }
        CallEvent::CustomerMoved { .. } => match (&call.phase, call.line.leg()) {
            (Phase::PassedOn { .. }, Some(_)) => Ok(()),
            _ => Err(Refusal::WrongState),
        },
        CallEvent::CustomerReplaced { .. } if call.is_over() => Err(Refusal::WrongState),
        CallEvent::TransferCancelled { agent } => {
            talks(call, *agent)?;
            if idle_transfer(call).is_err() { Ok(()) } else { Err(Refusal::WrongState) }
        }
        CallEvent::AgentHungUp { agent } => {
            holds(call, *agent)?;
            idle_transfer(call)?;
            if call.facts.capabilities.hang_up { Ok(()) } else { Err(Refusal::NotSupported) }
        }
        CallEvent::RecordingPaused { agent } | CallEvent::RecordingResumed { agent } => {
            talks(call, *agent)?;
            if !call.facts.capabilities.pause_recording {
                return Err(Refusal::NotSupported);
            }
            let recorded = matches!(call.recording, Recording::Running | Recording::Paused | Recording::Failed { .. });
            if recorded { Ok(()) } else { Err(Refusal::WrongState) }
        }
        CallEvent::VoicemailDropped { agent, .. } => {
            talks(call, *agent)?;
            idle_transfer(call)?;
            match call.facts.direction {
                // Two telephones that the carrier has joined are not ours to play anything to.
                _ if call.facts.sound == SoundPlace::Carrier => Err(Refusal::NotSupported),
                Direction::Outbound => Ok(()),
                Direction::Inbound => Err(Refusal::WrongState),
            }
        }
        CallEvent::MonitorSet { .. } if !call.facts.capabilities.monitor => Err(Refusal::NotSupported),
        CallEvent::MonitorSet { user, session, .. } => match call.talk() {
            // One's own conversation cannot be monitored: a whisper would then be the agent's own voice.
            Some(talk) if talk.desk.agent != *user && talk.desk.device.session() != Some(*session) => Ok(()),
            Some(_) | None => Err(Refusal::WrongState),
        },
        CallEvent::WrapUpExtended { agent } => match call.wrap_ups.get(agent) {
            Some(wrap_up) if wrap_up.ends_at.since(wrap_up.started_at) >= WRAP_UP_LIMIT => Err(Refusal::WrapUpLimit),
            Some(_) => Ok(()),
            None => Err(Refusal::WrongState),
        },
        CallEvent::WrapUpEnded { agent, .. } if !call.wrap_ups.contains_key(agent) => Err(Refusal::WrongState),
        CallEvent::DispositionSaved { agent, .. } if !took_part(call, *agent) => Err(Refusal::NotYourCall),
        _ => Ok(()),
    }
}

fn offer_stands(call: &Call, agent: UserId, fence: u32) -> Result<(), Refusal> {
    if call.offer().is_some_and(|offer| offer.agent == agent && offer.fence == fence) {
        return Ok(());
    }
    match call.talk() {
        Some(talk) if talk.desk.agent == agent && talk.desk.fence == fence => Ok(()),
        Some(talk) if talk.desk.agent != agent && talk.transfer.is_none() => {
            Err(Refusal::OfferTaken { by: talk.desk.agent })
        }
        Some(_) | None => Err(Refusal::OfferGone),
    }
}

/// Pressed twice is no refusal.
fn telephone_stands(call: &Call, attempt: u32) -> Result<(), Refusal> {
    let telephone = call.telephones.iter().find(|telephone| telephone.attempt == attempt);
    let telephone = telephone.filter(|telephone| telephone.seat == Seat::Agent).ok_or(Refusal::OfferGone)?;
    let asked = call.offer().is_some_and(|offer| offer.agent == telephone.user);
    let has_it = call.desk().is_some_and(|desk| desk.agent == telephone.user);
    if asked || has_it { Ok(()) } else { Err(Refusal::OfferGone) }
}

fn may_transfer(call: &Call, agent: UserId, to: &TransferTarget) -> Result<(), Refusal> {
    talks(call, agent)?;
    idle_transfer(call)?;
    match to {
        TransferTarget::Agent { user_id } if *user_id == agent => Err(Refusal::TransferToSelf),
        _ if !call.facts.capabilities.transfer => Err(Refusal::NotSupported),
        TransferTarget::Agent { .. } | TransferTarget::Queue { .. } | TransferTarget::Number { .. } => Ok(()),
    }
}

/// The agent talks with the customer.
fn talks(call: &Call, agent: UserId) -> Result<(), Refusal> {
    holds(call, agent)?;
    if matches!(call.phase, Phase::Talking { .. }) { Ok(()) } else { Err(Refusal::WrongState) }
}

/// The agent talks with or dials the customer.
fn holds(call: &Call, agent: UserId) -> Result<(), Refusal> {
    match call.desk() {
        Some(desk) if desk.agent == agent => Ok(()),
        Some(_) => Err(Refusal::NotYourCall),
        None => Err(Refusal::WrongState),
    }
}

fn idle_transfer(call: &Call) -> Result<(), Refusal> {
    match call.talk() {
        Some(talk) if talk.transfer.is_some() => Err(Refusal::TransferUnderWay),
        Some(_) | None => Ok(()),
    }
}

fn took_part(call: &Call, agent: UserId) -> bool {
    call.desk().is_some_and(|desk| desk.agent == agent)
        || call.wrap_ups.contains_key(&agent)
        || call.history.agents.contains(&agent)
}
