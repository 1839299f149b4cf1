//! Sound files: 16-bit mono at 8 kHz.

use std::path::Path;

use switchboard_tests::sound::{Ear, LINE_RATE, Tone};

/// Bytes before the sound, in the plainest of heads.
const HEAD: usize = 44;

/// Writes so many seconds of a tone.
pub fn write(path: &Path, hertz: u32, seconds: usize) {
    let mut pcm = vec![0_i16; seconds * LINE_RATE];
    Tone::of(hertz).source(LINE_RATE)(&mut pcm);
    let data = u32::try_from(2 * pcm.len()).unwrap();
    let rate = LINE_RATE as u32;
    let mut out = Vec::new();
    out.extend(b"RIFF");
    out.extend((36 + data).to_le_bytes());
    out.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    out.extend(rate.to_le_bytes());
    out.extend((2 * rate).to_le_bytes());
    out.extend(b"\x02\0\x10\0data");
    out.extend(data.to_le_bytes());
    out.extend(pcm.iter().flat_map(|sample| sample.to_le_bytes()));
    std::fs::write(path, out).unwrap();
}

/// The share of a file's last seconds in which a tone is the sound. The file may still grow, so its own word for its length counts
/// for nothing.
pub fn share_with(path: &Path, hertz: f64) -> f64 {
    let bytes = std::fs::read(path).unwrap_or_default();
    let Some(at) = bytes.windows(4).position(|four| four == b"data") else { return 0.0 };
    let rate = bytes.get(24..28).map_or(LINE_RATE, |rate| u32::from_le_bytes(rate.try_into().unwrap()) as usize);
    let channels = bytes.get(22).copied().unwrap_or(1).max(1);
    last_seconds(&samples(&bytes[at + 8..]).step_by(channels.into()).collect::<Vec<i16>>(), rate, hertz)
}

/// The same of a file whose head is empty until it is closed, as Linphone writes it: one channel, at so many samples a second.
pub fn share_while_open(path: &Path, rate: usize, hertz: f64) -> f64 {
    let bytes = std::fs::read(path).unwrap_or_default();
    last_seconds(&samples(bytes.get(HEAD..).unwrap_or_default()).collect::<Vec<i16>>(), rate, hertz)
}

fn samples(bytes: &[u8]) -> impl Iterator<Item = i16> {
    bytes.chunks_exact(2).map(|two| i16::from_le_bytes([two[0], two[1]]))
}

fn last_seconds(pcm: &[i16], rate: usize, hertz: f64) -> f64 {
    let ear = Ear::at(rate);
    ear.hear(&pcm[pcm.len().saturating_sub(3 * rate)..]);
    ear.share_with(hertz)
}
