//! A database that fails where a test wants it to.

use std::str::FromStr;

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, PgConnection, SqliteConnection, postgres::PgConnectOptions,
    sqlite::SqliteConnectOptions,
};

use super::{TestDatabase, WriteLock};
use crate::DatabaseUrl;

/// While it is held, nobody can write to the tables of calls. Taking and dropping it on SQLite block.
pub enum Hold {
    Sqlite { _lock: WriteLock },
    Postgres { _connection: PgConnection },
}

impl TestDatabase {
    /// Statements of somebody with the database's own client.
    ///
    /// # Panics
    /// When one fails.
    pub async fn run(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        match self.url() {
            DatabaseUrl::Sqlite(path) => {
                let mut connection = sqlite(path).await;
                sqlx::raw_sql(sql).execute(&mut connection).await.expect("the statement runs");
                connection.close().await.expect("the database closes");
            }
            DatabaseUrl::Postgres(url) => {
                let mut connection = postgres(url).await;
                sqlx::raw_sql(sql).execute(&mut connection).await.expect("the statement runs");
                connection.close().await.expect("the database closes");
            }
        }
    }

    /// From now on every write to this table fails.
    ///
    /// # Panics
    /// When there is no such table.
    pub async fn refuse_writes(&self, table: &str) {
        let sql = match self.url() {
            DatabaseUrl::Sqlite(_) => ["INSERT", "UPDATE"]
                .map(|what| {
                    format!(
                        "CREATE TRIGGER refuse_{what}_{table} BEFORE {what} ON {table} \
                         BEGIN SELECT RAISE(ABORT, 'refused by a test'); END;"
                    )
                })
                .concat(),
            DatabaseUrl::Postgres(_) => format!(
                "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE EXCEPTION 'refused by a test' USING ERRCODE = '57014'; END $$; \
                 CREATE TRIGGER refuse_{table} BEFORE INSERT OR UPDATE ON {table} \
                 FOR EACH ROW EXECUTE FUNCTION refuse();"
            ),
        };
        self.run(&sql).await;
    }

    /// Ends what [`Self::refuse_writes`] began.
    ///
    /// # Panics
    /// When it was not begun.
    pub async fn allow_writes(&self, table: &str) {
        let sql = match self.url() {
            DatabaseUrl::Sqlite(_) => {
                ["INSERT", "UPDATE"].map(|what| format!("DROP TRIGGER refuse_{what}_{table};")).concat()
            }
            DatabaseUrl::Postgres(_) => format!("DROP TRIGGER refuse_{table} ON {table};"),
        };
        self.run(&sql).await;
    }

    /// # Panics
    /// When somebody else holds the tables for long.
    pub async fn hold_calls(&self) -> Hold {
        match self.url() {
            DatabaseUrl::Sqlite(path) => Hold::Sqlite { _lock: WriteLock::take(path) },
            DatabaseUrl::Postgres(url) => {
                let mut connection = postgres(url).await;
                let sql = "BEGIN; LOCK TABLE calls, call_events IN EXCLUSIVE MODE";
                sqlx::raw_sql(sql).execute(&mut connection).await.expect("the tables are free");
                Hold::Postgres { _connection: connection }
            }
        }
    }
}

async fn sqlite(path: &std::path::Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(path).connect().await.expect("the database opens")
}

async fn postgres(url: &str) -> PgConnection {
    PgConnectOptions::from_str(url).expect("an address").connect().await.expect("the database answers")
}
