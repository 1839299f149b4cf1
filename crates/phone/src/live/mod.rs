//! The live WebSocket: kept open while signed in, and resumed where it broke off.

mod clock;
mod driver;
mod policy;

pub use clock::ServerClock;
pub(crate) use driver::{LiveInput, LiveOutput, run};
pub use policy::{Effect, Input, LivePolicy, LiveState};
