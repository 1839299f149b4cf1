//! Opus (RFC 6716) with the settings of this product.

use std::time::Duration;

use crate::frame::{self, FRAME_20};

/// Longest packet that our encoders make; an RTP packet of this size fits any path.
pub const MAX_PACKET: usize = 1_275;

/// Bits per second at which the transform layer alone is as good for speech as linear prediction at 40 kb/s, with 4 ms less
/// of look-ahead and half the work (docs/decisions/0026).
pub const LOW_DELAY_BITRATE: i32 = 62_000;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    #[error(
        "Opus cannot work at {rate} Hz with {channels} channels; it takes 8, 12, 16, 24 or 48 kHz and 1 or 2 channels"
    )]
    UnsupportedFormat { rate: u32, channels: u8 },
    #[error("a frame of {got} samples was given where {expected} were expected")]
    FrameLength { expected: usize, got: usize },
    #[error("the packet is not Opus: {0}")]
    BadPacket(String),
    #[error("the Opus encoder failed: {0}")]
    Encode(String),
}

/// What an encoder is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncoderSettings {
    /// Sample rate of the input in hertz.
    pub rate: u32,
    /// 1 or 2, interleaved.
    pub channels: u8,
    pub frame: Duration,
    /// Bits per second.
    pub bitrate: i32,
    /// 0 (cheapest) to 10.
    pub complexity: i32,
    /// Carry a coarse copy of the frame before, so that a single lost packet can be rebuilt.
    pub fec: bool,
    /// Stop sending full packets while nobody speaks.
    pub dtx: bool,
    /// Loss that FEC is dimensioned for, in per cent.
    pub expected_loss: i32,
    /// Nothing above 8 kHz is sent: speech has little there, and the bits are heard more below.
    pub wideband: bool,
    /// The transform layer alone (RFC 6716 section 2): a look-ahead of 2.5 ms where it is 6.5 otherwise. It knows no FEC and
    /// wants [`LOW_DELAY_BITRATE`].
    pub low_delay: bool,
}

impl EncoderSettings {
    /// Speech on a live call: mono, 20 ms, 24 kb/s, FEC for 10 % loss.
    pub const fn voice(rate: u32) -> Self {
        Self {
            rate,
            channels: 1,
            frame: FRAME_20,
            bitrate: 24_000,
            complexity: 5,
            fec: true,
            dtx: false,
            expected_loss: 10,
            wideband: true,
            low_delay: false,
        }
    }

    /// Speech that came over a telephone line: as [`voice`](Self::voice) at 8 kHz, with a third of its effort. What the
    /// encoder would look for longer is not in G.711 any more. At 20 kb/s two copies of each frame fit into 64.
    pub const fn telephone() -> Self {
        Self { complexity: 1, bitrate: 20_000, ..Self::voice(frame::NARROWBAND) }
    }

    /// Speech on a path that loses nothing: as [`voice`](Self::voice), with the shortest look-ahead. In packets of 20 ms more
    /// effort is worth 0.02 of PESQ.
    pub const fn clean_voice(rate: u32) -> Self {
        Self {
            bitrate: LOW_DELAY_BITRATE,
            complexity: 2,
            fec: false,
            expected_loss: 0,
            low_delay: true,
            ..Self::voice(rate)
        }
    }

    /// A recording: stereo, 20 ms, 32 kb/s, nothing spent on loss.
    pub const fn recording(rate: u32) -> Self {
        Self {
            rate,
            channels: 2,
            frame: FRAME_20,
            bitrate: 32_000,
            complexity: 1,
            fec: false,
            dtx: false,
            expected_loss: 0,
            wideband: false,
            low_delay: false,
        }
    }

    /// Interleaved samples that one packet takes.
    pub const fn frame_samples(&self) -> usize {
        frame::samples(self.rate, self.frame) * self.channels as usize
    }
}

fn channels(count: u8) -> Option<opus::Channels> {
    match count {
        1 => Some(opus::Channels::Mono),
        2 => Some(opus::Channels::Stereo),
        _ => None,
    }
}

pub struct OpusEncoder {
    inner: opus::Encoder,
    settings: EncoderSettings,
}

impl std::fmt::Debug for OpusEncoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpusEncoder").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl OpusEncoder {
    /// # Errors
    /// [`CodecError::UnsupportedFormat`] for a rate or channel count that Opus does not have,
    /// [`CodecError::Encode`] when a setting is out of range.
    pub fn new(settings: EncoderSettings) -> Result<Self, CodecError> {
        let unsupported = CodecError::UnsupportedFormat { rate: settings.rate, channels: settings.channels };
        let Some(channels) = channels(settings.channels) else { return Err(unsupported) };
        let application = if settings.low_delay { opus::Application::LowDelay } else { opus::Application::Voip };
        let mut inner = opus::Encoder::new(settings.rate, channels, application).map_err(|_| unsupported)?;
        let failed = |error: opus::Error| CodecError::Encode(error.to_string());
        inner.set_bitrate(opus::Bitrate::Bits(settings.bitrate)).map_err(failed)?;
        inner.set_complexity(settings.complexity).map_err(failed)?;
        inner.set_inband_fec(settings.fec).map_err(failed)?;
        inner.set_packet_loss_perc(settings.expected_loss).map_err(failed)?;
        inner.set_dtx(settings.dtx).map_err(failed)?;
        if settings.wideband {
            inner.set_max_bandwidth(opus::Bandwidth::Wideband).map_err(failed)?;
        }
        inner.set_signal(opus::Signal::Voice).map_err(failed)?;
        Ok(Self { inner, settings })
    }

    pub const fn settings(&self) -> &EncoderSettings {
        &self.settings
    }

    /// Encodes exactly one frame; the answer is the packet's length in `out`, which should hold [`MAX_PACKET`] bytes.
    ///
    /// # Errors
    /// [`CodecError::FrameLength`] when `pcm` is not one frame, [`CodecError::Encode`] when `out` is too small.
    pub fn encode(&mut self, pcm: &[i16], out: &mut [u8]) -> Result<usize, CodecError> {
        self.check(pcm.len())?;
        self.inner.encode(pcm, out).map_err(|error| CodecError::Encode(error.to_string()))
    }

    /// As [`encode`](Self::encode), from samples between -1 and 1.
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    pub fn encode_float(&mut self, pcm: &[f32], out: &mut [u8]) -> Result<usize, CodecError> {
        self.check(pcm.len())?;
        self.inner.encode_float(pcm, out).map_err(|error| CodecError::Encode(error.to_string()))
    }

    /// Samples per channel, at the encoder's rate, that decoded audio lags behind the input.
    ///
    /// # Errors
    /// [`CodecError::Encode`] when the encoder cannot tell.
    pub fn lookahead(&mut self) -> Result<usize, CodecError> {
        let samples = self.inner.get_lookahead().map_err(|error| CodecError::Encode(error.to_string()))?;
        Ok(usize::try_from(samples).unwrap_or(0))
    }

    /// Forgets what was said before; the settings stay.
    ///
    /// # Errors
    /// [`CodecError::Encode`] when the encoder cannot.
    pub fn restart(&mut self) -> Result<(), CodecError> {
        self.inner.reset_state().map_err(|error| CodecError::Encode(error.to_string()))
    }

    /// Length of the frames that [`encode`](Self::encode) takes from now on, 10 or 20 ms.
    pub const fn set_frame(&mut self, frame: Duration) {
        self.settings.frame = frame;
    }

    /// Bits per second from the next frame on.
    ///
    /// # Errors
    /// [`CodecError::Encode`] when the encoder does not take it.
    pub fn set_bitrate(&mut self, bitrate: i32) -> Result<(), CodecError> {
        self.inner.set_bitrate(opus::Bitrate::Bits(bitrate)).map_err(|error| CodecError::Encode(error.to_string()))?;
        self.settings.bitrate = bitrate;
        Ok(())
    }

    /// Whether full packets are sent while nothing is said.
    ///
    /// # Errors
    /// [`CodecError::Encode`] when the encoder does not take it.
    pub fn set_dtx(&mut self, dtx: bool) -> Result<(), CodecError> {
        self.inner.set_dtx(dtx).map_err(|error| CodecError::Encode(error.to_string()))?;
        self.settings.dtx = dtx;
        Ok(())
    }

    /// Whether frames carry a coarse copy of the one before.
    ///
    /// # Errors
    /// [`CodecError::Encode`] when the encoder does not take it.
    pub fn set_fec(&mut self, fec: bool) -> Result<(), CodecError> {
        self.inner.set_inband_fec(fec).map_err(|error| CodecError::Encode(error.to_string()))?;
        self.settings.fec = fec;
        Ok(())
    }

    /// Tells the encoder how much loss the far end sees, so that it spends the right share on FEC.
    ///
    /// # Errors
    /// [`CodecError::Encode`] when `percent` is not 0 to 100.
    pub fn set_expected_loss(&mut self, percent: i32) -> Result<(), CodecError> {
        self.inner.set_packet_loss_perc(percent).map_err(|error| CodecError::Encode(error.to_string()))?;
        self.settings.expected_loss = percent;
        Ok(())
    }

    fn check(&self, got: usize) -> Result<(), CodecError> {
        let expected = self.settings.frame_samples();
        if got == expected { Ok(()) } else { Err(CodecError::FrameLength { expected, got }) }
    }
}

/// Decodes straight to the rate that is needed; no resampler follows.
pub struct OpusDecoder {
    inner: opus::Decoder,
    rate: u32,
    channels: u8,
}

impl std::fmt::Debug for OpusDecoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpusDecoder")
            .field("rate", &self.rate)
            .field("channels", &self.channels)
            .finish_non_exhaustive()
    }
}

impl OpusDecoder {
    /// # Errors
    /// [`CodecError::UnsupportedFormat`].
    pub fn new(rate: u32, channel_count: u8) -> Result<Self, CodecError> {
        let unsupported = CodecError::UnsupportedFormat { rate, channels: channel_count };
        let Some(layout) = channels(channel_count) else { return Err(unsupported) };
        let inner = opus::Decoder::new(rate, layout).map_err(|_| unsupported)?;
        Ok(Self { inner, rate, channels: channel_count })
    }

    pub const fn rate(&self) -> u32 {
        self.rate
    }

    /// Samples per channel written to `out`, which should hold 120 ms.
    ///
    /// # Errors
    /// [`CodecError::BadPacket`].
    pub fn decode(&mut self, packet: &[u8], out: &mut [i16]) -> Result<usize, CodecError> {
        if packet.is_empty() {
            // The library takes an empty packet as "lost"; a packet that arrived empty is the sender's fault.
            return Err(CodecError::BadPacket("it is empty".to_owned()));
        }
        self.inner.decode(packet, out, false).map_err(|error| CodecError::BadPacket(error.to_string()))
    }

    /// Rebuilds the frame before `next` from the copy that `next` carries (or conceals it when there is none). The
    /// length of `out` is the length of what was lost, a multiple of 2.5 ms.
    ///
    /// # Errors
    /// [`CodecError::BadPacket`].
    pub fn decode_fec(&mut self, next: &[u8], out: &mut [i16]) -> Result<usize, CodecError> {
        self.inner.decode(next, out, true).map_err(|error| CodecError::BadPacket(error.to_string()))
    }

    /// Makes up the whole of `out` (a multiple of 2.5 ms) from what was heard before.
    ///
    /// # Errors
    /// [`CodecError::BadPacket`] when the length is not possible.
    pub fn conceal(&mut self, out: &mut [i16]) -> Result<usize, CodecError> {
        self.inner.decode(&[], out, false).map_err(|error| CodecError::BadPacket(error.to_string()))
    }
}

/// Length of a packet in samples at `rate`, read from its first byte.
///
/// # Errors
/// [`CodecError::BadPacket`].
pub fn packet_samples(packet: &[u8], rate: u32) -> Result<usize, CodecError> {
    if packet.is_empty() {
        return Err(CodecError::BadPacket("it is empty".to_owned()));
    }
    opus::packet::get_nb_samples(packet, rate).map_err(|error| CodecError::BadPacket(error.to_string()))
}

/// Whether the sender's encoder heard a voice in this packet, read from its bits without decoding: the linear-prediction
/// layer begins with one flag for each of its frames (RFC 6716 section 4.2.3). `None` when the packet has no such layer
/// (music modes), is too short, or has several frames of which only the first could be read.
pub fn says_voice(packet: &[u8]) -> Option<bool> {
    let [toc, rest @ ..] = packet else { return None };
    let config = toc >> 3;
    // Sections 3.1 and 4.2.3: configurations 0 to 11 are linear prediction in 10, 20, 40 or 60 ms, 12 to 15 hybrid in 10 or
    // 20 ms; frames of the layer are 20 ms at most.
    let frames = match config {
        0..=11 => [1, 1, 2, 3][usize::from(config % 4)],
        12..=15 => 1,
        _ => return None,
    };
    match (toc & 3, rest) {
        // An encoder that stopped sending sends a frame without a body now and then.
        (0, []) => Some(false),
        // The flags are the first bits that the range coder codes, evenly likely: they stand in the first byte as they are.
        (0, [first, ..]) => Some(first >> (8 - frames) != 0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level::rms_dbfs;

    #[test]
    fn a_voice_is_told_from_a_quiet_room_without_decoding() {
        for rate in [8_000, 16_000] {
            let mut encoder = OpusEncoder::new(EncoderSettings::voice(rate)).unwrap();
            let frame = encoder.settings().frame_samples();
            // Vowels of 200 ms: a pulse at 125 Hz that rings, with pauses of noise that no microphone is without.
            let mut noise = 1_u32;
            let mut hiss = move || {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (noise >> 28) as i16 - 8
            };
            let vowel = |at: usize| {
                let t = (at % (rate as usize / 125)) as f64 / f64::from(rate);
                ((-t * 300.0).exp() * (t * 4_400.0).sin() * 12_000.0) as i16
            };
            let mut said = [[0; 2]; 2];
            for n in 0..500 {
                let speaks = n / 50 % 2 == 1;
                let pcm: Vec<i16> =
                    (n * frame..(n + 1) * frame).map(|at| hiss() + if speaks { vowel(at) } else { 0 }).collect();
                let mut packet = [0; MAX_PACKET];
                let length = encoder.encode(&pcm, &mut packet).unwrap();
                // The encoder's own estimate needs a while after each change.
                if n % 50 >= 25 {
                    said[usize::from(speaks)][usize::from(says_voice(&packet[..length]) == Some(true))] += 1;
                }
            }
            assert!(said[1][1] > 120, "{rate} Hz: voice was noticed in {} of 125", said[1][1]);
            assert!(said[0][0] > 110, "{rate} Hz: the room was quiet in {} of 125", said[0][0]);
        }
        assert_eq!((says_voice(&[]), says_voice(&[0x08]), says_voice(&[0xF8, 1])), (None, Some(false), None));
    }

    fn tone(samples: usize, rate: f64) -> Vec<i16> {
        (0..samples).map(|i| ((std::f64::consts::TAU * 400.0 * i as f64 / rate).sin() * 8_000.0) as i16).collect()
    }

    #[test]
    fn a_wideband_encoder_is_heard_at_8_16_and_48_khz() {
        let pcm = tone(320 * 50, 16_000.0);
        for rate in [8_000, 16_000, 48_000] {
            let mut encoder = OpusEncoder::new(EncoderSettings::voice(16_000)).unwrap();
            let mut decoder = OpusDecoder::new(rate, 1).unwrap();
            let mut heard = Vec::new();
            for frame in pcm.chunks(320) {
                let (mut packet, mut out) = ([0; MAX_PACKET], [0; 5_760]);
                let length = encoder.encode(frame, &mut packet).unwrap();
                assert_eq!(packet_samples(&packet[..length], 48_000).unwrap(), 960);
                let samples = decoder.decode(&packet[..length], &mut out).unwrap();
                heard.extend_from_slice(&out[..samples]);
            }
            assert_eq!(heard.len(), rate as usize);
            let change = rms_dbfs(&heard[heard.len() / 2..]) - rms_dbfs(&pcm);
            assert!(change.abs() < 2.0, "{rate} Hz: level changed by {change} dB");
        }
    }

    #[test]
    fn wrong_formats_frames_and_packets_are_refused_by_name() {
        assert_eq!(
            OpusDecoder::new(44_100, 1).unwrap_err(),
            CodecError::UnsupportedFormat { rate: 44_100, channels: 1 }
        );
        assert!(matches!(
            OpusEncoder::new(EncoderSettings { channels: 3, ..EncoderSettings::voice(16_000) }),
            Err(CodecError::UnsupportedFormat { channels: 3, .. })
        ));
        let mut encoder = OpusEncoder::new(EncoderSettings::voice(8_000)).unwrap();
        assert_eq!(
            encoder.encode(&[0; 159], &mut [0; MAX_PACKET]),
            Err(CodecError::FrameLength { expected: 160, got: 159 })
        );
        let mut decoder = OpusDecoder::new(8_000, 1).unwrap();
        assert!(matches!(decoder.decode(&[], &mut [0; 960]), Err(CodecError::BadPacket(_))));
        // A code 3 packet that says it has no frames (RFC 6716 section 3.2.5).
        assert!(matches!(decoder.decode(&[0xFF, 0x00], &mut [0; 960]), Err(CodecError::BadPacket(_))));
    }
}
