//! Numbers as a trunk writes them.

use serde::{Deserialize, Serialize};

use crate::phone_number::{E164, PhoneNumberError};

/// How numbers are written in requests to a trunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub enum NumberFormat {
    /// `+919812300021`
    #[default]
    Plus,
    /// `919812300021`
    Digits,
    /// `00919812300021`
    DoubleZero,
    /// As dialed within the trunk's country: `09812300021`; abroad with `00`.
    National,
}

impl NumberFormat {
    /// `country`: the trunk's, ISO 3166 alpha-2. `prefix` goes in front of all.
    pub fn write(self, number: &E164, country: &str, prefix: &str) -> String {
        let digits = number.digits();
        let body = match self {
            Self::Plus => number.as_str().to_owned(),
            Self::Digits => digits.to_owned(),
            Self::DoubleZero => format!("00{digits}"),
            Self::National => match national(number, country) {
                Some(rest) => format!("0{rest}"),
                None => format!("00{digits}"),
            },
        };
        format!("{prefix}{body}")
    }
}

fn national(number: &E164, country: &str) -> Option<String> {
    let home = number.region().is_some_and(|region| region.eq_ignore_ascii_case(country));
    let code = number.country_code()?.to_string();
    number.digits().strip_prefix(&code).filter(|_| home).map(str::to_owned)
}

/// Which number the called person sees.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub enum CallerId {
    /// The campaign's, or the number that was called.
    #[default]
    OfTheCall,
    /// Always this one; trunks refuse what they do not own.
    Always {
        number: String,
    },
    Withheld,
}

/// Reads what a trunk sends as a number: with `+`, with `00`, as digits with the country's code, or as dialed in `country`.
///
/// # Errors
/// What is no number, such as a name.
pub fn read_number(text: &str, country: &str) -> Result<E164, PhoneNumberError> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix('+') {
        return E164::from_carrier(&format!("+{rest}"));
    }
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(PhoneNumberError::NotANumber);
    }
    if let Some(rest) = text.strip_prefix("00") {
        return E164::from_carrier(&format!("+{rest}"));
    }
    // A number of the country as dialed there goes before one with a country's code and no sign of it.
    E164::parse(text, Some(country)).or_else(|_| E164::from_carrier(&format!("+{text}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> E164 {
        E164::from_carrier(text).unwrap()
    }

    #[test]
    fn a_number_is_written_as_the_trunk_wants_it() {
        let (home, away) = (number("+919812300021"), number("+442079460123"));
        for (format, at_home, abroad) in [
            (NumberFormat::Plus, "+919812300021", "+442079460123"),
            (NumberFormat::Digits, "919812300021", "442079460123"),
            (NumberFormat::DoubleZero, "00919812300021", "00442079460123"),
            (NumberFormat::National, "09812300021", "00442079460123"),
        ] {
            assert_eq!(format.write(&home, "IN", ""), at_home);
            assert_eq!(format.write(&away, "IN", "9"), format!("9{abroad}"));
            assert_eq!(read_number(&format.write(&home, "IN", ""), "IN"), Ok(home.clone()), "{format:?}");
            assert_eq!(read_number(&format.write(&away, "IN", ""), "IN"), Ok(away.clone()), "{format:?}");
        }
    }

    #[test]
    fn what_is_no_number_is_said() {
        for bad in ["", "anonymous", "+", "101", "0", "+12ab34"] {
            assert!(read_number(bad, "IN").is_err(), "{bad}");
        }
    }
}
