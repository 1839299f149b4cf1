//! One server for each database. SQLite files are guarded by the lock of their folder; PostgreSQL by an advisory lock, which it
//! lets go of when the connection ends (PostgreSQL manual, section 13.3.5).

use std::{sync::Arc, time::Duration};

use sqlx::{ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use tokio::{sync::oneshot, task::JoinHandle};

use crate::{
    db::{Db, Store},
    error::Result,
};

/// Any number that nobody else uses in this database: `switchbd` in ASCII.
const KEY: i64 = i64::from_be_bytes(*b"switchbd");
/// A server that was killed is noticed by the database a moment later.
const PATIENCE: Duration = Duration::from_secs(5);
const ASK_EVERY: Duration = Duration::from_millis(200);
/// The database's server may restart, and has then forgotten the lock.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Held until it is released or dropped.
#[must_use = "the lock is held while this is kept"]
pub struct ServerLock(Option<Held>);

struct Held {
    release: oneshot::Sender<()>,
    keeper: JoinHandle<()>,
}

impl Store {
    /// `None` when another server has it and keeps it.
    ///
    /// # Errors
    /// `Unavailable` when the database does not answer.
    pub async fn lock_for_server(&self) -> Result<Option<ServerLock>> {
        let Db::Postgres(pool) = &self.db else { return Ok(Some(ServerLock(None))) };
        let options = pool.connect_options();
        let mut connection = connect(&options).await?;
        let asked = tokio::time::Instant::now();
        while !try_lock(&mut connection).await? {
            if asked.elapsed() >= PATIENCE {
                connection.close().await?;
                return Ok(None);
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
        let (release, released) = oneshot::channel();
        let keeper = tokio::spawn(keep(options, connection, released));
        Ok(Some(ServerLock(Some(Held { release, keeper }))))
    }
}

impl ServerLock {
    /// Returns when the database has let go of it.
    pub async fn release(self) {
        if let Some(Held { release, keeper }) = self.0 {
            drop(release);
            if let Err(error) = keeper.await {
                tracing::warn!(%error, "the lock of the database was not given back in good order");
            }
        }
    }
}

/// A machine that vanishes is missed within half a minute, and the lock is free then.
async fn connect(options: &Arc<PgConnectOptions>) -> Result<PgConnection> {
    let keepalive = [("tcp_keepalives_idle", "10"), ("tcp_keepalives_interval", "5"), ("tcp_keepalives_count", "3")];
    Ok(PgConnectOptions::clone(options).options(keepalive).connect().await?)
}

async fn try_lock(connection: &mut PgConnection) -> Result<bool> {
    Ok(sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(KEY).fetch_one(connection).await?)
}

/// Takes the lock again after the database was away.
async fn keep(options: Arc<PgConnectOptions>, connection: PgConnection, mut released: oneshot::Receiver<()>) {
    let mut held = Some(connection);
    loop {
        tokio::select! {
            _ = &mut released => break,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        if let Some(connection) = &mut held
            && connection.ping().await.is_ok()
        {
            continue;
        }
        held = match take_again(&options).await {
            Ok(Some(connection)) => Some(connection),
            Ok(None) => {
                tracing::error!("another server has taken this database; stop one of them");
                None
            }
            Err(error) => {
                tracing::warn!(%error, "the database is away; its lock waits");
                None
            }
        };
    }
    if let Some(connection) = held
        && let Err(error) = connection.close().await
    {
        tracing::warn!(%error, "the lock of the database was not given back in good order");
    }
}

async fn take_again(options: &Arc<PgConnectOptions>) -> Result<Option<PgConnection>> {
    let mut connection = connect(options).await?;
    Ok(try_lock(&mut connection).await?.then_some(connection))
}
