//! What was kept for a while is forgotten, once a day.

use std::time::Duration;

use domain::time::UnixMillis;

use crate::{Backend, clock};

const EVERY: Duration = Duration::from_secs(24 * 3600);
const DAY_MS: i64 = 24 * 3600 * 1000;
/// Raw webhooks, and jobs that are done: as long as somebody may ask what happened.
const RECORDS_DAYS: i64 = 30;
/// An agent's late messages may be two weeks old, and have to find the answer that was given.
const ANSWERS_DAYS: i64 = 15;
/// Longer than any gap between two calls to one number.
const LEASES_DAYS: i64 = 2;
/// As long as somebody may ask by which number a person was called.
const MAPPINGS_DAYS: i64 = 30;
/// Longer than a removed note can be brought back.
const NOTES_DAYS: i64 = 2;
/// Sign-ins stay for a while behind their end, so that a stolen token is known as one.
const SESSIONS_DAYS: i64 = 30;

/// At start and then every day, until the server ends.
pub(crate) async fn run(backend: Backend) {
    let mut tick = tokio::time::interval(EVERY);
    loop {
        tokio::select! {
            _ = tick.tick() => backend.forget_what_is_old(clock::now()).await,
            () = backend.stopping().cancelled() => break,
        }
    }
}

impl Backend {
    /// Rows and secrets that nobody needs any more at this instant.
    async fn forget_what_is_old(&self, now: UnixMillis) {
        let before = |days: i64| UnixMillis(now.0 - days * DAY_MS);
        let store = self.store();
        let gone = [
            ("webhooks", storage::inbox::purge(store, before(RECORDS_DAYS)).await),
            ("jobs", storage::jobs::purge(store, before(RECORDS_DAYS)).await),
            ("answers", storage::idempotency::purge(store, before(ANSWERS_DAYS)).await),
            ("forms", storage::intake::purge(store, before(ANSWERS_DAYS)).await),
            ("deliveries", storage::webhook_deliveries::purge(store, before(RECORDS_DAYS)).await),
            ("registry answers", storage::registry::purge(store, before(RECORDS_DAYS)).await),
            ("leases", storage::leases::purge(store, before(LEASES_DAYS)).await),
            ("virtual numbers", storage::number_masking::purge(store, before(MAPPINGS_DAYS)).await),
            ("notes of leads", storage::lead_notes::purge(store, before(NOTES_DAYS)).await),
            ("sign-ins", storage::sessions::purge(store, before(SESSIONS_DAYS)).await),
        ];
        crate::imports::forget_old(self, now).await;
        crate::lead_sets::forget_old(self, now).await;
        crate::leads::forget_old_files(self, now).await;
        crate::leads::forget_old_merges(self, now).await;
        match self.forget_previous_tokens(now).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "tokens of carriers that were changed are forgotten"),
            Err(error) => tracing::warn!(%error, "old tokens of carriers could not be removed; tomorrow again"),
        }
        for (what, gone) in gone {
            match gone {
                Ok(0) => {}
                Ok(count) => tracing::info!(what, count, "old rows are gone"),
                Err(error) => tracing::warn!(what, %error, "old rows could not be removed; tomorrow again"),
            }
        }
    }
}
