//! Fresh, migrated stores for tests, on both engines.
//!
//! SQLite is a file in a temporary folder. PostgreSQL is a private cluster, started once for each test program, or for each
//! run of nextest, on a socket in a temporary folder, and stopped when that ends, however it ends; set `SWITCHBOARD_TEST_POSTGRES` to
//! the URL of a server to use that instead (its user must be allowed to make databases). Without PostgreSQL the tests
//! fail and say what to install.

mod cluster;
mod faults;
mod many_leads;
mod write_lock;

pub use cluster::Cluster;
pub use faults::Hold;
pub use many_leads::ManyLeads;
pub use write_lock::WriteLock;

use std::{
    ops::Deref,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

use crate::{DatabaseUrl, Keyring, On, Store};

/// Runs an `async fn(TestStore)` as a test on SQLite and as one on PostgreSQL.
#[macro_export]
macro_rules! on_both_engines {
    ($($test:ident),+ $(,)?) => {$(
        mod $test {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$test($crate::testing::TestStore::new($crate::testing::Engine::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$test($crate::testing::TestStore::new($crate::testing::Engine::Postgres).await).await;
            }
        }
    )+};
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// An empty database without tables, gone when dropped.
pub struct TestDatabase {
    url: DatabaseUrl,
    /// Held for its removal.
    _place: Place,
}

impl TestDatabase {
    /// # Panics
    /// With a sentence for the person who runs the tests, when the engine cannot be started.
    pub async fn new(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => {
                let folder = TempDir::new().expect("a temporary folder can be made");
                let url = DatabaseUrl::Sqlite(folder.path().join("switchboard.db"));
                Self { url, _place: Place::Folder { _folder: folder } }
            }
            Engine::Postgres => Self::on_postgres("").await,
        }
    }

    /// On PostgreSQL, with texts in the order of this locale.
    ///
    /// # Panics
    /// As [`TestDatabase::new`], and when the system does not have the locale.
    pub async fn in_locale(locale: &str) -> Self {
        Self::on_postgres(&format!("TEMPLATE template0 LC_COLLATE '{locale}' LC_CTYPE '{locale}'")).await
    }

    async fn on_postgres(how: &str) -> Self {
        let how = how.to_owned();
        let database =
            tokio::task::spawn_blocking(move || Database::new(&how)).await.expect("starting PostgreSQL did not panic");
        let url = DatabaseUrl::Postgres(database.url.clone());
        Self { url, _place: Place::Database { _database: database } }
    }

    pub const fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// The address as a configuration holds it, password included.
    pub fn address(&self) -> String {
        match &self.url {
            DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
            DatabaseUrl::Postgres(url) => url.clone(),
        }
    }
}

/// An empty database with all tables, gone when dropped.
pub struct TestStore {
    store: Store,
    keys: String,
    database: TestDatabase,
}

enum Place {
    Folder { _folder: TempDir },
    Database { _database: Database },
}

impl TestStore {
    /// # Panics
    /// With a sentence for the person who runs the tests, when the engine cannot be started.
    pub async fn new(engine: Engine) -> Self {
        let database = TestDatabase::new(engine).await;
        let keys = Keyring::generate();
        let text = keys.to_text().into_inner();
        let store = Store::open(database.url(), keys).await.expect("the test database opens");
        store.migrate().await.expect("the migrations apply");
        Self { store, keys: text, database }
    }

    /// To open the same database a second time, as another server would.
    pub const fn url(&self) -> &DatabaseUrl {
        self.database.url()
    }

    /// Every row of every table as text, `<table> <row>`, sorted: to look for what must not be there, and to see that
    /// nothing changed.
    ///
    /// # Panics
    /// When the database cannot be read.
    pub async fn rows(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for table in self.tables().await {
            let columns = self.columns(&table).await;
            let row = match self.engine() {
                "sqlite" => columns.iter().map(|column| format!("quote({column})")).collect::<Vec<_>>().join("||','||"),
                _ => "CAST(x AS TEXT)".to_owned(),
            };
            lines.extend(
                self.texts(format!("SELECT {row} AS line FROM {table} x"))
                    .await
                    .iter()
                    .map(|row| format!("{table} {row}")),
            );
        }
        lines.sort();
        lines
    }

    /// Names of the tables but that of the migrations and those of the engine itself.
    ///
    /// # Panics
    /// When the database cannot be read.
    pub async fn tables(&self) -> Vec<String> {
        let sql = match self.engine() {
            "sqlite" => {
                "SELECT name AS line FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 1) <> '_' AND substr(name, 1, 7) <> 'sqlite_' ORDER BY name"
            }
            _ => {
                "SELECT CAST(tablename AS TEXT) AS line FROM pg_tables WHERE schemaname = 'public' AND substr(tablename, 1, 1) <> '_' ORDER BY tablename"
            }
        };
        self.texts(sql.to_owned()).await
    }

    /// Names of a table's columns, in order.
    ///
    /// # Panics
    /// When the database cannot be read.
    pub async fn columns(&self, table: &str) -> Vec<String> {
        self.texts(match self.engine() {
            "sqlite" => format!("SELECT name AS line FROM pragma_table_info('{table}') ORDER BY cid"),
            _ => format!(
                "SELECT CAST(column_name AS TEXT) AS line FROM information_schema.columns \
                 WHERE table_schema = 'public' AND table_name = '{table}' ORDER BY ordinal_position"
            ),
        })
        .await
    }

    /// Column `line` of each row.
    async fn texts(&self, sql: String) -> Vec<String> {
        let rows = On::from(&self.store).read_all(sqlx::AssertSqlSafe(sql), vec![]).await.expect("the statement runs");
        rows.iter().map(|row| row.text("line").expect("a text")).collect()
    }

    /// Runs a statement past all rules: to make what an older version left, or a fault.
    ///
    /// # Panics
    /// When the database refuses it.
    pub async fn run(&self, sql: &str) {
        On::from(&self.store).write(sqlx::AssertSqlSafe(sql.to_owned()), vec![]).await.expect("the statement runs");
    }

    /// The keys that this store was opened with.
    pub fn keys(&self) -> Keyring {
        Keyring::parse(&self.keys).expect("a keyring's own text can be read")
    }
}

impl Deref for TestStore {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

/// A PostgreSQL database of its own.
struct Database {
    name: String,
    server: String,
    url: String,
    drop_it: bool,
}

static NEXT: AtomicU32 = AtomicU32::new(1);
/// One `CREATE DATABASE` at a time: two from one template wait for each other anyway, and can time out.
static CREATING: Mutex<()> = Mutex::new(());

impl Database {
    /// `how`: what follows the name in `CREATE DATABASE`.
    fn new(how: &str) -> Self {
        let given = std::env::var("SWITCHBOARD_TEST_POSTGRES").ok();
        let (server, drop_it) = match given {
            Some(server) => (server, true),
            None => {
                let (url, shared) = cluster::home();
                (url.to_owned(), shared)
            }
        };
        let name = format!("switchboard_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let url = with_database(&server, &name);
        let database = Self { name, server, url, drop_it };
        let one_at_a_time = CREATING.lock().unwrap_or_else(PoisonError::into_inner);
        database
            .administer(&format!("CREATE DATABASE {} {how}", database.name))
            .expect("the test database can be made");
        drop(one_at_a_time);
        database
    }

    fn administer(&self, statement: &str) -> Result<(), sqlx::Error> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(sqlx::Error::Io)?;
        runtime.block_on(async {
            let mut connection = PgConnection::connect(&self.server).await?;
            sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned())).execute(&mut connection).await?;
            connection.close().await
        })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if !self.drop_it {
            return;
        }
        // On a thread of its own, because a runtime may not block inside another.
        std::thread::scope(|scope| {
            let dropped = scope.spawn(|| self.administer(&format!("DROP DATABASE {} WITH (FORCE)", self.name))).join();
            if !matches!(dropped, Ok(Ok(()))) {
                tracing::warn!(database = self.name, "a test database could not be dropped");
            }
        });
    }
}

/// The same server URL with another database name; the query part stays.
fn with_database(server: &str, name: &str) -> String {
    let (address, query) = server.split_once('?').map_or((server, None), |(address, query)| (address, Some(query)));
    let host_from = address.find("://").map_or(0, |at| at + 3);
    let host_to = address[host_from..].find('/').map_or(address.len(), |at| host_from + at);
    let base = format!("{}/{name}", &address[..host_to]);
    query.map_or_else(|| base.clone(), |query| format!("{base}?{query}"))
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn the_database_name_takes_its_place_in_the_url() {
        assert_eq!(with_database("postgres://me@host:5432/postgres", "x"), "postgres://me@host:5432/x");
        assert_eq!(with_database("postgres://me@host", "x"), "postgres://me@host/x");
        assert_eq!(with_database("postgres://me@/postgres?host=/tmp/a", "x"), "postgres://me@/x?host=/tmp/a");
    }
}
