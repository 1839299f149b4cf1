//! Between the codec of an RTP stream and the form of the engine's port.

use audio_codec::{
    Decoder as _, Encoder as _,
    g722::{Bitrate, G722Decoder, G722Encoder},
};
use media::{
    codec::{CodecError, EncoderSettings, MAX_PACKET, OpusDecoder, OpusEncoder},
    frame::{NARROWBAND, WIDEBAND},
    g711::Law,
    resample::Upsampler,
};

use super::RtpCodec;
use crate::port::{CarrierCodec, CarrierFrame, FRAME_BYTES, FRAME_WIDE};

/// Samples of the longest packet that is taken: 120 ms at 8 and at 16 kHz.
const LONGEST: usize = 960;
const LONGEST_WIDE: usize = 2 * LONGEST;

impl RtpCodec {
    /// What the engine's port is of: the codec itself, so that a law is not coded twice and a wide codec keeps its band.
    pub(super) const fn port(self) -> CarrierCodec {
        match self {
            Self::Pcmu => CarrierCodec::Pcmu,
            Self::Pcma => CarrierCodec::Pcma,
            Self::G722 => CarrierCodec::G722,
            Self::Opus => CarrierCodec::Opus,
        }
    }
}

/// Sound in the form of the engine's port.
#[derive(Debug, Default)]
pub(super) struct Sound {
    /// Bytes for a port of G.711.
    pub law: Vec<u8>,
    /// Samples at 16 kHz for a wide one.
    pub wide: Vec<i16>,
}

impl Sound {
    /// Adds samples at the rate of the port.
    pub(super) fn add(&mut self, port: CarrierCodec, pcm: impl Iterator<Item = i16>) {
        match port.law() {
            Some(law) => self.law.extend(pcm.map(|sample| law.encode(sample))),
            None => self.wide.extend(pcm),
        }
    }

    pub(super) fn clear(&mut self) {
        self.law.clear();
        self.wide.clear();
    }
}

enum Reader {
    Law(Law),
    G722(Box<G722Decoder>),
    Opus(Box<OpusDecoder>),
}

/// Payloads in, sound for the port out. The two need not be of the same codec: the other side may send what it likes of all
/// that was agreed on.
pub(super) struct Decoder {
    codec: RtpCodec,
    reader: Reader,
    port: CarrierCodec,
    up: Upsampler,
}

impl Decoder {
    pub(super) fn new(codec: RtpCodec, port: CarrierCodec) -> Result<Self, CodecError> {
        let wide = port.is_wide();
        let reader = match codec {
            RtpCodec::Pcmu => Reader::Law(Law::Pcmu),
            RtpCodec::Pcma => Reader::Law(Law::Pcma),
            // The lower half of its band is what a narrow port can take.
            RtpCodec::G722 => Reader::G722(Box::new(G722Decoder::with_options(Bitrate::Mode1_64000, false, !wide))),
            RtpCodec::Opus => Reader::Opus(Box::new(OpusDecoder::new(if wide { WIDEBAND } else { NARROWBAND }, 1)?)),
        };
        Ok(Self { codec, reader, port, up: Upsampler::default() })
    }

    pub(super) fn codec(&self) -> RtpCodec {
        self.codec
    }

    /// Adds the sound of one packet to `out`. False, and nothing added, when it is no sound of this codec.
    pub(super) fn decode(&mut self, payload: &[u8], out: &mut Sound) -> bool {
        let mut pcm = [0_i16; LONGEST_WIDE];
        let count = match &mut self.reader {
            Reader::Law(_) if payload.len() > LONGEST => return false,
            Reader::Law(law) if self.port.law() == Some(*law) => {
                out.law.extend(payload);
                return !payload.is_empty();
            }
            Reader::Law(law) if self.port.is_wide() => {
                let mut narrow = [0_i16; LONGEST];
                law.decode_into(payload, &mut narrow);
                self.up.process(&narrow[..payload.len()], &mut pcm);
                2 * payload.len()
            }
            Reader::Law(law) => {
                law.decode_into(payload, &mut pcm);
                payload.len()
            }
            Reader::G722(decoder) => match decoder.decode_into(payload, &mut pcm) {
                Ok(count) => count,
                Err(_) => return false,
            },
            Reader::Opus(decoder) => match decoder.decode(payload, &mut pcm) {
                Ok(count) => count,
                Err(_) => return false,
            },
        };
        out.add(self.port, pcm[..count].iter().copied());
        count > 0
    }

    /// Adds one lost packet of 20 ms, as well as the codec itself can make it up; nothing when it cannot.
    pub(super) fn conceal(&mut self, out: &mut Sound) {
        let Reader::Opus(decoder) = &mut self.reader else { return };
        let mut pcm = [0_i16; FRAME_WIDE];
        let frame = if self.port.is_wide() { FRAME_WIDE } else { FRAME_BYTES };
        if let Ok(count) = decoder.conceal(&mut pcm[..frame]) {
            out.add(self.port, pcm[..count].iter().copied());
        }
    }
}

enum Writer {
    Law,
    G722(Box<G722Encoder>),
    Opus(Box<OpusEncoder>),
}

/// Frames of the port in, payloads out.
pub(super) struct Encoder(Writer);

impl Encoder {
    pub(super) fn new(codec: RtpCodec) -> Result<Self, CodecError> {
        Ok(Self(match codec {
            RtpCodec::Pcmu | RtpCodec::Pcma => Writer::Law,
            RtpCodec::G722 => Writer::G722(Box::new(G722Encoder::with_options(Bitrate::Mode1_64000, false, false))),
            RtpCodec::Opus => Writer::Opus(Box::new(OpusEncoder::new(EncoderSettings::voice(WIDEBAND))?)),
        }))
    }

    /// Appends the payload of 20 ms. False when the codec failed, or the frame is one of a port of the other form.
    pub(super) fn encode(&mut self, frame: &CarrierFrame, out: &mut Vec<u8>) -> bool {
        let mut packet = [0; MAX_PACKET];
        let count = match (&mut self.0, frame) {
            (Writer::Law, CarrierFrame::Law(bytes)) => {
                out.extend(bytes);
                return true;
            }
            (Writer::G722(encoder), CarrierFrame::Wide(pcm)) => encoder.encode_into(pcm, &mut packet).ok(),
            (Writer::Opus(encoder), CarrierFrame::Wide(pcm)) => encoder.encode(pcm, &mut packet).ok(),
            (Writer::Law, CarrierFrame::Wide(_)) | (Writer::G722(_) | Writer::Opus(_), CarrierFrame::Law(_)) => None,
        };
        let Some(count) = count else { return false };
        out.extend(&packet[..count]);
        true
    }
}

#[cfg(test)]
mod tests {
    use media::level::rms_dbfs;

    use super::*;

    const CODECS: [RtpCodec; 4] = [RtpCodec::Pcmu, RtpCodec::Pcma, RtpCodec::G722, RtpCodec::Opus];

    fn tone(hertz: f64, port: CarrierCodec, frames: usize) -> Vec<i16> {
        let (rate, frame) = if port.is_wide() { (16_000.0, FRAME_WIDE) } else { (8_000.0, FRAME_BYTES) };
        let sample = |i: usize| (std::f64::consts::TAU * hertz * i as f64 / rate).sin();
        (0..frames * frame).map(|i| (sample(i) * 8_000.0) as i16).collect()
    }

    /// Payloads of 20 ms in this codec.
    fn said(codec: RtpCodec, hertz: f64, frames: usize) -> Vec<Vec<u8>> {
        let (pcm, mut encoder) = (tone(hertz, codec.port(), frames), Encoder::new(codec).unwrap());
        let frames: Vec<CarrierFrame> = match codec.port().law() {
            Some(law) => pcm
                .as_chunks()
                .0
                .iter()
                .map(|frame: &[i16; FRAME_BYTES]| CarrierFrame::Law(frame.map(|sample| law.encode(sample))))
                .collect(),
            None => pcm.as_chunks().0.iter().map(|frame| CarrierFrame::Wide(*frame)).collect(),
        };
        let payload = |frame: &CarrierFrame| {
            let mut payload = Vec::new();
            assert!(encoder.encode(frame, &mut payload), "{codec:?}");
            payload
        };
        frames.iter().map(payload).collect()
    }

    /// Samples at the rate of the port.
    fn samples(sound: &Sound, port: CarrierCodec) -> Vec<i16> {
        match port.law() {
            Some(law) => sound.law.iter().map(|byte| law.decode(*byte)).collect(),
            None => sound.wide.clone(),
        }
    }

    fn heard(codec: RtpCodec, port: CarrierCodec, payloads: &[Vec<u8>]) -> Vec<i16> {
        let (mut decoder, mut sound) = (Decoder::new(codec, port).unwrap(), Sound::default());
        for payload in payloads {
            assert!(decoder.decode(payload, &mut sound), "{codec:?}");
        }
        samples(&sound, port)
    }

    /// Whatever the other side chooses to send of what was agreed on.
    #[test]
    fn a_tone_passes_through_every_codec_to_every_port_at_its_level() {
        for codec in CODECS {
            let payloads = said(codec, 400.0, 100);
            for port in CODECS.map(RtpCodec::port) {
                let (heard, wanted) = (heard(codec, port, &payloads), tone(400.0, port, 100));
                assert_eq!(heard.len(), wanted.len(), "{codec:?} to {port:?}");
                let change = rms_dbfs(&heard[wanted.len() / 2..]) - rms_dbfs(&wanted);
                assert!(change.abs() < 2.0, "{codec:?} to {port:?} changed by {change} dB");
            }
        }
    }

    #[test]
    fn wide_codecs_keep_5_to_7_khz_for_a_wide_port_and_fold_nothing_back_for_a_narrow_one() {
        for codec in [RtpCodec::G722, RtpCodec::Opus] {
            for hertz in [5_000.0, 6_000.0, 7_000.0] {
                let payloads = said(codec, hertz, 100);
                let wanted = rms_dbfs(&tone(hertz, codec.port(), 100));
                let level = |port| rms_dbfs(&heard(codec, port, &payloads)[100 * FRAME_BYTES / 2..]) - wanted;
                let (wide, narrow) = (level(codec.port()), level(CarrierCodec::Pcmu));
                println!("{codec:?} {hertz} Hz: {wide:.1} dB wide, {narrow:.1} dB narrow");
                assert!(wide.abs() < 3.0, "{codec:?} {hertz} Hz changed by {wide} dB");
                assert!(narrow < -20.0, "{codec:?} {hertz} Hz is heard at {narrow} dB");
            }
        }
    }

    #[test]
    fn a_lost_packet_is_as_long_as_any() {
        for port in CODECS.map(RtpCodec::port) {
            let (mut decoder, mut sound) = (Decoder::new(RtpCodec::Opus, port).unwrap(), Sound::default());
            assert!(decoder.decode(&said(RtpCodec::Opus, 400.0, 1)[0], &mut sound));
            decoder.conceal(&mut sound);
            assert_eq!(samples(&sound, port).len(), tone(400.0, port, 2).len(), "{port:?}");
        }
    }

    #[test]
    fn a_frame_of_another_form_is_not_sent() {
        let (law, wide) = (CarrierFrame::Law([0x55; FRAME_BYTES]), CarrierFrame::Wide([5; FRAME_WIDE]));
        let mut payload = Vec::new();
        for codec in CODECS {
            let mut encoder = Encoder::new(codec).unwrap();
            assert!(!encoder.encode(if codec.port().is_wide() { &law } else { &wide }, &mut payload), "{codec:?}");
        }
        assert!(payload.is_empty());
    }

    #[test]
    fn what_is_no_sound_of_the_codec_is_said() {
        for codec in CODECS {
            for port in CODECS.map(RtpCodec::port) {
                let (mut decoder, mut sound) = (Decoder::new(codec, port).unwrap(), Sound::default());
                assert!(!decoder.decode(&[], &mut sound), "{codec:?}");
                assert!(!decoder.decode(&[0xFF; 2_000], &mut sound), "{codec:?}");
                assert!(samples(&sound, port).is_empty(), "{codec:?}");
            }
        }
    }
}
