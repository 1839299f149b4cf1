//! Recordings that others have made (WAV or MP3), as ours are: Ogg-Opus with the customer left and the agent right.

use std::io::{Cursor, Write};

use symphonia::core::{
    codecs::audio::AudioDecoderOptions,
    errors::Error,
    formats::{FormatOptions, TrackType, probe::Hint},
    io::MediaSourceStream,
    meta::MetadataOptions,
};

use crate::{
    codec::{CodecError, EncoderSettings, MAX_PACKET, OpusEncoder},
    frame::FULLBAND,
    ogg::{OggError, OggOpusWriter, OpusHead, OpusTags},
};

/// Four hours in two channels at 16 kHz: carriers end calls there.
const MOST_SAMPLES: usize = 4 * 3_600 * 16_000 * 2;
/// What Opus takes at the most that a telephone has.
const RATES: [u32; 2] = [8_000, 16_000];
const FRAME_MS: usize = 20;

#[derive(Debug, thiserror::Error)]
pub enum ForeignSoundError {
    #[error("the file is neither WAV nor MP3: {0}")]
    Unreadable(String),
    #[error("the file has {0} channels; 1 or 2 are read")]
    Channels(usize),
    #[error("the file is longer than four hours")]
    TooLong,
    #[error("the file has no sound in it")]
    Empty,
    #[error(transparent)]
    Codec(#[from] CodecError),
    #[error(transparent)]
    Ogg(#[from] OggError),
}

/// Sound of one or two sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignSound {
    /// 8000 or 16000 Hz.
    pub rate: u32,
    /// Of the same length.
    pub sides: Vec<Vec<i16>>,
}

impl ForeignSound {
    /// # Errors
    /// See [`ForeignSoundError`].
    pub fn read(file: Vec<u8>) -> Result<Self, ForeignSoundError> {
        let unreadable = |error: Error| ForeignSoundError::Unreadable(error.to_string());
        let source = MediaSourceStream::new(Box::new(Cursor::new(file)), Default::default());
        let probe = symphonia::default::get_probe();
        let options = (FormatOptions::default(), MetadataOptions::default());
        let mut format = probe.probe(&Hint::new(), source, options.0, options.1).map_err(unreadable)?;
        let track = format.default_track(TrackType::Audio).ok_or(ForeignSoundError::Empty)?;
        let id = track.id;
        let parameters = track.codec_params.as_ref().and_then(|all| all.audio()).ok_or(ForeignSoundError::Empty)?;
        let options = AudioDecoderOptions::default();
        let mut decoder =
            symphonia::default::get_codecs().make_audio_decoder(parameters, &options).map_err(unreadable)?;
        let (mut rate, mut channels) = (0, 0);
        let (mut piece, mut samples) = (Vec::<i16>::new(), Vec::<i16>::new());
        // A file that was cut off is as long as what is there of it.
        while let Ok(Some(packet)) = format.next_packet() {
            if packet.track_id != id {
                continue;
            }
            match decoder.decode(&packet) {
                Ok(sound) => {
                    (rate, channels) = (sound.spec().rate(), sound.spec().channels().count());
                    sound.copy_to_vec_interleaved(&mut piece);
                    samples.extend_from_slice(&piece);
                }
                Err(Error::DecodeError(_)) => {}
                Err(error) => return Err(unreadable(error)),
            }
            // Of a rate that is higher there are more for the same time.
            if samples.len() > MOST_SAMPLES * (rate as usize / 16_000 + 1) {
                return Err(ForeignSoundError::TooLong);
            }
        }
        match channels {
            0 => Err(ForeignSoundError::Empty),
            1 | 2 => {
                let side = |at: usize| samples.iter().skip(at).step_by(channels).copied().collect::<Vec<i16>>();
                let wanted = if rate <= RATES[0] { RATES[0] } else { RATES[1] };
                let sides = (0..channels).map(|at| resampled(&side(at), rate, wanted)).collect();
                Ok(Self { rate: wanted, sides })
            }
            more => Err(ForeignSoundError::Channels(more)),
        }
    }

    pub fn duration_ms(&self) -> u64 {
        let samples = self.sides.first().map_or(0, Vec::len) as u64;
        samples * 1_000 / u64::from(self.rate.max(1))
    }

    /// With the other side first.
    #[must_use]
    pub fn swapped(mut self) -> Self {
        self.sides.reverse();
        self
    }

    /// As Ogg-Opus of two channels; one side that has both in it is heard on both.
    ///
    /// # Errors
    /// See [`ForeignSoundError`].
    pub fn write<W: Write>(&self, out: W, serial: u32) -> Result<W, ForeignSoundError> {
        let mut encoder =
            OpusEncoder::new(EncoderSettings { rate: self.rate, ..EncoderSettings::recording(self.rate) })?;
        let ratio = FULLBAND / self.rate;
        let pre_skip = u16::try_from(encoder.lookahead()? * ratio as usize).unwrap_or(312);
        let head = OpusHead { channels: 2, pre_skip, input_rate: self.rate };
        let mut writer = OggOpusWriter::create(out, serial, head, &OpusTags { comments: Vec::new() })?;
        let frame = self.rate as usize * FRAME_MS / 1_000;
        let (left, right) = match self.sides.as_slice() {
            [left, right, ..] => (left, right),
            [both] => (both, both),
            [] => return Err(ForeignSoundError::Empty),
        };
        let mut packet = [0; MAX_PACKET];
        for (left, right) in left.chunks(frame).zip(right.chunks(frame)) {
            let mut pcm = vec![0; frame * 2];
            for (at, (one, other)) in left.iter().zip(right).enumerate() {
                (pcm[2 * at], pcm[2 * at + 1]) = (*one, *other);
            }
            let length = encoder.encode(&pcm, &mut packet)?;
            writer.packet(&packet[..length], FULLBAND / 1_000 * FRAME_MS as u32)?;
        }
        Ok(writer.finish()?)
    }
}

/// Straight lines between the samples: a telephone's sound has nothing above 4 kHz that could fold back.
pub(crate) fn resampled(pcm: &[i16], from: u32, to: u32) -> Vec<i16> {
    if from == to || from == 0 || pcm.is_empty() {
        return pcm.to_vec();
    }
    let length = (pcm.len() as u64 * u64::from(to) / u64::from(from)) as usize;
    let step = f64::from(from) / f64::from(to);
    let last = pcm.len() - 1;
    let at = |n: usize| {
        let place = n as f64 * step;
        let (before, part) = ((place as usize).min(last), place.fract());
        let (one, two) = (f64::from(pcm[before]), f64::from(pcm[(before + 1).min(last)]));
        (one + (two - one) * part).round() as i16
    };
    (0..length).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A WAV of 16-bit PCM.
    fn wav(rate: u32, channels: u16, pcm: &[i16]) -> Vec<u8> {
        let data: Vec<u8> = pcm.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let mut file = b"RIFF".to_vec();
        file.extend((36 + data.len() as u32).to_le_bytes());
        file.extend(b"WAVEfmt ");
        file.extend(16_u32.to_le_bytes());
        file.extend(1_u16.to_le_bytes());
        file.extend(channels.to_le_bytes());
        file.extend(rate.to_le_bytes());
        file.extend((rate * u32::from(channels) * 2).to_le_bytes());
        file.extend((channels * 2).to_le_bytes());
        file.extend(16_u16.to_le_bytes());
        file.extend(b"data");
        file.extend((data.len() as u32).to_le_bytes());
        file.extend(data);
        file
    }

    #[test]
    fn both_sides_of_a_wav_come_apart_and_back_as_ogg() {
        let pcm: Vec<i16> = (0..16_000).flat_map(|n| [if n % 2 == 0 { 8_000 } else { -8_000 }, 0]).collect();
        let sound = ForeignSound::read(wav(8_000, 2, &pcm)).unwrap();
        assert_eq!((sound.rate, sound.sides.len(), sound.duration_ms()), (8_000, 2, 2_000));
        assert!(sound.sides[0].iter().any(|sample| *sample != 0) && sound.sides[1].iter().all(|sample| *sample == 0));
        let file = sound.clone().swapped().write(Vec::new(), 7).unwrap();
        let mut frames = 0;
        let read = crate::ogg::decode(Cursor::new(file), 8_000, |pcm, head| {
            assert_eq!(head.channels, 2);
            frames += pcm.len() / 2;
        });
        assert!(read.is_ok() && frames.abs_diff(16_000) < 400, "{frames}");
    }

    #[test]
    fn other_rates_become_one_that_opus_has() {
        let sound = ForeignSound::read(wav(44_100, 1, &[1_000; 44_100])).unwrap();
        assert_eq!((sound.rate, sound.sides[0].len()), (16_000, 16_000));
        assert!(sound.sides[0].iter().all(|sample| *sample == 1_000));
    }

    #[test]
    fn what_is_no_sound_is_said() {
        for bad in [Vec::new(), b"<html>not found</html>".to_vec(), wav(8_000, 1, &[])] {
            assert!(ForeignSound::read(bad).is_err());
        }
        assert!(matches!(ForeignSound::read(wav(8_000, 3, &[0; 300])), Err(ForeignSoundError::Channels(3))));
    }
}
