//! Which timers run in which state. Timers are not started and stopped by hand: they follow from the state, so that none
//! can be forgotten and none can outlive its reason. After a restart the driver arms what [`timers`] says.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use super::{
    facts::SoundPlace,
    state::{Call, Device, Line, Phase, Talk, TransferStage},
};
use crate::{ids::UserId, time::UnixMillis};

/// A prompt whose end was never reported.
pub const GREETING_LIMIT: Duration = Duration::from_secs(120);
/// A recorded greeting whose end was never reported: beyond its length, for its sound to be read and to go out.
pub const GREETING_MARGIN: Duration = Duration::from_secs(5);
/// Time for the last sentence.
pub const FAREWELL_LIMIT: Duration = Duration::from_secs(20);
/// What went out last is on its way to the machine for so long.
pub const MESSAGE_TAIL: Duration = Duration::from_millis(1500);
/// A message whose end was never reported.
const MESSAGE_MARGIN: Duration = Duration::from_secs(15);
/// Agents who were asked and did not take the call are asked again after this.
pub const ASK_AGAIN_AFTER: Duration = Duration::from_secs(20);
/// A waiting call looks for an agent at least this often, even when no report of a free one arrived.
pub const LOOK_AGAIN: Duration = Duration::from_secs(10);
/// Longest wait for one agent, where no queue says how long.
pub const WAIT_FOR_ONE: Duration = Duration::from_secs(60);
/// Carriers end an unanswered call by themselves after 60 s; a lost report must not leave it ringing.
pub const CUSTOMER_RINGS: Duration = Duration::from_secs(75);
/// Carriers end a call after four hours.
pub const LONGEST_CALL: Duration = Duration::from_secs(4 * 3600 + 900);
/// A carrier that holds the call's sound is asked so often whether it goes on.
pub const ASK_CARRIER: Duration = Duration::from_secs(60);
/// The agent's telephone and then the customer's, with a margin for carriers that report late.
pub const BOTH_RING: Duration = Duration::from_secs(180);
/// Media of the carrier or of the agent's device may be away this long.
pub const MEDIA_AWAY: Duration = Duration::from_secs(30);
/// Media end a moment before the carrier reports a hang-up. What is away longer is missed: it is said, and asked for again.
pub const HANG_UP_REPORT: Duration = Duration::from_secs(2);
/// A blind transfer is answered by then, or the call goes back.
pub const TRANSFER_LIMIT: Duration = Duration::from_secs(60);
/// Both sides are heard by then, or the agent is told which one is not.
pub const HEAR_BOTH: Duration = Duration::from_secs(3);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum Timer {
    Greeting,
    Farewell,
    LookAgain,
    MaxWait,
    OfferExpires,
    CustomerRings,
    CarrierMissed,
    CarrierBack,
    OutsideMissed,
    OutsideBack,
    DeviceBack,
    TransferGivesUp,
    HearBoth,
    WrapUpEnds { agent: UserId },
    AskCarrier,
    Message,
}

/// Why a timer runs, for logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimerReason {
    GreetingMustEnd,
    FarewellMustEnd,
    CallWaitsForAnAgent,
    QueueHasALongestWait,
    OfferHasARingTime,
    CustomerMustAnswer,
    CarrierMayHaveHungUp,
    CarrierMediaAwaited,
    OutsideMayHaveHungUp,
    OutsideMediaAwaited,
    AgentDeviceAwaited,
    TransferMustBeAnswered,
    BothSidesMustBeHeard,
    WrapUpHasAnEnd,
    CarrierMayNotReport,
    MessageMustEnd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Armed {
    pub at: UnixMillis,
    pub reason: TimerReason,
}

/// Every timer that runs in this state.
pub fn timers(call: &Call) -> BTreeMap<Timer, Armed> {
    let mut armed = BTreeMap::new();
    let mut arm = |timer, since: UnixMillis, span, reason| armed.insert(timer, Armed { at: since.plus(span), reason });
    let still = Duration::ZERO;

    for (agent, wrap_up) in &call.wrap_ups {
        arm(Timer::WrapUpEnds { agent: *agent }, wrap_up.ends_at, still, TimerReason::WrapUpHasAnEnd);
    }
    if call.is_over() {
        return armed;
    }
    match &call.phase {
        Phase::Greeting { since, .. } => {
            let longest = match call.facts.greeting_played_here() {
                None => Some(GREETING_LIMIT),
                Some(message) => {
                    let longest = Duration::from_millis(message.length_ms.into()) + GREETING_MARGIN;
                    // Without the caller's leg nothing plays; it is awaited.
                    call.line.leg().map(|_| longest)
                }
            };
            if let Some(longest) = longest {
                arm(Timer::Greeting, *since, longest, TimerReason::GreetingMustEnd);
            }
        }
        Phase::Queued { waiting } => {
            arm(Timer::LookAgain, waiting.asked_at, LOOK_AGAIN, TimerReason::CallWaitsForAnAgent);
            // Without a queue the call waits for the one agent whom it is for.
            let longest =
                call.queue.as_ref().map_or(WAIT_FOR_ONE, |queue| Duration::from_secs(queue.max_wait_s.into()));
            arm(Timer::MaxWait, waiting.since, longest, TimerReason::QueueHasALongestWait);
        }
        Phase::Offered { offer, .. } => {
            arm(Timer::OfferExpires, offer.expires_at, still, TimerReason::OfferHasARingTime);
        }
        Phase::Dialing { desk, since, .. } => {
            // The agent's own telephone rings before the customer's does.
            let rings = match call.facts.sound {
                SoundPlace::Bridge => CUSTOMER_RINGS,
                SoundPlace::Conference => BOTH_RING,
                // Whether they talk is known from reports only, and one may be lost; the carrier is asked instead.
                SoundPlace::Carrier => LONGEST_CALL,
            };
            arm(Timer::CustomerRings, *since, rings, TimerReason::CustomerMustAnswer);
            if let Device::Lost { since } = desk.device {
                arm(Timer::DeviceBack, since, MEDIA_AWAY, TimerReason::AgentDeviceAwaited);
            }
        }
        Phase::Talking { talk } => talking(call, talk, &mut arm),
        Phase::PassedOn { outside, .. } => {
            if let Line::Lost { since, missed: false } = outside.line {
                arm(Timer::OutsideMissed, since, HANG_UP_REPORT, TimerReason::OutsideMayHaveHungUp);
            }
            let in_bridge = call.facts.sound == SoundPlace::Bridge;
            if let Some(since) = away(outside.line).filter(|_| in_bridge) {
                arm(Timer::OutsideBack, since, MEDIA_AWAY, TimerReason::OutsideMediaAwaited);
            }
        }
        Phase::Leaving { since, .. } => {
            arm(Timer::Farewell, *since, FAREWELL_LIMIT, TimerReason::FarewellMustEnd);
        }
        Phase::LeavingMessage { message, since, heard_at } => {
            let longest = Duration::from_millis(message.length_ms.into()) + MESSAGE_MARGIN;
            let (since, span) = heard_at.map_or((*since, longest), |heard_at| (heard_at, MESSAGE_TAIL));
            arm(Timer::Message, since, span, TimerReason::MessageMustEnd);
        }
        Phase::New | Phase::WrapUp { .. } | Phase::Ended { .. } => {}
    }
    let begun = call.phase != Phase::New;
    if begun && call.facts.sound != SoundPlace::Bridge && call.provider_call_id.is_some() {
        let asked_at = call.asked_carrier_at.unwrap_or(call.facts.started_at);
        arm(Timer::AskCarrier, asked_at, ASK_CARRIER, TimerReason::CarrierMayNotReport);
    }
    if let Line::Lost { since, missed: false } = call.line {
        arm(Timer::CarrierMissed, since, HANG_UP_REPORT, TimerReason::CarrierMayHaveHungUp);
    }
    // Before anything happened, while the customer's telephone rings, and while a carrier speaks the greeting by itself, there
    // are no media to wait for.
    let expected = match (&call.phase, call.line) {
        (Phase::New | Phase::Dialing { .. }, _) => None,
        (Phase::Greeting { .. }, Line::Awaited { .. }) if call.facts.greeting_played_here().is_none() => None,
        // That somebody came into a conference is told once; if that was lost, the carrier is asked whether they are there.
        _ if call.facts.sound == SoundPlace::Conference => None,
        (_, line) => away(line),
    };
    if let Some(since) = expected {
        arm(Timer::CarrierBack, since, MEDIA_AWAY, TimerReason::CarrierMediaAwaited);
    }
    armed
}

fn talking(call: &Call, talk: &Talk, arm: &mut impl FnMut(Timer, UnixMillis, Duration, TimerReason) -> Option<Armed>) {
    let still = Duration::ZERO;
    if let Some(transfer) = &talk.transfer {
        if !call.consults() {
            arm(Timer::TransferGivesUp, transfer.give_up_at, still, TimerReason::TransferMustBeAnswered);
        }
        match &transfer.stage {
            TransferStage::Routing { asked_at, .. } => {
                arm(Timer::LookAgain, *asked_at, LOOK_AGAIN, TimerReason::CallWaitsForAnAgent);
            }
            TransferStage::Offered { offer } => {
                arm(Timer::OfferExpires, offer.expires_at, still, TimerReason::OfferHasARingTime);
            }
            TransferStage::Dialing { .. } => {}
        }
    } else if let Device::Lost { since } = talk.desk.device {
        // While a transfer is under way the agent only stands by; the wait begins to count when the call comes back.
        arm(Timer::DeviceBack, since, MEDIA_AWAY, TimerReason::AgentDeviceAwaited);
    }
    // Nothing of what telephones say to each other at a carrier can be heard here.
    let heard_here = call.facts.sound == SoundPlace::Bridge;
    let unheard = heard_here && !call.both_heard() && !call.hearing.told;
    if let Some(joined_at) = call.hearing.joined_at.filter(|_| unheard) {
        arm(Timer::HearBoth, joined_at, HEAR_BOTH, TimerReason::BothSidesMustBeHeard);
    }
}

const fn away(line: Line) -> Option<UnixMillis> {
    match line {
        Line::Awaited { since } | Line::Lost { since, .. } => Some(since),
        Line::Attached { .. } | Line::Gone => None,
    }
}
