//! What an RTP leg makes of each packet and each turn of 20 ms. No sockets, and the time is handed in.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    time::{Duration, Instant},
};

use domain::ids::LegId;
use media::{
    dtmf::{Digit, EventReceiver, EventSender},
    frame::FRAME_20,
    rtcp::{self, Report, ReportBlock, SenderInfo},
    rtp::{self, Jitter, Order, Ordered, RtpHeader},
    seq::Reception,
};

use super::{
    RtpFigures, RtpRoute,
    coder::{Decoder, Encoder},
    keys::Sealed,
};
use crate::port::{CarrierCodec, CarrierNetwork, FRAME_BYTES};

/// A key is held so long, and the next one follows after as many turns.
const PRESS: Duration = Duration::from_millis(120);
const BETWEEN_PRESSES: u32 = 4;
/// Keys that wait to be pressed.
const MOST_PRESSES: usize = 64;
/// Nobody presses more keys in a second.
const MOST_KEYS_A_SECOND: u32 = 20;
/// A stream that comes from elsewhere is believed when the old place has been silent for so long.
const MOVES_AFTER: Duration = Duration::from_secs(2);
/// Lost packets in a row that are made up.
const MOST_CONCEALED: u16 = 10;
/// A gap between frames beyond which the next begins a new talk spurt.
const SPURT: Duration = Duration::from_millis(60);
/// Seconds from 1900 to 1970.
const NTP_OFFSET: u64 = 2_208_988_800;

/// What came out of a packet or a turn.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// In the law of the engine's port.
    pub bytes: Vec<u8>,
    pub keys: Vec<char>,
}

/// Comfort noise of the other side while it is silent.
#[derive(Debug, Clone, Copy)]
struct Noise {
    amplitude: i32,
    random: u32,
}

impl Noise {
    /// `level`: noise level as -dBov (RFC 3389 section 3.1).
    fn of(level: u8) -> Self {
        // Evenly spread samples up to a peak have an RMS of the peak over the square root of three.
        let peak = 32_768.0 * 10_f32.powf(-f32::from(level & 0x7F) / 20.0) * 1.732;
        Self { amplitude: (peak as i32).clamp(0, 8_000), random: 0x2545_F491 }
    }

    fn sample(&mut self) -> i16 {
        // xorshift (Marsaglia 2003): it has to sound like noise, no more.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        let spread = 2 * self.amplitude + 1;
        i16::try_from(i32::from((self.random >> 16) as u16) * spread / 65_536 - self.amplitude).unwrap_or(0)
    }
}

/// Our stream.
struct Speech {
    encoder: Option<Encoder>,
    seq: u16,
    ssrc: u32,
    timestamp: u32,
    last_turn: Option<Instant>,
    /// Payload of frames that wait for the rest of their packet, their number, and the time of the first.
    gathered: (Vec<u8>, u32, u32),
    spurt: bool,
    presses: VecDeque<Digit>,
    press: Option<EventSender>,
    pause: u32,
    packets: u32,
    octets: u32,
}

/// Theirs.
struct Hearing {
    decoder: Option<Decoder>,
    order: Order,
    reception: Reception,
    /// The same, for the figures of each second.
    second: Reception,
    jitter: Jitter,
    ssrc: Option<u32>,
    events: EventReceiver,
    keys: (Option<Instant>, u32),
    noise: Option<Noise>,
    last_in: Instant,
    source: Option<SocketAddr>,
    source_heard: Instant,
    sender_report: Option<(u32, Instant)>,
    interval: (u64, u64),
    packets: u64,
    refused: u64,
}

pub(super) struct Leg {
    name: String,
    started: Instant,
    pub(super) route: Option<RtpRoute>,
    port: CarrierCodec,
    sealed: Option<Sealed>,
    speech: Speech,
    hearing: Hearing,
    round_trip: Option<Duration>,
    far: Option<(f32, Duration)>,
    scratch: (Vec<Ordered>, Vec<u8>),
}

impl Leg {
    pub(super) fn new(leg: LegId, now: Instant) -> Self {
        let random = leg.as_uuid().as_u128();
        Self {
            // An opaque name: it tells nothing of the call or of this machine.
            name: format!("{:016x}", (random >> 32) as u64),
            started: now,
            route: None,
            port: CarrierCodec::Pcmu,
            sealed: None,
            speech: Speech {
                encoder: None,
                seq: (random >> 16) as u16 & 0x7FFF,
                ssrc: random as u32,
                timestamp: (random >> 8) as u32,
                last_turn: None,
                gathered: (Vec::new(), 0, 0),
                spurt: true,
                presses: VecDeque::new(),
                press: None,
                pause: 0,
                packets: 0,
                octets: 0,
            },
            hearing: Hearing {
                decoder: None,
                order: Order::default(),
                reception: Reception::default(),
                second: Reception::default(),
                jitter: Jitter::default(),
                ssrc: None,
                events: EventReceiver::default(),
                keys: (None, 0),
                noise: None,
                last_in: now,
                source: None,
                source_heard: now,
                sender_report: None,
                interval: (0, 0),
                packets: 0,
                refused: 0,
            },
            round_trip: None,
            far: None,
            scratch: (Vec::new(), Vec::new()),
        }
    }

    /// What is agreed from now on. The answer is what the engine's port has to speak.
    pub(super) fn set_route(&mut self, route: RtpRoute, now: Instant) -> CarrierCodec {
        let before = self.route.as_ref();
        if before.is_none_or(|before| before.codec != route.codec) {
            self.speech.encoder = match Encoder::new(route.codec) {
                Ok(encoder) => Some(encoder),
                Err(error) => {
                    tracing::error!(%error, "a codec could not be set up; the leg stays silent");
                    None
                }
            };
            self.speech.gathered.1 = 0;
            self.speech.gathered.0.clear();
        }
        if before.is_none_or(|before| before.remote != route.remote) {
            self.hearing.source = None;
        }
        match &route.keys {
            None => self.sealed = None,
            Some(keys) if self.sealed.as_ref().is_some_and(|sealed| sealed.keys() == keys) => {}
            Some(keys) => self.sealed = Sealed::new(keys.clone()),
        }
        self.port = route.codec.port();
        self.hearing.decoder = None;
        self.hearing.last_in = now;
        self.route = Some(route);
        self.port
    }

    /// Where sound is to be sent.
    pub(super) fn target(&self) -> Option<SocketAddr> {
        Some(self.hearing.source.unwrap_or(self.route.as_ref()?.remote))
    }

    /// Where reports are to be sent; `true` through the port for sound.
    pub(super) fn report_target(&self) -> Option<(SocketAddr, bool)> {
        let route = self.route.as_ref()?;
        if route.multiplexed {
            return self.target().map(|target| (target, true));
        }
        // Behind address translation the port above the one that sound comes from is the best guess.
        let guess = self.hearing.source.filter(|source| *source != route.remote);
        let target = guess.map(|source| SocketAddr::new(source.ip(), source.port().saturating_add(1)));
        Some((target.unwrap_or(route.remote_reports), false))
    }

    /// Takes a datagram that came to the port for sound.
    pub(super) fn hear(&mut self, datagram: &[u8], from: SocketAddr, now: Instant, heard: &mut Heard) {
        if rtp::is_report(datagram) {
            return self.hear_report(datagram, now);
        }
        let opened;
        let packet = match &mut self.sealed {
            None if self.route.as_ref().is_some_and(|route| route.keys.is_some()) => return self.refuse(),
            None => datagram,
            Some(sealed) => match sealed.open(datagram) {
                Some(clear) => {
                    opened = clear;
                    opened.as_slice()
                }
                None => return self.refuse(),
            },
        };
        let Some((header, payload)) = rtp::parse(packet) else { return self.refuse() };
        let Some(route) = &self.route else { return self.refuse() };
        let is_event = route.events.is_some_and(|(of, _)| of == header.payload_type);
        let is_noise = route.comfort_noise == Some(header.payload_type);
        let codec = route.accepted.iter().find(|(of, _)| *of == header.payload_type).map(|(_, codec)| *codec);
        if !(is_event || is_noise || codec.is_some()) || !self.is_believed(from, now) {
            return self.refuse();
        }
        self.hearing.ssrc = Some(header.ssrc);
        self.hearing.last_in = now;
        self.hearing.packets += 1;
        if let Some(codec) = codec {
            let since = now.duration_since(self.started);
            let units = since.as_micros() * u128::from(codec.clock()) / 1_000_000;
            self.hearing.jitter.take(header.timestamp, units as u64);
        }
        let (mut ordered, mut sound) = std::mem::take(&mut self.scratch);
        ordered.clear();
        let seq = self.hearing.order.push(header, payload, &mut ordered);
        self.hearing.reception.record(seq);
        self.hearing.second.record(seq);
        for one in ordered.drain(..) {
            match one {
                Ordered::Packet { header, payload } => self.play(header, &payload, &mut sound, now, heard),
                Ordered::Lost(count) => self.conceal(count, &mut sound, heard),
            }
        }
        self.scratch = (ordered, sound);
    }

    fn refuse(&mut self) {
        self.hearing.refused += 1;
    }

    /// Sound goes back to where it comes from (RFC 4961). Once known, another place is believed when it is the one that was
    /// agreed on, or when the old one has fallen silent: a translator may have given the stream a new port.
    fn is_believed(&mut self, from: SocketAddr, now: Instant) -> bool {
        let hearing = &mut self.hearing;
        let moved = match hearing.source {
            Some(source) if source == from => false,
            Some(_) => {
                let agreed = self.route.as_ref().is_some_and(|route| route.remote == from);
                if !agreed && now.duration_since(hearing.source_heard) < MOVES_AFTER {
                    return false;
                }
                true
            }
            None => true,
        };
        if moved {
            hearing.source = Some(from);
        }
        hearing.source_heard = now;
        true
    }

    fn play(&mut self, header: RtpHeader, payload: &[u8], sound: &mut Vec<u8>, now: Instant, heard: &mut Heard) {
        let Some(route) = &self.route else { return };
        if route.events.is_some_and(|(of, _)| of == header.payload_type) {
            if let Some(key) = self.hearing.events.receive(header.timestamp, payload)
                && self.may_press(now)
            {
                heard.keys.push(key.as_char());
            }
            return;
        }
        if route.comfort_noise == Some(header.payload_type) {
            self.hearing.noise = payload.first().map(|level| Noise::of(*level));
            return;
        }
        let Some((_, codec)) = route.accepted.iter().find(|(of, _)| *of == header.payload_type) else { return };
        if self.hearing.decoder.as_ref().is_none_or(|decoder| decoder.codec() != *codec) {
            self.hearing.decoder = Decoder::new(*codec, self.port).ok();
        }
        self.hearing.noise = None;
        if let Some(decoder) = &mut self.hearing.decoder
            && decoder.decode(payload, sound)
        {
            heard.bytes.extend(sound.iter());
        }
    }

    fn conceal(&mut self, count: u16, sound: &mut Vec<u8>, heard: &mut Heard) {
        let Some(decoder) = &mut self.hearing.decoder else { return };
        // What the codec cannot make up is the engine's to fill: it repeats the last frame at half its strength.
        for _ in 0..count.min(MOST_CONCEALED) {
            if decoder.conceal(sound) {
                heard.bytes.extend(sound.iter());
            }
        }
    }

    fn may_press(&mut self, now: Instant) -> bool {
        let (since, count) = &mut self.hearing.keys;
        if since.is_none_or(|since| now.duration_since(since) >= Duration::from_secs(1)) {
            (*since, *count) = (Some(now), 0);
        }
        *count += 1;
        *count <= MOST_KEYS_A_SECOND
    }

    /// Takes keys to press. False when events were not agreed on.
    pub(super) fn press(&mut self, digits: &str) -> bool {
        if self.route.as_ref().is_none_or(|route| route.events.is_none()) {
            return false;
        }
        let room = MOST_PRESSES.saturating_sub(self.speech.presses.len());
        self.speech.presses.extend(digits.chars().filter_map(Digit::from_char).take(room));
        true
    }

    /// One turn of 20 ms: takes a frame for the other side, and answers with the packet that is due, if one is. While the
    /// other side is silent by agreement its noise goes into `heard`.
    pub(super) fn turn(&mut self, frame: &[u8; FRAME_BYTES], now: Instant, heard: &mut Heard) -> Option<Vec<u8>> {
        self.fill_pause(heard);
        let route = self.route.as_ref()?;
        let clock = route.codec.clock();
        let step = clock / 50;
        let since = self.speech.last_turn.replace(now).map(|last| now.duration_since(last));
        match since {
            Some(since) if since < SPURT => self.speech.timestamp = self.speech.timestamp.wrapping_add(step),
            Some(since) => {
                let turns = u32::try_from(since.as_millis() / FRAME_20.as_millis()).unwrap_or(1).max(1);
                self.speech.timestamp = self.speech.timestamp.wrapping_add(step.wrapping_mul(turns));
                self.speech.spurt = true;
            }
            None => {}
        }
        if !route.sends {
            self.speech.spurt = true;
            self.speech.gathered.1 = 0;
            self.speech.gathered.0.clear();
            return None;
        }
        let (packet_ms, payload_type, events) = (route.packet_ms, route.payload_type, route.events);
        let whole = if route.codec == super::RtpCodec::Opus { 1 } else { (packet_ms / 20).clamp(1, 3) };
        if let Some(packet) = events.and_then(|(kind, clock)| self.press_turn(kind, clock)) {
            return Some(packet);
        }
        let speech = &mut self.speech;
        if speech.gathered.1 == 0 {
            speech.gathered.2 = speech.timestamp;
            speech.gathered.0.clear();
        }
        if !speech.encoder.as_mut()?.encode(frame, &mut speech.gathered.0) {
            return None;
        }
        speech.gathered.1 += 1;
        if speech.gathered.1 < whole {
            return None;
        }
        speech.gathered.1 = 0;
        let payload = std::mem::take(&mut speech.gathered.0);
        let (marker, timestamp) = (std::mem::take(&mut speech.spurt), speech.gathered.2);
        let packet = self.packet(marker, payload_type, timestamp, &payload);
        self.speech.gathered.0 = payload;
        packet
    }

    fn fill_pause(&mut self, heard: &mut Heard) {
        if let Some(noise) = &mut self.hearing.noise {
            let law = self.port.law();
            heard.bytes.extend((0..FRAME_BYTES).map(|_| law.encode(noise.sample())));
        }
    }

    /// The packet of the key that is being pressed.
    fn press_turn(&mut self, payload_type: u8, clock: u32) -> Option<Vec<u8>> {
        let speech = &mut self.speech;
        if speech.press.is_none() {
            if speech.pause > 0 {
                speech.pause -= 1;
                return None;
            }
            let digit = speech.presses.pop_front()?;
            speech.press = Some(EventSender::new(digit, speech.timestamp, clock, FRAME_20, PRESS));
        }
        match speech.press.as_mut().and_then(Iterator::next) {
            Some(write) => {
                speech.spurt = true;
                self.packet(write.marker, payload_type, write.timestamp, &write.event.encode())
            }
            None => {
                (speech.press, speech.pause) = (None, BETWEEN_PRESSES);
                None
            }
        }
    }

    fn packet(&mut self, marker: bool, payload_type: u8, timestamp: u32, payload: &[u8]) -> Option<Vec<u8>> {
        let speech = &mut self.speech;
        let header = RtpHeader { marker, payload_type, seq: speech.seq, timestamp, ssrc: speech.ssrc };
        speech.seq = speech.seq.wrapping_add(1);
        speech.packets = speech.packets.wrapping_add(1);
        speech.octets = speech.octets.wrapping_add(u32::try_from(payload.len()).unwrap_or(0));
        let mut packet = Vec::with_capacity(12 + payload.len());
        rtp::write(header, payload, &mut packet);
        match (&mut self.sealed, self.route.as_ref().is_some_and(|route| route.keys.is_some())) {
            (Some(sealed), _) => sealed.seal(&packet),
            // Never in the clear when keys were agreed.
            (None, true) => None,
            (None, false) => Some(packet),
        }
    }

    /// Takes a report of the other side.
    pub(super) fn hear_report(&mut self, datagram: &[u8], now: Instant) {
        let opened;
        let clear = match &mut self.sealed {
            None => datagram,
            Some(sealed) => match sealed.open_report(datagram) {
                Some(report) => {
                    opened = report;
                    opened.as_slice()
                }
                None => return self.refuse(),
            },
        };
        let clock = self.route.as_ref().map_or(8_000, |route| route.codec.clock());
        for report in rtcp::parse(clear) {
            if let Some(sender) = report.sender {
                self.hearing.sender_report = Some(((sender.ntp >> 16) as u32, now));
            }
            for block in report.blocks.iter().filter(|block| block.ssrc == self.speech.ssrc) {
                let jitter = Duration::from_micros(u64::from(block.jitter) * 1_000_000 / u64::from(clock));
                self.far = Some((f32::from(block.fraction_lost) / 256.0, jitter));
                if block.last_sender_report != 0 {
                    let gone = self.ntp_middle(now).wrapping_sub(block.last_sender_report).wrapping_sub(block.delay);
                    // More than a minute is a clock that was set, not a round trip.
                    if gone < 60 << 16 {
                        self.round_trip = Some(Duration::from_micros(u64::from(gone) * 1_000_000 / 65_536));
                    }
                }
            }
        }
    }

    /// Our clock in the middle 32 bits of the NTP format. Only differences of it matter, so it begins with the leg.
    fn ntp(&self, now: Instant) -> u64 {
        let since = now.duration_since(self.started);
        ((NTP_OFFSET + since.as_secs()) << 32) | ((u64::from(since.subsec_micros()) << 32) / 1_000_000)
    }

    fn ntp_middle(&self, now: Instant) -> u32 {
        (self.ntp(now) >> 16) as u32
    }

    /// The report that is due every five seconds.
    pub(super) fn report(&mut self, now: Instant) -> Option<Vec<u8>> {
        self.route.as_ref()?;
        let ntp = self.ntp(now);
        let hearing = &mut self.hearing;
        let expected = hearing.reception.expected();
        let received = hearing.reception.received();
        let (expected_now, received_now) = (expected - hearing.interval.0, received - hearing.interval.1);
        hearing.interval = (expected, received);
        let lost_now = expected_now.saturating_sub(received_now);
        let fraction_lost = if expected_now == 0 { 0 } else { (lost_now * 255 / expected_now).min(255) as u8 };
        let (last_sender_report, delay) = hearing.sender_report.map_or((0, 0), |(middle, at)| {
            let since = now.duration_since(at).as_micros() * 65_536 / 1_000_000;
            (middle, u32::try_from(since).unwrap_or(u32::MAX))
        });
        let block = hearing.ssrc.map(|ssrc| ReportBlock {
            ssrc,
            fraction_lost,
            cumulative_lost: i32::try_from(expected.saturating_sub(received)).unwrap_or(0x7F_FFFF),
            highest_seq: hearing.reception.highest() as u32,
            jitter: hearing.jitter.units(),
            last_sender_report,
            delay,
        });
        let speech = &self.speech;
        let sender = (speech.packets > 0).then_some(SenderInfo {
            ntp,
            timestamp: speech.timestamp,
            packets: speech.packets,
            octets: speech.octets,
        });
        let report = Report { ssrc: speech.ssrc, sender, blocks: block.into_iter().collect() };
        let clear = rtcp::write(&report, &self.name);
        match &mut self.sealed {
            Some(sealed) => sealed.seal_report(&clear),
            None => Some(clear),
        }
    }

    /// What the engine puts beside its own figures, once a second.
    pub(super) fn network(&mut self, now: Instant) -> CarrierNetwork {
        let figures = self.figures(now);
        let loss = self.hearing.second.take_loss_fraction();
        CarrierNetwork {
            loss,
            jitter: figures.jitter,
            round_trip: figures.round_trip,
            silent: self.hearing.noise.is_some(),
        }
    }

    pub(super) fn figures(&self, now: Instant) -> RtpFigures {
        let clock = self.route.as_ref().map_or(8_000, |route| route.codec.clock());
        let hearing = &self.hearing;
        RtpFigures {
            packets_in: hearing.packets,
            packets_out: u64::from(self.speech.packets),
            lost: hearing.reception.expected().saturating_sub(hearing.reception.received()),
            late: hearing.order.late,
            refused: hearing.refused,
            jitter: Duration::from_micros(u64::from(hearing.jitter.units()) * 1_000_000 / u64::from(clock)),
            round_trip: self.round_trip,
            far_loss: self.far.map(|(loss, _)| loss),
            far_jitter: self.far.map(|(_, jitter)| jitter),
            silent_for: now.duration_since(hearing.last_in),
            source: hearing.source,
        }
    }
}

#[cfg(test)]
#[path = "leg_tests.rs"]
mod tests;
