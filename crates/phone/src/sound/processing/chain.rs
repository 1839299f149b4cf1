//! Echo canceller, suppression and gain, one after the other.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use media::level::rms;
use sonora::{
    AudioProcessing, Config, StreamConfig,
    config::{AdaptiveDigital, EchoCanceller, GainController2},
};

use super::suppression::Suppression;
use crate::{
    sound::{BLOCK, RATE},
    state::Processing,
};

const LONGEST_DELAY_MS: i32 = 500;
/// Headsets are near the mouth: twice as loud at first, and thirty times at most. What is left of an echo before anybody has
/// spoken is raised by the gain at first.
const INITIAL_GAIN_DB: f32 = 6.0;
const MAX_GAIN_DB: f32 = 30.0;

/// The gain is a chain of its own, so that suppression comes before it and can be left out without the canceller being begun anew.
pub(super) struct Chain {
    echo: Option<AudioProcessing>,
    suppression: Option<Suppression>,
    gain: Option<AudioProcessing>,
    /// How much louder the gain made the last block.
    raised: f32,
}

impl Chain {
    /// `None` when nothing is wanted, or it cannot be had.
    pub(super) fn build(wanted: Processing) -> Option<Self> {
        let echo = wanted.echo_cancellation.then(|| {
            // Its own high pass takes away more of low voices at 16 kHz than at the rate of devices.
            let canceller = EchoCanceller { enforce_high_pass_filtering: false, ..Default::default() };
            Config { high_pass_filter: None, echo_canceller: Some(canceller), ..Default::default() }
        });
        let gain = wanted.auto_gain.then(|| {
            let adaptive =
                AdaptiveDigital { initial_gain_db: INITIAL_GAIN_DB, max_gain_db: MAX_GAIN_DB, ..Default::default() };
            let gain = GainController2 { adaptive_digital: Some(adaptive), ..Default::default() };
            Config { high_pass_filter: None, gain_controller2: Some(gain), ..Default::default() }
        });
        let suppression = wanted.noise_suppression.then(Suppression::default);
        let chain = Self { echo: echo.and_then(built), suppression, gain: gain.and_then(built), raised: 1.0 };
        let any = chain.echo.is_some() || chain.suppression.is_some() || chain.gain.is_some();
        any.then_some(chain)
    }

    /// True while noise is turned down.
    pub(super) fn suppresses(&self) -> bool {
        self.suppression.as_ref().is_some_and(Suppression::is_in)
    }

    /// How much of the speaker's sound is taken out of the microphone, dB.
    pub(super) fn echo_removed_db(&self) -> Option<f32> {
        Some(self.echo.as_ref()?.statistics().echo_return_loss_enhancement? as f32)
    }

    /// Takes a block that is about to be played.
    pub(super) fn render(&mut self, block: &[f32; BLOCK]) {
        if let Some(echo) = &mut self.echo {
            // Only the reference matters, not what comes out.
            let _length_is_right = echo.process_render_f32(&[block], &mut [&mut [0.0; BLOCK]]);
        }
    }

    /// Cleans a block of the microphone in place. `delay`: from a sample's `render` to its echo in `block`.
    pub(super) fn capture(&mut self, block: &mut [f32; BLOCK], delay: Duration) {
        if let Some(suppression) = &mut self.suppression {
            suppression.hear(block);
        }
        if let Some(echo) = &mut self.echo {
            // A hint; the canceller estimates the rest.
            let delay = i32::try_from(delay.as_millis()).unwrap_or(LONGEST_DELAY_MS).min(LONGEST_DELAY_MS);
            let _clamped = echo.set_stream_delay_ms(delay);
            pass(echo, block);
        }
        if let Some(suppression) = &mut self.suppression {
            suppression.process(block, self.raised);
        }
        if let Some(gain) = &mut self.gain {
            let before = rms(block);
            pass(gain, block);
            if before > 0.0 {
                self.raised = rms(block) / before;
            }
        }
    }
}

fn built(config: Config) -> Option<AudioProcessing> {
    let stream = StreamConfig::new(RATE, 1);
    let build = || AudioProcessing::builder().config(config).capture_config(stream).render_config(stream).build();
    catch_unwind(AssertUnwindSafe(build)).ok()
}

/// A block that it refuses stays as it is.
fn pass(processing: &mut AudioProcessing, block: &mut [f32; BLOCK]) {
    let mut out = [0.0; BLOCK];
    if processing.process_capture_f32(&[block], &mut [&mut out]).is_ok() {
        *block = out;
    }
}
