//! Everything live that a reader may see, and reading on from there.

use domain::{
    call::Phase,
    ids::{QueueId, TenantId},
    time::UnixMillis,
};
use tokio::sync::oneshot;
use wire::{
    calls::{CallStatus, LiveCall, Offer},
    live::Snapshot,
};

use crate::{
    Actor, Backend,
    calls::Tell,
    clock,
    error::BackendError,
    leads,
    live::{FeedReader, Start},
};

impl Backend {
    pub fn live_epoch(&self) -> String {
        self.feed().epoch().to_owned()
    }

    pub fn read_live(&self, actor: &Actor, start: &Start) -> FeedReader {
        self.feed().read(actor.tenant, actor.user, actor.role, start)
    }

    /// The sequence number is taken first: events after it may be in the snapshot already, which does no harm.
    pub async fn live_snapshot(&self, actor: &Actor) -> Result<Snapshot, BackendError> {
        let seq = self.feed().seq(actor.tenant);
        let mut calls = Vec::new();
        for live in self.live_calls(actor.tenant).await {
            if live.agent_id == Some(actor.user) || actor.role.supervises() {
                calls.push(if actor.role.sees_contact_data() { live } else { masked(live) });
            }
        }
        let mut queues = Vec::new();
        for row in storage::queues::list(self.store(), actor.scope).await? {
            queues.push(self.queue_status(actor.scope, &row).await?);
        }
        Ok(Snapshot {
            epoch: self.live_epoch(),
            seq,
            server_time_ms: clock::now(),
            me: self.own_status(actor).await?,
            offer: self.ringing_offer(actor).await,
            calls,
            agents: self.agents_shown(actor.scope).await?,
            queues,
        })
    }

    pub(crate) async fn live_calls(&self, tenant: TenantId) -> Vec<LiveCall> {
        let mut calls = Vec::new();
        for call in self.calls().of_tenant(tenant) {
            if let Some(live) = self.calls().live(call).await {
                let under_way = matches!(
                    live.status,
                    CallStatus::Greeting | CallStatus::Queued | CallStatus::Ringing | CallStatus::InProgress
                );
                if under_way {
                    calls.push(live);
                }
            }
        }
        calls
    }

    async fn ringing_offer(&self, actor: &Actor) -> Option<Offer> {
        for call in self.calls().of_tenant(actor.tenant) {
            let (reply, answer) = oneshot::channel();
            self.calls().tell(call, Tell::RingingOffer { agent: actor.user, reply });
            if let Ok(Some(mut offer)) = answer.await {
                if !actor.role.sees_contact_data() {
                    offer.caller = domain::masking::mask_number(&offer.caller);
                    if let Some(card) = &mut offer.lead {
                        leads::mask_card(card);
                    }
                }
                return Some(offer);
            }
        }
        None
    }

    /// Since when each caller of a queue has waited.
    pub(crate) fn waiting_in(&self, tenant: TenantId, queue: QueueId) -> Vec<UnixMillis> {
        self.calls().waiting(tenant, queue)
    }
}

fn masked(mut live: LiveCall) -> LiveCall {
    live.customer_number = domain::masking::mask_number(&live.customer_number);
    live
}

/// Since when a call waits, and in which queue.
pub(crate) fn waiting_since(call: &domain::call::Call) -> Option<(QueueId, UnixMillis)> {
    match &call.phase {
        Phase::Queued { waiting } | Phase::Offered { waiting, .. } => {
            call.queue.as_ref().map(|plan| (plan.queue_id, waiting.since))
        }
        _ => None,
    }
}
