//! A device's connection.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use media::{
    codec::EncoderSettings,
    dtmf::{Digit, Event as KeyEvent, EventReceiver},
    frame::{FRAME_10, WIDEBAND},
    jitter::JitterSettings,
    playout::OpusPlayout,
    protection::LossReport,
    quality::CodecImpairment,
    red,
    resample::Downsampler,
    seq::Reception,
};
use str0m::{
    Event, IceConnectionState, Input, Output, Rtc, RtcError,
    bwe::Bitrate,
    format::{Codec, PayloadParams},
    media::{Mid, Pt},
    net::{Receive, Transmit},
    rtp::RtpWrite,
};

use super::{
    clip::Clips,
    desk::Demand,
    gate::{Gate, Loudness},
    loopback::Loopback,
    numbering::{Numbering, Numbers},
    protect::{self, Protector},
    socket::Attached,
    tally::{Reading, Tally},
    voice::{Part, Samples, Voice},
};
use crate::{
    counters::{Counters, count},
    event::PortStats,
};

/// Devices play evenly at their own end; here only the network's unevenness counts, so the wait may be shorter.
pub(super) const JITTER: JitterSettings =
    JitterSettings { start: Duration::from_millis(5), min: Duration::from_millis(10), ..JitterSettings::OPUS };

/// A talker is asked to make room for a listener's copies this often.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// What the transport had to say.
pub(super) enum Inbound {
    Connected,
    Unreachable,
    Closed,
    Audio(Packet),
    /// As `Audio`, with copies of earlier frames (RFC 2198).
    Redundant(Packet),
    Digit(char),
    /// A telephone event that names no key.
    Nonsense,
}

/// A packet of sound.
pub(super) struct Packet {
    pub(super) seq: u64,
    pub(super) time: u64,
    pub(super) header: Loudness,
    pub(super) payload: Arc<[u8]>,
    pub(super) arrived: Instant,
}

pub(super) struct Session {
    pub(super) rtc: Box<Rtc>,
    mid: Option<Mid>,
    opus: Option<Pt>,
    red: Option<Pt>,
    /// It asks for packets of 10 ms.
    short: bool,
    /// It gets this turn in halves.
    pub(super) in_halves: bool,
    telephone_event: Option<Pt>,
    protector: Protector,
    /// When the device was asked last to stay below a bit-rate.
    asked: Option<Instant>,
    opened: Instant,
    pub(super) connected: bool,
    /// When the transport wants to be called at the latest.
    pub(super) deadline: Instant,
    pub(super) addresses: Vec<SocketAddr>,
    /// In place of UDP, while that does not get through.
    pub(super) socket: Option<Attached>,
    numbering: Numbering,
    pub(super) clips: Clips,
    /// While the device hears itself.
    pub(super) looped: Option<Loopback>,
    pub(super) tally: Tally,
    heard_at: Arc<AtomicU64>,
    /// The datagram that was taken last is RTP and the transport has not handed it out.
    pub(super) rtp_awaited: bool,
    digits: EventReceiver,
    playout: Option<OpusPlayout>,
    down: Downsampler,
    pub(super) gate: Gate,
    pub(super) voice: Voice,
    /// What is in `voice` came from the device in this turn.
    fresh: bool,
}

impl Session {
    pub(super) fn new(rtc: Box<Rtc>, short: bool, heard_at: Arc<AtomicU64>, now: Instant) -> Self {
        Self {
            rtc,
            mid: None,
            opus: None,
            red: None,
            short,
            in_halves: false,
            telephone_event: None,
            protector: Protector::new(false),
            asked: None,
            opened: now,
            connected: false,
            deadline: now,
            addresses: Vec::new(),
            socket: None,
            numbering: Numbering::default(),
            clips: Clips::default(),
            looped: None,
            tally: Tally::default(),
            heard_at,
            rtp_awaited: false,
            digits: EventReceiver::default(),
            playout: None,
            down: Downsampler::default(),
            gate: Gate::default(),
            voice: Voice::SILENT,
            fresh: false,
        }
    }

    /// Takes a datagram that is this session's. `since_start`: the same point in time as `now`.
    pub(super) fn receive(
        &mut self,
        receive: Receive<'_>,
        now: Instant,
        since_start: Duration,
    ) -> Result<(), RtcError> {
        self.heard(since_start);
        self.rtc.handle_input(Input::Receive(now, receive))
    }

    /// Notes that something came from the device.
    pub(super) fn heard(&self, since_start: Duration) {
        self.heard_at.store((since_start.as_micros() as u64).max(1), Relaxed);
    }

    /// The numbers of the stream on the path that is in use.
    pub(super) const fn numbering(&mut self) -> &mut Numbering {
        match &mut self.socket {
            Some(socket) => &mut socket.numbering,
            None => &mut self.numbering,
        }
    }

    /// What comes next is numbered by another path: nothing that is kept belongs before it.
    pub(super) fn switch_path(&mut self) {
        self.tally.reception = Reception::default();
        if let Some(playout) = &mut self.playout {
            playout.restart();
        }
    }

    /// A report of a key; the answer is a key that was not known before.
    pub(super) fn pressed(&mut self, time: u32, event: &[u8]) -> Option<Digit> {
        self.digits.receive(time, event)
    }

    /// How long ago anything came from the device.
    pub(super) fn silent_for(&self, since_start: Duration) -> Duration {
        since_start.saturating_sub(Duration::from_micros(self.heard_at.load(Relaxed)))
    }

    pub(super) fn advance(&mut self, now: Instant) -> Result<(), RtcError> {
        self.rtc.handle_input(Input::Timeout(now))
    }

    /// Takes out all that the transport has ready; it has to be called after everything that changes the transport.
    pub(super) fn drain(&mut self, inbox: &mut Vec<Inbound>, mut send: impl FnMut(Transmit)) -> Result<(), RtcError> {
        loop {
            match self.rtc.poll_output()? {
                Output::Timeout(at) => {
                    self.deadline = at;
                    return Ok(());
                }
                Output::Transmit(transmit) => send(transmit),
                Output::Event(event) => self.take_event(event, inbox),
            }
        }
    }

    fn take_event(&mut self, event: Event, inbox: &mut Vec<Inbound>) {
        match event {
            Event::Connected => inbox.push(Inbound::Connected),
            Event::IceConnectionStateChange(IceConnectionState::Disconnected) => inbox.push(Inbound::Unreachable),
            Event::IceConnectionStateChange(IceConnectionState::Connected | IceConnectionState::Completed)
                if self.rtc.is_connected() =>
            {
                inbox.push(Inbound::Connected);
            }
            Event::Closed => inbox.push(Inbound::Closed),
            Event::MediaAdded(media) => {
                let config = self.rtc.codec_config();
                let payload_type = |codec| config.find(|params| params.spec().codec == codec).map(|params| params.pt());
                (self.opus, self.telephone_event) = (payload_type(Codec::Opus), payload_type(Codec::Tele));
                self.red = config.find(|params| params.spec().codec == Codec::Opus).and_then(PayloadParams::red);
                self.mid = Some(media.mid);
                self.protector = Protector::new(self.red.is_some());
            }
            Event::RtpPacket(packet) => {
                self.rtp_awaited = false;
                let payload_type = Some(packet.header.payload_type);
                let extensions = &packet.header.ext_vals;
                let header = Loudness { level: extensions.audio_level, voice: extensions.voice_activity };
                if payload_type == self.opus || payload_type == self.red {
                    let (seq, time, arrived) = (*packet.seq_no, packet.time.numer(), packet.timestamp);
                    let sound = Packet { seq, time, header, payload: packet.payload, arrived };
                    inbox.push(if payload_type == self.opus {
                        Inbound::Audio(sound)
                    } else {
                        Inbound::Redundant(sound)
                    });
                } else if payload_type == self.telephone_event {
                    let digit = self.pressed(packet.header.timestamp, &packet.payload);
                    inbox.extend(digit.map(|digit| Inbound::Digit(digit.as_char())));
                    if KeyEvent::decode(&packet.payload).is_none() {
                        inbox.push(Inbound::Nonsense);
                    }
                }
            }
            Event::PeerStats(stats) => {
                self.tally.round_trip =
                    stats.rtt.or(stats.selected_candidate_pair.and_then(|pair| pair.current_round_trip_time));
            }
            Event::MediaEgressStats(stats) => {
                if let Some(lost) = stats.loss {
                    let now = stats.timestamp.saturating_duration_since(self.opened);
                    self.protector.report(LossReport { lost, round_trip: stats.rtt }, now);
                }
            }
            _ => {}
        }
    }

    /// Starts or stops decoding.
    pub(super) fn set_decoded(&mut self, wanted: bool) {
        if wanted && self.playout.is_none() {
            self.playout = OpusPlayout::new(JITTER, WIDEBAND)
                .inspect_err(|error| tracing::error!(%error, "no decoder: this device will not be heard in mixes"))
                .ok();
        } else if !wanted {
            self.playout = None;
        }
    }

    /// Counts a packet of sound, of so many bytes.
    pub(super) fn note_packet(&mut self, seq: u64, bytes: usize, now: Instant) {
        self.tally.received(bytes, now);
        self.tally.reception.record(seq);
    }

    /// Keeps a packet for decoding when somebody needs the samples.
    pub(super) fn keep(&mut self, seq: u64, time: u64, payload: &[u8], since_start: Duration, counters: &Counters) {
        if let Some(playout) = &mut self.playout
            && playout.push(seq as u16, time as u32, payload, since_start).is_err()
        {
            count(&counters.bad_payload);
        }
    }

    /// As [`keep`](Self::keep), for a packet with copies.
    pub(super) fn keep_blocks(
        &mut self,
        seq: u64,
        time: u64,
        blocks: &red::Blocks<'_>,
        since_start: Duration,
        counters: &Counters,
    ) {
        if let Some(playout) = &mut self.playout
            && playout.push_blocks(seq as u16, time as u32, blocks, since_start).is_err()
        {
            count(&counters.bad_payload);
        }
    }

    /// A turn begins: whether it is sent in halves. On a path that loses packets each one costs more than it saves.
    pub(super) fn begin_turn(&mut self, now: Instant) {
        self.voice.pass();
        self.fresh = false;
        self.in_halves = self.short
            && self.connected
            && self.socket.is_none()
            && self.clips.is_empty()
            && self.protector.protection(now.saturating_duration_since(self.opened)).frame <= FRAME_10;
    }

    /// Readies a part of this turn's samples. False when the device's user is silent and it was not decoded, unless
    /// `always` wanted.
    pub(super) fn speak(&mut self, part: Part, since_start: Duration, always: bool) -> bool {
        let Some(playout) = &mut self.playout else { return always };
        if !always && !self.gate.is_open(since_start) {
            playout.skip(since_start, part.wide().len());
            self.tally.heard(&Samples::SILENT.wide);
            return false;
        }
        let samples = self.voice.speak();
        self.fresh |= playout.fill(since_start, &mut samples.wide[part.wide()]);
        if part != Part::First {
            self.down.process(&samples.wide, &mut samples.narrow);
            self.tally.heard(&samples.wide);
        }
        true
    }

    /// How a mix for this device should be encoded.
    pub(super) fn demand(&self, now: Instant) -> Demand {
        if self.socket.is_some() {
            // It loses nothing on its way.
            let bitrate = EncoderSettings::voice(WIDEBAND).bitrate;
            return Demand { bitrate, fec: false, expected_loss: 0, low_delay: false };
        }
        let protection = self.protector.protection(now.saturating_duration_since(self.opened));
        Demand {
            bitrate: protection.bitrate,
            fec: protection.fec,
            expected_loss: protection.expected_loss,
            low_delay: protection.low_delay,
        }
    }

    /// Whether this turn is a prompt's. One that came in the middle of the turn begins with the next.
    pub(super) fn plays_clips(&self) -> bool {
        !self.clips.is_empty() && !self.in_halves
    }

    /// How long after its earliest possible arrival this turn's sound is played; `None` while nobody speaks.
    pub(super) fn wait(&self) -> Option<Duration> {
        self.playout.as_ref().filter(|_| self.fresh).map(OpusPlayout::delay)
    }

    /// Queues an Opus packet; `drain` sends it.
    pub(super) fn write(&mut self, numbers: Numbers, payload: Arc<[u8]>, now: Instant) {
        self.forward(numbers, payload, &[], now);
    }

    /// As [`write`](Self::write), for a packet that came with copies of frames before it.
    pub(super) fn forward(&mut self, numbers: Numbers, payload: Arc<[u8]>, copies: &[red::Block<'_>], now: Instant) {
        if let Some(socket) = &self.socket {
            let length = payload.len();
            if socket.write(numbers, payload) {
                self.tally.sent(length);
            } else {
                self.tally.not_sent += 1;
            }
            return;
        }
        let (Some(mid), Some(opus), true) = (self.mid, self.opus, self.connected) else { return };
        let (payload_type, payload) = match self.protected(numbers, &payload, copies, opus, now) {
            Some((red, wrapped)) => (red, wrapped),
            None => (opus, payload),
        };
        self.tally.sent(payload.len());
        let packet = RtpWrite::new(payload_type, numbers.seq.into(), numbers.time, now, payload).marker(numbers.marker);
        if let Some(stream) = self.rtc.direct_api().stream_tx_by_mid(mid, None) {
            stream.write_rtp(packet);
        }
    }

    /// Bits per second that a talker should stay below, for this device's copies to fit beside its frames.
    pub(super) fn room_for_frames(&self, now: Instant) -> Option<i32> {
        self.red
            .filter(|_| self.socket.is_none())
            .and_then(|_| self.protector.room_for_frames(now.saturating_duration_since(self.opened)))
    }

    /// Asks the device to stay below `ceiling` as long as there is one, once a second.
    pub(super) fn ask_to_stay_below(&mut self, ceiling: Option<i32>, now: Instant) {
        if self.asked.is_some_and(|asked| now < asked + ASK_EVERY) {
            return;
        }
        let (Some(ceiling), Some(mid)) = (ceiling, self.mid) else { return };
        if let Some(stream) = self.rtc.direct_api().stream_rx_by_mid(mid, None) {
            stream.request_remb(Bitrate::bps(u64::try_from(ceiling).unwrap_or(0)));
            self.asked = Some(now);
        }
    }

    fn protected(
        &mut self,
        numbers: Numbers,
        frame: &[u8],
        copies: &[red::Block<'_>],
        opus: Pt,
        now: Instant,
    ) -> Option<(Pt, Arc<[u8]>)> {
        let red = self.red?;
        let (since, mut out) = (now.saturating_duration_since(self.opened), [0; protect::LONGEST]);
        let written = self.protector.wrap(numbers.time, frame, copies, *opus, since, &mut out)?;
        Some((red, out[..written].into()))
    }

    pub(super) fn close_second(&mut self) -> PortStats {
        let counts = self.playout.as_ref().map(OpusPlayout::counts).unwrap_or_default();
        let reading = Reading {
            codec: CodecImpairment::OPUS,
            concealed: counts.concealed,
            jitter: self.playout.as_ref().map(OpusPlayout::jitter).unwrap_or_default(),
            wait: self.playout.as_ref().map(OpusPlayout::delay).unwrap_or_default(),
            dropped: counts.late + counts.skipped,
        };
        self.tally.close(&reading)
    }
}
