//! Tells people what has come due: each once, whatever server looks.

use std::time::Duration;

use domain::{
    follow_up::is_stale,
    ids::{CallbackId, TaskId, TenantId, UserId},
    pii::Personal,
    time::UnixMillis,
};
use storage::TenantScope;
use wire::{
    live::LiveEvent,
    tasks::{FollowUpKind, Reminder},
};

use crate::{Backend, clock, error::BackendError, live::Audience};

const EVERY: Duration = Duration::from_secs(2);
/// Looked at at once; more wait two seconds.
const AT_ONCE: u32 = 200;

/// Until the server ends.
pub(crate) async fn run(backend: Backend) {
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        tokio::select! {
            _ = tick.tick() => {
                let told = backend.remind(clock::now()).await;
                if let (Err(error), false) = (&told, failing) {
                    tracing::warn!(%error, "nobody is reminded of what is due until the database is there again");
                }
                failing = told.is_err();
            }
            () = backend.stopping().cancelled() => break,
        }
    }
}

impl Backend {
    async fn remind(&self, now: UnixMillis) -> Result<(), BackendError> {
        for (tenant, id, at) in storage::tasks::take_due(self.store(), now, AT_ONCE).await? {
            if !is_stale(at, now) {
                self.remind_of_task(tenant, id).await?;
            }
        }
        for (tenant, id, at) in storage::callbacks::take_due(self.store(), now, AT_ONCE).await? {
            if !is_stale(at, now) {
                self.remind_of_callback(tenant, id).await?;
            }
        }
        Ok(())
    }

    async fn remind_of_task(&self, tenant: TenantId, id: TaskId) -> Result<(), BackendError> {
        let Some(row) = storage::tasks::get(self.store(), TenantScope::system(tenant), id).await? else {
            return Ok(());
        };
        let reminder = Reminder {
            kind: FollowUpKind::Task,
            id: id.to_string(),
            lead_id: row.lead_id,
            lead_name: row.lead_name.map(Personal::into_inner),
            text: Some(row.text.into_inner()),
            due_at_ms: row.due_at,
            zone: row.zone,
        };
        self.give_reminder(tenant, row.owner_id, reminder);
        Ok(())
    }

    async fn remind_of_callback(&self, tenant: TenantId, id: CallbackId) -> Result<(), BackendError> {
        let Some(row) = storage::callbacks::get(self.store(), TenantScope::system(tenant), id).await? else {
            return Ok(());
        };
        let reminder = Reminder {
            kind: FollowUpKind::Callback,
            id: id.to_string(),
            lead_id: Some(row.lead_id),
            lead_name: Some(row.lead_name.into_inner()),
            text: None,
            due_at_ms: Some(row.due_at),
            zone: Some(row.zone),
        };
        self.give_reminder(tenant, row.agent_id, reminder);
        Ok(())
    }

    fn give_reminder(&self, tenant: TenantId, owner: Option<UserId>, reminder: Reminder) {
        let audience = owner.map_or(Audience::Supervisors, Audience::User);
        self.feed().publish(tenant, audience, LiveEvent::Reminder { reminder });
        self.tell_owner(tenant, owner);
    }
}
