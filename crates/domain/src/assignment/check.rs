//! What a set of rules will not do as its author may think: said before it is switched on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Agent, Fallback, RuleSet, Strategy};
use crate::ids::UserId;

/// About the rule at a place of the set; nothing of it is forbidden.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema), ts(rename = "AssignmentWarning"), schema(as = AssignmentWarning))]
pub enum Warning {
    /// None of its agents works here and takes calls: it gives leads to nobody.
    Nobody { rule: u32 },
    /// Some of its agents do not work here any more.
    LeftAgents { rule: u32, count: u32 },
    /// An earlier rule without conditions and without caps takes every lead.
    NeverReached { rule: u32, because_of: u32 },
    /// It chooses by source, and names nobody for any.
    NoSources { rule: u32 },
    /// Nobody of the fallback works here.
    NoFallback,
    /// Leads that lie idle can only go back to the one who let them lie: there is nobody else.
    OnlyOneAgent,
}

pub fn warnings(set: &RuleSet, agents: &BTreeMap<UserId, Agent>) -> Vec<Warning> {
    let works = |id: &UserId| agents.get(id).is_some_and(|agent| agent.active);
    let mut found = Vec::new();
    let mut takes_all = None;
    let mut everybody: Vec<UserId> = Vec::new();
    for (place, rule) in (0u32..).zip(&set.rules).filter(|(_, rule)| rule.on) {
        if let Some(because_of) = takes_all {
            found.push(Warning::NeverReached { rule: place, because_of });
        }
        let mut all = rule.agents(&set.groups);
        if rule.strategy == Strategy::SourceOwner {
            all = rule.source_owners.values().copied().collect();
            if all.is_empty() {
                found.push(Warning::NoSources { rule: place });
                continue;
            }
        }
        let here = all.iter().filter(|id| works(id)).count();
        match (here, all.len() - here) {
            (0, _) => found.push(Warning::Nobody { rule: place }),
            (_, 0) => {}
            (_, gone) => {
                found.push(Warning::LeftAgents { rule: place, count: u32::try_from(gone).unwrap_or(u32::MAX) });
            }
        }
        everybody.extend(all.iter().filter(|id| works(id)));
        let unlimited = rule.most_open.is_none() && rule.most_per_day.is_none() && rule.hours.is_none();
        let by_turn = matches!(rule.strategy, Strategy::RoundRobin | Strategy::LeastLoaded | Strategy::Random);
        if takes_all.is_none() && here > 0 && unlimited && by_turn && rule.when.is_always() {
            takes_all = Some(place);
        }
    }
    if let Fallback::Agents { agent_ids } = &set.fallback {
        everybody.extend(agent_ids.iter().filter(|id| works(id)));
        if !agent_ids.iter().any(works) {
            found.push(Warning::NoFallback);
        }
    }
    everybody.sort_unstable();
    everybody.dedup();
    if set.idle_days.is_some() && everybody.len() == 1 {
        found.push(Warning::OnlyOneAgent);
    }
    found
}
