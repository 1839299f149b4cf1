//! Presence of agents: the rules are in `domain::agent_state`, the row is written under its version.

use domain::{
    agent_state::{self as rules, PresenceEvent},
    call::{AgentNext, SoundPlace},
    ids::{CallId, DecisionId, QueueId, TenantId, UserId},
    routing::{AgentFacts, Decision, RoutingRequest, Rule, Strategy},
    time::UnixMillis,
};
use jiff::{Timestamp, tz::TimeZone};
use storage::{
    TenantScope,
    agents::{Agent as AgentRow, AgentState as StateRow},
};
use wire::{
    agents::{AgentState, AgentStatus, AskedAgentState},
    live::LiveEvent,
};

use crate::{Actor, Backend, clock, error::BackendError, live::Audience, outage::until_written};

mod row;

pub(crate) const NO_TELEPHONE: &str = "there is no telephone in your profile; ask an admin to enter it";

/// Writers that lose the race for a row read it again.
const MOST_TRIES: usize = 8;

/// What a call does to one of its agents, under the claim of `fence`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AgentStep {
    pub agent: UserId,
    pub fence: u32,
    pub next: AgentNext,
}

impl Backend {
    /// Feeds one event to an agent's presence, and shows the result. `None` when there is no such agent.
    async fn presence_event(
        &self,
        scope: TenantScope,
        user: UserId,
        event: &PresenceEvent,
    ) -> Result<Option<AgentRow>, BackendError> {
        for _ in 0..MOST_TRIES {
            let Some(row) = storage::agents::get(self.store(), scope, user).await? else { return Ok(None) };
            let before = row::presence(&row);
            let after = rules::step(&before, event, clock::now());
            if after == before {
                return Ok(Some(row));
            }
            if storage::agents::update(self.store(), scope, user, row.version, &row::update(&after)).await? {
                self.agent_shown(scope.tenant(), user).await;
                if matches!(after.state, rules::AgentState::Available) {
                    self.calls().agent_freed(scope.tenant());
                }
                return Ok(storage::agents::get(self.store(), scope, user).await?);
            }
        }
        Err(BackendError::Conflict("the agent's state keeps changing; try again"))
    }

    pub async fn set_own_state(&self, actor: &Actor, body: AskedAgentState) -> Result<AgentStatus, BackendError> {
        actor.must_take_calls()?;
        self.ask_for_state(actor, actor.user, body).await
    }

    pub async fn force_agent_state(
        &self,
        actor: &Actor,
        id: UserId,
        body: AskedAgentState,
    ) -> Result<AgentStatus, BackendError> {
        actor.must_supervise()?;
        let status = self.ask_for_state(actor, id, body).await?;
        self.audit(actor, "agent.state", &id.to_string(), serde_json::json!({})).await;
        Ok(status)
    }

    async fn ask_for_state(
        &self,
        actor: &Actor,
        id: UserId,
        body: AskedAgentState,
    ) -> Result<AgentStatus, BackendError> {
        let reachable = self.presence().is_reachable(actor.tenant, id, clock::now());
        let event = match body {
            AskedAgentState::Available => PresenceEvent::AskedAvailable { reachable },
            AskedAgentState::AvailableByTelephone => {
                if self.phone_of(actor.scope, id).await?.is_none() {
                    return Err(BackendError::NotConfigured(NO_TELEPHONE));
                }
                PresenceEvent::AskedAvailableByTelephone
            }
            AskedAgentState::Break { reason } => {
                if reason.chars().count() > 80 {
                    return Err(BackendError::field("reason", "expected at most 80 characters"));
                }
                PresenceEvent::AskedBreak { reason }
            }
            AskedAgentState::Offline => PresenceEvent::AskedOffline,
        };
        let row = self.presence_event(actor.scope, id, &event).await?.ok_or(BackendError::NotFound("agent"))?;
        self.end_wrap_up_by_state(actor, &row, &event);
        self.status_of(actor.scope, row).await
    }

    /// "Available" in the wrap-up ends it.
    fn end_wrap_up_by_state(&self, actor: &Actor, row: &AgentRow, event: &PresenceEvent) {
        use domain::call::{AfterWrapUp, CallEvent};
        let then = match event {
            PresenceEvent::AskedAvailable { .. } | PresenceEvent::AskedAvailableByTelephone => AfterWrapUp::Available,
            PresenceEvent::AskedBreak { .. } => AfterWrapUp::Break,
            _ => return,
        };
        if let (StateRow::WrapUp, Some(call)) = (row.state, row.call_id)
            && self.calls().tenant_of(call) == Some(actor.tenant)
        {
            self.calls().event(call, CallEvent::WrapUpEnded { agent: row.user_id, then });
        }
    }

    pub async fn list_agents(&self, actor: &Actor) -> Result<Vec<AgentStatus>, BackendError> {
        self.agents_shown(actor.scope).await
    }

    pub(crate) async fn agents_shown(&self, scope: TenantScope) -> Result<Vec<AgentStatus>, BackendError> {
        let rows = storage::agents::list(self.store(), scope).await?;
        let queues = storage::queues::list(self.store(), scope).await?;
        let today = self.today(scope).await?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let of = queues.iter().filter(|queue| queue.member_ids.contains(&row.user_id));
                let queue_ids = of.map(|queue| queue.id).collect();
                self.status(scope.tenant(), row, queue_ids, &today)
            })
            .collect())
    }

    pub(crate) async fn own_status(&self, actor: &Actor) -> Result<AgentStatus, BackendError> {
        match storage::agents::get(self.store(), actor.scope, actor.user).await? {
            Some(row) => self.status_of(actor.scope, row).await,
            // Roles that take no calls have no row.
            None => Ok(AgentStatus {
                user_id: actor.user,
                name: actor.name.clone(),
                state: AgentState::Offline,
                since_ms: clock::now(),
                queue_ids: Vec::new(),
                calls_today: 0,
                last_call_at_ms: None,
                break_after_call: false,
                has_device: false,
                by_telephone: false,
            }),
        }
    }

    async fn status_of(&self, scope: TenantScope, row: AgentRow) -> Result<AgentStatus, BackendError> {
        let queues = storage::queues::list(self.store(), scope).await?;
        let of = queues.iter().filter(|queue| queue.member_ids.contains(&row.user_id));
        let queue_ids: Vec<QueueId> = of.map(|queue| queue.id).collect();
        let today = self.today(scope).await?;
        Ok(self.status(scope.tenant(), row, queue_ids, &today))
    }

    fn status(&self, tenant: TenantId, row: AgentRow, queue_ids: Vec<QueueId>, today: &str) -> AgentStatus {
        let presence = row::presence(&row);
        AgentStatus {
            user_id: row.user_id,
            state: row::shown(&presence),
            since_ms: row.since,
            queue_ids,
            calls_today: if row.calls_day == today { row.calls_today } else { 0 },
            last_call_at_ms: row.last_call_at,
            break_after_call: presence.break_after_call(),
            has_device: self.devices().can_take_calls(tenant, row.user_id),
            by_telephone: presence.by_telephone,
            name: row.name,
        }
    }

    /// `YYYY-MM-DD` where the tenant is.
    async fn today(&self, scope: TenantScope) -> Result<String, BackendError> {
        let tenant = storage::tenants::get(self.store(), scope).await?;
        let zone = tenant.and_then(|tenant| TimeZone::get(&tenant.zone).ok()).unwrap_or(TimeZone::UTC);
        let now = Timestamp::from_millisecond(clock::now().0).unwrap_or(Timestamp::UNIX_EPOCH);
        Ok(now.to_zoned(zone).date().to_string())
    }

    /// Sends an agent's state to all screens.
    pub(crate) async fn agent_shown(&self, tenant: TenantId, user: UserId) {
        let scope = TenantScope::system(tenant);
        let status = match storage::agents::get(self.store(), scope, user).await {
            Ok(Some(row)) => self.status_of(scope, row).await,
            Ok(None) => return,
            Err(error) => Err(error.into()),
        };
        match status {
            Ok(agent) => {
                let queues = agent.queue_ids.clone();
                self.feed().publish(tenant, Audience::Everyone, LiveEvent::Agent { agent });
                for queue in queues {
                    self.publish_queue(scope, queue);
                }
            }
            Err(error) => tracing::warn!(%user, %error, "an agent's state could not be shown"),
        }
    }

    pub(crate) async fn reachability_changed(&self, scope: TenantScope, user: UserId, reachable: bool) {
        let event = if reachable { PresenceEvent::ProbeAnswered } else { PresenceEvent::ProbeMissed };
        if let Err(error) = self.presence_event(scope, user, &event).await {
            tracing::warn!(%user, %error, "reachability could not be noted");
        }
    }

    /// Agents who are shown as available and whose phones are silent.
    pub(crate) async fn look_for_silent_phones(&self) {
        let Ok(tenants) = storage::tenants::all(self.store()).await else { return };
        for tenant in tenants {
            let scope = TenantScope::system(tenant.id);
            let Ok(rows) = storage::agents::list(self.store(), scope).await else { continue };
            let by_app = |row: &AgentRow| row.state == StateRow::Available && !row::presence(row).by_telephone;
            for row in rows.into_iter().filter(by_app) {
                if !self.presence().is_reachable(tenant.id, row.user_id, clock::now()) {
                    self.reachability_changed(scope, row.user_id, false).await;
                }
            }
        }
    }

    pub(crate) async fn agent_signed_out(&self, actor: &Actor) {
        if let Err(error) = self.presence_event(actor.scope, actor.user, &PresenceEvent::AskedOffline).await {
            tracing::warn!(%error, "a sign-out could not be noted in the agent's state");
        }
    }

    /// Somebody whose role or account does not let them answer any more: nothing rings at them.
    pub(crate) async fn takes_no_calls(&self, scope: TenantScope, user: UserId) -> Result<(), BackendError> {
        self.presence_event(scope, user, &PresenceEvent::AskedOffline).await.map(drop)
    }

    /// After a restart nobody has been probed yet.
    pub(crate) async fn recover_agents(&self) -> Result<(), BackendError> {
        for tenant in storage::tenants::all(self.store()).await? {
            let scope = TenantScope::system(tenant.id);
            for row in storage::agents::list(self.store(), scope).await? {
                if row.state == StateRow::Available {
                    self.presence_event(scope, row.user_id, &PresenceEvent::ProbeMissed).await?;
                }
            }
        }
        Ok(())
    }

    /// One conditional write; the fence of the winner.
    pub(crate) async fn claim_agent(
        &self,
        scope: TenantScope,
        agent: UserId,
        call: CallId,
        now: UnixMillis,
    ) -> Result<Option<u32>, BackendError> {
        let fence = storage::agents::claim(self.store(), scope, agent, call, now).await?;
        if let Some(fence) = fence {
            // The agent is claimed: whoever asked has to know the fence. What this adds is read from the row as well.
            let claimed = PresenceEvent::Claimed { call, fence };
            if let Err(error) = self.presence_event(scope, agent, &claimed).await {
                tracing::warn!(%agent, %call, %error, "a claim could not be noted in the agent's state");
            }
            self.agent_shown(scope.tenant(), agent).await;
        }
        Ok(fence)
    }

    pub(crate) async fn release_claim(&self, scope: TenantScope, agent: UserId, call: CallId, fence: u32) {
        let next = AgentNext::Free { missed: false, pause: false };
        if let Err(error) = self.try_agent_of_call(scope, call, AgentStep { agent, fence, next }).await {
            tracing::warn!(%agent, %call, %error, "a claim is given back later");
            // Whoever asks may be a request that ends before the database is back.
            let backend = self.clone();
            let giving_back = async move { backend.agent_of_call(scope, agent, call, fence, next).await };
            self.finishing().spawn(giving_back);
        }
    }

    /// What a call does to its agent; an older claim than the present one changes nothing, and doing it twice does no harm.
    ///
    /// # Errors
    /// `Unavailable`: it has to be done again later.
    pub(crate) async fn try_agent_of_call(
        &self,
        scope: TenantScope,
        call: CallId,
        step: AgentStep,
    ) -> Result<(), BackendError> {
        let AgentStep { agent, fence, next } = step;
        if next == AgentNext::OnCall {
            let today = self.today(scope).await?;
            storage::agents::count_call(self.store(), scope, agent, &today, clock::now()).await?;
        }
        self.presence_event(scope, agent, &PresenceEvent::ByCall { call, fence, next }).await.map(drop)
    }

    /// As [`Self::try_agent_of_call`]; returns when it is written.
    pub(crate) async fn agent_of_call(
        &self,
        scope: TenantScope,
        agent: UserId,
        call: CallId,
        fence: u32,
        next: AgentNext,
    ) {
        let step = AgentStep { agent, fence, next };
        let written = until_written!(self, "the agent of a call", self.try_agent_of_call(scope, call, step).await);
        if let Err(error) = written {
            tracing::error!(%agent, %call, %error, "the agent of a call could not be updated");
        }
    }

    /// The queue's rule, its skills, and its members as they are now.
    pub(crate) async fn routing_facts(
        &self,
        scope: TenantScope,
        queue: Option<QueueId>,
        only: Option<UserId>,
        meet: SoundPlace,
    ) -> Result<(Rule, Vec<String>, Vec<AgentFacts>), BackendError> {
        let row = match queue {
            Some(id) => storage::queues::settings(self.store(), scope, id).await?,
            None => None,
        };
        let rule = row.as_ref().map_or(Rule { strategy: Strategy::RoundRobin, version: 0 }, |queue| Rule {
            strategy: crate::queues::strategy(&queue.strategy),
            version: queue.version,
        });
        let skills = row.map(|queue| queue.skills).unwrap_or_default();
        let today = self.today(scope).await?;
        let now = clock::now();
        let candidates = storage::agents::candidates(self.store(), scope, queue, only).await?;
        let facts = candidates.into_iter().filter(|one| one.role.takes_calls()).map(|one| {
            let row = one.agent;
            // In a conference agents speak by their own telephones, whatever device of theirs is there.
            let reachable = match meet {
                SoundPlace::Conference => one.has_phone,
                SoundPlace::Bridge | SoundPlace::Carrier => {
                    self.presence().is_reachable(scope.tenant(), row.user_id, now)
                        && self.devices().can_take_calls(scope.tenant(), row.user_id)
                }
            };
            AgentFacts {
                id: row.user_id,
                state: row::routing_name(row.state),
                idle_since: row.since,
                calls_today: if row.calls_day == today { row.calls_today } else { 0 },
                skills: one.skills,
                languages: one.languages,
                active_calls: u32::from(matches!(row.state, StateRow::OnCall | StateRow::Reserved)),
                max_calls: one.max_concurrent_calls,
                reachable,
                name: row.name,
            }
        });
        let facts = facts.collect();
        Ok((rule, skills, facts))
    }

    /// Keeps a decision with all that it was made of, so that it can be explained and made again.
    pub(crate) async fn keep_decision(
        &self,
        scope: TenantScope,
        request: &RoutingRequest,
        agents: &[AgentFacts],
        decision: &Decision,
        took_us: u64,
    ) -> Option<DecisionId> {
        let id = DecisionId::new(clock::new_uuid());
        let body = serde_json::json!({
            "id": id, "request": request, "agents": agents, "decision": decision, "took_us": took_us
        });
        let kept =
            storage::routing::add(self.store(), scope, request.call_id, decision.at, decision.chosen, &body).await;
        match kept {
            Ok(_) => Some(id),
            Err(error) => {
                tracing::warn!(call = %request.call_id, %error, "a routing decision could not be kept");
                None
            }
        }
    }
}

impl Backend {
    /// Whether the person with this e-mail could take a call now; for demos, whose customers wait for it.
    pub async fn is_agent_free(&self, email: &str) -> bool {
        let Ok(Some(found)) = storage::users::by_email(self.store(), email).await else { return false };
        let scope = TenantScope::system(found.tenant);
        let row = storage::agents::get(self.store(), scope, found.user.id).await.ok().flatten();
        let available = row.is_some_and(|row| row.state == StateRow::Available);
        available && self.live_calls(found.tenant).await.is_empty()
    }
}
