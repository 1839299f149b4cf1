use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering::Relaxed};

use media::level::{FLOOR_DBFS, Loudness};
use serde::Serialize;

/// Figures and switches that the sound thread shares. Each is independent of the others, so relaxed order is enough.
#[derive(Debug)]
pub struct Gauges {
    /// Rises at least five times a second while the sound thread works.
    pub(crate) ticks: AtomicU64,
    pub(crate) muted: AtomicBool,
    mic_dbfs: AtomicU32,
    raw_mic_dbfs: AtomicU32,
    clean_mic_dbfs: AtomicU32,
    raw_mic_clipped: AtomicU64,
    speaker_dbfs: AtomicU32,
    pub(crate) packets_in: AtomicU64,
    pub(crate) packets_out: AtomicU64,
    /// Packets that the network side did not take in time.
    pub(crate) packets_unsent: AtomicU64,
    pub(crate) concealed: AtomicU64,
    pub(crate) rebuilt: AtomicU64,
    pub(crate) late: AtomicU64,
    /// Packets that must have been sent to us so far.
    pub(crate) packets_expected: AtomicU64,
    pub(crate) jitter_us: AtomicU64,
    pub(crate) jitter_buffer_us: AtomicU64,
    pub(crate) jitter_target_us: AtomicU64,
    /// How much faster than nominal the far end is played, in millionths; negative is slower.
    pub(crate) hurry_ppm: AtomicI64,
    pub(crate) speaker_buffer_us: AtomicU64,
    pub(crate) underruns: AtomicU64,
    /// What the microphone's device and the speaker's add.
    pub(crate) capture_us: AtomicU64,
    pub(crate) playback_us: AtomicU64,
    /// Share of the microphone's samples at the end of the range since the last report.
    mic_clipped: AtomicU32,
    /// What the echo canceller takes out, in hundredths of a dB; `u64::MAX` without one.
    pub(crate) echo_removed_cb: AtomicU64,
    /// Times that the echo canceller had to be rebuilt after a fault.
    pub(crate) processing_faults: AtomicU64,
}

impl Default for Gauges {
    fn default() -> Self {
        Self {
            ticks: AtomicU64::new(0),
            muted: AtomicBool::new(false),
            mic_dbfs: AtomicU32::new(FLOOR_DBFS.to_bits()),
            raw_mic_dbfs: AtomicU32::new(FLOOR_DBFS.to_bits()),
            clean_mic_dbfs: AtomicU32::new(FLOOR_DBFS.to_bits()),
            raw_mic_clipped: AtomicU64::new(0),
            speaker_dbfs: AtomicU32::new(FLOOR_DBFS.to_bits()),
            packets_in: AtomicU64::new(0),
            packets_out: AtomicU64::new(0),
            packets_unsent: AtomicU64::new(0),
            concealed: AtomicU64::new(0),
            rebuilt: AtomicU64::new(0),
            late: AtomicU64::new(0),
            packets_expected: AtomicU64::new(0),
            jitter_us: AtomicU64::new(0),
            jitter_buffer_us: AtomicU64::new(0),
            jitter_target_us: AtomicU64::new(0),
            hurry_ppm: AtomicI64::new(0),
            speaker_buffer_us: AtomicU64::new(0),
            underruns: AtomicU64::new(0),
            capture_us: AtomicU64::new(0),
            playback_us: AtomicU64::new(0),
            mic_clipped: AtomicU32::new(0),
            echo_removed_cb: AtomicU64::new(u64::MAX),
            processing_faults: AtomicU64::new(0),
        }
    }
}

/// The gauges at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SoundFigures {
    pub ticks: u64,
    pub mic_dbfs: f32,
    /// What the microphone brought, before it was cleaned.
    pub raw_mic_dbfs: f32,
    /// After that, whether or not it was sent.
    pub clean_mic_dbfs: f32,
    /// Samples at the end of the microphone's range.
    pub raw_mic_clipped: u64,
    pub speaker_dbfs: f32,
    pub packets_in: u64,
    pub packets_out: u64,
    pub packets_unsent: u64,
    pub concealed: u64,
    pub rebuilt: u64,
    pub late: u64,
    pub packets_expected: u64,
    pub jitter_ms: f32,
    pub jitter_buffer_ms: f32,
    /// How long packets are meant to wait at present.
    pub jitter_target_ms: f32,
    /// How much faster than nominal the far end is played, in millionths.
    pub hurry_ppm: i64,
    pub speaker_buffer_ms: f32,
    pub underruns: u64,
    pub capture_ms: f32,
    pub playback_ms: f32,
    /// Share of the samples that were sent.
    pub mic_clipped: f32,
    pub echo_removed_db: Option<f32>,
    pub muted: bool,
    pub processing_faults: u64,
}

impl Gauges {
    pub(crate) fn set_mic(&self, loudness: Loudness) {
        self.mic_dbfs.store(loudness.dbfs.to_bits(), Relaxed);
        self.mic_clipped.store(loudness.clipped.to_bits(), Relaxed);
    }

    pub(crate) fn set_microphone(&self, raw_dbfs: f32, clean_dbfs: f32, clipped: u64) {
        self.raw_mic_dbfs.store(raw_dbfs.to_bits(), Relaxed);
        self.clean_mic_dbfs.store(clean_dbfs.to_bits(), Relaxed);
        self.raw_mic_clipped.store(clipped, Relaxed);
    }

    pub(crate) fn set_speaker(&self, dbfs: f32) {
        self.speaker_dbfs.store(dbfs.to_bits(), Relaxed);
    }

    pub fn figures(&self) -> SoundFigures {
        let ms = |gauge: &AtomicU64| gauge.load(Relaxed) as f32 / 1_000.0;
        SoundFigures {
            ticks: self.ticks.load(Relaxed),
            mic_dbfs: f32::from_bits(self.mic_dbfs.load(Relaxed)),
            raw_mic_dbfs: f32::from_bits(self.raw_mic_dbfs.load(Relaxed)),
            clean_mic_dbfs: f32::from_bits(self.clean_mic_dbfs.load(Relaxed)),
            raw_mic_clipped: self.raw_mic_clipped.load(Relaxed),
            speaker_dbfs: f32::from_bits(self.speaker_dbfs.load(Relaxed)),
            packets_in: self.packets_in.load(Relaxed),
            packets_out: self.packets_out.load(Relaxed),
            packets_unsent: self.packets_unsent.load(Relaxed),
            concealed: self.concealed.load(Relaxed),
            rebuilt: self.rebuilt.load(Relaxed),
            late: self.late.load(Relaxed),
            packets_expected: self.packets_expected.load(Relaxed),
            jitter_ms: ms(&self.jitter_us),
            jitter_buffer_ms: ms(&self.jitter_buffer_us),
            jitter_target_ms: ms(&self.jitter_target_us),
            hurry_ppm: self.hurry_ppm.load(Relaxed),
            speaker_buffer_ms: ms(&self.speaker_buffer_us),
            underruns: self.underruns.load(Relaxed),
            capture_ms: ms(&self.capture_us),
            playback_ms: ms(&self.playback_us),
            mic_clipped: f32::from_bits(self.mic_clipped.load(Relaxed)),
            echo_removed_db: Some(self.echo_removed_cb.load(Relaxed))
                .filter(|hundredths| *hundredths != u64::MAX)
                .map(|hundredths| hundredths as f32 / 100.0),
            muted: self.muted.load(Relaxed),
            processing_faults: self.processing_faults.load(Relaxed),
        }
    }
}
