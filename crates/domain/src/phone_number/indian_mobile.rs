//! Indian numbers of ten digits that begin with 6 to 9, by the million: reading a numbering plan takes a dozen regular
//! expressions, and the first five digits of such a number decide all of them. Each five are looked up in the plan once.

use std::sync::{
    OnceLock,
    atomic::{AtomicU8, Ordering::Relaxed},
};

use super::{E164, NumberKind, PhoneNumberError};

const KINDS: [NumberKind; 7] = [
    NumberKind::Mobile,
    NumberKind::Fixed,
    NumberKind::FixedOrMobile,
    NumberKind::TollFree,
    NumberKind::Voip,
    NumberKind::Other,
    NumberKind::NotCalled,
];
const UNKNOWN: u8 = 0;
const NOT_IN_USE: u8 = 1;
/// Kinds are kept as their place behind this.
const FIRST_KIND: u8 = 2;

/// By five digits from 60000 on.
static KNOWN: OnceLock<Vec<AtomicU8>> = OnceLock::new();

/// The ten digits of a text that means such a number without doubt; everything else is read by the whole plan.
pub(super) fn digits_of(text: &str, country: Option<&str>) -> Option<[u8; 10]> {
    let text = text.trim();
    let (rest, most) = match text.strip_prefix('+') {
        Some(rest) => (rest, 12),
        None if country.is_some_and(|country| country.eq_ignore_ascii_case("IN")) => (text, 11),
        None => return None,
    };
    let mut digits = [0; 12];
    let mut count = 0;
    for byte in rest.bytes() {
        match byte {
            b'0'..=b'9' if count < most => {
                digits[count] = byte;
                count += 1;
            }
            b' ' | b'-' | b'.' => {}
            _ => return None,
        }
    }
    let national = match (most, &digits[..count]) {
        (12, [b'9', b'1', national @ ..]) | (11, [b'0', national @ ..]) => national,
        (11, national) => national,
        _ => return None,
    };
    let national: [u8; 10] = national.try_into().ok()?;
    (b'6'..=b'9').contains(&national[0]).then_some(national)
}

pub(super) fn read(digits: [u8; 10]) -> Result<(E164, NumberKind), PhoneNumberError> {
    let known = KNOWN.get_or_init(|| (0..40_000).map(|_| AtomicU8::new(UNKNOWN)).collect());
    let five = digits[..5].iter().fold(0_usize, |sum, digit| sum * 10 + usize::from(digit - b'0'));
    let number = || {
        let mut text = String::with_capacity(13);
        text.push_str("+91");
        text.extend(digits.iter().map(|digit| char::from(*digit)));
        text
    };
    let place = known.get(five.wrapping_sub(60_000));
    let kind = match place.map_or(UNKNOWN, |place| place.load(Relaxed)) {
        UNKNOWN => {
            let read = E164::by_numbering_plan(&number(), None);
            let code = match &read {
                Ok((_, kind)) => KINDS.iter().position(|one| one == kind).and_then(|at| u8::try_from(at).ok()),
                Err(_) => None,
            };
            if let Some(place) = place {
                place.store(code.map_or(NOT_IN_USE, |code| code + FIRST_KIND), Relaxed);
            }
            return read;
        }
        NOT_IN_USE => return Err(PhoneNumberError::NotInUse),
        code => KINDS.get(usize::from(code - FIRST_KIND)).copied(),
    };
    Ok((E164(number()), kind.unwrap_or(NumberKind::Mobile)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbering plan agrees with what is remembered, for each beginning that a stride finds and several ends.
    #[test]
    fn five_digits_decide() {
        for five in (60_000..100_000).step_by(97) {
            for end in ["00000", "12345", "99999"] {
                let text = format!("{five}{end}");
                let quick = read(digits_of(&text, Some("IN")).unwrap());
                // With its country's code: without, the plan's reader takes a beginning of 91 for that.
                let whole = E164::by_numbering_plan(&format!("+91{text}"), None);
                assert_eq!(quick.is_ok(), whole.is_ok(), "{text}");
                assert_eq!(quick.ok(), whole.ok(), "{text}");
            }
        }
    }

    #[test]
    fn only_what_means_such_a_number_takes_the_short_way() {
        for text in ["9812300021", "+91 98123-00021", "098123.00021"] {
            assert_eq!(digits_of(text, Some("IN")), Some(*b"9812300021"), "{text}");
        }
        assert_eq!(digits_of("+919812300021", None), Some(*b"9812300021"));
        for text in
            ["981230002", "98123000211", "+1 9812300021", "4023456789", "919812300021", "(98123) 00021", "+9812300021"]
        {
            assert_eq!(digits_of(text, Some("IN")), None, "{text}");
        }
        assert_eq!(digits_of("9812300021", Some("US")), None);
        assert_eq!(digits_of("9812300021", None), None);
    }
}
