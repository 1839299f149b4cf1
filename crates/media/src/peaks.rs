//! The waveform of a recording, small enough to draw.

use std::io::Read;

use crate::{
    frame::NARROWBAND,
    ogg::{self, OggError},
};

/// Loudest sample of each stretch of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peaks {
    pub per_second: u32,
    /// Length of the recording in milliseconds.
    pub duration_ms: u64,
    /// One row per channel (left first); 255 is full scale.
    pub channels: Vec<Vec<u8>>,
}

/// Reads an Ogg-Opus recording. `per_second` is clamped to 1..=200.
///
/// # Errors
/// [`OggError`].
pub fn peaks(input: impl Read, per_second: u32) -> Result<Peaks, OggError> {
    let per_second = per_second.clamp(1, 200);
    let bucket = (NARROWBAND / per_second) as usize;
    let mut rows: Vec<Row> = Vec::new();
    let samples = ogg::decode(input, NARROWBAND, |pcm, head| {
        rows.resize_with(usize::from(head.channels), Row::default);
        for frame in pcm.chunks_exact(rows.len()) {
            for (row, sample) in rows.iter_mut().zip(frame) {
                row.add(sample.unsigned_abs(), bucket);
            }
        }
    })?;
    Ok(Peaks {
        per_second,
        duration_ms: samples * 1_000 / u64::from(NARROWBAND),
        channels: rows.into_iter().map(Row::finish).collect(),
    })
}

#[derive(Default)]
struct Row {
    buckets: Vec<u8>,
    loudest: u16,
    filled: usize,
}

impl Row {
    fn add(&mut self, magnitude: u16, bucket: usize) {
        self.loudest = self.loudest.max(magnitude);
        self.filled += 1;
        if self.filled == bucket {
            self.close();
        }
    }

    fn close(&mut self) {
        self.buckets.push((self.loudest / 128).min(255) as u8);
        (self.loudest, self.filled) = (0, 0);
    }

    fn finish(mut self) -> Vec<u8> {
        if self.filled > 0 {
            self.close();
        }
        self.buckets
    }
}
