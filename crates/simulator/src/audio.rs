//! Brings sound files to the rate of the telephone line.

use std::io::Cursor;

use crate::LINE_RATE;

/// Longest file that is read: an hour.
const MAX_SECONDS: usize = 3600;
/// Half width of the resampling filter, in periods of the lower rate.
const LOBES: f32 = 8.0;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SoundError {
    #[error("the sound is neither WAV (PCM) nor Ogg-Opus: {reason}")]
    Unreadable { reason: String },
    #[error("the sound is longer than {MAX_SECONDS} s")]
    TooLong,
}

/// Decodes WAV or Ogg-Opus; several channels are averaged.
pub fn to_line(file: &[u8]) -> Result<Vec<i16>, SoundError> {
    if file.starts_with(b"OggS") { from_ogg(file) } else { from_wav(file) }
}

fn from_wav(file: &[u8]) -> Result<Vec<i16>, SoundError> {
    let unreadable = |error: hound::Error| SoundError::Unreadable { reason: error.to_string() };
    let mut reader = hound::WavReader::new(Cursor::new(file)).map_err(unreadable)?;
    let spec = reader.spec();
    if spec.sample_rate < 4_000 || spec.channels == 0 {
        return Err(SoundError::Unreadable { reason: format!("{} Hz", spec.sample_rate) });
    }
    if reader.duration() as usize > MAX_SECONDS * spec.sample_rate as usize {
        return Err(SoundError::TooLong);
    }
    let samples: Vec<f32> = match spec.sample_format {
        hound::SampleFormat::Float => reader.samples::<f32>().collect::<Result<_, _>>().map_err(unreadable)?,
        hound::SampleFormat::Int => {
            let scale = 1.0 / (1_u64 << (spec.bits_per_sample - 1)) as f32;
            let whole: Vec<i32> = reader.samples::<i32>().collect::<Result<_, _>>().map_err(unreadable)?;
            whole.into_iter().map(|sample| sample as f32 * scale).collect()
        }
    };
    Ok(resample(&mono(&samples, usize::from(spec.channels)), spec.sample_rate))
}

fn from_ogg(file: &[u8]) -> Result<Vec<i16>, SoundError> {
    let mut samples = Vec::new();
    let mut too_long = false;
    // Opus decodes straight to the rate of the line.
    media::ogg::decode(Cursor::new(file), LINE_RATE, |pcm, head| {
        let channels = usize::from(head.channels).max(1);
        too_long |= samples.len() > MAX_SECONDS * LINE_RATE as usize;
        if !too_long {
            samples.extend(pcm.chunks(channels).map(|frame| {
                let sum: i32 = frame.iter().map(|sample| i32::from(*sample)).sum();
                (sum / frame.len() as i32) as i16
            }));
        }
    })
    .map_err(|error| SoundError::Unreadable { reason: error.to_string() })?;
    if too_long { Err(SoundError::TooLong) } else { Ok(samples) }
}

fn mono(samples: &[f32], channels: usize) -> Vec<f32> {
    samples.chunks(channels).map(|frame| frame.iter().sum::<f32>() / frame.len() as f32).collect()
}

/// Windowed-sinc resampling to the line's rate.
fn resample(samples: &[f32], rate: u32) -> Vec<i16> {
    let to_sample = |value: f32| (value * 32_768.0).round() as i16;
    if rate == LINE_RATE {
        return samples.iter().copied().map(to_sample).collect();
    }
    let step = rate as f32 / LINE_RATE as f32;
    let cutoff = (1.0 / step).min(1.0);
    let reach = LOBES / cutoff;
    let count = (samples.len() as f64 * f64::from(LINE_RATE) / f64::from(rate)) as usize;
    (0..count)
        .map(|n| {
            let centre = (n as f64 * f64::from(rate) / f64::from(LINE_RATE)) as f32;
            let first = (centre - reach).ceil().max(0.0) as usize;
            let last = ((centre + reach).floor() as usize).min(samples.len() - 1);
            let sum: f32 = (first..=last)
                .map(|k| {
                    let x = (k as f32 - centre) * cutoff;
                    samples[k] * cutoff * sinc(x) * (0.5 + 0.5 * (std::f32::consts::PI * x / LOBES).cos())
                })
                .sum();
            to_sample(sum)
        })
        .collect()
}

fn sinc(x: f32) -> f32 {
    let pix = std::f32::consts::PI * x;
    if pix.abs() < 1e-6 { 1.0 } else { pix.sin() / pix }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(rate: u32, channels: u16, hertz: f32) -> Vec<u8> {
        let samples: Vec<i16> = (0..rate)
            .flat_map(|n| {
                let value = (std::f32::consts::TAU * hertz * n as f32 / rate as f32).sin() * 10_000.0;
                vec![value as i16; usize::from(channels)]
            })
            .collect();
        media::wav::encode(rate, channels, &samples)
    }

    #[test]
    fn a_second_stays_a_second_at_the_same_level_whatever_the_rate() {
        for (rate, channels) in [(8_000, 1), (16_000, 1), (22_050, 1), (44_100, 2), (48_000, 2)] {
            let line = to_line(&sine(rate, channels, 1_000.0)).unwrap();
            assert!(line.len().abs_diff(8_000) <= 1, "{rate}: {}", line.len());
            let level = media::level::rms_dbfs(&line);
            assert!((level + 13.3).abs() < 0.2, "{rate}: {level}");
        }
    }

    #[test]
    fn what_the_line_cannot_carry_does_not_come_back_as_another_tone() {
        let line = to_line(&sine(48_000, 1, 6_000.0)).unwrap();
        assert!(media::level::rms_dbfs(&line) < -50.0);
    }

    #[test]
    fn other_files_are_refused() {
        assert!(matches!(to_line(b"ID3\x04"), Err(SoundError::Unreadable { .. })));
        assert!(matches!(to_line(b"OggS\x00 and then nothing"), Err(SoundError::Unreadable { .. })));
        assert_eq!(to_line(&media::wav::encode(16_000, 1, &[])).unwrap(), Vec::<i16>::new());
    }
}
