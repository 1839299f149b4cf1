//! Opening a database, and the store that everything goes through.

use std::{fmt, path::PathBuf, str::FromStr, sync::Arc, time::Duration};

use deadpool::unmanaged::{Object, Pool, PoolConfig};
use sqlx::{
    ConnectOptions, Connection, SqliteConnection,
    postgres::{PgConnectOptions, PgPool, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{
    checkpoint::{self, Checkpoints},
    error::{Result, StorageError},
    seal::Keyring,
};

/// How long a statement waits for a connection or a lock before it is [`StorageError::Unavailable`].
const PATIENCE: Duration = Duration::from_secs(5);
/// PostgreSQL ends a statement that runs longer, and a transaction that its server forgot.
const LONGEST_STATEMENT: Duration = Duration::from_secs(30);
const SQLITE_READERS: usize = 4;
const POSTGRES_CONNECTIONS: u32 = 16;

/// Where the data is: `sqlite:<path>`, `sqlite://<path>` or `postgres://user:password@host/name`. Prints without password.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    Sqlite(PathBuf),
    Postgres(String),
}

impl FromStr for DatabaseUrl {
    type Err = StorageError;

    fn from_str(text: &str) -> Result<Self> {
        let address = || StorageError::Address(text.split('@').next_back().unwrap_or_default().to_owned());
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return if path.is_empty() { Err(address()) } else { Ok(Self::Sqlite(PathBuf::from(path))) };
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            PgConnectOptions::from_str(text).map_err(|_| address())?;
            return Ok(Self::Postgres(text.to_owned()));
        }
        Err(address())
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => write!(f, "postgres://{}", url.split('@').next_back().unwrap_or_default()),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The driver's own pool asks a connection whether it is still there each time it is given back; to a file that costs as
/// much as a short statement, and there are many of those.
pub(crate) type Readers = Pool<SqliteConnection>;

/// An open database. SQLite has one writing connection, because it allows one writer at a time and a queue in the pool
/// is fairer than its busy handler.
#[derive(Debug, Clone)]
pub enum Db {
    Sqlite { writer: SqlitePool, readers: Readers, checkpoints: Checkpoints },
    Postgres(PgPool),
}

impl Db {
    /// Opens, or makes, the database. The tables are made by [`Store::migrate`].
    ///
    /// # Errors
    /// `Unavailable` when the server does not answer, `Io` when the file cannot be made or opened.
    pub async fn open(url: &DatabaseUrl) -> Result<Self> {
        match url {
            DatabaseUrl::Sqlite(path) => open_sqlite(path).await,
            DatabaseUrl::Postgres(url) => {
                let limit = |span: Duration| span.as_millis().to_string();
                let options = PgConnectOptions::from_str(url)?
                    .application_name("switchboard")
                    .options([
                        ("lock_timeout", limit(PATIENCE)),
                        ("statement_timeout", limit(LONGEST_STATEMENT)),
                        ("idle_in_transaction_session_timeout", limit(LONGEST_STATEMENT)),
                        // Compiling a statement takes 200 ms, and a guess that is too high by far is enough for the planner to do it.
                        ("jit", "off".to_owned()),
                    ])
                    .disable_statement_logging();
                let pool = PgPoolOptions::new().max_connections(POSTGRES_CONNECTIONS).acquire_timeout(PATIENCE);
                Ok(Self::Postgres(pool.connect_with(options).await?))
            }
        }
    }

    pub const fn engine(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }

    async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers, checkpoints } => {
                checkpoints.end().await;
                while readers.status().size > 0 {
                    let ended = match readers.remove().await {
                        Ok(reader) => reader.close().await.map_err(StorageError::from),
                        Err(error) => Err(error.into()),
                    };
                    if let Err(error) = ended {
                        tracing::warn!(%error, "a reading connection did not end in good order");
                        break;
                    }
                }
                readers.close();
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// Of SQLite's writing connection, in KiB (negative by its rule): what giving out 500 leads changes in a transaction fits in. With
/// the usual 2 MB it is written out and read again before the transaction ends.
pub(crate) const WRITER_CACHE: &str = "-16384";

async fn open_sqlite(path: &PathBuf) -> Result<Db> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| StorageError::Io(format!("{}: {error}", folder.display())))?;
    }
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .disable_statement_logging();
    let writer = SqlitePoolOptions::new().max_connections(1).acquire_timeout(PATIENCE).test_before_acquire(false);
    let of_writer = options.clone().pragma("wal_autocheckpoint", checkpoint::WRITER_LIMIT);
    // The log of an import is not kept at its size.
    let of_writer = of_writer.pragma("journal_size_limit", checkpoint::KEPT_BYTES);
    let writer = writer.connect_with(of_writer.pragma("cache_size", WRITER_CACHE)).await?;
    let checkpoints = Checkpoints::begin(&options).await?;
    let options = options.pragma("query_only", "ON");
    let mut readers = Vec::new();
    for _ in 0..SQLITE_READERS {
        readers.push(options.connect().await?);
    }
    let limits = PoolConfig {
        timeout: Some(PATIENCE),
        runtime: Some(deadpool::Runtime::Tokio1),
        ..PoolConfig::new(SQLITE_READERS)
    };
    let pool = Pool::from_config(&limits);
    for reader in readers {
        pool.try_add(reader).map_err(|(_, error)| StorageError::from(error))?;
    }
    Ok(Db::Sqlite { writer, readers: pool, checkpoints })
}

/// A connection to read by.
pub(crate) async fn reader(readers: &Readers) -> Result<Object<SqliteConnection>> {
    Ok(readers.get().await?)
}

/// The database together with the keys that its sealed columns need. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) db: Db,
    pub(crate) keys: Arc<Keyring>,
}

impl Store {
    pub fn new(db: Db, keys: Keyring) -> Self {
        Self { db, keys: Arc::new(keys) }
    }

    /// # Errors
    /// See [`Db::open`].
    pub async fn open(url: &DatabaseUrl, keys: Keyring) -> Result<Self> {
        Ok(Self::new(Db::open(url).await?, keys))
    }

    /// How many transactions of one piece of work are worth having open at once: SQLite writes one after the other, a server of
    /// PostgreSQL has a process for each.
    pub const fn writers_at_once(&self) -> usize {
        match self.db {
            Db::Sqlite { .. } => 1,
            Db::Postgres(_) => 2,
        }
    }

    /// Lets SQLite's writing connection forget the statements that it keeps ready; one that writes 2,560 rows takes a megabyte.
    pub(crate) async fn forget_statements(&self) -> Result<()> {
        if let Db::Sqlite { writer, .. } = &self.db {
            writer.acquire().await?.clear_cached_statements().await?;
        }
        Ok(())
    }

    /// `sqlite` or `postgres`.
    pub const fn engine(&self) -> &'static str {
        self.db.engine()
    }

    /// For files with personal data that lie beside the database.
    pub fn keyring(&self) -> &Keyring {
        &self.keys
    }

    /// Waits for running statements and lets all connections go.
    pub async fn close(&self) {
        self.db.close().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_its_engine_and_never_prints_a_password() {
        assert_eq!("sqlite:///data/a.db".parse::<DatabaseUrl>().unwrap(), DatabaseUrl::Sqlite("/data/a.db".into()));
        assert_eq!("sqlite:a.db".parse::<DatabaseUrl>().unwrap(), DatabaseUrl::Sqlite("a.db".into()));
        let postgres = "postgres://me:secret@db.example/switchboard".parse::<DatabaseUrl>().unwrap();
        assert_eq!(format!("{postgres} {postgres:?}").matches("secret").count(), 0);
        assert!(matches!("mysql://x".parse::<DatabaseUrl>(), Err(StorageError::Address(_))));
        assert!(matches!("sqlite:".parse::<DatabaseUrl>(), Err(StorageError::Address(_))));
    }
}
