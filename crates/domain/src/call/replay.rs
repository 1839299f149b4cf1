//! A call from its log.

use super::{event::CallEvent, facts::CallFacts, state::Call, step::step};
use crate::time::UnixMillis;

/// Folds the stored events; effects were carried out when they first happened and are dropped here.
pub fn replay(facts: CallFacts, events: &[(UnixMillis, CallEvent)]) -> Call {
    events.iter().fold(Call::new(facts), |call, (at, event)| step(call, event, *at).0)
}
