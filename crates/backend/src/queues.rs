//! Queues: who takes which calls.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::{
    call::QueuePlan,
    ids::{QueueId, UserId},
    routing::Strategy,
};
use storage::{TenantScope, queues::Queue as QueueRow};
use wire::{
    agents::QueueStatus,
    config::{Queue, QueueInput, RoutingStrategy},
    live::LiveEvent,
};

use crate::{
    Actor, Backend, clock,
    error::{BackendError, FieldChecks},
    live::Audience,
};

const fn strategy_text(strategy: RoutingStrategy) -> &'static str {
    match strategy {
        RoutingStrategy::RoundRobin => Strategy::RoundRobin.as_str(),
        RoutingStrategy::LeastBusy => Strategy::LeastBusy.as_str(),
        RoutingStrategy::Skill => Strategy::Skill.as_str(),
    }
}

pub(crate) fn strategy(text: &str) -> Strategy {
    match text {
        "least_busy" => Strategy::LeastBusy,
        "skill" => Strategy::Skill,
        _ => Strategy::RoundRobin,
    }
}

fn shown(row: QueueRow) -> Queue {
    Queue {
        strategy: match strategy(&row.strategy) {
            Strategy::RoundRobin => RoutingStrategy::RoundRobin,
            Strategy::LeastBusy => RoutingStrategy::LeastBusy,
            Strategy::Skill => RoutingStrategy::Skill,
        },
        id: row.id,
        name: row.name,
        member_ids: row.member_ids,
        skills: row.skills,
        ring_s: row.ring_s,
        wrap_up_s: row.wrap_up_s,
        max_size: row.max_size,
        max_wait_s: row.max_wait_s,
        target_answer_s: row.target_answer_s,
        recording: row.recording,
        version: row.version,
    }
}

pub(crate) fn plan(row: &QueueRow) -> QueuePlan {
    QueuePlan {
        queue_id: row.id,
        ring_s: row.ring_s,
        wrap_up_s: row.wrap_up_s,
        max_wait_s: row.max_wait_s,
        recording: row.recording,
    }
}

fn check(input: &QueueInput) -> Result<(), BackendError> {
    let mut checks = FieldChecks::default();
    checks
        .text(&input.name, 80, "name")
        .range(input.ring_s, 5, 60, "ring_s")
        .range(input.wrap_up_s, 0, 600, "wrap_up_s")
        .range(input.max_size, 1, 10_000, "max_size")
        .range(input.max_wait_s, 10, 3600, "max_wait_s")
        .range(input.target_answer_s, 1, 600, "target_answer_s")
        .require(input.skills.len() <= 20, "skills", "expected at most 20")
        .require(input.member_ids.len() <= 1000, "member_ids", "expected at most 1000");
    checks.done()
}

fn row(input: QueueInput, id: QueueId, version: u32, created_at: domain::time::UnixMillis) -> QueueRow {
    QueueRow {
        id,
        name: input.name.trim().to_owned(),
        strategy: strategy_text(input.strategy).to_owned(),
        member_ids: input.member_ids,
        skills: input.skills,
        ring_s: input.ring_s,
        wrap_up_s: input.wrap_up_s,
        max_size: input.max_size,
        max_wait_s: input.max_wait_s,
        target_answer_s: input.target_answer_s,
        recording: input.recording,
        version,
        created_at,
    }
}

/// The queue that every tenant begins with, so that the first number has somebody to ring.
pub(crate) async fn first(
    on: impl Into<storage::On<'_>>,
    scope: TenantScope,
    member: UserId,
    now: domain::time::UnixMillis,
) -> Result<(), BackendError> {
    let row = QueueRow {
        id: QueueId::new(clock::new_uuid()),
        name: "Main".to_owned(),
        strategy: Strategy::RoundRobin.as_str().to_owned(),
        member_ids: vec![member],
        skills: Vec::new(),
        ring_s: 20,
        wrap_up_s: 30,
        max_size: 50,
        max_wait_s: 600,
        target_answer_s: 20,
        recording: true,
        version: 1,
        created_at: now,
    };
    Ok(storage::queues::insert(on, scope, &row).await?)
}

/// Reading what a wallboard shows of a queue takes longer than a call takes to pass through it.
const SENDS_APART: Duration = Duration::from_millis(200);

/// Queues whose state is being sent, and whether it has changed meanwhile.
#[derive(Default)]
pub(crate) struct Wallboard(Mutex<HashMap<QueueId, bool>>);

impl Wallboard {
    /// True when nobody sends this queue's state, and the caller has to.
    fn changed(&self, id: QueueId) -> bool {
        let mut sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_sent = sent.contains_key(&id);
        sent.insert(id, is_sent);
        !is_sent
    }

    /// True when it has to be sent once more; after false nobody sends it.
    fn has_changed_since(&self, id: QueueId) -> bool {
        let mut sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let again = sent.insert(id, false) == Some(true);
        if !again {
            sent.remove(&id);
        }
        again
    }
}

impl Backend {
    pub async fn list_queues(&self, actor: &Actor) -> Result<Vec<Queue>, BackendError> {
        Ok(storage::queues::list(self.store(), actor.scope).await?.into_iter().map(shown).collect())
    }

    pub async fn get_queue(&self, actor: &Actor, id: QueueId) -> Result<Queue, BackendError> {
        Ok(shown(self.queue_row(actor.scope, id).await?))
    }

    pub(crate) async fn queue_row(&self, scope: TenantScope, id: QueueId) -> Result<QueueRow, BackendError> {
        storage::queues::get(self.store(), scope, id).await?.ok_or(BackendError::NotFound("queue"))
    }

    pub(crate) async fn queue_plan(&self, actor: &Actor, id: QueueId) -> Result<QueuePlan, BackendError> {
        Ok(plan(&self.queue_row(actor.scope, id).await?))
    }

    pub async fn create_queue(&self, actor: &Actor, body: QueueInput) -> Result<Queue, BackendError> {
        actor.must_configure()?;
        check(&body)?;
        let row = row(body, QueueId::new(clock::new_uuid()), 1, clock::now());
        storage::queues::insert(self.store(), actor.scope, &row).await?;
        self.settings_changed(actor, "queue.create", &row.id.to_string()).await;
        Ok(shown(row))
    }

    /// While there is one queue, everybody who takes calls is in it; with several, an admin says who is in which.
    pub(crate) async fn join_only_queue(&self, scope: TenantScope, user: UserId) -> Result<(), BackendError> {
        let queues = storage::queues::list(self.store(), scope).await?;
        if let [only] = queues.as_slice() {
            storage::queues::add_member(self.store(), scope, only.id, user).await?;
        }
        Ok(())
    }

    pub async fn update_queue(&self, actor: &Actor, id: QueueId, body: QueueInput) -> Result<Queue, BackendError> {
        actor.must_configure()?;
        check(&body)?;
        let old = self.queue_row(actor.scope, id).await?;
        let mut row = row(body, id, old.version, old.created_at);
        row.version = storage::queues::update(self.store(), actor.scope, &row).await?;
        self.settings_changed(actor, "queue.update", &id.to_string()).await;
        Ok(shown(row))
    }

    pub async fn delete_queue(&self, actor: &Actor, id: QueueId) -> Result<(), BackendError> {
        actor.must_configure()?;
        if !storage::queues::remove(self.store(), actor.scope, id, clock::now()).await? {
            return Err(BackendError::NotFound("queue"));
        }
        self.settings_changed(actor, "queue.delete", &id.to_string()).await;
        Ok(())
    }

    /// Notes the change and tells the screens to read their settings again.
    pub(crate) async fn settings_changed(&self, actor: &Actor, action: &str, subject: &str) {
        self.audit(actor, action, subject, serde_json::json!({})).await;
        self.feed().publish(actor.tenant, Audience::Everyone, LiveEvent::Settings {});
    }

    /// What a queue looks like now, for wallboards.
    pub(crate) async fn queue_status(&self, scope: TenantScope, row: &QueueRow) -> Result<QueueStatus, BackendError> {
        let half_an_hour_ago = domain::time::UnixMillis(clock::now().0 - 30 * 60 * 1000);
        let target_ms = u64::from(row.target_answer_s) * 1000;
        let figures = storage::calls::queue_figures(self.store(), scope, row.id, half_an_hour_ago, target_ms).await?;
        let agents = storage::agents::list(self.store(), scope).await?;
        let members = agents.iter().filter(|agent| row.member_ids.contains(&agent.user_id));
        let (mut available, mut signed_in) = (0, 0);
        for agent in members {
            available += u32::from(agent.state == storage::agents::AgentState::Available);
            signed_in += u32::from(agent.state != storage::agents::AgentState::Offline);
        }
        let waiting = self.waiting_in(scope.tenant(), row.id);
        #[expect(clippy::cast_precision_loss, reason = "counts of half an hour")]
        let share = |part: u32, of: u32| part as f32 / of as f32;
        Ok(QueueStatus {
            queue_id: row.id,
            name: row.name.clone(),
            waiting: u32::try_from(waiting.len()).unwrap_or(u32::MAX),
            longest_since_ms: waiting.into_iter().min(),
            available,
            signed_in,
            service_level: (figures.answered > 0).then(|| share(figures.answered_in_target, figures.answered)),
            target_answer_s: row.target_answer_s,
            abandoned_30m: figures.abandoned,
        })
    }

    /// Sends the state of one queue to the wallboards: at once, and after that only every now and then.
    pub(crate) fn publish_queue(&self, scope: TenantScope, id: QueueId) {
        if !self.wallboard().changed(id) {
            return;
        }
        let backend = self.clone();
        tokio::spawn(async move {
            loop {
                backend.send_queue(scope, id).await;
                tokio::time::sleep(SENDS_APART).await;
                if !backend.wallboard().has_changed_since(id) {
                    break;
                }
            }
        });
    }

    async fn send_queue(&self, scope: TenantScope, id: QueueId) {
        let status = match self.queue_row(scope, id).await {
            Ok(row) => self.queue_status(scope, &row).await,
            Err(error) => Err(error),
        };
        match status {
            Ok(queue) => self.feed().publish(scope.tenant(), Audience::Everyone, LiveEvent::Queue { queue }),
            Err(error) => tracing::warn!(queue = %id, %error, "the state of a queue could not be read"),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn of_many_changes_while_a_state_is_sent_one_more_is_sent() {
        let (board, id) = (Wallboard::default(), QueueId::new(Uuid::from_u128(1)));
        assert!(board.changed(id), "the first is sent at once");
        assert!(!board.changed(id) && !board.changed(id), "by whoever sends the first");
        assert!(board.changed(QueueId::new(Uuid::from_u128(2))), "another queue has its own");
        assert!(board.has_changed_since(id));
        assert!(!board.has_changed_since(id), "nothing came since");
        assert!(board.changed(id), "nobody sends it any more");
    }
}
