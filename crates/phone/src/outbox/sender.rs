use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::ids::UserId;
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Entry, Log, OutboxError, Verdict, verdict};
use crate::{
    api::{ApiClient, ApiResponse, Method},
    backoff::Backoff,
    state::{OutboxStatus, Refusal},
};

const FILE: &str = "outbox.jsonl";
/// A refusal without a reason of its own is shown with this much of the answer.
const EXCERPT: usize = 200;

/// The file and what wakes its sender.
#[derive(Clone)]
pub struct Outbox {
    shared: Arc<Shared>,
}

struct Shared {
    log: Mutex<Log>,
    wake: Notify,
    /// Who is signed in.
    user: watch::Sender<Option<UserId>>,
    changed: mpsc::UnboundedSender<OutboxStatus>,
}

impl Outbox {
    /// Opens the outbox of `folder`. The receiver gets the state after each change.
    ///
    /// # Errors
    /// [`OutboxError::Disk`].
    pub fn open(folder: &Path) -> Result<(Self, mpsc::UnboundedReceiver<OutboxStatus>), OutboxError> {
        let log = Log::open(&folder.join(FILE))?;
        let (changed, changes) = mpsc::unbounded_channel();
        let shared = Shared { log: Mutex::new(log), wake: Notify::new(), user: watch::Sender::new(None), changed };
        Ok((Self { shared: Arc::new(shared) }, changes))
    }

    /// Keeps `entry` on disk before it answers, and sends it as soon as the server can be reached.
    ///
    /// # Errors
    /// [`OutboxError`]; the entry is not kept then.
    pub async fn put(&self, entry: Entry) -> Result<(), OutboxError> {
        self.on_disk(move |log| log.put(entry)).await?;
        self.shared.wake.notify_one();
        Ok(())
    }

    /// From now on `user` is signed in, or nobody. What is being sent for another stops at once and waits on.
    pub fn belongs_to(&self, user: Option<UserId>) {
        let changed = self.shared.user.send_if_modified(|now| std::mem::replace(now, user) != user);
        if changed {
            // Nobody listens any more once the phone is stopped.
            let _ = self.shared.changed.send(self.status());
        }
    }

    /// Sends what the signed-in person had refused once more.
    ///
    /// # Errors
    /// [`OutboxError::NotRefused`], [`OutboxError::Disk`].
    pub async fn again(&self, id: Uuid) -> Result<(), OutboxError> {
        let user = self.user().ok_or(OutboxError::NotRefused)?;
        self.on_disk(move |log| log.again(user, id, Uuid::now_v7())).await?;
        self.shared.wake.notify_one();
        Ok(())
    }

    /// Forgets what the signed-in person had refused.
    ///
    /// # Errors
    /// [`OutboxError::NotRefused`], [`OutboxError::Disk`].
    pub async fn discard(&self, id: Uuid) -> Result<(), OutboxError> {
        let user = self.user().ok_or(OutboxError::NotRefused)?;
        self.on_disk(move |log| log.discard(user, id)).await
    }

    pub fn status(&self) -> OutboxStatus {
        self.shared.log.lock().unwrap_or_else(PoisonError::into_inner).status(self.user())
    }

    fn user(&self) -> Option<UserId> {
        *self.shared.user.borrow()
    }

    /// The server may be reachable again: do not wait out the back-off.
    pub fn nudge(&self) {
        self.shared.wake.notify_one();
    }

    /// Sends until `stop`. Only one of these may run per outbox.
    pub async fn run(self, api: ApiClient, stop: CancellationToken) {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(30));
        let mut users = self.shared.user.subscribe();
        while !stop.is_cancelled() {
            let user = *users.borrow_and_update();
            let next = user.and_then(|user| self.next(user));
            let wait = match next {
                None => Duration::from_secs(3_600),
                Some(entry) => {
                    let tried = tokio::select! {
                        tried = self.attempt(&api, &entry) => tried,
                        // Its request must not go on under the token of whoever comes next.
                        _ = users.changed() => continue,
                    };
                    match tried {
                        Ok(Verdict::Done | Verdict::Refused) => {
                            backoff.reset();
                            continue;
                        }
                        Ok(Verdict::Later(at_least)) => backoff.next(rand::random()).max(at_least),
                        Err(error) => {
                            tracing::error!(%error, "the outbox cannot record what was sent");
                            backoff.next(rand::random())
                        }
                    }
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                _ = users.changed() => backoff.reset(),
                // Tries that somebody asked for say nothing about how long the server will be away.
                () = self.shared.wake.notified() => backoff.reset(),
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    fn next(&self, user: UserId) -> Option<Entry> {
        self.shared.log.lock().unwrap_or_else(PoisonError::into_inner).next(user).cloned()
    }

    async fn attempt(&self, api: &ApiClient, entry: &Entry) -> Result<Verdict, OutboxError> {
        let Ok(method) = Method::from_bytes(entry.method.as_bytes()) else {
            return Err(OutboxError::BadMethod(entry.method.clone()));
        };
        let Ok(answer) = api.request(&method, &entry.path, Some(&entry.body), Some(entry.id)).await else {
            return Ok(Verdict::Later(Duration::ZERO));
        };
        let retry_after = answer.body.get("retry_after_s").and_then(serde_json::Value::as_u64).map(Duration::from_secs);
        let verdict = verdict(answer.status, answer.code(), retry_after);
        let id = entry.id;
        match verdict {
            Verdict::Done => self.on_disk(move |log| log.sent(id)).await?,
            Verdict::Refused => {
                let refusal = Refusal {
                    entry: entry.clone(),
                    status: answer.status,
                    code: answer.code(),
                    reason: reason(&answer),
                };
                tracing::warn!(
                    path = refusal.entry.path,
                    status = refusal.status,
                    "the server refuses an outbox entry for good"
                );
                self.on_disk(move |log| log.refuse(refusal)).await?;
            }
            Verdict::Later(_) => {}
        }
        Ok(verdict)
    }

    async fn on_disk(
        &self,
        job: impl FnOnce(&mut Log) -> Result<(), OutboxError> + Send + 'static,
    ) -> Result<(), OutboxError> {
        let shared = Arc::clone(&self.shared);
        let written = tokio::task::spawn_blocking(move || {
            let mut log = shared.log.lock().unwrap_or_else(PoisonError::into_inner);
            job(&mut log)?;
            // Nobody listens any more once the phone is stopped.
            let _ = shared.changed.send(log.status(*shared.user.borrow()));
            Ok(())
        });
        written.await.unwrap_or(Err(OutboxError::Stopped))
    }
}

fn reason(answer: &ApiResponse) -> String {
    let message = answer.body.get("message").and_then(serde_json::Value::as_str).map(str::to_owned);
    message.unwrap_or_else(|| answer.body.to_string().chars().take(EXCERPT).collect())
}
