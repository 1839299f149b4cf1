//! What may pass as a SIP message, before anything acts on it (RFC 3261 section 7, RFC 4475).
//!
//! A message that passes comes out in one plain form: lines unfolded, names in full, nothing behind its body. So whatever reads
//! it next need not know all the ways in which the same can be written. A request that does not pass is answered here.
//! Pure.

mod head;
mod reply;

use head::{Head, quotes_close};

/// No request of a call is longer.
const LONGEST: usize = 65_535;
/// RFC 3261 section 8.1.1.5.
const MOST_CSEQ: u64 = 0x7FFF_FFFF;

/// Methods that are understood, whether or not they are allowed.
const METHODS: [&str; 14] = [
    "INVITE",
    "ACK",
    "BYE",
    "CANCEL",
    "OPTIONS",
    "REGISTER",
    "REFER",
    "NOTIFY",
    "UPDATE",
    "PRACK",
    "INFO",
    "MESSAGE",
    "SUBSCRIBE",
    "PUBLISH",
];
/// Extensions that may be required of us.
const EXTENSIONS: [&str; 4] = ["timer", "100rel", "replaces", "norefersub"];
const BODIES: [&str; 4] = ["application/sdp", "message/sipfrag", "application/dtmf-relay", "multipart/mixed"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The message in its plain form.
    Pass(Vec<u8>),
    /// It has no answer: a broken response or acknowledgement, or no SIP at all.
    Ignore,
    /// To be sent back.
    Refuse(Refusal),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    pub reason: &'static str,
    /// The whole response.
    pub reply: Vec<u8>,
}

/// What is wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fault {
    status: u16,
    reason: &'static str,
}

const fn bad(reason: &'static str) -> Fault {
    Fault { status: 400, reason }
}

/// Judges one datagram. `tag`: random, for the `To` of an answer.
pub fn check(datagram: &[u8], tag: &str) -> Verdict {
    if datagram.len() > LONGEST {
        return Verdict::Ignore;
    }
    let Some(head) = Head::read(datagram) else { return Verdict::Ignore };
    if head.start.starts_with("SIP/") {
        return if is_response(&head) { Verdict::Pass(head.plain()) } else { Verdict::Ignore };
    }
    match request(&head) {
        Ok(()) => Verdict::Pass(head.plain()),
        Err(_) if head.start.starts_with("ACK ") => Verdict::Ignore,
        Err(fault) => match reply::to(&head, fault, tag) {
            Some(reply) => Verdict::Refuse(Refusal { status: fault.status, reason: fault.reason, reply }),
            None => Verdict::Ignore,
        },
    }
}

fn is_response(head: &Head) -> bool {
    let mut words = head.start.splitn(3, ' ');
    let version = words.next() == Some("SIP/2.0");
    let status = words.next().filter(|text| text.len() == 3).and_then(|text| text.parse::<u16>().ok());
    version && status.is_some_and(|status| (100..700).contains(&status)) && fields(head).is_ok()
}

fn request(head: &Head) -> Result<(), Fault> {
    let mut words = head.start.split(' ');
    let (Some(method), Some(uri), Some(version), None) = (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(bad("Bad request line"));
    };
    if !is_token(method) || uri.is_empty() || version.is_empty() {
        return Err(bad("Bad request line"));
    }
    if !version.eq_ignore_ascii_case("SIP/2.0") {
        return Err(Fault { status: 505, reason: "Version Not Supported" });
    }
    fields(head)?;
    let sequence = head.one("cseq").unwrap_or_default();
    if sequence.split_ascii_whitespace().nth(1) != Some(method) {
        return Err(bad("CSeq names another method"));
    }
    request_uri(uri)?;
    if !METHODS.contains(&method) {
        return Err(Fault { status: 501, reason: "Not Implemented" });
    }
    // A CANCEL must not require anything, and an ACK cannot be refused for it (section 8.2.2.3).
    if !matches!(method, "ACK" | "CANCEL") {
        extensions(head)?;
        body(head)?;
    }
    Ok(())
}

/// What requests and responses have in common.
fn fields(head: &Head) -> Result<(), Fault> {
    if head.broken {
        return Err(bad("Bad header field"));
    }
    for (name, reason) in [
        ("from", "Missing or doubled From"),
        ("to", "Missing or doubled To"),
        ("call-id", "Missing or doubled Call-ID"),
        ("cseq", "Missing or doubled CSeq"),
    ] {
        if head.count(name) != 1 {
            return Err(bad(reason));
        }
    }
    if head.count("via") == 0 {
        return Err(bad("Missing Via"));
    }
    if head.count("max-forwards") > 1 || head.count("content-length") > 1 || head.count("contact") > 32 {
        return Err(bad("Doubled header field"));
    }
    for name in ["from", "to", "contact"] {
        if !head.all(name).all(is_address) {
            return Err(bad("Bad address"));
        }
    }
    if !head.all("from").chain(head.all("to")).all(is_callable) {
        return Err(bad("Neither sip nor tel"));
    }
    if !head.all("via").all(is_via) {
        return Err(bad("Bad Via"));
    }
    let mut sequence = head.one("cseq").unwrap_or_default().split_ascii_whitespace();
    let number = sequence.next().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    if number.and_then(|text| text.parse().ok()).is_none_or(|number: u64| number > MOST_CSEQ) {
        return Err(bad("Bad CSeq"));
    }
    if sequence.next().is_none() || sequence.next().is_some() {
        return Err(bad("Bad CSeq"));
    }
    if head.one("max-forwards").is_some_and(|text| text.trim().parse::<u8>().is_err()) {
        return Err(bad("Bad Max-Forwards"));
    }
    match head.one("content-length").map(|text| text.trim().parse::<usize>()) {
        Some(Err(_)) => Err(bad("Bad Content-Length")),
        Some(Ok(length)) if length > head.body.len() => Err(bad("Body shorter than Content-Length")),
        Some(Ok(_)) | None => Ok(()),
    }
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte))
}

/// An address with its parameters: `"name" <uri>;tag=x`, or the bare URI.
fn is_address(value: &str) -> bool {
    if !quotes_close(value) {
        return false;
    }
    if value.trim() == "*" {
        return true;
    }
    match value.rsplit_once('>') {
        Some((before, parameters)) => before.contains('<') && !has_empty(parameters.trim().trim_start_matches(';')),
        // Without brackets a question mark or a comma would belong to the address (section 20.10).
        None => {
            let bare = !value.contains('<') && value.contains(':');
            bare && !value.contains('?') && !value.split(';').next().unwrap_or_default().contains(',')
        }
    }
}

/// Two semicolons with nothing between.
fn has_empty(parameters: &str) -> bool {
    !parameters.trim().is_empty() && parameters.split(';').any(|one| one.trim().is_empty()) || parameters.contains(";;")
}

/// Who calls or is called has an address that calls can have.
fn is_callable(value: &str) -> bool {
    let inner = value.split_once('<').map_or(value, |(_, rest)| rest).trim_start().to_ascii_lowercase();
    ["sip:", "sips:", "tel:", "urn:"].iter().any(|scheme| inner.starts_with(scheme))
}

/// All values of a Via field.
fn is_via(value: &str) -> bool {
    value.split(',').all(|one| {
        // Blanks may stand around the slashes.
        let text = one.replace(['\t', ' '], " ");
        let mut parts = text.splitn(3, '/').map(str::trim);
        let (protocol, version) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let rest = parts.next().unwrap_or_default();
        let Some((_, sent_by)) = rest.split_once(' ') else { return false };
        let mut fields = sent_by.trim().split(';').map(str::trim);
        let host = fields.next().unwrap_or_default().replace(' ', "");
        let known = protocol.eq_ignore_ascii_case("SIP") && version == "2.0" && is_authority(&host);
        // The prefix alone promises an identifier and has none (RFC 4475 section 3.2.1).
        known && fields.all(|field| !field.is_empty() && !field.eq_ignore_ascii_case("branch=z9hG4bK"))
    })
}

fn request_uri(uri: &str) -> Result<(), Fault> {
    if uri.starts_with('<') {
        return Err(bad("Request-URI in brackets"));
    }
    let Some((scheme, rest)) = uri.split_once(':') else { return Err(bad("Bad Request-URI")) };
    match scheme.to_ascii_lowercase().as_str() {
        "sip" | "sips" => {
            let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
            if host.contains('?') {
                return Err(bad("Header fields in the Request-URI"));
            }
            let authority = host.split(';').next().unwrap_or_default();
            if is_authority(authority) { Ok(()) } else { Err(bad("Bad host in the Request-URI")) }
        }
        "tel" => Ok(()),
        _ => Err(Fault { status: 416, reason: "Unsupported URI Scheme" }),
    }
}

/// `host`, `host:port`, `[v6]` or `[v6]:port`.
fn is_authority(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, after)) if address.parse::<std::net::Ipv6Addr>().is_ok() => {
                ("v6", after.strip_prefix(':').or_else(|| (!after.is_empty()).then_some("x")))
            }
            _ => return false,
        },
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    let host_fits = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    host_fits && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

fn extensions(head: &Head) -> Result<(), Fault> {
    let required = head.all("require").chain(head.all("proxy-require"));
    let mut tags = required.flat_map(|value| value.split(',')).map(str::trim).filter(|tag| !tag.is_empty());
    if tags.all(|tag| EXTENSIONS.iter().any(|one| one.eq_ignore_ascii_case(tag))) {
        Ok(())
    } else {
        Err(Fault { status: 420, reason: "Bad Extension" })
    }
}

fn body(head: &Head) -> Result<(), Fault> {
    if head.start.starts_with("INVITE ") && !head.whole_body().is_empty() {
        let kind = head.one("content-type").unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let coded = head.one("content-encoding").is_some_and(|coding| !coding.trim().eq_ignore_ascii_case("identity"));
        if coded || !BODIES.contains(&kind.as_str()) {
            return Err(Fault { status: 415, reason: "Unsupported Media Type" });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
