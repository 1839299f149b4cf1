//! Carries out what the handle asks for.

use std::{
    collections::HashSet,
    sync::{Arc, PoisonError, atomic::AtomicU64},
    time::{Duration, Instant},
};

use domain::ids::{CallId, LegId, MediaSessionId};
use media::{
    dtmf::{self, Digit, DigitSource},
    frame::NARROWBAND,
};
use str0m::{Rtc, change::SdpOffer};

use super::{
    Command, Engine, RoomChange,
    carrier::Carrier,
    clip::Clips,
    loopback::Loopback,
    room::{Room, Tap},
    session::Session,
    transport,
};
use crate::{
    event::{BridgeEvent, PortStats},
    handle::SessionError,
    plan::RoomPlan,
    port::PortId,
};

impl Engine {
    pub(super) fn obey(&mut self, command: Command, now: Instant) {
        match command {
            Command::OpenSession { id, rtc, short, reply } => {
                self.open_session(id, rtc, short, now);
                // The asker may have gone; the session stands all the same.
                let _ = reply.send(());
            }
            Command::Renegotiate { id, offer, reply } => {
                let answer = self.renegotiate(id, *offer);
                let _ = reply.send(answer);
            }
            Command::CloseSession(id) => self.close_session(id, now),
            Command::AttachSocket { session, frames, reply } => {
                // When the asker has gone, the dropped receiver of the frames ends the attachment.
                let _ = reply.send(self.attach_socket(session, frames, now));
            }
            Command::DetachSocket { session, attachment } => self.detach_socket(session, attachment),
            Command::SocketHeard { session, attachment, heard } => self.socket_heard(session, attachment, heard, now),
            Command::OpenCarrier { leg, options, arrived, outlet, dropped, reply } => {
                let fresh = Carrier::new(options, arrived, outlet, dropped);
                let carrier = match self.carriers.remove(&leg) {
                    Some(before) => fresh.follow(before),
                    None => fresh,
                };
                self.carriers.insert(leg, carrier);
                if let Some(place) = self.places.get(&PortId::Carrier(leg)).copied() {
                    self.tell_wide(place);
                }
                let _ = reply.send(());
            }
            Command::CarrierKey { leg, digit } => {
                let since_start = now.duration_since(self.origin);
                let key = Digit::from_char(digit);
                // A leg that has gone cannot have heard the tones too.
                let is_new = match (self.carriers.get_mut(&leg), key) {
                    (Some(carrier), Some(key)) => carrier.keys.take(key, DigitSource::Event, since_start),
                    (None, Some(_)) => true,
                    (_, None) => false,
                };
                if is_new {
                    self.report(BridgeEvent::CarrierDtmf { leg, digit });
                }
            }
            Command::CarrierNetwork { leg, network } => {
                if let Some(carrier) = self.carriers.get_mut(&leg) {
                    carrier.network = network;
                }
            }
            Command::ApplyRoom { room, plan } => self.change_room(RoomChange::Apply(room, plan), now),
            Command::CloseRoom(room) => self.change_room(RoomChange::Close(room), now),
            Command::Play { port, prompt, pcm } => match self.clips_of(port) {
                Some(clips) => {
                    let cut = clips.play(prompt, pcm);
                    self.prompts_cut(port, cut);
                }
                None => self.prompts_cut(port, vec![prompt]),
            },
            Command::StopPrompt(port) => self.stop_prompt(port),
            Command::SendDtmf { port, digits } => {
                let tones = dtmf::tones(digits.chars().filter_map(Digit::from_char), NARROWBAND);
                if let (Some(clips), false) = (self.clips_of(port), tones.is_empty()) {
                    clips.append_tones(tones);
                }
            }
            Command::Loop { id, delay, reply } => {
                let _ = reply.send(self.set_loop(id, delay, now));
            }
            Command::Looped { id, reply } => {
                let looped = self.sessions.get(&id).and_then(|session| session.looped.as_ref());
                let _ = reply.send(looped.map(Loopback::delay));
            }
            Command::Stats { port, reply } => {
                let _ = reply.send(self.stats_of(port));
            }
        }
    }

    fn set_loop(&mut self, id: MediaSessionId, delay: Option<Duration>, now: Instant) -> bool {
        let in_room = self.places.contains_key(&PortId::Session(id));
        let Some(session) = self.sessions.get_mut(&id).filter(|_| !in_room) else { return false };
        session.looped = delay.map(|delay| Loopback::new(delay, now));
        true
    }

    fn open_session(&mut self, id: MediaSessionId, mut rtc: Box<Rtc>, short: bool, now: Instant) {
        self.remove_session(id);
        let heard_at = Arc::new(AtomicU64::new(0));
        self.last_heard.lock().unwrap_or_else(PoisonError::into_inner).insert(id, Arc::clone(&heard_at));
        self.net.expect(id, rtc.direct_api().local_ice_credentials().ufrag);
        self.sessions.insert(id, Session::new(rtc, short, heard_at, now));
        self.changed.push(id);
        self.refresh_decoding();
    }

    fn renegotiate(&mut self, id: MediaSessionId, offer: SdpOffer) -> Result<String, SessionError> {
        let session =
            self.sessions.get_mut(&id).filter(|session| session.rtc.is_alive()).ok_or(SessionError::Unknown)?;
        let answer = transport::accept(&mut session.rtc, offer);
        let ufrag = session.rtc.direct_api().local_ice_credentials().ufrag;
        self.net.expect(id, ufrag);
        self.changed.push(id);
        answer
    }

    fn close_session(&mut self, id: MediaSessionId, now: Instant) {
        if let Some(session) = self.sessions.get_mut(&id) {
            // Best effort: tells the device at once instead of letting it time out.
            if session.rtc.close().is_ok() && session.advance(now).is_ok() {
                let _ = session.drain(&mut self.inbox, |transmit| self.net.send(transmit));
                self.inbox.clear();
            }
            self.remove_session(id);
        }
    }

    /// False when there was none.
    pub(super) fn remove_session(&mut self, id: MediaSessionId) -> bool {
        self.net.forget(id);
        self.last_heard.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        let Some(mut session) = self.sessions.remove(&id) else { return false };
        let cut = session.clips.stop();
        self.prompts_cut(PortId::Session(id), cut);
        true
    }

    pub(super) fn clips_of(&mut self, port: PortId) -> Option<&mut Clips> {
        match port {
            PortId::Session(id) => self.sessions.get_mut(&id).map(|session| &mut session.clips),
            PortId::Carrier(leg) => self.carriers.get_mut(&leg).map(|carrier| &mut carrier.clips),
        }
    }

    pub(super) fn prompts_cut(&self, port: PortId, prompts: Vec<String>) {
        for prompt in prompts {
            self.report(BridgeEvent::PromptFinished { port, prompt, completed: false });
        }
    }

    fn stop_prompt(&mut self, port: PortId) {
        let cut = self.clips_of(port).map(Clips::stop).unwrap_or_default();
        if let (PortId::Carrier(leg), false) = (port, cut.is_empty())
            && let Some(carrier) = self.carriers.get_mut(&leg)
        {
            carrier.clear(&self.counters);
        }
        self.prompts_cut(port, cut);
    }

    fn change_room(&mut self, change: RoomChange, now: Instant) {
        let in_halves = |id: &CallId| self.rooms.get(id).is_some_and(|room| room.in_halves);
        let touches_halves = match &change {
            RoomChange::Close(room) => in_halves(room),
            RoomChange::Apply(room, plan) => {
                in_halves(room) || plan.members.iter().filter_map(|port| self.places.get(port)).any(in_halves)
            }
        };
        // In order, also behind one that waits.
        if self.begun.is_some() && (touches_halves || !self.waiting.is_empty()) {
            self.waiting.push(change);
        } else {
            self.carry_out(change, now);
        }
    }

    pub(super) fn change_waiting_rooms(&mut self, now: Instant) {
        for change in std::mem::take(&mut self.waiting) {
            self.carry_out(change, now);
        }
    }

    fn carry_out(&mut self, change: RoomChange, now: Instant) {
        match change {
            RoomChange::Apply(room, plan) => self.apply_room(room, plan, now),
            RoomChange::Close(room) => self.close_room(room),
        }
    }

    fn apply_room(&mut self, id: CallId, mut plan: RoomPlan, now: Instant) {
        let mut seen = HashSet::new();
        plan.members.retain(|member| seen.insert(*member));
        for member in &plan.members {
            if let PortId::Session(id) = member
                && let Some(session) = self.sessions.get_mut(id)
            {
                // Who is in a room hears the room.
                session.looped = None;
            }
            if let Some(other) = self.places.insert(*member, id).filter(|other| *other != id) {
                self.evict(other, *member, now);
            }
        }
        self.places.retain(|port, place| *place != id || plan.members.contains(port));
        let room = self.rooms.entry(id).or_insert_with(|| Room::new(id, now));
        let running = room.tap.as_ref().map(|tap| tap.plan.recording);
        let wanted = plan.record.clone();
        if running != wanted.as_ref().map(|record| record.recording) {
            if let Some(mut tap) = room.tap.take() {
                self.recorder.finish(tap.plan.recording, tap.end());
            }
            room.tap = wanted.map(|record| {
                self.recorder.start_recording(id, record.recording);
                Tap::new(record)
            });
        } else if let (Some(tap), Some(record)) = (&mut room.tap, wanted) {
            tap.plan = record;
        }
        room.apply(plan, now);
        self.tell_wide(id);
        self.refresh_decoding();
    }

    /// Tells a room which of its carriers have a wide codec.
    fn tell_wide(&mut self, id: CallId) {
        let Some(room) = self.rooms.get_mut(&id) else { return };
        let is_wide = |leg: &LegId| self.carriers.get(leg).is_some_and(Carrier::is_wide);
        let legs = room.plan.members.iter().filter_map(|port| match port {
            PortId::Carrier(leg) => Some(*leg),
            PortId::Session(_) => None,
        });
        room.desk.set_wide(legs.filter(is_wide).collect());
    }

    /// Takes a port out of a room because it has gone to another.
    fn evict(&mut self, id: CallId, port: PortId, now: Instant) {
        if let Some(room) = self.rooms.get_mut(&id) {
            let mut plan = room.plan.clone();
            plan.members.retain(|member| *member != port);
            room.apply(plan, now);
        }
    }

    fn close_room(&mut self, id: CallId) {
        self.places.retain(|_, place| *place != id);
        if let Some(mut tap) = self.rooms.remove(&id).and_then(|room| room.tap) {
            self.recorder.finish(tap.plan.recording, tap.end());
        }
        self.refresh_decoding();
    }

    /// Decodes exactly those devices whose samples somebody needs.
    fn refresh_decoding(&mut self) {
        for (id, session) in &mut self.sessions {
            let port = PortId::Session(*id);
            let room = self.places.get(&port).and_then(|place| self.rooms.get(place));
            session.set_decoded(room.is_some_and(|room| room.decoded.contains(&port)));
        }
    }

    fn stats_of(&self, port: PortId) -> Option<PortStats> {
        match port {
            PortId::Session(id) => self.sessions.get(&id).map(|session| session.tally.latest),
            PortId::Carrier(leg) => self.carriers.get(&leg).map(|carrier| carrier.tally.latest),
        }
    }
}
