//! Brings the tables to this version. The two folders hold files of the same numbers.

use sqlx::{migrate::Migrator, postgres::PgPoolOptions};

use crate::{
    db::{Db, Store},
    error::Result,
    sql::On,
};

/// Texts are compared by their bytes, as SQLite does: in the order of a language each comparison goes through the C library, and
/// an index of ids and hashes makes dozens of them for each row. For every table, whichever migration made it; nothing to do in
/// a database that was made with `LC_COLLATE 'C'`, and the second time. One server at a time.
const COMPARE_BY_BYTES: &str = "DO $$ DECLARE one RECORD; BEGIN \
    PERFORM pg_advisory_xact_lock(7305137); \
    IF EXISTS (SELECT 1 FROM pg_database d WHERE d.datname = current_database() AND d.datcollate IN ('C', 'POSIX') \
               AND COALESCE(to_jsonb(d)->>'datlocprovider', 'c') = 'c') THEN RETURN; END IF; \
    FOR one IN SELECT c.relname, \
                   string_agg(format('ALTER COLUMN %I TYPE TEXT COLLATE \"C\"', a.attname), ', ') AS columns \
               FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
               WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname <> '_sqlx_migrations' \
               AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'text'::regtype \
               AND a.attcollation <> 'pg_catalog.\"C\"'::regcollation \
               GROUP BY c.relname \
    LOOP EXECUTE format('ALTER TABLE %I %s', one.relname, one.columns); END LOOP; \
    END $$";

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
                let compared = sqlx::raw_sql(COMPARE_BY_BYTES).execute(&own).await;
                own.close().await;
                applied?;
                compared?;
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
    use sqlx::sqlite::SqlitePoolOptions;

    use super::*;

    #[test]
    fn both_engines_have_the_same_migrations() {
        let names = |of: &Migrator| of.iter().map(|m| (m.version, m.description.to_string())).collect::<Vec<_>>();
        assert_eq!(names(&SQLITE), names(&POSTGRES));
        assert!(!names(&SQLITE).is_empty());
    }

    /// An index without figures counts as one of a small table, and is taken where it leads to everything.
    #[tokio::test]
    async fn each_index_of_a_large_table_has_figures_for_each_of_its_columns() {
        let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
        SQLITE.run(&pool).await.unwrap();
        let sql = "WITH indexes AS (SELECT t.name AS tbl, CASE WHEN t.wr AND i.origin = 'pk' THEN t.name ELSE i.name END AS idx, \
                   (SELECT COUNT(*) FROM pragma_index_info(i.name)) AS columns \
                   FROM pragma_table_list t JOIN pragma_index_list(t.name) i \
                   WHERE t.name IN (SELECT tbl FROM sqlite_stat1)) \
                   SELECT COALESCE(i.idx, s.idx) FROM indexes i FULL JOIN sqlite_stat1 s ON s.tbl = i.tbl AND s.idx = i.idx \
                   WHERE i.idx IS NULL OR s.idx IS NULL OR length(s.stat) - length(replace(s.stat, ' ', '')) <> i.columns";
        let wrong: Vec<String> = sqlx::query_scalar(sql).fetch_all(&pool).await.unwrap();
        assert_eq!(wrong, Vec::<String>::new());
        let sized: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_stat1").fetch_one(&pool).await.unwrap();
        assert!(sized > 80, "{sized}");
    }
}
