//! Puts both channels of a recording at the time at which their sound arrived. Pure.
//!
//! What is mixed in one turn has waited in two different buffers: a device's by the unevenness of its network, a carrier's
//! by that of its socket. In the recording each channel waits for the rest of [`BEHIND`], so that sounds that came in at
//! the same time are side by side, however the waits change. Nothing that people hear waits for this.

use std::{collections::VecDeque, time::Duration};

use media::level;

/// 20 ms at 16 kHz.
pub(crate) const FRAME: usize = 320;
const PER_MS: usize = 16;
/// Both channels are this far behind their sound's arrival: the longest wait of a device's buffer.
pub(crate) const BEHIND: Duration = Duration::from_millis(200);
/// A channel is moved in a pause when it is off by more than this...
const OFF: usize = 5 * PER_MS;
/// ...and in speech when it is off by more than this, which may last no longer.
const FAR_OFF: usize = 15 * PER_MS;
/// Frames up to this level are moved without being missed.
const QUIET_DBFS: f32 = -45.0;

/// One channel.
#[derive(Debug)]
pub(crate) struct Channel {
    line: VecDeque<i16>,
}

impl Channel {
    pub(crate) fn new() -> Self {
        let most = samples(BEHIND) + FRAME;
        let mut line = VecDeque::with_capacity(2 * most);
        line.resize(samples(BEHIND), 0);
        Self { line }
    }

    /// Takes the frame of a turn that had waited `wait` since it arrived; gives the one to record. `None`: nobody knows, as
    /// when the speaker has just come or is silent.
    pub(crate) fn pass(&mut self, frame: &[i16; FRAME], wait: Option<Duration>) -> [i16; FRAME] {
        if let Some(wait) = wait {
            self.approach(samples(BEHIND.saturating_sub(wait)), level::rms_dbfs(frame) < QUIET_DBFS);
        }
        self.line.extend(frame);
        let mut out = [0; FRAME];
        for (sample, next) in out.iter_mut().zip(self.line.drain(..FRAME)) {
            *sample = next;
        }
        out
    }

    /// What is still on its way, in frames; the last is filled up with silence.
    pub(crate) fn rest(&mut self) -> impl Iterator<Item = [i16; FRAME]> + use<> {
        let rest: Vec<i16> = self.line.drain(..).collect();
        let frames = rest.len().div_ceil(FRAME);
        (0..frames).map(move |n| {
            let mut out = [0; FRAME];
            let from = &rest[n * FRAME..rest.len().min((n + 1) * FRAME)];
            out[..from.len()].copy_from_slice(from);
            out
        })
    }

    /// Moves the end of the line, where the next frame is put.
    fn approach(&mut self, wanted: usize, quiet: bool) {
        let off = self.line.len().abs_diff(wanted);
        if off > FAR_OFF || (quiet && off > OFF) {
            self.line.resize(wanted, 0);
        }
    }
}

fn samples(span: Duration) -> usize {
    span.as_micros() as usize * PER_MS / 1_000
}
