//! One call's actor: events in, effects out, in the order in which they came.

use std::{collections::BTreeMap, time::Duration};

use domain::{
    call::{Call, CallEvent, Effect, Phase, Timer, step, timers},
    dispositions::LEFT_VOICEMAIL,
    ids::{CallId, QueueId, TenantId},
    time::UnixMillis,
};
use storage::{TenantScope, sound::SoundPart};
use tokio::sync::mpsc;
use wire::{calls::LiveCall, live::LiveEvent};

use super::{
    agent_steps::AgentSteps, conference::ConferenceSteps, figures::Figures, keys::KeysLine, log::Log, names::Names,
    registry::Tell, sound_parts, unsettled::Unfinished, view,
};
use crate::{Backend, clock, error::BackendError, live::Audience};

pub(super) struct Actor {
    pub backend: Backend,
    pub scope: TenantScope,
    pub tenant: TenantId,
    pub call: Call,
    pub names: Names,
    pub figures: Figures,
    pub language: String,
    pub agent_steps: AgentSteps,
    pub conference_steps: ConferenceSteps,
    pub keys: KeysLine,
    timers: BTreeMap<Timer, UnixMillis>,
    log: Log,
    sound: mpsc::UnboundedSender<SoundPart>,
    inbox: mpsc::UnboundedReceiver<Tell>,
    last_shown: Option<LiveCall>,
    waiting: Option<(QueueId, UnixMillis)>,
    _unfinished: Unfinished,
}

/// What an actor starts from.
pub(super) struct Begin {
    pub scope: TenantScope,
    pub tenant: TenantId,
    pub call: Call,
    /// Sequence number of the last event in the log.
    pub seq: u32,
    pub names: Names,
    pub language: String,
    /// Of an event that is in the log already, and still to be carried out.
    pub effects: Vec<Effect>,
}

impl Actor {
    /// Registers the call and starts its actor. `first` is fed before anything else but what is still to be carried out.
    pub fn spawn(backend: &Backend, begin: Begin, first: Vec<Tell>) {
        let (sender, inbox) = mpsc::unbounded_channel();
        let id = begin.call.facts.id;
        backend.calls().add(begin.tenant, id, sender);
        if let Some(leg) = begin.call.line.leg() {
            backend.calls().add_leg(leg, id);
        }
        let actor = Self {
            backend: backend.clone(),
            log: Log::start(backend.clone(), begin.scope, id, begin.seq),
            sound: sound_parts::writer(backend.clone(), begin.scope, id),
            scope: begin.scope,
            tenant: begin.tenant,
            timers: timers(&begin.call).into_iter().map(|(timer, armed)| (timer, armed.at)).collect(),
            call: begin.call,
            names: begin.names,
            figures: Figures::default(),
            language: begin.language,
            agent_steps: AgentSteps::default(),
            conference_steps: ConferenceSteps::default(),
            keys: KeysLine::default(),
            inbox,
            last_shown: None,
            waiting: None,
            _unfinished: backend.calls().unfinished(id),
        };
        backend.finishing().spawn(actor.run(begin.effects, first));
    }

    async fn run(mut self, effects: Vec<Effect>, first: Vec<Tell>) {
        if !effects.is_empty() {
            self.follow(effects).await;
        }
        for told in first {
            self.told(told).await;
        }
        while !matches!(self.call.phase, Phase::Ended { .. }) {
            let next = self.timers.iter().min_by_key(|(_, at)| **at).map(|(timer, at)| (*timer, *at));
            let wait = next.map_or(Duration::from_secs(3600), |(_, at)| at.since(clock::now()));
            tokio::select! {
                biased;
                told = self.inbox.recv() => match told {
                    Some(told) => self.told(told).await,
                    None => break,
                },
                // What has come in before the end is in the log; the next server goes on from there.
                () = self.backend.stopping().cancelled() => break,
                () = tokio::time::sleep(wait) => {
                    if let Some((timer, _)) = next.filter(|(_, at)| *at <= clock::now()) {
                        self.timers.remove(&timer);
                        self.happened(CallEvent::TimerFired { timer }).await;
                    }
                }
            }
        }
        self.backend.calls().remove(self.call.facts.id);
        self.inbox.close();
        // Answers to what was asked before the end: a claim among them is given back.
        while let Ok(told) = self.inbox.try_recv() {
            match told {
                Tell::Event(CallEvent::Routed { agent, fence, .. }) => {
                    self.backend.release_claim(self.scope, agent, self.call.facts.id, fence).await;
                }
                other => self.told(other).await,
            }
        }
        self.log.finish().await;
    }

    async fn told(&mut self, told: Tell) {
        match told {
            Tell::Event(event) => {
                self.happened(event).await;
            }
            Tell::Ask { event, reply } => {
                let answer = self.asked(event).await;
                // The asker may have gone; what they asked for has been done all the same.
                drop(reply.send(answer));
            }
            Tell::Live { reply } => drop(reply.send(self.shown())),
            Tell::RingingOffer { agent, reply } => {
                let offer = self.call.offer().filter(|offer| offer.agent == agent).cloned();
                drop(reply.send(offer.map(|offer| self.wire_offer(&offer, None))));
            }
            Tell::Sound(second) => {
                let session = self.call.desk().and_then(|desk| desk.device.session());
                let reported = session.and_then(|one| self.backend.device_reports().latest(one, second.at));
                let part = self.figures.take(&self.call, &second, reported);
                self.keep_sound(part);
                self.publish_sound();
            }
            Tell::Digits { digits, reply } => {
                let sent = self.send_digits(digits);
                if let Some(reply) = reply {
                    let _gone = reply.send(sent);
                }
            }
            Tell::GreetingRead { leg, pcm } => self.greeting_read(leg, pcm),
            Tell::MessagePlayed => self.message_played().await,
        }
    }

    /// The call in full, for whoever may see it so.
    fn shown(&self) -> LiveCall {
        view::live_call(&self.call, &self.names, &self.figures, false)
    }

    async fn asked(&mut self, event: CallEvent) -> Result<LiveCall, BackendError> {
        self.refusal(&event)?;
        // What is so already (answered twice, held twice) changes nothing and is no fault.
        self.happened(event).await;
        Ok(self.shown())
    }

    /// Feeds one event. False when it changed nothing (late, doubled, or not for this state); such events are not logged.
    pub async fn happened(&mut self, event: CallEvent) -> bool {
        let now = clock::now();
        let before = self.call.clone();
        let (after, effects) = step(before.clone(), &event, now);
        if after == before && effects.is_empty() {
            return false;
        }
        self.call = after;
        self.log.append(now, &event, &self.call, self.names.came_by());
        tracing::debug!(call = %self.call.facts.id, ?event, effects = effects.len(), "call event");
        self.follow(effects).await;
        true
    }

    async fn follow(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            self.carry_out(effect).await;
        }
        self.publish();
    }

    async fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::SetTimer { timer, at, .. } => {
                self.timers.insert(timer, at);
            }
            Effect::ClearTimer { timer } => {
                self.timers.remove(&timer);
            }
            other => self.perform(other).await,
        }
    }

    /// Feeds an event from within an effect: it goes through the inbox, behind what waits there.
    pub fn tell_self(&self, event: CallEvent) {
        self.backend.calls().event(self.id(), event);
    }

    pub fn id(&self) -> CallId {
        self.call.facts.id
    }

    /// Sends the call as it is now to the screens that show it, if it looks different from before.
    pub fn publish(&mut self) {
        let waiting = crate::snapshot::waiting_since(&self.call);
        if waiting != self.waiting {
            self.waiting = waiting;
            self.backend.calls().set_waiting(self.id(), waiting);
            if let Some(plan) = &self.call.queue {
                self.backend.publish_queue(self.scope, plan.queue_id);
            }
        }
        let mut full = self.shown();
        view::without_sound(&mut full);
        if self.last_shown.as_ref() == Some(&full) {
            return;
        }
        let agent = full.agent_id;
        let audience = agent.map_or(Audience::Supervisors, Audience::UserAndSupervisors);
        // An agent who had the call and has it no more sees it end.
        if let Some(gone) =
            self.last_shown.as_ref().and_then(|before| before.agent_id).filter(|had| Some(*had) != agent)
        {
            self.backend.feed().publish(self.tenant, Audience::User(gone), self.ended_event());
        }
        if view::is_live(&self.call) {
            let masked = view::live_call(&self.call, &self.names, &Figures::default(), true);
            self.backend.feed().publish_masked(
                self.tenant,
                audience,
                LiveEvent::Call { call: Box::new(full.clone()) },
                LiveEvent::Call { call: Box::new(masked) },
            );
        } else if self.last_shown.as_ref().is_none_or(|before| !is_final(before.status)) {
            self.backend.feed().publish(self.tenant, Audience::Everyone, self.ended_event());
        }
        self.last_shown = Some(full);
    }

    fn ended_event(&self) -> LiveEvent {
        let suggested_outcome = self.call.history.voicemail.as_ref().map(|_| LEFT_VOICEMAIL.to_owned());
        LiveEvent::CallEnded { call_id: self.id(), suggested_outcome }
    }

    /// Sends a part of the series on its way to the store.
    pub fn keep_sound(&self, part: Option<SoundPart>) {
        if let Some(part) = part
            && self.sound.send(part).is_err()
        {
            tracing::error!(call = %self.id(), "the writer of sound figures has stopped");
        }
    }

    fn publish_sound(&self) {
        let Some(desk) = self.call.desk() else { return };
        let event = LiveEvent::Sound {
            call_id: self.id(),
            agent: self.figures.agent.clone(),
            customer: self.figures.customer.clone(),
            device: self.figures.device,
            mouth_to_ear_ms: self.figures.mouth_to_ear_ms,
            cause: self.figures.cause.map(Into::into),
        };
        self.backend.feed().publish_passing(self.tenant, Audience::UserAndSupervisors(desk.agent), event);
    }
}

pub(super) const fn is_final(status: wire::calls::CallStatus) -> bool {
    use wire::calls::CallStatus;
    !matches!(status, CallStatus::Greeting | CallStatus::Queued | CallStatus::Ringing | CallStatus::InProgress)
}
