//! Opens the system's sound devices through `cpal`.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use cpal::{
    BufferSize, Error, ErrorKind, FromSample, InputCallbackInfo, OutputCallbackInfo, SampleFormat, SizedSample, Stream,
    StreamConfig, SupportedStreamConfigRange,
    traits::{DeviceTrait, StreamTrait},
};
use media::frame::samples;

use super::hosts::{Direction, Hosts};
#[cfg(target_os = "linux")]
use super::{alsa_capture, alsa_playback};
use crate::{
    sound::{CaptureEnd, DEVICE_RATE, PlaybackEnd, StreamHealth, capture_ring, playback_ring},
    state::DeviceProblem,
};

/// How devices are opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceOptions {
    /// Wanted time between callbacks. A device that cannot do it gets twice as much, then its own default.
    pub period: Duration,
}

impl Default for DeviceOptions {
    fn default() -> Self {
        // Half as much is possible on most hardware, and breaks up behind a busy sound server.
        Self { period: Duration::from_millis(10) }
    }
}

/// How long the start of a stream is waited for.
const START: Duration = Duration::from_millis(500);

/// Whatever stops a stream when it is dropped.
#[cfg(target_os = "linux")]
type Held = Box<dyn Send>;
#[cfg(not(target_os = "linux"))]
type Held = Arc<Stream>;

/// A running stream; dropping it stops it.
pub(super) struct Running {
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "dropping it is all that is done with it"))]
    stream: Option<Held>,
    pub(super) health: Arc<StreamHealth>,
    broken: Arc<AtomicBool>,
}

/// Ending a stream of a sound server that has died can take for ever (ALSA's way there waits for a lock that the other
/// direction's thread holds in a loop), so nobody waits for it.
#[cfg(target_os = "linux")]
impl Drop for Running {
    fn drop(&mut self) {
        let stream = self.stream.take();
        if std::thread::Builder::new().name("end-stream".to_owned()).spawn(move || drop(stream)).is_err() {
            tracing::error!("a sound stream could not be ended");
        }
    }
}

impl Running {
    pub(super) fn is_broken(&self) -> bool {
        self.broken.load(Relaxed)
    }

    pub(super) fn calls(&self) -> u64 {
        self.health.calls.load(Relaxed)
    }
}

/// `health`: of the stream to be.
pub(super) fn open_microphone(
    hosts: &Hosts,
    id: &str,
    options: DeviceOptions,
    health: Arc<StreamHealth>,
) -> Result<(Running, CaptureEnd), DeviceProblem> {
    let device = hosts.device(id, Direction::Input)?;
    let ranges: Vec<_> = device.supported_input_configs().map_err(|error| problem(&error))?.collect();
    let (format, config) = choose_config(&ranges).ok_or(DeviceProblem::None)?;
    let broken = Arc::<AtomicBool>::default();
    #[cfg(target_os = "linux")]
    if let Some(name) = id.strip_prefix("alsa:") {
        let (tap, end) = capture_ring(config.sample_rate, config.channels, Arc::clone(&health));
        let stream = alsa_capture::open(name, format, config, options.period, tap, Arc::clone(&broken))?;
        return Ok((Running { stream: Some(Box::new(stream)), health, broken }, end));
    }
    let mut end = None;
    let stream = with_shortest_period(config, options, |config| {
        let (tap, capture) = capture_ring(config.sample_rate, config.channels, Arc::clone(&health));
        end = Some(capture);
        build_input(&device, config, format, tap, &broken)
    });
    let stream = stream.and_then(start).map_err(|error| problem(&error))?;
    let end = end.ok_or(DeviceProblem::None)?;
    Ok((Running { stream: Some(hold(stream)), health, broken }, end))
}

/// `health`: of the stream to be.
pub(super) fn open_speaker(
    hosts: &Hosts,
    id: &str,
    options: DeviceOptions,
    health: Arc<StreamHealth>,
) -> Result<(Running, PlaybackEnd), DeviceProblem> {
    let mut end = None;
    let running = open_output(hosts, id, options, &health, |config| {
        let (mut tap, playback) = playback_ring(config.sample_rate, config.channels, Arc::clone(&health));
        end = Some(playback);
        Box::new(move |out: Out<'_>| match out {
            Out::F32(out) => tap.give(out),
            Out::I16(out) => tap.give(out),
            Out::I32(out) => tap.give(out),
            Out::U8(out) => tap.give(out),
        })
    })?;
    Ok((running, end.ok_or(DeviceProblem::None)?))
}

/// Plays `make(rate)` over and over.
pub(super) fn open_ringer(hosts: &Hosts, id: &str, make: impl Fn(u32) -> Vec<f32>) -> Result<Running, DeviceProblem> {
    let health = Arc::<StreamHealth>::default();
    let relaxed = DeviceOptions { period: Duration::from_millis(20) };
    open_output(hosts, id, relaxed, &health, |config| {
        let (tone, channels) = (make(config.sample_rate), usize::from(config.channels.max(1)));
        let (mut at, health) = (0, Arc::clone(&health));
        Box::new(move |out: Out<'_>| {
            match out {
                Out::F32(out) => loop_tone(&tone, &mut at, out, channels),
                Out::I16(out) => loop_tone(&tone, &mut at, out, channels),
                Out::I32(out) => loop_tone(&tone, &mut at, out, channels),
                Out::U8(out) => loop_tone(&tone, &mut at, out, channels),
            }
            health.calls.fetch_add(1, Relaxed);
        })
    })
}

fn loop_tone<S: SizedSample + FromSample<f32>>(tone: &[f32], at: &mut usize, out: &mut [S], channels: usize) {
    for frame in out.chunks_mut(channels) {
        let sample = tone.get(*at).copied().unwrap_or(0.0);
        *at = if *at + 1 < tone.len() { *at + 1 } else { 0 };
        frame.fill(S::from_sample_(sample));
    }
}

/// A device's buffer in the format that was opened.
pub(super) enum Out<'a> {
    F32(&'a mut [f32]),
    I16(&'a mut [i16]),
    I32(&'a mut [i32]),
    U8(&'a mut [u8]),
}

impl<'a> From<&'a mut [f32]> for Out<'a> {
    fn from(out: &'a mut [f32]) -> Self {
        Self::F32(out)
    }
}

impl<'a> From<&'a mut [i16]> for Out<'a> {
    fn from(out: &'a mut [i16]) -> Self {
        Self::I16(out)
    }
}

impl<'a> From<&'a mut [i32]> for Out<'a> {
    fn from(out: &'a mut [i32]) -> Self {
        Self::I32(out)
    }
}

impl<'a> From<&'a mut [u8]> for Out<'a> {
    fn from(out: &'a mut [u8]) -> Self {
        Self::U8(out)
    }
}

pub(super) type Filler = Box<dyn FnMut(Out<'_>) + Send>;

fn open_output(
    hosts: &Hosts,
    id: &str,
    options: DeviceOptions,
    health: &Arc<StreamHealth>,
    mut filler: impl FnMut(StreamConfig) -> Filler,
) -> Result<Running, DeviceProblem> {
    let device = hosts.device(id, Direction::Output)?;
    let ranges: Vec<_> = device.supported_output_configs().map_err(|error| problem(&error))?.collect();
    let (format, config) = choose_config(&ranges).ok_or(DeviceProblem::None)?;
    let broken = Arc::<AtomicBool>::default();
    #[cfg(target_os = "linux")]
    if let Some(name) = id.strip_prefix("alsa:") {
        let filling = (filler(config), Arc::clone(health));
        let stream = alsa_playback::open(name, format, config, options.period, filling, Arc::clone(&broken))?;
        return Ok(Running { stream: Some(Box::new(stream)), health: Arc::clone(health), broken });
    }
    let stream = with_shortest_period(config, options, |config| {
        let mut fill = filler(config);
        let (error, health) = (on_error(&broken), Arc::clone(health));
        match format {
            SampleFormat::F32 => device.build_output_stream(
                config,
                move |out, info| {
                    note_playback(&health, info);
                    fill(Out::F32(out));
                },
                error,
                None,
            ),
            SampleFormat::I16 => device.build_output_stream(
                config,
                move |out, info| {
                    note_playback(&health, info);
                    fill(Out::I16(out));
                },
                error,
                None,
            ),
            SampleFormat::I32 => device.build_output_stream(
                config,
                move |out, info| {
                    note_playback(&health, info);
                    fill(Out::I32(out));
                },
                error,
                None,
            ),
            _ => device.build_output_stream(
                config,
                move |out, info| {
                    note_playback(&health, info);
                    fill(Out::U8(out));
                },
                error,
                None,
            ),
        }
    });
    let stream = stream.and_then(start).map_err(|error| problem(&error))?;
    Ok(Running { stream: Some(hold(stream)), health: Arc::clone(health), broken })
}

fn build_input(
    device: &cpal::Device,
    config: StreamConfig,
    format: SampleFormat,
    tap: crate::sound::CaptureTap,
    broken: &Arc<AtomicBool>,
) -> Result<Stream, Error> {
    let error = on_error(broken);
    match format {
        SampleFormat::F32 => device.build_input_stream(config, into::<f32>(tap), error, None),
        SampleFormat::I16 => device.build_input_stream(config, into::<i16>(tap), error, None),
        SampleFormat::I32 => device.build_input_stream(config, into::<i32>(tap), error, None),
        _ => device.build_input_stream(config, into::<u8>(tap), error, None),
    }
}

fn into<S: SizedSample>(mut tap: crate::sound::CaptureTap) -> impl FnMut(&[S], &InputCallbackInfo) + Send + 'static
where
    f32: FromSample<S>,
{
    move |data, info| {
        let time = info.timestamp();
        tap.took(time.callback.duration_since(time.capture));
        tap.take(data);
    }
}

fn note_playback(health: &StreamHealth, info: &OutputCallbackInfo) {
    let time = info.timestamp();
    health.note_delay(time.playback.duration_since(time.callback));
}

/// Runs on the device's thread: only sets a flag, and only for what is final. Everything else either passes (the ALSA
/// plugin for PulseAudio reports an I/O error while it has no timing yet, alsa-project/alsa-plugins#65) or shows as a
/// stream that calls back no more.
fn on_error(broken: &Arc<AtomicBool>) -> impl FnMut(Error) + Send + 'static {
    let broken = Arc::clone(broken);
    move |error| {
        let gone = matches!(
            error.kind(),
            ErrorKind::DeviceNotAvailable
                | ErrorKind::StreamInvalidated
                | ErrorKind::PermissionDenied
                | ErrorKind::HostUnavailable
        );
        if gone {
            broken.store(true, Relaxed);
        }
    }
}

/// A sound server answers with a microphone's first samples, which one that is suspended never brings: the device thread
/// does not wait for that. A stream that does not start shows as one that never calls back.
#[cfg(target_os = "linux")]
fn start(stream: Stream) -> Result<Arc<Stream>, Error> {
    let stream = Arc::new(stream);
    let (answer, started) = std::sync::mpsc::sync_channel(1);
    let own = Arc::clone(&stream);
    let starter = std::thread::Builder::new().name("start-stream".to_owned()).spawn(move || {
        // Nobody waits any more for an answer that came late.
        let _ = answer.send(own.play());
    });
    match starter.map(|_| started.recv_timeout(START)) {
        Ok(Ok(result)) => result.map(|()| stream),
        Ok(Err(_)) => Ok(stream),
        Err(error) => Err(Error::with_message(ErrorKind::BackendError, error.to_string())),
    }
}

#[cfg(not(target_os = "linux"))]
fn start(stream: Stream) -> Result<Arc<Stream>, Error> {
    stream.play()?;
    #[expect(clippy::arc_with_non_send_sync, reason = "the stream stays on this thread")]
    Ok(Arc::new(stream))
}

#[cfg(target_os = "linux")]
fn hold(stream: Arc<Stream>) -> Held {
    Box::new(stream)
}

#[cfg(not(target_os = "linux"))]
const fn hold(stream: Arc<Stream>) -> Held {
    stream
}

fn with_shortest_period(
    config: StreamConfig,
    options: DeviceOptions,
    mut build: impl FnMut(StreamConfig) -> Result<Stream, Error>,
) -> Result<Stream, Error> {
    let frames = |span| u32::try_from(samples(config.sample_rate, span)).unwrap_or(u32::MAX);
    let sizes =
        [BufferSize::Fixed(frames(options.period)), BufferSize::Fixed(frames(options.period * 2)), BufferSize::Default];
    let mut last = Error::new(ErrorKind::UnsupportedConfig);
    for buffer_size in sizes {
        match build(StreamConfig { buffer_size, ..config }) {
            Ok(stream) => return Ok(stream),
            Err(error) if error.kind() == ErrorKind::UnsupportedConfig => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

/// The format with the least conversion: our rate, floating point, few channels.
fn choose_config(ranges: &[SupportedStreamConfigRange]) -> Option<(SampleFormat, StreamConfig)> {
    let ranked = ranges.iter().filter_map(|range| {
        let format = match range.sample_format() {
            SampleFormat::F32 => 0,
            SampleFormat::I16 => 1,
            SampleFormat::I32 => 2,
            SampleFormat::U8 => 3,
            _ => return None,
        };
        let rate = nearest_rate(range.min_sample_rate(), range.max_sample_rate());
        let off = if rate == DEVICE_RATE { 0 } else { 1 + u32::from(rate < DEVICE_RATE) };
        Some(((off, format, range.channels(), rate.abs_diff(DEVICE_RATE)), range, rate))
    });
    let (_, range, rate) = ranked.min_by_key(|(rank, _, _)| *rank)?;
    let config = StreamConfig { channels: range.channels(), sample_rate: rate, buffer_size: BufferSize::Default };
    Some((range.sample_format(), config))
}

fn nearest_rate(min: u32, max: u32) -> u32 {
    DEVICE_RATE.clamp(min, max)
}

fn problem(error: &Error) -> DeviceProblem {
    tracing::info!(%error, "a sound device could not be opened");
    match error.kind() {
        ErrorKind::PermissionDenied => DeviceProblem::Denied,
        ErrorKind::DeviceBusy | ErrorKind::StreamInvalidated | ErrorKind::DeviceChanged => DeviceProblem::Gone,
        _ => DeviceProblem::None,
    }
}

#[cfg(test)]
mod tests {
    use cpal::SupportedBufferSize;

    use super::*;

    fn range(channels: u16, min: u32, max: u32, format: SampleFormat) -> SupportedStreamConfigRange {
        SupportedStreamConfigRange::new(channels, min, max, SupportedBufferSize::Unknown, format)
    }

    #[test]
    fn the_config_closest_to_mono_float_at_48_khz_is_chosen() {
        let ranges = [
            range(8, 48_000, 48_000, SampleFormat::F32),
            range(2, 44_100, 44_100, SampleFormat::F32),
            range(2, 8_000, 192_000, SampleFormat::I16),
            range(2, 8_000, 192_000, SampleFormat::DsdU8),
        ];
        let (format, config) = choose_config(&ranges).unwrap();
        assert_eq!((format, config.channels, config.sample_rate), (SampleFormat::F32, 8, 48_000));
        let (format, config) = choose_config(&ranges[1..]).unwrap();
        assert_eq!((format, config.channels, config.sample_rate), (SampleFormat::I16, 2, 48_000));
    }

    #[test]
    fn a_headset_in_telephone_mode_is_taken_at_its_own_rate() {
        let (_, config) = choose_config(&[range(1, 16_000, 16_000, SampleFormat::I16)]).unwrap();
        assert_eq!((config.channels, config.sample_rate), (1, 16_000));
        assert_eq!(choose_config(&[range(2, 48_000, 48_000, SampleFormat::DsdU8)]), None);
    }
}
