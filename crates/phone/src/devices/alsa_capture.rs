//! A microphone of ALSA, read as its sound comes.

use std::{
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use alsa::{
    Direction, PCM,
    pcm::{Frames, IO, IoFormat},
};
use cpal::{FromSample, SampleFormat, SizedSample, StreamConfig};
use media::frame;

use super::alsa_pcm::{AlsaStream, Opened, Wanted, spawn, would_block};
use crate::{sound::CaptureTap, state::DeviceProblem};

/// Of the buffer: room for a reader that was held up.
const PERIODS: Frames = 4;
/// Said to be ready with nothing in it, it is asked again after this.
const MOMENT: Duration = Duration::from_millis(1);

/// Opens the device `name`. It starts on a thread of its own: a sound server answers with the first samples, which a microphone
/// that is suspended never brings. `broken` is set when it has gone for good.
pub(super) fn open(
    name: &str,
    format: SampleFormat,
    config: StreamConfig,
    period: Duration,
    tap: CaptureTap,
    broken: Arc<AtomicBool>,
) -> Result<AlsaStream, DeviceProblem> {
    let wanted = Wanted { name, direction: Direction::Capture, config, period, periods: PERIODS, start_at: 0, broken };
    match format {
        SampleFormat::F32 => start::<f32>(wanted, tap),
        SampleFormat::I16 => start::<i16>(wanted, tap),
        SampleFormat::I32 => start::<i32>(wanted, tap),
        _ => start::<u8>(wanted, tap),
    }
}

fn start<S>(wanted: Wanted<'_>, mut tap: CaptureTap) -> Result<AlsaStream, DeviceProblem>
where
    S: SizedSample + IoFormat + Send + 'static,
    f32: FromSample<S>,
{
    let (opened, stream) = Opened::new::<S>(wanted)?;
    let mut samples = vec![S::EQUILIBRIUM; opened.buffer * usize::from(opened.config.channels)];
    spawn("microphone", move || {
        let config = opened.config;
        let Ok(from) = opened.pcm.io_checked::<S>() else { return };
        opened.run(PCM::start, |pcm| take(pcm, &from, &mut samples, config, &mut tap));
    })?;
    Ok(stream)
}

/// Hands all that is there to the ring.
fn take<S>(
    pcm: &PCM,
    from: &IO<'_, S>,
    samples: &mut [S],
    config: StreamConfig,
    tap: &mut CaptureTap,
) -> alsa::Result<()>
where
    S: SizedSample + IoFormat,
    f32: FromSample<S>,
{
    // The plugin for PulseAudio has no timing at first.
    if let Ok((_, delay)) = pcm.avail_delay() {
        tap.took(frame::span(config.sample_rate, u64::try_from(delay).unwrap_or(0)));
    }
    match from.readi(samples) {
        Ok(frames) => tap.take(&samples[..frames * usize::from(config.channels)]),
        Err(error) if would_block(error) => std::thread::park_timeout(MOMENT),
        Err(error) => return Err(error),
    }
    Ok(())
}
