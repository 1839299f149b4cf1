//! A recorded message for a telephone: a WAV or Ogg-Opus file as one line of 8 kHz.

use crate::{
    foreign_sound::{ForeignSound, ForeignSoundError, resampled},
    frame::NARROWBAND,
    ogg,
};

/// The first bytes of an Ogg page (RFC 3533 section 6).
const OGG: &[u8] = b"OggS";
/// The first bytes of a WAV.
const RIFF: &[u8] = b"RIFF";

/// At most `most` samples. Both sides of a file with two are heard on the one line.
///
/// # Errors
/// See [`ForeignSoundError`].
pub fn read(file: Vec<u8>, most: usize) -> Result<Vec<i16>, ForeignSoundError> {
    let (rate, sides) = match file.as_slice() {
        ogg if ogg.starts_with(OGG) => (NARROWBAND, of_ogg(ogg, most)?),
        riff if riff.starts_with(RIFF) => {
            let sound = ForeignSound::read(file)?;
            (sound.rate, sound.sides)
        }
        _ => return Err(ForeignSoundError::Unreadable("its first bytes are those of neither".to_owned())),
    };
    let line = match sides.as_slice() {
        [left, right, ..] => left.iter().zip(right).map(|(one, other)| half(*one, *other)).collect(),
        [only] => only.clone(),
        [] => Vec::new(),
    };
    let line = resampled(&line, rate, NARROWBAND);
    match line.len() {
        0 => Err(ForeignSoundError::Empty),
        length if length > most => Err(ForeignSoundError::TooLong),
        _ => Ok(line),
    }
}

/// At 8 kHz, which the decoder gives by itself. What is too long is not kept in memory.
fn of_ogg(file: &[u8], most: usize) -> Result<Vec<Vec<i16>>, ForeignSoundError> {
    let mut sides: Vec<Vec<i16>> = Vec::new();
    ogg::decode(file, NARROWBAND, |pcm, head| {
        let channels = usize::from(head.channels).max(1);
        sides.resize(channels, Vec::new());
        for (at, side) in sides.iter_mut().enumerate().filter(|(_, side)| side.len() <= most) {
            side.extend(pcm.iter().skip(at).step_by(channels));
        }
    })?;
    Ok(sides)
}

fn half(one: i16, other: i16) -> i16 {
    ((i32::from(one) + i32::from(other)) / 2) as i16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wav;

    const MOST: usize = 20_000;

    fn tone(rate: u32, seconds: u32) -> Vec<i16> {
        let step = std::f32::consts::TAU * 600.0 / rate as f32;
        (0..rate * seconds).map(|n| (8_000.0 * (n as f32 * step).sin()) as i16).collect()
    }

    fn loudness(pcm: &[i16]) -> f32 {
        (pcm.iter().map(|sample| f32::from(*sample).powi(2)).sum::<f32>() / pcm.len() as f32).sqrt()
    }

    #[test]
    fn a_wav_of_any_rate_and_one_or_two_sides_becomes_a_line() {
        for rate in [8_000, 16_000, 44_100] {
            let line = read(wav::encode(rate, 1, &tone(rate, 2)), MOST).unwrap();
            assert!(line.len().abs_diff(16_000) <= 8, "{rate}: {}", line.len());
            assert!(loudness(&line) > 4_000.0, "{rate}");
        }
        let both: Vec<i16> = tone(8_000, 1).into_iter().flat_map(|sample| [sample, 0]).collect();
        let line = read(wav::encode(8_000, 2, &both), MOST).unwrap();
        assert_eq!(line.len(), 8_000);
        assert!((2_000.0..4_000.0).contains(&loudness(&line)));
    }

    #[test]
    fn ogg_opus_becomes_a_line() {
        let sound = ForeignSound { rate: 16_000, sides: vec![tone(16_000, 2)] };
        let line = read(sound.write(Vec::new(), 1).unwrap(), MOST).unwrap();
        assert!(line.len().abs_diff(16_000) <= 400, "{}", line.len());
        assert!(loudness(&line) > 3_000.0);
    }

    #[test]
    fn what_is_too_long_is_refused() {
        assert!(matches!(read(wav::encode(8_000, 1, &tone(8_000, 3)), MOST), Err(ForeignSoundError::TooLong)));
        let sound = ForeignSound { rate: 16_000, sides: vec![tone(16_000, 3)] };
        let file = sound.write(Vec::new(), 1).unwrap();
        assert!(matches!(read(file, MOST), Err(ForeignSoundError::TooLong)));
    }

    #[test]
    fn what_is_no_sound_is_refused() {
        assert!(read(b"a letter".to_vec(), MOST).is_err());
        assert!(read(b"OggS and nothing more".to_vec(), MOST).is_err());
        assert!(read(wav::encode(8_000, 1, &[]), MOST).is_err());
    }
}
