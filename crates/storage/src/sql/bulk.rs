//! Many rows at once.

use sqlx::AssertSqlSafe;

use super::{Arg, On, run::Copy};
use crate::error::Result;

/// SQLite takes at most 32,766 values in a statement, PostgreSQL 65,535.
const MOST_VALUES: usize = 32_000;
/// Rows of a statement: few sizes, so that statements are prepared once.
const SIZES: [usize; 4] = [1_024, 128, 16, 1];

impl On<'_> {
    /// Inserts the rows that `values` holds one after the other; `tail` follows the values in the text.
    pub(crate) async fn insert_rows(
        &mut self,
        table: &'static str,
        columns: &'static [&'static str],
        values: Vec<Arg>,
        tail: &'static str,
    ) -> Result<()> {
        let width = columns.len();
        let mut left = values.len() / width;
        let mut values = values.into_iter();
        while left > 0 {
            let fits = |size: &usize| *size <= left && *size * width <= MOST_VALUES;
            let rows = SIZES.into_iter().find(fits).unwrap_or(1);
            let sql = statement(table, columns, rows, tail, self.pick("?", "$"));
            // Only names of this program and parameter numbers are in the text.
            self.write(AssertSqlSafe(sql), values.by_ref().take(rows * width).collect()).await?;
            left -= rows;
        }
        Ok(())
    }

    /// As [`On::insert_rows`], the fastest way that the engine has: PostgreSQL copies (inside a transaction).
    pub(crate) async fn insert_many(
        &mut self,
        table: &'static str,
        columns: &'static [&'static str],
        values: Vec<Arg>,
    ) -> Result<()> {
        let head = || format!("COPY {table} ({}) FROM STDIN", columns.join(", "));
        match self.copy(head).await? {
            Copy::Into(mut copy) => {
                for part in values.chunks(columns.len() * 256) {
                    copy.send(copy_text(part, columns.len())).await?;
                }
                copy.finish().await?;
                Ok(())
            }
            Copy::NotThere(on) => on.insert_rows(table, columns, values, "").await,
        }
    }
}

/// `sign` of a value: `$` is numbered, `?` is not. SQLite keeps the names of numbered ones in a list that the driver searches for
/// each value, which for thousands of them is most of the time of a statement.
fn statement(table: &str, columns: &[&str], rows: usize, tail: &str, sign: &str) -> String {
    use std::fmt::Write as _;
    let mut sql = format!("INSERT INTO {table} ({}) VALUES ", columns.join(", "));
    let mut n = 0;
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns.len() {
            n += 1;
            let comma = if column == 0 { "" } else { ", " };
            // Writing to a text cannot fail.
            let _ = match sign {
                "?" => write!(sql, "{comma}?"),
                _ => write!(sql, "{comma}{sign}{n}"),
            };
        }
        sql.push(')');
    }
    sql.push_str(tail);
    sql
}

/// The text format of COPY (PostgreSQL manual, COPY, "Text Format").
fn copy_text(values: &[Arg], width: usize) -> Vec<u8> {
    let mut text = Vec::with_capacity(values.len() * 40);
    for row in values.chunks(width) {
        for (n, value) in row.iter().enumerate() {
            if n > 0 {
                text.push(b'\t');
            }
            match value {
                Arg::Text(Some(value)) => escape(value, &mut text),
                Arg::Int(Some(value)) => text.extend_from_slice(value.to_string().as_bytes()),
                Arg::Bool(value) => text.push(if *value { b't' } else { b'f' }),
                Arg::Text(None) | Arg::Int(None) => text.extend_from_slice(b"\\N"),
            }
        }
        text.push(b'\n');
    }
    text
}

fn escape(value: &str, into: &mut Vec<u8>) {
    for byte in value.bytes() {
        match byte {
            b'\\' => into.extend_from_slice(b"\\\\"),
            b'\n' => into.extend_from_slice(b"\\n"),
            b'\r' => into.extend_from_slice(b"\\r"),
            b'\t' => into.extend_from_slice(b"\\t"),
            other => into.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::args;

    #[test]
    fn a_copied_text_cannot_end_its_field() {
        let values = args!["a\tb\\N\nc\r", None::<i64>, true, 7_i64];
        assert_eq!(copy_text(&values, 4), b"a\\tb\\\\N\\nc\\r\t\\N\tt\t7\n");
    }

    #[test]
    fn a_statement_numbers_its_values_through() {
        let of = |sign| statement("t", &["a", "b"], 2, " X", sign);
        assert_eq!(of("$"), "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) X");
        assert_eq!(of("?"), "INSERT INTO t (a, b) VALUES (?, ?), (?, ?) X");
    }
}
