//! Brings the tables to this version. The two folders hold files of the same numbers.

use sqlx::{migrate::Migrator, postgres::PgPoolOptions};

use crate::{
    db::{Db, Store},
    error::Result,
    sql::On,
};

static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

impl Store {
    /// Applies what is missing. Safe to call at each start, and by many servers at once on PostgreSQL.
    ///
    /// # Errors
    /// `Migration` when a file that was applied has changed since, or the database is newer than this program.
    pub async fn migrate(&self) -> Result<()> {
        match &self.db {
            Db::Sqlite { writer, .. } => SQLITE.run(writer).await?,
            Db::Postgres(pool) => {
                // Another server may be migrating, and a large table takes its time: on a connection without limits.
                let unlimited = [("lock_timeout", "0"), ("statement_timeout", "0")];
                let options = pool.connect_options().as_ref().clone().options(unlimited);
                let own = PgPoolOptions::new().max_connections(1).connect_with(options).await?;
                let applied = POSTGRES.run(&own).await;
                own.close().await;
                applied?;
            }
        }
        crate::leads::rebuild_terms(self).await
    }

    /// True when the database answers and every migration of this version is applied.
    pub async fn is_ready(&self) -> bool {
        self.applied_migrations()
            .await
            .is_ok_and(|applied| Self::known_migrations().iter().all(|n| applied.contains(n)))
    }

    /// Numbers of the applied migrations, rising.
    ///
    /// # Errors
    /// `Refused` when [`Store::migrate`] never ran.
    pub async fn applied_migrations(&self) -> Result<Vec<i64>> {
        let sql = "SELECT version FROM _sqlx_migrations WHERE success = TRUE ORDER BY version";
        On::from(self).read_all(sql, vec![]).await?.iter().map(|row| row.int("version")).collect()
    }

    /// Numbers of the migrations that this program knows, rising.
    pub fn known_migrations() -> Vec<i64> {
        SQLITE.iter().map(|migration| migration.version).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_engines_have_the_same_migrations() {
        let names = |of: &Migrator| of.iter().map(|m| (m.version, m.description.to_string())).collect::<Vec<_>>();
        assert_eq!(names(&SQLITE), names(&POSTGRES));
        assert!(!names(&SQLITE).is_empty());
    }
}
