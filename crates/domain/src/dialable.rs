//! Numbers that nobody calls by accident: emergency services, premium services, and telephones by satellite. A tenant may allow
//! each kind. Asked before every outbound call, whoever places it and by whichever carrier or trunk.
//!
//! Sources: the national numbering plans as the bundled metadata of `phonenumber` has them; emergency numbers by ITU-T E.129
//! (112 and 911 work in most mobile networks, the others are national).

use phonenumber::Type;
use serde::{Deserialize, Serialize};

use crate::phone_number::{E164, PhoneNumberError};

/// Answered by emergency services somewhere; whoever types one of them does not mean a lead.
const EMERGENCY: [&str; 24] = [
    "000", "08", "100", "101", "102", "103", "104", "108", "110", "111", "112", "113", "114", "115", "117", "118",
    "119", "122", "190", "191", "193", "911", "997", "999",
];
/// Country codes of satellites and of international networks (ITU-T E.164 annex), which cost many times a call to any country.
const SATELLITE: [&str; 6] = ["870", "878", "881", "882", "883", "979"];

/// What a tenant lets its people call beside ordinary numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Allowed {
    pub emergency: bool,
    pub premium: bool,
    pub satellite: bool,
}

/// Why a number is not called. One variant for each thing that an admin can allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum NotDialable {
    #[error("this is an emergency number: call it from a telephone, which tells the services where you are")]
    Emergency,
    #[error("this is a premium-rate number, which your organisation has not allowed")]
    Premium,
    #[error("this is a satellite or international-network number, which your organisation has not allowed")]
    Satellite,
}

impl NotDialable {
    /// For screens and logs: `emergency`, `premium`, `satellite`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Emergency => "emergency",
            Self::Premium => "premium",
            Self::Satellite => "satellite",
        }
    }
}

/// Whether the text that somebody typed is an emergency number as it is dialed there. It is no [`E164`], so it is asked before
/// the text is read as one. `+91 112` and `0-112` count too.
pub fn is_emergency(typed: &str) -> bool {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    if EMERGENCY.contains(&digits.as_str()) {
        return true;
    }
    let national = digits.strip_prefix("00").or_else(|| digits.strip_prefix('0')).unwrap_or(&digits);
    // A country code of one to three digits before one of three: no subscriber has so short a number.
    EMERGENCY.contains(&national)
        || (typed.trim_start().starts_with('+')
            && (1..=3)
                .any(|code| national.get(code..).is_some_and(|rest| rest.len() == 3 && EMERGENCY.contains(&rest))))
}

/// # Errors
/// See [`NotDialable`].
pub fn may_dial(number: &E164, allowed: Allowed) -> Result<(), NotDialable> {
    let digits = number.digits();
    if !allowed.satellite && SATELLITE.iter().any(|code| digits.starts_with(code)) {
        return Err(NotDialable::Satellite);
    }
    if !allowed.premium && number.kind() == Some(Type::PremiumRate) {
        return Err(NotDialable::Premium);
    }
    Ok(())
}

/// Why a typed text leads to no call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undialable {
    #[error(transparent)]
    NotANumber(#[from] PhoneNumberError),
    #[error(transparent)]
    NotAllowed(#[from] NotDialable),
}

/// Reads what somebody typed as a number that may be called.
///
/// # Errors
/// See [`Undialable`]. An emergency number is refused as one, also where it reads as no number of the country; it is not called
/// even where it is allowed unless it reads as an [`E164`], because a carrier's trunk has no way to an emergency service.
pub fn read(typed: &str, default_country: Option<&str>, allowed: Allowed) -> Result<E164, Undialable> {
    if !allowed.emergency && is_emergency(typed) {
        return Err(NotDialable::Emergency.into());
    }
    let number = E164::parse(typed, default_country)?;
    may_dial(&number, allowed)?;
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Allowed = Allowed { emergency: false, premium: false, satellite: false };

    #[test]
    fn emergency_numbers_are_known_however_they_are_written() {
        for typed in ["112", "911", "999", " 1 0 8 ", "1-1-2", "+91 112", "0112", "+1911", "000"] {
            assert!(is_emergency(typed), "{typed}");
            assert_eq!(read(typed, Some("IN"), NOTHING), Err(NotDialable::Emergency.into()), "{typed}");
        }
        for typed in ["+919812300021", "1120", "98123 00112", "+14155550911", ""] {
            assert!(!is_emergency(typed), "{typed}");
        }
    }

    #[test]
    fn premium_and_satellite_numbers_are_refused_unless_they_are_allowed() {
        for (typed, why) in [
            ("+19005550100", NotDialable::Premium),
            ("+449098790000", NotDialable::Premium),
            ("+881612345678", NotDialable::Satellite),
            ("+8821612345678", NotDialable::Satellite),
        ] {
            let number = E164::from_carrier(typed).unwrap();
            assert_eq!(may_dial(&number, NOTHING), Err(why), "{typed}");
            let all = Allowed { emergency: false, premium: true, satellite: true };
            assert_eq!(may_dial(&number, all), Ok(()), "{typed}");
        }
    }

    #[test]
    fn ordinary_numbers_are_called() {
        for typed in ["98123 00021", "+14155550100", "+442079460000", "1800 123 4567"] {
            assert!(read(typed, Some("IN"), NOTHING).is_ok(), "{typed}");
        }
        assert!(matches!(read("call me", Some("IN"), NOTHING), Err(Undialable::NotANumber(_))));
    }
}
