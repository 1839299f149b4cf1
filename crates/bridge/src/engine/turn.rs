//! One turn of 20 ms: everybody's samples are readied, mixed, encoded and sent.
//!
//! In a room of few, devices that ask for packets of 10 ms get a turn in its two halves as they come, which spares them
//! half a turn in the mix and half a packet before it can be sent. Carriers, recordings, large rooms and all other devices
//! get the turn when it is whole.

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
    desk::{Demand, Group},
    numbering::{FRAME, SHORT_FRAME},
    room::{Room, Side},
    session::Session,
    tally::Tally,
    ticks::{HALF, TICK},
    voice::{Loops, NARROW, Part, Samples, WIDE},
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
    loops: &'a Loops,
    narrow: &'a mut Mixer,
    wide: &'a mut Mixer,
    counters: &'a Counters,
    changed: &'a mut Vec<MediaSessionId>,
}

impl Engine {
    /// The first half of a turn.
    pub(super) fn begin_turn(&mut self, turn: u64, now: Instant) {
        self.begun = None;
        self.change_waiting_rooms(now);
        self.begun = Some(turn);
        self.drop_gone_carriers();
        self.play_loops(now);
        self.sessions.values_mut().for_each(|session| session.begin_turn(now));
        self.halves = false;
        for room in self.rooms.values_mut() {
            let mut halves = false;
            for port in &room.plan.members {
                if let PortId::Session(id) = port
                    && let Some(session) = self.sessions.get_mut(id)
                {
                    session.in_halves &= room.may_be_in_halves();
                    halves |= session.in_halves;
                }
            }
            room.in_halves = halves;
            self.halves |= halves;
        }
        if self.halves {
            self.for_each_room(turn, now, |stage, room, events| {
                if room.in_halves {
                    stage.begin_room(room, events);
                }
                None
            });
        }
        self.send_changed(now);
    }

    /// The second half, or all of it for those who are not sent halves.
    pub(super) fn end_turn(&mut self, turn: u64, now: Instant) {
        self.begun = None;
        let mut events = Vec::new();
        for (leg, carrier) in &mut self.carriers {
            let keys = carrier.take_in(turn, now, now.duration_since(self.origin)).into_iter();
            events.extend(keys.map(|key| BridgeEvent::CarrierDtmf { leg: *leg, digit: key.as_char() }));
        }
        self.for_each_room(turn, now, |stage, room, events| {
            stage.end_room(room, events);
            stage.record(room)
        });
        self.stage(turn, now).play_clips(&mut events);
        for event in events {
            self.report(event);
        }
        for tally in self.tallies() {
            tally.close_turn();
        }
        let due = self.origin + TICK * u32::try_from(turn).unwrap_or(u32::MAX) + HALF;
        self.late = self.late.max(now.saturating_duration_since(due));
        if turn.is_multiple_of(SECOND) {
            self.close_second(now);
        }
        self.send_changed(now);
    }

    /// Does `work` in each room that somebody is in, and what it reports and records.
    fn for_each_room(
        &mut self,
        turn: u64,
        now: Instant,
        mut work: impl FnMut(&mut Stage<'_>, &mut Room, &mut Vec<BridgeEvent>) -> Option<crate::recorder::Chunk>,
    ) {
        let mut events = Vec::new();
        let mut rooms = std::mem::take(&mut self.rooms);
        for room in rooms.values_mut().filter(|room| !room.is_idle()) {
            if let Some(chunk) = work(&mut self.stage(turn, now), room, &mut events) {
                self.recorder.chunk(chunk);
            }
        }
        self.rooms = rooms;
        for event in events {
            self.report(event);
        }
    }

    fn stage(&mut self, turn: u64, now: Instant) -> Stage<'_> {
        Stage {
            turn,
            now,
            sessions: &mut self.sessions,
            carriers: &mut self.carriers,
            loops: &self.loops,
            narrow: &mut self.narrow,
            wide: &mut self.wide,
            counters: &self.counters,
            changed: &mut self.changed,
        }
    }

    /// Lets the transports send what the turn has brought them.
    fn send_changed(&mut self, now: Instant) {
        self.changed.sort_unstable();
        self.changed.dedup();
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

/// A group's turn for the carriers among its listeners, each made when the first of its kind is there.
#[derive(Default)]
struct Mixes {
    narrow: Option<[i16; NARROW]>,
    wide: Option<[i16; WIDE]>,
}

/// Where the samples of this turn are.
fn voices<'a>(
    sessions: &'a HashMap<MediaSessionId, Session>,
    carriers: &'a HashMap<LegId, Carrier>,
    (loops, turn): (&'a Loops, u64),
) -> impl Fn(Source) -> Option<(&'a Samples, &'a Samples)> {
    move |source| {
        if let Some(sound) = loops.of(source) {
            return Some((sound.samples(turn), sound.samples(turn.saturating_sub(1))));
        }
        let voice = match source {
            Source::Music | Source::Ringback => return None,
            Source::Port(PortId::Session(id)) => &sessions.get(&id)?.voice,
            Source::Port(PortId::Carrier(leg)) => &carriers.get(&leg)?.voice,
        };
        Some((&voice.now, &voice.before))
    }
}

impl Stage<'_> {
    /// When a part is due.
    fn since_start(&self, part: Part) -> Duration {
        let begins = TICK * u32::try_from(self.turn).unwrap_or(u32::MAX);
        if part == Part::First { begins } else { begins + HALF }
    }

    fn begin_room(&mut self, room: &mut Room, events: &mut Vec<BridgeEvent>) {
        let since_start = self.since_start(Part::First);
        for port in &room.plan.members {
            if let PortId::Carrier(leg) = port
                && let Some(carrier) = self.carriers.get_mut(leg)
            {
                let keys = carrier.take_in(self.turn, self.now, since_start).into_iter();
                events.extend(keys.map(|key| BridgeEvent::CarrierDtmf { leg: *leg, digit: key.as_char() }));
            }
        }
        let silent = self.ready_voices(room, Part::First);
        for group in room.desk.turn(&silent) {
            self.play_halves(group, Part::First);
        }
    }

    fn end_room(&mut self, room: &mut Room, events: &mut Vec<BridgeEvent>) {
        let silent = self.ready_voices(room, if room.in_halves { Part::Second } else { Part::Whole });
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
        let groups = if room.in_halves { room.desk.groups() } else { room.desk.turn(&silent) };
        for group in groups {
            if room.in_halves {
                self.play_halves(group, Part::Second);
            }
            self.play_group(group);
        }
    }

    /// Readies the samples of those who are needed; in a large room only of those who speak. The answer is the others.
    fn ready_voices(&mut self, room: &Room, part: Part) -> BTreeSet<PortId> {
        let (large, wide, since_start) = (room.is_large(), room.hears_wide(), self.since_start(part));
        let mut silent = BTreeSet::new();
        for port in &room.decoded {
            let speaks = match port {
                PortId::Session(id) => {
                    self.sessions.get_mut(id).is_none_or(|session| session.speak(part, since_start, !large))
                }
                // A carrier's turn is there as a whole when it begins.
                PortId::Carrier(_) if part == Part::Second => true,
                PortId::Carrier(leg) => {
                    self.carriers.get_mut(leg).is_none_or(|carrier| carrier.speak(since_start, !large, wide))
                }
            };
            if !speaks {
                silent.insert(*port);
            }
        }
        silent
    }

    /// Plays one half to those who are sent halves.
    fn play_halves(&mut self, group: &mut Group, part: Part) {
        if group.only_loop().is_some() {
            return;
        }
        let mut packet = None;
        for at in 0..group.listeners.len() {
            let PortId::Session(id) = group.listeners[at] else { continue };
            if !self.sessions.get(&id).is_some_and(|session| session.connected && session.in_halves) {
                continue;
            }
            if packet.is_none() {
                let demand = self.demand(group, |session| session.connected && session.in_halves);
                packet = self.encode(group, part, demand);
            }
            if let Some((packet, level)) = &packet {
                self.send(id, part, Arc::clone(packet), level);
            }
        }
    }

    fn play_group(&mut self, group: &mut Group) {
        let mut mixes = Mixes::default();
        let mut packet = None;
        let looped = group.only_loop().is_some();
        for at in 0..group.listeners.len() {
            match group.listeners[at] {
                PortId::Carrier(leg) => self.play_carrier(leg, group, &mut mixes),
                PortId::Session(id) => {
                    let ready = |session: &Session| {
                        session.connected && session.clips.is_empty() && (looped || !session.in_halves)
                    };
                    if !self.sessions.get(&id).is_some_and(ready) {
                        continue;
                    }
                    if packet.is_none() {
                        let demand = self.demand(group, ready);
                        packet = self.encode(group, Part::Whole, demand);
                    }
                    if let Some((packet, level)) = &packet {
                        self.send(id, Part::Whole, Arc::clone(packet), level);
                    }
                }
            }
        }
    }

    fn mix_narrow(&mut self, group: &Group) -> [i16; NARROW] {
        group.mix_narrow(self.narrow, &voices(self.sessions, self.carriers, (self.loops, self.turn)))
    }

    fn mix_wide(&mut self, group: &Group) -> [i16; WIDE] {
        group.mix_wide(self.wide, &voices(self.sessions, self.carriers, (self.loops, self.turn)))
    }

    fn play_carrier(&mut self, leg: LegId, group: &Group, mixes: &mut Mixes) {
        let Some(carrier) = self.carriers.get(&leg).filter(|carrier| carrier.clips.is_empty()) else { return };
        let is_wide = carrier.is_wide();
        if is_wide {
            let mix = mixes.wide.get_or_insert_with(|| self.mix_wide(group));
            if let Some(carrier) = self.carriers.get_mut(&leg) {
                carrier.send_wide(mix, self.counters);
            }
        } else {
            let mix = mixes.narrow.get_or_insert_with(|| self.mix_narrow(group));
            if let Some(carrier) = self.carriers.get_mut(&leg) {
                carrier.send(mix, self.counters);
            }
        }
    }

    /// What the paths to those listeners ask for who are sent it.
    fn demand(&self, group: &Group, sent: impl Fn(&Session) -> bool) -> Option<Demand> {
        let sessions = group.listeners.iter().filter_map(|port| match port {
            PortId::Session(id) => self.sessions.get(id).filter(|session| sent(session)),
            PortId::Carrier(_) => None,
        });
        sessions.map(|session| session.demand(self.now)).reduce(Demand::and)
    }

    /// One packet for all devices of this group that are sent this part.
    fn encode(&mut self, group: &mut Group, part: Part, demand: Option<Demand>) -> Option<Made> {
        let demand = demand?;
        let mut meter = Meter::default();
        if let Some(sound) = group.only_loop().and_then(|source| self.loops.of(source)) {
            meter.add(&sound.samples(self.turn).narrow);
            return Some((sound.packet(self.turn), meter));
        }
        let voices = voices(self.sessions, self.carriers, (self.loops, self.turn));
        let mut packet = [0; MAX_PACKET];
        let mix = group.mix_for_devices(part, self.wide, &voices);
        meter.add(mix.pcm());
        match group.encode(part, &mix, demand, self.wide, &voices, &mut packet) {
            Ok(length) => Some((packet[..length].into(), meter)),
            Err(error) => {
                tracing::error!(%error, "a mix could not be encoded");
                None
            }
        }
    }

    fn send(&mut self, id: MediaSessionId, part: Part, packet: Arc<[u8]>, level: &Meter) {
        if let Some(session) = self.sessions.get_mut(&id) {
            let begins = self.turn * FRAME;
            let numbers = match part {
                Part::First => session.numbering().paced(begins, SHORT_FRAME),
                Part::Second => session.numbering().paced(begins + SHORT_FRAME, SHORT_FRAME),
                Part::Whole => session.numbering().paced(begins, FRAME),
            };
            session.write(numbers, packet, self.now);
            session.tally.said_at(level);
            if let Err(error) = session.advance(self.now) {
                tracing::debug!(%id, %error, "a frame could not be sent");
            }
            self.changed.push(id);
        }
    }

    fn play_clips(&mut self, events: &mut Vec<BridgeEvent>) {
        for (leg, carrier) in self.carriers.iter_mut() {
            let (port, finished) = (PortId::Carrier(*leg), carrier.play_clips(self.counters));
            events.extend(finished.map(|prompt| BridgeEvent::PromptFinished { port, prompt, completed: true }));
        }
        let playing: Vec<MediaSessionId> =
            self.sessions.iter().filter(|(_, session)| session.plays_clips()).map(|(id, _)| *id).collect();
        for id in playing {
            let port = PortId::Session(id);
            match self.sessions.get_mut(&id).map(|session| session.clips.next_packet()) {
                Some(Ok(Some((packet, finished)))) => {
                    self.send(id, Part::Whole, packet, &Meter::default());
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
                PortId::Carrier(leg) => self.carriers.get(&leg).map(|leg| (&leg.voice, leg.wait())),
            }
            .unzip();
            self.wide.add(voice.map_or(&[], |voice| &voice.now.wide));
            side.wait = side.wait.or(wait.flatten());
        }
        self.wide.take_into(&mut side.frame);
        side
    }
}
