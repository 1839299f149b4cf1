//! What is kept of a connector: how it is set up, and how far it is.

use domain::{
    crm::{CrmApi, CrmPlan, CrmPush, Walk},
    time::UnixMillis,
};
use serde::{Deserialize, Serialize};
use storage::crm::Connector as ConnectorRow;
use wire::crm::{CrmAuth, CrmCounts, CrmFailure};

use crate::error::BackendError;

/// Names of the sealed texts.
pub(super) const SECRET: &str = "secret";
pub(super) const HOOK: &str = "hook";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settings {
    pub source: String,
    pub base_url: String,
    pub auth: CrmAuth,
    pub user: String,
    pub every_minutes: u32,
    pub push: CrmPush,
    pub api: CrmApi,
    pub plan: CrmPlan,
}

/// How far it is. Only the worker of the present turn writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct State {
    /// Under way.
    pub walk: Option<Walk>,
    /// Where the next walk begins; `None` for all records.
    pub since: Option<UnixMillis>,
    /// All leads behind this place are to be told of.
    pub fill_after: Option<i64>,
    pub last_pull_at: Option<UnixMillis>,
    /// When the last walk that is over began, by our clock.
    pub last_pull_began_at: Option<UnixMillis>,
    pub last_full_at: Option<UnixMillis>,
    pub failure: Option<CrmFailure>,
    pub counts: CrmCounts,
}

fn unreadable(what: &str, error: &serde_json::Error) -> BackendError {
    BackendError::Internal(format!("the {what} of a CRM cannot be read: {error}"))
}

impl Settings {
    pub fn of(row: &ConnectorRow) -> Result<Self, BackendError> {
        Self::deserialize(&row.settings).map_err(|error| unreadable("settings", &error))
    }

    pub fn written(&self) -> Result<serde_json::Value, BackendError> {
        serde_json::to_value(self).map_err(|error| unreadable("settings", &error))
    }
}

impl State {
    pub fn of(row: &ConnectorRow) -> Result<Self, BackendError> {
        Self::deserialize(&row.state).map_err(|error| unreadable("state", &error))
    }

    pub fn written(&self) -> Result<serde_json::Value, BackendError> {
        serde_json::to_value(self).map_err(|error| unreadable("state", &error))
    }

    /// All records are read from the first on, and all leads told of after that.
    pub fn begin_anew(&mut self) {
        (self.walk, self.since) = (None, None);
    }
}
