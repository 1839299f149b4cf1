//! Inbound: from the announcement to the queue, and the way out without an agent.

use super::{
    effect::{Effect, Farewell, NoticeCode, NoticeTo, RouteReason},
    facts::SoundPlace,
    greeting::Greeting,
    state::{CallStatus, EndReason, Line, Phase, Recording},
    step::Turn,
};
use crate::ids::LegId;

/// Digits that are kept of what a caller types during the greeting.
const DIGITS_LIMIT: usize = 64;

impl Turn {
    pub(super) fn received(&mut self) {
        if self.call.phase != Phase::New {
            return;
        }
        if self.call.facts.greeting == Greeting::None {
            self.enter_queue(RouteReason::Arrived, false);
        } else {
            self.call.phase = Phase::Greeting { since: self.now, digits: String::new() };
            if let Some(leg) = self.call.line.leg() {
                self.greet(leg);
            }
        }
    }

    pub(super) fn digit_received(&mut self, digit: char) {
        // What is not to be recorded is not to be kept as keys either: a card number, a PIN.
        let private = matches!(self.call.recording, Recording::Paused | Recording::Failed { paused: true, .. });
        let keys = match &mut self.call.phase {
            Phase::Greeting { digits, .. } => digits,
            Phase::Talking { .. } if !private => &mut self.call.history.keys,
            _ => return,
        };
        if keys.len() < DIGITS_LIMIT {
            keys.push(digit);
        }
    }

    /// Says a last sentence; the end follows when it was heard.
    pub(super) fn leave(&mut self, reason: EndReason) {
        self.call.monitors.clear();
        self.finish_recording();
        self.call.phase = Phase::Leaving { since: self.now, reason };
        match self.call.line {
            Line::Attached { leg } => self.say_farewell(leg, reason),
            // Routing may be quicker than the sound, which is on its way: they are told when it is there.
            Line::Awaited { .. } if self.call.facts.sound == SoundPlace::Bridge => {}
            Line::Awaited { .. } | Line::Lost { .. } | Line::Gone => self.farewell_finished(),
        }
    }

    pub(super) fn say_farewell(&mut self, leg: LegId, reason: EndReason) {
        let farewell = match reason {
            EndReason::WaitedTooLong | EndReason::QueueFull => Farewell::AllBusy,
            EndReason::AgentLost => Farewell::AgentLost,
            _ => Farewell::NoRoute,
        };
        self.effects.push(Effect::PlayFarewell { leg, farewell });
    }

    pub(super) fn farewell_finished(&mut self) {
        if let Phase::Leaving { reason, .. } = self.call.phase {
            self.over(self.left_as(), reason);
        }
    }

    /// The status of a customer who goes without having been hung up on by anyone.
    pub(super) fn left_as(&self) -> CallStatus {
        match self.call.phase {
            _ if self.call.history.answered_at.is_some() => CallStatus::Completed,
            Phase::Leaving { .. } => CallStatus::NoAnswer,
            _ => CallStatus::Abandoned,
        }
    }

    pub(super) fn no_route(&mut self) {
        self.effects.push(Effect::Notice { to: NoticeTo::Admins, code: NoticeCode::NoRoute });
        self.leave(EndReason::NoRoute);
    }
}
