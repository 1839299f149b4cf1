//! Numbers and instants as Exotel writes them.

use jiff::{Timestamp, tz::TimeZone};

/// Indian numbers have a zero in front and no country code.
pub fn national(e164: &str) -> String {
    match e164.strip_prefix("+91") {
        Some(rest) => format!("0{rest}"),
        None => e164.to_owned(),
    }
}

/// The reverse of it.
pub fn e164(text: &str) -> String {
    match text.strip_prefix('0') {
        Some(rest) => format!("+91{rest}"),
        None if text.starts_with('+') => text.to_owned(),
        None => format!("+{text}"),
    }
}

fn local(at: Timestamp) -> jiff::Zoned {
    at.to_zoned(TimeZone::fixed(jiff::tz::offset(5).saturating_add(jiff::Span::new().minutes(30))))
}

/// `2026-11-20 15:50:07`
pub fn time(at: Timestamp) -> String {
    local(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// `Fri, 20 Nov 2026 15:50:07`
pub fn created(at: Timestamp) -> String {
    local(at).strftime("%a, %d %b %Y %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_are_indian() {
        assert_eq!(national("+919123456789"), "09123456789");
        assert_eq!(e164("09123456789"), "+919123456789");
        assert_eq!(e164(&national("+14155550100")), "+14155550100");
        let at = Timestamp::from_second(1_795_170_007).unwrap();
        assert_eq!(time(at), "2026-11-20 15:50:07");
        assert_eq!(created(at), "Fri, 20 Nov 2026 15:50:07");
    }
}
