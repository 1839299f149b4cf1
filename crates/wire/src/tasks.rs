//! Tasks and callbacks: what was promised.

use domain::{
    follow_up::Snooze,
    ids::{CallId, CallbackId, LeadId, TaskId, UserId},
    time::UnixMillis,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

use crate::calls::CallbackAt;

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
    /// Null: of the team; supervisors see it.
    pub owner_id: Option<UserId>,
    pub owner_name: Option<String>,
    pub text: String,
    pub due_at_ms: Option<UnixMillis>,
    /// When its owner is reminded next; null when they were.
    pub remind_at_ms: Option<UnixMillis>,
    /// Of the lead, IANA.
    pub zone: Option<String>,
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
    pub agent_name: Option<String>,
    pub due_at_ms: UnixMillis,
    /// When the agent is reminded next; null when they were.
    pub remind_at_ms: Option<UnixMillis>,
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
    /// Of this person; for supervisors.
    pub owner_id: Option<UserId>,
    /// Due at or after it.
    pub due_from_ms: Option<i64>,
    /// Due before it.
    pub due_before_ms: Option<i64>,
    pub cursor: Option<String>,
    pub limit: Option<u32>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS, ToSchema)]
#[serde(default)]
#[ts(optional_fields)]
pub struct UpdateCallback {
    /// What was ticked off can be opened again.
    pub status: Option<TaskStatus>,
    /// Another hour, on the customer's own clock.
    pub at: Option<CallbackAt>,
}

/// Puts a reminder off. The promised hour stays as it is.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct SnoozeFollowUp {
    pub until: Snooze,
}

/// Gives tasks and callbacks to somebody else.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ReassignFollowUps {
    /// At most 500 of both together.
    pub tasks: Vec<TaskId>,
    pub callbacks: Vec<CallbackId>,
    pub to: UserId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct FollowUpsReassigned {
    pub tasks: u32,
    pub callbacks: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FollowUpKind {
    Task,
    Callback,
}

/// Something has come due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Reminder {
    pub kind: FollowUpKind,
    /// Of the task or the callback.
    pub id: String,
    pub lead_id: Option<LeadId>,
    pub lead_name: Option<String>,
    /// Of a task: what is to be done.
    pub text: Option<String>,
    pub due_at_ms: Option<UnixMillis>,
    /// Of the person, IANA.
    pub zone: Option<String>,
}
