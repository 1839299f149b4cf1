//! Running statements: straight on the store, or inside a transaction.

use std::sync::Arc;

use sqlx::{
    Connection, PgConnection, Postgres, SqlSafeStr, SqlStr, Sqlite, SqlitePool, Transaction, postgres::PgCopyIn,
};

use super::{Arg, Row};
use crate::{
    db::{Db, Store, reader},
    error::Result,
    seal::Keyring,
};

/// A write transaction over any number of families. Dropping it undoes everything.
///
/// While one is open on SQLite, the same task must not write through the [`Store`]: it would wait for itself until the
/// patience of the pool is over.
#[must_use = "a transaction that is not committed is undone"]
pub struct Tx {
    inner: Inner,
    keys: Arc<Keyring>,
}

enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Store {
    /// Begins a transaction that may write (`BEGIN IMMEDIATE` on SQLite, so that it never fails for having read first).
    ///
    /// # Errors
    /// `Unavailable` when no connection was free in time.
    pub async fn begin(&self) -> Result<Tx> {
        let inner = match &self.db {
            Db::Sqlite { writer, .. } => Inner::Sqlite(begin_sqlite(writer).await?),
            Db::Postgres(pool) => Inner::Postgres(pool.begin().await?),
        };
        Ok(Tx { inner, keys: Arc::clone(&self.keys) })
    }
}

/// When the disk fails, SQLite undoes the transaction by itself (<https://sqlite.org/lang_transaction.html>, section 3), and
/// the driver counts it as open for ever: such a connection is replaced.
async fn begin_sqlite(writer: &SqlitePool) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
    match writer.begin_with("BEGIN IMMEDIATE").await {
        Err(sqlx::Error::InvalidSavePointStatement) => {
            writer.acquire().await?.detach().close_hard().await?;
            writer.begin_with("BEGIN IMMEDIATE").await
        }
        begun => begun,
    }
}

impl Tx {
    /// # Errors
    /// `Unavailable` or `Io`: nothing of the transaction was kept.
    pub async fn commit(self) -> Result<()> {
        match self.inner {
            Inner::Sqlite(transaction) => transaction.commit().await?,
            Inner::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }
}

impl Tx {
    /// Undoes everything at once. Dropping does the same a little later, and until then PostgreSQL holds the locks.
    ///
    /// # Errors
    /// `Unavailable`: it is undone when the connection ends.
    pub async fn undo(self) -> Result<()> {
        match self.inner {
            Inner::Sqlite(transaction) => transaction.rollback().await?,
            Inner::Postgres(transaction) => transaction.rollback().await?,
        }
        Ok(())
    }
}

/// Where a query runs: `&store` or `&mut tx`. Every function of a family takes either.
pub enum On<'c> {
    Store(&'c Store),
    Tx(&'c mut Tx),
}

impl<'c> From<&'c Store> for On<'c> {
    fn from(store: &'c Store) -> Self {
        Self::Store(store)
    }
}

impl<'c> From<&'c mut Tx> for On<'c> {
    fn from(tx: &'c mut Tx) -> Self {
        Self::Tx(tx)
    }
}

macro_rules! bind {
    ($sql:expr, $args:expr) => {{
        let mut query = sqlx::query($sql);
        for arg in $args {
            query = match arg {
                Arg::Text(value) => query.bind(value),
                Arg::Int(value) => query.bind(value),
                Arg::Bool(value) => query.bind(value),
            };
        }
        query
    }};
}

/// Where a statement outside of a transaction runs on SQLite.
macro_rules! connection {
    (readers, $pool:expr) => {
        &mut *reader($pool).await?
    };
    (writer, $pool:expr) => {
        $pool
    };
}

macro_rules! run {
    ($self:expr, $sqlite:ident, $sql:expr, $args:expr, $method:ident => $wrap:expr, $wrap_pg:expr) => {{
        let sql: SqlStr = $sql.into_sql_str();
        match $self {
            On::Store(Store { db: Db::Sqlite { $sqlite, .. }, .. }) => {
                bind!(sql, $args).$method(connection!($sqlite, $sqlite)).await.map($wrap)?
            }
            On::Store(Store { db: Db::Postgres(pool), .. }) => bind!(sql, $args).$method(pool).await.map($wrap_pg)?,
            On::Tx(Tx { inner: Inner::Sqlite(tx), .. }) => bind!(sql, $args).$method(&mut **tx).await.map($wrap)?,
            On::Tx(Tx { inner: Inner::Postgres(tx), .. }) => {
                bind!(sql, $args).$method(&mut **tx).await.map($wrap_pg)?
            }
        }
    }};
}

fn sqlite_rows(rows: Vec<sqlx::sqlite::SqliteRow>) -> Vec<Row> {
    rows.into_iter().map(Row::Sqlite).collect()
}

fn postgres_rows(rows: Vec<sqlx::postgres::PgRow>) -> Vec<Row> {
    rows.into_iter().map(Row::Postgres).collect()
}

impl On<'_> {
    /// Lends the place to another function, for a function that runs several.
    pub(crate) fn from_ref<'a>(on: &'a mut On<'_>) -> On<'a> {
        match on {
            On::Store(store) => On::Store(store),
            On::Tx(tx) => On::Tx(tx),
        }
    }

    pub(crate) fn keys(&self) -> Arc<Keyring> {
        match self {
            Self::Store(store) => Arc::clone(&store.keys),
            Self::Tx(tx) => Arc::clone(&tx.keys),
        }
    }

    /// `sql` where only the row lock differs: PostgreSQL needs one for two workers not to wait for the same row.
    pub(crate) fn pick(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self {
            Self::Store(Store { db: Db::Sqlite { .. }, .. }) | Self::Tx(Tx { inner: Inner::Sqlite(_), .. }) => sqlite,
            Self::Store(Store { db: Db::Postgres(_), .. }) | Self::Tx(Tx { inner: Inner::Postgres(_), .. }) => postgres,
        }
    }

    pub(crate) async fn read_all(&mut self, sql: impl SqlSafeStr, args: Vec<Arg>) -> Result<Vec<Row>> {
        Ok(run!(self, readers, sql, args, fetch_all => sqlite_rows, postgres_rows))
    }

    pub(crate) async fn read(&mut self, sql: impl SqlSafeStr, args: Vec<Arg>) -> Result<Option<Row>> {
        Ok(run!(self, readers, sql, args, fetch_optional => |row| row.map(Row::Sqlite), |row| row.map(Row::Postgres)))
    }

    /// A statement with `RETURNING` that concerns at most one row.
    pub(crate) async fn write_returning(&mut self, sql: impl SqlSafeStr, args: Vec<Arg>) -> Result<Option<Row>> {
        Ok(run!(self, writer, sql, args, fetch_optional => |row| row.map(Row::Sqlite), |row| row.map(Row::Postgres)))
    }

    /// A statement with `RETURNING`.
    pub(crate) async fn write_returning_all(&mut self, sql: impl SqlSafeStr, args: Vec<Arg>) -> Result<Vec<Row>> {
        Ok(run!(self, writer, sql, args, fetch_all => sqlite_rows, postgres_rows))
    }

    /// Rows affected.
    pub(crate) async fn write(&mut self, sql: impl SqlSafeStr, args: Vec<Arg>) -> Result<u64> {
        Ok(run!(self, writer, sql, args, execute => |done| done.rows_affected(), |done| done.rows_affected()))
    }
}

/// Whether rows can be copied into a table.
pub(crate) enum Copy<'a, 'c> {
    Into(PgCopyIn<&'a mut PgConnection>),
    NotThere(&'a mut On<'c>),
}

impl<'c> On<'c> {
    /// Begins to copy, where the engine can and a transaction holds the connection.
    pub(crate) async fn copy<'a>(&'a mut self, head: impl FnOnce() -> String) -> Result<Copy<'a, 'c>> {
        match self {
            On::Tx(Tx { inner: Inner::Postgres(tx), .. }) => Ok(Copy::Into(tx.copy_in_raw(&head()).await?)),
            other => Ok(Copy::NotThere(other)),
        }
    }
}

/// The transaction of a function that takes several statements: its own, or the one it was called in.
pub(crate) enum Unit<'c> {
    Own(Tx),
    Callers(&'c mut Tx),
}

impl<'c> Unit<'c> {
    pub(crate) async fn of(on: On<'c>) -> Result<Self> {
        match on {
            On::Store(store) => Ok(Self::Own(store.begin().await?)),
            On::Tx(tx) => Ok(Self::Callers(tx)),
        }
    }

    pub(crate) fn on(&mut self) -> On<'_> {
        match self {
            Self::Own(tx) => On::Tx(tx),
            Self::Callers(tx) => On::Tx(tx),
        }
    }

    /// Commits when the transaction is this function's own.
    pub(crate) async fn finish(self) -> Result<()> {
        match self {
            Self::Own(tx) => tx.commit().await,
            Self::Callers(_) => Ok(()),
        }
    }
}
