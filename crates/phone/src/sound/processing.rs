mod reference;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::Ordering::Relaxed,
    time::Duration,
};

use sonora::{
    AudioProcessing, Config, StreamConfig,
    config::{AdaptiveDigital, EchoCanceller, GainController2, NoiseSuppression},
};

use media::{comfort::ComfortNoise, keystrokes::KeystrokeFilter, level::FLOOR_DBFS, rumble::RumbleFilter};

use super::{BLOCK, Gauges, RATE};
use crate::state::Processing;
use reference::Reference;

/// Rebuilt this often and still failing, the processing is left out for the rest of the run.
const FAULTS_ALLOWED: u64 = 5;
const LONGEST_DELAY_MS: i32 = 500;
/// From here on a sample is at the end of the range.
const CLIPPED: f32 = 0.999;

/// Headsets are near the mouth: twice as loud at first, and thirty times at most. What is left of an echo before anybody has
/// spoken is raised by the gain at first.
const INITIAL_GAIN_DB: f32 = 6.0;
const MAX_GAIN_DB: f32 = 30.0;

/// Echo cancellation, noise suppression and gain on the microphone's blocks, with what is played as reference.
pub(crate) struct Processor {
    wanted: Processing,
    inner: Option<AudioProcessing>,
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
        let any = self.wanted.echo_cancellation || self.wanted.noise_suppression || self.wanted.auto_gain;
        let on = any && self.faults <= FAULTS_ALLOWED;
        self.inner = if on { build(self.wanted) } else { None };
    }

    /// How much of the speaker's sound is taken out of the microphone, dB; `None` without echo cancellation.
    pub(crate) fn echo_removed_db(&self) -> Option<f32> {
        let removed = self.inner.as_ref()?.statistics().echo_return_loss_enhancement?;
        Some(removed as f32)
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
        // Only the reference matters, not what comes out.
        let mut scratch = [0.0; BLOCK];
        let shown = if self.reference.is_noise(block) { &[0.0; BLOCK] } else { block };
        self.guarded(|inner| {
            let _length_is_right = inner.process_render_f32(&[shown], &mut [&mut scratch]);
        });
    }

    /// Cleans a block of the microphone in place. `delay`: from a sample's `render` to its echo in `block`.
    pub(crate) fn capture(&mut self, block: &mut [f32; BLOCK], delay: Duration) {
        self.raw.add(block);
        self.clipped += block.iter().filter(|sample| sample.abs() >= CLIPPED).count() as u64;
        if self.inner.is_some() {
            self.rumble.process(block);
        }
        self.comfort.hear(block);
        let (mut out, mut done) = ([0.0; BLOCK], false);
        let delay = i32::try_from(delay.as_millis()).unwrap_or(LONGEST_DELAY_MS).min(LONGEST_DELAY_MS);
        self.guarded(|inner| {
            // A hint; the canceller estimates the rest.
            let _clamped = inner.set_stream_delay_ms(delay);
            done = inner.process_capture_f32(&[block], &mut [&mut out]).is_ok();
        });
        if done {
            *block = out;
        }
        if self.wanted.typing_suppression {
            self.keystrokes.process(block);
        }
        self.clean.add(block);
        if self.wanted.echo_cancellation || self.wanted.noise_suppression {
            self.comfort.fill(block);
        }
    }

    /// A fault in the processing must not take the call with it: the block passes as it was, and it starts afresh.
    fn guarded(&mut self, job: impl FnOnce(&mut AudioProcessing)) {
        let Some(inner) = &mut self.inner else { return };
        if catch_unwind(AssertUnwindSafe(|| job(inner))).is_err() {
            self.faults += 1;
            tracing::error!(faults = self.faults, "the echo canceller failed and is built anew");
            self.rebuild();
        }
    }
}

fn gain() -> AdaptiveDigital {
    AdaptiveDigital { initial_gain_db: INITIAL_GAIN_DB, max_gain_db: MAX_GAIN_DB, ..AdaptiveDigital::default() }
}

fn build(wanted: Processing) -> Option<AudioProcessing> {
    let config = Config {
        // Its own high pass takes away more of low voices at 16 kHz than at the rate of devices.
        high_pass_filter: None,
        echo_canceller: wanted
            .echo_cancellation
            .then(|| EchoCanceller { enforce_high_pass_filtering: false, ..Default::default() }),
        noise_suppression: wanted.noise_suppression.then(NoiseSuppression::default),
        gain_controller2: wanted
            .auto_gain
            .then(|| GainController2 { adaptive_digital: Some(gain()), ..Default::default() }),
        ..Default::default()
    };
    let stream = StreamConfig::new(RATE, 1);
    let built =
        catch_unwind(|| AudioProcessing::builder().config(config).capture_config(stream).render_config(stream).build());
    built.ok()
}

#[cfg(test)]
mod echo_tests;
