//! Another program that writes to a SQLite database and does not finish.

use std::path::Path;

use sqlx::{ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::runtime::{Builder, Runtime};

/// While it is held nobody else can write. Taking and dropping it block.
pub struct WriteLock {
    runtime: Runtime,
    connection: Option<SqliteConnection>,
}

impl WriteLock {
    /// # Panics
    /// When the file is no database, or somebody else holds the lock for long.
    pub fn take(file: &Path) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let connection = runtime.block_on(async {
            let mut connection = SqliteConnectOptions::new().filename(file).connect().await.expect("the database opens");
            sqlx::query("BEGIN EXCLUSIVE").execute(&mut connection).await.expect("the lock is free");
            connection
        });
        Self { runtime, connection: Some(connection) }
    }
}

impl Drop for WriteLock {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take()
            && let Err(error) = self.runtime.block_on(connection.close())
        {
            tracing::warn!(%error, "a lock was not given back in good order");
        }
    }
}
