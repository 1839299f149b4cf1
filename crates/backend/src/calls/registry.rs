//! The calls that this server carries now.

use std::{
    collections::{HashMap, VecDeque, hash_map},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{
    call::{CallEvent, ProviderEnd},
    ids::{CallId, LegId, QueueId, TenantId, UserId},
    time::UnixMillis,
};
use tokio::sync::{OwnedMutexGuard, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use wire::calls::{LiveCall, Offer};

use super::{
    figures::SecondOfSound,
    turns::Turns,
    unsettled::{Unfinished, Unsettled},
};
use crate::error::BackendError;

/// What an actor can be told.
pub(crate) enum Tell {
    /// It happened; nobody waits for an answer.
    Event(CallEvent),
    /// A person asked for it: refused when the call is not in a state for it.
    Ask {
        event: CallEvent,
        reply: oneshot::Sender<Result<LiveCall, BackendError>>,
    },
    Live {
        reply: oneshot::Sender<LiveCall>,
    },
    /// The offer that rings now, for a screen that has just connected.
    RingingOffer {
        agent: UserId,
        reply: oneshot::Sender<Option<Offer>>,
    },
    Sound(SecondOfSound),
    /// Keys to the customer. The answer, for who asks for one: whether they are there to hear them.
    Digits {
        digits: String,
        reply: Option<oneshot::Sender<bool>>,
    },
    /// The sound of the greeting for this leg, 8 kHz.
    GreetingRead {
        leg: LegId,
        pcm: Arc<[i16]>,
    },
    /// The carrier that plays the message by itself is done with it.
    MessagePlayed,
}

#[derive(Clone)]
struct Entry {
    tenant: TenantId,
    sender: mpsc::UnboundedSender<Tell>,
    waiting: Option<(QueueId, UnixMillis)>,
}

#[derive(Default)]
struct Table {
    calls: HashMap<CallId, Entry>,
    legs: HashMap<LegId, CallId>,
    /// By which the streams of legs are told to end.
    ends: HashMap<LegId, CancellationToken>,
    /// Telephone calls whose end was reported before they were: that one report overtook the other.
    ended_early: VecDeque<(TenantId, String, ProviderEnd)>,
}

/// Reports of calls that never come are pushed out by others.
const MOST_ENDED_EARLY: usize = 256;

#[derive(Default)]
pub struct Calls {
    table: Mutex<Table>,
    turns: Turns,
    unsettled: Unsettled,
}

impl Calls {
    /// See [`Turns::take`].
    pub(crate) async fn turn(&self, tenant: TenantId, provider_call_id: &str) -> OwnedMutexGuard<()> {
        self.turns.take(tenant, provider_call_id).await
    }

    /// The call counts as known for as long as this is kept.
    pub(crate) fn unfinished(&self, call: CallId) -> Unfinished {
        self.unsettled.hold(call)
    }

    /// Under way here, or with something still to be written.
    pub(crate) fn is_known(&self, call: CallId) -> bool {
        self.table().calls.contains_key(&call) || self.unsettled.has(call)
    }

    pub(crate) fn add(&self, tenant: TenantId, call: CallId, sender: mpsc::UnboundedSender<Tell>) {
        self.table().calls.insert(call, Entry { tenant, sender, waiting: None });
    }

    pub(crate) fn remove(&self, call: CallId) {
        let mut table = self.table();
        table.calls.remove(&call);
        let gone: Vec<LegId> = table.legs.iter().filter(|(_, of)| **of == call).map(|(leg, _)| *leg).collect();
        for leg in gone {
            table.legs.remove(&leg);
            table.ends.remove(&leg);
        }
    }

    /// The carrier says that a call has ended of which nothing is known yet.
    pub(crate) fn ended_early(&self, tenant: TenantId, provider_call_id: &str, end: ProviderEnd) {
        let mut table = self.table();
        table.ended_early.push_back((tenant, provider_call_id.to_owned(), end));
        if table.ended_early.len() > MOST_ENDED_EARLY {
            table.ended_early.pop_front();
        }
    }

    /// Whether the call that now comes in has ended already, and how.
    pub(crate) fn take_early_end(&self, tenant: TenantId, provider_call_id: &str) -> Option<ProviderEnd> {
        let mut table = self.table();
        let found = table.ended_early.iter().position(|(of, id, _)| *of == tenant && id == provider_call_id)?;
        table.ended_early.remove(found).map(|(_, _, end)| end)
    }

    pub(crate) fn add_leg(&self, leg: LegId, call: CallId) {
        self.table().legs.insert(leg, call);
    }

    /// As [`Self::add_leg`], for one that may be new; false when it was there before. A leg stays for as long as its call.
    pub(crate) fn take_leg(&self, leg: LegId, call: CallId) -> bool {
        match self.table().legs.entry(leg) {
            hash_map::Entry::Occupied(_) => false,
            hash_map::Entry::Vacant(place) => {
                place.insert(call);
                true
            }
        }
    }

    /// Cancelled when the leg's stream is to end.
    pub(crate) fn leg_end(&self, leg: LegId) -> CancellationToken {
        self.table().ends.entry(leg).or_default().clone()
    }

    /// Ends the stream of a leg; a carrier that takes no request to hang up then goes on to the end of its flow.
    pub(crate) fn end_leg(&self, leg: LegId) {
        if let Some(end) = self.table().ends.get(&leg) {
            end.cancel();
        }
    }

    pub(crate) fn call_of_leg(&self, leg: LegId) -> Option<CallId> {
        self.table().legs.get(&leg).copied()
    }

    /// False when the call is not under way here.
    pub(crate) fn tell(&self, call: CallId, what: Tell) -> bool {
        let sender = self.table().calls.get(&call).map(|entry| entry.sender.clone());
        sender.is_some_and(|sender| sender.send(what).is_ok())
    }

    pub(crate) fn event(&self, call: CallId, event: CallEvent) -> bool {
        self.tell(call, Tell::Event(event))
    }

    /// The call as its actor has it, in full; `None` when it is not under way here.
    pub(crate) async fn live(&self, call: CallId) -> Option<LiveCall> {
        let (reply, answer) = oneshot::channel();
        self.tell(call, Tell::Live { reply });
        answer.await.ok()
    }

    /// Asks for something that is refused when the call is not in a state for it; returns when it has been done.
    ///
    /// # Errors
    /// Why not.
    pub(crate) async fn ask(&self, call: CallId, event: CallEvent) -> Result<LiveCall, BackendError> {
        const OVER: BackendError = BackendError::WrongCallState("the call is over");
        let (reply, answer) = oneshot::channel();
        if !self.tell(call, Tell::Ask { event, reply }) {
            return Err(OVER);
        }
        answer.await.map_err(|_| OVER)?
    }

    /// Every call of the tenant that is under way here.
    pub(crate) fn of_tenant(&self, tenant: TenantId) -> Vec<CallId> {
        self.table().calls.iter().filter(|(_, entry)| entry.tenant == tenant).map(|(call, _)| *call).collect()
    }

    pub(crate) fn tenant_of(&self, call: CallId) -> Option<TenantId> {
        self.table().calls.get(&call).map(|entry| entry.tenant)
    }

    /// Since when each call waits in a queue, as its actor said last.
    pub(crate) fn waiting(&self, tenant: TenantId, queue: QueueId) -> Vec<UnixMillis> {
        let of = |entry: &&Entry| entry.tenant == tenant;
        let since = |entry: &Entry| entry.waiting.filter(|(id, _)| *id == queue).map(|(_, since)| since);
        self.table().calls.values().filter(of).filter_map(since).collect()
    }

    /// How many calls but this one wait in a queue.
    pub(crate) fn others_waiting(&self, tenant: TenantId, queue: QueueId, call: CallId) -> usize {
        let waits = |(id, entry): &(&CallId, &Entry)| {
            **id != call && entry.tenant == tenant && entry.waiting.is_some_and(|(of, _)| of == queue)
        };
        self.table().calls.iter().filter(waits).count()
    }

    pub(crate) fn set_waiting(&self, call: CallId, waiting: Option<(QueueId, UnixMillis)>) {
        if let Some(entry) = self.table().calls.get_mut(&call) {
            entry.waiting = waiting;
        }
    }

    /// Calls that wait look for an agent again.
    pub(crate) fn agent_freed(&self, tenant: TenantId) {
        for call in self.of_tenant(tenant) {
            self.event(call, CallEvent::AgentFreed);
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
