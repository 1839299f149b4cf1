//! The books of the account: its numbers, calls and debugger.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};

use super::{
    config::{Config, Destination, Misbehaviour, Number, RestFailure},
    handle::{CallHandle, Command},
    recorders::{Kept, Recorders},
    rooms::Rooms,
    webhooks::Webhooks,
};

/// A line of Twilio's debugger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DebuggerEntry {
    pub call_sid: String,
    /// Twilio's error code, such as 11200.
    pub code: u32,
    pub message: String,
}

/// A text message that the application has sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentMessage {
    pub from: String,
    pub to: String,
    pub text: String,
}

#[derive(Debug, Default)]
pub struct State {
    pub numbers: BTreeMap<String, Number>,
    pub destinations: BTreeMap<String, Destination>,
    pub default_destination: Option<Destination>,
    pub misbehaviour: Misbehaviour,
    pub calls: BTreeMap<String, CallHandle>,
    /// SIDs, oldest first.
    pub order: Vec<String>,
    pub debugger: Vec<DebuggerEntry>,
    pub messages: Vec<SentMessage>,
    /// Told about text messages to these numbers.
    pub message_urls: BTreeMap<String, String>,
    /// Those that are kept, by SID.
    pub recordings: BTreeMap<String, Kept>,
    outbound: VecDeque<CallHandle>,
    next_start: Option<Instant>,
}

#[derive(Debug)]
pub struct Account {
    pub config: Config,
    pub webhooks: Webhooks,
    state: Mutex<State>,
    rooms: Mutex<Rooms>,
    recorders: Mutex<Recorders>,
    outbound_added: Notify,
}

impl Account {
    pub fn new(config: Config) -> Result<Arc<Self>, reqwest::Error> {
        let numbers = config.numbers.iter().map(|number| (number.number.clone(), number.clone())).collect();
        Ok(Arc::new(Self {
            webhooks: Webhooks::new(&config)?,
            state: Mutex::new(State { numbers, ..State::default() }),
            rooms: Mutex::default(),
            recorders: Mutex::default(),
            outbound_added: Notify::new(),
            config,
        }))
    }

    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn rooms(&self) -> MutexGuard<'_, Rooms> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn recorders(&self) -> MutexGuard<'_, Recorders> {
        self.recorders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn add_call(&self, handle: &CallHandle, outbound: bool) {
        let mut state = self.lock();
        state.order.push(handle.sid.clone());
        state.calls.insert(handle.sid.clone(), handle.clone());
        if outbound {
            state.outbound.push_back(handle.clone());
            self.outbound_added.notify_one();
        }
    }

    pub async fn next_outbound(&self) -> Option<CallHandle> {
        loop {
            if let Some(handle) = self.lock().outbound.pop_front() {
                return Some(handle);
            }
            self.outbound_added.notified().await;
        }
    }

    pub fn log(&self, call_sid: &str, code: u32, message: &str) {
        tracing::info!(call_sid, code, message, "simulated Twilio debugger");
        let entry = DebuggerEntry { call_sid: call_sid.to_owned(), code, message: message.to_owned() };
        self.lock().debugger.push(entry);
    }

    pub fn destination(&self, number: &str) -> Option<Destination> {
        let state = self.lock();
        state.destinations.get(number).or(state.default_destination.as_ref()).cloned()
    }

    pub fn take_rest_failure(&self) -> Option<RestFailure> {
        let mut state = self.lock();
        let failures = &mut state.misbehaviour.rest;
        if failures.is_empty() { None } else { Some(failures.remove(0)) }
    }

    /// The break that the next stream is to have, and when it goes dead; they are used up by that.
    pub fn take_stream_faults(&self) -> (Option<Duration>, Option<Duration>) {
        let behaviour = &mut self.lock().misbehaviour;
        (behaviour.break_stream_after.take(), behaviour.half_open_stream_after.take())
    }

    /// How long a call that is created now stays in the queue.
    pub fn reserve_start(&self) -> Duration {
        let Some(per_second) = self.config.calls_per_second.filter(|rate| *rate > 0.0) else { return Duration::ZERO };
        let now = Instant::now();
        let mut state = self.lock();
        let start = state.next_start.map_or(now, |next| next.max(now));
        state.next_start = Some(start + Duration::from_secs_f64(1.0 / per_second));
        start - now
    }

    pub fn hang_up_all(&self) {
        for call in self.lock().calls.values() {
            call.tell(Command::Stop);
        }
    }
}
