//! The border between a device's callback and the sound thread.
//!
//! [`CaptureTap`] and [`PlaybackTap`] belong to the callbacks. They do not allocate, lock or log: they move samples through a
//! ring, add to counters, and wake the sound thread, which never waits for anything (`Thread::unpark`).

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread::Thread,
    time::Duration,
};

use cpal::{FromSample, SizedSample};
use rtrb::{Consumer, Producer, RingBuffer};

/// How much a ring holds. Far more than is ever kept in it: room for a sound thread that was held up.
const CAPACITY: Duration = Duration::from_millis(500);

/// Counters of one open stream. Written by callbacks.
#[derive(Debug, Default)]
pub struct StreamHealth {
    pub calls: AtomicU64,
    /// Samples per channel of the last call.
    pub period: AtomicU64,
    /// Samples that found the ring full, or that it could not give.
    pub missed: AtomicU64,
    pub underruns: AtomicU64,
    /// What the system says lies between a callback and the air, in microseconds, as of the last call; 0 while it says
    /// nothing. For a microphone from the air to the callback.
    pub delay_us: AtomicU64,
    /// Woken after each call.
    wakes: Option<Thread>,
}

impl StreamHealth {
    /// Beyond this a device's figure is not believed.
    const LONGEST_DELAY: Duration = Duration::from_millis(500);

    /// Of a stream that wakes `thread` each time it has brought or taken something.
    pub fn waking(thread: Thread) -> Self {
        Self { wakes: Some(thread), ..Self::default() }
    }

    fn called(&self, frames: usize) {
        self.period.store(frames as u64, Relaxed);
        self.calls.fetch_add(1, Relaxed);
        if let Some(thread) = &self.wakes {
            thread.unpark();
        }
    }

    pub fn note_delay(&self, delay: Duration) {
        let believed = if delay > Self::LONGEST_DELAY { Duration::ZERO } else { delay };
        self.delay_us.store(believed.as_micros() as u64, Relaxed);
    }

    /// `None` while the system does not say.
    pub fn delay(&self) -> Option<Duration> {
        let micros = self.delay_us.load(Relaxed);
        (micros > 0).then(|| Duration::from_micros(micros))
    }
}

/// The callback's end of a microphone's ring.
#[derive(Debug)]
pub struct CaptureTap {
    ring: Producer<f32>,
    channels: usize,
    health: Arc<StreamHealth>,
}

/// The sound thread's end.
#[derive(Debug)]
pub struct CaptureEnd {
    pub(crate) ring: Consumer<f32>,
    pub(crate) rate: u32,
    pub(crate) health: Arc<StreamHealth>,
}

/// A ring for a stream of `rate` hertz and `channels` interleaved channels, which are mixed to one.
pub fn capture_ring(rate: u32, channels: u16, health: Arc<StreamHealth>) -> (CaptureTap, CaptureEnd) {
    let (producer, consumer) = RingBuffer::new(media::frame::samples(rate, CAPACITY));
    let tap = CaptureTap { ring: producer, channels: usize::from(channels.max(1)), health: Arc::clone(&health) };
    (tap, CaptureEnd { ring: consumer, rate, health })
}

impl CaptureTap {
    /// How long ago the samples that come next were in the air.
    pub fn took(&self, delay: Duration) {
        self.health.note_delay(delay);
    }

    pub fn take<S>(&mut self, data: &[S])
    where
        S: SizedSample,
        f32: FromSample<S>,
    {
        let frames = data.len() / self.channels;
        let room = self.ring.slots().min(frames);
        let scale = 1.0 / self.channels as f32;
        if let Ok(chunk) = self.ring.write_chunk_uninit(room) {
            let mixed = data
                .chunks_exact(self.channels)
                .map(|frame| frame.iter().map(|s| f32::from_sample_(*s)).sum::<f32>() * scale);
            chunk.fill_from_iter(mixed);
        }
        self.health.missed.fetch_add((frames - room) as u64, Relaxed);
        self.health.called(frames);
    }
}

/// The callback's end of a speaker's ring.
#[derive(Debug)]
pub struct PlaybackTap {
    ring: Consumer<f32>,
    channels: usize,
    /// Last sample that was played: fades out when the ring runs dry, because a jump to zero clicks.
    last: f32,
    /// Nothing was ever played, so running dry is no fault yet.
    started: bool,
    health: Arc<StreamHealth>,
}

/// The sound thread's end.
#[derive(Debug)]
pub struct PlaybackEnd {
    pub(crate) ring: Producer<f32>,
    pub(crate) rate: u32,
    pub(crate) health: Arc<StreamHealth>,
}

/// A ring for a stream of `rate` hertz, whose one channel is played on all `channels`.
pub fn playback_ring(rate: u32, channels: u16, health: Arc<StreamHealth>) -> (PlaybackTap, PlaybackEnd) {
    let (producer, consumer) = RingBuffer::new(media::frame::samples(rate, CAPACITY));
    let tap = PlaybackTap {
        ring: consumer,
        channels: usize::from(channels.max(1)),
        last: 0.0,
        started: false,
        health: Arc::clone(&health),
    };
    (tap, PlaybackEnd { ring: producer, rate, health })
}

impl PlaybackTap {
    const FADE: f32 = 0.98;

    pub fn give<S>(&mut self, out: &mut [S])
    where
        S: SizedSample + FromSample<f32>,
    {
        let frames = out.len() / self.channels;
        let mut missed = 0;
        for frame in out.chunks_mut(self.channels) {
            match self.ring.pop() {
                Ok(sample) => {
                    self.last = sample;
                    self.started = true;
                }
                Err(_) => {
                    self.last *= Self::FADE;
                    missed += 1;
                }
            }
            frame.fill(S::from_sample_(self.last));
        }
        if missed > 0 && self.started {
            self.health.missed.fetch_add(missed, Relaxed);
            self.health.underruns.fetch_add(1, Relaxed);
        }
        self.health.called(frames);
    }
}

impl PlaybackEnd {
    /// Samples that wait to be played.
    pub(crate) fn waiting(&self) -> usize {
        self.ring.buffer().capacity() - self.ring.slots()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stereo_is_mixed_and_integers_are_scaled() {
        let (mut tap, mut end) = capture_ring(48_000, 2, Arc::default());
        tap.take::<i16>(&[i16::MIN, i16::MIN, 16_384, 0]);
        assert_eq!(end.ring.pop(), Ok(-1.0));
        assert_eq!(end.ring.pop(), Ok(0.25));
        assert_eq!(end.health.period.load(Relaxed), 2);
    }

    #[test]
    fn a_full_ring_drops_and_counts() {
        let (mut tap, end) = capture_ring(1_000, 1, Arc::default());
        tap.take::<f32>(&[0.1; 700]);
        assert_eq!(end.ring.slots(), 500);
        assert_eq!(end.health.missed.load(Relaxed), 200);
    }

    #[test]
    fn a_dry_ring_fades_out_and_is_counted_once_it_has_played() {
        let (mut tap, mut end) = playback_ring(48_000, 2, Arc::default());
        let mut out = [1.0_f32; 8];
        tap.give(&mut out);
        assert_eq!((out, end.health.underruns.load(Relaxed)), ([0.0; 8], 0));
        end.ring.push(0.5).unwrap();
        tap.give(&mut out);
        assert_eq!(out[..2], [0.5, 0.5]);
        assert!(out[2] < 0.5 && out[7] > 0.4);
        assert_eq!(end.health.underruns.load(Relaxed), 1);
    }

    #[test]
    fn a_delay_that_cannot_be_is_not_believed() {
        let health = StreamHealth::default();
        assert_eq!(health.delay(), None);
        health.note_delay(Duration::from_millis(23));
        assert_eq!(health.delay(), Some(Duration::from_millis(23)));
        health.note_delay(Duration::from_secs(900));
        assert_eq!(health.delay(), None);
    }

    #[test]
    fn unsigned_devices_get_their_own_silence() {
        let (mut tap, _end) = playback_ring(48_000, 1, Arc::default());
        let mut out = [0_u8; 4];
        tap.give(&mut out);
        assert_eq!(out, [128; 4]);
    }
}
