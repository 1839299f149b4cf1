//! Trying rules out on real leads. Nothing is written.

use std::collections::BTreeMap;

use domain::{
    assignment::{Decision, Reason, decide, warnings},
    ids::UserId,
};
use wire::assignment::{AskDryRun, AssignmentDryRun, DryRunAgent, DryRunLead, DryRunLeads, DryRunRule};

use super::{check, view};
use crate::{
    Actor, Backend, clock,
    error::{BackendError, FieldChecks},
};

const MOST_LEADS: u32 = 20_000;
const SAMPLE: usize = 50;

impl Backend {
    pub async fn try_assignment(&self, actor: &Actor, body: AskDryRun) -> Result<AssignmentDryRun, BackendError> {
        actor.must_supervise()?;
        let mut checks = FieldChecks::default();
        checks.range(body.most, 1, MOST_LEADS, "most");
        checks.done()?;
        check(&body.set, &self.people(actor.scope).await?)?;
        let (set, now) = (body.set, clock::now());
        let version = storage::assignment::current(self.store(), actor.scope).await?.map_or(0, |rules| rules.version);
        let mut ground = self.assignment_ground(actor.scope, now).await?;
        let only_without = body.leads == DryRunLeads::Unassigned;
        let leads = storage::assignment::newest(self.store(), actor.scope, only_without, body.most).await?;
        let names: BTreeMap<UserId, String> =
            ground.agents.iter().map(|(id, agent)| (*id, agent.name.clone())).collect();
        let name = |id: Option<UserId>| id.and_then(|id| names.get(&id).cloned());
        let mut run = AssignmentDryRun {
            looked_at: u32::try_from(leads.len()).unwrap_or(u32::MAX),
            changes: 0,
            unassigned: 0,
            by_fallback: 0,
            agents: Vec::new(),
            rules: set
                .rules
                .iter()
                .map(|rule| DryRunRule { rule_id: rule.id, name: rule.name.clone(), gives: 0, passes: 0 })
                .collect(),
            sample: Vec::new(),
            warnings: warnings(&set, &ground.agents),
        };
        let (mut had_now, mut had_then): (BTreeMap<UserId, u32>, BTreeMap<UserId, u32>) = Default::default();
        for lead in &leads {
            let seen = view(lead);
            let decision = decide(&set, lead.id, &seen, lead.owner_id, &[], &mut ground, now);
            let passed = match &decision {
                Decision::Given { rule, passed, .. } => {
                    run.rules[*rule].gives += 1;
                    passed.as_slice()
                }
                Decision::Fallback { to, passed } => {
                    if to.is_some() {
                        run.by_fallback += 1
                    } else {
                        run.unassigned += 1
                    }
                    passed.as_slice()
                }
                Decision::Keeps { .. } => &[],
            };
            passed.iter().for_each(|(rule, _)| run.rules[*rule].passes += 1);
            // A lead that nobody gets keeps its owner.
            let to = decision.to().or(lead.owner_id);
            lead.owner_id.into_iter().for_each(|id| *had_now.entry(id).or_default() += 1);
            to.into_iter().for_each(|id| *had_then.entry(id).or_default() += 1);
            if to == lead.owner_id {
                continue;
            }
            run.changes += 1;
            if run.sample.len() < SAMPLE {
                let agent = name(to);
                let reason = Reason::of(&set, version + 1, &seen, &decision, agent.as_deref());
                run.sample.push(DryRunLead {
                    lead_id: lead.id,
                    name: lead.name.reveal().clone(),
                    from: name(lead.owner_id),
                    sentence: reason.sentence(),
                    reason,
                    to: agent,
                });
            }
        }
        let figure = |of: &BTreeMap<UserId, u32>, id: UserId| of.get(&id).copied().unwrap_or(0);
        run.agents = names
            .iter()
            .map(|(id, name)| DryRunAgent {
                user_id: *id,
                name: name.clone(),
                now: figure(&had_now, *id),
                then: figure(&had_then, *id),
            })
            .filter(|agent| agent.now > 0 || agent.then > 0)
            .collect();
        Ok(run)
    }
}
