//! One turn of 20 ms: everybody's samples are readied, mixed, encoded and sent.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use domain::ids::{LegId, MediaSessionId};
use media::{codec::MAX_PACKET, level, mix::Mixer};

use super::{
    Engine,
    carrier::Carrier,
    numbering::FRAME,
    room::{Channel, Room, Side},
    session::Session,
    tally::Tally,
    ticks::TICK,
    voice::{Music, NARROW, Voice, WIDE},
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

impl Stage<'_> {
    fn play_room(&mut self, room: &mut Room, events: &mut Vec<BridgeEvent>) {
        for port in &room.decoded {
            match port {
                PortId::Session(id) => {
                    if let Some(session) = self.sessions.get_mut(id) {
                        session.speak(TICK * u32::try_from(self.turn).unwrap_or(u32::MAX));
                    }
                }
                PortId::Carrier(leg) => {
                    if let Some(carrier) = self.carriers.get_mut(leg) {
                        carrier.widen();
                    }
                }
            }
        }
        for port in &room.plan.members {
            if let PortId::Carrier(leg) = port
                && let Some(carrier) = self.carriers.get(leg)
                && carrier.fresh
                && !room.heard.contains(port)
                && level::rms_dbfs(&carrier.voice.narrow) > HEARD_DBFS
            {
                room.heard.insert(*port);
                events.push(BridgeEvent::AudioHeard { room: room.id, port: *port });
            }
        }
        for channel in &mut room.channels {
            self.play_channel(channel);
        }
    }

    fn voice(&self, port: PortId) -> Option<&Voice> {
        match port {
            PortId::Session(id) => self.sessions.get(&id).map(|session| &session.voice),
            PortId::Carrier(leg) => self.carriers.get(&leg).map(|carrier| &carrier.voice),
        }
    }

    fn mix_narrow(&mut self, sources: &[Source]) -> [i16; NARROW] {
        let mut mix = [0; NARROW];
        let mut mixer = std::mem::replace(self.narrow, Mixer::new(0));
        for source in sources {
            match source {
                Source::Music => mixer.add(self.music.narrow(self.turn)),
                Source::Port(port) => mixer.add(self.voice(*port).map_or(&[], |voice| &voice.narrow)),
            }
        }
        mixer.take_into(&mut mix);
        *self.narrow = mixer;
        mix
    }

    fn mix_wide(&mut self, sources: impl Iterator<Item = Source>) -> [i16; WIDE] {
        let mut mix = [0; WIDE];
        let mut mixer = std::mem::replace(self.wide, Mixer::new(0));
        for source in sources {
            match source {
                Source::Music => mixer.add(self.music.wide(self.turn)),
                Source::Port(port) => mixer.add(self.voice(port).map_or(&[], |voice| &voice.wide)),
            }
        }
        mixer.take_into(&mut mix);
        *self.wide = mixer;
        mix
    }

    fn play_channel(&mut self, channel: &mut Channel) {
        let mut narrow = None;
        let mut packet = None;
        for at in 0..channel.stream.listeners.len() {
            match channel.stream.listeners[at] {
                PortId::Carrier(leg) => {
                    if !self.carriers.get(&leg).is_some_and(|carrier| carrier.clips.is_empty()) {
                        continue;
                    }
                    let mix = *narrow.get_or_insert_with(|| self.mix_narrow(&channel.stream.sources));
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
                        packet = self.encode(channel);
                    }
                    if let Some((packet, level)) = &packet {
                        self.send(id, Arc::clone(packet), level);
                    }
                }
            }
        }
    }

    /// One packet for all devices that hear this stream, with the samples that are in it.
    fn encode(&mut self, channel: &mut Channel) -> Option<(Arc<[u8]>, Vec<i16>)> {
        if channel.stream.sources == [Source::Music] {
            return Some((self.music.packet(self.turn), self.music.narrow(self.turn).to_vec()));
        }
        let pcm = if channel.stream.is_narrowband() {
            self.mix_narrow(&channel.stream.sources).to_vec()
        } else {
            self.mix_wide(channel.stream.sources.iter().copied()).to_vec()
        };
        let mut packet = [0; MAX_PACKET];
        match channel.encoder().and_then(|encoder| encoder.encode(&pcm, &mut packet)) {
            Ok(length) => Some((packet[..length].into(), pcm)),
            Err(error) => {
                tracing::error!(%error, "a mix could not be encoded");
                None
            }
        }
    }

    fn send(&mut self, id: MediaSessionId, packet: Arc<[u8]>, pcm: &[i16]) {
        if let Some(session) = self.sessions.get_mut(&id) {
            let numbers = session.numbering().paced(self.turn * FRAME);
            session.write(numbers, packet, self.now);
            session.tally.said(pcm);
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
                    self.send(id, packet, &[]);
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

    fn side(&mut self, ports: impl Iterator<Item = PortId> + Clone) -> Side {
        let wait = ports.clone().find_map(|port| match port {
            PortId::Session(id) => self.sessions.get(&id).and_then(Session::wait),
            PortId::Carrier(leg) => self.carriers.get(&leg).and_then(|carrier| carrier.wait(self.now)),
        });
        Side { frame: self.mix_wide(ports.map(Source::Port)), wait }
    }
}
