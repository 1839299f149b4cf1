//! An agent and the customer: joining, holding, sound, monitoring, recording.

use super::{
    effect::{Effect, NoticeCode, NoticeTo},
    state::{Desk, Heard, Hearing, Monitor, MonitorMode, Party, Phase, Recording, Side, Span, Talk, TalkSpan},
    step::Turn,
};
use crate::ids::{MediaSessionId, UserId};

impl Turn {
    pub(super) fn begin_talk(&mut self, desk: Desk) {
        let (agent, session) = (desk.agent, desk.device.session());
        let history = &mut self.call.history;
        history.answered_at.get_or_insert(self.now);
        history.talks.push(TalkSpan { agent, span: Span { from: self.now, to: None } });
        if !history.agents.contains(&agent) {
            history.agents.push(agent);
        }
        // Somebody who monitored and now takes the call speaks for themselves.
        self.call.monitors.retain(|monitor| monitor.user != agent && Some(monitor.session) != session);
        // Heard is what was heard with this agent; the customer's voice stays known.
        self.call.hearing = Hearing { customer: self.call.hearing.customer, ..Hearing::default() };
        if self.call.recording == Recording::Waiting {
            self.call.recording = Recording::Running;
        }
        self.call.phase = Phase::Talking { talk: Talk { desk, since: self.now, held_since: None, transfer: None } };
    }

    /// Closes what is open in the history of the present agent's part.
    pub(super) fn close_spans(&mut self) {
        let now = self.now;
        let history = &mut self.call.history;
        let talks = history.talks.iter_mut().map(|talk| &mut talk.span);
        for span in talks.chain(history.holds.iter_mut()).filter(|span| span.to.is_none()) {
            span.to = Some(now);
        }
    }

    pub(super) fn tell_agent(&mut self, code: NoticeCode) {
        if let Some(user_id) = self.call.desk().map(|desk| desk.agent) {
            self.effects.push(Effect::Notice { to: NoticeTo::Agent { user_id }, code });
        }
    }

    pub(super) fn hold_started(&mut self) {
        if let Phase::Talking { talk } = &mut self.call.phase
            && talk.held_since.is_none()
        {
            talk.held_since = Some(self.now);
            self.call.history.holds.push(Span { from: self.now, to: None });
        }
    }

    pub(super) fn hold_ended(&mut self) {
        let now = self.now;
        if let Phase::Talking { talk } = &mut self.call.phase {
            talk.held_since = None;
        }
        for span in self.call.history.holds.iter_mut().filter(|span| span.to.is_none()) {
            span.to = Some(now);
        }
    }

    /// The customer may be heard while they wait, and is not reported again when an agent answers.
    pub(super) fn side_heard(&mut self, side: Side) {
        let expected = match side {
            Side::Customer => !self.call.is_over(),
            Side::Agent => self.call.talk().is_some(),
        };
        let now = self.now;
        let heard = self.heard_mut(side);
        if expected && !matches!(heard, Heard::Since { .. }) {
            *heard = Heard::Since { at: now };
        }
    }

    pub(super) fn side_silent(&mut self, side: Side) {
        if self.call.talk().is_none() {
            return;
        }
        let now = self.now;
        let heard = self.heard_mut(side);
        if matches!(heard, Heard::Since { .. }) {
            *heard = Heard::Silent { since: now };
            self.tell_of_sound(match side {
                Side::Agent => NoticeCode::AgentSilent,
                Side::Customer => NoticeCode::CustomerSilent,
            });
        }
        self.repair(side);
    }

    pub(super) fn not_both_heard(&mut self) {
        self.call.hearing.told = true;
        if self.call.hearing.customer == Heard::NotYet {
            self.tell_of_sound(NoticeCode::CustomerNotHeard);
        }
        if self.call.hearing.agent == Heard::NotYet {
            self.tell_of_sound(NoticeCode::AgentNotHeard);
        }
    }

    fn tell_of_sound(&mut self, code: NoticeCode) {
        self.tell_agent(code);
        self.effects.push(Effect::Notice { to: NoticeTo::Supervisors, code });
    }

    /// Nothing at all comes from a side that is connected: its media are restarted, once in a talk. A side that is away is
    /// waited for in its own way.
    fn repair(&mut self, side: Side) {
        let hearing = &mut self.call.hearing;
        let tried = match side {
            Side::Agent => &mut hearing.repaired_agent,
            Side::Customer => &mut hearing.repaired_customer,
        };
        if hearing.joined_at.is_none() || std::mem::replace(tried, true) {
            return;
        }
        match side {
            Side::Customer => self.restart_media(Party::Customer),
            Side::Agent => {
                let desk = self.call.desk().and_then(|desk| desk.device.session().map(|session| (desk.agent, session)));
                if let Some((agent, session)) = desk {
                    self.effects.push(Effect::RestartDeviceMedia { agent, session });
                }
            }
        }
    }

    const fn heard_mut(&mut self, side: Side) -> &mut Heard {
        match side {
            Side::Agent => &mut self.call.hearing.agent,
            Side::Customer => &mut self.call.hearing.customer,
        }
    }

    pub(super) fn monitor_set(&mut self, user: UserId, mode: MonitorMode, session: MediaSessionId) {
        let monitors = &mut self.call.monitors;
        match monitors.iter_mut().find(|monitor| monitor.user == user) {
            Some(monitor) => (monitor.mode, monitor.session) = (mode, session),
            None => monitors.push(Monitor { user, session, mode, since: self.now }),
        }
        // One device has one place in the room.
        monitors.retain(|monitor| monitor.user == user || monitor.session != session);
    }

    pub(super) fn recording_paused(&mut self, pause: bool) {
        match &mut self.call.recording {
            // What is said while the recorder tries again is not for the file either.
            Recording::Failed { paused, .. } => *paused = pause,
            other => *other = if pause { Recording::Paused } else { Recording::Running },
        }
    }

    pub(super) fn recording_failed(&mut self, reason: &str) {
        if matches!(self.call.recording, Recording::Off | Recording::Failed { .. }) {
            return;
        }
        let paused = self.call.recording == Recording::Paused;
        self.call.recording = Recording::Failed { reason: reason.to_owned(), paused };
        self.tell_agent(NoticeCode::RecordingFailed);
        self.effects.push(Effect::Notice { to: NoticeTo::Admins, code: NoticeCode::RecordingFailed });
    }

    /// The recorder writes; news only after it had failed.
    pub(super) fn recording_started(&mut self) {
        let Recording::Failed { paused, .. } = self.call.recording else { return };
        if self.call.is_over() {
            return;
        }
        self.call.recording = if paused { Recording::Paused } else { Recording::Running };
        self.tell_agent(NoticeCode::RecordingBack);
        self.effects.push(Effect::Notice { to: NoticeTo::Admins, code: NoticeCode::RecordingBack });
    }

    pub(super) fn recording_finished(&mut self) {
        if self.call.is_over() && self.call.recording != Recording::Off {
            self.call.recording = Recording::Finished;
        }
    }

    pub(super) fn finish_recording(&mut self) {
        self.call.recording = match &self.call.recording {
            Recording::Running | Recording::Paused | Recording::Finished => Recording::Finished,
            Recording::Waiting | Recording::Off => Recording::Off,
            failed @ Recording::Failed { .. } => failed.clone(),
        };
    }
}
