//! Virtual numbers between people and agents.

use domain::{
    ids::{LeadId, MappingId, NumberId, PoolId, UserId},
    time::UnixMillis,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// Numbers of which each stands between one person and one agent for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct MaskingPool {
    pub id: PoolId,
    pub name: String,
    /// Of the tenant's numbers; each is in one pool at most.
    pub number_ids: Vec<NumberId>,
    /// How long a mapping is good after its last use.
    pub lasts_s: u32,
    pub on: bool,
    /// Mappings of its numbers that are good now.
    pub mappings: u32,
    /// One of them is Twilio's, whose numbers pass text messages on; other carriers bring none.
    pub takes_messages: bool,
}

/// Body of create and update of a pool (all fields).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct MaskingPoolInput {
    /// 1 to 60 characters, another one for each pool.
    pub name: String,
    /// At most 500.
    pub number_ids: Vec<NumberId>,
    /// 1 hour to 90 days, in seconds.
    pub lasts_s: u32,
    pub on: bool,
}

/// One virtual number between one person and one agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct MaskingMapping {
    pub id: MappingId,
    /// The virtual number, E.164: both sides call it to reach the other.
    pub number: String,
    pub lead_id: LeadId,
    pub lead_name: String,
    pub agent_id: UserId,
    pub agent_name: String,
    pub created_at_ms: UnixMillis,
    pub expires_at_ms: UnixMillis,
}

/// For a virtual number between the asker and one of their leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct AskMapping {
    pub lead_id: LeadId,
}
