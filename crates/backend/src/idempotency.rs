//! The same request again gets the same answer.

use std::time::Duration;

use domain::{pii::Personal, time::UnixMillis};
use storage::idempotency::Begun;

use crate::{Actor, Backend, clock, error::BackendError};

/// A request that began so long ago and never ended was cut off.
const CUT_OFF_AFTER: Duration = Duration::from_secs(60);

/// Whether a request with a key is to be carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Idempotent {
    New,
    Answered { status: u16, body: String },
}

impl Backend {
    pub async fn begin_once(&self, actor: &Actor, key: &str, body_hash: &str) -> Result<Idempotent, BackendError> {
        let now = clock::now();
        // What began before this server did was cut off with the server before it.
        let stale = UnixMillis(now.0 - i64::try_from(CUT_OFF_AFTER.as_millis()).unwrap_or(0)).max(self.started_at());
        match storage::idempotency::begin(self.store(), actor.scope, actor.user, key, body_hash, now, stale).await? {
            Begun::First => Ok(Idempotent::New),
            Begun::Running => Err(BackendError::InProgress),
            Begun::Done { status, response } => Ok(Idempotent::Answered { status, body: response.into_inner() }),
            Begun::Mismatch => Err(BackendError::IdempotencyMismatch),
        }
    }

    /// Keeps the answer. A fault of the server is not kept: the request may be sent again.
    pub async fn finish_once(&self, actor: &Actor, key: &str, status: u16, body: String) {
        let kept = if status >= 500 {
            storage::idempotency::abandon(self.store(), actor.scope, actor.user, key).await
        } else {
            let body = Personal::new(body);
            storage::idempotency::finish(self.store(), actor.scope, actor.user, key, status, &body).await
        };
        if let Err(error) = kept {
            tracing::error!(%error, "the answer to a keyed request could not be kept");
        }
    }
}
