use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use sonora::{
    AudioProcessing, Config, StreamConfig,
    config::{AdaptiveDigital, EchoCanceller, GainController2, HighPassFilter, NoiseSuppression},
};

use super::{BLOCK, RATE};
use crate::state::Processing;

/// Rebuilt this often and still failing, the processing is left out for the rest of the run.
const FAULTS_ALLOWED: u64 = 5;
const LONGEST_DELAY_MS: i32 = 500;

/// Echo cancellation, noise suppression and gain on the microphone's blocks, with what is played as reference.
pub(crate) struct Processor {
    wanted: Processing,
    inner: Option<AudioProcessing>,
    faults: u64,
}

impl Processor {
    pub(crate) fn new(wanted: Processing) -> Self {
        let mut processor = Self { wanted, inner: None, faults: 0 };
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
        let on = self.wanted != Processing::NONE && self.faults <= FAULTS_ALLOWED;
        self.inner = if on { build(self.wanted) } else { None };
    }

    /// How much of the speaker's sound is taken out of the microphone, dB; `None` without echo cancellation.
    pub(crate) fn echo_removed_db(&self) -> Option<f32> {
        let removed = self.inner.as_ref()?.statistics().echo_return_loss_enhancement?;
        Some(removed as f32)
    }

    pub(crate) const fn faults(&self) -> u64 {
        self.faults
    }

    /// Takes a block that is about to be played.
    pub(crate) fn render(&mut self, block: &[f32; BLOCK]) {
        if !self.wanted.echo_cancellation {
            return;
        }
        // Only the reference matters, not what comes out.
        let mut scratch = [0.0; BLOCK];
        self.guarded(|inner| {
            let _length_is_right = inner.process_render_f32(&[block], &mut [&mut scratch]);
        });
    }

    /// Cleans a block of the microphone in place. `delay`: from a sample's `render` to its echo in `block`.
    pub(crate) fn capture(&mut self, block: &mut [f32; BLOCK], delay: Duration) {
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

fn build(wanted: Processing) -> Option<AudioProcessing> {
    let config = Config {
        high_pass_filter: Some(HighPassFilter::default()),
        echo_canceller: wanted.echo_cancellation.then(EchoCanceller::default),
        noise_suppression: wanted.noise_suppression.then(NoiseSuppression::default),
        gain_controller2: wanted
            .auto_gain
            .then(|| GainController2 { adaptive_digital: Some(AdaptiveDigital::default()), ..Default::default() }),
        ..Default::default()
    };
    let stream = StreamConfig::new(RATE, 1);
    let built =
        catch_unwind(|| AudioProcessing::builder().config(config).capture_config(stream).render_config(stream).build());
    built.ok()
}
