//! Adaptive jitter buffer for Opus over RTP.
//!
//! Packets go in as they arrive, decisions come out when audio is due: decode this, rebuild that from its successor,
//! conceal, or be silent. How long packets wait follows the 95th percentile of how late they have been over the last
//! four seconds; the wait grows as soon as packets come late and shrinks only while nobody speaks.

mod estimate;

use std::{collections::BTreeMap, time::Duration};

use crate::seq::{SeqUnwrap, TimestampUnwrap};
use estimate::LatenessEstimate;

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival<P> {
    pub seq: u16,
    pub timestamp: u32,
    /// Length of the audio in RTP clock units.
    pub duration: u32,
    pub payload: P,
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
    /// The sender's clock jumped by more than a second: everything before this packet was forgotten.
    Restarted,
}

/// What to play now. Lengths are in RTP clock units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pull<P> {
    Packet(P),
    /// The packet that is due was lost; rebuild `duration` of it from this one, which follows and will be pulled next.
    Fec {
        next: P,
        duration: u32,
    },
    /// Let the decoder make up `duration`.
    Conceal {
        duration: u32,
    },
    /// Nothing has come for so long that making up more would be noise.
    Silence {
        duration: u32,
    },
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JitterCounts {
    pub played: u64,
    pub rebuilt: u64,
    /// Frames made up in the middle of speech; pauses that the sender made are not counted.
    pub concealed: u64,
    pub late: u64,
    pub duplicate: u64,
    /// Frames skipped to get back to a short wait.
    pub skipped: u64,
}

#[derive(Debug)]
struct Slot<P> {
    seq: u64,
    duration: u32,
    payload: P,
}

#[derive(Debug, Clone, Copy)]
enum Playout {
    /// Nothing to play: at the start, or after the buffer ran dry `missed` pulls ago. `floor` is the timestamp that was
    /// next when it did; what is older has been played.
    Waiting {
        floor: u64,
        missed: u32,
    },
    Playing {
        next: u64,
        last_seq: u64,
    },
}

/// After this many frames made up in a row (100 ms of 20 ms frames) comes silence.
const MAX_CONCEALED: u32 = 5;
/// Opus packets this short say "nothing new" (RFC 6716 section 2.1.9: discontinuous transmission).
const QUIET_PACKET: usize = 3;

/// `P` is the payload: cheap to clone, and readable as bytes.
#[derive(Debug)]
pub struct JitterBuffer<P> {
    settings: JitterSettings,
    slots: BTreeMap<u64, Slot<P>>,
    playout: Playout,
    seqs: SeqUnwrap,
    timestamps: TimestampUnwrap,
    lateness: LatenessEstimate,
    frame: u32,
    delay: Duration,
    /// Sequence number of what was played last.
    played: Option<u64>,
    /// Frames made up since the buffer ran dry: concealed loss, or a sender who was silent. The next packet tells.
    undecided: u64,
    counts: JitterCounts,
}

impl<P: Clone + AsRef<[u8]>> JitterBuffer<P> {
    pub fn new(settings: JitterSettings) -> Self {
        Self {
            settings,
            slots: BTreeMap::new(),
            playout: Playout::Waiting { floor: 0, missed: MAX_CONCEALED },
            seqs: SeqUnwrap::default(),
            timestamps: TimestampUnwrap::default(),
            lateness: LatenessEstimate::new(settings),
            frame: settings.clock / 50,
            delay: Duration::ZERO,
            played: None,
            undecided: 0,
            counts: JitterCounts::default(),
        }
    }

    /// Takes a packet that arrived at `now`.
    pub fn push(&mut self, packet: Arrival<P>, now: Duration) -> Admission {
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
        self.lateness.record(timestamp, now);
        let floor = match self.playout {
            Playout::Waiting { floor, .. } => floor,
            Playout::Playing { next, .. } => next,
        };
        if timestamp < floor {
            self.counts.late += 1;
            return Admission::Late;
        }
        if self.slots.contains_key(&timestamp) {
            self.counts.duplicate += 1;
            return Admission::Duplicate;
        }
        self.frame = packet.duration;
        self.slots.insert(timestamp, Slot { seq, duration: packet.duration, payload: packet.payload });
        if restarted { Admission::Restarted } else { Admission::Queued }
    }

    /// What to play at `now`. `quiet`: what was played last was silence, so that skipping a frame is not heard.
    pub fn pull(&mut self, now: Duration, quiet: bool) -> Pull<P> {
        if let Playout::Waiting { floor, missed } = self.playout {
            let Some((first, slot)) = self.slots.first_key_value() else {
                return self.starve(floor, missed, self.frame);
            };
            let due = self.lateness.due(*first);
            if now < due {
                // Not a whole frame, or up to one frame would be added to the delay of all that follows.
                return self.starve(floor, missed, self.until(due - now));
            }
            let paused = *first > floor && self.played.is_some_and(|played| slot.seq == played + 1);
            let made_up = std::mem::take(&mut self.undecided);
            self.counts.concealed += if paused { 0 } else { made_up };
            self.playout = Playout::Playing { next: *first, last_seq: slot.seq.saturating_sub(1) };
        }
        let Playout::Playing { next, last_seq } = self.playout else {
            return Pull::Silence { duration: self.frame };
        };
        let next = self.catch_up(next, now, quiet);
        self.delay = self.lateness.delay(next, now);
        self.play(next, last_seq)
    }

    fn play(&mut self, next: u64, last_seq: u64) -> Pull<P> {
        let short = self.delay + self.frame_span() / 2 < self.lateness.target();
        let frame = self.frame;
        let Some(entry) = self.slots.first_entry() else { return self.starve(next, 0, frame) };
        let (timestamp, slot) = (*entry.key(), entry.get());
        let gap = timestamp.saturating_sub(next);
        if gap == 0 {
            let slot = entry.remove();
            self.played = Some(slot.seq);
            self.playout = Playout::Playing { next: timestamp + u64::from(slot.duration), last_seq: slot.seq };
            self.counts.played += 1;
            return Pull::Packet(slot.payload);
        }
        let lost = slot.seq > last_seq + 1;
        if lost && short {
            // It may only be late: wait longer for it from now on.
            return self.starve(next, 0, frame);
        }
        let step = u32::try_from(gap).unwrap_or(u32::MAX).min(slot.duration);
        self.playout = Playout::Playing { next: next + u64::from(step), last_seq };
        if !lost {
            // The sender was silent.
            return Pull::Conceal { duration: step };
        }
        if u64::from(step) == gap {
            self.counts.rebuilt += 1;
            self.playout = Playout::Playing { next: next + u64::from(step), last_seq: slot.seq - 1 };
            return Pull::Fec { next: slot.payload.clone(), duration: step };
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

    fn starve(&mut self, floor: u64, missed: u32, duration: u32) -> Pull<P> {
        self.playout = Playout::Waiting { floor, missed: missed.saturating_add(1) };
        if missed >= MAX_CONCEALED {
            return Pull::Silence { duration };
        }
        self.undecided += 1;
        Pull::Conceal { duration }
    }

    /// Skips frames that keep the wait longer than it has to be; answers what to play next.
    fn catch_up(&mut self, mut next: u64, now: Duration, quiet: bool) -> u64 {
        let frame = self.frame_span();
        let comfortable = self.lateness.target() + frame + frame / 4;
        let mut allowed = 1;
        while self.slots.len() > 1 {
            let delay = self.lateness.delay(next, now);
            let too_long = delay > self.settings.max + frame;
            let Some(entry) = self.slots.first_entry() else { break };
            let silent = quiet || entry.get().payload.as_ref().len() <= QUIET_PACKET;
            if !too_long && (delay <= comfortable || !silent || allowed == 0) {
                break;
            }
            allowed = u32::saturating_sub(allowed, 1);
            if *entry.key() > next {
                next = (*entry.key()).min(next + u64::from(self.frame));
            } else {
                next = *entry.key() + u64::from(entry.get().duration);
                let seq = entry.remove().seq;
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
        self.playout = Playout::Waiting { floor: 0, missed: MAX_CONCEALED };
        self.seqs = SeqUnwrap::default();
        self.timestamps = TimestampUnwrap::default();
        self.lateness = LatenessEstimate::new(self.settings);
    }

    /// How long a packet waited at the last pull, counted from the earliest it could have arrived.
    pub fn delay(&self) -> Duration {
        self.delay
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
        self.slots.is_empty()
    }
}

#[cfg(test)]
mod tests;
