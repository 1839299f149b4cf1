//! The connection to the bridge: opened once after sign-in, watched, mended, carried over the web where UDP does not get
//! through, and opened anew when lost.

mod agreement;
mod ceiling;
mod driver;
mod feedback;
mod packets;
mod peer;
mod plan;
mod relays;
mod renumber;
mod signalling;
mod web;

pub use driver::MediaStatus;
pub(crate) use driver::{MediaInput, Session, run};
pub(crate) use packets::PacketThread;
pub use plan::{Effect, Input, MediaPlan, State, Udp, Web};
pub use relays::Relays;
pub use signalling::{MediaSignalling, SignallingError};
