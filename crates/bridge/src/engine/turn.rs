//! One turn of 20 ms: everybody's samples are readied, mixed, encoded and sent.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};

use domain::ids::{LegId, MediaSessionId};
use media::{
    codec::MAX_PACKET,
    level::{self, Meter},
    mix::Mixer,
};

use super::{
    Engine,
    carrier::Carrier,
    desk::Group,
    numbering::FRAME,
    room::{Room, Side},
    session::Session,
    tally::Tally,
    ticks::TICK,
    voice::{Music, NARROW, Samples},
};
use crate::{
    counters::Counters,
    event::{BridgeEvent, PortStats},
    plan::Source,
    port::PortId,
};

/// Turns in a second.
const SECOND: u64 = 50;
/// From here on a carrier's audio counts as heard: the least noise of an open line, where a closed one is digitally
/// silent (the smallest step of G.711 is at -72 dBFS).
const HEARD_DBFS: f32 = -75.0;
/// Looked at once a second, so that it is said within three.
const SILENT_AFTER: Duration = Duration::from_secs(2);

/// What a turn needs of the engine besides the room itself.
struct Stage<'a> {
    turn: u64,
    now: Instant,
    sessions: &'a mut HashMap<MediaSessionId, Session>,
    carriers: &'a mut HashMap<LegId, Carrier>,
    music: &'a Music,
    narrow: &'a mut Mixer,
    wide: &'a mut Mixer,
    counters: &'a Counters,
    changed: &'a mut Vec<MediaSessionId>,
}

impl Engine {
    pub(super) fn take_turn(&mut self, turn: u64, now: Instant) {
        self.drop_gone_carriers();
        self.play_loops(now);
        self.sessions.values_mut().for_each(|session| session.voice.pass());
        let since_start = now.duration_since(self.origin);
        let mut events = Vec::new();
        for (leg, carrier) in &mut self.carriers {
            carrier.take_in(now);
            let keys = carrier.hear_keys(since_start).into_iter();
            events.extend(keys.map(|key| BridgeEvent::CarrierDtmf { leg: *leg, digit: key.as_char() }));
        }
        let mut stage = Stage {
            turn,
            now,
            sessions: &mut self.sessions,
            carriers: &mut self.carriers,
            music: &self.music,
            narrow: &mut self.narrow,
            wide: &mut self.wide,
            counters: &self.counters,
            changed: &mut self.changed,
        };
        for room in self.rooms.values_mut().filter(|room| !room.is_idle()) {
            stage.play_room(room, &mut events);
            if let Some(chunk) = stage.record(room) {
                self.recorder.chunk(chunk);
            }
        }
        stage.play_clips(&mut events);
        self.changed.sort_unstable();
        self.changed.dedup();
        for id in &self.changed {
            if let Some(Err(error)) = self.sessions.get_mut(id).map(|session| session.advance(now)) {
                tracing::debug!(%id, %error, "a frame could not be sent");
            }
        }
        for event in events {
            self.report(event);
        }
        for tally in self.tallies() {
            tally.close_turn();
        }
        let due = self.origin + TICK * u32::try_from(turn).unwrap_or(u32::MAX);
        self.late = self.late.max(now.saturating_duration_since(due));
        if turn.is_multiple_of(SECOND) {
            self.close_second(now);
        }
        self.flush(now);
    }

    /// Gives devices that hear themselves what they said a while ago. One packet at a time: between two the transport wants
    /// to be asked what it has to send.
    fn play_loops(&mut self, now: Instant) {
        let clock = (now.duration_since(self.origin).as_micros() * 48 / 1_000) as u64;
        let looped = self.sessions.iter().filter(|(_, session)| session.looped.is_some()).map(|(id, _)| *id);
        for id in looped.collect::<Vec<_>>() {
            while let Some(session) = self.sessions.get_mut(&id) {
                session.looped.take_if(|looped| looped.is_over(now));
                let Some(held) = session.looped.as_mut().and_then(|looped| looped.take(now)) else { break };
                let Some(numbers) = session.numbering().forwarded(PortId::Session(id), held.seq, held.time, clock)
                else {
                    continue;
                };
                session.write(numbers, held.payload, now);
                if let Err(error) = session.advance(now) {
                    tracing::debug!(%id, %error, "a packet could not be sent back");
                }
                self.changed.push(id);
                self.flush(now);
            }
        }
    }

    fn tallies(&mut self) -> impl Iterator<Item = &mut Tally> {
        let of_sessions = self.sessions.values_mut().map(|session| &mut session.tally);
        of_sessions.chain(self.carriers.values_mut().map(|carrier| &mut carrier.tally))
    }

    fn drop_gone_carriers(&mut self) {
        let gone: Vec<LegId> =
            self.carriers.iter().filter(|(_, carrier)| carrier.is_gone()).map(|(leg, _)| *leg).collect();
        for leg in gone {
            if let Some(mut carrier) = self.carriers.remove(&leg) {
                self.prompts_cut(PortId::Carrier(leg), carrier.clips.stop());
            }
        }
    }

    /// Once a second: figures, and who has fallen silent.
    fn close_second(&mut self, now: Instant) {
        let mut figures: HashMap<PortId, (PortStats, Option<Instant>)> = HashMap::new();
        for (id, session) in &mut self.sessions {
            figures.insert(PortId::Session(*id), (session.close_second(), session.tally.last_in));
        }
        for (leg, carrier) in &mut self.carriers {
            figures.insert(PortId::Carrier(*leg), (carrier.close_second(), carrier.tally.last_in));
        }
        let late = std::mem::take(&mut self.late);
        let mut events = Vec::new();
        for room in self.rooms.values_mut().filter(|room| !room.is_idle()) {
            let id = room.id;
            let ports = room.plan.members.iter().filter_map(|port| Some((*port, figures.get(port)?.0))).collect();
            events.push(BridgeEvent::Stats { room: id, late, ports });
            for port in room.plan.members.clone() {
                let last = figures.get(&port).and_then(|(_, last)| *last);
                let quiet_since = last.map_or(room.changed, |last| last.max(room.changed));
                if now.saturating_duration_since(quiet_since) < SILENT_AFTER {
                    room.silent.remove(&port);
                } else if room.silent.insert(port) {
                    // When it speaks again that is news.
                    room.heard.remove(&port);
                    events.push(BridgeEvent::PortSilent { room: id, port });
                }
            }
        }
        for event in events {
            self.report(event);
        }
    }
}

/// A packet for several devices, and the level of what is in it.
type Made = (Arc<[u8]>, Meter);

/// Where the samples of this turn are.
fn voices<'a>(
    sessions: &'a HashMap<MediaSessionId, Session>,
    carriers: &'a HashMap<LegId, Carrier>,
    music: [&'a Samples; 2],
) -> impl Fn(Source) -> Option<(&'a Samples, &'a Samples)> {
    move |source| {
        let voice = match source {
            Source::Music => return Some((music[0], music[1])),
            Source::Port(PortId::Session(id)) => &sessions.get(&id)?.voice,
            Source::Port(PortId::Carrier(leg)) => &carriers.get(&leg)?.voice,
        };
        Some((&voice.now, &voice.before))
    }
}

impl Stage<'_> {
    fn since_start(&self) -> Duration {
        TICK * u32::try_from(self.turn).unwrap_or(u32::MAX)
    }

    fn play_room(&mut self, room: &mut Room, events: &mut Vec<BridgeEvent>) {
        let silent = self.ready_voices(room);
        for port in &room.plan.members {
            if let PortId::Carrier(leg) = port
                && let Some(carrier) = self.carriers.get(leg)
                && carrier.fresh
                && !room.heard.contains(port)
                && level::rms_dbfs(&carrier.voice.now.narrow) > HEARD_DBFS
            {
                room.heard.insert(*port);
                events.push(BridgeEvent::AudioHeard { room: room.id, port: *port });
            }
        }
        for group in room.desk.turn(&silent) {
            self.play_group(group);
        }
    }

    /// Readies the samples of those who are needed; in a large room only of those who speak. The answer is the others.
    fn ready_voices(&mut self, room: &Room) -> BTreeSet<PortId> {
        let (large, since_start) = (room.is_large(), self.since_start());
        let mut silent = BTreeSet::new();
        for port in &room.decoded {
            let speaks = match port {
                PortId::Session(id) => {
                    self.sessions.get_mut(id).is_none_or(|session| session.speak(since_start, !large))
                }
                PortId::Carrier(leg) => {
                    self.carriers.get_mut(leg).is_none_or(|carrier| carrier.speak(since_start, !large))
                }
            };
            if !speaks {
                silent.insert(*port);
            }
        }
        silent
    }

    fn play_group(&mut self, group: &mut Group) {
        let mut narrow = None;
        let mut packet = None;
        for at in 0..group.listeners.len() {
            match group.listeners[at] {
                PortId::Carrier(leg) => {
                    if !self.carriers.get(&leg).is_some_and(|carrier| carrier.clips.is_empty()) {
                        continue;
                    }
                    let mix = *narrow.get_or_insert_with(|| self.mix_narrow(group));
                    if let Some(carrier) = self.carriers.get_mut(&leg) {
                        carrier.send(&mix, self.counters);
                    }
                }
                PortId::Session(id) => {
                    let ready = |session: &Session| session.connected && session.clips.is_empty();
                    if !self.sessions.get(&id).is_some_and(ready) {
                        continue;
                    }
                    if packet.is_none() {
                        packet = self.encode(group);
                    }
                    if let Some((packet, level)) = &packet {
                        self.send(id, Arc::clone(packet), level);
                    }
                }
            }
        }
    }

    fn mix_narrow(&mut self, group: &Group) -> [i16; NARROW] {
        let music = [self.music.samples(self.turn), self.music.samples(self.turn.saturating_sub(1))];
        group.mix_narrow(self.narrow, &voices(self.sessions, self.carriers, music))
    }

    /// One packet for all devices of this group.
    fn encode(&mut self, group: &mut Group) -> Option<Made> {
        let mut meter = Meter::default();
        if group.is_music() {
            meter.add(&self.music.samples(self.turn).narrow);
            return Some((self.music.packet(self.turn), meter));
        }
        let music = [self.music.samples(self.turn), self.music.samples(self.turn.saturating_sub(1))];
        let voices = voices(self.sessions, self.carriers, music);
        let mut packet = [0; MAX_PACKET];
        let encoded = if group.is_narrowband() {
            let pcm = group.mix_narrow(self.narrow, &voices);
            meter.add(&pcm);
            group.encode(&pcm, self.narrow, &voices, &mut packet)
        } else {
            let pcm = group.mix_wide(self.wide, &voices);
            meter.add(&pcm);
            group.encode(&pcm, self.wide, &voices, &mut packet)
        };
        match encoded {
            Ok(length) => Some((packet[..length].into(), meter)),
            Err(error) => {
                tracing::error!(%error, "a mix could not be encoded");
                None
            }
        }
    }

    fn send(&mut self, id: MediaSessionId, packet: Arc<[u8]>, level: &Meter) {
        if let Some(session) = self.sessions.get_mut(&id) {
            let numbers = session.numbering().paced(self.turn * FRAME);
            session.write(numbers, packet, self.now);
            session.tally.said_at(level);
            self.changed.push(id);
        }
    }

    fn play_clips(&mut self, events: &mut Vec<BridgeEvent>) {
        for (leg, carrier) in self.carriers.iter_mut() {
            if let Some((frame, finished)) = carrier.clips.next() {
                carrier.send(&frame, self.counters);
                let port = PortId::Carrier(*leg);
                events.extend(finished.map(|prompt| BridgeEvent::PromptFinished { port, prompt, completed: true }));
            }
        }
        let playing: Vec<MediaSessionId> =
            self.sessions.iter().filter(|(_, session)| !session.clips.is_empty()).map(|(id, _)| *id).collect();
        for id in playing {
            let port = PortId::Session(id);
            match self.sessions.get_mut(&id).map(|session| session.clips.next_packet()) {
                Some(Ok(Some((packet, finished)))) => {
                    self.send(id, packet, &Meter::default());
                    events.extend(finished.map(|prompt| BridgeEvent::PromptFinished { port, prompt, completed: true }));
                }
                Some(Err(error)) => tracing::error!(%error, "a prompt could not be encoded"),
                Some(Ok(None)) | None => {}
            }
        }
    }

    /// The frame of this turn for the room's recording, customers left, agents right.
    fn record(&mut self, room: &mut Room) -> Option<crate::recorder::Chunk> {
        let tap = room.tap.as_mut()?;
        if tap.plan.paused {
            return tap.add(self.turn, &Side::SILENT, &Side::SILENT);
        }
        let members = &room.plan.members;
        let left = self.side(tap.plan.left.iter().copied().filter(|port| members.contains(port)));
        let right = self.side(tap.plan.right.iter().copied().filter(|port| members.contains(port)));
        tap.add(self.turn, &left, &right)
    }

    /// Those of one side, with the wait of the first of them that speaks.
    fn side(&mut self, ports: impl Iterator<Item = PortId>) -> Side {
        let mut side = Side::SILENT;
        for port in ports {
            let (voice, wait) = match port {
                PortId::Session(id) => self.sessions.get(&id).map(|session| (&session.voice, session.wait())),
                PortId::Carrier(leg) => self.carriers.get(&leg).map(|leg| (&leg.voice, leg.wait(self.now))),
            }
            .unzip();
            self.wide.add(voice.map_or(&[], |voice| &voice.now.wide));
            side.wait = side.wait.or(wait.flatten());
        }
        self.wide.take_into(&mut side.frame);
        side
    }
}
