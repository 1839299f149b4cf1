//! Sample rates and frame lengths used on the wire and inside the bridge.

use std::time::Duration;

/// 8 kHz: G.711 and in-band tones.
pub const NARROWBAND: u32 = 8_000;
/// 16 kHz: mixing and recording.
pub const WIDEBAND: u32 = 16_000;
/// 48 kHz: the RTP clock of Opus (RFC 7587 section 4.1) and the rate of most sound cards.
pub const FULLBAND: u32 = 48_000;

pub const FRAME_10: Duration = Duration::from_millis(10);
pub const FRAME_20: Duration = Duration::from_millis(20);

/// Samples per channel in `span` at `rate` hertz, rounded down.
pub const fn samples(rate: u32, span: Duration) -> usize {
    (rate as u128 * span.as_micros() / 1_000_000) as usize
}

/// Time that `samples` per channel last at `rate` hertz; zero when `rate` is zero.
pub fn span(rate: u32, samples: u64) -> Duration {
    match (samples * 1_000_000).checked_div(u64::from(rate)) {
        Some(micros) => Duration::from_micros(micros),
        None => Duration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_20_ms_frame_has_160_samples_at_8_khz_and_960_at_48_khz() {
        assert_eq!(samples(NARROWBAND, FRAME_20), 160);
        assert_eq!(samples(FULLBAND, FRAME_20), 960);
        assert_eq!(span(WIDEBAND, 320), FRAME_20);
    }
}
