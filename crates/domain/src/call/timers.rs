//! Which timers run in which state. Timers are not started and stopped by hand: they follow from the state, so that none
//! can be forgotten and none can outlive its reason. After a restart the driver arms what [`timers`] says.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{ids::UserId, time::UnixMillis};

/// A prompt whose end was never reported.
pub const GREETING_LIMIT: Duration = Duration::from_secs(120);
/// Time for the last sentence.
pub const FAREWELL_LIMIT: Duration = Duration::from_secs(20);
/// Agents who were asked and did not take the call are asked again after this.
pub const ASK_AGAIN_AFTER: Duration = Duration::from_secs(20);
/// A waiting call looks for an agent at least this often, even when no report of a free one arrived.
pub const LOOK_AGAIN: Duration = Duration::from_secs(10);
/// Carriers end an unanswered call by themselves after 60 s; a lost report must not leave it ringing.
pub const CUSTOMER_RINGS: Duration = Duration::from_secs(75);
/// Media of the carrier or of the agent's device may be away this long.
pub const MEDIA_AWAY: Duration = Duration::from_secs(30);
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
    CarrierBack,
    OutsideBack,
    DeviceBack,
    TransferGivesUp,
    HearBoth,
    WrapUpEnds { agent: UserId },
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
    CarrierMediaAwaited,
    OutsideMediaAwaited,
    AgentDeviceAwaited,
    TransferMustBeAnswered,
    BothSidesMustBeHeard,
    WrapUpHasAnEnd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Armed {
    pub at: UnixMillis,
    pub reason: TimerReason,
}
