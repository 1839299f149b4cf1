//! A jitter buffer with its Opus decoder: packets in, evenly flowing samples out.

mod watch;

use std::time::Duration;

use crate::{
    codec::{CodecError, MAX_PACKET, OpusDecoder, packet_samples},
    frame::FULLBAND,
    jitter::{Admission, Arrival, JitterBuffer, JitterCounts, JitterSettings, Pull, Unseen},
    red,
    stretch::{self, Stretcher, Wish},
};
use watch::Watch;

/// 120 ms at 48 kHz, the longest Opus packet.
const LONGEST: usize = 5_760;
/// Sound is played slower from a wait that is shorter than it should be by this.
const TOO_SHORT: Duration = Duration::from_millis(3);
/// Sound is played faster from a wait that is longer than it should be by this, or by the reader's step where that is
/// longer. The two are as far apart as the longest period of a voice that one seam takes, and farther than the wait is
/// moved by a step, so that one does not call for the other.
const TOO_LONG: Duration = Duration::from_millis(12);
/// Between two seams, unless the wait is wrong by more than [`URGENT`].
const REST: Duration = Duration::from_millis(60);
const URGENT: Duration = Duration::from_millis(40);
/// Less than this is too short to find a voice's period in; the next packet is taken with it.
const SHORTEST_CUT: Duration = Duration::from_millis(20);

/// What comes next.
enum Next {
    /// Something that was said.
    Sound,
    /// The decoder's guess at it, or silence.
    MadeUp,
    /// So many samples of what was heard before, as nothing is there yet.
    Late(usize),
}

/// Mono. Makes no allocation after it was made, as long as packets are not longer than 120 ms.
#[derive(Debug)]
pub struct OpusPlayout {
    jitter: JitterBuffer,
    decoder: OpusDecoder,
    stretcher: Stretcher,
    ready: Vec<i16>,
    scratch: Vec<i16>,
    /// The last packet that was not decoded.
    skipped: Vec<u8>,
    bad_packets: u64,
    watch: Watch,
    /// Played since the last seam, in samples.
    since_seam: usize,
    /// Samples that seams have added and taken away.
    added: u64,
    removed: u64,
}

impl OpusPlayout {
    /// `rate`: of the samples that come out.
    ///
    /// # Errors
    /// [`CodecError::UnsupportedFormat`].
    pub fn new(settings: JitterSettings, rate: u32) -> Result<Self, CodecError> {
        Ok(Self {
            jitter: JitterBuffer::new(settings),
            decoder: OpusDecoder::new(rate, 1)?,
            stretcher: Stretcher::new(rate, 2 * LONGEST),
            ready: Vec::with_capacity(LONGEST * 4),
            scratch: Vec::with_capacity(LONGEST * 2),
            skipped: Vec::with_capacity(MAX_PACKET),
            bad_packets: 0,
            watch: Watch::default(),
            since_seam: 0,
            added: 0,
            removed: 0,
        })
    }

    /// Takes the payload of an RTP packet that arrived at `now`.
    ///
    /// # Errors
    /// [`CodecError::BadPacket`] when it is not Opus; it is counted and otherwise ignored.
    pub fn push(&mut self, seq: u16, timestamp: u32, payload: &[u8], now: Duration) -> Result<Admission, CodecError> {
        let length = packet_samples(payload, FULLBAND).inspect_err(|_| self.bad_packets += 1)?;
        let duration = u32::try_from(length).unwrap_or(0);
        Ok(self.jitter.push(Arrival { seq, timestamp, duration, payload }, now))
    }

    /// As [`push`](Self::push), for a packet that was taken apart: its own frame, and the copies of earlier ones in it.
    ///
    /// # Errors
    /// [`CodecError::BadPacket`] when its own frame is not Opus. Copies that are not are counted and left out.
    pub fn push_blocks(
        &mut self,
        seq: u16,
        timestamp: u32,
        blocks: &red::Blocks<'_>,
        now: Duration,
    ) -> Result<Admission, CodecError> {
        let admission = self.push(seq, timestamp, blocks.primary.payload, now)?;
        for copy in blocks.copies().iter().filter(|copy| copy.payload_type == blocks.primary.payload_type) {
            let Ok(length) = packet_samples(copy.payload, FULLBAND) else {
                self.bad_packets += 1;
                continue;
            };
            let duration = u32::try_from(length).unwrap_or(0);
            let carrier = Arrival { seq, timestamp, duration, payload: &[] };
            self.jitter.push_copy(carrier, copy.offset, copy.payload, duration, now);
        }
        Ok(admission)
    }

    /// Fills `out` with what is to be heard from `now` on. Answers whether any of it came from a packet (as opposed to
    /// being made up or silent).
    pub fn fill(&mut self, now: Duration, out: &mut [i16]) -> bool {
        let mut heard = false;
        self.watch.read(now);
        self.trim();
        while self.ready.len() < out.len() {
            let ahead = Duration::from_micros(self.ready.len() as u64 * 1_000_000 / u64::from(self.decoder.rate()));
            heard |= self.play_next(now, ahead);
        }
        out.copy_from_slice(&self.ready[..out.len()]);
        self.ready.drain(..out.len());
        self.watch.left(self.ready.len());
        heard
    }

    /// Drops what always stays behind, where nobody hears that it is gone: a packet has to be there when it is taken, so
    /// what lies before it lengthens its wait without helping against lateness.
    fn trim(&mut self) {
        let idle = self.watch.idle().min(self.ready.len());
        if idle > 0 && self.stretcher.is_quiet() {
            self.ready.drain(..idle);
            self.watch.trimmed(idle);
            self.removed += idle as u64;
        }
    }

    /// Lets the next `samples` pass unheard and without the work of decoding them; what follows is then decoded from the last
    /// packet that was left out, so that the decoder is in its stride.
    pub fn skip(&mut self, now: Duration, samples: usize) {
        let rate = self.decoder.rate();
        self.watch.read(now);
        while self.ready.len() < samples {
            let ahead = crate::frame::span(rate, self.ready.len() as u64);
            let frame = crate::frame::span(FULLBAND, u64::from(self.jitter.frame()));
            let too_long = self.spare_micros() > (TOO_LONG.max(self.watch.step()) + frame).as_micros() as i64;
            let (duration, taken) = match self.jitter.pull(now + ahead, too_long) {
                Pull::Packet { payload, .. } => {
                    self.skipped.clear();
                    self.skipped.extend_from_slice(payload);
                    let length = packet_samples(payload, FULLBAND).unwrap_or(0);
                    (u32::try_from(length).unwrap_or(0), true)
                }
                Pull::Fec { duration, .. }
                | Pull::Conceal { duration }
                | Pull::Late { duration }
                | Pull::Silence { duration } => (duration, false),
            };
            if taken {
                self.took(ahead, crate::frame::span(FULLBAND, u64::from(duration)));
            }
            if too_long {
                // Whether one was left out or not: what is looked back on has to fill again.
                self.watch = Watch::default();
            }
            self.ready.resize(self.ready.len() + steps(duration, rate), 0);
        }
        self.ready.drain(..samples);
        // What was decoded last is not what will be heard next.
        self.scratch.clear();
    }

    /// What is heard `ahead` from `now`.
    fn play_next(&mut self, now: Duration, ahead: Duration) -> bool {
        self.scratch.clear();
        let rate = self.decoder.rate();
        let heard = match self.decode_next(now + ahead) {
            Next::Sound => true,
            Next::MadeUp => false,
            Next::Late(samples) => {
                self.stretcher.go_on(samples, &mut self.ready);
                return false;
            }
        };
        let wish = if heard { self.wish(ahead) } else { Wish::AsIs };
        if heard && wish == Wish::AsIs && self.may_leave_out() {
            let length = self.scratch.len();
            self.watch.shift(-(length as i64 * 1_000_000 / i64::from(rate)));
            self.removed += length as u64;
            self.since_seam = 0;
            return true;
        }
        let enough = crate::frame::samples(rate, SHORTEST_CUT);
        if wish == Wish::Shorter && self.scratch.len() < enough && !self.jitter.is_empty() {
            let more = crate::frame::span(rate, self.scratch.len() as u64);
            self.decode_next(now + ahead + more);
        }
        let change = self.stretcher.play(&self.scratch, wish, &mut self.ready);
        self.watch.shift(change as i64 * 1_000_000 / i64::from(rate));
        self.since_seam = if change == 0 { self.since_seam.saturating_add(self.scratch.len()) } else { 0 };
        self.added += u64::try_from(change).unwrap_or(0);
        self.removed += u64::try_from(-change).unwrap_or(0);
        heard
    }

    /// Whether what was decoded had waited too long or not long enough. It had to be there `ahead` of its turn, so that much
    /// of its wait was of no use against lateness.
    fn wish(&mut self, ahead: Duration) -> Wish {
        let rate = self.decoder.rate();
        let surplus = self.took(ahead, crate::frame::span(rate, self.scratch.len() as u64));
        let lasting = self.spare_micros();
        let urgent = surplus.min(0).unsigned_abs().max(lasting.max(0).unsigned_abs()) >= URGENT.as_micros() as u64;
        if self.since_seam < crate::frame::samples(rate, REST) && !urgent {
            return Wish::AsIs;
        }
        if surplus < -(TOO_SHORT.as_micros() as i64) {
            Wish::Longer
        } else if lasting > TOO_LONG.max(self.watch.step()).as_micros() as i64 {
            Wish::Shorter
        } else {
            Wish::AsIs
        }
    }

    /// Whether nobody hears that what was decoded is left out, and those after it have waited long enough without.
    fn may_leave_out(&self) -> bool {
        let rate = self.decoder.rate();
        let length = self.scratch.len() as i64 * 1_000_000 / i64::from(rate);
        self.since_seam >= crate::frame::samples(rate, REST)
            && self.spare_micros() >= length
            && self.stretcher.is_quiet()
            && stretch::is_quiet(&self.scratch)
    }

    /// A packet of this length was taken `ahead` of its turn. How much longer than it should it had waited, in microseconds.
    fn took(&mut self, ahead: Duration, length: Duration) -> i64 {
        let surplus = self.jitter.surplus_micros() - ahead.as_micros() as i64;
        self.watch.took(self.jitter.target().as_micros() as i64 + surplus, length);
        surplus
    }

    /// How much longer than it is meant to the packet that waited least of late has waited, in microseconds; 0 until it is
    /// known.
    fn spare_micros(&self) -> i64 {
        self.watch.least().map_or(0, |least| least - self.jitter.target().as_micros() as i64)
    }

    /// By how much the wait is wrong for whoever can play a little faster or slower, in microseconds; negative when it is too
    /// short. 0 within the reader's step: a change that does not reach the next step is none.
    pub fn off_by_micros(&self) -> i64 {
        let (spare, step) = (self.spare_micros(), self.watch.step().as_micros() as i64);
        spare.min(0) + (spare - step).max(0)
    }

    /// Adds to the scratch what is to be played at `now`, unless it may come yet.
    fn decode_next(&mut self, now: Duration) -> Next {
        let (before, rate) = (self.scratch.len(), self.decoder.rate());
        if !self.skipped.is_empty() {
            // Only to prepare the decoder; a bad packet prepares it for nothing.
            let _ = self.decoder.decode(&self.skipped, room(&mut self.scratch, before, LONGEST));
            self.scratch.truncate(before);
            self.skipped.clear();
        }
        let (decoded, duration, next) = match self.jitter.pull(now, false) {
            Pull::Packet { payload, unseen } => {
                // What the decoder has not seen it is shown and nobody hears; of what it cannot read it learns nothing.
                let _ = match unseen {
                    Unseen::Skipped(left_out) => {
                        self.decoder.decode(left_out, room(&mut self.scratch, before, LONGEST))
                    }
                    Unseen::Lost(duration) if self.stretcher.has_gone_on() => {
                        self.decoder.conceal(room(&mut self.scratch, before, steps(duration, rate)))
                    }
                    Unseen::Lost(_) | Unseen::Nothing => Ok(0),
                };
                let decoded = self.decoder.decode(payload, room(&mut self.scratch, before, LONGEST));
                (decoded, None, Next::Sound)
            }
            // A pause in speech is the decoder's to fill: it knows the noise of the sender's room.
            Pull::Late { duration } if !self.stretcher.is_quiet() => return Next::Late(steps(duration, rate)),
            Pull::Fec { next, duration } => {
                let samples = steps(duration, rate);
                let decoded = self.decoder.decode_fec(next, room(&mut self.scratch, before, samples));
                (decoded, Some(samples), Next::Sound)
            }
            Pull::Conceal { duration } | Pull::Late { duration } => {
                let samples = steps(duration, rate);
                (self.decoder.conceal(room(&mut self.scratch, before, samples)), Some(samples), Next::MadeUp)
            }
            Pull::Silence { duration } => {
                let samples = steps(duration, rate);
                room(&mut self.scratch, before, samples).fill(0);
                (Ok(samples), Some(samples), Next::MadeUp)
            }
        };
        // A packet that cannot be decoded costs its own 20 ms and nothing else.
        let fallback = duration.unwrap_or_else(|| steps(FULLBAND / 50, rate));
        let samples = decoded.unwrap_or_else(|_| {
            self.bad_packets += 1;
            room(&mut self.scratch, before, fallback).fill(0);
            fallback
        });
        self.scratch.truncate(before + samples.max(1));
        next
    }

    /// Forgets what was received, as after a change of the sender.
    pub fn restart(&mut self) {
        self.jitter.restart();
        self.skipped.clear();
        self.ready.clear();
        self.watch = Watch::default();
        self.since_seam = 0;
    }

    pub fn counts(&self) -> JitterCounts {
        self.jitter.counts()
    }

    pub fn delay(&self) -> Duration {
        self.jitter.delay()
    }

    /// How long packets are meant to wait at present; compare with [`delay`](Self::delay).
    pub fn target(&self) -> Duration {
        self.jitter.target()
    }

    pub fn jitter(&self) -> Duration {
        self.jitter.jitter()
    }

    /// What is there to be played: packets that wait, and what was decoded of the last.
    pub fn waiting(&self) -> Duration {
        let packets = self.jitter.len() as u64 * u64::from(self.jitter.frame());
        crate::frame::span(FULLBAND, packets) + crate::frame::span(self.decoder.rate(), self.ready.len() as u64)
    }

    /// Time that was added and taken away where the wait had to change.
    pub fn stretched(&self) -> (Duration, Duration) {
        let rate = self.decoder.rate();
        (crate::frame::span(rate, self.added), crate::frame::span(rate, self.removed))
    }

    /// Payloads that were not Opus.
    pub fn bad_packets(&self) -> u64 {
        self.bad_packets
    }
}

/// Clock units to samples, in whole steps of 2.5 ms (all that the decoder can make up), at least one.
fn steps(duration: u32, rate: u32) -> usize {
    let steps = (duration / (FULLBAND / 400)).max(1);
    ((steps * rate / 400) as usize).min(LONGEST)
}

fn room(scratch: &mut Vec<i16>, from: usize, length: usize) -> &mut [i16] {
    scratch.resize(from + length, 0);
    &mut scratch[from..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        codec::{EncoderSettings, OpusEncoder},
        level::rms_dbfs,
    };

    fn packets(count: usize) -> Vec<Vec<u8>> {
        let mut encoder = OpusEncoder::new(EncoderSettings::voice(16_000)).unwrap();
        (0..count)
            .map(|n| {
                let pcm: Vec<i16> = (0..320).map(|i| (((n * 320 + i) as f64 * 0.17).sin() * 9_000.0) as i16).collect();
                let mut out = [0; MAX_PACKET];
                let length = encoder.encode(&pcm, &mut out).unwrap();
                out[..length].to_vec()
            })
            .collect()
    }

    #[test]
    fn a_tone_with_one_packet_in_ten_lost_has_no_holes() {
        let mut playout = OpusPlayout::new(JitterSettings::OPUS, 8_000).unwrap();
        let mut heard = Vec::new();
        for (n, packet) in packets(200).into_iter().enumerate() {
            let now = Duration::from_millis(20 * n as u64);
            if n % 10 != 7 {
                playout.push(n as u16, (n * 960) as u32, &packet, now).unwrap();
            }
            let mut out = [0; 160];
            playout.fill(now + Duration::from_millis(3), &mut out);
            heard.extend_from_slice(&out);
        }
        let quietest = heard[3_200..].chunks(160).map(rms_dbfs).fold(0.0, f32::min);
        // The copy that rebuilds a frame is coarse and softer than the tone (-14 dBFS); a hole would read below -60.
        assert!(quietest > -30.0, "a frame fell to {quietest} dBFS");
        assert!(playout.counts().rebuilt >= 15, "{:?}", playout.counts());
    }

    /// A tone that rises for a quarter of each second, in packets of 10 ms: whatever a decoder takes for granted of the sound
    /// before shows in it.
    fn sweeps(seconds: usize) -> Vec<Vec<u8>> {
        let settings = EncoderSettings { frame: Duration::from_millis(10), ..EncoderSettings::telephone() };
        let mut encoder = OpusEncoder::new(settings).unwrap();
        let sample = |at: usize| {
            let t = (at % 8_000) as f64 / 8_000.0;
            let turns = 400.0 * t + 2_600.0 * t * t;
            if t < 0.25 { ((turns * std::f64::consts::TAU).sin() * 6_000.0) as i16 } else { 0 }
        };
        let mut encode = |n: usize| {
            let pcm: Vec<i16> = (n * 80..n * 80 + 80).map(sample).collect();
            let mut out = [0; MAX_PACKET];
            let length = encoder.encode(&pcm, &mut out).unwrap();
            out[..length].to_vec()
        };
        (0..seconds * 100).map(&mut encode).collect()
    }

    /// The loudest 10 ms of sweeps of which now and then some come up to `late` ms late, all at once.
    fn loudest(late: u64) -> (f32, JitterCounts) {
        let mut playout = OpusPlayout::new(JitterSettings::OPUS, 16_000).unwrap();
        let mut loudest = -100.0_f32;
        let held = |n: u64| n % 103 < late / 10;
        let mut packets = sweeps(20).into_iter().enumerate().peekable();
        for now in (0..20_000).step_by(10) {
            let there = |n: u64| if held(n) { (n - n % 103) * 10 + late } else { n * 10 };
            while let Some((n, packet)) = packets.next_if(|(n, _)| there(*n as u64) <= now) {
                playout.push(n as u16, n as u32 * 480, &packet, Duration::from_millis(now)).unwrap();
            }
            let mut out = [0; 160];
            playout.fill(Duration::from_millis(now + 2), &mut out);
            loudest = loudest.max(rms_dbfs(&out));
        }
        (loudest, playout.counts())
    }

    #[test]
    fn packets_that_are_late_do_not_make_the_next_ones_loud() {
        for late in [40, 50, 60, 70] {
            let (loudest, counts) = loudest(late);
            assert!(counts.played > 1_900 && counts.concealed > 3, "{counts:?}");
            // The tone itself is at -17.8 dBFS.
            assert!(loudest < -14.0, "{late} ms late: {loudest} dBFS, {counts:?}");
        }
    }

    #[test]
    fn ten_millisecond_readers_get_every_sample_of_twenty_millisecond_packets() {
        let mut playout = OpusPlayout::new(JitterSettings::OPUS, 48_000).unwrap();
        for (n, packet) in packets(50).into_iter().enumerate() {
            let now = Duration::from_millis(20 * n as u64);
            playout.push(n as u16, (n * 960) as u32, &packet, now).unwrap();
            for half in 0..2 {
                playout.fill(now + Duration::from_millis(10 * half), &mut [0; 480]);
            }
        }
        assert!(playout.counts().played >= 47, "{:?}", playout.counts());
        assert!(playout.delay() <= Duration::from_millis(50));
    }

    /// Plays 20 ms packets, each of which arrives at once, to a reader that comes at these times for 20 ms. By how much
    /// the sound was made longer and shorter once the buffer knew the path.
    fn stretched(readings: impl Iterator<Item = Duration>) -> (Duration, Duration) {
        let mut playout = OpusPlayout::new(JitterSettings::OPUS, 16_000).unwrap();
        let mut sent = packets(1_000).into_iter().enumerate().peekable();
        let mut settled = (Duration::ZERO, Duration::ZERO);
        for (reading, now) in readings.enumerate() {
            let arrival = |n: usize| Duration::from_millis(20 * n as u64);
            while let Some((n, packet)) = sent.next_if(|(n, _)| arrival(*n) <= now) {
                playout.push(n as u16, (n * 960) as u32, &packet, arrival(n)).unwrap();
            }
            playout.fill(now, &mut [0; 320]);
            if reading == 100 {
                settled = playout.stretched();
            }
        }
        let (longer, shorter) = playout.stretched();
        (longer - settled.0, shorter - settled.1)
    }

    #[test]
    fn sound_of_a_path_that_does_not_change_is_not_stretched_wherever_the_reader_comes_between_two_packets() {
        for phase in 0..20 {
            let readings = (0..1_000).map(|n| Duration::from_millis(20 * n + phase));
            assert_eq!(stretched(readings), (Duration::ZERO, Duration::ZERO), "{phase} ms after a packet");
        }
    }

    #[test]
    fn nor_is_it_for_a_reader_who_is_late_now_and_then() {
        let mut state = 7_u64;
        let mut free = Duration::ZERO;
        let readings = (0..1_000).map(|n| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let late = if state >> 61 == 0 { 10 + (state >> 40) % 50 } else { 0 };
            // Two or three readings are made up for at once.
            free = free.max(Duration::from_millis(20 * n + 3 + late));
            free
        });
        assert_eq!(stretched(readings), (Duration::ZERO, Duration::ZERO));
    }

    #[test]
    fn short_packets_are_all_played_to_a_reader_who_takes_two_at_once_wherever_it_comes_between_them() {
        for phase in 0..20 {
            let mut playout = OpusPlayout::new(JitterSettings::OPUS, 16_000).unwrap();
            let mut packets = sweeps(10).into_iter().enumerate().peekable();
            for now in (phase..10_000).step_by(20) {
                while let Some((n, packet)) = packets.next_if(|(n, _)| *n as u64 * 10 <= now) {
                    let arrival = Duration::from_millis(n as u64 * 10);
                    playout.push(n as u16, n as u32 * 480, &packet, arrival).unwrap();
                }
                playout.fill(Duration::from_millis(now), &mut [0; 320]);
            }
            let counts = playout.counts();
            assert!(counts.skipped == 0 && counts.concealed <= 1, "{phase} ms after a packet: {counts:?}");
        }
    }

    #[test]
    fn a_pause_brings_the_wait_down_to_the_step_of_the_reader() {
        for phase in 1..10 {
            let mut playout = OpusPlayout::new(JitterSettings::OPUS, 16_000).unwrap();
            let mut packets = sweeps(12).into_iter().enumerate().peekable();
            let mut longest = Duration::ZERO;
            for now in (phase..12_000).step_by(10) {
                while let Some((n, packet)) = packets.next_if(|(n, _)| *n as u64 * 10 <= now) {
                    let arrival = Duration::from_millis(n as u64 * 10);
                    playout.push(n as u16, n as u32 * 480, &packet, arrival).unwrap();
                }
                playout.fill(Duration::from_millis(now), &mut [0; 160]);
                if now > 8_000 {
                    longest = longest.max(playout.delay());
                }
            }
            let counts = playout.counts();
            assert!(
                longest <= playout.target() + Duration::from_millis(11),
                "{phase} ms after: {longest:?}, {counts:?}"
            );
            assert!(counts.skipped == 0 && counts.concealed <= 1, "{phase} ms after a packet: {counts:?}");
        }
    }

    #[test]
    fn what_was_passed_over_is_not_heard_and_what_follows_begins_at_once() {
        let mut playout = OpusPlayout::new(JitterSettings::OPUS, 8_000).unwrap();
        let mut levels = Vec::new();
        for (n, packet) in packets(200).into_iter().enumerate() {
            let now = Duration::from_millis(20 * n as u64);
            playout.push(n as u16, (n * 960) as u32, &packet, now).unwrap();
            let mut out = [0; 160];
            if n < 100 {
                playout.skip(now + Duration::from_millis(3), 160);
            } else {
                playout.fill(now + Duration::from_millis(3), &mut out);
            }
            levels.push(rms_dbfs(&out));
        }
        assert!(levels[102..].iter().all(|level| *level > -25.0), "{:?}", &levels[100..110]);
        assert!(playout.counts().played >= 195, "{:?}", playout.counts());
    }

    #[test]
    fn garbage_is_refused_and_costs_one_frame_at_most() {
        let mut playout = OpusPlayout::new(JitterSettings::OPUS, 8_000).unwrap();
        assert!(playout.push(0, 0, &[], Duration::ZERO).is_err());
        let mut out = [7; 160];
        assert!(!playout.fill(Duration::ZERO, &mut out));
        assert_eq!((out, playout.bad_packets()), ([0; 160], 1));
    }
}
