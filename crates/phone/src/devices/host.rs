//! The system's sound devices through `cpal`.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use cpal::{
    BufferSize, Error, ErrorKind, FromSample, Host, SampleFormat, SizedSample, Stream, StreamConfig,
    SupportedStreamConfigRange,
    traits::{DeviceTrait, HostTrait, StreamTrait},
};
use media::frame::samples;

use crate::{
    sound::{CaptureEnd, PlaybackEnd, RATE, StreamHealth, capture_ring, playback_ring},
    state::{Device, DeviceList, DeviceProblem},
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Input,
    Output,
}

/// A running stream; dropping it stops it.
pub(super) struct Running {
    _stream: Stream,
    pub(super) health: Arc<StreamHealth>,
    broken: Arc<AtomicBool>,
}

impl Running {
    pub(super) fn is_broken(&self) -> bool {
        self.broken.load(Relaxed)
    }

    pub(super) fn calls(&self) -> u64 {
        self.health.calls.load(Relaxed)
    }
}

pub(super) fn list(host: &Host) -> DeviceList {
    let mut list = DeviceList::default();
    let Ok(devices) = host.devices() else { return list };
    for device in devices {
        let (Ok(id), Ok(description)) = (device.id(), device.description()) else { continue };
        if !is_worth_showing(id.id()) {
            continue;
        }
        let shown = Device { id: id.to_string(), name: description.name().to_owned() };
        if device.supports_input() {
            list.inputs.push(shown.clone());
        }
        if device.supports_output() {
            list.outputs.push(shown);
        }
    }
    list
}

/// ALSA lists every way to reach a card, and converters; a person wants each card once. Elsewhere all are shown.
fn is_worth_showing(id: &str) -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    const WAYS: [&str; 10] =
        ["hw:", "plughw:", "dmix:", "dsnoop:", "surround", "front:", "iec958:", "hdmi:", "usbstream:", "sysdefault"];
    const CONVERTERS: [&str; 12] = [
        "null",
        "default",
        "samplerate",
        "speexrate",
        "lavrate",
        "speex",
        "upmix",
        "vdownmix",
        "jack",
        "oss",
        "a52",
        "cards",
    ];
    // `sysdefault:CARD=x` is the one way that converts formats and mixes.
    id.starts_with("sysdefault:") || !(WAYS.iter().any(|way| id.starts_with(way)) || CONVERTERS.contains(&id))
}

/// Id of the device that the system would use.
pub(super) fn default_id(host: &Host, direction: Direction) -> Option<String> {
    default_device(host, direction)?.id().ok().map(|id| id.to_string())
}

fn default_device(host: &Host, direction: Direction) -> Option<cpal::Device> {
    match direction {
        Direction::Input => host.default_input_device(),
        Direction::Output => host.default_output_device(),
    }
}

fn find(host: &Host, id: &str, direction: Direction) -> Result<cpal::Device, DeviceProblem> {
    if let Some(device) = default_device(host, direction)
        && device.id().is_ok_and(|default| default.to_string() == id)
    {
        return Ok(device);
    }
    let id = id.parse().map_err(|_| DeviceProblem::None)?;
    host.device_by_id(&id).ok_or(DeviceProblem::None)
}

pub(super) fn open_microphone(
    host: &Host,
    id: &str,
    options: DeviceOptions,
) -> Result<(Running, CaptureEnd), DeviceProblem> {
    let device = find(host, id, Direction::Input)?;
    let ranges: Vec<_> = device.supported_input_configs().map_err(|error| problem(&error))?.collect();
    let (format, config) = choose_config(&ranges).ok_or(DeviceProblem::None)?;
    let health = Arc::<StreamHealth>::default();
    let broken = Arc::<AtomicBool>::default();
    let mut end = None;
    let stream = with_shortest_period(config, options, |config| {
        let (tap, capture) = capture_ring(config.sample_rate, config.channels, Arc::clone(&health));
        end = Some(capture);
        build_input(&device, config, format, tap, &broken)
    });
    let stream = stream.and_then(|stream| stream.play().map(|()| stream)).map_err(|error| problem(&error))?;
    let end = end.ok_or(DeviceProblem::None)?;
    Ok((Running { _stream: stream, health, broken }, end))
}

pub(super) fn open_speaker(
    host: &Host,
    id: &str,
    options: DeviceOptions,
) -> Result<(Running, PlaybackEnd), DeviceProblem> {
    let health = Arc::<StreamHealth>::default();
    let mut end = None;
    let running = open_output(host, id, options, &health, |config| {
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
pub(super) fn open_ringer(host: &Host, id: &str, make: impl Fn(u32) -> Vec<f32>) -> Result<Running, DeviceProblem> {
    let health = Arc::<StreamHealth>::default();
    let relaxed = DeviceOptions { period: Duration::from_millis(20) };
    open_output(host, id, relaxed, &health, |config| {
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
enum Out<'a> {
    F32(&'a mut [f32]),
    I16(&'a mut [i16]),
    I32(&'a mut [i32]),
    U8(&'a mut [u8]),
}

type Filler = Box<dyn FnMut(Out<'_>) + Send>;

fn open_output(
    host: &Host,
    id: &str,
    options: DeviceOptions,
    health: &Arc<StreamHealth>,
    mut filler: impl FnMut(StreamConfig) -> Filler,
) -> Result<Running, DeviceProblem> {
    let device = find(host, id, Direction::Output)?;
    let ranges: Vec<_> = device.supported_output_configs().map_err(|error| problem(&error))?.collect();
    let (format, config) = choose_config(&ranges).ok_or(DeviceProblem::None)?;
    let broken = Arc::<AtomicBool>::default();
    let stream = with_shortest_period(config, options, |config| {
        let mut fill = filler(config);
        let error = on_error(&broken);
        match format {
            SampleFormat::F32 => device.build_output_stream(config, move |out, _| fill(Out::F32(out)), error, None),
            SampleFormat::I16 => device.build_output_stream(config, move |out, _| fill(Out::I16(out)), error, None),
            SampleFormat::I32 => device.build_output_stream(config, move |out, _| fill(Out::I32(out)), error, None),
            _ => device.build_output_stream(config, move |out, _| fill(Out::U8(out)), error, None),
        }
    });
    let stream = stream.and_then(|stream| stream.play().map(|()| stream)).map_err(|error| problem(&error))?;
    Ok(Running { _stream: stream, health: Arc::clone(health), broken })
}

fn build_input(
    device: &cpal::Device,
    config: StreamConfig,
    format: SampleFormat,
    mut tap: crate::sound::CaptureTap,
    broken: &Arc<AtomicBool>,
) -> Result<Stream, Error> {
    let error = on_error(broken);
    match format {
        SampleFormat::F32 => device.build_input_stream(config, move |data: &[f32], _| tap.take(data), error, None),
        SampleFormat::I16 => device.build_input_stream(config, move |data: &[i16], _| tap.take(data), error, None),
        SampleFormat::I32 => device.build_input_stream(config, move |data: &[i32], _| tap.take(data), error, None),
        _ => device.build_input_stream(config, move |data: &[u8], _| tap.take(data), error, None),
    }
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
        let off = if rate == RATE { 0 } else { 1 + u32::from(rate < RATE) };
        Some(((off, format, range.channels(), rate.abs_diff(RATE)), range, rate))
    });
    let (_, range, rate) = ranked.min_by_key(|(rank, _, _)| *rank)?;
    let config = StreamConfig { channels: range.channels(), sample_rate: rate, buffer_size: BufferSize::Default };
    Some((range.sample_format(), config))
}

fn nearest_rate(min: u32, max: u32) -> u32 {
    RATE.clamp(min, max)
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

    #[cfg(target_os = "linux")]
    #[test]
    fn each_card_is_listed_once() {
        let shown: Vec<&str> =
            ["default", "pulse", "hw:CARD=PCH,DEV=0", "sysdefault:CARD=PCH", "surround51:CARD=PCH", "va1"]
                .into_iter()
                .filter(|id| is_worth_showing(id))
                .collect();
        assert_eq!(shown, ["pulse", "sysdefault:CARD=PCH", "va1"]);
    }
}
