//! What streams of ALSA have in common.
//!
//! `cpal` moves whole periods, and asks again at once when less is there than a period. ALSA's way to a sound server (its plugin
//! for PulseAudio) says that a stream is ready in other terms than periods, so that whole threads did nothing but ask.
//! These streams take what is there, or sleep until it is enough.

use std::{
    ffi::CString,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use alsa::{
    Direction, PCM, ValueOr,
    pcm::{Access, Format, Frames, HwParams, IoFormat},
};
use cpal::StreamConfig;
use media::frame;

use crate::state::DeviceProblem;

/// A stream that is not wanted any more ends within this.
const WAIT: Duration = Duration::from_millis(100);
/// Between two tries of one that failed.
const PAUSE: Duration = Duration::from_millis(10);
/// `errno` of a device that was pulled out.
const GONE: i32 = 19;

/// Dropping it ends the stream.
pub(super) struct AlsaStream {
    unwanted: Arc<AtomicBool>,
}

impl Drop for AlsaStream {
    fn drop(&mut self) {
        self.unwanted.store(true, Relaxed);
    }
}

/// An open device, in samples per channel.
pub(super) struct Opened {
    pub(super) pcm: PCM,
    pub(super) config: StreamConfig,
    pub(super) period: usize,
    pub(super) buffer: usize,
    broken: Arc<AtomicBool>,
    unwanted: Arc<AtomicBool>,
}

/// How a stream is opened.
pub(super) struct Wanted<'a> {
    pub(super) name: &'a str,
    pub(super) direction: Direction,
    pub(super) config: StreamConfig,
    pub(super) period: Duration,
    /// Of the buffer.
    pub(super) periods: Frames,
    /// Filled so far, the stream starts by itself.
    pub(super) start_at: Frames,
    /// Set when the device has gone for good.
    pub(super) broken: Arc<AtomicBool>,
}

impl Opened {
    /// `S`: how a sample is written.
    pub(super) fn new<S: IoFormat>(wanted: Wanted<'_>) -> Result<(Self, AlsaStream), DeviceProblem> {
        let name = CString::new(wanted.name).map_err(|_| DeviceProblem::None)?;
        let pcm = PCM::open(&name, wanted.direction, true).map_err(problem)?;
        let (period, buffer) = set_up(&pcm, <S as IoFormat>::FORMAT, &wanted).map_err(problem)?;
        let unwanted = Arc::<AtomicBool>::default();
        let stream = AlsaStream { unwanted: Arc::clone(&unwanted) };
        let [period, buffer] = [period, buffer].map(|frames| usize::try_from(frames).unwrap_or(0));
        Ok((Self { pcm, config: wanted.config, period, buffer, broken: wanted.broken, unwanted }, stream))
    }

    /// Moves sound until it is not wanted any more. `begin` starts the stream, also after an overrun; `go_on` is called each time it is ready.
    pub(super) fn run(
        &self,
        begin: impl Fn(&PCM) -> alsa::Result<()>,
        mut go_on: impl FnMut(&PCM) -> alsa::Result<()>,
    ) {
        let mut moved = begin(&self.pcm);
        while !self.unwanted.load(Relaxed) {
            if let Err(error) = moved {
                if error.errno() == GONE {
                    return self.broken.store(true, Relaxed);
                }
                // An overrun, or a computer that slept. A stream that does not come back shows as one that calls no more.
                if self.pcm.try_recover(error, true).and_then(|()| begin(&self.pcm)).is_err() {
                    std::thread::park_timeout(PAUSE);
                }
            }
            moved = match self.pcm.wait(Some(WAIT.as_millis() as u32)) {
                Ok(true) => go_on(&self.pcm),
                Ok(false) => Ok(()),
                Err(error) => Err(error),
            };
        }
    }
}

/// Period and buffer as they came to be.
fn set_up(pcm: &PCM, format: Format, wanted: &Wanted<'_>) -> alsa::Result<(Frames, Frames)> {
    let frames = frame::samples(wanted.config.sample_rate, wanted.period);
    let period = Frames::try_from(frames).unwrap_or(Frames::MAX);
    let hardware = HwParams::any(pcm)?;
    hardware.set_access(Access::RWInterleaved)?;
    hardware.set_format(format)?;
    hardware.set_channels(u32::from(wanted.config.channels))?;
    hardware.set_rate(wanted.config.sample_rate, ValueOr::Nearest)?;
    hardware.set_buffer_size_near(wanted.periods * period)?;
    let period = hardware.set_period_size_near(period, ValueOr::Nearest)?;
    pcm.hw_params(&hardware)?;
    let software = pcm.sw_params_current()?;
    software.set_start_threshold(wanted.start_at * period)?;
    software.set_avail_min(period)?;
    pcm.sw_params(&software)?;
    Ok((period, hardware.get_buffer_size()?))
}

/// Nothing can be moved now.
pub(super) fn would_block(error: alsa::Error) -> bool {
    kind(error) == io::ErrorKind::WouldBlock
}

fn kind(error: alsa::Error) -> io::ErrorKind {
    io::Error::from_raw_os_error(error.errno()).kind()
}

fn problem(error: alsa::Error) -> DeviceProblem {
    tracing::info!(%error, "a sound device could not be opened");
    match kind(error) {
        io::ErrorKind::PermissionDenied => DeviceProblem::Denied,
        io::ErrorKind::ResourceBusy => DeviceProblem::Gone,
        _ => DeviceProblem::None,
    }
}

/// The thread of a stream.
pub(super) fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), DeviceProblem> {
    let thread = std::thread::Builder::new().name(name.to_owned());
    thread.spawn(run).map(drop).map_err(|_| DeviceProblem::None)
}
