//! The leads of somebody who leaves: to a colleague, or by the rules to whoever they fit.

use domain::{
    assignment::{Reason, RuleSet},
    ids::{LeadId, UserId},
};
use storage::assignment::Cause;
use wire::assignment::{ReassignLeads, Reassigned};

use super::sweep::{CHUNK, Decided, Given, Had, decide_all, rows};
use crate::{Actor, Backend, clock, error::BackendError};

impl Backend {
    pub async fn reassign_leads(&self, actor: &Actor, body: ReassignLeads) -> Result<Reassigned, BackendError> {
        actor.must_supervise()?;
        let from = self.user_of(actor, body.from).await?;
        let to = match body.to {
            Some(to) if to == body.from => return Err(BackendError::field("to", "expected another agent")),
            Some(to) => {
                let user = self.user_of(actor, to).await?;
                if !user.active || !user.role.takes_calls() {
                    return Err(BackendError::field("to", "takes no calls"));
                }
                Some(user)
            }
            None => None,
        };
        let mut done = Reassigned { leads: 0, unassigned: 0 };
        let rules = self.rules_in_force(actor.scope).await?;
        // Who leaves keeps nothing, also where owners keep their leads.
        let (set, version) =
            rules.map_or((RuleSet::default(), 0), |(set, version)| (RuleSet { sticky: false, ..set }, version));
        let mut ground = self.assignment_ground(actor.scope, clock::now()).await?;
        if let Some(agent) = ground.agents.get_mut(&from.id) {
            agent.active = false;
        }
        loop {
            let leads = storage::assignment::owned_by(self.store(), actor.scope, from.id, CHUNK).await?;
            if leads.is_empty() {
                break;
            }
            let now = clock::now();
            let given = match &to {
                Some(user) => leads.iter().map(|lead| to_colleague(lead.id, from.id, user.id, &from.name)).collect(),
                None => {
                    let known = (&set, version);
                    let decided = decide_all(known, &leads, &Had::new(), Some(Cause::Left), &mut ground, now);
                    let Decided { mut given, later, nobody } = decided;
                    done.unassigned += u32::try_from(later.len() + nobody.len()).unwrap_or(u32::MAX);
                    given.extend(later.into_iter().chain(nobody).map(|lead| Given {
                        lead,
                        from: Some(from.id),
                        to: None,
                        cause: Cause::Left,
                        rule: None,
                        reason: Reason::OwnerLeft { left: from.name.clone() },
                    }));
                    given
                }
            };
            done.leads += u32::try_from(given.len()).unwrap_or(u32::MAX);
            let rows = rows(given, version, Some(actor.user), now);
            let mut unit = self.store().begin().await?;
            storage::assignment::give(&mut unit, actor.scope, &rows, now).await?;
            storage::assignment::put_turns(&mut unit, actor.scope, &ground.turns).await?;
            unit.commit().await?;
            self.leads_changed_for(actor.scope, rows.iter().flat_map(|row| [row.from_id, row.to_id]).flatten());
        }
        let data = serde_json::json!({ "to": body.to.map(|id| id.to_string()), "leads": done.leads });
        self.audit(actor, "assignment.reassign", &body.from.to_string(), data).await;
        Ok(done)
    }
}

impl Backend {
    /// A person gave a lead to somebody.
    pub(crate) async fn note_gift(
        &self,
        actor: &Actor,
        lead: LeadId,
        from: Option<UserId>,
        to: &storage::users::User,
    ) -> Result<(), BackendError> {
        let reason = Reason::Person { by: actor.name.clone(), to: Some(to.name.clone()) };
        let given = Given { lead, from, to: Some(to.id), cause: Cause::Person, rule: None, reason };
        let rows = rows(vec![given], 0, Some(actor.user), clock::now());
        storage::assignment::note(self.store(), actor.scope, &rows).await?;
        self.leads_changed_for(actor.scope, from.into_iter().chain([to.id]));
        Ok(())
    }
}

fn to_colleague(lead: LeadId, from: UserId, to: UserId, name: &str) -> Given {
    let reason = Reason::GivenOn { left: name.to_owned() };
    Given { lead, from: Some(from), to: Some(to), cause: Cause::Left, rule: None, reason }
}
