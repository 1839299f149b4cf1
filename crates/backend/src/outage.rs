//! Writes that must not be lost while the database is away.

use std::time::Duration;

use crate::{Backend, error::BackendError};

pub(crate) const FIRST_PAUSE: Duration = Duration::from_millis(100);
pub(crate) const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Waiting for the database, with growing pauses.
pub(crate) struct Outage {
    what: &'static str,
    pause: Duration,
}

impl Outage {
    /// `what` waits, in words for the log.
    pub const fn of(what: &'static str) -> Self {
        Self { what, pause: FIRST_PAUSE }
    }

    /// True, after a pause, when the work failed because the database is away: then it is worth doing again. False after
    /// any other fault, and when the server has no time left.
    pub async fn waits(&mut self, backend: &Backend, error: &BackendError) -> bool {
        if !matches!(error, BackendError::Unavailable) || backend.out_of_time().is_cancelled() {
            return false;
        }
        tracing::warn!(what = self.what, "the database is away; this waits");
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        true
    }
}

/// Does the work (an expression with the type `Result<T, BackendError>`) again until the database is there. Doing it twice
/// has to do no harm.
macro_rules! until_written {
    ($backend:expr, $what:literal, $work:expr) => {{
        let mut outage = crate::outage::Outage::of($what);
        loop {
            match $work {
                Ok(done) => break Ok(done),
                Err(error) => {
                    if !outage.waits($backend, &error).await {
                        break Err(error);
                    }
                }
            }
        }
    }};
}
pub(crate) use until_written;
