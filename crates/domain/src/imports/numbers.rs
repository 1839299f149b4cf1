//! The telephone numbers in a cell.

use serde::{Deserialize, Serialize};

use crate::phone_number::{E164, NumberKind, PhoneNumberError};

/// A number that can be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberFound {
    pub number: E164,
    pub kind: NumberKind,
    pub extension: Option<String>,
}

/// Why a cell gives no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub enum NumberProblem {
    #[error("no telephone number")]
    Missing,
    #[error("not a telephone number")]
    NotANumber,
    #[error("a spreadsheet shortened the number; format the column as text and enter it again")]
    Shortened,
    #[error("no country code, and the country is not known")]
    NoCountry,
    #[error("too few digits for a number of that country")]
    TooShort,
    #[error("too many digits for a number of that country")]
    TooLong,
    #[error("that country has no such number")]
    NotInUse,
    #[error("carriers place no calls to premium and shared-cost numbers")]
    NotCalled,
}

impl From<PhoneNumberError> for NumberProblem {
    fn from(error: PhoneNumberError) -> Self {
        match error {
            PhoneNumberError::Empty => Self::Missing,
            PhoneNumberError::UnknownCountry(_) | PhoneNumberError::NoCountry => Self::NoCountry,
            PhoneNumberError::NotANumber => Self::NotANumber,
            PhoneNumberError::TooShort => Self::TooShort,
            PhoneNumberError::TooLong => Self::TooLong,
            PhoneNumberError::NotInUse => Self::NotInUse,
        }
    }
}

/// What a person writes where a number is missing.
const NOTHING: [&str; 8] = ["", "-", "--", "n/a", "na", "nil", "none", "null"];

/// Numbers of a cell in their order: several are separated by `/`, `;`, `|` or `,`. `Err` when there is none, with what is wrong
/// with the first.
///
/// # Errors
/// See [`NumberProblem`].
pub fn read_numbers(cell: &str, country: &str) -> Result<Vec<NumberFound>, NumberProblem> {
    let cell = cell.trim().trim_matches('\'').trim();
    if NOTHING.iter().any(|nothing| cell.eq_ignore_ascii_case(nothing)) {
        return Err(NumberProblem::Missing);
    }
    if !cell.contains(['/', ';', '|', ',']) {
        return one(cell, country).map(|found| vec![found]);
    }
    let (mut found, mut problem) = (Vec::new(), None);
    for part in cell.split(['/', ';', '|', ',']).map(str::trim).filter(|part| !part.is_empty()) {
        match one(part, country) {
            Ok(number) => found.push(number),
            Err(error) => problem = problem.or(Some(error)),
        }
    }
    if found.is_empty() { Err(problem.unwrap_or(NumberProblem::NotANumber)) } else { Ok(found) }
}

fn one(text: &str, country: &str) -> Result<NumberFound, NumberProblem> {
    let (text, extension) = split_extension(text);
    let plain = of_spreadsheet(text)?;
    let (number, kind) = E164::parse_with_kind(plain.as_deref().unwrap_or(text), Some(country))?;
    if kind == NumberKind::NotCalled {
        return Err(NumberProblem::NotCalled);
    }
    Ok(NumberFound { number, kind, extension })
}

/// `x12`, `ext. 12`, `extn 12`, `;ext=12` and `#12` behind a number.
fn split_extension(text: &str) -> (&str, Option<String>) {
    // Most numbers have none.
    let Some(at) = text.find(|c: char| c.is_ascii_alphabetic() || c == '#') else { return (text, None) };
    let marker = text[at..].trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = &text[at + marker.len()..];
    let word: String = marker.chars().filter(|c| !matches!(c, '.' | '=' | ':' | ' ')).collect();
    let known = ["x", "ext", "extn", "extension", "#"].iter().any(|one| word.eq_ignore_ascii_case(one));
    if known && (1..=7).contains(&digits.len()) {
        (text[..at].trim_end_matches([' ', ';', ',', '-']), Some(digits.to_owned()))
    } else {
        (text, None)
    }
}

/// Numbers that a spreadsheet took for amounts: `9812300021.0`, `9.812300021E+09`. `None` when it is written as usual.
fn of_spreadsheet(text: &str) -> Result<Option<String>, NumberProblem> {
    if let Some(whole) = text.strip_suffix(".0").or_else(|| text.strip_suffix(".00"))
        && whole.bytes().all(|byte| byte.is_ascii_digit() || byte == b'+')
    {
        return Ok(Some(whole.to_owned()));
    }
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return Ok(None) };
    let Ok(exponent) = exponent.trim_start_matches('+').parse::<usize>() else { return Ok(None) };
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || exponent > 20 {
        return Ok(None);
    }
    // Fewer digits than the number has: the rest is lost.
    if fraction.len() < exponent {
        return Err(NumberProblem::Shortened);
    }
    let (kept, rest) = fraction.split_at(exponent);
    if rest.bytes().all(|byte| byte == b'0') {
        Ok(Some(format!("{whole}{kept}")))
    } else {
        Err(NumberProblem::Shortened)
    }
}

/// ISO 3166 alpha-2 of a code, a calling code or a name.
pub(super) fn country_of(text: &str) -> Option<String> {
    const NAMES: [(&str, &str); 24] = [
        ("india", "IN"),
        ("bharat", "IN"),
        ("united states", "US"),
        ("usa", "US"),
        ("united states of america", "US"),
        ("united kingdom", "GB"),
        ("great britain", "GB"),
        ("uk", "GB"),
        ("england", "GB"),
        ("united arab emirates", "AE"),
        ("uae", "AE"),
        ("singapore", "SG"),
        ("australia", "AU"),
        ("canada", "CA"),
        ("germany", "DE"),
        ("france", "FR"),
        ("nepal", "NP"),
        ("bangladesh", "BD"),
        ("sri lanka", "LK"),
        ("saudi arabia", "SA"),
        ("qatar", "QA"),
        ("kuwait", "KW"),
        ("oman", "OM"),
        ("malaysia", "MY"),
    ];
    let text = text.trim();
    let lower = text.to_lowercase();
    if let Some((_, code)) = NAMES.iter().find(|(name, _)| *name == lower) {
        return Some((*code).to_owned());
    }
    if let Ok(code) = text.trim_start_matches('+').parse::<u16>() {
        return E164::country_of_code(code);
    }
    E164::is_country(text).then(|| text.to_ascii_uppercase())
}
