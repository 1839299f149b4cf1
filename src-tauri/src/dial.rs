//! Reads the number out of a dial link (RFC 3966 `tel:`, RFC 3261 `sip:`, and the older `callto:`). It fills the dial
//! field; nothing is dialled before a person says so.

/// Longest number that is taken over. E.164 has 15 digits; extensions and access codes make it longer.
const LONGEST: usize = 32;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    #[error("not a tel:, callto:, sip: or sips: link")]
    OtherScheme,
    #[error("the link has no phone number")]
    NoNumber,
    #[error("the number in the link has more than {LONGEST} characters")]
    TooLong,
}

/// `tel:+49-30-123;ext=4` -> `+4930123`; `sip:4930123@example.org` -> `4930123`.
pub fn number_in(link: &str) -> Result<String, LinkError> {
    let (scheme, rest) = link.split_once(':').ok_or(LinkError::OtherScheme)?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let subject = match scheme.to_ascii_lowercase().as_str() {
        "tel" | "callto" => rest,
        "sip" | "sips" => rest.split_once('@').map_or(rest, |(user, _host)| user),
        _ => return Err(LinkError::OtherScheme),
    };
    let decoded = percent_decoded(subject);
    let written = decoded.split([';', '?', ',']).next().unwrap_or_default();
    let mut number = String::new();
    for (at, c) in written.trim().chars().enumerate() {
        match c {
            '0'..='9' | '*' | '#' => number.push(c),
            '+' if at == 0 => number.push(c),
            // RFC 3966 visual separators, and what people put between digits.
            '-' | '.' | '(' | ')' | ' ' | '/' | '\u{a0}' => {}
            _ => return Err(LinkError::NoNumber),
        }
    }
    match number.len() {
        0 => Err(LinkError::NoNumber),
        1 if number == "+" => Err(LinkError::NoNumber),
        1..=LONGEST => Ok(number),
        _ => Err(LinkError::TooLong),
    }
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let code = (first == b'%').then(|| tail.get(..2)).flatten().and_then(|hex| {
            let hex = std::str::from_utf8(hex).ok()?;
            u8::from_str_radix(hex, 16).ok()
        });
        if let Some(byte) = code {
            bytes.push(byte);
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_parameters_and_escapes_are_left_out() {
        for (link, number) in [
            ("tel:+49-30-123456", "+4930123456"),
            ("tel:+91%2098200%2012345", "+919820012345"),
            ("TEL:(030)%20123.45;ext=9", "03012345"),
            ("callto://+442079460000", "+442079460000"),
            ("sip:+4930123456@example.org;transport=tls", "+4930123456"),
            ("sips:100@pbx.example", "100"),
            ("tel:*21%23", "*21#"),
        ] {
            assert_eq!(number_in(link).as_deref(), Ok(number), "{link}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        assert_eq!(number_in("https://example.org"), Err(LinkError::OtherScheme));
        assert_eq!(number_in("12345"), Err(LinkError::OtherScheme));
        assert_eq!(number_in("sip:alice@example.org"), Err(LinkError::NoNumber));
        assert_eq!(number_in("tel:"), Err(LinkError::NoNumber));
        assert_eq!(number_in("tel:+"), Err(LinkError::NoNumber));
        assert_eq!(number_in("tel:+1<script>"), Err(LinkError::NoNumber));
        assert_eq!(number_in("tel:1+2"), Err(LinkError::NoNumber));
        assert_eq!(number_in("tel:%zz1"), Err(LinkError::NoNumber));
        assert_eq!(number_in(&format!("tel:{}", "1".repeat(33))), Err(LinkError::TooLong));
    }
}
