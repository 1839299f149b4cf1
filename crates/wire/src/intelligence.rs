//! Transcripts and analyses.

use domain::{
    ids::CallId,
    intelligence::{Analysis, Transcript},
    time::UnixMillis,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::leads::LeadChange;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AnalysisStatus {
    /// Nothing to analyse (too short, not recorded); `reason` says which.
    None {
        reason: String,
    },
    Pending,
    Transcribing,
    Analysing,
    Completed,
    /// `reason`: `no_speech_engine`, `engine_refused`, `audio_missing`; `message` is for the admin.
    Failed {
        reason: String,
        message: String,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct CallIntelligence {
    pub call_id: CallId,
    pub status: AnalysisStatus,
    #[ts(type = "Transcript | null")]
    #[schema(value_type = Option<Object>)]
    pub transcript: Option<Transcript>,
    #[ts(type = "Analysis | null")]
    #[schema(value_type = Option<Object>)]
    pub analysis: Option<Analysis>,
    pub analysed_at_ms: Option<UnixMillis>,
    /// Fields of the lead that this analysis changed, with undo.
    pub changes: Vec<LeadChange>,
    /// Values proposed and not written, because a person had entered another; accept writes them.
    pub proposals: Vec<FieldProposal>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct FieldProposal {
    pub field: String,
    pub current: Option<String>,
    pub proposed: String,
    pub quote: String,
    pub at_s: f64,
    pub confidence: f32,
    pub engine: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct AcceptProposal {
    pub field: String,
}
