//! Who goes on with somebody whom the agent cannot talk to.

use domain::{
    assignment::Reason,
    dispositions::{DispositionEffect as Effect, Speaker, speaker},
    ids::{AssignmentId, LeadId, UserId},
    pii::Personal,
};
use storage::{
    PageRequest,
    assignment::{Assignment, Cause},
    calls::Call as CallRow,
};

use crate::{Actor, Backend, clock, error::BackendError};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heir {
    pub id: UserId,
    pub name: String,
}

pub(super) fn passed_on(lead: LeadId, from: Option<UserId>, to: UserId, reason: Reason, by: UserId) -> Assignment {
    Assignment {
        id: AssignmentId::new(clock::new_uuid()),
        lead_id: lead,
        from_id: from,
        to_id: Some(to),
        cause: Cause::Person,
        rule_id: None,
        version: None,
        reason: Personal::new(reason),
        by_id: Some(by),
        at: clock::now(),
    }
}

impl Backend {
    /// Among the agents of the call's campaign, or of the organisation; `None` when no lead is passed on, or nobody speaks the
    /// language.
    pub(super) async fn heir(
        &self,
        actor: &Actor,
        row: &CallRow,
        effects: &[Effect],
    ) -> Result<Option<Heir>, BackendError> {
        let asked = effects.iter().find_map(|effect| match effect {
            Effect::Reassign { language, .. } => Some(language),
            _ => None,
        });
        let Some(language) = asked else { return Ok(None) };
        let members = match row.campaign_id {
            Some(id) => self.campaign_row(actor.scope, id).await?.agent_ids,
            None => Vec::new(),
        };
        let (mut people, mut page) = (Vec::new(), PageRequest::new(None, Some(200)));
        loop {
            let users = storage::users::list(self.store(), actor.scope, page).await?;
            people.extend(users.items.into_iter().filter(|user| {
                let member = members.is_empty() || members.contains(&user.id);
                user.active && user.role.takes_calls() && user.id != actor.user && member
            }));
            let Some(next) = users.next else { break };
            page = PageRequest::new(Some(next), Some(200));
        }
        let ids: Vec<UserId> = people.iter().map(|user| user.id).collect();
        let open = storage::assignment::open_of(self.store(), actor.scope, &ids).await?;
        let could = |user: &storage::users::User| Speaker {
            id: user.id,
            languages: user.languages.clone(),
            open: open.get(&user.id).copied().unwrap_or(0),
        };
        let speakers: Vec<Speaker> = people.iter().map(could).collect();
        let chosen = speaker(&speakers, language);
        Ok(people.into_iter().find(|user| Some(user.id) == chosen).map(|user| Heir { id: user.id, name: user.name }))
    }
}
