//! Finding an agent: gather, decide, claim in one conditional write, keep the decision.

use domain::{
    call::{CallEvent, RouteReason, RouteTarget, SoundPlace},
    ids::{CallId, QueueId, UserId},
    routing::{self, RoutingRequest, Rule, Strategy},
};

use super::actor::Actor;
use crate::clock;

/// Agents who were taken by another call between the decision and the claim are left out and it is decided again.
const MOST_TRIES: usize = 4;

impl Actor {
    /// Runs beside the actor; the answer comes back as `Routed`, `NobodyFree` or `QueueFull`.
    pub(super) fn look_for_agent(&self, target: RouteTarget, exclude: Vec<UserId>, reason: RouteReason) {
        let (backend, scope, call) = (self.backend.clone(), self.scope, self.id());
        let meet = self.call.facts.sound;
        let lead = self.names.card.as_ref().map(|card| card.lead.clone());
        let request = RoutingRequest {
            call_id: call,
            queue_id: match target {
                RouteTarget::Queue { queue_id } => Some(queue_id),
                RouteTarget::Agent { .. } => None,
            },
            rule: Rule { strategy: Strategy::RoundRobin, version: 0 },
            skills: Vec::new(),
            language: lead.as_ref().and_then(|lead| lead.language.clone()),
            owner: lead.as_ref().and_then(|lead| lead.owner_id),
            last_agent: self.names.last_agent,
            exclude,
            only: match target {
                RouteTarget::Queue { .. } => None,
                RouteTarget::Agent { user_id } => Some(user_id),
            },
        };
        tokio::spawn(async move {
            // Whoever has been in the queue stays in it, and a caller who comes back to it is let in.
            let entered = request.queue_id.filter(|_| reason == RouteReason::Arrived);
            let found = match entered {
                Some(queue) if is_full(&backend, scope, queue, call).await => Ok(Some(CallEvent::QueueFull)),
                _ => find(&backend, scope, request, meet).await,
            };
            let event = match found {
                Ok(Some(event)) => event,
                Ok(None) => CallEvent::NobodyFree,
                Err(error) => {
                    tracing::warn!(%call, %error, ?reason, "no agent could be looked for");
                    CallEvent::NobodyFree
                }
            };
            // A claim for a call that has ended meanwhile is given back by its `Routed` event, or here.
            if let CallEvent::Routed { agent, fence, .. } = &event {
                let (agent, fence) = (*agent, *fence);
                if !backend.calls().event(call, event) {
                    backend.release_claim(scope, agent, call, fence).await;
                }
            } else {
                backend.calls().event(call, event);
            }
        });
    }
}

/// What cannot be read sends nobody away.
async fn is_full(backend: &crate::Backend, scope: storage::TenantScope, queue: QueueId, call: CallId) -> bool {
    match storage::queues::settings(backend.store(), scope, queue).await {
        Ok(row) => {
            row.is_some_and(|row| backend.calls().others_waiting(scope.tenant(), queue, call) >= row.max_size as usize)
        }
        Err(error) => {
            tracing::warn!(%call, %error, "the size of a queue could not be read");
            false
        }
    }
}

async fn find(
    backend: &crate::Backend,
    scope: storage::TenantScope,
    mut request: RoutingRequest,
    meet: SoundPlace,
) -> Result<Option<CallEvent>, crate::error::BackendError> {
    let mut taken = Vec::new();
    for _ in 0..MOST_TRIES {
        let began = std::time::Instant::now();
        let (rule, skills, mut agents) = backend.routing_facts(scope, request.queue_id, request.only, meet).await?;
        (request.rule, request.skills) = (rule, skills);
        agents.retain(|agent| !taken.contains(&agent.id));
        let now = clock::now();
        let decision = routing::route(&request, &agents, now);
        let took_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        let Some(chosen) = decision.chosen else {
            backend.keep_decision(scope, &request, &agents, &decision, took_us).await;
            return Ok(None);
        };
        if let Some(fence) = backend.claim_agent(scope, chosen, request.call_id, now).await? {
            let id = backend.keep_decision(scope, &request, &agents, &decision, took_us).await;
            return Ok(Some(CallEvent::Routed { agent: chosen, fence, decision: id, why: decision.sentence }));
        }
        taken.push(chosen);
    }
    Ok(None)
}
