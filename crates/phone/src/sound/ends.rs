//! The two ends of the sound path: a device with its ring, or virtual sound in its place.

use std::time::Duration;

use super::{CaptureEnd, DEVICE_RATE, PlaybackEnd, RATE, Resampler, pacer::Pacer};

/// How often a ring is looked at from the moment at which its device is expected, until it has come.
const TICK: Duration = Duration::from_millis(2);
/// A device may come this much before one of its periods is over.
const EARLY: Duration = Duration::from_millis(1);
/// Kept in the speaker's ring above one period of the device: covers the sound thread's own tick and its lateness.
const SPEAKER_MARGIN: Duration = Duration::from_millis(3);
const MARGIN_STEP: Duration = Duration::from_millis(2);
const LARGEST_MARGIN: Duration = Duration::from_millis(40);
/// After this long without a gap the margin comes down by a step.
const MARGIN_DECAY: Duration = Duration::from_secs(20);

pub(super) enum MicrophoneEnd {
    Device { end: CaptureEnd, resampler: Option<Resampler>, raw: Vec<f32>, rhythm: Rhythm },
    Paced { pacer: Pacer, resampler: Resampler },
}

pub(super) enum SpeakerEnd {
    Device { end: PlaybackEnd, resampler: Resampler, samples: Vec<f32>, margin: Margin, rhythm: Rhythm },
    Paced { pacer: Pacer, resampler: Resampler, samples: Vec<f32> },
}

/// Room for a tenth of a second at the rate of devices, so that nothing allocates while sound runs.
fn room() -> Vec<f32> {
    Vec::with_capacity(DEVICE_RATE as usize / 10)
}

impl MicrophoneEnd {
    pub(super) fn device(end: CaptureEnd, now: Duration) -> Self {
        let resampler = (end.rate != RATE).then(|| Resampler::new(end.rate, RATE));
        Self::Device { end, resampler, raw: room(), rhythm: Rhythm::new(now) }
    }

    pub(super) fn paced(frame: Duration, now: Duration) -> Self {
        Self::Paced { pacer: Pacer::new(frame, now), resampler: Resampler::new(DEVICE_RATE, RATE) }
    }

    /// When there may be something again.
    pub(super) const fn next(&self) -> Duration {
        match self {
            Self::Device { rhythm, .. } => rhythm.next,
            Self::Paced { pacer, .. } => pacer.next(),
        }
    }
}

impl SpeakerEnd {
    pub(super) fn device(end: PlaybackEnd, now: Duration) -> Self {
        let (resampler, margin) = (Resampler::new(RATE, end.rate), Margin::new(now));
        Self::Device { end, resampler, samples: room(), margin, rhythm: Rhythm::new(now) }
    }

    pub(super) fn paced(frame: Duration, now: Duration) -> Self {
        Self::Paced { pacer: Pacer::new(frame, now), resampler: Resampler::new(RATE, DEVICE_RATE), samples: room() }
    }

    /// When something may be wanted again.
    pub(super) const fn next(&self) -> Duration {
        match self {
            Self::Device { rhythm, .. } => rhythm.next,
            Self::Paced { pacer, .. } => pacer.next(),
        }
    }
}

/// When a ring is looked at, whose device comes once in a period. The device does not wake the sound thread, since nothing
/// that could block may be done on its callback; so it is looked at just before it is expected and every [`TICK`] from then on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rhythm {
    next: Duration,
    /// It had not come at the last look, so that its coming is known to a [`TICK`].
    awaited: bool,
}

impl Rhythm {
    const fn new(now: Duration) -> Self {
        Self { next: now, awaited: false }
    }

    pub(super) fn look(&mut self, came: bool, period: Duration, now: Duration) {
        if came {
            // One that was there already may have come long ago: the next look is earlier, until it finds nothing.
            let early = if self.awaited { EARLY } else { EARLY + TICK };
            *self = Self { next: now + period.saturating_sub(early).max(TICK), awaited: false };
        } else if now >= self.next {
            *self = Self { next: now + TICK, awaited: true };
        }
    }
}

/// How much is kept ready for the device beyond one of its periods: more after gaps, less again when there were none.
pub(super) struct Margin {
    pub(super) span: Duration,
    underruns: u64,
    changed: Duration,
}

impl Margin {
    const fn new(now: Duration) -> Self {
        Self { span: SPEAKER_MARGIN, underruns: 0, changed: now }
    }

    pub(super) fn update(&mut self, underruns: u64, now: Duration) {
        if underruns > self.underruns {
            self.underruns = underruns;
            self.span = (self.span + MARGIN_STEP).min(LARGEST_MARGIN);
            self.changed = now;
        } else if now > self.changed + MARGIN_DECAY {
            self.span = self.span.saturating_sub(MARGIN_STEP).max(SPEAKER_MARGIN);
            self.changed = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: u64 = 10_000;

    /// A device that comes every 10 ms from `phase` on, in microseconds. How late each coming is noticed, and after how many looks.
    fn noticed(phase: u64) -> (Vec<u64>, u64) {
        let (mut rhythm, mut served, mut late, mut looks) = (Rhythm::new(Duration::ZERO), 0, Vec::new(), 0);
        while served < 200 {
            let now = rhythm.next.as_micros() as u64;
            let due = phase + served * PERIOD;
            looks += 1;
            if now >= due {
                late.push(now - due);
                served = (now - phase) / PERIOD + 1;
            }
            rhythm.look(now >= due, Duration::from_micros(PERIOD), Duration::from_micros(now));
        }
        (late, looks)
    }

    #[test]
    fn a_device_is_noticed_within_a_tick_wherever_its_periods_begin() {
        for phase in (0..PERIOD).step_by(370) {
            let (late, looks) = noticed(phase);
            assert!(late[6..].iter().all(|late| *late <= 2_000), "{phase}: {late:?}");
            assert!(looks < 520, "{looks} looks in two seconds");
        }
    }

    #[test]
    fn a_device_that_comes_no_more_is_looked_for_all_the_time() {
        let mut rhythm = Rhythm::new(Duration::ZERO);
        for n in 0..100 {
            rhythm.look(false, Duration::from_micros(PERIOD), TICK * n);
            assert_eq!(rhythm.next, TICK * (n + 1));
        }
    }
}
