//! Adaptive jitter buffer for Opus over RTP.
//!
//! Packets go in as they arrive, decisions come out when audio is due: decode this, rebuild that from its successor,
//! conceal, or be silent. How long packets wait follows how late 95 % of them have been over the last four seconds
//! (97.5 % where that is more than 20 ms), and, while packets are being lost, how long their copies take. Nothing is allocated
//! after it was made.

mod estimate;
mod repair;
mod slots;

use std::time::Duration;

use crate::{
    codec::MAX_PACKET,
    seq::{SeqUnwrap, TimestampUnwrap},
};
use estimate::LatenessEstimate;
use repair::Repairs;
use slots::Slots;

/// Bounds of the wait between the earliest possible arrival of a packet and its playing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JitterSettings {
    /// RTP clock rate in hertz (48 000 for Opus).
    pub clock: u32,
    /// Wait before anything is known about the path.
    pub start: Duration,
    pub min: Duration,
    pub max: Duration,
}

impl JitterSettings {
    /// Opus: starts at 30 ms, between 20 and 200 ms.
    pub const OPUS: Self = Self {
        clock: 48_000,
        start: Duration::from_millis(30),
        min: Duration::from_millis(20),
        max: Duration::from_millis(200),
    };
}

/// One packet of audio as it came off the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival<'a> {
    pub seq: u16,
    pub timestamp: u32,
    /// Length of the audio in RTP clock units.
    pub duration: u32,
    pub payload: &'a [u8],
}

/// What became of an arriving packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    Queued,
    /// Its turn had passed.
    Late,
    Duplicate,
    /// It holds no audio.
    Empty,
    /// A copy of what is there, has been played, or belongs to a stream before this one.
    NotNeeded,
    /// The sender's clock jumped by more than a second: everything before this packet was forgotten.
    Restarted,
}

/// What to play now. Lengths are in RTP clock units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pull<'a> {
    Packet {
        payload: &'a [u8],
        unseen: Unseen<'a>,
    },
    /// The packet that is due was lost; rebuild `duration` of it from this one, which follows and will be pulled next.
    Fec {
        next: &'a [u8],
        duration: u32,
    },
    /// It was lost, or the sender is silent: let the decoder make up `duration`.
    Conceal {
        duration: u32,
    },
    /// Nothing is there, and what is due may only be late: go on for `duration` with what was heard, and leave the decoder
    /// as it is.
    Late {
        duration: u32,
    },
    /// Nothing has come for so long that making up more would be noise.
    Silence {
        duration: u32,
    },
}

/// What the decoder has to know of before a packet, and what is not to be heard any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unseen<'a> {
    Nothing,
    /// So many clock units that were waited for in vain.
    Lost(u32),
    /// The packet before, which was left out to shorten the wait.
    Skipped(&'a [u8]),
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JitterCounts {
    pub played: u64,
    /// Frames rebuilt from what the next packet knew of them.
    pub rebuilt: u64,
    /// Frames played from a copy in a later packet.
    pub recovered: u64,
    /// Frames made up in the middle of speech; pauses that the sender made are not counted.
    pub concealed: u64,
    pub late: u64,
    pub duplicate: u64,
    /// Frames skipped to get back to a short wait.
    pub skipped: u64,
}

#[derive(Debug, Clone, Copy)]
enum Playout {
    /// Nothing to play: at the start, or after the buffer ran dry `missed` clock units ago. `floor` is the timestamp that
    /// was next when it did; what is older has been played.
    Waiting {
        floor: u64,
        missed: u32,
    },
    Playing {
        next: u64,
        last_seq: u64,
    },
}

/// After this share of a second (100 ms) made up in a row comes silence.
const MAX_CONCEALED: u32 = 10;
/// Lost frames that a decoder is told of before the one that came; more of them change nothing for it.
const MAX_LOST: u32 = 5;
/// Opus packets this short say "nothing new" (RFC 6716 section 2.1.9: discontinuous transmission).
const QUIET_PACKET: usize = 3;

/// Timestamps remembered as received: a copy of one of them repaired nothing.
const RECEIVED: usize = 64;

#[derive(Debug)]
pub struct JitterBuffer {
    settings: JitterSettings,
    slots: Slots,
    playout: Playout,
    seqs: SeqUnwrap,
    timestamps: TimestampUnwrap,
    lateness: LatenessEstimate,
    repairs: Repairs,
    received: [u64; RECEIVED],
    next_received: usize,
    /// Timestamp of the first packet of this stream.
    first: Option<u64>,
    frame: u32,
    delay: Duration,
    surplus: i64,
    /// Sequence number of what was played last.
    played: Option<u64>,
    /// Frames made up since the buffer ran dry: concealed loss, or a sender who was silent. The next packet tells.
    undecided: u64,
    /// The packet that was left out last, and whether nothing was played since.
    left_out: Vec<u8>,
    skipped: bool,
    /// Clock units that were waited for in vain before what is played next.
    lost: u32,
    counts: JitterCounts,
}

impl JitterBuffer {
    pub fn new(settings: JitterSettings) -> Self {
        Self {
            settings,
            slots: Slots::new(),
            playout: Playout::Waiting { floor: 0, missed: u32::MAX },
            seqs: SeqUnwrap::default(),
            timestamps: TimestampUnwrap::default(),
            lateness: LatenessEstimate::new(settings),
            repairs: Repairs::new(),
            received: [u64::MAX; RECEIVED],
            next_received: 0,
            first: None,
            frame: settings.clock / 50,
            delay: Duration::ZERO,
            surplus: 0,
            played: None,
            undecided: 0,
            left_out: Vec::with_capacity(MAX_PACKET),
            skipped: false,
            lost: 0,
            counts: JitterCounts::default(),
        }
    }

    /// Takes a packet that arrived at `now`.
    pub fn push(&mut self, packet: Arrival<'_>, now: Duration) -> Admission {
        if packet.duration == 0 {
            return Admission::Empty;
        }
        let mut timestamp = self.timestamps.extend(packet.timestamp);
        let mut seq = self.seqs.extend(packet.seq);
        let restarted = self.lateness.jumped(timestamp, now);
        if restarted {
            self.restart();
            timestamp = self.timestamps.extend(packet.timestamp);
            seq = self.seqs.extend(packet.seq);
        }
        self.first.get_or_insert(timestamp);
        self.lateness.record(timestamp, now);
        self.frame = packet.duration;
        let waits = self.repairs.depth(now);
        self.lateness.adapt(crate::frame::span(self.settings.clock, u64::from(waits)), self.frame_span());
        self.received[self.next_received] = timestamp;
        self.next_received = (self.next_received + 1) % RECEIVED;
        if timestamp < self.floor() {
            self.counts.late += 1;
            return Admission::Late;
        }
        if let Some(slot) = self.slots.find(timestamp) {
            self.counts.duplicate += u64::from(!slot.copy);
            return Admission::Duplicate;
        }
        self.keep(timestamp, seq, packet.duration, false, packet.payload);
        if restarted { Admission::Restarted } else { Admission::Queued }
    }

    /// Takes a copy of an earlier frame that arrived at `now` inside `carrier`, a packet that was pushed before it.
    /// `offset`: how much older than the carrier it is, in clock units.
    pub fn push_copy(
        &mut self,
        carrier: Arrival<'_>,
        offset: u32,
        copy: &[u8],
        duration: u32,
        now: Duration,
    ) -> Admission {
        let carried = self.timestamps.extend(carrier.timestamp);
        let timestamp = carried.saturating_sub(u64::from(offset));
        if duration == 0 || offset == 0 || copy.is_empty() {
            return Admission::Empty;
        }
        self.repairs.note_carried(now, offset);
        if self.first.is_none_or(|first| timestamp < first) || self.received.contains(&timestamp) {
            return Admission::NotNeeded;
        }
        let late = timestamp < self.floor();
        if !late && self.slots.find(timestamp).is_some() {
            return Admission::NotNeeded;
        }
        self.repairs.note(now, offset);
        if late {
            return Admission::Late;
        }
        // Right as long as the sender made no pause in between; that is all the number is used for.
        let back = u64::from(offset.div_ceil(duration));
        let seq = self.seqs.extend(carrier.seq).saturating_sub(back);
        self.keep(timestamp, seq, duration, true, copy);
        Admission::Queued
    }

    fn keep(&mut self, timestamp: u64, seq: u64, duration: u32, copy: bool, payload: &[u8]) {
        if self.slots.is_full() {
            // Far more than the longest wait: the oldest can only be skipped later.
            self.slots.take_first();
            self.counts.skipped += 1;
        }
        self.slots.insert(timestamp, seq, duration, copy, payload);
    }

    /// What is older than this has had its turn.
    const fn floor(&self) -> u64 {
        match self.playout {
            Playout::Waiting { floor, .. } => floor,
            Playout::Playing { next, .. } => next,
        }
    }

    /// What to play at `now`. `quiet`: what was played last was silence, so that skipping a frame is not heard.
    pub fn pull(&mut self, now: Duration, quiet: bool) -> Pull<'_> {
        if let Playout::Waiting { floor, missed } = self.playout {
            let Some(slot) = self.slots.first() else {
                return self.starve(floor, missed, self.frame);
            };
            let (first, seq) = (slot.timestamp, slot.seq);
            let due = self.lateness.due(first);
            if now < due {
                // Not a whole frame, or up to one frame would be added to the delay of all that follows.
                return self.starve(floor, missed, self.until(due - now));
            }
            let paused = first > floor && self.played.is_some_and(|played| seq == played + 1);
            let made_up = std::mem::take(&mut self.undecided);
            self.counts.concealed += if paused { 0 } else { made_up };
            let lost = self.played.map_or(0, |played| seq.saturating_sub(played + 1));
            if !paused && lost > 0 {
                // A little longer, and the lost one could have been rebuilt from this one.
                self.repairs.note(now, self.frame);
                self.lost = u32::try_from(lost).unwrap_or(u32::MAX).min(MAX_LOST) * self.frame;
            }
            self.playout = Playout::Playing { next: first, last_seq: seq.saturating_sub(1) };
        }
        let Playout::Playing { next, last_seq } = self.playout else {
            return Pull::Silence { duration: self.frame };
        };
        let next = self.catch_up(next, now, quiet);
        self.delay = self.lateness.delay(next, now);
        self.surplus = self.lateness.surplus(next, now);
        self.play(next, last_seq, now)
    }

    fn play(&mut self, next: u64, last_seq: u64, now: Duration) -> Pull<'_> {
        let short = self.delay + self.frame_span() / 2 < self.lateness.target();
        let frame = self.frame;
        let Some(slot) = self.slots.first() else { return self.starve(next, 0, frame) };
        let (timestamp, seq, duration) = (slot.timestamp, slot.seq, slot.duration);
        let gap = timestamp.saturating_sub(next);
        if gap == 0 {
            self.played = Some(seq);
            self.playout = Playout::Playing { next: timestamp + u64::from(duration), last_seq: seq };
            let Some(slot) = self.slots.take_first() else { return Pull::Silence { duration: frame } };
            self.counts.played += 1;
            self.counts.recovered += u64::from(slot.copy);
            let unseen = match std::mem::take(&mut self.lost) {
                _ if self.skipped => Unseen::Skipped(&self.left_out),
                0 => Unseen::Nothing,
                lost => Unseen::Lost(lost),
            };
            self.skipped = false;
            return Pull::Packet { payload: &slot.payload, unseen };
        }
        let lost = seq > last_seq + 1;
        if lost && short {
            // It may only be late: wait longer for it from now on.
            return self.starve(next, 0, frame);
        }
        let step = u32::try_from(gap).unwrap_or(u32::MAX).min(duration);
        self.playout = Playout::Playing { next: next + u64::from(step), last_seq };
        if !lost {
            // The sender was silent.
            return Pull::Conceal { duration: step };
        }
        if u64::from(step) == gap {
            self.counts.rebuilt += 1;
            self.repairs.note(now, duration);
            self.playout = Playout::Playing { next: next + u64::from(step), last_seq: seq - 1 };
            let next = self.slots.first().map_or(&[][..], |slot| &slot.payload);
            return Pull::Fec { next, duration: step };
        }
        self.counts.concealed += 1;
        Pull::Conceal { duration: step }
    }

    /// A wait in clock units: whole steps of 2.5 ms (all that an Opus decoder can make up), at most one frame.
    fn until(&self, wait: Duration) -> u32 {
        let step = (self.settings.clock / 400).max(1);
        let units = wait.as_micros() * u128::from(self.settings.clock) / 1_000_000;
        let steps = u32::try_from(units.div_ceil(u128::from(step))).unwrap_or(u32::MAX).max(1);
        steps.saturating_mul(step).min(self.frame.max(step))
    }

    fn starve(&mut self, floor: u64, missed: u32, duration: u32) -> Pull<'static> {
        self.playout = Playout::Waiting { floor, missed: missed.saturating_add(duration) };
        if missed >= self.settings.clock / MAX_CONCEALED {
            return Pull::Silence { duration };
        }
        self.undecided += 1;
        Pull::Late { duration }
    }

    /// Skips frames that keep the wait longer than it may ever be, or for which nothing was said; answers what to play
    /// next.
    fn catch_up(&mut self, mut next: u64, now: Duration, quiet: bool) -> u64 {
        let frame = self.frame_span();
        let comfortable = self.lateness.target() + frame + frame / 4;
        let mut allowed = 1;
        while self.slots.len() > 1 {
            let delay = self.lateness.delay(next, now);
            let too_long = delay > self.settings.max + frame;
            let Some(slot) = self.slots.first() else { break };
            let silent = quiet || slot.payload.len() <= QUIET_PACKET;
            if !too_long && (delay <= comfortable || !silent || allowed == 0) {
                break;
            }
            allowed = u32::saturating_sub(allowed, 1);
            if slot.timestamp > next {
                next = slot.timestamp.min(next + u64::from(self.frame));
            } else {
                let (after, seq) = (slot.timestamp + u64::from(slot.duration), slot.seq);
                next = after;
                self.skipped = true;
                self.left_out.clear();
                self.left_out.extend(self.slots.take_first().iter().flat_map(|slot| &slot.payload));
                self.played = Some(seq);
                self.playout = Playout::Playing { next, last_seq: seq };
            }
            self.counts.skipped += 1;
        }
        if let Playout::Playing { last_seq, .. } = self.playout {
            self.playout = Playout::Playing { next, last_seq };
        }
        next
    }

    fn frame_span(&self) -> Duration {
        crate::frame::span(self.settings.clock, u64::from(self.frame))
    }

    /// Forgets everything but the counts, as after a change of the sender.
    pub fn restart(&mut self) {
        self.slots.clear();
        self.played = None;
        self.undecided = 0;
        (self.skipped, self.lost) = (false, 0);
        self.playout = Playout::Waiting { floor: 0, missed: u32::MAX };
        self.seqs = SeqUnwrap::default();
        self.timestamps = TimestampUnwrap::default();
        self.lateness = LatenessEstimate::new(self.settings);
        self.repairs = Repairs::new();
        self.received = [u64::MAX; RECEIVED];
        self.first = None;
        self.surplus = 0;
    }

    /// How long a packet waited at the last pull, counted from the earliest it could have arrived.
    pub fn delay(&self) -> Duration {
        self.delay
    }

    /// How much longer than it should what was pulled last had waited, in microseconds; negative when it came too soon.
    pub fn surplus_micros(&self) -> i64 {
        self.surplus
    }

    /// The length of the packets that come, in clock units.
    pub fn frame(&self) -> u32 {
        self.frame
    }

    /// How long packets are meant to wait at present.
    pub fn target(&self) -> Duration {
        self.lateness.target()
    }

    /// Interarrival jitter (RFC 3550 section 6.4.1).
    pub fn jitter(&self) -> Duration {
        self.lateness.jitter()
    }

    pub fn counts(&self) -> JitterCounts {
        self.counts
    }

    /// Packets that wait.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    pub fn is_empty(&self) -> bool {
        self.slots.len() == 0
    }
}

#[cfg(test)]
mod tests;
