//! Running statements: straight on the store, or inside a transaction.

use std::sync::Arc;

use sqlx::{
    Connection, PgConnection, Postgres, SqlSafeStr, SqlStr, Sqlite, SqlitePool, Transaction, postgres::PgCopyIn,
    sqlite::SqliteArguments,
};

use super::{Arg, Row};
use crate::{
    db::{Db, Store, reader},
    error::{Result, StorageError},
    seal::Keyring,
};

/// Which engine a statement is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

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
    pub(crate) const fn dialect(&self) -> Dialect {
        match self.db {
            Db::Sqlite { .. } => Dialect::Sqlite,
            Db::Postgres(_) => Dialect::Postgres,
        }
    }

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

    /// As [`Store::begin`], for a step of long work that notes in the same transaction how far it is: a crash of PostgreSQL's server
    /// may undo the last steps after they were committed, and the work does them again. It does not wait for the disk at each step
    /// (PostgreSQL manual, "Asynchronous Commit"); SQLite never does.
    ///
    /// # Errors
    /// See [`Store::begin`].
    pub async fn begin_step(&self) -> Result<Tx> {
        let mut tx = self.begin().await?;
        if let Inner::Postgres(transaction) = &mut tx.inner {
            sqlx::query("SET LOCAL synchronous_commit = off").execute(&mut **transaction).await?;
        }
        Ok(tx)
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
        match self.dialect() {
            Dialect::Sqlite => sqlite,
            Dialect::Postgres => postgres,
        }
    }

    pub(crate) const fn dialect(&self) -> Dialect {
        match self {
            Self::Store(store) => store.dialect(),
            Self::Tx(Tx { inner: Inner::Sqlite(_), .. }) => Dialect::Sqlite,
            Self::Tx(Tx { inner: Inner::Postgres(_), .. }) => Dialect::Postgres,
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

impl On<'_> {
    /// Begins to copy, where the engine can and a transaction holds the connection.
    pub(crate) async fn copy(&mut self, head: &str) -> Result<Option<PgCopyIn<&mut PgConnection>>> {
        match self {
            On::Tx(Tx { inner: Inner::Postgres(tx), .. }) => Ok(Some(tx.copy_in_raw(head).await?)),
            _ => Ok(None),
        }
    }

    /// As [`On::write`], with values that are bound for SQLite already.
    ///
    /// # Errors
    /// `Refused` on another engine.
    pub(crate) async fn write_bound(&mut self, sql: SqlStr, values: SqliteArguments) -> Result<u64> {
        let query = sqlx::query_with::<Sqlite, _>(sql, values);
        let done = match self {
            On::Store(Store { db: Db::Sqlite { writer, .. }, .. }) => query.execute(writer).await?,
            On::Tx(Tx { inner: Inner::Sqlite(tx), .. }) => query.execute(&mut **tx).await?,
            _ => return Err(StorageError::Refused("values were bound for another engine".to_owned())),
        };
        Ok(done.rows_affected())
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
