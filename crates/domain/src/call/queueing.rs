//! Waiting for an agent and ringing at one.

use std::time::Duration;

use super::{
    duties::{Duty, duties},
    effect::{AgentNext, Effect, NoticeCode, NoticeTo, OfferEnd, RouteReason, RouteTarget},
    state::{Desk, Device, EndReason, Offer, Phase, Talk, Transfer, TransferStage, TransferTarget, Tried, Waiting},
    step::Turn,
    timers::ASK_AGAIN_AFTER,
};
use crate::ids::{DecisionId, MediaSessionId, UserId};

impl Turn {
    /// Needs a queue, or an agent whom the call is for; without either the caller is told that the number is not in service.
    pub(super) fn enter_queue(&mut self, reason: RouteReason, front: bool) {
        if self.call.queue.is_none() && self.call.facts.for_agent.is_none() {
            self.no_route();
            return;
        }
        self.call.history.queued_at.get_or_insert(self.now);
        let waiting =
            Waiting { since: self.now, asked_at: self.now, asking: true, again: false, tried: Vec::new(), front };
        self.call.phase = Phase::Queued { waiting };
        self.ask(reason);
    }

    /// Asks routing, for the call itself or for its transfer.
    pub(super) fn ask(&mut self, reason: RouteReason) {
        let now = self.now;
        let (target, tried, front) = match &mut self.call.phase {
            Phase::Queued { waiting } => {
                waiting.tried.retain(|tried| tried.until > now);
                let own = self.call.facts.for_agent;
                let own = own.filter(|agent| waiting.tried.iter().all(|tried| tried.agent != *agent));
                let queue = self.call.queue.as_ref().map(|queue| RouteTarget::Queue { queue_id: queue.queue_id });
                waiting.asked_at = now;
                // Whom the call is for was asked just now, and there is nobody else: they are asked again later.
                waiting.asking = own.is_some() || queue.is_some();
                waiting.again = false;
                let Some(target) = own.map(|user_id| RouteTarget::Agent { user_id }).or(queue) else { return };
                (target, &mut waiting.tried, waiting.front)
            }
            Phase::Talking { talk } => {
                let Some(transfer) = &mut talk.transfer else { return };
                let target = match &transfer.to {
                    TransferTarget::Agent { user_id } => RouteTarget::Agent { user_id: *user_id },
                    TransferTarget::Queue { plan } => RouteTarget::Queue { queue_id: plan.queue_id },
                    TransferTarget::Number { .. } => return,
                };
                transfer.stage = TransferStage::Routing { asked_at: now, asking: true };
                (target, &mut transfer.tried, false)
            }
            _ => return,
        };
        tried.retain(|tried| tried.until > now);
        let mut exclude: Vec<UserId> = tried.iter().map(|tried| tried.agent).collect();
        exclude.extend(self.call.desk().map(|desk| desk.agent));
        self.effects.push(Effect::Route { target, exclude, reason, front });
    }

    pub(super) fn look_again(&mut self) {
        self.ask(RouteReason::LookAgain);
    }

    pub(super) fn agent_freed(&mut self) {
        match &mut self.call.phase {
            Phase::Queued { waiting } if waiting.asking => waiting.again = true,
            Phase::Queued { .. } => self.ask(RouteReason::LookAgain),
            Phase::Talking { talk } => {
                let stage = talk.transfer.as_ref().map(|transfer| &transfer.stage);
                if matches!(stage, Some(TransferStage::Routing { asking: false, .. })) {
                    self.ask(RouteReason::LookAgain);
                }
            }
            _ => {}
        }
    }

    pub(super) fn nobody_free(&mut self) {
        match &mut self.call.phase {
            Phase::Queued { waiting } if waiting.asking => {
                waiting.asking = false;
                let own = self.call.facts.for_agent.filter(|_| self.call.queue.is_some());
                let own = own.filter(|agent| waiting.tried.iter().all(|tried| tried.agent != *agent));
                if let Some(agent) = own {
                    waiting.tried.push(Tried { agent, until: self.now.plus(ASK_AGAIN_AFTER) });
                    self.ask(RouteReason::Arrived);
                } else if waiting.again {
                    self.ask(RouteReason::LookAgain);
                }
            }
            Phase::Talking { talk: Talk { transfer: Some(Transfer { to, stage, .. }), .. } } => match (to, stage) {
                (TransferTarget::Queue { .. }, TransferStage::Routing { asking, .. }) => *asking = false,
                (TransferTarget::Agent { .. }, TransferStage::Routing { .. }) => {
                    self.transfer_over(Some(NoticeCode::TransferNobodyFree));
                }
                _ => {}
            },
            _ => {}
        }
    }

    pub(super) fn routed(&mut self, agent: UserId, fence: u32, decision: Option<DecisionId>, why: &str) {
        match duties(&self.call).get(&agent) {
            // Said twice, or overtaken by a newer claim.
            Some(held) if held.fence >= fence => return,
            Some(held) => match held.duty {
                Duty::WrapUp { .. } => drop(self.call.wrap_ups.remove(&agent)),
                // The agent serves this call already; only the number of the claim is new.
                Duty::Reserved | Duty::OnCall => return self.renew_claim(agent, fence),
            },
            None => {}
        }
        let ring = self.ring_span();
        let mut offer =
            Offer { agent, fence, since: self.now, expires_at: self.now.plus(ring), decision, why: why.to_owned() };
        match &mut self.call.phase {
            Phase::Queued { waiting } => {
                let waiting = Waiting { asking: false, again: false, ..waiting.clone() };
                self.call.history.rang_at.get_or_insert(self.now);
                self.call.phase = Phase::Offered { offer, waiting };
            }
            Phase::Talking { talk } if wants(talk.transfer.as_ref(), agent) => {
                if let Some(transfer) = &mut talk.transfer {
                    offer.expires_at = offer.expires_at.min(transfer.give_up_at);
                    transfer.stage = TransferStage::Offered { offer };
                }
            }
            // The caller left, or somebody else was found, while the agent was being claimed.
            _ => self.let_go(agent, fence),
        }
        self.rest_if_over();
    }

    fn let_go(&mut self, agent: UserId, fence: u32) {
        let next = AgentNext::Free { missed: false, pause: false };
        self.effects.push(Effect::AgentTo { agent, fence, next });
    }

    fn renew_claim(&mut self, agent: UserId, fence: u32) {
        match &mut self.call.phase {
            Phase::Offered { offer, .. } => offer.fence = fence,
            Phase::Dialing { desk, .. } => desk.fence = fence,
            Phase::Talking { talk } if talk.desk.agent == agent => talk.desk.fence = fence,
            Phase::Talking {
                talk: Talk { transfer: Some(Transfer { stage: TransferStage::Offered { offer }, .. }), .. },
            } => offer.fence = fence,
            _ => {}
        }
    }

    fn ring_span(&self) -> Duration {
        let of_target = self.call.talk().and_then(|talk| match &talk.transfer.as_ref()?.to {
            TransferTarget::Queue { plan } => Some(plan.ring_s),
            TransferTarget::Agent { .. } | TransferTarget::Number { .. } => None,
        });
        Duration::from_secs(of_target.unwrap_or_else(|| self.call.ring_s()).into())
    }

    pub(super) fn offer_accepted(&mut self, agent: UserId, fence: u32, session: MediaSessionId) {
        let Some(offer) = self.call.offer().filter(|offer| offer.agent == agent && offer.fence == fence) else {
            return;
        };
        let why = offer.why.clone();
        self.offer_end = Some(OfferEnd::Answered);
        let desk = Desk { agent, fence, device: Device::Connected { session } };
        if self.call.talk().is_some() {
            self.hand_over(desk);
        } else {
            self.begin_talk(desk);
        }
        self.call.why = (!why.is_empty()).then_some(why);
    }

    pub(super) fn offer_ran_out(&mut self) {
        if let Some((agent, fence)) = self.call.offer().map(|offer| (offer.agent, offer.fence)) {
            self.offer_refused(agent, fence, OfferEnd::Expired);
        }
    }

    /// Declined or run out: the next agent is asked.
    pub(super) fn offer_refused(&mut self, agent: UserId, fence: u32, end: OfferEnd) {
        if self.call.offer().is_none_or(|offer| offer.agent != agent || offer.fence != fence) {
            return;
        }
        self.offer_end = Some(end);
        if end == OfferEnd::Expired {
            self.missed = Some(agent);
            self.effects.push(Effect::Notice { to: NoticeTo::Agent { user_id: agent }, code: NoticeCode::MissedOffer });
        }
        let tried = Tried { agent, until: self.now.plus(ASK_AGAIN_AFTER) };
        let reason = if end == OfferEnd::Expired { RouteReason::Expired } else { RouteReason::Declined };
        match &mut self.call.phase {
            Phase::Offered { waiting, .. } => {
                let mut waiting = waiting.clone();
                waiting.tried.push(tried);
                self.call.phase = Phase::Queued { waiting };
                self.ask(reason);
            }
            Phase::Talking { talk } => match &mut talk.transfer {
                Some(transfer) if matches!(transfer.to, TransferTarget::Queue { .. }) => {
                    transfer.tried.push(tried);
                    self.ask(reason);
                }
                Some(_) => self.transfer_over(Some(match end {
                    OfferEnd::Expired => NoticeCode::TransferNotAnswered,
                    _ => NoticeCode::TransferDeclined,
                })),
                None => {}
            },
            _ => {}
        }
    }

    pub(super) fn queue_full(&mut self) {
        if matches!(&self.call.phase, Phase::Queued { waiting } if waiting.asking) {
            self.effects.push(Effect::Notice { to: NoticeTo::Supervisors, code: NoticeCode::QueueFull });
            self.leave(EndReason::QueueFull);
        }
    }

    pub(super) fn waited_too_long(&mut self) {
        if matches!(self.call.phase, Phase::Queued { .. }) {
            self.effects.push(Effect::Notice { to: NoticeTo::Supervisors, code: NoticeCode::WaitedTooLong });
            self.leave(EndReason::WaitedTooLong);
        }
    }
}

/// A transfer looks for this agent. A late answer of an earlier transfer may name another one.
fn wants(transfer: Option<&Transfer>, agent: UserId) -> bool {
    transfer.is_some_and(|transfer| {
        let asked = match &transfer.to {
            TransferTarget::Agent { user_id } => *user_id == agent,
            TransferTarget::Queue { .. } => true,
            TransferTarget::Number { .. } => false,
        };
        asked && matches!(transfer.stage, TransferStage::Routing { .. })
    })
}
