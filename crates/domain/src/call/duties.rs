//! Which agents a call holds, and as what. Like timers, this follows from the state: an agent is let go exactly when no
//! part of the state names them any more.

use std::collections::BTreeMap;

use super::state::Call;
use crate::{ids::UserId, time::UnixMillis};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// The call rings at them.
    Reserved,
    OnCall,
    WrapUp {
        ends_at: UnixMillis,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    pub fence: u32,
    pub duty: Duty,
}

/// Every agent whom the call holds a claim on.
pub fn duties(call: &Call) -> BTreeMap<UserId, Held> {
    let mut held: BTreeMap<UserId, Held> = call
        .wrap_ups
        .iter()
        .map(|(agent, wrap_up)| {
            (*agent, Held { fence: wrap_up.fence, duty: Duty::WrapUp { ends_at: wrap_up.ends_at } })
        })
        .collect();
    if let Some(desk) = call.desk() {
        held.insert(desk.agent, Held { fence: desk.fence, duty: Duty::OnCall });
    }
    if let Some(offer) = call.offer() {
        held.insert(offer.agent, Held { fence: offer.fence, duty: Duty::Reserved });
    }
    held
}
