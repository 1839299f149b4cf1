//! The two ends of the sound path: a device with its ring, or virtual sound in its place.

use std::time::Duration;

use super::{CaptureEnd, DEVICE_RATE, PlaybackEnd, RATE, Resampler, pacer::Pacer};

/// Kept in the speaker's ring above one period of the device: covers the sound thread's lateness after the device woke it.
const SPEAKER_MARGIN: Duration = Duration::from_millis(2);
const MARGIN_STEP: Duration = Duration::from_millis(2);
const LARGEST_MARGIN: Duration = Duration::from_millis(40);
/// After this long without a gap the margin comes down by a step.
const MARGIN_DECAY: Duration = Duration::from_secs(20);

pub(super) enum MicrophoneEnd {
    Device { end: CaptureEnd, resampler: Option<Resampler>, raw: Vec<f32> },
    Paced { pacer: Pacer, resampler: Resampler },
}

pub(super) enum SpeakerEnd {
    Device { end: PlaybackEnd, resampler: Resampler, samples: Vec<f32>, margin: Margin },
    Paced { pacer: Pacer, resampler: Resampler, samples: Vec<f32> },
}

/// Room for a tenth of a second at the rate of devices, so that nothing allocates while sound runs.
fn room() -> Vec<f32> {
    Vec::with_capacity(DEVICE_RATE as usize / 10)
}

impl MicrophoneEnd {
    pub(super) fn device(end: CaptureEnd) -> Self {
        let resampler = (end.rate != RATE).then(|| Resampler::new(end.rate, RATE));
        Self::Device { end, resampler, raw: room() }
    }

    pub(super) fn paced(frame: Duration, now: Duration) -> Self {
        Self::Paced { pacer: Pacer::new(frame, now), resampler: Resampler::new(DEVICE_RATE, RATE) }
    }

    /// When there is something again; `None` when the device says so by itself.
    pub(super) const fn next(&self) -> Option<Duration> {
        match self {
            Self::Device { .. } => None,
            Self::Paced { pacer, .. } => Some(pacer.next()),
        }
    }
}

impl SpeakerEnd {
    pub(super) fn device(end: PlaybackEnd, now: Duration) -> Self {
        let (resampler, margin) = (Resampler::new(RATE, end.rate), Margin::new(now));
        Self::Device { end, resampler, samples: room(), margin }
    }

    pub(super) fn paced(frame: Duration, now: Duration) -> Self {
        Self::Paced { pacer: Pacer::new(frame, now), resampler: Resampler::new(RATE, DEVICE_RATE), samples: room() }
    }

    /// When something is wanted again; `None` when the device says so by itself.
    pub(super) const fn next(&self) -> Option<Duration> {
        match self {
            Self::Device { .. } => None,
            Self::Paced { pacer, .. } => Some(pacer.next()),
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
