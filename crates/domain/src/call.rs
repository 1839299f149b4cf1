//! Call control: `(call, event, now) -> (call, effects)`.
//!
//! A call is folded from its events; the driver stores each event, carries out the effects, and feeds back what came of
//! them as new events. Late, doubled and lost reports are normal: an event that does not fit the state changes nothing.

mod effect;
mod event;
mod facts;
mod room;
mod state;
mod timers;

pub use effect::{AgentNext, Effect, Farewell, NoticeCode, NoticeTo, OfferEnd, RouteReason, RouteTarget};
pub use event::{AfterGreeting, AfterWrapUp, CallEvent, DialFailure, ProviderEnd};
pub use facts::{CallFacts, Capabilities, Customer, DEFAULT_RING_S, DEFAULT_WRAP_UP_S, Direction, QueuePlan};
pub use room::{PortRef, RecordPlan, RoomPlan};
pub use state::{
    Call, CallStatus, Desk, Device, End, EndReason, Heard, Hearing, History, Line, Monitor, MonitorMode, Offer,
    Outside, Party, Phase, Recording, SavedDisposition, Side, Span, Talk, TalkSpan, Transfer, TransferStage,
    TransferTarget, Tried, Waiting, WrapUp,
};
pub use timers::{
    ASK_AGAIN_AFTER, Armed, CUSTOMER_RINGS, FAREWELL_LIMIT, GREETING_LIMIT, HEAR_BOTH, LOOK_AGAIN, MEDIA_AWAY,
    TRANSFER_LIMIT, Timer, TimerReason,
};
