//! Numbers and instants as Exotel writes them.

use domain::{phone_number::E164, time::UnixMillis};
use jiff::{civil::DateTime, tz::TimeZone};

/// Exotel's clock is Indian Standard Time, whoever the account belongs to, and never says so.
const IST_S: i32 = 5 * 3600 + 30 * 60;

/// `09123456789`, `9123456789`, `919123456789` and `+919123456789` are one number. What is none, such as a SIP name, stays as it is.
pub fn to_e164(text: &str) -> String {
    let text = text.trim();
    if let Ok(known) = E164::from_carrier(text) {
        return known.as_str().to_owned();
    }
    // The country code may be missing, or there without the sign, which the query's decoder takes for a space. Ten digits that
    // begin with 91 are a number inside India.
    let national = text.trim_start_matches('0');
    let abroad = if national.len() == 10 { format!("+91{national}") } else { format!("+{text}") };
    match E164::parse(&abroad, None).or_else(|_| E164::parse(text, Some("IN"))) {
        Ok(number) => number.as_str().to_owned(),
        Err(_) => text.to_owned(),
    }
}

/// `YYYY-MM-DD HH:mm:ss` or `Fri, 20 Nov 2026 15:50:07`. The dummies that stand for "not yet" (`1970-01-01 05:30:00`,
/// `0000-00-00 00:00:00`) are none.
pub fn instant(text: &str) -> Option<UnixMillis> {
    let civil = DateTime::strptime("%Y-%m-%d %H:%M:%S", text.trim())
        .or_else(|_| DateTime::strptime("%a, %d %b %Y %H:%M:%S", text.trim()))
        .ok()?;
    let zone = TimeZone::fixed(jiff::tz::Offset::from_seconds(IST_S).ok()?);
    let at = civil.to_zoned(zone).ok()?.timestamp().as_millisecond();
    (at > 0).then_some(UnixMillis(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_with_a_leading_zero_and_are_kept_as_e164() {
        for text in ["09123456789", "9123456789", "919123456789", "+919123456789", " 919123456789"] {
            assert_eq!(to_e164(text), "+919123456789", "{text:?}");
        }
        assert_eq!(to_e164("08047112233"), "+918047112233");
        assert_eq!(to_e164("sip:asha@example.com"), "sip:asha@example.com");
        assert_eq!(to_e164(""), "");
    }

    #[test]
    fn times_have_no_zone_and_are_indian() {
        let at = UnixMillis(1_795_170_007_000);
        assert_eq!(instant("2026-11-20 15:50:07"), Some(at));
        assert_eq!(instant("Fri, 20 Nov 2026 15:50:07"), Some(at));
    }

    #[test]
    fn dummy_end_times_in_the_middle_of_a_call_are_none() {
        for text in ["1970-01-01 05:30:00", "0000-00-00 00:00:00", "", "soon"] {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}
