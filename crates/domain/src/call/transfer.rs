//! Transfer. Until the target answers, or the agent who speaks with it first leaves, the call can come back.

use super::{
    effect::{Effect, NoticeCode, RouteReason},
    event::DialFailure,
    facts::Customer,
    state::{CallStatus, Desk, EndReason, Line, Outside, Party, Phase, Transfer, TransferStage, TransferTarget},
    step::Turn,
    timers::TRANSFER_LIMIT,
};
use crate::{
    ids::{LeadId, LegId},
    phone_number::E164,
};

impl Turn {
    pub(super) fn transfer_started(&mut self, to: &TransferTarget) {
        self.begin_transfer(to, None);
    }

    pub(super) fn consult_started(&mut self, number: &E164, leg: LegId) {
        self.begin_transfer(&TransferTarget::Number { number: number.clone() }, Some(leg));
    }

    fn begin_transfer(&mut self, to: &TransferTarget, consult: Option<LegId>) {
        self.hold_ended();
        let now = self.now;
        let Phase::Talking { talk } = &mut self.call.phase else { return };
        let stage = match to {
            TransferTarget::Agent { .. } | TransferTarget::Queue { .. } => {
                TransferStage::Routing { asked_at: now, asking: true }
            }
            TransferTarget::Number { number } => {
                self.call.transfers += 1;
                let attempt = self.call.transfers;
                self.effects.push(Effect::DialTransfer { attempt, number: number.clone() });
                let line = Line::Awaited { since: now };
                let outside = Outside { attempt, number: number.clone(), provider_call_id: None, line };
                TransferStage::Dialing { outside, consult }
            }
        };
        talk.transfer = Some(Transfer {
            to: to.clone(),
            started_at: now,
            give_up_at: now.plus(TRANSFER_LIMIT),
            tried: Vec::new(),
            stage,
        });
        self.ask(RouteReason::Transferred);
    }

    /// The call is the first agent's again; `code` tells them why, unless they cancelled it themselves.
    pub(super) fn transfer_over(&mut self, code: Option<NoticeCode>) {
        let Phase::Talking { talk } = &mut self.call.phase else { return };
        if talk.transfer.take().is_some()
            && let Some(code) = code
        {
            self.tell_agent(code);
        }
    }

    pub(super) fn transfer_failed(&mut self, attempt: u32, reason: DialFailure) {
        if self.outside_mut(attempt).is_none() || self.call.talk().is_none() {
            return;
        }
        self.gone.push(Party::Outside { attempt });
        // Of somebody with whom the agent speaks they know it themselves.
        let spoken = self.call.consults();
        let code = match reason {
            DialFailure::Busy => NoticeCode::TransferBusy,
            DialFailure::NoAnswer | DialFailure::Machine => NoticeCode::TransferNotAnswered,
            DialFailure::Failed => NoticeCode::TransferFailed,
        };
        self.transfer_over(Some(code).filter(|_| !spoken));
    }

    /// The outside number took the call: it and the customer are joined and the agent finishes, unless they speak with it first.
    /// Media tell the same as the carrier's report, and either may be first or be lost.
    pub(super) fn transfer_answered(&mut self, attempt: u32, leg: Option<LegId>) {
        let now = self.now;
        let (dialing, consults) = (self.call.talk().is_some(), self.call.consult().is_some());
        let Some(outside) = self.outside_mut(attempt) else { return };
        if let Some(leg) = leg {
            outside.line = Line::Attached { leg };
        } else if dialing && outside.line.leg().is_none() {
            outside.line = Line::Awaited { since: now };
        }
        if dialing && !consults {
            self.pass_on();
        }
    }

    pub(super) fn pass_on(&mut self) {
        let Some(outside) = self.call.outside().cloned() else { return };
        self.begin_wrap_up();
        self.call.monitors.clear();
        // The outside party has not heard the recording notice.
        self.finish_recording();
        self.call.phase = Phase::PassedOn { outside, since: self.now };
    }

    /// The customer goes on in another call; nobody is left in this one. Both telephone calls are the other's to end.
    pub(super) fn customer_moved(&mut self) {
        self.gone.extend(self.call.outside().map(|outside| Party::Outside { attempt: outside.attempt }));
        self.gone.push(Party::Customer);
        self.over(CallStatus::Completed, EndReason::JoinedElsewhere);
    }

    /// What is noted after the end of their side is of them too: the outcome is saved in the wrap-up.
    pub(super) fn customer_named(&mut self, customer: &Customer, lead: Option<LeadId>) {
        let facts = &mut self.call.facts;
        if matches!(self.call.phase, Phase::Ended { .. }) || (&facts.customer, facts.lead) == (customer, lead) {
            return;
        }
        (facts.customer, facts.lead) = (customer.clone(), lead);
        self.effects.push(Effect::CustomerNamed);
    }

    /// Another agent took the transferred call.
    pub(super) fn hand_over(&mut self, desk: Desk) {
        let target = self.call.talk().and_then(|talk| talk.transfer.as_ref()).map(|transfer| transfer.to.clone());
        self.begin_wrap_up();
        if let Some(TransferTarget::Queue { plan }) = target {
            self.call.queue = Some(plan);
        }
        // The new agent's own wrap-up of an earlier part of this call is over: they are talking again.
        self.call.wrap_ups.remove(&desk.agent);
        self.begin_talk(desk);
    }

    pub(super) fn outside_mut(&mut self, attempt: u32) -> Option<&mut Outside> {
        let outside = match &mut self.call.phase {
            Phase::PassedOn { outside, .. } => outside,
            Phase::Talking { talk } => match &mut talk.transfer.as_mut()?.stage {
                TransferStage::Dialing { outside, .. } => outside,
                TransferStage::Routing { .. } | TransferStage::Offered { .. } => return None,
            },
            _ => return None,
        };
        (outside.attempt == attempt).then_some(outside)
    }
}
