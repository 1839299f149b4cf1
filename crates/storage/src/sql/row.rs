//! A row of either engine, read by column name.

use std::{fmt::Display, str::FromStr};

use domain::time::UnixMillis;
use serde::de::DeserializeOwned;
use sqlx::{postgres::PgRow, sqlite::SqliteRow};

use super::TextKey;
use crate::error::{Result, StorageError};

pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

macro_rules! get {
    ($row:expr, $type:ty, $column:expr) => {
        match $row {
            Row::Sqlite(row) => sqlx::Row::try_get::<$type, _>(row, $column),
            Row::Postgres(row) => sqlx::Row::try_get::<$type, _>(row, $column),
        }
    };
}

impl Row {
    pub(crate) fn text(&self, column: &str) -> Result<String> {
        Ok(get!(self, String, column)?)
    }

    pub(crate) fn opt_text(&self, column: &str) -> Result<Option<String>> {
        Ok(get!(self, Option<String>, column)?)
    }

    pub(crate) fn int(&self, column: &str) -> Result<i64> {
        Ok(get!(self, i64, column)?)
    }

    pub(crate) fn opt_int(&self, column: &str) -> Result<Option<i64>> {
        Ok(get!(self, Option<i64>, column)?)
    }

    pub(crate) fn bool(&self, column: &str) -> Result<bool> {
        Ok(get!(self, bool, column)?)
    }

    /// A whole number of a narrower type: counts, seconds, versions.
    pub(crate) fn number<N: TryFrom<i64>>(&self, column: &str) -> Result<N> {
        N::try_from(self.int(column)?).map_err(|_| StorageError::corrupt(column, "number out of range"))
    }

    pub(crate) fn opt_number<N: TryFrom<i64>>(&self, column: &str) -> Result<Option<N>> {
        let narrow = |value| N::try_from(value).map_err(|_| StorageError::corrupt(column, "number out of range"));
        self.opt_int(column)?.map(narrow).transpose()
    }

    pub(crate) fn at(&self, column: &str) -> Result<UnixMillis> {
        self.int(column).map(UnixMillis)
    }

    pub(crate) fn opt_at(&self, column: &str) -> Result<Option<UnixMillis>> {
        Ok(self.opt_int(column)?.map(UnixMillis))
    }

    pub(crate) fn id<T: FromStr<Err: Display>>(&self, column: &str) -> Result<T> {
        parse(column, &self.text(column)?)
    }

    pub(crate) fn opt_id<T: FromStr<Err: Display>>(&self, column: &str) -> Result<Option<T>> {
        self.opt_text(column)?.map(|text| parse(column, &text)).transpose()
    }

    pub(crate) fn key<T: TextKey>(&self, column: &str) -> Result<T> {
        let text = self.text(column)?;
        T::from_key(&text).ok_or_else(|| StorageError::corrupt(column, format!("unknown value {text:?}")))
    }

    pub(crate) fn opt_key<T: TextKey>(&self, column: &str) -> Result<Option<T>> {
        let unknown = |text: &str| StorageError::corrupt(column, format!("unknown value {text:?}"));
        self.opt_text(column)?.map(|text| T::from_key(&text).ok_or_else(|| unknown(&text))).transpose()
    }

    pub(crate) fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T> {
        serde_json::from_str(&self.text(column)?).map_err(|error| StorageError::corrupt(column, error.to_string()))
    }

    pub(crate) fn opt_json<T: DeserializeOwned>(&self, column: &str) -> Result<Option<T>> {
        let read = |text: String| serde_json::from_str(&text);
        self.opt_text(column)?.map(read).transpose().map_err(|error| StorageError::corrupt(column, error.to_string()))
    }
}

fn parse<T: FromStr<Err: Display>>(column: &str, text: &str) -> Result<T> {
    text.parse().map_err(|error: T::Err| StorageError::corrupt(column, error.to_string()))
}
