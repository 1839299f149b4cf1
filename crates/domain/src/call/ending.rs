//! How a call ends, and what agents do after their part of it.

use std::time::Duration;

use super::{
    event::{AfterWrapUp, DialFailure, ProviderEnd},
    refusal::WRAP_UP_LIMIT,
    state::{CallStatus, End, EndReason, Party, Phase, SavedDisposition, WrapUp},
    step::Turn,
};
use crate::{ids::UserId, time::UnixMillis};

/// What one press of "extend" adds.
pub const WRAP_UP_EXTENSION: Duration = Duration::from_secs(30);

impl Turn {
    /// The customer's side is over. Decided once: later reports change neither status nor reason.
    pub(super) fn over(&mut self, status: CallStatus, reason: EndReason) {
        if self.call.is_over() {
            return;
        }
        self.call.end = Some(End { at: self.now, status, reason });
        self.begin_wrap_up();
        self.call.monitors.clear();
        self.finish_recording();
        self.rest();
    }

    /// The agent who talks or dials goes over to finishing; the call may go on without them.
    pub(super) fn begin_wrap_up(&mut self) {
        self.close_spans();
        let Some(desk) = self.call.desk().cloned() else { return };
        let span = Duration::from_secs(self.call.wrap_up_s().into());
        if !span.is_zero() {
            let (fence, now) = (desk.fence, self.now);
            let wrap_up = WrapUp { fence, started_at: now, ends_at: now.plus(span), extended: 0 };
            self.call.wrap_ups.insert(desk.agent, wrap_up);
        }
    }

    pub(super) fn customer_hung_up(&mut self) {
        self.customer_left(self.left_as(), EndReason::CustomerHungUp);
    }

    fn customer_left(&mut self, status: CallStatus, reason: EndReason) {
        self.gone.push(Party::Customer);
        let (status, reason) = match self.call.phase {
            Phase::Dialing { .. } if status == CallStatus::Abandoned => (CallStatus::NoAnswer, reason),
            // Carriers hang up by themselves after a last sentence or message; why it was said is what counts.
            Phase::Leaving { reason, .. } => (self.left_as(), reason),
            Phase::LeavingMessage { heard_at: Some(_), .. } => (CallStatus::Completed, EndReason::MessageLeft),
            _ => (status, reason),
        };
        self.over(status, reason);
    }

    pub(super) fn agent_hung_up(&mut self) {
        match self.call.phase {
            Phase::Dialing { .. } => self.over(CallStatus::Cancelled, EndReason::AgentHungUp),
            _ => self.over(CallStatus::Completed, EndReason::AgentHungUp),
        }
    }

    pub(super) fn provider_ended(&mut self, party: Party, status: ProviderEnd) {
        match party {
            Party::Customer => {}
            Party::Outside { attempt } => return self.outside_ended(attempt, status),
            Party::Telephone { attempt } => return self.telephone_ended(attempt, status),
        }
        let answered = self.call.history.answered_at.is_some();
        let dialing = matches!(self.call.phase, Phase::Dialing { .. });
        let (status, reason) = match status {
            _ if answered => (CallStatus::Completed, EndReason::CarrierEnded),
            ProviderEnd::Busy if dialing => (CallStatus::Busy, EndReason::Busy),
            ProviderEnd::NoAnswer if dialing => (CallStatus::NoAnswer, EndReason::NoAnswer),
            ProviderEnd::Cancelled if dialing => (CallStatus::Cancelled, EndReason::CarrierEnded),
            ProviderEnd::Failed => (CallStatus::Failed, EndReason::Failed),
            ProviderEnd::Completed | ProviderEnd::Busy | ProviderEnd::NoAnswer | ProviderEnd::Cancelled => {
                (self.left_as(), EndReason::CarrierEnded)
            }
        };
        self.customer_left(status, reason);
    }

    pub(super) fn swept(&mut self, party: Party, status: ProviderEnd) {
        if !self.call.is_over() && party == Party::Customer {
            self.call.history.swept = true;
        }
        self.provider_ended(party, status);
    }

    fn outside_ended(&mut self, attempt: u32, status: ProviderEnd) {
        if self.outside_mut(attempt).is_none() {
            return;
        }
        self.gone.push(Party::Outside { attempt });
        if matches!(self.call.phase, Phase::PassedOn { .. }) {
            return self.over(CallStatus::Completed, EndReason::OutsideHungUp);
        }
        self.transfer_failed(
            attempt,
            match status {
                ProviderEnd::Busy => DialFailure::Busy,
                ProviderEnd::NoAnswer | ProviderEnd::Completed => DialFailure::NoAnswer,
                ProviderEnd::Failed | ProviderEnd::Cancelled => DialFailure::Failed,
            },
        );
    }

    pub(super) fn wrap_up_extended(&mut self, agent: UserId) {
        if let Some(wrap_up) = self.call.wrap_ups.get_mut(&agent) {
            let cap = wrap_up.started_at.plus(WRAP_UP_LIMIT);
            wrap_up.ends_at = wrap_up.ends_at.plus(WRAP_UP_EXTENSION).min(cap);
            wrap_up.extended += 1;
        }
    }

    pub(super) fn disposition_saved(&mut self, agent: UserId, code: &str, sub_code: Option<&str>, made_at: UnixMillis) {
        let (code, sub_code) = (code.to_owned(), sub_code.map(ToOwned::to_owned));
        self.call.disposition = Some(SavedDisposition { agent, code, sub_code, made_at });
    }

    /// The agent is free again. Without a wrap-up of theirs nothing happens: they may have saved early, while talking.
    pub(super) fn wrap_up_ended(&mut self, agent: UserId, then: AfterWrapUp) {
        if self.call.wrap_ups.remove(&agent).is_some() {
            self.pause = (then == AfterWrapUp::Break).then_some(agent);
            self.rest_if_over();
        }
    }

    pub(super) fn rest_if_over(&mut self) {
        if matches!(self.call.phase, Phase::WrapUp { .. }) {
            self.rest();
        }
    }
}
