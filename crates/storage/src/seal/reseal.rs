//! Moving stored texts to the current key, a few rows at a time, beside normal work.

use domain::ids::TenantId;
use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

use super::Column;
use crate::{
    db::Store,
    error::Result,
    scope::TenantScope,
    sql::{Arg, On, args},
};

/// What one round of [`reseal`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ResealProgress {
    pub resealed: u64,
    /// True when no text under an older key was left; that key can then be taken away.
    pub finished: bool,
}

/// Seals up to `most` texts of every tenant anew with the current key. Call until `finished`. A text that changes at the
/// same time is left for the next round, so no newer value is ever overwritten.
///
/// # Errors
/// `Corrupt` when a text's key is missing: it names the column, and nothing of it is changed.
pub async fn reseal(store: &Store, most: u32) -> Result<ResealProgress> {
    let mut progress = ResealProgress::default();
    let mut left = u64::from(most);
    let mut overtaken = false;
    for column in Column::ALL {
        let (found, resealed) = reseal_column(store, *column, left).await?;
        progress.resealed += resealed;
        overtaken |= resealed < found;
        left = left.saturating_sub(found);
        if left == 0 {
            return Ok(progress);
        }
    }
    progress.finished = !overtaken;
    Ok(progress)
}

/// How many old texts were found, and how many of them were still the same when written.
async fn reseal_column(store: &Store, column: Column, most: u64) -> Result<(u64, u64)> {
    let keys = &store.keys;
    let prefix = keys.current_prefix();
    let (find, change) = statements(column);
    let length = i64::try_from(prefix.len()).unwrap_or(i64::MAX);
    let rows = On::from(store).read_all(find, args![length, prefix.as_str(), most]).await?;
    let found = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    let mut resealed = 0;
    for row in rows {
        let tenant: TenantId = row.id("tenant_id")?;
        let parts = (0..column.row.len()).map(|n| row.text(PARTS[n])).collect::<Result<Vec<_>>>()?;
        let seals = keys.of(TenantScope::system(tenant), parts.join("/"));
        let old = row.text("sealed")?;
        let new = seals.seal(column, seals.open(column, &old)?.reveal())?;
        let mut args = args![new, old, tenant];
        args.extend(parts.into_iter().map(Arg::from));
        resealed += On::from(store).write(change.clone(), args).await?;
    }
    Ok((found, resealed))
}

const PARTS: [&str; 2] = ["part_0", "part_1"];

/// Only static names of [`Column::ALL`] go into the text.
fn statements(column: Column) -> (SqlStr, SqlStr) {
    let Column { table, name, row } = column;
    let parts: Vec<String> = row.iter().zip(PARTS).map(|(part, alias)| format!("{part} AS {alias}")).collect();
    let same: Vec<String> = row.iter().enumerate().map(|(n, part)| format!("{part} = ${}", n + 4)).collect();
    let find = format!(
        "SELECT tenant_id, {}, {name} AS sealed FROM {table} WHERE {name} <> '' AND substr({name}, 1, CAST($1 AS INTEGER)) <> $2 LIMIT $3",
        parts.join(", ")
    );
    let change =
        format!("UPDATE {table} SET {name} = $1 WHERE {name} = $2 AND tenant_id = $3 AND {}", same.join(" AND "));
    (AssertSqlSafe(find).into_sql_str(), AssertSqlSafe(change).into_sql_str())
}
