//! Who got how much, and the assignments of a lead.

use std::collections::BTreeMap;

use domain::{ids::UserId, time::UnixMillis};
use storage::assignment::{AssignmentFilter, Cause};
use uuid::Uuid;
use wire::{
    assignment::{
        AgentFigures, Assignment, AssignmentCause, AssignmentFigures, AssignmentQuery, LeftBehind, RuleFigures,
    },
    page::Page,
};

use super::day_start;
use crate::{Actor, Backend, clock, error::BackendError, paging};

const WEEK_MS: i64 = 7 * 24 * 3600 * 1000;
const MOST_LEFT: u32 = 100_000;

const fn cause(cause: Cause) -> AssignmentCause {
    match cause {
        Cause::Rule => AssignmentCause::Rule,
        Cause::Fallback => AssignmentCause::Fallback,
        Cause::Idle => AssignmentCause::Idle,
        Cause::Left => AssignmentCause::Left,
        Cause::Person => AssignmentCause::Person,
    }
}

impl Backend {
    pub async fn list_assignments(
        &self,
        actor: &Actor,
        query: AssignmentQuery,
    ) -> Result<Page<Assignment>, BackendError> {
        match query.lead_id {
            // On the lead's page everybody who sees the lead reads why it is whose.
            Some(lead) => drop(self.lead_row(actor, lead).await?),
            None => actor.must_supervise()?,
        }
        let request = paging::request(query.cursor.as_deref(), query.limit)?;
        let filter = AssignmentFilter { lead_id: query.lead_id, to_id: query.user_id };
        let page = storage::assignment::list(self.store(), actor.scope, filter, request).await?;
        let people = self.people(actor.scope).await?;
        let name = |id: Option<UserId>| id.and_then(|id| people.get(&id)).map(|agent| agent.name.clone());
        Ok(paging::page(page, |row| Assignment {
            id: row.id,
            lead_id: row.lead_id,
            from: name(row.from_id),
            to: name(row.to_id),
            cause: cause(row.cause),
            version: row.version,
            sentence: row.reason.reveal().sentence(),
            reason: row.reason.into_inner(),
            by: name(row.by_id),
            at_ms: row.at,
        }))
    }

    pub async fn assignment_figures(&self, actor: &Actor) -> Result<AssignmentFigures, BackendError> {
        actor.must_supervise()?;
        let now = clock::now();
        let ground = self.assignment_ground(actor.scope, now).await?;
        let since = |at: UnixMillis| storage::assignment::given_since(self.store(), actor.scope, at);
        let today = since(day_start(&ground.zone, now)).await?;
        let week = since(UnixMillis(now.0 - WEEK_MS)).await?;
        let by_agent = |all: &[(UserId, Option<Uuid>, u32)]| {
            let mut counts: BTreeMap<UserId, u32> = BTreeMap::new();
            all.iter().for_each(|(agent, _, n)| *counts.entry(*agent).or_default() += n);
            counts
        };
        let by_rule = |all: &[(UserId, Option<Uuid>, u32)]| {
            let mut counts: BTreeMap<Uuid, u32> = BTreeMap::new();
            all.iter().for_each(|(_, rule, n)| rule.iter().for_each(|id| *counts.entry(*id).or_default() += n));
            counts
        };
        let ((agents_today, agents_week), (rules_today, rules_week)) =
            ((by_agent(&today), by_agent(&week)), (by_rule(&today), by_rule(&week)));
        let rules = self.rules_in_force(actor.scope).await?.map(|(set, _)| set.rules).unwrap_or_default();
        let left = storage::assignment::left_behind(self.store(), actor.scope, MOST_LEFT).await?;
        Ok(AssignmentFigures {
            agents: ground
                .agents
                .into_iter()
                .filter(|(_, agent)| agent.active)
                .map(|(user_id, agent)| AgentFigures {
                    user_id,
                    name: agent.name,
                    open: agent.open,
                    today: agents_today.get(&user_id).copied().unwrap_or(0),
                    week: agents_week.get(&user_id).copied().unwrap_or(0),
                })
                .collect(),
            rules: rules
                .into_iter()
                .map(|rule| RuleFigures {
                    rule_id: rule.id,
                    name: rule.name,
                    today: rules_today.get(&rule.id).copied().unwrap_or(0),
                    week: rules_week.get(&rule.id).copied().unwrap_or(0),
                })
                .collect(),
            left_behind: left.into_iter().map(|(user_id, name, leads)| LeftBehind { user_id, name, leads }).collect(),
        })
    }
}
