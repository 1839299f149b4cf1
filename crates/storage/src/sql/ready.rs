//! Rows made ready ahead, so that whoever writes them has nothing left to do but write.

use sqlx::{Arguments, AssertSqlSafe, PgConnection, SqlSafeStr, SqlStr, postgres::PgCopyIn, sqlite::SqliteArguments};

use super::{
    Arg, Dialect, On,
    bulk::{copy_text, statements},
};
use crate::error::{Result, StorageError};

/// Bytes that are handed to PostgreSQL's COPY at once.
const PIECE: usize = 128 * 1024;

/// Rows of one table in the form that an engine takes.
#[derive(Debug, Default)]
pub(crate) struct ReadyRows(Form);

#[derive(Debug, Default)]
enum Form {
    #[default]
    Nothing,
    Sqlite(Vec<(SqlStr, SqliteArguments)>),
    /// COPY with its columns, the rows after one another, and where each ends.
    Postgres {
        head: String,
        text: Vec<u8>,
        ends: Vec<usize>,
    },
}

impl ReadyRows {
    /// Costs processor time and asks nobody. `numbered` is a column besides `columns`, a rising number; SQLite gives it by itself
    /// when it is the table's `INTEGER PRIMARY KEY`.
    ///
    /// # Errors
    /// `Refused` when a value cannot be bound.
    pub(crate) fn of(
        dialect: Dialect,
        table: &str,
        numbered: Option<&str>,
        columns: &[&str],
        values: Vec<Arg>,
    ) -> Result<Self> {
        if values.is_empty() {
            return Ok(Self::default());
        }
        let width = columns.len();
        Ok(Self(match dialect {
            Dialect::Sqlite => Form::Sqlite(
                statements(dialect, table, columns, values, "")
                    // Only names of this program and parameter numbers are in the text.
                    .map(|(sql, values)| Ok((AssertSqlSafe(sql).into_sql_str(), bound(values)?)))
                    .collect::<Result<_>>()?,
            ),
            Dialect::Postgres => {
                let mut ends = Vec::with_capacity(values.len() / width);
                let text = copy_text(&values, width, |end| ends.push(end));
                let all: Vec<&str> = numbered.into_iter().chain(columns.iter().copied()).collect();
                Form::Postgres { head: format!("COPY {table} ({}) FROM STDIN", all.join(", ")), text, ends }
            }
        }))
    }
}

fn bound(values: Vec<Arg>) -> Result<SqliteArguments> {
    let mut bound = SqliteArguments::default();
    bound.reserve(values.len(), 0);
    for value in values {
        match value {
            Arg::Text(value) => bound.add(value),
            Arg::Int(value) => bound.add(value),
            Arg::Bool(value) => bound.add(value),
        }
        .map_err(|error| StorageError::Refused(error.to_string()))?;
    }
    Ok(bound)
}

impl On<'_> {
    /// Writes rows that were made for this engine; `numbers` are those of the numbered column, one for each row.
    ///
    /// # Errors
    /// `Refused` outside of a transaction.
    pub(crate) async fn insert_ready(&mut self, rows: ReadyRows, numbers: &[i64]) -> Result<()> {
        match rows.0 {
            Form::Nothing => Ok(()),
            Form::Sqlite(statements) => {
                for (sql, arguments) in statements {
                    self.write_bound(sql, arguments).await?;
                }
                Ok(())
            }
            Form::Postgres { head, text, ends } => {
                let copy = self.copy(&head).await?;
                let copy = copy.ok_or_else(|| StorageError::Refused("rows were made for another engine".to_owned()))?;
                send(copy, &text, &ends, numbers).await
            }
        }
    }
}

async fn send(mut copy: PgCopyIn<&mut PgConnection>, text: &[u8], ends: &[usize], numbers: &[i64]) -> Result<()> {
    let mut piece = Vec::with_capacity(PIECE + 4_096);
    let mut from = 0;
    for (n, end) in ends.iter().enumerate() {
        if let Some(number) = numbers.get(n) {
            piece.extend_from_slice(number.to_string().as_bytes());
            piece.push(b'\t');
        }
        piece.extend_from_slice(&text[from..*end]);
        from = *end;
        if piece.len() >= PIECE {
            copy.send(piece.as_slice()).await?;
            piece.clear();
        }
    }
    if !piece.is_empty() {
        copy.send(piece).await?;
    }
    copy.finish().await?;
    Ok(())
}
