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
mod tests;
