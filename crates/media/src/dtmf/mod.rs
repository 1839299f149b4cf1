//! Telephone keypad digits: as RTP events (RFC 4733) and as dual tones (ITU-T Q.23, Q.24).

mod detect;
mod event;
mod gate;
mod tone;

pub use detect::ToneDetector;
pub use event::{Event, EventReceiver, EventSender, EventWrite};
pub use gate::{DigitGate, DigitSource};
pub use tone::{tone, tones};

/// One of the sixteen keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digit(u8);

/// In the order of the RTP event codes (RFC 4733 section 3.2).
const KEYS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D'];

impl Digit {
    /// `None` for anything but `0`-`9`, `*`, `#` and `A`-`D` (either case).
    pub fn from_char(key: char) -> Option<Self> {
        let key = key.to_ascii_uppercase();
        KEYS.iter().position(|k| *k == key).map(|code| Self(code as u8))
    }

    pub fn from_event_code(code: u8) -> Option<Self> {
        (usize::from(code) < KEYS.len()).then_some(Self(code))
    }

    pub const fn event_code(self) -> u8 {
        self.0
    }

    pub fn as_char(self) -> char {
        KEYS[usize::from(self.0)]
    }

    /// The key in this row and column of the pad, from 0.
    pub(crate) fn at(row: usize, column: usize) -> Option<Self> {
        const PAD: [[char; 4]; 4] =
            [['1', '2', '3', 'A'], ['4', '5', '6', 'B'], ['7', '8', '9', 'C'], ['*', '0', '#', 'D']];
        Self::from_char(*PAD.get(row)?.get(column)?)
    }

    /// Row and column tone in hertz (Q.23).
    pub fn frequencies(self) -> (f64, f64) {
        const ROWS: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
        const COLUMNS: [f64; 4] = [1_209.0, 1_336.0, 1_477.0, 1_633.0];
        let (row, column) = match self.as_char() {
            '1' => (0, 0),
            '2' => (0, 1),
            '3' => (0, 2),
            'A' => (0, 3),
            '4' => (1, 0),
            '5' => (1, 1),
            '6' => (1, 2),
            'B' => (1, 3),
            '7' => (2, 0),
            '8' => (2, 1),
            '9' => (2, 2),
            'C' => (2, 3),
            '*' => (3, 0),
            '0' => (3, 1),
            '#' => (3, 2),
            _ => (3, 3),
        };
        (ROWS[row], COLUMNS[column])
    }
}

impl std::fmt::Display for Digit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.as_char())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_map_to_event_codes_and_back() {
        for code in 0..16 {
            let digit = Digit::from_event_code(code).unwrap();
            assert_eq!(Digit::from_char(digit.as_char()), Some(digit));
            assert_eq!(digit.event_code(), code);
        }
        assert_eq!(Digit::from_char('d').map(Digit::event_code), Some(15));
        assert_eq!(Digit::from_char('x'), None);
        assert_eq!(Digit::from_event_code(16), None);
    }

    #[test]
    fn the_pad_and_the_tones_agree() {
        let mut seen = 0;
        for (row, column) in (0..4).flat_map(|row| (0..4).map(move |column| (row, column))) {
            let (low, high) = Digit::at(row, column).unwrap().frequencies();
            assert_eq!(low, [697.0, 770.0, 852.0, 941.0][row]);
            assert_eq!(high, [1_209.0, 1_336.0, 1_477.0, 1_633.0][column]);
            seen += 1;
        }
        assert_eq!((seen, Digit::at(4, 0)), (16, None));
    }

    #[test]
    fn every_key_has_its_own_pair_of_tones() {
        let mut pairs: Vec<_> = (0..16)
            .filter_map(Digit::from_event_code)
            .map(|d| d.frequencies())
            .map(|(a, b)| (a as u32, b as u32))
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        assert_eq!(pairs.len(), 16);
    }
}
