//! How much a sender spends on loss: from what the far end reports to bit-rate, copies and their spacing. Pure.
//!
//! Everything together stays under [`BUDGET`]. Protection goes up with the first report that asks for it and comes down
//! only after the path has been better for a while: a copy too many costs bits, a copy too few is heard.

use std::time::Duration;

use crate::frame::{FRAME_10, FRAME_20};

/// Bits per second of all that a packet carries: its own frame, the copies, and the fields that `red` adds.
pub const BUDGET: i32 = 64_000;
/// Of it, what the fields of one copy take (five bytes fifty times a second).
const FIELDS: i32 = 2_000;
/// Rate that an encoder is set to, in per cent of what speech with its pauses then takes. Where somebody speaks without a
/// pause, [`Allowance`](crate::allowance::Allowance) holds the budget.
const SPEECH: i32 = 110;
/// A better report counts with this half-life against the worse ones before it.
const FORGETS: Duration = Duration::from_secs(7);
/// A worse report counts at once with this share.
const BELIEVES: f32 = 0.8;
/// A path that lost a packet is called clean again, and carries short packets, after this long without another.
const CLEAN_AFTER: Duration = Duration::from_secs(10);
/// Round trip above the shortest one seen from which packets are taken to queue at a link that is too slow.
const QUEUEING: Duration = Duration::from_millis(250);
/// Such a link is given this long to drain before more is sent again.
const DRAINS: Duration = Duration::from_secs(8);
/// And is taken for slow this long.
const SLOW: Duration = Duration::from_secs(300);
/// Reports from which it is told whether packets are lost one by one or in bursts.
const PATTERN: usize = 10;
/// Packets that a report is about, as long as they are lost.
const REPORTED: f32 = 50.0;
/// Variance of the reports, against that of losses that have nothing to do with one another, from which they are taken for
/// bursts: bursts of three have 3.8 times as much, and one in fifty runs of single losses this much.
const UNEVEN: f32 = 2.2;
const BURSTY: Duration = Duration::from_secs(40);
/// What was asked to stay below is asked again within this.
const CEILING_HOLDS: Duration = Duration::from_secs(4);
/// Less than this is not understood well.
const LEAST: i32 = 12_000;
/// One level is left downwards at this share of the loss from which it is entered.
const LEAVE: f32 = 0.6;

/// What the far end says about what it was sent (RFC 3550 section 6.4.1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LossReport {
    /// Share of packets that did not arrive since the report before, 0 to 1.
    pub lost: f32,
    pub round_trip: Option<Duration>,
}

/// What to do about it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Protection {
    /// Of one encoded frame, bits per second.
    pub bitrate: i32,
    /// In per cent: from some loss on the encoder leans less on the frames before.
    pub expected_loss: i32,
    /// The encoder's own forward error correction.
    pub fec: bool,
    /// For each copy, how much later than its own packet it is sent, in units of 20 ms.
    pub copies: &'static [u32],
    /// Shortest packets that the path should carry.
    pub frame: Duration,
    /// Nothing has to be spent on loss or saved for a slow link: who can encodes with the shortest look-ahead, at
    /// [`LOW_DELAY_BITRATE`](crate::codec::LOW_DELAY_BITRATE).
    pub low_delay: bool,
}

/// The steps of protection, with the loss from which each is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// The link is too slow: as little as can be understood well.
    Thin,
    Clean,
    Light,
    Medium,
    Heavy,
}

impl Level {
    const fn enters_at(self) -> f32 {
        match self {
            Self::Thin | Self::Clean => 0.0,
            Self::Light => 0.01,
            Self::Medium => 0.04,
            Self::Heavy => 0.12,
        }
    }

    const fn of(loss: f32, now: Self) -> Self {
        let mut level = Self::Clean;
        let mut at = 0;
        let steps = [Self::Light, Self::Medium, Self::Heavy];
        while at < steps.len() {
            let step = steps[at];
            let there = (step as u8) <= (now as u8);
            if loss >= step.enters_at() * if there { LEAVE } else { 1.0 } {
                level = step;
            }
            at += 1;
        }
        level
    }
}

/// Times are spans since an origin of the caller's choice.
#[derive(Debug, Clone)]
pub struct ProtectionPolicy {
    /// Whether the far end takes copies.
    red: bool,
    loss: f32,
    level: Level,
    reported: Option<Duration>,
    /// When a packet was last reported lost.
    lost_at: Option<Duration>,
    shortest_trip: Option<Duration>,
    /// Reports in a row that show a queue.
    queued: u32,
    thin_until: Option<Duration>,
    slow_until: Option<Duration>,
    ceiling: Option<(i32, Duration)>,
    pattern: [f32; PATTERN],
    patterned: usize,
    bursty_until: Option<Duration>,
}

impl ProtectionPolicy {
    /// `red`: copies may be sent (RFC 2198 was agreed on).
    pub const fn new(red: bool) -> Self {
        Self {
            red,
            loss: 0.0,
            level: Level::Clean,
            reported: None,
            lost_at: None,
            shortest_trip: None,
            queued: 0,
            thin_until: None,
            slow_until: None,
            ceiling: None,
            pattern: [0.0; PATTERN],
            patterned: 0,
            bursty_until: None,
        }
    }

    /// Loss as it is believed now, 0 to 1.
    pub const fn loss(&self) -> f32 {
        self.loss
    }

    /// Takes a report that came at `now`.
    pub fn report(&mut self, report: LossReport, now: Duration) {
        let lost = if report.lost.is_finite() { report.lost.clamp(0.0, 1.0) } else { 0.0 };
        let since = self.reported.map_or(Duration::ZERO, |before| now.saturating_sub(before));
        if lost > 0.0 {
            self.lost_at = Some(now);
        }
        self.reported = Some(now);
        if lost > self.loss {
            self.loss += (lost - self.loss) * BELIEVES;
        } else {
            let kept = 0.5_f32.powf(since.as_secs_f32() / FORGETS.as_secs_f32());
            self.loss = lost + (self.loss - lost) * kept;
        }
        self.follow_round_trip(report.round_trip, lost, now);
        let level = match self.thin_until {
            Some(_) => Level::Thin,
            None => Level::of(self.loss, self.level),
        };
        if level == self.level {
            self.follow_pattern(lost, now);
        } else {
            // A loss that changes is uneven too.
            self.patterned = 0;
        }
        self.level = level;
    }

    fn follow_pattern(&mut self, lost: f32, now: Duration) {
        self.bursty_until = self.bursty_until.filter(|until| now < *until);
        self.pattern[self.patterned % PATTERN] = lost;
        self.patterned += 1;
        if self.patterned < PATTERN {
            return;
        }
        let count = PATTERN as f32;
        let mean = self.pattern.iter().sum::<f32>() / count;
        let variance = self.pattern.iter().map(|lost| (lost - mean).powi(2)).sum::<f32>() / (count - 1.0);
        if self.level >= Level::Medium && variance > UNEVEN * mean * (1.0 - mean) / REPORTED {
            self.bursty_until = Some(now + BURSTY);
        }
    }

    /// A growing round trip is a queue that fills up, and with loss one that runs over: sending more would lose more.
    fn follow_round_trip(&mut self, round_trip: Option<Duration>, lost: f32, now: Duration) {
        if let Some(trip) = round_trip {
            let shortest = self.shortest_trip.map_or(trip, |shortest| shortest.min(trip));
            self.shortest_trip = Some(shortest);
            self.queued = if trip > shortest + QUEUEING { self.queued + 1 } else { 0 };
            if self.queued > 1 || self.queued > 0 && lost > 0.0 {
                self.thin_until = Some(now + DRAINS);
                self.slow_until = Some(now + SLOW);
            }
        }
        let passed = |until: &mut Option<Duration>| *until = until.filter(|until| now < *until);
        passed(&mut self.thin_until);
        passed(&mut self.slow_until);
    }

    /// A relay asks for frames of at most `bitrate` for the next seconds, because the path behind it needs the room.
    pub const fn stay_below(&mut self, bitrate: i32, now: Duration) {
        self.ceiling = Some((bitrate, now));
    }

    /// Bits per second that a relay's talkers should stay below, for copies to fit beside their frames, or for a slow link.
    pub fn room_for_frames(&self, now: Duration) -> Option<i32> {
        let protection = self.protection(now);
        match protection.copies.len() as i32 {
            0 => self.slow_until.map(|_| protection.bitrate),
            copies => Some((BUDGET - FIELDS * copies) * SPEECH / 100 / (1 + copies)),
        }
    }

    /// What to do until the next report.
    pub fn protection(&self, now: Duration) -> Protection {
        let own = self.own_protection(now);
        match self.ceiling {
            // Short packets spend too much of few bits on each of them.
            Some((ceiling, asked)) if now < asked + CEILING_HOLDS && ceiling < own.bitrate => {
                Protection { bitrate: ceiling.max(LEAST), frame: FRAME_20, low_delay: false, ..own }
            }
            _ => own,
        }
    }

    fn own_protection(&self, now: Duration) -> Protection {
        let calm = self.lost_at.is_none_or(|lost_at| now >= lost_at + CLEAN_AFTER);
        let (slow, bursty) = (self.slow_until.is_some(), self.bursty_until.is_some());
        let low_delay = self.level == Level::Clean && calm && !slow;
        let frame = if low_delay { FRAME_10 } else { FRAME_20 };
        let expected_loss = (self.loss * 100.0).ceil() as i32;
        let with = |bitrate, copies: &'static [u32]| {
            let fec = copies.is_empty() && self.level != Level::Clean;
            Protection { bitrate, expected_loss, fec, copies, frame, low_delay }
        };
        match (self.level, self.red) {
            (Level::Thin, _) => with(16_000, &[]),
            (Level::Clean, _) if slow => with(24_000, &[]),
            (Level::Clean, _) => with(40_000, &[]),
            (_, true) if slow => with(16_000, &[2]),
            (Level::Light, true) => with(30_000, &[1]),
            (Level::Medium, true) if bursty => with(30_000, &[3]),
            (Level::Heavy, true) if bursty => with(22_000, &[2, 5]),
            (Level::Medium, true) => with(30_000, &[2]),
            (Level::Heavy, true) => with(22_000, &[1, 3]),
            (_, false) if slow => with(24_000, &[]),
            (_, false) => with(40_000, &[]),
        }
    }
}

#[cfg(test)]
mod tests;
