//! Which agent a call goes to, and why. The request and the agents as they were are stored with the decision, so that the
//! same question gives the same bytes again.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{CallId, QueueId, UserId},
    time::UnixMillis,
};

mod rank;
mod sentence;

pub use rank::route;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Whoever has been free longest.
    RoundRobin,
    /// Whoever has had fewest calls today.
    LeastBusy,
    /// Best match of skill and language, then longest free.
    Skill,
}

impl Strategy {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RoundRobin => "round_robin",
            Self::LeastBusy => "least_busy",
            Self::Skill => "skill",
        }
    }
}

/// The queue's rule at the version that was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rule {
    pub strategy: Strategy,
    pub version: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutingRequest {
    pub call_id: CallId,
    pub queue_id: Option<QueueId>,
    pub rule: Rule,
    /// Skills that the queue asks for; only [`Strategy::Skill`] looks at them.
    #[serde(default)]
    pub skills: Vec<String>,
    /// BCP 47 tag of the customer's language; the part before `-` counts.
    #[serde(default)]
    pub language: Option<String>,
    /// Owner of the lead.
    #[serde(default)]
    pub owner: Option<UserId>,
    /// Who talked to this customer last.
    #[serde(default)]
    pub last_agent: Option<UserId>,
    /// Asked for this call and did not take it.
    #[serde(default)]
    pub exclude: Vec<UserId>,
    /// A transfer to one person: nobody else is considered.
    #[serde(default)]
    pub only: Option<UserId>,
}

/// Presence as the router sees it: the name of the state, without its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentStateName {
    Offline,
    Available,
    Reserved,
    OnCall,
    WrapUp,
    Break,
    Unreachable,
}

/// One agent at the moment of the decision. Only members of the queue (or the target of a transfer) are handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentFacts {
    pub id: UserId,
    pub name: String,
    pub state: AgentStateName,
    /// In the present state since then; counts while available.
    pub idle_since: UnixMillis,
    pub calls_today: u32,
    #[serde(default)]
    pub skills: Vec<String>,
    #[serde(default)]
    pub languages: Vec<String>,
    pub active_calls: u32,
    pub max_calls: u32,
    /// The audio engine answered a probe in the last 5 s.
    pub reachable: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartName {
    Owner,
    LastAgent,
    Skill,
    Language,
    Idle,
    FewCalls,
}

impl PartName {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::LastAgent => "last_agent",
            Self::Skill => "skill",
            Self::Language => "language",
            Self::Idle => "idle",
            Self::FewCalls => "few_calls",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ScorePart {
    pub name: PartName,
    pub points: u32,
}

/// Why an agent was passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PassedOver {
    Offline,
    Break,
    Unreachable,
    Reserved,
    OnCall,
    InWrapUp,
    /// Was asked for this call and did not take it.
    Declined,
    LacksSkill,
    /// The call is for somebody else.
    NotAsked,
}

impl PassedOver {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Break => "break",
            Self::Unreachable => "unreachable",
            Self::Reserved => "reserved",
            Self::OnCall => "on_call",
            Self::InWrapUp => "in_wrap_up",
            Self::Declined => "declined",
            Self::LacksSkill => "lacks_skill",
            Self::NotAsked => "not_asked",
        }
    }
}

/// One agent who was considered. Either `score` or `passed_over` is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub user_id: UserId,
    pub name: String,
    /// Sum of the parts.
    pub score: Option<u32>,
    pub parts: Vec<ScorePart>,
    pub passed_over: Option<PassedOver>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub call_id: CallId,
    pub at: UnixMillis,
    pub rule: Rule,
    pub chosen: Option<UserId>,
    /// About the chosen agent: "Free longest (2 min) of 4 free agents."
    pub sentence: String,
    /// Best first, then those passed over by id.
    pub candidates: Vec<Candidate>,
}

#[cfg(test)]
mod tests;
