//! A recorded message that is left on the customer's answering machine, without the agent.

use std::time::Duration;

use super::{
    effect::{Effect, NoticeCode},
    event::AnsweredBy,
    facts::{Direction, SoundPlace, VoicemailMessage},
    state::{Call, CallStatus, EndReason, LeftBy, LeftVoicemail, Phase},
    step::Turn,
};
use crate::{ids::UserId, time::UnixMillis};

/// A carrier that plays by itself may have begun so long before it said so.
const BEGUN_BEFORE: Duration = Duration::from_secs(1);

/// Whether a carrier that is done with the message at this moment can have played all of it. One that could not fetch the sound is
/// done at once, and says the same.
pub fn played_whole(call: &Call, now: UnixMillis) -> bool {
    match &call.phase {
        Phase::LeavingMessage { message, since, .. } => {
            now.since(*since) + BEGUN_BEFORE >= Duration::from_millis(message.length_ms.into())
        }
        _ => false,
    }
}

impl Turn {
    /// The agent goes over to finishing at once; the message is played to its end all the same.
    pub(super) fn voicemail_dropped(&mut self, agent: UserId, message: &VoicemailMessage) {
        self.leave_message(message.clone(), LeftBy::Agent { agent });
    }

    /// The greeting of the machine is over, so that a message is recorded from here on.
    pub(super) fn machine_listens(&mut self) {
        let talking = matches!(&self.call.phase, Phase::Talking { talk } if talk.transfer.is_none());
        let plan = self.call.facts.voicemail.clone().filter(|_| talking);
        if let Some(message) = plan
            && self.call.facts.direction == Direction::Outbound
        {
            self.tell_agent(NoticeCode::MessageLeft);
            self.leave_message(message, LeftBy::Detection);
        }
    }

    fn leave_message(&mut self, message: VoicemailMessage, by: LeftBy) {
        self.begin_wrap_up();
        self.call.monitors.clear();
        self.finish_recording();
        self.call.history.voicemail = Some(LeftVoicemail { message: message.clone(), by, at: self.now, whole: false });
        self.call.phase = Phase::LeavingMessage { message, since: self.now, heard_at: None };
        self.play_message();
    }

    /// From its beginning, also when the media have come back: what was cut off says nothing.
    pub(super) fn play_message(&mut self) {
        let Phase::LeavingMessage { message, since, heard_at: None } = &mut self.call.phase else { return };
        let message = message.id;
        let plays = if self.call.facts.sound == SoundPlace::Bridge {
            self.call.line.leg().map(|leg| Effect::PlayVoicemail { leg, message })
        } else {
            let id = self.call.provider_call_id.clone();
            id.map(|provider_call_id| Effect::PlayAtCarrier { provider_call_id, message })
        };
        if let Some(plays) = plays {
            *since = self.now;
            self.effects.push(plays);
        }
    }

    /// Its sound had to be read first.
    pub(super) fn message_started(&mut self) {
        let now = self.now;
        if let Phase::LeavingMessage { since, heard_at: None, .. } = &mut self.call.phase {
            *since = now;
        }
    }

    /// `whole`: to its end. One that could not be played at all ends the call without it.
    pub(super) fn voicemail_finished(&mut self, whole: bool) {
        let now = self.now;
        let Phase::LeavingMessage { heard_at: heard_at @ None, .. } = &mut self.call.phase else { return };
        if !whole {
            return self.message_over();
        }
        *heard_at = Some(now);
        if let Some(left) = &mut self.call.history.voicemail {
            left.whole = true;
        }
    }

    pub(super) fn message_over(&mut self) {
        if matches!(self.call.phase, Phase::LeavingMessage { .. }) {
            self.over(CallStatus::Completed, EndReason::MessageLeft);
        }
    }

    pub(super) fn answered_by(&mut self, verdict: AnsweredBy, greeting_over: bool) {
        if self.call.history.answered_by.is_some() {
            return;
        }
        self.call.history.answered_by = Some(verdict);
        if !matches!(verdict, AnsweredBy::Machine | AnsweredBy::Fax) {
            return;
        }
        if verdict == AnsweredBy::Machine && greeting_over {
            self.machine_listens();
        }
        // Otherwise the agent decides: the verdict may be wrong, and there may be a message to leave.
        if matches!(self.call.phase, Phase::Talking { .. }) {
            self.tell_agent(NoticeCode::AnsweringMachine);
        }
    }
}
