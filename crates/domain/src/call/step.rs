//! One step: the event changes the state, then everything that follows from the state alone (agents' duties, offers, the
//! room, telephone calls to end, timers) is compared with before and becomes effects.

use std::collections::BTreeMap;

use super::{
    conference::{SeatPlan, carrier_records, seats},
    duties::{Duty, Held, duties},
    effect::{AgentNext, Effect, NoticeCode, OfferEnd},
    event::{AfterGreeting, AfterWrapUp, CallEvent, DialFailure},
    refusal::permits,
    room::{RoomPlan, room_plan},
    state::{Call, Device, Line, Offer, Outside, Party, Phase},
    timers::{Armed, Timer, timers},
};
use crate::{
    ids::{LegId, UserId},
    time::UnixMillis,
};

/// Takes one event at one moment. Total: an event that does not fit leaves the call as it is, without effects.
pub fn step(call: Call, event: &CallEvent, now: UnixMillis) -> (Call, Vec<Effect>) {
    if permits(&call, event).is_err() {
        return (call, Vec::new());
    }
    let mut before = Before::of(&call);
    match event {
        // The driver's clock has let go of this one; if it shall still run, it has to be set again.
        CallEvent::TimerFired { timer } => drop(before.timers.remove(timer)),
        // Timers, rooms and ring cards were in the memory of the process that is gone.
        CallEvent::ServerRestarted => {
            before.timers.clear();
            before.room = None;
            before.offer = None;
            before.seats.clear();
        }
        _ => {}
    }
    let mut turn =
        Turn { call, now, effects: Vec::new(), missed: None, pause: None, offer_end: None, gone: Vec::new() };
    turn.take(event, &before.armed);
    turn.join();
    turn.settle(before)
}

/// What followed from the state before the event.
struct Before {
    held: BTreeMap<UserId, Held>,
    offer: Option<Offer>,
    outside: Option<Outside>,
    room: Option<RoomPlan>,
    /// Timers as they were before.
    armed: BTreeMap<Timer, Armed>,
    /// Timers that the driver still has.
    timers: BTreeMap<Timer, Armed>,
    leg: Option<LegId>,
    consult: Option<LegId>,
    seats: BTreeMap<Party, (String, SeatPlan)>,
    recorder: Option<bool>,
    over: bool,
}

impl Before {
    fn of(call: &Call) -> Self {
        let armed = timers(call);
        Self {
            held: duties(call),
            offer: call.offer().cloned(),
            outside: call.outside().cloned(),
            room: room_plan(call),
            timers: armed.clone(),
            armed,
            leg: call.line.leg(),
            consult: call.consult(),
            seats: seats(call),
            recorder: carrier_records(call),
            over: call.is_over(),
        }
    }
}

/// The work of one step.
pub(super) struct Turn {
    pub call: Call,
    pub now: UnixMillis,
    pub effects: Vec<Effect>,
    /// Let an offer run out.
    pub missed: Option<UserId>,
    /// Asked for a break after this call.
    pub pause: Option<UserId>,
    /// How the offer ended, if one did.
    pub offer_end: Option<OfferEnd>,
    /// Telephone calls that have ended by themselves.
    pub gone: Vec<Party>,
}

impl Turn {
    fn take(&mut self, event: &CallEvent, armed: &BTreeMap<Timer, Armed>) {
        match event {
            CallEvent::TimerFired { timer } => {
                if armed.get(timer).is_some_and(|armed| armed.at <= self.now) {
                    self.timer_fired(*timer);
                }
            }
            CallEvent::Received => self.received(),
            CallEvent::Placed { agent, fence, session } => self.placed(*agent, *fence, *session),
            CallEvent::Dialed { party, provider_call_id } => self.dialed(*party, provider_call_id),
            CallEvent::CarrierAttached { party, leg } => self.carrier_attached(*party, *leg),
            CallEvent::CarrierLost { leg } => self.carrier_lost(*leg),
            CallEvent::TelephoneAccepted { attempt } => self.telephone_accepted(*attempt),
            CallEvent::ConferenceJoined { party, conference, provider_call_id } => {
                self.conference_joined(*party, conference, provider_call_id);
            }
            CallEvent::GreetingFinished { then, leg } => self.greeting_finished(then, *leg),
            CallEvent::FarewellFinished => self.farewell_finished(),
            CallEvent::DigitReceived { digit } => self.digit_received(*digit),
            CallEvent::Routed { agent, fence, decision, why } => self.routed(*agent, *fence, *decision, why),
            CallEvent::NobodyFree => self.nobody_free(),
            CallEvent::QueueFull => self.queue_full(),
            CallEvent::AnsweredBy { verdict, greeting_over } => self.answered_by(*verdict, *greeting_over),
            CallEvent::VoicemailDropped { agent, message } => self.voicemail_dropped(*agent, message),
            CallEvent::VoicemailStarted { .. } => self.message_started(),
            CallEvent::VoicemailFinished { whole } => self.voicemail_finished(*whole),
            CallEvent::CarrierRecording { id, state } => self.carrier_recording(id, state),
            CallEvent::AgentFreed => self.agent_freed(),
            CallEvent::OfferAccepted { agent, fence, session } => self.offer_accepted(*agent, *fence, *session),
            CallEvent::OfferDeclined { agent, fence } => self.offer_refused(*agent, *fence, OfferEnd::Declined),
            CallEvent::OfferExpired { agent, fence } => self.offer_refused(*agent, *fence, OfferEnd::Expired),
            CallEvent::CustomerRinging => self.customer_ringing(),
            CallEvent::EarlySound { leg } => self.early_sound(*leg),
            CallEvent::CustomerAnswered => self.customer_answered(),
            CallEvent::CustomerFailed { reason } => self.customer_failed(*reason),
            CallEvent::SideHeard { side } => self.side_heard(*side),
            CallEvent::SideSilent { side } => self.side_silent(*side),
            CallEvent::HoldStarted { .. } => self.hold_started(),
            CallEvent::HoldEnded { .. } => self.hold_ended(),
            CallEvent::TransferStarted { to, .. } => self.transfer_started(to),
            CallEvent::TransferCancelled { .. } => self.transfer_over(None),
            CallEvent::ConsultStarted { number, leg, .. } => self.consult_started(number, *leg),
            CallEvent::ConsultJoined { .. } => self.pass_on(),
            CallEvent::CustomerMoved { .. } => self.customer_moved(),
            CallEvent::CustomerReplaced { leg, .. } => self.carrier_attached(Party::Customer, *leg),
            CallEvent::CustomerNamed { customer, lead } => self.customer_named(customer, *lead),
            CallEvent::TransferAnswered { attempt } => self.transfer_answered(*attempt, None),
            CallEvent::TransferFailed { attempt, reason } => self.transfer_failed(*attempt, *reason),
            CallEvent::DeviceLost { session } => self.device_lost(*session),
            CallEvent::DeviceBack { agent, session } => self.device_back(*agent, *session),
            CallEvent::MonitorSet { user, mode, session } => self.monitor_set(*user, *mode, *session),
            CallEvent::MonitorCleared { user } => self.call.monitors.retain(|monitor| monitor.user != *user),
            CallEvent::RecordingPaused { .. } => self.recording_paused(true),
            CallEvent::RecordingResumed { .. } => self.recording_paused(false),
            CallEvent::RecordingFailed { reason } => self.recording_failed(reason),
            CallEvent::RecordingStarted => self.recording_started(),
            CallEvent::RecordingFinished => self.recording_finished(),
            CallEvent::CustomerHungUp => self.customer_hung_up(),
            CallEvent::AgentHungUp { .. } => self.agent_hung_up(),
            CallEvent::ProviderEnded { party, status } => self.provider_ended(*party, *status),
            CallEvent::CarrierSwept { party, status } => self.swept(*party, *status),
            CallEvent::WrapUpExtended { agent } => self.wrap_up_extended(*agent),
            CallEvent::DispositionSaved { agent, code, sub_code, made_at, then } => {
                self.disposition_saved(*agent, code, sub_code.as_deref(), *made_at);
                self.wrap_up_ended(*agent, *then);
            }
            CallEvent::WrapUpEnded { agent, then } => self.wrap_up_ended(*agent, *then),
            CallEvent::ServerRestarted => self.server_restarted(),
        }
    }

    fn timer_fired(&mut self, timer: Timer) {
        match timer {
            Timer::Greeting => self.greeting_finished(&AfterGreeting::OwnQueue, None),
            Timer::Farewell => self.farewell_finished(),
            Timer::LookAgain => self.look_again(),
            Timer::MaxWait => self.waited_too_long(),
            Timer::OfferExpires => self.offer_ran_out(),
            Timer::CustomerRings => self.customer_failed(DialFailure::NoAnswer),
            Timer::CarrierMissed => self.carrier_missed(),
            Timer::OutsideMissed => self.outside_missed(),
            Timer::CarrierBack | Timer::OutsideBack => self.dropped(),
            Timer::DeviceBack => self.agent_lost(),
            Timer::TransferGivesUp => self.transfer_over(Some(NoticeCode::TransferNotAnswered)),
            Timer::HearBoth => self.not_both_heard(),
            Timer::AskCarrier => self.ask_carrier(),
            Timer::Message => self.message_over(),
            Timer::WrapUpEnds { agent } => self.wrap_up_ended(agent, AfterWrapUp::Available),
        }
    }

    /// Notes since when the agent and the customer have had media together.
    fn join(&mut self) {
        let together = self.call.line.leg().is_some()
            && self.call.talk().is_some_and(|talk| {
                talk.held_since.is_none()
                    && talk.transfer.is_none()
                    && matches!(talk.desk.device, Device::Connected { .. })
            });
        match (together, self.call.hearing.joined_at) {
            (true, None) => self.call.hearing.joined_at = Some(self.now),
            (false, Some(_)) => self.call.hearing.joined_at = None,
            (true, Some(_)) | (false, None) => {}
        }
    }

    fn settle(mut self, before: Before) -> (Call, Vec<Effect>) {
        self.settle_offer(before.offer);
        self.settle_agents(&before.held);
        self.settle_telephones(before.outside, before.leg, before.over);
        let consult = before.consult.filter(|_| self.call.consult().is_none());
        self.effects.extend(consult.map(|leg| Effect::EndConsult { leg }));
        self.settle_conference();
        self.settle_seats(&before.seats);
        self.settle_recorder(before.recorder);
        self.settle_room(before.room);
        let after = timers(&self.call);
        let dropped = before.timers.keys().filter(|timer| !after.contains_key(timer));
        self.effects.extend(dropped.map(|timer| Effect::ClearTimer { timer: *timer }));
        let set = after.iter().filter(|(timer, armed)| before.timers.get(timer) != Some(*armed));
        self.effects.extend(set.map(|(timer, armed)| Effect::SetTimer {
            timer: *timer,
            at: armed.at,
            reason: armed.reason,
        }));
        if let Some(end) = self.call.end.filter(|_| !before.over) {
            self.effects.push(Effect::Over { reason: end.reason });
        }
        (self.call, self.effects)
    }

    /// First of all effects: what people hear and what is recorded changes at the instant of the event, while others may
    /// have to wait for a database or a carrier.
    fn settle_room(&mut self, before: Option<RoomPlan>) {
        let effect = match room_plan(&self.call) {
            Some(plan) if before.as_ref() != Some(&plan) => Effect::Room { plan },
            None if before.is_some() => Effect::CloseRoom,
            Some(_) | None => return,
        };
        self.effects.insert(0, effect);
    }

    fn settle_offer(&mut self, before: Option<Offer>) {
        let after = self.call.offer().cloned();
        if before == after {
            return;
        }
        if let Some(Offer { agent, fence, .. }) = before {
            let end = match self.offer_end {
                Some(end) => end,
                None if self.call.is_over() => OfferEnd::CallerGone,
                None => OfferEnd::Withdrawn,
            };
            self.effects.push(Effect::WithdrawOffer { agent, fence, end });
        }
        if let Some(offer) = after {
            let transferred_by = self.call.desk().map(|desk| desk.agent);
            self.effects.push(Effect::Offer { offer, transferred_by });
        }
    }

    fn settle_agents(&mut self, before: &BTreeMap<UserId, Held>) {
        let after = duties(&self.call);
        for (agent, held) in before.iter().filter(|(agent, _)| !after.contains_key(agent)) {
            let next = AgentNext::Free { missed: self.missed == Some(*agent), pause: self.pause == Some(*agent) };
            self.effects.push(Effect::AgentTo { agent: *agent, fence: held.fence, next });
        }
        for (agent, held) in after.iter().filter(|(agent, held)| before.get(agent) != Some(held)) {
            let next = match held.duty {
                // Claimed in the routing transaction already.
                Duty::Reserved => continue,
                Duty::OnCall => AgentNext::OnCall,
                Duty::WrapUp { ends_at } => AgentNext::WrapUp { ends_at },
            };
            self.effects.push(Effect::AgentTo { agent: *agent, fence: held.fence, next });
        }
    }

    /// Ends telephone calls that the state does not hold any more and that have not ended by themselves.
    fn settle_telephones(&mut self, outside: Option<Outside>, leg: Option<LegId>, was_over: bool) {
        if let Some(outside) =
            outside.filter(|outside| self.call.outside().is_none_or(|now| now.attempt != outside.attempt))
        {
            let party = Party::Outside { attempt: outside.attempt };
            if !self.gone.contains(&party) {
                let leg = outside.line.leg();
                self.effects.push(Effect::HangUpCarrier { party, provider_call_id: outside.provider_call_id, leg });
            }
        }
        if self.call.is_over() && !was_over && !self.gone.contains(&Party::Customer) {
            let provider_call_id = self.call.provider_call_id.clone();
            self.effects.push(Effect::HangUpCarrier { party: Party::Customer, provider_call_id, leg });
        }
    }

    /// The phase of a call whose customer has gone.
    pub(super) fn rest(&mut self) {
        let since = self.call.end.map_or(self.now, |end| end.at);
        if self.call.wrap_ups.is_empty() {
            self.call.phase = Phase::Ended { at: self.now };
        } else {
            self.call.phase = Phase::WrapUp { since };
        }
        self.call.line = Line::Gone;
    }
}
