//! Sealing and opening the columns of one row.

use std::fmt;

use domain::pii::Personal;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    Column, Keyring,
    keyring::{Place, unreadable},
};
use crate::{error::Result, scope::TenantScope, sql::Row};

pub(crate) struct Seals<'k> {
    keys: &'k Keyring,
    place: Place,
}

impl Keyring {
    /// `row` is the identity that [`Column::row`] describes.
    pub(crate) fn of(&self, scope: TenantScope, row: impl fmt::Display) -> Seals<'_> {
        Seals { keys: self, place: Place::new(scope.tenant(), row) }
    }
}

impl Seals<'_> {
    pub(crate) fn seal(&self, column: Column, plain: &str) -> Result<String> {
        self.keys.seal(column, &self.place, plain)
    }

    pub(crate) fn seal_some(&self, column: Column, plain: Option<&str>) -> Result<Option<String>> {
        plain.map(|plain| self.seal(column, plain)).transpose()
    }

    pub(crate) fn seal_personal(&self, column: Column, plain: Option<&Personal<String>>) -> Result<Option<String>> {
        self.seal_some(column, plain.map(|plain| plain.reveal().as_str()))
    }

    pub(crate) fn open(&self, column: Column, sealed: &str) -> Result<Personal<String>> {
        self.keys.open(column, &self.place, sealed)
    }

    /// Opens the column `alias` of a row.
    pub(crate) fn read(&self, column: Column, row: &Row, alias: &str) -> Result<Personal<String>> {
        self.open(column, &row.text(alias)?)
    }

    pub(crate) fn read_some(&self, column: Column, row: &Row, alias: &str) -> Result<Option<Personal<String>>> {
        row.opt_text(alias)?.map(|sealed| self.open(column, &sealed)).transpose()
    }

    pub(crate) fn read_json<T: DeserializeOwned>(&self, column: Column, row: &Row, alias: &str) -> Result<T> {
        let plain = self.read(column, row, alias)?;
        // The error's own text may quote the value.
        serde_json::from_str(plain.reveal()).map_err(|_| unreadable(column, "not the expected JSON"))
    }

    /// As [`Seals::read_json`], of what [`Seals::seal_map`] made.
    pub(crate) fn read_map<T: DeserializeOwned>(&self, column: Column, row: &Row, alias: &str) -> Result<T> {
        if row.text(alias)?.is_empty() {
            return serde_json::from_str("{}").map_err(|_| unreadable(column, "not the expected JSON"));
        }
        self.read_json(column, row, alias)
    }

    /// As [`Seals::seal_json`]; a map of nothing, which says nothing of anybody, is the empty text.
    pub(crate) fn seal_map<T: Serialize>(&self, column: Column, map: &T) -> Result<String> {
        let plain = json(column, map)?;
        if plain == "{}" { Ok(String::new()) } else { self.seal(column, &plain) }
    }

    pub(crate) fn seal_json<T: Serialize>(&self, column: Column, value: &T) -> Result<String> {
        self.seal(column, &json(column, value)?)
    }
}

fn json<T: Serialize>(column: Column, value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|_| unreadable(column, "cannot be written as JSON"))
}
