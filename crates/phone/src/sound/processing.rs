mod chain;
mod reference;
mod suppression;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::Ordering::Relaxed,
    time::Duration,
};

use media::{comfort::ComfortNoise, keystrokes::KeystrokeFilter, level::FLOOR_DBFS, rumble::RumbleFilter};

use super::{BLOCK, Gauges, RATE};
use crate::state::Processing;
use chain::Chain;
use reference::Reference;

/// Rebuilt this often and still failing, the processing is left out for the rest of the run.
const FAULTS_ALLOWED: u64 = 5;
/// From here on a sample is at the end of the range.
const CLIPPED: f32 = 0.999;

/// Echo cancellation, noise suppression and gain on the microphone's blocks, with what is played as reference.
pub(crate) struct Processor {
    wanted: Processing,
    inner: Option<Chain>,
    faults: u64,
    reference: Reference,
    rumble: RumbleFilter,
    keystrokes: KeystrokeFilter,
    comfort: ComfortNoise,
    raw: Energy,
    clean: Energy,
    clipped: u64,
}

/// Mean power between two reports.
#[derive(Debug, Default)]
struct Energy {
    sum: f64,
    samples: u64,
}

impl Energy {
    fn add(&mut self, block: &[f32; BLOCK]) {
        self.sum += block.iter().map(|s| f64::from(s * s)).sum::<f64>();
        self.samples += BLOCK as u64;
    }

    fn take_dbfs(&mut self) -> f32 {
        let Self { sum, samples } = std::mem::take(self);
        let mean = sum / samples.max(1) as f64;
        if mean > 0.0 { ((10.0 * mean.log10()) as f32).max(FLOOR_DBFS) } else { FLOOR_DBFS }
    }
}

impl Processor {
    pub(crate) fn new(wanted: Processing) -> Self {
        let mut processor = Self {
            wanted,
            inner: None,
            faults: 0,
            reference: Reference::default(),
            rumble: RumbleFilter::new(RATE),
            keystrokes: KeystrokeFilter::new(RATE),
            comfort: ComfortNoise::default(),
            raw: Energy::default(),
            clean: Energy::default(),
            clipped: 0,
        };
        processor.rebuild();
        processor
    }

    pub(crate) fn set(&mut self, wanted: Processing) {
        if wanted != self.wanted {
            self.wanted = wanted;
            self.rebuild();
        }
    }

    /// Starts to learn the room anew, as after a change of device.
    pub(crate) fn rebuild(&mut self) {
        self.inner = if self.faults <= FAULTS_ALLOWED { Chain::build(self.wanted) } else { None };
    }

    /// How much of the speaker's sound is taken out of the microphone, dB; `None` without echo cancellation.
    pub(crate) fn echo_removed_db(&self) -> Option<f32> {
        self.inner.as_ref()?.echo_removed_db()
    }

    pub(crate) fn report(&mut self, gauges: &Gauges) {
        gauges.processing_faults.store(self.faults, Relaxed);
        gauges.set_microphone(self.raw.take_dbfs(), self.clean.take_dbfs(), self.clipped);
    }

    /// Takes a block that is about to be played.
    pub(crate) fn render(&mut self, block: &[f32; BLOCK]) {
        if !self.wanted.echo_cancellation {
            return;
        }
        let shown = if self.reference.is_noise(block) { &[0.0; BLOCK] } else { block };
        self.guarded(|chain| chain.render(shown));
    }

    /// Cleans a block of the microphone in place. `delay`: from a sample's `render` to its echo in `block`.
    pub(crate) fn capture(&mut self, block: &mut [f32; BLOCK], delay: Duration) {
        self.raw.add(block);
        self.clipped += block.iter().filter(|sample| sample.abs() >= CLIPPED).count() as u64;
        if self.inner.is_some() {
            self.rumble.process(block);
        }
        self.comfort.hear(block);
        let (mut out, mut done) = (*block, false);
        self.guarded(|chain| {
            chain.capture(&mut out, delay);
            done = true;
        });
        if done {
            *block = out;
        }
        if self.wanted.typing_suppression {
            self.keystrokes.process(block);
        }
        self.clean.add(block);
        if self.inner.as_ref().is_some_and(Chain::suppresses) {
            self.comfort.fill(block);
        }
    }

    /// A fault in the processing must not take the call with it: the block passes as it was, and it starts afresh.
    fn guarded(&mut self, job: impl FnOnce(&mut Chain)) {
        let Some(inner) = &mut self.inner else { return };
        if catch_unwind(AssertUnwindSafe(|| job(inner))).is_err() {
            self.faults += 1;
            tracing::error!(faults = self.faults, "the processing of the microphone failed and is built anew");
            self.rebuild();
        }
    }
}

#[cfg(test)]
mod echo_tests;
