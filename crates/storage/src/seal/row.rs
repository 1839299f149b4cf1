//! Sealing and opening the columns of one row.

use std::fmt;

use domain::{ids::TenantId, pii::Personal};
use serde::{Serialize, de::DeserializeOwned};

use super::{Column, Keyring, keyring::unreadable};
use crate::{error::Result, scope::TenantScope, sql::Row};

pub(crate) struct Seals<'k, R> {
    keys: &'k Keyring,
    tenant: TenantId,
    row: R,
}

impl Keyring {
    /// `row` is the identity that [`Column::row`] describes.
    pub(crate) const fn of<R: fmt::Display>(&self, scope: TenantScope, row: R) -> Seals<'_, R> {
        Seals { keys: self, tenant: scope.tenant(), row }
    }
}

impl<R: fmt::Display> Seals<'_, R> {
    pub(crate) fn seal(&self, column: Column, plain: &str) -> Result<String> {
        self.keys.seal(column, self.tenant, &self.row.to_string(), plain)
    }

    pub(crate) fn seal_some(&self, column: Column, plain: Option<&str>) -> Result<Option<String>> {
        plain.map(|plain| self.seal(column, plain)).transpose()
    }

    pub(crate) fn seal_personal(&self, column: Column, plain: Option<&Personal<String>>) -> Result<Option<String>> {
        self.seal_some(column, plain.map(|plain| plain.reveal().as_str()))
    }

    pub(crate) fn open(&self, column: Column, sealed: &str) -> Result<Personal<String>> {
        self.keys.open(column, self.tenant, &self.row.to_string(), sealed)
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

    pub(crate) fn seal_json<T: Serialize>(&self, column: Column, value: &T) -> Result<String> {
        let plain = serde_json::to_string(value).map_err(|_| unreadable(column, "cannot be written as JSON"))?;
        self.seal(column, &plain)
    }
}
