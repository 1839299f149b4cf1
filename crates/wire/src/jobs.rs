//! Background work, as the admin sees it.

use domain::{
    ids::{CallId, JobId},
    time::UnixMillis,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    Waiting,
    Running,
    Done,
    /// Given up after its tries; can be run again by hand.
    Dead,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Job {
    pub id: JobId,
    /// `store_recording`, `transcribe`, `analyse`.
    pub kind: String,
    pub call_id: Option<CallId>,
    pub status: JobStatus,
    pub attempts: u32,
    pub max_attempts: u32,
    pub run_at_ms: UnixMillis,
    pub last_error: Option<String>,
    pub created_at_ms: UnixMillis,
    pub finished_at_ms: Option<UnixMillis>,
}

/// Filters of the job list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema, IntoParams)]
#[serde(default)]
#[ts(optional_fields)]
#[into_params(parameter_in = Query)]
pub struct JobFilter {
    pub status: Option<JobStatus>,
    pub call_id: Option<CallId>,
    pub cursor: Option<String>,
    pub limit: Option<u32>,
}
