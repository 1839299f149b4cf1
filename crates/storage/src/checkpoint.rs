//! Carrying SQLite's log into its file beside the writer (<https://sqlite.org/wal.html>, sections 2.1 and 3.1). The writer
//! does so itself by default, every thousand pages, and waits for the disk twice meanwhile: so would every call.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sqlx::{ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::{sync::oneshot, task::JoinHandle, time};

use crate::error::{Result, StorageError};

/// A page that is written often is carried over once for all that happened in between.
const PAUSE: Duration = Duration::from_secs(1);
/// The writer's own limit, in pages of 4 KiB: it begins the log anew when all of it has been carried over, which never
/// happens beside a writer without a pause. Little is left to carry over by then.
pub(crate) const WRITER_LIMIT: &str = "16000";
/// What is kept of a log that is begun anew.
pub(crate) const KEPT_BYTES: &str = "67108864";

/// The task that does it. It ends by itself when the last copy of this is dropped.
#[derive(Debug, Clone)]
pub struct Checkpoints(Arc<Mutex<Option<Running>>>);

#[derive(Debug)]
struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Checkpoints {
    /// # Errors
    /// See [`crate::Db::open`].
    pub(crate) async fn begin(options: &SqliteConnectOptions) -> Result<Self> {
        let connection = options.connect().await?;
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(carry(connection, stopped));
        Ok(Self(Arc::new(Mutex::new(Some(Running { stop, task })))))
    }

    /// Returns when the connection is closed.
    pub(crate) async fn end(&self) {
        let running = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Running { stop, task }) = running else { return };
        drop(stop);
        if let Err(error) = task.await {
            tracing::warn!(%error, "the log's connection did not end in good order");
        }
    }
}

async fn carry(mut connection: SqliteConnection, mut stopped: oneshot::Receiver<()>) {
    let mut ticks = time::interval(PAUSE);
    ticks.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            _ = ticks.tick() => {}
        }
        // Passive: it waits for nobody and nobody waits for it.
        let done = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(&mut connection).await;
        if let (Err(error), false) = (&done, failing) {
            tracing::warn!(%error, "the database's log could not be carried over; it grows until it can");
        }
        failing = done.is_err();
    }
    if let Err(error) = connection.close().await.map_err(StorageError::from) {
        tracing::warn!(%error, "the log's connection did not end in good order");
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    async fn written(connection: &mut SqliteConnection, rows: u32) {
        for _ in 0..rows {
            sqlx::query("INSERT INTO t VALUES (randomblob(4000))").execute(&mut *connection).await.unwrap();
        }
    }

    fn length(path: &Path) -> u64 {
        fs::metadata(path).unwrap().len()
    }

    #[tokio::test]
    async fn the_file_follows_the_log_though_the_writer_carries_nothing_over() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db");
        let options = SqliteConnectOptions::new()
            .filename(&file)
            .create_if_missing(true)
            .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
            .pragma("wal_autocheckpoint", "0");
        let mut writer = options.connect().await.unwrap();
        sqlx::query("CREATE TABLE t (a BLOB)").execute(&mut writer).await.unwrap();
        written(&mut writer, 50).await;
        assert!(length(&file) < 50 * 4_000, "nobody has carried anything over yet");

        let checkpoints = Checkpoints::begin(&options).await.unwrap();
        while length(&file) < 50 * 4_000 {
            time::sleep(Duration::from_millis(5)).await;
        }
        checkpoints.end().await;
        let before = length(&file);
        written(&mut writer, 50).await;
        time::sleep(PAUSE * 2).await;
        assert_eq!(length(&file), before, "it has ended");
    }
}
