//! Another program that writes to a SQLite database and does not finish.

use std::{
    path::{Path, PathBuf},
    sync::mpsc,
    thread::JoinHandle,
};

use sqlx::{ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::runtime::Builder;

/// While it is held nobody else can write. Taking and dropping it block.
pub struct WriteLock {
    release: Option<mpsc::Sender<()>>,
    holder: Option<JoinHandle<()>>,
}

impl WriteLock {
    /// # Panics
    /// When the file is no database, or somebody else holds the lock for long.
    pub fn take(file: &Path) -> Self {
        let file = file.to_owned();
        let ((release, released), (taken, is_taken)) = (mpsc::channel::<()>(), mpsc::channel());
        // On a thread of its own, so that it can be taken and dropped anywhere.
        let holder = std::thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
            let connection = runtime.block_on(begin(file));
            taken.send(()).expect("somebody waits for the lock");
            // An error: the sender was dropped, which is what is waited for.
            let _ = released.recv();
            runtime.block_on(connection.close()).expect("the lock is given back");
        });
        is_taken.recv().expect("the lock is taken");
        Self { release: Some(release), holder: Some(holder) }
    }
}

async fn begin(file: PathBuf) -> SqliteConnection {
    let mut connection = SqliteConnectOptions::new().filename(file).connect().await.expect("the database opens");
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut connection).await.expect("the lock is free");
    connection
}

impl Drop for WriteLock {
    fn drop(&mut self) {
        drop(self.release.take());
        if let Some(Err(_)) = self.holder.take().map(JoinHandle::join) {
            tracing::warn!("a lock was not given back in good order");
        }
    }
}
