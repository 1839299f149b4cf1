//! RIFF/WAVE with 16-bit PCM, for playback where Opus cannot be read.

/// Length of the header that [`header`] makes.
pub const HEADER_BYTES: usize = 44;

/// Header for `data_bytes` of interleaved 16-bit samples. Lengths beyond 4 GB are written as the largest the format
/// holds, which players take as "until the end of the file".
pub fn header(rate: u32, channels: u16, data_bytes: u64) -> [u8; HEADER_BYTES] {
    let data = u32::try_from(data_bytes).unwrap_or(u32::MAX);
    let block = channels * 2;
    let mut header = [0; HEADER_BYTES];
    header[0..4].copy_from_slice(b"RIFF");
    header[4..8].copy_from_slice(&data.saturating_add(36).to_le_bytes());
    header[8..16].copy_from_slice(b"WAVEfmt ");
    header[16..20].copy_from_slice(&16_u32.to_le_bytes());
    header[20..22].copy_from_slice(&1_u16.to_le_bytes());
    header[22..24].copy_from_slice(&channels.to_le_bytes());
    header[24..28].copy_from_slice(&rate.to_le_bytes());
    header[28..32].copy_from_slice(&(rate * u32::from(block)).to_le_bytes());
    header[32..34].copy_from_slice(&block.to_le_bytes());
    header[34..36].copy_from_slice(&16_u16.to_le_bytes());
    header[36..40].copy_from_slice(b"data");
    header[40..44].copy_from_slice(&data.to_le_bytes());
    header
}

/// A whole file of interleaved samples.
pub fn encode(rate: u32, channels: u16, samples: &[i16]) -> Vec<u8> {
    let mut file = Vec::with_capacity(HEADER_BYTES + samples.len() * 2);
    file.extend_from_slice(&header(rate, channels, samples.len() as u64 * 2));
    file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_states_rate_channels_and_length() {
        let file = encode(16_000, 2, &[1, -1, 2, -2]);
        assert_eq!(file.len(), HEADER_BYTES + 8);
        assert_eq!(&file[..4], b"RIFF");
        assert_eq!(u32::from_le_bytes([file[4], file[5], file[6], file[7]]), 36 + 8);
        assert_eq!(u32::from_le_bytes([file[24], file[25], file[26], file[27]]), 16_000);
        assert_eq!(u32::from_le_bytes([file[28], file[29], file[30], file[31]]), 64_000);
        assert_eq!(&file[HEADER_BYTES..], [1, 0, 255, 255, 2, 0, 254, 255]);
    }
}
