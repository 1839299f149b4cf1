//! Who gets a lead: ordered rules with conditions, strategies and caps. The same leads and the same ground give the same
//! distribution, and each decision says by which rule and why.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{ids::UserId, windows::CallingHours};

mod check;
mod condition;
mod decide;
mod reason;

pub use check::{Warning, warnings};
pub use condition::{Condition, LeadView, Operator};
pub use decide::{Agent, Decision, Ground, Kept, NotBy, decide};
pub use reason::{Met, Passed, Reason};

/// How a rule chooses among its agents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema), ts(rename = "AssignmentStrategy"), schema(as = AssignmentStrategy))]
pub enum Strategy {
    /// One after the other.
    RoundRobin,
    /// Whoever has fewest open leads.
    LeastLoaded,
    /// The agent named for the lead's source.
    SourceOwner,
    /// Who speaks the lead's language, the least loaded of them.
    Language,
    /// By lot; the same seed and lead give the same agent.
    Random,
}

/// Agents under a name, for rules to refer to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct AgentGroup {
    #[cfg_attr(feature = "schema", ts(type = "string"), schema(value_type = String, format = "uuid"))]
    pub id: Uuid,
    pub name: String,
    pub agent_ids: Vec<UserId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema), ts(rename = "AssignmentRule"), schema(as = AssignmentRule))]
pub struct Rule {
    /// Stays when the rule is changed or moved, so that its turn and its figures go on.
    #[cfg_attr(feature = "schema", ts(type = "string"), schema(value_type = String, format = "uuid"))]
    pub id: Uuid,
    pub name: String,
    pub on: bool,
    pub when: Condition,
    pub strategy: Strategy,
    pub agent_ids: Vec<UserId>,
    #[cfg_attr(feature = "schema", ts(type = "string[]"), schema(value_type = Vec<String>))]
    pub group_ids: Vec<Uuid>,
    /// For [`Strategy::SourceOwner`]: which agent is for which source.
    #[serde(default)]
    #[cfg_attr(feature = "schema", ts(type = "Record<string, UserId>"))]
    pub source_owners: BTreeMap<String, UserId>,
    /// For [`Strategy::Random`].
    #[serde(default)]
    pub seed: u64,
    /// Open leads that an agent may have, those of all rules counted.
    pub most_open: Option<u32>,
    /// Leads that an agent gets by rules in a day of the organisation.
    pub most_per_day: Option<u32>,
    /// Hours in which the rule gives, on the organisation's clock; always when absent.
    pub hours: Option<CallingHours>,
}

/// What becomes of a lead that no rule gives to anybody.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema), ts(rename = "AssignmentFallback"), schema(as = AssignmentFallback))]
pub enum Fallback {
    /// It stays with its campaign, for whoever takes it.
    #[default]
    Shared,
    /// One of these, one after the other, without caps.
    Agents { agent_ids: Vec<UserId> },
}

/// All rules of an organisation, asked from the first to the last.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema), ts(rename = "AssignmentRuleSet"), schema(as = AssignmentRuleSet))]
pub struct RuleSet {
    /// The rules give leads out by themselves.
    pub on: bool,
    pub rules: Vec<Rule>,
    pub groups: Vec<AgentGroup>,
    pub fallback: Fallback,
    /// A lead whose owner still works here stays with them.
    pub sticky: bool,
    /// A lead that its owner did not touch for so many days goes to somebody else.
    pub idle_days: Option<u32>,
}

impl Rule {
    /// Its agents and those of its groups, each once, in the order in which they are named.
    pub fn agents(&self, groups: &[AgentGroup]) -> Vec<UserId> {
        let grouped = self.group_ids.iter().filter_map(|id| groups.iter().find(|group| group.id == *id));
        let mut all: Vec<UserId> =
            self.agent_ids.iter().chain(grouped.flat_map(|group| &group.agent_ids)).copied().collect();
        let mut sorted = all.clone();
        sorted.sort_unstable();
        // This is asked for each lead of a million, and nearly always nobody is named twice.
        if sorted.windows(2).any(|two| two[0] == two[1]) {
            let mut seen = HashSet::new();
            all.retain(|agent| seen.insert(*agent));
        }
        all
    }
}

#[cfg(test)]
mod tests;
