//! Tasks and callbacks that go to somebody else, one or many: all of them or none.

use std::collections::BTreeSet;

use domain::{ids::UserId, role::Role, time::UnixMillis};
use wire::tasks::{FollowUpsReassigned, ReassignFollowUps};

use super::may_change;
use crate::{Actor, Backend, clock, error::BackendError};

const MOST: usize = 500;

impl Backend {
    pub async fn reassign_follow_ups(
        &self,
        actor: &Actor,
        body: ReassignFollowUps,
    ) -> Result<FollowUpsReassigned, BackendError> {
        let count = body.tasks.len() + body.callbacks.len();
        if count == 0 || count > MOST {
            return Err(BackendError::field("tasks", "expected 1 to 500 tasks and callbacks"));
        }
        // Known before anything is said of who works here.
        may_change(actor, Some(actor.user))?;
        let to = self.user_of(actor, body.to).await?;
        if !to.active {
            return Err(BackendError::field("to", "does not work here any more"));
        }
        let visits = to.role == Role::FieldAgent && body.callbacks.is_empty();
        if !to.role.takes_calls() && !visits {
            return Err(BackendError::field("to", "takes no calls"));
        }
        let now = clock::now();
        let mut told: BTreeSet<Option<UserId>> = BTreeSet::from([Some(to.id)]);
        let mut unit = self.store().begin().await?;
        for id in &body.tasks {
            let row = storage::tasks::get(&mut unit, actor.scope, *id).await?;
            let mut row = row.ok_or(BackendError::NotFound("task"))?;
            may_change(actor, row.owner_id)?;
            told.insert(row.owner_id);
            (row.owner_id, row.remind_at) = (Some(to.id), again(row.remind_at, row.due_at, now));
            storage::tasks::update(&mut unit, actor.scope, &row, now).await?;
        }
        for id in &body.callbacks {
            let row = storage::callbacks::get(&mut unit, actor.scope, *id).await?;
            let mut row = row.ok_or(BackendError::NotFound("callback"))?;
            may_change(actor, row.agent_id)?;
            told.insert(row.agent_id);
            (row.agent_id, row.remind_at) = (Some(to.id), again(row.remind_at, Some(row.due_at), now));
            storage::callbacks::update(&mut unit, actor.scope, &row, now).await?;
        }
        unit.commit().await?;
        for owner in told {
            self.tell_owner(actor.tenant, owner);
        }
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Ok(FollowUpsReassigned { tasks: number(body.tasks.len()), callbacks: number(body.callbacks.len()) })
    }
}

/// Who gets something that is due already hears of it now.
fn again(remind_at: Option<UnixMillis>, due_at: Option<UnixMillis>, now: UnixMillis) -> Option<UnixMillis> {
    remind_at.or(due_at.map(|due| due.max(now)))
}
