//! Lists with optional filters. The text is put together from static pieces only, so nothing that a person typed can
//! become SQL; values are bound.

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};
use uuid::Uuid;

use super::{Arg, On, Row};
use crate::{
    error::Result,
    page::{Cursor, Page, PageRequest},
    scope::TenantScope,
};

/// How a list is sorted: by a number column and the id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order {
    /// Column as it is named in the statement, such as `c.started_at_ms`.
    pub by: &'static str,
    pub id: &'static str,
    pub newest_first: bool,
}

/// `SELECT … FROM … WHERE <tenant> = $1`, to which filters are added.
pub(crate) struct Select {
    text: String,
    args: Vec<Arg>,
}

impl Select {
    /// `head` ends where conditions can follow, its `$1` being the tenant.
    pub(crate) fn new(head: &'static str, scope: TenantScope) -> Self {
        Self { text: head.to_owned(), args: vec![Arg::from(scope)] }
    }

    /// Adds `AND <before>$n<after>`.
    pub(crate) fn and(mut self, before: &'static str, value: impl Into<Arg>, after: &'static str) -> Self {
        self.args.push(value.into());
        self.text.push_str(" AND ");
        self.text.push_str(before);
        self.text.push('$');
        self.text.push_str(&self.args.len().to_string());
        self.text.push_str(after);
        self
    }

    /// Adds `AND <condition>`, which takes no value.
    pub(crate) fn and_also(mut self, condition: &'static str) -> Self {
        self.text.push_str(" AND ");
        self.text.push_str(condition);
        self
    }

    /// Adds `AND <column> IN (…)`. The list is filled up to `width` with a value twice, so that one statement serves all lengths.
    pub(crate) fn and_any_of<T: Into<Arg> + Clone>(mut self, column: &'static str, values: &[T], width: usize) -> Self {
        let Some(last) = values.last() else { return self.and_also("FALSE") };
        let from = self.args.len();
        let filling = std::iter::repeat_n(last, width.saturating_sub(values.len()));
        self.args.extend(values.iter().chain(filling).map(|value| value.clone().into()));
        let numbers: Vec<String> = (from..self.args.len()).map(|n| format!("${}", n + 1)).collect();
        self.text.push_str(&format!(" AND {column} IN ({})", numbers.join(", ")));
        self
    }

    /// Adds ` OR <condition>`, which takes no value.
    pub(crate) fn or_also(mut self, condition: &'static str) -> Self {
        self.text.push_str(" OR ");
        self.text.push_str(condition);
        self
    }

    /// Adds ` OR <column> IN (…)`; nothing for an empty list.
    pub(crate) fn or_any_of<T: Into<Arg> + Clone>(mut self, column: &'static str, values: &[T]) -> Self {
        if values.is_empty() {
            return self;
        }
        let from = self.args.len();
        self.args.extend(values.iter().map(|value| value.clone().into()));
        let numbers: Vec<String> = (from..self.args.len()).map(|n| format!("${}", n + 1)).collect();
        self.text.push_str(&format!(" OR {column} IN ({})", numbers.join(", ")));
        self
    }

    /// Adds what closes something.
    pub(crate) fn then(mut self, text: &'static str) -> Self {
        self.text.push_str(text);
        self
    }

    /// All of it, rising by `by`.
    pub(crate) async fn all(mut self, on: &mut On<'_>, by: &'static str) -> Result<Vec<Row>> {
        self.text.push_str(" ORDER BY ");
        self.text.push_str(by);
        on.read_all(statement(self.text), self.args).await
    }

    /// Adds the condition only for a present value.
    pub(crate) fn and_some<T: Into<Arg>>(self, before: &'static str, value: Option<T>) -> Self {
        match value {
            Some(value) => self.and(before, value, ""),
            None => self,
        }
    }

    /// Adds a condition without values.
    pub(crate) fn and_where(mut self, condition: &'static str) -> Self {
        self.text.push_str(" AND ");
        self.text.push_str(condition);
        self
    }

    /// Adds `AND <columns>($n, $m)`, such as `(l.line_key, l.id) > ($4, $5)`.
    pub(crate) fn and_pair(mut self, columns: &'static str, first: impl Into<Arg>, second: impl Into<Arg>) -> Self {
        self.args.extend([first.into(), second.into()]);
        let n = self.args.len();
        self.text.push_str(&format!(" AND {columns}(${}, ${n})", n - 1));
        self
    }

    /// Adds `AND <column> IN ($n, …)`. Without values nothing is found.
    pub(crate) fn and_in<T: Into<Arg>>(mut self, column: &'static str, values: impl IntoIterator<Item = T>) -> Self {
        let from = self.args.len() + 1;
        self.args.extend(values.into_iter().map(Into::into));
        let numbers: Vec<String> = (from..=self.args.len()).map(|n| format!("${n}")).collect();
        let list = if numbers.is_empty() { "NULL".to_owned() } else { numbers.join(", ") };
        self.text.push_str(&format!(" AND {column} IN ({list})"));
        self
    }

    /// At most `most` rows, with `order` behind the conditions, such as ` ORDER BY x.id`.
    pub(crate) async fn rows(mut self, on: &mut On<'_>, order: &'static str, most: usize) -> Result<Vec<Row>> {
        self.args.push(Arg::from(i64::try_from(most).unwrap_or(i64::MAX)));
        self.text.push_str(order);
        self.text.push_str(&format!(" LIMIT ${}", self.args.len()));
        on.read_all(statement(self.text), self.args).await
    }

    /// One page of the list. `read` turns a row into an item and its place.
    pub(crate) async fn page<T>(
        mut self,
        on: &mut On<'_>,
        order: Order,
        request: PageRequest,
        read: impl Fn(&Row) -> Result<(T, i64, Uuid)>,
    ) -> Result<Page<T>> {
        let (compare, direction) = if order.newest_first { (" < ", " DESC") } else { (" > ", " ASC") };
        if let Some(after) = request.after {
            let (at, id) = (self.args.len() + 1, self.args.len() + 2);
            self.args.extend([Arg::from(after.order), Arg::from(after.id.to_string())]);
            self.text.push_str(&format!(" AND ({}, {}){compare}(${at}, ${id})", order.by, order.id));
        }
        let limit = usize::try_from(request.limit()).unwrap_or(usize::MAX);
        self.args.push(Arg::from(i64::from(request.limit()) + 1));
        let n = self.args.len();
        self.text.push_str(&format!(" ORDER BY {}{direction}, {}{direction} LIMIT ${n}", order.by, order.id));
        let rows = on.read_all(statement(self.text), self.args).await?;
        let mut items = Vec::with_capacity(rows.len().min(limit));
        let mut last = None;
        for row in rows.iter().take(limit) {
            let (item, order, id) = read(row)?;
            items.push(item);
            last = Some(Cursor { order, id });
        }
        Ok(Page { items, next: last.filter(|_| rows.len() > limit) })
    }
}

/// Safe because every piece of the text is `&'static str` or a number made here.
fn statement(text: String) -> SqlStr {
    AssertSqlSafe(text).into_sql_str()
}
