//! The event log of one call: written in order, together with the row that lists show. When the database is away the
//! events wait here and the call goes on.

use std::time::Duration;

use domain::{
    call::{Call, CallEvent, CallFacts, Direction},
    ids::CallId,
    pii::Personal,
    time::UnixMillis,
};
use storage::{
    StorageError, TenantScope,
    call_log::{NewCall, NewEvent, Projection},
    recordings::RecordingState,
};
use tokio::{sync::mpsc, task::JoinHandle};

use self::writer::{Entry, Writer};
use crate::Backend;

mod writer;

pub(super) struct Log {
    sender: mpsc::UnboundedSender<Entry>,
    writer: JoinHandle<()>,
}

const fn status(status: domain::call::CallStatus) -> storage::calls::CallStatus {
    use domain::call::CallStatus as From;
    use storage::calls::CallStatus as To;
    match status {
        From::Greeting => To::Greeting,
        From::Queued => To::Queued,
        From::Ringing => To::Ringing,
        From::InProgress => To::InProgress,
        From::Completed => To::Completed,
        From::Abandoned => To::Abandoned,
        From::NoAnswer => To::NoAnswer,
        From::Busy => To::Busy,
        From::Failed => To::Failed,
        From::Cancelled => To::Cancelled,
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// What a call's row shows, from its state.
pub(super) fn projection(call: &Call, came_by: Vec<String>, now: UnixMillis) -> Projection {
    Projection {
        status: status(call.status()),
        closed: matches!(call.phase, domain::call::Phase::Ended { .. }),
        provider_call_id: call.provider_call_id.clone(),
        lead_id: call.facts.lead,
        agent_id: call.history.talks.last().map(|talk| talk.agent).or_else(|| call.desk().map(|desk| desk.agent)),
        queue_id: call.queue.as_ref().map(|plan| plan.queue_id),
        campaign_id: call.facts.campaign,
        came_by,
        queued_at: call.history.queued_at,
        answered_at: call.history.answered_at,
        ended_at: call.end.map(|end| end.at),
        wait_ms: millis(call.wait(now)),
        ring_ms: millis(call.ring(now)),
        talk_ms: millis(call.talk_time(now)),
    }
}

fn json<T: serde::Serialize>(value: &T) -> Personal<serde_json::Value> {
    Personal::new(serde_json::to_value(value).unwrap_or_default())
}

fn new_row(facts: &CallFacts, customer_number: &str) -> NewCall {
    NewCall {
        id: facts.id,
        direction: match facts.direction {
            Direction::Inbound => storage::calls::Direction::Inbound,
            Direction::Outbound => storage::calls::Direction::Outbound,
        },
        provider: facts.provider.clone(),
        customer_number: Personal::new(customer_number.to_owned()),
        started_at: facts.started_at,
        simulated: facts.simulated,
        recording: RecordingState::Off,
        facts: json(facts),
    }
}

fn new_event(at: UnixMillis, event: &CallEvent) -> NewEvent {
    let data = json(event);
    let kind = data.reveal().get("kind").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    NewEvent { at, kind, data }
}

/// Whom the call is with since this event.
fn named(event: &CallEvent) -> Option<Personal<String>> {
    match event {
        CallEvent::CustomerNamed { customer, .. } => Some(Personal::new(customer.shown().to_owned())),
        _ => None,
    }
}

/// Writes a call that began with these facts, as it is after these events. More may follow.
pub(super) async fn create(
    on: impl Into<storage::On<'_>>,
    scope: TenantScope,
    began: &CallFacts,
    call: &Call,
    events: &[(UnixMillis, CallEvent)],
    names: (&str, Vec<String>),
    now: UnixMillis,
) -> Result<u32, StorageError> {
    let (customer_number, came_by) = names;
    let row = new_row(began, customer_number);
    let events: Vec<NewEvent> = events.iter().map(|(at, event)| new_event(*at, event)).collect();
    storage::call_log::create(on, scope, &row, &events, &projection(call, came_by, now)).await
}

/// Writes a call that is over already, with all its events.
pub(crate) async fn keep_past(
    unit: &mut storage::Tx,
    scope: TenantScope,
    began: &CallFacts,
    call: &Call,
    events: &[(UnixMillis, CallEvent)],
    customer_number: &str,
) -> Result<(), StorageError> {
    let end = call.end.map_or(call.facts.started_at, |end| end.at);
    create(unit, scope, began, call, events, (customer_number, Vec::new()), end).await.map(drop)
}

impl Log {
    /// `seq` is that of the last event which is in the store already.
    pub fn start(backend: Backend, scope: TenantScope, call: CallId, seq: u32) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        let tracker = backend.finishing().clone();
        let writer = Writer { backend, scope, call, seq, told: false };
        let writer = tracker.spawn(writer.run(receiver));
        Self { sender, writer }
    }

    pub fn append(&mut self, at: UnixMillis, event: &CallEvent, call: &Call, came_by: Vec<String>) {
        let new = new_event(at, event);
        let entry = Entry { event: new, projection: projection(call, came_by, at), customer: named(event) };
        if self.sender.send(entry).is_err() {
            tracing::error!(call = %call.facts.id, "the log's writer has stopped; an event was lost");
        }
    }

    /// Waits until everything is written.
    pub async fn finish(self) {
        drop(self.sender);
        if let Err(error) = self.writer.await {
            tracing::error!(%error, "the log's writer failed");
        }
    }
}
