//! Outbound: the agent is there first, then the customer's telephone rings.

use super::{
    effect::{Effect, NoticeCode},
    event::DialFailure,
    facts::SoundPlace,
    state::{CallStatus, Desk, Device, EndReason, Line, Party, Phase},
    step::Turn,
};
use crate::ids::{LegId, MediaSessionId, UserId};

impl Turn {
    pub(super) fn placed(&mut self, agent: UserId, fence: u32, session: MediaSessionId) {
        if self.call.phase != Phase::New {
            return;
        }
        let desk = Desk { agent, fence, device: Device::Connected { session } };
        self.call.history.agents.push(agent);
        self.call.phase = Phase::Dialing { desk, since: self.now, ringing: false, early: None };
        match (self.call.facts.sound, self.call.facts.called_in.clone()) {
            (SoundPlace::Conference, Some(id)) => self.called_in(agent, id),
            // The agent's telephone is called first.
            (SoundPlace::Conference, None) => {}
            (SoundPlace::Bridge | SoundPlace::Carrier, _) => self.effects.push(Effect::DialCustomer),
        }
    }

    pub(super) fn dialed(&mut self, party: Party, id: &str) {
        let hang_up = || Effect::HangUpCarrier { party, provider_call_id: Some(id.to_owned()), leg: None };
        match party {
            Party::Customer => {
                // The request to call was under way when the call ended.
                if self.call.is_over() && self.call.provider_call_id.is_none() {
                    self.effects.push(hang_up());
                }
                self.call.provider_call_id.get_or_insert_with(|| id.to_owned());
            }
            Party::Outside { attempt } => match self.outside_mut(attempt) {
                Some(outside) => drop(outside.provider_call_id.get_or_insert_with(|| id.to_owned())),
                None => self.effects.push(hang_up()),
            },
            Party::Telephone { attempt } => match self.telephone_mut(attempt) {
                Some(telephone) => drop(telephone.provider_call_id.get_or_insert_with(|| id.to_owned())),
                None => self.effects.push(hang_up()),
            },
        }
    }

    pub(super) fn customer_ringing(&mut self) {
        if let Phase::Dialing { ringing, .. } = &mut self.call.phase {
            *ringing = true;
            self.call.history.rang_at.get_or_insert(self.now);
        }
    }

    pub(super) fn early_sound(&mut self, leg: LegId) {
        self.customer_ringing();
        if let Phase::Dialing { early, .. } = &mut self.call.phase {
            *early = Some(leg);
        }
    }

    pub(super) fn customer_answered(&mut self) {
        if let Phase::Dialing { desk, .. } = &self.call.phase {
            let desk = desk.clone();
            if self.call.line.leg().is_none() {
                self.call.line = Line::Awaited { since: self.now };
            }
            self.begin_talk(desk);
        }
    }

    pub(super) fn carrier_recording(&mut self, id: &str, state: &str) {
        self.call.history.carrier_recordings.insert(id.to_owned(), state.to_owned());
    }

    pub(super) fn customer_failed(&mut self, reason: DialFailure) {
        match &self.call.phase {
            Phase::Dialing { .. } => {
                let (status, end) = match reason {
                    DialFailure::Busy => (CallStatus::Busy, EndReason::Busy),
                    DialFailure::NoAnswer => (CallStatus::NoAnswer, EndReason::NoAnswer),
                    DialFailure::Failed => (CallStatus::Failed, EndReason::Failed),
                    DialFailure::Machine => (CallStatus::NoAnswer, EndReason::AnsweringMachine),
                };
                self.over(status, end);
            }
            // The verdict comes while the machine speaks; the agent may want to leave a message.
            Phase::Talking { .. } if reason == DialFailure::Machine => self.tell_agent(NoticeCode::AnsweringMachine),
            _ => {}
        }
    }
}
