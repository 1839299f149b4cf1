//! A speaker of ALSA, filled a period at a time.

use std::{
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use alsa::{
    Direction, PCM,
    pcm::{Frames, IO, IoFormat},
};
use cpal::{SampleFormat, SizedSample, StreamConfig};
use media::frame;

use super::{
    alsa_pcm::{AlsaStream, Opened, Wanted, spawn, would_block},
    host::{Filler, Out},
};
use crate::{sound::StreamHealth, state::DeviceProblem};

/// Of the buffer, all of which waits to be heard.
const PERIODS: Frames = 2;
/// Shortest sleep until there is room for a period.
const MOMENT: Duration = Duration::from_millis(1);

/// Opens the device `name` and starts it. `broken` is set when it has gone for good.
pub(super) fn open(
    name: &str,
    format: SampleFormat,
    config: StreamConfig,
    period: Duration,
    filling: (Filler, Arc<StreamHealth>),
    broken: Arc<AtomicBool>,
) -> Result<AlsaStream, DeviceProblem> {
    let wanted =
        Wanted { name, direction: Direction::Playback, config, period, periods: PERIODS, start_at: PERIODS, broken };
    match format {
        SampleFormat::F32 => start::<f32>(wanted, filling),
        SampleFormat::I16 => start::<i16>(wanted, filling),
        SampleFormat::I32 => start::<i32>(wanted, filling),
        _ => start::<u8>(wanted, filling),
    }
}

fn start<S>(wanted: Wanted<'_>, (mut fill, health): (Filler, Arc<StreamHealth>)) -> Result<AlsaStream, DeviceProblem>
where
    S: SizedSample + IoFormat + Send + 'static,
    for<'a> Out<'a>: From<&'a mut [S]>,
{
    let (opened, stream) = Opened::new::<S>(wanted)?;
    let mut samples = vec![S::EQUILIBRIUM; opened.period * usize::from(opened.config.channels)];
    spawn("speaker", move || {
        let config = opened.config;
        let Ok(into) = opened.pcm.io_checked::<S>() else { return };
        // It starts when it is full.
        opened.run(
            |_| Ok(()),
            |pcm| {
                if !has_room(pcm, opened.period, config.sample_rate)? {
                    return Ok(());
                }
                if let Ok(delay) = pcm.delay() {
                    health.note_delay(frame::span(config.sample_rate, u64::try_from(delay).unwrap_or(0)));
                }
                fill(Out::from(samples.as_mut_slice()));
                write(&into, &samples, config.channels)
            },
        );
    })?;
    Ok(stream)
}

/// Whether there is room for a period. Where there is not, the time until then has passed.
fn has_room(pcm: &PCM, period: usize, rate: u32) -> alsa::Result<bool> {
    let room = usize::try_from(pcm.avail_update()?).unwrap_or(0);
    if room < period {
        std::thread::park_timeout(frame::span(rate, (period - room) as u64).max(MOMENT));
    }
    Ok(room >= period)
}

fn write<S: SizedSample + IoFormat>(into: &IO<'_, S>, samples: &[S], channels: u16) -> alsa::Result<()> {
    let (channels, mut written) = (usize::from(channels), 0);
    while written < samples.len() {
        match into.writei(&samples[written..]) {
            Ok(frames) => written += frames * channels,
            // There was room for it all: what is left over now has no place any more.
            Err(error) if would_block(error) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
