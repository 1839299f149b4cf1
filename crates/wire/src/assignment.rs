//! Rules that give out leads, trying them out, and who got which lead why.

use domain::{
    assignment::{Reason, RuleSet, Warning},
    ids::{AssignmentId, LeadId, UserId},
    time::UnixMillis,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

/// The rules in force. Version 0: none were made yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct AssignmentRules {
    pub set: RuleSet,
    pub version: u32,
    pub made_at_ms: Option<UnixMillis>,
    pub made_by: Option<String>,
    /// What the rules will not do as their author may think.
    pub warnings: Vec<Warning>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct SaveAssignmentRules {
    pub set: RuleSet,
    /// The one that was read; refused when somebody has saved another since.
    pub version: u32,
}

/// Which leads a dry run looks at; the newest of those that are to be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DryRunLeads {
    /// Those without an owner.
    Unassigned,
    /// All, as if nobody had them yet.
    All,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct AskDryRun {
    pub set: RuleSet,
    pub leads: DryRunLeads,
    /// 1 to 20000.
    pub most: u32,
}

/// What an agent has of the leads that were looked at, today and by these rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct DryRunAgent {
    pub user_id: UserId,
    pub name: String,
    pub now: u32,
    pub then: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct DryRunRule {
    #[schema(value_type = String, format = "uuid")]
    #[ts(type = "string")]
    pub rule_id: uuid::Uuid,
    pub name: String,
    /// Leads that it gives.
    pub gives: u32,
    /// Leads that it fits and gives to nobody: no agent is left, caps, hours.
    pub passes: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct DryRunLead {
    pub lead_id: LeadId,
    pub name: String,
    pub from: Option<String>,
    pub to: Option<String>,
    /// Why, in one English sentence.
    pub sentence: String,
    /// The same as data, for any language.
    pub reason: Reason,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct AssignmentDryRun {
    pub looked_at: u32,
    /// Leads that would get another owner than they have.
    pub changes: u32,
    /// Leads that no rule gives to anybody.
    pub unassigned: u32,
    pub by_fallback: u32,
    pub agents: Vec<DryRunAgent>,
    pub rules: Vec<DryRunRule>,
    /// The first of those that would change.
    pub sample: Vec<DryRunLead>,
    pub warnings: Vec<Warning>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AssignmentCause {
    Rule,
    Fallback,
    Idle,
    Left,
    Person,
}

/// One change of a lead's owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Assignment {
    pub id: AssignmentId,
    pub lead_id: LeadId,
    pub from: Option<String>,
    pub to: Option<String>,
    pub cause: AssignmentCause,
    pub version: Option<u32>,
    /// Why, in one English sentence.
    pub sentence: String,
    /// The same as data, for any language.
    pub reason: Reason,
    pub by: Option<String>,
    pub at_ms: UnixMillis,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema, IntoParams)]
#[serde(default)]
#[ts(optional_fields)]
#[into_params(parameter_in = Query)]
pub struct AssignmentQuery {
    pub lead_id: Option<LeadId>,
    pub user_id: Option<UserId>,
    pub cursor: Option<String>,
    pub limit: Option<u32>,
}

/// Who got how much, and whose leads nobody calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct AssignmentFigures {
    pub agents: Vec<AgentFigures>,
    pub rules: Vec<RuleFigures>,
    /// People who take no calls any more and still own leads.
    pub left_behind: Vec<LeftBehind>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct AgentFigures {
    pub user_id: UserId,
    pub name: String,
    /// Leads of theirs that are to be called.
    pub open: u32,
    pub today: u32,
    pub week: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct RuleFigures {
    #[schema(value_type = String, format = "uuid")]
    #[ts(type = "string")]
    pub rule_id: uuid::Uuid,
    pub name: String,
    pub today: u32,
    pub week: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct LeftBehind {
    pub user_id: UserId,
    pub name: String,
    /// Counted up to 100,000.
    pub leads: u32,
}

/// Takes all leads of somebody and gives them on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ReassignLeads {
    pub from: UserId,
    /// To whom; the rules decide when absent.
    #[serde(default)]
    #[ts(optional)]
    pub to: Option<UserId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Reassigned {
    pub leads: u32,
    /// Leads that nobody took; they stay with their campaign.
    pub unassigned: u32,
}
