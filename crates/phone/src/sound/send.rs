use std::{
    collections::VecDeque,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use bytes::Bytes;
use media::{
    audio_level::AudioLevel,
    codec::CodecError,
    dtmf::{Digit, EventSender},
    frame::{FRAME_10, samples},
    level::Meter,
    protection::LossReport,
    sender::{Agreed, Outcome, VoiceSender},
};
use tokio::sync::mpsc;

use super::{Agreement, BLOCK, EVENT_PAYLOAD, Gauges, OPUS_PAYLOAD, RATE, RED_PAYLOAD, RTP_CLOCK, arena::Arena};

/// An RTP packet without the fields that the connection fills in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RtpOut {
    pub payload_type: u8,
    pub marker: bool,
    pub seq: u16,
    pub timestamp: u32,
    /// With the number of the header extension that says it, where the far end wants to know.
    pub level: Option<(u8, AudioLevel)>,
    pub payload: Bytes,
}

/// Nothing is sent in 20 ms packets that the far end did not say it takes otherwise.
const PLAIN: Agreed = Agreed { opus: OPUS_PAYLOAD, red: None, short: false, told_level: false };
const DIGIT_LENGTH: Duration = Duration::from_millis(100);
/// Frames of sound between two digits; receivers take closer ones for one.
const FRAMES_BETWEEN_DIGITS: u32 = 4;

/// From blocks of sound to packets.
pub(crate) struct SendPath {
    sender: VoiceSender,
    arena: Arena,
    /// Packets of 10 ms are wanted where they are possible.
    short: bool,
    level: Option<u8>,
    seq: u16,
    timestamp: u32,
    /// The next packet of sound begins a stretch of it.
    marker: bool,
    digits: VecDeque<Digit>,
    pressed: Option<EventSender>,
    rest: u32,
    outlet: Option<mpsc::Sender<RtpOut>>,
    meter: Meter,
    gauges: Arc<Gauges>,
}

impl SendPath {
    /// `frame`: the shortest packets to send, 10 or 20 ms. `seq` and `timestamp` are where the stream starts (RFC 3550
    /// section 5.1: random).
    pub(crate) fn new(frame: Duration, seq: u16, timestamp: u32, gauges: Arc<Gauges>) -> Result<Self, CodecError> {
        Ok(Self {
            sender: VoiceSender::new(RATE, PLAIN)?,
            arena: Arena::default(),
            short: frame <= FRAME_10,
            level: None,
            seq,
            timestamp,
            marker: true,
            digits: VecDeque::new(),
            pressed: None,
            rest: 0,
            outlet: None,
            meter: Meter::default(),
            gauges,
        })
    }

    pub(crate) fn connect(&mut self, outlet: Option<mpsc::Sender<RtpOut>>) {
        self.outlet = outlet;
        self.marker = true;
        self.level = None;
        self.sender.agree(PLAIN);
    }

    pub(crate) fn agree(&mut self, agreement: Agreement) {
        let red = agreement.red.then_some(RED_PAYLOAD);
        self.level = agreement.level;
        let told_level = agreement.level.is_some();
        self.sender.agree(Agreed { red, short: agreement.short && self.short, told_level, ..PLAIN });
    }

    /// `now`: on the clock of [`block`](Self::block).
    pub(crate) fn far_end_reports(&mut self, report: LossReport, now: Duration) {
        self.sender.report(report, now);
    }

    /// `now`: as above.
    pub(crate) fn stay_below(&mut self, bitrate: i32, now: Duration) {
        self.sender.stay_below(bitrate, now);
    }

    pub(crate) fn press(&mut self, digits: impl IntoIterator<Item = Digit>) {
        self.digits.extend(digits);
    }

    /// `span` passed in which there was nothing to send: the far end must take it for a pause, and not for a clock that
    /// is late from now on.
    pub(crate) fn skip(&mut self, span: Duration) {
        self.sender.abandon_frame();
        self.marker = true;
        self.timestamp = self.timestamp.wrapping_add(samples(RTP_CLOCK, span) as u32);
    }

    /// Takes 10 ms of the microphone. Muted, the far end gets silence from this block on; the meter still shows what is
    /// said, so that a person who talks while muted can be told.
    pub(crate) fn block(&mut self, block: &[f32; BLOCK], now: Duration) {
        let measured: [i16; BLOCK] = std::array::from_fn(|i| (block[i] * 32_767.0) as i16);
        self.meter.add(&measured);
        let muted = self.gauges.muted.load(Relaxed);
        let outcome = self.sender.push(block, muted, self.timestamp, now).map(|outcome| match outcome {
            Outcome::Collecting => None,
            Outcome::Nothing => Some(None),
            Outcome::Packet(payload) => {
                Some(Some((payload.payload_type, payload.level, self.arena.store(payload.bytes))))
            }
        });
        match outcome {
            Ok(None) => {}
            Ok(Some(packet)) => self.end_frame(packet),
            Err(error) => {
                tracing::error!(%error, "a frame could not be encoded");
                self.end_frame(None);
            }
        }
    }

    pub(crate) fn report(&mut self) {
        self.gauges.set_mic(self.meter.take());
    }

    fn end_frame(&mut self, packet: Option<(u8, AudioLevel, Bytes)>) {
        if !self.send_digit() {
            match packet {
                Some((payload_type, level, payload)) => {
                    let marker = std::mem::take(&mut self.marker);
                    let level = self.level.map(|number| (number, level));
                    self.emit(payload_type, marker, self.timestamp, level, payload);
                }
                None => self.marker = true,
            }
        }
        self.timestamp = self.timestamp.wrapping_add(samples(RTP_CLOCK, self.sender.frame()) as u32);
    }

    /// While a key is held its events go out in place of sound.
    fn send_digit(&mut self) -> bool {
        if self.rest > 0 {
            self.rest -= 1;
            return false;
        }
        if self.pressed.is_none() {
            let Some(digit) = self.digits.pop_front() else { return false };
            self.pressed = Some(EventSender::new(digit, self.timestamp, RTP_CLOCK, self.sender.frame(), DIGIT_LENGTH));
        }
        let Some(write) = self.pressed.as_mut().and_then(Iterator::next) else {
            self.pressed = None;
            self.rest = FRAMES_BETWEEN_DIGITS;
            return false;
        };
        let payload = self.arena.store(&write.event.encode());
        self.emit(EVENT_PAYLOAD, write.marker, write.timestamp, None, payload);
        true
    }

    fn emit(
        &mut self,
        payload_type: u8,
        marker: bool,
        timestamp: u32,
        level: Option<(u8, AudioLevel)>,
        payload: Bytes,
    ) {
        let Some(outlet) = &self.outlet else { return };
        let packet = RtpOut { payload_type, marker, seq: self.seq, timestamp, level, payload };
        self.seq = self.seq.wrapping_add(1);
        let counter = match outlet.try_send(packet) {
            Ok(()) => &self.gauges.packets_out,
            Err(_) => &self.gauges.packets_unsent,
        };
        counter.fetch_add(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use media::dtmf::EventReceiver;

    use super::*;

    fn path(frame: Duration) -> (SendPath, mpsc::Receiver<RtpOut>, Arc<Gauges>) {
        let gauges = Arc::new(Gauges::default());
        let mut path = SendPath::new(frame, u16::MAX, u32::MAX - 100, Arc::clone(&gauges)).unwrap();
        let (outlet, packets) = mpsc::channel(1_000);
        path.connect(Some(outlet));
        path.agree(Agreement { red: true, short: true, level: Some(4) });
        (path, packets, gauges)
    }

    /// Buzzing syllables: the encoder takes a steady tone for background noise and stops sending it.
    fn voice(n: usize) -> [f32; BLOCK] {
        std::array::from_fn(|i| {
            let t = (n * BLOCK + i) as f32 / RATE as f32;
            let pitch = (t * (110.0 + 20.0 * (t * 9.0).sin())).fract() - 0.5;
            pitch * (0.35 + 0.25 * (t * 31.0).sin())
        })
    }

    fn at(block: usize) -> Duration {
        Duration::from_millis(10 * block as u64)
    }

    fn drain(packets: &mut mpsc::Receiver<RtpOut>) -> Vec<RtpOut> {
        std::iter::from_fn(|| packets.try_recv().ok()).collect()
    }

    #[test]
    fn a_second_of_voice_is_fifty_packets_with_running_numbers() {
        let (mut path, mut packets, _) = path(Duration::from_millis(20));
        (0..100).for_each(|n| path.block(&voice(n), at(n)));
        let sent = drain(&mut packets);
        assert_eq!(sent.len(), 50);
        assert!(sent[0].marker && !sent[1].marker);
        for pair in sent.windows(2) {
            assert_eq!(pair[1].seq, pair[0].seq.wrapping_add(1));
            assert_eq!(pair[1].timestamp, pair[0].timestamp.wrapping_add(960));
        }
    }

    #[test]
    fn the_far_end_is_told_the_level_of_each_packet_where_it_wants_to_know() {
        let (mut path, mut packets, gauges) = path(FRAME_10);
        (0..20).for_each(|n| path.block(&voice(n), at(n)));
        let told: Vec<_> = drain(&mut packets).iter().filter_map(|packet| packet.level).collect();
        assert_eq!(told.len(), 20);
        assert!(told.iter().all(|(number, level)| *number == 4 && level.is_voice() && level.dbfs() > -40), "{told:?}");
        gauges.muted.store(true, Relaxed);
        (20..30).for_each(|n| path.block(&voice(n), at(n)));
        assert!(drain(&mut packets).iter().all(|packet| packet.level == Some((4, AudioLevel::SILENCE))));
        gauges.muted.store(false, Relaxed);
        path.agree(Agreement { level: None, red: true, short: true });
        (30..40).for_each(|n| path.block(&voice(n), at(n)));
        assert!(drain(&mut packets).iter().all(|packet| packet.level.is_none()));
    }

    #[test]
    fn muting_silences_the_next_packet_and_then_almost_stops_sending() {
        let (mut path, mut packets, gauges) = path(Duration::from_millis(20));
        (0..100).for_each(|n| path.block(&voice(n), at(n)));
        drain(&mut packets);
        gauges.muted.store(true, Relaxed);
        (100..200).for_each(|n| path.block(&voice(n), at(n)));
        let sent = drain(&mut packets);
        assert!(sent.len() < 20, "{} packets in a muted second", sent.len());
        let mut decoder = media::codec::OpusDecoder::new(48_000, 1).unwrap();
        let mut out = [0; 5_760];
        for packet in &sent[1..] {
            let samples = decoder.decode(&packet.payload, &mut out).unwrap();
            let loud = media::level::rms_dbfs(&out[samples / 2..samples]);
            assert!(loud < -40.0, "{loud} dBFS was sent while muted");
        }
        path.report();
        assert!(gauges.figures().mic_dbfs > -20.0, "the meter shows that somebody talks");
    }

    #[test]
    fn loss_that_the_far_end_reports_brings_copies_and_a_new_connection_starts_without() {
        let (mut path, mut packets, _) = path(Duration::from_millis(20));
        path.far_end_reports(LossReport { lost: 0.2, round_trip: None }, Duration::ZERO);
        (0..100).for_each(|n| path.block(&voice(n), at(n)));
        let sent = drain(&mut packets);
        assert_eq!(sent.len(), 50);
        for packet in &sent[3..] {
            assert_eq!(packet.payload_type, RED_PAYLOAD);
            let blocks = media::red::parse(&packet.payload).unwrap();
            assert_eq!(blocks.copies().len(), 2);
            assert!(blocks.copies().iter().all(|copy| copy.payload_type == OPUS_PAYLOAD));
        }
        let (outlet, mut packets) = mpsc::channel(1_000);
        path.connect(Some(outlet));
        (100..120).for_each(|n| path.block(&voice(n), at(n)));
        assert!(drain(&mut packets).iter().all(|packet| packet.payload_type == OPUS_PAYLOAD));
    }

    #[test]
    fn digits_are_sent_once_each_in_order_and_sound_goes_on_after_them() {
        for frame in [10, 20] {
            let (mut path, mut packets, _) = path(Duration::from_millis(frame));
            path.press("15#5".chars().filter_map(Digit::from_char));
            (0..200).for_each(|n| path.block(&voice(n), at(n)));
            let (mut receiver, mut heard, mut sound_after) = (EventReceiver::default(), String::new(), 0);
            for packet in drain(&mut packets) {
                if packet.payload_type == EVENT_PAYLOAD {
                    heard.extend(receiver.receive(packet.timestamp, &packet.payload).map(Digit::as_char));
                    sound_after = 0;
                } else {
                    sound_after += 1;
                }
            }
            assert_eq!(heard, "15#5", "{frame} ms frames");
            assert!(sound_after > 20);
        }
    }

    #[test]
    fn a_pause_moves_the_time_and_not_the_sequence() {
        let (mut path, mut packets, _) = path(Duration::from_millis(20));
        (0..10).for_each(|n| path.block(&voice(n), at(n)));
        path.skip(Duration::from_secs(1));
        (10..20).for_each(|n| path.block(&voice(n), at(n)));
        let sent = drain(&mut packets);
        let at = sent.iter().rposition(|packet| packet.marker).unwrap();
        assert_eq!(sent[at].seq, sent[at - 1].seq.wrapping_add(1));
        assert!(sent[at].timestamp.wrapping_sub(sent[at - 1].timestamp) >= 48_000);
    }

    #[test]
    fn a_network_side_that_is_stuck_costs_packets_and_nothing_else() {
        let (mut path, _packets, gauges) = path(Duration::from_millis(20));
        let (outlet, _stuck) = mpsc::channel(1);
        path.connect(Some(outlet));
        (0..20).for_each(|n| path.block(&voice(n), at(n)));
        assert_eq!(gauges.figures().packets_out, 1);
        assert_eq!(gauges.figures().packets_unsent, 9);
    }
}
