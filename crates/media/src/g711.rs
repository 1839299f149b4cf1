//! G.711 mu-law and A-law, 8 kHz, one byte per sample (ITU-T G.711 tables 1 and 2).

/// The two companding laws; the names are those of RFC 3551.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Law {
    /// Mu-law, payload type 0.
    Pcmu,
    /// A-law, payload type 8.
    Pcma,
}

impl Law {
    /// The byte that decodes to (nearly) nothing.
    pub const fn silence(self) -> u8 {
        match self {
            Self::Pcmu => 0xFF,
            Self::Pcma => 0xD5,
        }
    }

    pub fn encode(self, sample: i16) -> u8 {
        match self {
            Self::Pcmu => encode_mu(sample),
            Self::Pcma => encode_a(sample),
        }
    }

    pub fn decode(self, byte: u8) -> i16 {
        match self {
            Self::Pcmu => MU[usize::from(byte)],
            Self::Pcma => A[usize::from(byte)],
        }
    }

    /// Encodes as many samples as both slices have room for.
    pub fn encode_into(self, samples: &[i16], bytes: &mut [u8]) {
        for (byte, sample) in bytes.iter_mut().zip(samples) {
            *byte = self.encode(*sample);
        }
    }

    /// Decodes as many bytes as both slices have room for.
    pub fn decode_into(self, bytes: &[u8], samples: &mut [i16]) {
        for (sample, byte) in samples.iter_mut().zip(bytes) {
            *sample = self.decode(*byte);
        }
    }
}

static MU: [i16; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = expand_mu(byte as u8);
        byte += 1;
    }
    table
};

static A: [i16; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = expand_a(byte as u8);
        byte += 1;
    }
    table
};

const MU_BIAS: i32 = 0x84;
const MU_CLIP: i32 = 32_635;
/// Exponent and step of a float of the first segment, which begins at 2 to the 7th.
const MU_LEAST: i32 = (127 + 7) << 4;

fn encode_mu(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let biased = i32::from(sample).abs().min(MU_CLIP) + MU_BIAS;
    // The exponent of a float is the segment, and the next four bits are the step, for which the compiler has vectors.
    let code = ((biased as f32).to_bits() >> 19) as i32 - MU_LEAST;
    !(sign | code) as u8
}

const fn expand_mu(byte: u8) -> i16 {
    let code = !byte;
    let segment = (code >> 4) & 7;
    let magnitude = (((((code & 0x0F) as i32) << 3) + MU_BIAS) << segment) - MU_BIAS;
    if code & 0x80 != 0 { -(magnitude as i16) } else { magnitude as i16 }
}

fn encode_a(sample: i16) -> u8 {
    let (sign, magnitude) = if sample < 0 { (0, !i32::from(sample)) } else { (0x80, i32::from(sample)) };
    let step = magnitude >> 4;
    let segment = 28 - (step | 0x0F).leading_zeros() as i32;
    let code = if segment <= 1 { step & 0x1F } else { (segment << 4) | ((step >> (segment - 1)) & 0x0F) };
    ((sign | code) ^ 0x55) as u8
}

const fn expand_a(byte: u8) -> i16 {
    let code = byte ^ 0x55;
    let segment = (code >> 4) & 7;
    let step = ((code & 0x0F) as i32) << 4;
    let magnitude = match segment {
        0 => step + 8,
        _ => (step + 0x108) << (segment - 1),
    };
    if code & 0x80 != 0 { magnitude as i16 } else { -(magnitude as i16) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mu_law_encodes_the_known_vectors() {
        let vectors = [
            (0, 0xFF),
            (1, 0xFF),
            (-1, 0x7F),
            (100, 0xF2),
            (-100, 0x72),
            (1_000, 0xCE),
            (-1_000, 0x4E),
            (8_031, 0xA0),
            (32_767, 0x80),
            (-32_768, 0x00),
        ];
        for (sample, byte) in vectors {
            assert_eq!(Law::Pcmu.encode(sample), byte, "encoding {sample}");
        }
    }

    #[test]
    fn mu_law_decodes_the_known_vectors() {
        let vectors = [
            (0xFF, 0),
            (0x7F, 0),
            (0x80, 32_124),
            (0x00, -32_124),
            (0xE7, 260),
            (0x55, -716),
            (0xD5, 716),
            (0xAA, 5_372),
        ];
        for (byte, sample) in vectors {
            assert_eq!(Law::Pcmu.decode(byte), sample, "decoding {byte:#04x}");
        }
    }

    #[test]
    fn a_law_has_the_ends_and_the_middle_of_the_recommendation() {
        for (sample, byte) in [(0, 0xD5), (-1, 0x55), (32_767, 0xAA), (-32_768, 0x2A)] {
            assert_eq!(Law::Pcma.encode(sample), byte, "encoding {sample}");
        }
        for (byte, sample) in [(0xD5, 8), (0x55, -8), (0xAA, 32_256), (0x2A, -32_256)] {
            assert_eq!(Law::Pcma.decode(byte), sample, "decoding {byte:#04x}");
        }
    }

    #[test]
    fn every_code_survives_a_decode_and_an_encode() {
        for law in [Law::Pcmu, Law::Pcma] {
            for byte in 0..=255_u8 {
                let again = law.encode(law.decode(byte));
                // Mu-law has a positive and a negative zero; both decode to 0.
                assert!(
                    again == byte || law.decode(again) == law.decode(byte),
                    "{law:?} {byte:#04x} became {again:#04x}"
                );
            }
        }
    }

    #[test]
    fn the_error_stays_within_half_a_step() {
        for law in [Law::Pcmu, Law::Pcma] {
            for sample in -32_000..=32_000_i16 {
                let error = (i32::from(law.decode(law.encode(sample))) - i32::from(sample)).abs();
                let allowed = i32::from(sample).abs() / 16 + 16;
                assert!(error <= allowed, "{law:?} {sample}: error {error}");
            }
        }
    }
}
