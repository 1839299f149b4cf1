//! The answer to a request that is refused before anybody acts on it (RFC 3261 section 8.2.6).

use super::{EXTENSIONS, Fault, head::Head};

/// `None` when the request does not say whom the answer is for.
pub(super) fn to(head: &Head, fault: Fault, tag: &str) -> Option<Vec<u8>> {
    head.one("via")?;
    let mut out = format!("SIP/2.0 {} {}\r\n", fault.status, fault.reason);
    let mut field = |name: &str, value: &str| {
        out.push_str(name);
        out.push_str(": ");
        out.push_str(value);
        out.push_str("\r\n");
    };
    for via in head.all("via") {
        field("Via", via);
    }
    for name in ["From", "Call-ID", "CSeq"] {
        if let Some(value) = head.one(name) {
            field(name, value);
        }
    }
    if let Some(value) = head.one("To") {
        let tagged = value.to_ascii_lowercase().contains(";tag=");
        field("To", &if tagged { value.to_owned() } else { format!("{value};tag={tag}") });
    }
    match fault.status {
        420 => {
            let asked = head.all("require").chain(head.all("proxy-require")).flat_map(|value| value.split(','));
            let unknown: Vec<&str> = asked
                .map(str::trim)
                .filter(|tag| !tag.is_empty() && !EXTENSIONS.iter().any(|one| one.eq_ignore_ascii_case(tag)))
                .collect();
            field("Unsupported", &unknown.join(", "));
        }
        415 => field("Accept", "application/sdp"),
        501 => field("Allow", super::METHODS[..11].join(", ").as_str()),
        _ => {}
    }
    out.push_str("Content-Length: 0\r\n\r\n");
    Some(out.into_bytes())
}
