//! Conversation quality as one figure: the E-model for telephone band (ITU-T G.107) and wideband (ITU-T G.107.1).
//!
//! The noise, loudness and sidetone of the sets take the recommendations' default values, so that the basic ratio is a
//! constant; the delay, talker echo, listener echo and packet loss terms are computed in full. The result of a narrowband
//! leg is a MOS-CQEN and that of a wideband leg a MOS-CQEW (ITU-T P.800.1): each says how far the leg is from the best
//! that its own band can give.

use std::time::Duration;

/// How wide the sound of a leg is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Band {
    /// 300 to 3 400 Hz.
    Narrow,
    /// 50 to 7 000 Hz and more.
    Wide,
}

impl Band {
    /// `G.107` or `G.107.1`: what a figure on a screen is named after.
    pub const fn model(self) -> &'static str {
        match self {
            Self::Narrow => "ITU-T G.107",
            Self::Wide => "ITU-T G.107.1",
        }
    }

    /// Rating of a connection that only the sets themselves impair: Ro - Is with the default values of G.107 table 2;
    /// 129 by G.107.1 clause 6.2.
    const fn basic(self) -> f32 {
        match self {
            Self::Narrow => NOISE_RATIO - 1.413_6,
            Self::Wide => 129.0,
        }
    }

    /// Rating that stands for the best opinion of the scale (G.107 annex B; G.107.1 annex A divides by 1.29).
    const fn full_scale(self) -> f32 {
        match self {
            Self::Narrow => 100.0,
            Self::Wide => 129.0,
        }
    }
}

/// Ro with the default values of G.107 table 2.
const NOISE_RATIO: f32 = 94.768_8;
/// WEPL default, dB (G.107 table 2).
const ECHO_OF_THE_LISTENER: f32 = 110.0;
/// Largest equipment impairment (G.107 equation 7-29).
const LOSS_SCALE: f32 = 95.0;

/// How a codec takes packet loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CodecImpairment {
    pub band: Band,
    /// Ie or Ie,WB: what the codec costs without any loss.
    pub equipment: f32,
    /// Bpl: how robust it is against loss, in per cent.
    pub robustness: f32,
}

impl CodecImpairment {
    /// G.711 with packet loss concealment (G.113 appendix I, table I.4).
    pub const G711: Self = Self { band: Band::Narrow, equipment: 0.0, robustness: 25.1 };
    /// G.722 at 64 kb/s: Ie,WB by G.113 appendix IV; the robustness is a planning value of ours, that of Opus.
    pub const G722: Self = Self { band: Band::Wide, equipment: 13.0, robustness: 10.0 };
    /// Opus in wideband or wider. G.113 gives no values for Opus; these are planning values of ours: a little better
    /// than the 13 of G.722 without loss, and about as robust as G.722 with concealment once repair has failed.
    pub const OPUS: Self = Self { band: Band::Wide, equipment: 5.0, robustness: 10.0 };
    /// Opus that carries a telephone's sound: no better than the line that it continues.
    pub const OPUS_NARROW: Self = Self { band: Band::Narrow, equipment: 0.0, robustness: 25.1 };
}

/// What a conversation goes through in one direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Path {
    pub codec: CodecImpairment,
    /// One-way delay from mouth to ear (T = Ta; the round trip is taken as twice as long).
    pub mouth_to_ear: Duration,
    /// Share of the sound that could not be played after all repair, 0 to 1.
    pub loss: f32,
    /// BurstR: mean length of a burst over that of random loss; 1 for random loss.
    pub burst_ratio: f32,
    /// TELR: how much weaker the talker hears their own echo, dB; 65 stands for a good set (G.107 table 2).
    pub echo_loss: f32,
}

impl Path {
    /// Without loss, without delay, without echo.
    pub const fn clean(codec: CodecImpairment) -> Self {
        Self { codec, mouth_to_ear: Duration::ZERO, loss: 0.0, burst_ratio: 1.0, echo_loss: 65.0 }
    }

    /// R, from 0 to 93.2 (narrowband) or 129 (wideband).
    pub fn rating(&self) -> f32 {
        let delay = self.mouth_to_ear.as_secs_f32() * 1_000.0;
        let band = self.codec.band;
        let id = talker_echo(delay, self.echo_loss) + listener_echo(2.0 * delay) + pure_delay(delay);
        (band.basic() - id - self.equipment()).clamp(0.0, band.full_scale())
    }

    /// Mean opinion score, 1.0 (bad) to 4.5.
    pub fn mos(&self) -> f32 {
        mos_of_rating(self.rating() * 100.0 / self.codec.band.full_scale())
    }

    /// Ie,eff (G.107 equation 7-29).
    fn equipment(&self) -> f32 {
        let CodecImpairment { equipment, robustness, .. } = self.codec;
        let loss = self.loss.clamp(0.0, 1.0) * 100.0;
        if loss <= 0.0 {
            return equipment;
        }
        equipment + (LOSS_SCALE - equipment) * loss / (loss / self.burst_ratio.max(1.0) + robustness)
    }
}

/// Idte: the talker hears themselves, later and weaker. `delay` in ms, `echo_loss` in dB.
fn talker_echo(delay: f32, echo_loss: f32) -> f32 {
    let audible =
        echo_loss - 40.0 * ((1.0 + delay / 10.0) / (1.0 + delay / 150.0)).log10() + 6.0 * (-0.3 * delay * delay).exp();
    let difference = NOISE_RATIO - (80.0 + 2.5 * (audible - 14.0));
    ((difference / 2.0 + (difference * difference / 4.0 + 100.0).sqrt() - 1.0) * (1.0 - (-delay).exp())).max(0.0)
}

/// Idle: the listener hears the talker a second time. `round_trip` in ms.
fn listener_echo(round_trip: f32) -> f32 {
    let rating = 10.5 * (ECHO_OF_THE_LISTENER + 7.0) * (round_trip + 1.0).powf(-0.25);
    let difference = NOISE_RATIO - rating;
    difference / 2.0 + (difference * difference / 4.0 + 169.0).sqrt()
}

/// Idd: people talk into each other. `delay` in ms; sT = 1 and mT = 100 ms, the defaults.
fn pure_delay(delay: f32) -> f32 {
    if delay <= 100.0 {
        return 0.0;
    }
    let x = (delay / 100.0).log2();
    25.0 * ((1.0 + x.powi(6)).powf(1.0 / 6.0) - 3.0 * (1.0 + (x / 3.0).powi(6)).powf(1.0 / 6.0) + 2.0)
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
    use proptest::prelude::*;

    use super::*;

    fn narrow() -> Path {
        Path::clean(CodecImpairment::G711)
    }

    fn after(millis: u64) -> Path {
        Path { mouth_to_ear: Duration::from_millis(millis), ..narrow() }
    }

    #[track_caller]
    fn near(found: f32, wanted: f32, within: f32) {
        assert!((found - wanted).abs() <= within, "{found} instead of {wanted}");
    }

    /// G.107 clause 7.7: with all parameters at their defaults the rating is 93.2; annex B makes 4.41 of it.
    #[test]
    fn the_default_connection_of_g_107_is_rated_93_2() {
        near(narrow().rating(), 93.2, 0.05);
        near(narrow().mos(), 4.41, 0.01);
    }

    /// G.107 annex B, table B.1.
    #[test]
    fn ratings_become_opinions_as_in_annex_b() {
        for (rating, opinion) in [(90.0, 4.34), (80.0, 4.03), (70.0, 3.60), (60.0, 3.10), (50.0, 2.58)] {
            near(mos_of_rating(rating), opinion, 0.011);
        }
    }

    /// Worked out by hand from G.107 equations 7-24 to 7-28.
    #[test]
    fn delay_costs_what_the_equations_say() {
        near(pure_delay(100.0), 0.0, 0.001);
        near(pure_delay(200.0), 3.04, 0.01);
        near(pure_delay(400.0), 24.07, 0.02);
        near(talker_echo(400.0, 65.0), 5.81, 0.05);
        near(listener_echo(800.0), 1.24, 0.03);
    }

    /// Ie,eff = Ie + (95 - Ie) Ppl / (Ppl + Bpl): 5 % loss of G.711 with concealment costs 15.8, of G.729A 28.5.
    #[test]
    fn loss_costs_what_the_codec_lets_it() {
        let lossy = |codec, loss| Path { loss, ..Path::clean(codec) }.equipment();
        near(lossy(CodecImpairment::G711, 0.05), 15.78, 0.01);
        let g729a = CodecImpairment { band: Band::Narrow, equipment: 11.0, robustness: 19.0 };
        near(lossy(g729a, 0.05), 28.5, 0.01);
        let bursts = Path { loss: 0.05, burst_ratio: 2.0, ..narrow() };
        assert!(bursts.equipment() > lossy(CodecImpairment::G711, 0.05));
    }

    /// G.107.1: 129 at best, and 4.5 of it.
    #[test]
    fn a_clean_wideband_connection_has_the_top_of_its_scale() {
        let perfect = CodecImpairment { band: Band::Wide, equipment: 0.0, robustness: 20.0 };
        near(Path::clean(perfect).rating(), 129.0, 0.2);
        near(Path::clean(perfect).mos(), 4.5, 0.01);
        // G.722 at 64 kb/s: Ie,WB = 13 (G.113 appendix IV).
        near(Path::clean(CodecImpairment::G722).rating(), 116.0, 0.2);
        // G.711 on the wideband scale: Ie,WB = 36, which is the 93 of the narrowband one.
        near(Path::clean(CodecImpairment { equipment: 36.0, ..perfect }).rating(), 93.0, 0.2);
    }

    #[test]
    fn an_audible_echo_costs_more_the_later_it_comes() {
        let echo = |millis| Path { echo_loss: 30.0, ..after(millis) }.rating();
        assert!(echo(20) > echo(60) && echo(60) > echo(150));
        assert!(after(60).rating() - echo(60) > 10.0);
    }

    fn codecs() -> impl Strategy<Value = CodecImpairment> {
        use CodecImpairment as Codec;
        prop::sample::select(vec![Codec::G711, Codec::G722, Codec::OPUS, Codec::OPUS_NARROW])
    }

    proptest! {
        #[test]
        fn the_score_is_always_on_the_scale(
            codec in codecs(), millis in 0_u64..5_000, loss in -1.0_f32..2.0, burst in 0.0_f32..20.0, echo in -20.0_f32..80.0,
        ) {
            let path = Path { codec, mouth_to_ear: Duration::from_millis(millis), loss, burst_ratio: burst, echo_loss: echo };
            let score = path.mos();
            prop_assert!((1.0..=4.5).contains(&score), "{path:?}: {score}");
        }

        #[test]
        fn nothing_that_gets_worse_makes_the_score_better(
            codec in codecs(), millis in 0_u64..1_000, more in 0_u64..500, loss in 0.0_f32..0.6, lost in 0.0_f32..0.3,
        ) {
            let path = Path { mouth_to_ear: Duration::from_millis(millis), loss, ..Path::clean(codec) };
            let later = Path { mouth_to_ear: Duration::from_millis(millis + more), ..path };
            let lossier = Path { loss: loss + lost, ..path };
            prop_assert!(later.mos() <= path.mos() + 1e-3);
            prop_assert!(lossier.mos() <= path.mos() + 1e-3);
        }
    }
}
