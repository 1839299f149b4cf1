//! Between the codec of an RTP stream and the G.711 of the engine's port.

use audio_codec::{
    Decoder as _, Encoder as _,
    g722::{Bitrate, G722Decoder, G722Encoder},
};
use media::{
    codec::{CodecError, EncoderSettings, MAX_PACKET, OpusDecoder, OpusEncoder},
    g711::Law,
    resample::Upsampler,
};

use super::RtpCodec;
use crate::port::{CarrierCodec, FRAME_BYTES};

/// Samples of the longest packet that is taken: 120 ms at 8 kHz.
const LONGEST: usize = 960;

impl RtpCodec {
    /// What the engine's port speaks: the law itself, so that it is not coded twice, or mu-law.
    pub(super) const fn port(self) -> CarrierCodec {
        match self {
            Self::Pcma => CarrierCodec::Pcma,
            Self::Pcmu | Self::G722 | Self::Opus => CarrierCodec::Pcmu,
        }
    }
}

enum Reader {
    Law(Law),
    G722(Box<G722Decoder>),
    Opus(Box<OpusDecoder>),
}

/// Payloads in, bytes of the port's law out.
pub(super) struct Decoder {
    codec: RtpCodec,
    reader: Reader,
    law: Law,
}

impl Decoder {
    pub(super) fn new(codec: RtpCodec, port: CarrierCodec) -> Result<Self, CodecError> {
        let reader = match codec {
            RtpCodec::Pcmu => Reader::Law(Law::Pcmu),
            RtpCodec::Pcma => Reader::Law(Law::Pcma),
            // The lower half of its band is what a narrow port can take.
            RtpCodec::G722 => Reader::G722(Box::new(G722Decoder::with_options(Bitrate::Mode1_64000, false, true))),
            RtpCodec::Opus => Reader::Opus(Box::new(OpusDecoder::new(media::frame::NARROWBAND, 1)?)),
        };
        Ok(Self { codec, reader, law: port.law() })
    }

    pub(super) fn codec(&self) -> RtpCodec {
        self.codec
    }

    /// Puts the sound of one packet into `out`, in place of what was there. False when it is no sound of this codec.
    pub(super) fn decode(&mut self, payload: &[u8], out: &mut Vec<u8>) -> bool {
        out.clear();
        let mut pcm = [0_i16; LONGEST];
        let count = match &mut self.reader {
            Reader::Law(_) if payload.len() > LONGEST => return false,
            Reader::Law(law) if *law == self.law => {
                out.extend(payload);
                return !payload.is_empty();
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
        self.code(&pcm[..count], out);
        count > 0
    }

    /// One lost packet of 20 ms, as well as the codec itself can make it up; false when it cannot.
    pub(super) fn conceal(&mut self, out: &mut Vec<u8>) -> bool {
        out.clear();
        let Reader::Opus(decoder) = &mut self.reader else { return false };
        let mut pcm = [0_i16; FRAME_BYTES];
        let Ok(count) = decoder.conceal(&mut pcm) else { return false };
        self.code(&pcm[..count], out);
        true
    }

    fn code(&self, pcm: &[i16], out: &mut Vec<u8>) {
        out.resize(pcm.len(), 0);
        self.law.encode_into(pcm, out);
    }
}

enum Writer {
    Law,
    G722(Box<WideEncoder>),
    Opus(Box<OpusEncoder>),
}

/// The encoder's own mode for 8 kHz makes codes that no decoder understands, so it is given both bands.
struct WideEncoder {
    up: Upsampler,
    encoder: G722Encoder,
}

impl WideEncoder {
    fn new() -> Self {
        Self { up: Upsampler::default(), encoder: G722Encoder::with_options(Bitrate::Mode1_64000, false, false) }
    }

    fn encode(&mut self, pcm: &[i16; FRAME_BYTES], packet: &mut [u8]) -> Option<usize> {
        let mut wide = [0_i16; 2 * FRAME_BYTES];
        self.up.process(pcm, &mut wide);
        self.encoder.encode_into(&wide, packet).ok()
    }
}

/// Frames of the port's law in, payloads out.
pub(super) struct Encoder {
    writer: Writer,
    law: Law,
}

impl Encoder {
    pub(super) fn new(codec: RtpCodec) -> Result<Self, CodecError> {
        let writer = match codec {
            RtpCodec::Pcmu | RtpCodec::Pcma => Writer::Law,
            RtpCodec::G722 => Writer::G722(Box::new(WideEncoder::new())),
            RtpCodec::Opus => Writer::Opus(Box::new(OpusEncoder::new(EncoderSettings::telephone())?)),
        };
        Ok(Self { writer, law: codec.port().law() })
    }

    /// Appends the payload of 20 ms. False when the codec failed.
    pub(super) fn encode(&mut self, frame: &[u8; FRAME_BYTES], out: &mut Vec<u8>) -> bool {
        let mut pcm = [0_i16; FRAME_BYTES];
        match &mut self.writer {
            Writer::Law => {
                out.extend(frame);
                return true;
            }
            Writer::G722(_) | Writer::Opus(_) => self.law.decode_into(frame, &mut pcm),
        }
        let mut packet = [0; MAX_PACKET];
        let count = match &mut self.writer {
            Writer::Law => return false,
            Writer::G722(encoder) => encoder.encode(&pcm, &mut packet),
            Writer::Opus(encoder) => encoder.encode(&pcm, &mut packet).ok(),
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

    fn tone(samples: usize) -> Vec<i16> {
        (0..samples).map(|i| ((i as f64 * 0.3).sin() * 8_000.0) as i16).collect()
    }

    #[test]
    fn a_tone_passes_through_every_codec_at_its_level() {
        let pcm = tone(100 * FRAME_BYTES);
        for codec in [RtpCodec::Pcmu, RtpCodec::Pcma, RtpCodec::G722, RtpCodec::Opus] {
            let law = codec.port().law();
            let (mut encoder, mut decoder) = (Encoder::new(codec).unwrap(), Decoder::new(codec, codec.port()).unwrap());
            let mut heard = Vec::new();
            for frame in pcm.chunks_exact(FRAME_BYTES) {
                let mut coded = [0; FRAME_BYTES];
                law.encode_into(frame, &mut coded);
                let (mut payload, mut out) = (Vec::new(), Vec::new());
                assert!(encoder.encode(&coded, &mut payload), "{codec:?}");
                assert!(decoder.decode(&payload, &mut out), "{codec:?}");
                assert_eq!(out.len(), FRAME_BYTES, "{codec:?}");
                heard.extend(out.iter().map(|byte| law.decode(*byte)));
            }
            let change = rms_dbfs(&heard[8_000..]) - rms_dbfs(&pcm[8_000..]);
            assert!(change.abs() < 2.0, "{codec:?} changed by {change} dB");
        }
    }

    #[test]
    fn a_law_is_changed_into_that_of_the_port() {
        let mut decoder = Decoder::new(RtpCodec::Pcma, CarrierCodec::Pcmu).unwrap();
        let (payload, mut out) = ([Law::Pcma.encode(4_000); 160], Vec::new());
        assert!(decoder.decode(&payload, &mut out));
        assert!((i32::from(Law::Pcmu.decode(out[0])) - 4_000).abs() < 300);
    }

    #[test]
    fn what_is_no_sound_of_the_codec_is_said() {
        let mut out = Vec::new();
        for codec in [RtpCodec::Pcmu, RtpCodec::Pcma, RtpCodec::G722, RtpCodec::Opus] {
            let mut decoder = Decoder::new(codec, codec.port()).unwrap();
            assert!(!decoder.decode(&[], &mut out), "{codec:?}");
            assert!(!decoder.decode(&[0xFF; 1_400], &mut out), "{codec:?}");
        }
    }
}
