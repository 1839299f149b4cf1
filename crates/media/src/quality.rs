//! Conversation quality as one figure: the E-model in short form (ITU-T G.107 with the defaults of its table 2;
//! the delay term after Cole and Rosenbluth, "Voice over IP performance monitoring", 2001).

use std::time::Duration;

/// How a codec takes packet loss (ITU-T G.113 appendix I; Opus has no official figures, ours are those of a wideband
/// codec with in-band repair, read on the narrowband scale).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CodecImpairment {
    /// Ie: what the codec costs without any loss.
    pub equipment: f32,
    /// Bpl: how robust it is against loss, in per cent.
    pub robustness: f32,
}

impl CodecImpairment {
    /// G.711 with packet loss concealment (G.113 table I.4).
    pub const G711: Self = Self { equipment: 0.0, robustness: 25.1 };
    /// Opus at 24 kb/s with forward error correction.
    pub const OPUS: Self = Self { equipment: 0.0, robustness: 35.0 };
}

/// Mean opinion score, 1.0 (bad) to 4.5 (best a narrowband scale gives).
///
/// `mouth_to_ear`: one-way delay. `loss_fraction`: packets that could not be played, 0 to 1, taken as random.
pub fn mos(codec: CodecImpairment, mouth_to_ear: Duration, loss_fraction: f32) -> f32 {
    let delay = mouth_to_ear.as_secs_f32() * 1_000.0;
    let delay_impairment = 0.024 * delay + 0.11 * (delay - 177.3).max(0.0);
    let loss = loss_fraction.clamp(0.0, 1.0) * 100.0;
    let loss_impairment = codec.equipment + (95.0 - codec.equipment) * loss / (loss + codec.robustness);
    mos_of_rating(93.2 - delay_impairment - loss_impairment)
}

/// G.107 annex B.
fn mos_of_rating(rating: f32) -> f32 {
    match rating {
        r if r <= 0.0 => 1.0,
        r if r >= 100.0 => 4.5,
        // The cubic dips below 1 for ratings under 6.5.
        r => (1.0 + 0.035 * r + r * (r - 60.0) * (100.0 - r) * 7e-6).max(1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_perfect_call_scores_4_4() {
        let score = mos(CodecImpairment::G711, Duration::ZERO, 0.0);
        assert!((score - 4.41).abs() < 0.01, "{score}");
    }

    #[test]
    fn the_score_falls_with_loss_and_with_delay_and_stays_in_range() {
        let mut last = 5.0;
        for loss in [0.0, 0.02, 0.05, 0.1, 0.3, 1.0] {
            let score = mos(CodecImpairment::OPUS, Duration::from_millis(80), loss);
            assert!(score < last && score >= 1.0, "loss {loss}: {score} after {last}");
            last = score;
        }
        let near = mos(CodecImpairment::G711, Duration::from_millis(150), 0.0);
        let far = mos(CodecImpairment::G711, Duration::from_millis(400), 0.0);
        assert!(near > far && far > 1.0);
    }
}
