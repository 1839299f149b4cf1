//! What comes in from devices, and what the transport does in answer.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use domain::ids::MediaSessionId;
use media::red;
use str0m::{
    Input,
    net::{Protocol, Receive},
};

use super::{
    BATCHES, Engine, HANDSHAKE_SLACK, TIMER_SLACK,
    datagrams::{Datagram, Inbox},
    net::Owner,
    pace::Taken,
    session::{Inbound, Packet},
    ticks::HALF,
};
use crate::{
    counters::count,
    event::{BridgeEvent, LossReason},
    port::PortId,
};

/// Opus packets up to this length carry no sound (RFC 6716 section 2.1.9).
const SILENT_PACKET: usize = 3;
/// A device in no call still checks its connection every four to six seconds (RFC 7675 section 5.1).
const UNREACHABLE_AFTER: Duration = Duration::from_secs(8);
/// One that has sent sound into its room sends some every 400 ms, also while nobody speaks (RFC 7587 section 3.1.3).
const TALKER_UNREACHABLE_AFTER: Duration = Duration::from_secs(4);
/// Between two walks over all sessions for their timers.
const TIMER_STEP: Duration = Duration::from_millis(5);
/// When the transport has no timer, look again after this long.
const IDLE: Duration = Duration::from_secs(1);

/// RFC 7983 section 7, and RFC 5761 section 4 for what of it is RTCP.
fn is_rtp(datagram: &[u8]) -> bool {
    matches!(datagram, [128..=191, second, ..] if !(192..=223).contains(second))
}

/// The first moment from `at` on at which all connected transports are looked at: when a turn ends, so that a bridge that
/// plays wakes up for both at once.
fn shared(at: Instant, origin: Instant) -> Instant {
    let first = origin + HALF;
    let rounds = at.saturating_duration_since(first).as_micros().div_ceil(TIMER_SLACK.as_micros());
    // What is never due is farther away than can be counted.
    u32::try_from(rounds).map_or(at, |rounds| first + TIMER_SLACK * rounds)
}

impl Engine {
    pub(super) fn take_datagrams(&mut self, inbox: &mut Inbox) {
        let mut taken = Taken::default();
        self.passed_on = false;
        for _ in 0..BATCHES {
            taken.more = self.net.receive(inbox);
            if !taken.more {
                break;
            }
            taken.hasty |= !inbox.is_stamped();
            for datagram in inbox.datagrams() {
                self.take_datagram(&datagram);
                self.flush(Instant::now());
                taken.came += 1;
            }
        }
        taken.hasty |= self.passed_on;
        self.pace.read(taken, Inbox::BATCH, self.origin.elapsed());
    }

    fn take_datagram(&mut self, datagram: &Datagram<'_>) {
        let Datagram { bytes, source, arrived } = *datagram;
        let Ok(contents) = bytes.try_into() else { return count(&self.counters.malformed) };
        let owner = self.net.owner(bytes, source);
        let (Owner::Known(id) | Owner::Claimed(id)) = owner else { return count(&self.counters.unknown_source) };
        let (Some(session), Some(destination)) = (self.sessions.get_mut(&id), self.net.local_for(source)) else {
            return count(&self.counters.unknown_source);
        };
        let receive = Receive { proto: Protocol::Udp, source, destination, contents };
        if let Owner::Claimed(_) = owner {
            let input = Input::Receive(arrived, receive);
            if !session.rtc.accepts(&input) {
                return count(&self.counters.unknown_source);
            }
            self.net.learn(id, source, &mut session.addresses);
            let Input::Receive(_, receive) = input else { return };
            self.hand_over(id, receive, is_rtp(bytes), arrived);
        } else {
            self.hand_over(id, receive, is_rtp(bytes), arrived);
        }
    }

    fn hand_over(&mut self, id: MediaSessionId, receive: Receive<'_>, rtp: bool, arrived: Instant) {
        let since_start = arrived.saturating_duration_since(self.origin);
        let Some(session) = self.sessions.get_mut(&id) else { return };
        session.rtp_awaited = rtp;
        // One bad datagram is refused and the connection stands; when it does not, draining it says so.
        if let Err(error) = session.receive(receive, arrived, since_start) {
            tracing::debug!(%id, %error, "a datagram was refused");
            count(&self.counters.refused);
        }
        let back = !session.connected && session.rtc.is_connected();
        if back {
            self.take_inbound(id, Inbound::Connected, arrived);
        }
        self.changed.push(id);
    }

    /// Calls the transports whose time has come.
    pub(super) fn run_timers(&mut self) {
        let now = Instant::now();
        if now < self.next_timer {
            return;
        }
        self.next_timer = now + IDLE;
        let soonest = now + TIMER_STEP;
        let since_start = now.duration_since(self.origin);
        let mut vanished = Vec::new();
        for (id, session) in &mut self.sessions {
            let talks = session.tally.last_in.is_some() && self.places.contains_key(&PortId::Session(*id));
            let limit = if talks { TALKER_UNREACHABLE_AFTER } else { UNREACHABLE_AFTER };
            if session.connected && session.silent_for(since_start) > limit {
                vanished.push(*id);
            }
            if session.deadline <= now {
                if let Err(error) = session.advance(now) {
                    tracing::debug!(%id, %error, "a timer of the transport failed");
                }
                self.changed.push(*id);
            } else {
                self.next_timer = self.next_timer.min(session.deadline.max(soonest));
            }
        }
        for id in vanished {
            self.take_inbound(id, Inbound::Unreachable, now);
        }
    }

    /// Sends what the changed transports have ready, and carries out what they report, until nothing is left.
    pub(super) fn flush(&mut self, now: Instant) {
        while let Some(id) = self.changed.pop() {
            let Some(session) = self.sessions.get_mut(&id) else { continue };
            let mut inbox = std::mem::take(&mut self.inbox);
            let drained = session.drain(&mut inbox, |transmit| self.net.send(transmit));
            if std::mem::take(&mut session.rtp_awaited) {
                count(&self.counters.rtp_ignored);
            }
            session.deadline = session.deadline.max(now + HANDSHAKE_SLACK);
            if session.connected {
                session.deadline = shared(session.deadline, self.origin);
            }
            self.next_timer = self.next_timer.min(session.deadline);
            let alive = session.rtc.is_alive();
            for inbound in inbox.drain(..) {
                self.take_inbound(id, inbound, now);
            }
            self.inbox = inbox;
            if let Err(error) = drained {
                tracing::warn!(%id, %error, "the connection of a device failed");
                self.lose_udp(id);
            } else if !alive {
                self.lose_udp(id);
            }
        }
    }

    pub(super) fn take_inbound(&mut self, id: MediaSessionId, inbound: Inbound, now: Instant) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        match inbound {
            Inbound::Connected => {
                if !std::mem::replace(&mut session.connected, true) {
                    self.report(BridgeEvent::SessionConnected { id });
                }
            }
            // It is only the connectivity checks that see it.
            Inbound::Unreachable
                if session.socket.is_some()
                    && session.silent_for(now.duration_since(self.origin)) < TALKER_UNREACHABLE_AFTER => {}
            Inbound::Unreachable => {
                if std::mem::replace(&mut session.connected, false) {
                    self.report(BridgeEvent::SessionLost { id, reason: LossReason::Unreachable });
                }
            }
            Inbound::Closed => self.lose_udp(id),
            Inbound::Digit(digit) => {
                session.tally.last_in = Some(now);
                self.report(BridgeEvent::SessionDtmf { id, digit });
            }
            Inbound::Nonsense => count(&self.counters.bad_payload),
            Inbound::Audio(packet) => {
                if self.back_on_udp(id, now) {
                    self.take_audio(id, &packet, now);
                }
            }
            Inbound::Redundant(packet) => {
                if self.back_on_udp(id, now) {
                    self.take_redundant(id, &packet, now);
                }
            }
        }
    }

    /// A packet of Opus from the device, by whichever path.
    pub(super) fn take_audio(&mut self, id: MediaSessionId, packet: &Packet, now: Instant) {
        let Packet { seq, time, header, payload, arrived } = packet;
        let since_start = arrived.saturating_duration_since(self.origin);
        let Some(session) = self.sessions.get_mut(&id) else { return };
        session.gate.hear_packet(*header, payload, since_start);
        session.note_packet(*seq, payload.len(), *arrived);
        session.keep(*seq, *time, payload, since_start, &self.counters);
        self.hand_on(id, *seq, *time, payload, &[], now);
    }

    /// As [`take_audio`](Self::take_audio), for a packet with copies of earlier frames.
    fn take_redundant(&mut self, id: MediaSessionId, packet: &Packet, now: Instant) {
        let Packet { seq, time, header, payload, arrived } = packet;
        let Ok(blocks) = red::parse(payload) else { return count(&self.counters.bad_payload) };
        let since_start = arrived.saturating_duration_since(self.origin);
        let Some(session) = self.sessions.get_mut(&id) else { return };
        session.gate.hear_packet(*header, blocks.primary.payload, since_start);
        session.note_packet(*seq, payload.len(), *arrived);
        session.keep_blocks(*seq, *time, &blocks, since_start, &self.counters);
        self.hand_on(id, *seq, *time, &blocks.primary.payload.into(), blocks.copies(), now);
    }

    /// Sound came from the device: to itself while it hears itself, and to those who hear it alone.
    fn hand_on(
        &mut self,
        id: MediaSessionId,
        seq: u64,
        time: u64,
        payload: &Arc<[u8]>,
        copies: &[red::Block<'_>],
        now: Instant,
    ) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        if let Some(looped) = &mut session.looped {
            looped.hold(seq, time, payload, now);
        }
        // Its keys prove who sent it, also when the checks of the path have been missing for so long that nothing is
        // nominated any more.
        if !std::mem::replace(&mut session.connected, true) {
            self.report(BridgeEvent::SessionConnected { id });
        }
        self.pass_on(id, seq, time, payload, copies, now);
    }

    /// Gives a packet to those who hear this device alone.
    fn pass_on(
        &mut self,
        id: MediaSessionId,
        seq: u64,
        time: u64,
        payload: &Arc<[u8]>,
        copies: &[red::Block<'_>],
        now: Instant,
    ) {
        let speaker = PortId::Session(id);
        let Some(room) = self.places.get(&speaker).and_then(|place| self.rooms.get_mut(place)) else { return };
        if payload.len() > SILENT_PACKET && room.heard.insert(speaker) {
            // The owner may have stopped listening while it still uses the handle.
            let _ = self.events.send(BridgeEvent::AudioHeard { room: room.id, port: speaker });
        }
        let clock = (now.duration_since(self.origin).as_micros() * 48 / 1_000) as u64;
        let mut ceiling: Option<i32> = None;
        for listener in room.listeners_of(speaker) {
            let PortId::Session(listener) = listener else { continue };
            let Some(session) = self.sessions.get_mut(&listener).filter(|session| session.clips.is_empty()) else {
                continue;
            };
            if let Some(numbers) = session.numbering().forwarded(speaker, seq, time, clock) {
                session.forward(numbers, Arc::clone(payload), copies, now);
                if let Some(room) = session.room_for_frames(now) {
                    ceiling = Some(ceiling.map_or(room, |ceiling| ceiling.min(room)));
                }
                if let Err(error) = session.advance(now) {
                    tracing::debug!(id = %listener, %error, "a packet could not be passed on");
                }
                self.changed.push(listener);
                self.passed_on = true;
            }
        }
        if let Some(session) = self.sessions.get_mut(&id) {
            session.ask_to_stay_below(ceiling, now);
        }
    }

    /// The connection by UDP is gone for good; a session that has a socket lives on that.
    fn lose_udp(&mut self, id: MediaSessionId) {
        if !self.over_socket(PortId::Session(id)) {
            self.lose(id);
        }
    }

    /// The session is gone for good.
    pub(super) fn lose(&mut self, id: MediaSessionId) {
        if self.remove_session(id) {
            self.report(BridgeEvent::SessionLost { id, reason: LossReason::Closed });
        }
    }
}
