//! The WebRTC connection to the bridge: opened once after sign-in, watched, mended, and opened anew when lost.

mod driver;
mod peer;
mod plan;
mod signalling;

pub use driver::MediaStatus;
pub(crate) use driver::{MediaInput, run};
pub use plan::{Effect, Input, MediaPlan, State};
pub use signalling::{MediaSignalling, SignallingError};
