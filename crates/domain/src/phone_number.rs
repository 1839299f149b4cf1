//! Telephone numbers in E.164 form (ITU-T E.164: `+`, country code, at most 15 digits).

mod indian_mobile;

use std::{fmt, str::FromStr};

use phonenumber::{Mode, country};
use serde::{Deserialize, Serialize};

/// Why a text is not a telephone number. One variant for each thing the person who typed it can do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhoneNumberError {
    #[error("no telephone number given: expected one such as +919812300021")]
    Empty,
    #[error("{0:?} is not a two-letter country code such as IN")]
    UnknownCountry(String),
    #[error("not a telephone number: expected digits, such as +919812300021 or 098123 00021")]
    NotANumber,
    #[error("the number has no country code: write it with + and the country code")]
    NoCountry,
    #[error("too few digits for a number of that country")]
    TooShort,
    #[error("too many digits for a number of that country")]
    TooLong,
    #[error("that country has no such number; check the digits")]
    NotInUse,
}

/// A telephone number, `+` and digits. Personal data: it never prints, `as_str` reveals it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema), ts(type = "string"), schema(value_type = String))]
pub struct E164(String);

impl E164 {
    /// Reads what a person typed: with `+` or `00` for any country, else as dialed inside `default_country` (ISO 3166 alpha-2).
    ///
    /// # Errors
    /// See [`PhoneNumberError`]. Numbers that the country's numbering plan does not have are refused.
    pub fn parse(text: &str, default_country: Option<&str>) -> Result<Self, PhoneNumberError> {
        Self::parse_with_kind(text, default_country).map(|(number, _)| number)
    }

    /// As [`E164::parse`], with what kind of line it is.
    ///
    /// # Errors
    /// As [`E164::parse`].
    pub fn parse_with_kind(text: &str, default_country: Option<&str>) -> Result<(Self, NumberKind), PhoneNumberError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(PhoneNumberError::Empty);
        }
        if !text.chars().all(is_dialable) {
            return Err(PhoneNumberError::NotANumber);
        }
        if let Some(digits) = indian_mobile::digits_of(text, default_country) {
            return indian_mobile::read(digits);
        }
        Self::by_numbering_plan(text, default_country)
    }

    fn by_numbering_plan(text: &str, default_country: Option<&str>) -> Result<(Self, NumberKind), PhoneNumberError> {
        let country = default_country.map(country_id).transpose()?;
        let text = text.strip_prefix("00").map_or_else(|| text.to_owned(), |rest| format!("+{rest}"));
        let number = phonenumber::parse(country, &text).map_err(|error| explain(error, country.is_none()))?;
        let digits = number.format().mode(Mode::E164).to_string();
        match digits.len() {
            ..=6 => Err(PhoneNumberError::TooShort),
            17.. => Err(PhoneNumberError::TooLong),
            _ => match kind_of(&number) {
                Some(kind) => Ok((Self(digits), kind)),
                None => Err(PhoneNumberError::NotInUse),
            },
        }
    }

    /// Whether it is an ISO 3166 alpha-2 code with a numbering plan.
    pub fn is_country(text: &str) -> bool {
        country_id(text).is_ok()
    }

    /// The (main) country of a calling code: IN for 91.
    pub fn country_of_code(code: u16) -> Option<String> {
        let plans = phonenumber::metadata::DATABASE.by_code(&code)?;
        plans.first().map(|plan| plan.id().to_owned())
    }

    /// Reads what a carrier sends: `+` and 7 to 15 digits, also of a number that the bundled numbering plans do not know yet.
    ///
    /// # Errors
    /// Every other text, such as `anonymous` or a short code.
    pub fn from_carrier(text: &str) -> Result<Self, PhoneNumberError> {
        let digits = text.strip_prefix('+').ok_or(PhoneNumberError::NoCountry)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) || digits.starts_with('0') {
            return Err(PhoneNumberError::NotANumber);
        }
        match digits.len() {
            0 => Err(PhoneNumberError::Empty),
            1..=6 => Err(PhoneNumberError::TooShort),
            16.. => Err(PhoneNumberError::TooLong),
            _ => Ok(Self(text.to_owned())),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Digits without `+`.
    pub fn digits(&self) -> &str {
        self.0.trim_start_matches('+')
    }

    /// ISO 3166 alpha-2 country; none for numbers of no country (satellite) and unknown plans.
    pub fn region(&self) -> Option<String> {
        self.parsed()?.country().id().map(|id| id.as_ref().to_owned())
    }

    /// Country calling code: 91 for India.
    pub fn country_code(&self) -> Option<u16> {
        // Calling codes are the beginnings of no others (ITU-T E.164).
        let digits = self.digits();
        (1..=3)
            .filter_map(|length| digits.get(..length)?.parse::<u16>().ok())
            .find(|code| phonenumber::metadata::DATABASE.by_code(code).is_some())
    }

    /// For people: `+91 98123 00021`.
    pub fn international(&self) -> String {
        self.parsed().map_or_else(|| self.0.clone(), |number| number.format().mode(Mode::International).to_string())
    }

    /// What the country's numbering plan says it is for; none where the plan does not know it.
    pub fn kind(&self) -> Option<phonenumber::Type> {
        let number = self.parsed()?;
        Some(number.number_type(&phonenumber::metadata::DATABASE))
    }

    fn parsed(&self) -> Option<phonenumber::PhoneNumber> {
        phonenumber::parse(None, &self.0).ok()
    }
}

impl fmt::Debug for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("E164([redacted])")
    }
}

impl From<E164> for String {
    fn from(number: E164) -> Self {
        number.0
    }
}

impl TryFrom<String> for E164 {
    type Error = PhoneNumberError;

    fn try_from(text: String) -> Result<Self, PhoneNumberError> {
        Self::from_carrier(&text)
    }
}

impl FromStr for E164 {
    type Err = PhoneNumberError;

    fn from_str(text: &str) -> Result<Self, PhoneNumberError> {
        Self::from_carrier(text)
    }
}

/// What kind of line a number belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NumberKind {
    Mobile,
    Fixed,
    /// Countries such as the United States do not tell them apart.
    FixedOrMobile,
    TollFree,
    Voip,
    /// Pagers, personal and company numbers.
    Other,
    /// Premium rate, shared cost and the like: carriers refuse them, and calling one would cost.
    NotCalled,
}

impl NumberKind {
    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mobile => "mobile",
            Self::Fixed => "fixed",
            Self::FixedOrMobile => "fixed_or_mobile",
            Self::TollFree => "toll_free",
            Self::Voip => "voip",
            Self::Other => "other",
            Self::NotCalled => "not_called",
        }
    }
}

/// `None` when the country has no such number.
fn kind_of(number: &phonenumber::PhoneNumber) -> Option<NumberKind> {
    use phonenumber::Type as T;
    Some(match number.number_type(&phonenumber::metadata::DATABASE) {
        T::Mobile => NumberKind::Mobile,
        T::FixedLine => NumberKind::Fixed,
        T::FixedLineOrMobile => NumberKind::FixedOrMobile,
        T::TollFree => NumberKind::TollFree,
        T::Voip => NumberKind::Voip,
        T::PremiumRate | T::SharedCost | T::ShortCode | T::StandardRate | T::Carrier | T::Emergency => {
            NumberKind::NotCalled
        }
        T::Unknown => return None,
        _ => NumberKind::Other,
    })
}

/// Digits and the marks people write between them; letters would be read as keypad digits.
fn is_dialable(c: char) -> bool {
    c.is_ascii_digit() || c.is_whitespace() || "+-().\u{a0}\u{2011}".contains(c)
}

fn country_id(text: &str) -> Result<country::Id, PhoneNumberError> {
    text.to_ascii_uppercase().parse().map_err(|_| PhoneNumberError::UnknownCountry(text.to_owned()))
}

fn explain(error: phonenumber::ParseError, no_country: bool) -> PhoneNumberError {
    match error {
        phonenumber::ParseError::InvalidCountryCode if no_country => PhoneNumberError::NoCountry,
        phonenumber::ParseError::InvalidCountryCode => PhoneNumberError::NotInUse,
        phonenumber::ParseError::TooShortAfterIdd | phonenumber::ParseError::TooShortNsn => PhoneNumberError::TooShort,
        phonenumber::ParseError::TooLong => PhoneNumberError::TooLong,
        phonenumber::ParseError::NoNumber | phonenumber::ParseError::MalformedInteger(_) => {
            PhoneNumberError::NotANumber
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, country: &str) -> Result<String, PhoneNumberError> {
        E164::parse(text, Some(country)).map(String::from)
    }

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        for text in ["+91 98123 00021", "098123 00021", "9812300021", "0091-98123-00021", " (+91) 98123.00021 "] {
            assert_eq!(read(text, "IN").as_deref(), Ok("+919812300021"), "{text}");
        }
        assert_eq!(read("07400 123456", "gb").as_deref(), Ok("+447400123456"));
        assert_eq!(read("(415) 555-0100", "US").as_deref(), Ok("+14155550100"));
        assert_eq!(read("+44 20 7946 0000", "IN").as_deref(), Ok("+442079460000"));
    }

    #[test]
    fn a_text_that_is_no_number_says_what_to_do() {
        assert_eq!(read("  ", "IN"), Err(PhoneNumberError::Empty));
        assert_eq!(read("call me", "IN"), Err(PhoneNumberError::NotANumber));
        assert_eq!(read("1800FLOWERS", "US"), Err(PhoneNumberError::NotANumber));
        assert_eq!(read("98123", "IN"), Err(PhoneNumberError::NotInUse));
        assert_eq!(read("+91981230002199999999", "IN"), Err(PhoneNumberError::TooLong));
        assert_eq!(read("9812300021", "India"), Err(PhoneNumberError::UnknownCountry("India".into())));
        assert_eq!(E164::parse("9812300021", None), Err(PhoneNumberError::NoCountry));
    }

    #[test]
    fn a_carrier_may_know_numbers_that_no_plan_has_yet() {
        assert!(E164::from_carrier("+910000000001").is_ok());
        assert_eq!(E164::from_carrier("anonymous"), Err(PhoneNumberError::NoCountry));
        assert_eq!(E164::from_carrier("+266696687x"), Err(PhoneNumberError::NotANumber));
        assert_eq!(E164::from_carrier("+12"), Err(PhoneNumberError::TooShort));
        assert_eq!(E164::from_carrier("+1234567890123456"), Err(PhoneNumberError::TooLong));
        assert!(serde_json::from_str::<E164>("\"9812300021\"").is_err());
    }

    #[test]
    fn it_knows_its_country_and_never_prints() {
        let number = E164::from_carrier("+919812300021").unwrap();
        assert_eq!(number.region().as_deref(), Some("IN"));
        assert_eq!(number.country_code(), Some(91));
        assert_eq!(number.international(), "+91 98123 00021");
        assert_eq!(number.digits(), "919812300021");
        assert_eq!(format!("{number:?}"), "E164([redacted])");
    }
}
