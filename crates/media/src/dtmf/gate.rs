//! One press, reported twice: a carrier may send a key as an event and leave its tone in the sound.

use std::{collections::VecDeque, time::Duration};

use super::Digit;

/// How a press was learned of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DigitSource {
    /// The carrier says so.
    Event,
    /// The tones were heard.
    Sound,
}

/// The two reports of a press come within this time of each other.
const APART: Duration = Duration::from_millis(1_500);
/// Nobody presses more keys in that time.
const MOST: usize = 32;

/// Lets the first report of each press through and holds back the second.
#[derive(Debug, Clone, Default)]
pub struct DigitGate {
    /// Presses that only one of the two has reported.
    single: VecDeque<(Digit, DigitSource, Duration)>,
}

impl DigitGate {
    /// True for a press that is new. `now`: since an origin of the caller's choice.
    pub fn take(&mut self, digit: Digit, source: DigitSource, now: Duration) -> bool {
        self.single.retain(|(_, _, at)| now.saturating_sub(*at) <= APART);
        let other = |(of, by, _): &(Digit, DigitSource, Duration)| *of == digit && *by != source;
        if let Some(twin) = self.single.iter().position(other) {
            self.single.remove(twin);
            return false;
        }
        if self.single.len() == MOST {
            self.single.pop_front();
        }
        self.single.push_back((digit, source, now));
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(n: u8) -> Digit {
        Digit::from_event_code(n).unwrap()
    }

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_press_that_both_report_counts_once_whichever_comes_first() {
        for [first, second] in [[DigitSource::Event, DigitSource::Sound], [DigitSource::Sound, DigitSource::Event]] {
            let mut gate = DigitGate::default();
            assert!(gate.take(key(5), first, ms(0)));
            assert!(!gate.take(key(5), second, ms(300)));
            assert!(gate.take(key(5), second, ms(600)));
        }
    }

    #[test]
    fn the_same_key_twice_from_one_source_is_two_presses() {
        let mut gate = DigitGate::default();
        let heard: Vec<bool> = (0..4).map(|n| gate.take(key(1), DigitSource::Sound, ms(n * 150))).collect();
        assert_eq!(heard, [true; 4]);
    }

    #[test]
    fn reports_that_are_far_apart_are_two_presses() {
        let mut gate = DigitGate::default();
        assert!(gate.take(key(9), DigitSource::Event, ms(0)));
        assert!(gate.take(key(9), DigitSource::Sound, ms(1_600)));
    }

    proptest! {
        /// Presses 250 ms apart, each reported by one source at once and by the other within 700 ms.
        #[test]
        fn each_press_counts_once(presses in prop::collection::vec((0_u8..16, 0_u64..700, any::<bool>()), 0..30)) {
            let mut reports: Vec<(u64, Digit, DigitSource)> = Vec::new();
            for (n, (code, delay, event_first)) in presses.iter().enumerate() {
                let at = n as u64 * 250;
                let (first, second) = match event_first {
                    true => (DigitSource::Event, DigitSource::Sound),
                    false => (DigitSource::Sound, DigitSource::Event),
                };
                reports.extend([(at, key(*code), first), (at + delay, key(*code), second)]);
            }
            reports.sort_by_key(|report| report.0);
            let mut gate = DigitGate::default();
            let counted = reports.iter().filter(|(at, digit, source)| gate.take(*digit, *source, ms(*at))).count();
            prop_assert_eq!(counted, presses.len());
        }
    }
}
