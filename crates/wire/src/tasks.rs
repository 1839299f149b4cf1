//! Tasks and callbacks: what was promised.

use domain::{
    ids::{CallId, CallbackId, LeadId, TaskId, UserId},
    time::UnixMillis,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    Open,
    Done,
    Cancelled,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Task {
    pub id: TaskId,
    pub lead_id: Option<LeadId>,
    pub lead_name: Option<String>,
    pub call_id: Option<CallId>,
    pub owner_id: Option<UserId>,
    pub text: String,
    pub due_at_ms: Option<UnixMillis>,
    /// `agent`, `analysis` or `disposition`.
    pub made_by: String,
    /// The words it was taken from, when an engine proposed it.
    pub quote: Option<String>,
    pub status: TaskStatus,
    pub created_at_ms: UnixMillis,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS, ToSchema)]
#[serde(default)]
#[ts(optional_fields)]
pub struct UpdateTask {
    pub status: Option<TaskStatus>,
    pub due_at_ms: Option<UnixMillis>,
    pub text: Option<String>,
}

/// A promise to call at an hour on the customer's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Callback {
    pub id: CallbackId,
    pub lead_id: LeadId,
    pub lead_name: String,
    pub agent_id: Option<UserId>,
    pub due_at_ms: UnixMillis,
    /// As the customer said it, `YYYY-MM-DDTHH:MM` on their clock.
    pub local_time: String,
    pub zone: String,
    pub zone_source: String,
    /// `open`, `done` or `cancelled`.
    pub status: TaskStatus,
    pub call_id: Option<CallId>,
}

/// Filters of tasks and callbacks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema, IntoParams)]
#[serde(default)]
#[ts(optional_fields)]
#[into_params(parameter_in = Query)]
pub struct TaskFilter {
    pub status: Option<TaskStatus>,
    pub lead_id: Option<LeadId>,
    /// Only the reader's own.
    pub mine: Option<bool>,
    pub cursor: Option<String>,
    pub limit: Option<u32>,
}
