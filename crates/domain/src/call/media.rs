//! Media that come and go: the carrier's connections, the agent's device, a new server process.

use super::{
    effect::{Effect, NoticeCode, NoticeTo, RouteReason},
    facts::SoundPlace,
    state::{CallStatus, Device, EndReason, Line, Party, Phase, TransferStage},
    step::Turn,
};
use crate::ids::{LegId, MediaSessionId, UserId};

impl Turn {
    pub(super) fn carrier_attached(&mut self, party: Party, leg: LegId) {
        match party {
            Party::Customer if self.call.is_over() => self.refuse_leg(party, leg),
            Party::Customer => self.customer_attached(leg),
            Party::Outside { attempt } if self.outside_mut(attempt).is_some() => {
                self.transfer_answered(attempt, Some(leg));
            }
            Party::Outside { .. } | Party::Telephone { .. } => self.refuse_leg(party, leg),
        }
    }

    fn refuse_leg(&mut self, party: Party, leg: LegId) {
        let known = self.call.provider_call_id.clone().filter(|_| party == Party::Customer);
        self.effects.push(Effect::HangUpCarrier { party, provider_call_id: known, leg: Some(leg) });
    }

    fn customer_attached(&mut self, leg: LegId) {
        if self.call.line.leg() == Some(leg) {
            return;
        }
        let returned = matches!(self.call.line, Line::Lost { missed: true, .. });
        self.call.line = Line::Attached { leg };
        match &self.call.phase {
            Phase::Greeting { .. } => self.greet(leg),
            Phase::Leaving { reason, .. } => {
                let reason = *reason;
                self.say_farewell(leg, reason);
            }
            // At a carrier that plays it by itself, a late word of the conference that the customer was in.
            Phase::LeavingMessage { .. } if self.call.facts.sound == SoundPlace::Bridge => self.play_message(),
            // The carrier connects media when the customer has answered; the report of it may be late or lost.
            Phase::Dialing { .. } => self.customer_answered(),
            Phase::Talking { .. } if returned => self.tell_agent(NoticeCode::CarrierMediaBack),
            _ => {}
        }
    }

    pub(super) fn carrier_lost(&mut self, leg: LegId) {
        let lost = Line::Lost { since: self.now, missed: false };
        if self.call.line.leg() == Some(leg) {
            self.call.line = lost;
        } else if let Phase::PassedOn { outside, .. } = &mut self.call.phase
            && outside.line.leg() == Some(leg)
        {
            outside.line = lost;
        }
    }

    /// The customer's media are away, and no hang-up was reported.
    pub(super) fn carrier_missed(&mut self) {
        if let Line::Lost { missed, .. } = &mut self.call.line {
            *missed = true;
            // A last sentence may be spoken by the carrier itself, without media.
            if !matches!(self.call.phase, Phase::Leaving { .. }) {
                self.tell_agent(NoticeCode::CarrierMediaLost);
                self.restart_media(Party::Customer);
            }
        }
    }

    pub(super) fn outside_missed(&mut self) {
        if let Phase::PassedOn { outside, .. } = &mut self.call.phase
            && let Line::Lost { missed, .. } = &mut outside.line
        {
            *missed = true;
            let party = Party::Outside { attempt: outside.attempt };
            self.restart_media(party);
        }
    }

    pub(super) fn restart_media(&mut self, party: Party) {
        if self.call.facts.capabilities.media_restart {
            let provider_call_id = match party {
                Party::Customer => self.call.provider_call_id.clone(),
                Party::Outside { .. } => self.call.outside().and_then(|outside| outside.provider_call_id.clone()),
                // A telephone of an agent's own has no media here.
                Party::Telephone { .. } => return,
            };
            self.effects.push(Effect::RestartCarrierMedia { party, provider_call_id });
        }
    }

    /// Media that were awaited did not come.
    pub(super) fn dropped(&mut self) {
        let answered = self.call.history.answered_at.is_some();
        self.over(if answered { CallStatus::Completed } else { CallStatus::Failed }, EndReason::Dropped);
    }

    pub(super) fn device_lost(&mut self, session: MediaSessionId) {
        if self.call.facts.sound != SoundPlace::Bridge {
            return;
        }
        self.call.monitors.retain(|monitor| monitor.session != session);
        let now = self.now;
        if let Some(device) = self.device_mut()
            && device.session() == Some(session)
        {
            *device = Device::Lost { since: now };
            self.effects.push(Effect::Notice { to: NoticeTo::Supervisors, code: NoticeCode::AgentDeviceLost });
        }
    }

    pub(super) fn device_back(&mut self, agent: UserId, session: MediaSessionId) {
        // An agent who speaks by a telephone of theirs does not come back by the app.
        if self.call.facts.sound != SoundPlace::Bridge || self.call.desk().is_none_or(|desk| desk.agent != agent) {
            return;
        }
        self.call.monitors.retain(|monitor| monitor.session != session);
        if let Some(device) = self.device_mut() {
            *device = Device::Connected { session };
        }
    }

    const fn device_mut(&mut self) -> Option<&mut Device> {
        match &mut self.call.phase {
            Phase::Dialing { desk, .. } => Some(&mut desk.device),
            Phase::Talking { talk } => Some(&mut talk.desk.device),
            _ => None,
        }
    }

    /// The agent's device stayed away. The customer goes to the front of the queue; without a queue they are told.
    pub(super) fn agent_lost(&mut self) {
        match &self.call.phase {
            Phase::Dialing { .. } => self.over(CallStatus::Cancelled, EndReason::AgentLost),
            Phase::Talking { .. } if self.call.queue.is_some() => {
                self.close_spans();
                self.call.monitors.clear();
                self.call.history.returned_to_queue += 1;
                self.effects.push(Effect::Notice { to: NoticeTo::Supervisors, code: NoticeCode::ReturnedToQueue });
                self.enter_queue(RouteReason::DeviceLost, true);
            }
            Phase::Talking { .. } => {
                self.begin_wrap_up();
                self.leave(EndReason::AgentLost);
            }
            _ => {}
        }
    }

    /// Reports get lost; a call whose sound is at the carrier would otherwise never end here.
    pub(super) fn ask_carrier(&mut self) {
        self.call.asked_carrier_at = Some(self.now);
        if let Some(provider_call_id) = self.call.provider_call_id.clone() {
            self.effects.push(Effect::AskCarrier { party: Party::Customer, provider_call_id });
        }
    }

    /// Every connection was held by the process that is gone. What was asked of routing is asked again; a request to call a
    /// number is not repeated, because the carrier may have it.
    pub(super) fn server_restarted(&mut self) {
        if self.call.is_over() {
            return;
        }
        if self.call.facts.sound != SoundPlace::Bridge {
            // Whether the carrier was asked is not known.
            self.play_message();
            return self.routing_restarted();
        }
        self.call.monitors.clear();
        let now = self.now;
        if let Some(leg) = self.call.line.leg() {
            self.carrier_lost(leg);
        }
        if let Some(device @ Device::Connected { .. }) = self.device_mut() {
            *device = Device::Lost { since: now };
        }
        if let Phase::Dialing { early, .. } = &mut self.call.phase {
            *early = None;
        }
        if self.call.consult().is_some() {
            self.transfer_over(None);
        }
        self.routing_restarted();
        if let Phase::PassedOn { outside, .. } = &self.call.phase
            && let Some(leg) = outside.line.leg()
        {
            self.carrier_lost(leg);
        }
        // Nothing tells of a hang-up that fell into the outage, so there is nothing to wait for; and who had been asked to come
        // back may not have heard.
        self.carrier_missed();
        self.outside_missed();
    }

    /// The answer to a question for an agent was lost with the server that asked it.
    fn routing_restarted(&mut self) {
        match &mut self.call.phase {
            Phase::Queued { .. } => self.ask(RouteReason::Restarted),
            Phase::Talking { talk } => {
                let stage = talk.transfer.as_ref().map(|transfer| &transfer.stage);
                if matches!(stage, Some(TransferStage::Routing { .. })) {
                    self.ask(RouteReason::Restarted);
                }
            }
            _ => {}
        }
    }
}
