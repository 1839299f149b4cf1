//! Many rows at once.

use sqlx::AssertSqlSafe;

use super::{Arg, Dialect, On, ReadyRows, Unit};
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
        for (sql, values) in statements(self.dialect(), table, columns, values, tail) {
            // Only names of this program and parameter numbers are in the text.
            self.write(AssertSqlSafe(sql), values).await?;
        }
        Ok(())
    }

    /// As [`On::insert_rows`], the fastest way that the engine has.
    pub(crate) async fn insert_many(&mut self, table: &str, columns: &[&str], values: Vec<Arg>) -> Result<()> {
        let rows = ReadyRows::of(self.dialect(), table, None, columns, values)?;
        let mut unit = Unit::of(On::from_ref(self)).await?;
        unit.on().insert_ready(rows, &[]).await?;
        unit.finish().await
    }
}

/// Statements that insert the rows, each with its values.
pub(super) fn statements(
    dialect: Dialect,
    table: &str,
    columns: &[&str],
    values: Vec<Arg>,
    tail: &str,
) -> impl Iterator<Item = (String, Vec<Arg>)> {
    let width = columns.len();
    let mut left = values.len() / width;
    let room = match dialect {
        Dialect::Sqlite => Room::of(&values, width),
        Dialect::Postgres => None,
    };
    let mut values = values.into_iter();
    std::iter::from_fn(move || {
        if left == 0 {
            return None;
        }
        Some(if let Some(room) = &room {
            let size = room.size(left);
            let part = values.by_ref().take(size.min(left) * width);
            left = left.saturating_sub(size);
            (room.statement(table, columns, size, tail), room.values(part))
        } else {
            let fits = |size: &usize| *size <= left && *size * width <= MOST_VALUES;
            let rows = SIZES.into_iter().find(fits).unwrap_or(1);
            left -= rows;
            (statement(dialect, table, columns, rows, tail), values.by_ref().take(rows * width).collect())
        })
    })
}

/// Rows of a statement with room for more: what is not bound is null, and is left out. So one text does for many numbers of rows,
/// and all of a piece goes to SQLite's thread at once.
const ROOMS: [usize; 6] = [4, 16, 64, 256, 1_024, 2_560];

/// How rows are written on SQLite: columns that have one value in all rows are bound once, for the driver takes each value through
/// four hands, and most columns of leads that come together are the same.
struct Room {
    shared: Vec<bool>,
    /// Of the columns that are not shared: how many, and one that is never null (from 1).
    own: usize,
    never_null: usize,
}

impl Room {
    /// `None` when there is no column by which a row could be told from room.
    fn of(values: &[Arg], width: usize) -> Option<Self> {
        let column = |column: usize| values.iter().skip(column).step_by(width);
        let mut shared: Vec<bool> = Vec::with_capacity(width);
        let (mut own, mut never_null) = (0, None);
        for (n, first) in values.iter().enumerate().take(width) {
            let is_shared = column(n).all(|one| one == first);
            shared.push(is_shared);
            if !is_shared {
                own += 1;
                never_null = never_null.or_else(|| column(n).all(|one| !one.is_null()).then_some(own));
            }
        }
        Some(Self { shared, own, never_null: never_null? })
    }

    /// For as many of the rows as a statement takes.
    fn size(&self, rows: usize) -> usize {
        let mut allowed = ROOMS.into_iter().filter(|size| *size * self.own + self.shared.len() <= MOST_VALUES);
        allowed.clone().find(|size| *size >= rows).or_else(|| allowed.next_back()).unwrap_or(1)
    }

    /// The shared values of the first row, then those of each row that are its own.
    fn values(&self, rows: impl Iterator<Item = Arg>) -> Vec<Arg> {
        let (mut of_all, mut own) = (Vec::new(), Vec::with_capacity(rows.size_hint().0));
        for (n, value) in rows.enumerate() {
            match self.shared[n % self.shared.len()] {
                false => own.push(value),
                true if n < self.shared.len() => of_all.push(value),
                true => {}
            }
        }
        of_all.append(&mut own);
        of_all
    }

    /// `?` are counted as they stand in the text.
    fn statement(&self, table: &str, columns: &[&str], size: usize, tail: &str) -> String {
        let mut own = 0;
        let picked = self.shared.iter().map(|shared| {
            if *shared {
                return "?".to_owned();
            }
            own += 1;
            format!("column{own}")
        });
        let picked = picked.collect::<Vec<_>>().join(", ");
        let row = format!("({})", vec!["?"; self.own].join(", "));
        let rows = vec![row; size].join(", ");
        let (columns, never_null) = (columns.join(", "), self.never_null);
        format!(
            "INSERT INTO {table} ({columns}) SELECT {picked} FROM (VALUES {rows}) WHERE column{never_null} IS NOT NULL{tail}"
        )
    }
}

/// PostgreSQL numbers its values. SQLite can, but keeps the names of numbered ones in a list that the driver searches for each
/// value, which for thousands of them is most of the time of a statement.
fn statement(dialect: Dialect, table: &str, columns: &[&str], rows: usize, tail: &str) -> String {
    use std::fmt::Write as _;
    let mut sql = format!("INSERT INTO {table} ({}) VALUES ", columns.join(", "));
    let mut n = 0;
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns.len() {
            n += 1;
            let comma = if column == 0 { "" } else { ", " };
            // Writing to a text cannot fail.
            let _ = match dialect {
                Dialect::Sqlite => write!(sql, "{comma}?"),
                Dialect::Postgres => write!(sql, "{comma}${n}"),
            };
        }
        sql.push(')');
    }
    sql.push_str(tail);
    sql
}

/// The text format of COPY (PostgreSQL manual, COPY, "Text Format"). `ends` is told where each row ends.
pub(super) fn copy_text(values: &[Arg], width: usize, mut ends: impl FnMut(usize)) -> Vec<u8> {
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
        ends(text.len());
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
        assert_eq!(copy_text(&values, 4, |_| {}), b"a\\tb\\\\N\\nc\\r\t\\N\tt\t7\n");
    }

    #[test]
    fn what_all_rows_share_is_bound_once_and_the_rest_is_room() {
        let values = args![1_i64, None::<i64>, "a", 1_i64, 7_i64, "b"];
        let room = Room::of(&values, 3).unwrap();
        assert_eq!(room.size(2), 4);
        assert_eq!(room.size(3_000), 2_560);
        assert_eq!(room.values(values.into_iter()), args![1_i64, None::<i64>, "a", 7_i64, "b"]);
        let sql = "INSERT INTO t (a, b, c) SELECT ?, column1, column2 \
                   FROM (VALUES (?, ?), (?, ?), (?, ?), (?, ?)) WHERE column2 IS NOT NULL X";
        assert_eq!(room.statement("t", &["a", "b", "c"], 4, " X"), sql);
    }

    #[test]
    fn rows_that_room_could_be_taken_for_go_without() {
        let same = args![1_i64, "x", 1_i64, "x"];
        assert!(Room::of(&same, 2).is_none());
        let all = statements(Dialect::Sqlite, "t", &["a", "b"], same.clone(), "").collect::<Vec<_>>();
        let one = ("INSERT INTO t (a, b) VALUES (?, ?)".to_owned(), args![1_i64, "x"]);
        assert_eq!(all, [one.clone(), one]);
    }

    #[test]
    fn a_statement_numbers_its_values_through() {
        let of = |dialect| statement(dialect, "t", &["a", "b"], 2, " X");
        assert_eq!(of(Dialect::Postgres), "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) X");
        assert_eq!(of(Dialect::Sqlite), "INSERT INTO t (a, b) VALUES (?, ?), (?, ?) X");
    }
}
