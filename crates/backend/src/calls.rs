//! Calls under way. Each has an actor that feeds what happens to `domain::call::step` and carries the effects out.

mod actor;
mod agent_steps;
mod bridge_events;
mod carrier_stream;
mod commands;
mod conference;
mod effects;
mod farewell;
mod figures;
mod inbound;
mod keys;
mod log;
mod lookups;
mod named_stream;
mod names;
mod outbound;
mod recovery;
mod registry;
mod route;
mod sound_parts;
mod stream_dialect;
mod turns;
mod unsettled;
mod view;
mod voicemail;

pub(crate) use bridge_events::follow as follow_bridge;
pub use carrier_stream::CarrierStream;
pub(crate) use carrier_stream::{CALL_PARAMETER, PARTY_PARAMETER, TOKEN_PARAMETER};
pub(crate) use inbound::{Announced, Arrival};
pub(crate) use log::keep_past;
pub(crate) use named_stream::NamedStream;
pub(crate) use outbound::Speaks;
pub(crate) use recovery::look_for_forgotten_agents;
pub(crate) use registry::Calls;
pub(crate) use registry::Tell;
pub(crate) use stream_dialect::Dialect;
