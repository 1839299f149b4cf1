//! Writes the events of one call in order, and keeps them until they are written.

use std::time::Duration;

use domain::{ids::CallId, pii::Personal};
use storage::{
    StorageError, TenantScope,
    call_log::{self, NewEvent, Projection, StoredEvent},
};
use tokio::sync::mpsc;
use wire::live::{LiveEvent, Notice, NoticeLevel};

use crate::{
    Backend,
    live::Audience,
    outage::{FIRST_PAUSE, LONGEST_PAUSE},
};

/// Between two tries to write what the database refuses; it stays in memory meanwhile.
const REFUSED_PAUSE: Duration = Duration::from_secs(10);

pub(super) struct Entry {
    pub event: NewEvent,
    pub projection: Projection,
    /// Whom the call is with since then.
    pub customer: Option<Personal<String>>,
}

pub(super) struct Writer {
    pub backend: Backend,
    pub scope: TenantScope,
    pub call: CallId,
    /// Of the last event that is in the store.
    pub seq: u32,
    /// The admins know that the database refuses these events.
    pub told: bool,
}

impl Writer {
    pub async fn run(mut self, mut entries: mpsc::UnboundedReceiver<Entry>) {
        while let Some(entry) = entries.recv().await {
            self.write(entry, &mut entries).await;
        }
    }

    /// Returns when the events, and those that come meanwhile, are written, or the server has no time left.
    async fn write(&mut self, first: Entry, entries: &mut mpsc::UnboundedReceiver<Entry>) {
        let Entry { event, mut projection, mut customer } = first;
        let mut events = vec![event];
        let mut pause = FIRST_PAUSE;
        loop {
            while let Ok(next) = entries.try_recv() {
                events.push(next.event);
                projection = next.projection;
                customer = next.customer.or(customer);
            }
            let state = (&projection, customer.as_ref());
            let written = call_log::append(self.backend.store(), self.scope, self.call, self.seq, &events, state).await;
            let error = match written {
                Ok(seq) => {
                    self.seq = seq;
                    return;
                }
                Err(StorageError::Conflict { .. }) => match self.catch_up(&mut events).await {
                    Ok(()) if events.is_empty() => return,
                    Ok(()) => continue,
                    Err(error) => error,
                },
                Err(error) => error,
            };
            if self.backend.out_of_time().is_cancelled() {
                tracing::error!(call = %self.call, %error, lost = events.len(), "events could not be written in time");
                return;
            }
            let wait = if error.is_retryable() {
                tracing::warn!(call = %self.call, %error, waiting = events.len(), "the database is away; events wait");
                pause
            } else {
                tracing::error!(call = %self.call, %error, waiting = events.len(), "events are refused; they wait");
                self.tell_admins();
                REFUSED_PAUSE
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.backend.out_of_time().cancelled() => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Something was appended behind the last event that this writer knows. Its own events, whose answer was lost, are
    /// written; behind others it goes on.
    async fn catch_up(&mut self, events: &mut Vec<NewEvent>) -> Result<(), StorageError> {
        let stored = call_log::events(self.backend.store(), self.scope, self.call).await?;
        let last = stored.last().map_or(0, |event| event.seq);
        if last == self.seq {
            return Err(StorageError::Conflict { what: "call" });
        }
        let since: Vec<&StoredEvent> = stored.iter().filter(|event| event.seq > self.seq).collect();
        if is_beginning_of(&since, events) {
            events.drain(..since.len());
        } else {
            tracing::error!(call = %self.call, ours = self.seq, stored = last, "another server has written to this call");
        }
        self.seq = last;
        Ok(())
    }

    fn tell_admins(&mut self) {
        if std::mem::replace(&mut self.told, true) {
            return;
        }
        let notice = Notice {
            level: NoticeLevel::Loss,
            code: "call_log_not_written".to_owned(),
            text: "What happens in a call cannot be written; it waits in memory. The server's log says why.".to_owned(),
            call_id: Some(self.call),
        };
        self.backend.feed().publish(self.scope.tenant(), Audience::Supervisors, LiveEvent::Notice { notice });
    }
}

/// Whether the stored events are ours, from the first on.
fn is_beginning_of(stored: &[&StoredEvent], ours: &[NewEvent]) -> bool {
    stored.len() <= ours.len()
        && stored.iter().zip(ours).all(|(stored, ours)| {
            (stored.at, &stored.kind, stored.data.reveal()) == (ours.at, &ours.kind, ours.data.reveal())
        })
}

#[cfg(test)]
mod tests {
    use domain::time::UnixMillis;

    use super::*;

    fn new(at: i64, kind: &str) -> NewEvent {
        NewEvent { at: UnixMillis(at), kind: kind.to_owned(), data: Personal::new(serde_json::json!({ "kind": kind })) }
    }

    fn stored(seq: u32, at: i64, kind: &str) -> StoredEvent {
        let NewEvent { at, kind, data } = new(at, kind);
        StoredEvent { seq, at, kind, data }
    }

    #[test]
    fn events_whose_answer_was_lost_are_known_as_ours() {
        let ours = [new(1, "a"), new(2, "b"), new(3, "c")];
        let (a, b) = (stored(4, 1, "a"), stored(5, 2, "b"));
        assert!(is_beginning_of(&[&a, &b], &ours), "two of three are written");
        assert!(is_beginning_of(&[], &ours));
    }

    #[test]
    fn events_of_somebody_else_are_not() {
        let ours = [new(1, "a")];
        assert!(!is_beginning_of(&[&stored(4, 1, "server_restarted")], &ours));
        assert!(!is_beginning_of(&[&stored(4, 2, "a")], &ours), "at another time");
        assert!(!is_beginning_of(&[&stored(4, 1, "a"), &stored(5, 2, "b")], &ours), "more than ours");
    }
}
