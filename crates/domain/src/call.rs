//! Call control: `(call, event, now) -> (call, effects)`.
//!
//! A call is folded from its events; the driver stores each event, carries out the effects, and feeds back what came of
//! them as new events. Late, doubled and lost reports are normal: an event that does not fit the state changes nothing.
//! What people ask for is judged by [`permits`] first, so that they can be told why not.

mod arriving;
mod conference;
mod dialing;
mod duties;
mod effect;
mod ending;
mod event;
mod facts;
mod figures;
mod greeting;
mod media;
mod queueing;
mod refusal;
mod replay;
mod room;
mod state;
mod step;
mod talking;
mod timers;
mod transfer;
mod voicemail;

pub use conference::{Recorder, Seat, SeatPlan, Telephone, monitor_plan, seats, telephone_session};
pub use duties::{Duty, Held, duties};
pub use effect::{AgentNext, Effect, Farewell, NoticeCode, NoticeTo, OfferEnd, RouteReason, RouteTarget};
pub use ending::WRAP_UP_EXTENSION;
pub use event::{AfterGreeting, AfterWrapUp, AnsweredBy, CallEvent, DialFailure, ProviderEnd};
pub use facts::{
    CallFacts, Capabilities, Customer, DEFAULT_RING_S, DEFAULT_WRAP_UP_S, Direction, QueuePlan, SoundPlace,
    VoicemailMessage,
};
pub use greeting::{Greeting, PlayedBy, greeting_is_due};
pub use refusal::{Refusal, WRAP_UP_LIMIT, permits};
pub use replay::replay;
pub use room::{PortRef, RecordPlan, RoomPlan, room_plan};
pub use state::{
    Call, CallStatus, Desk, Device, End, EndReason, Heard, Hearing, History, LeftBy, LeftVoicemail, Line, Monitor,
    MonitorMode, Offer, Outside, Party, Phase, Recording, SavedDisposition, Side, Span, Talk, TalkSpan, Transfer,
    TransferStage, TransferTarget, Tried, Waiting, WrapUp,
};
pub use step::step;
pub use timers::{
    ASK_AGAIN_AFTER, ASK_CARRIER, Armed, BOTH_RING, CUSTOMER_RINGS, FAREWELL_LIMIT, GREETING_LIMIT, GREETING_MARGIN,
    HANG_UP_REPORT, HEAR_BOTH, LONGEST_CALL, LOOK_AGAIN, MEDIA_AWAY, MESSAGE_TAIL, TRANSFER_LIMIT, Timer, TimerReason,
    WAIT_FOR_ONE, timers,
};
pub use voicemail::played_whole;

#[cfg(test)]
mod tests;
