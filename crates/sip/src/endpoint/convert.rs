//! Between the library's types and ours.

use std::net::SocketAddr;

use domain::pii::Personal;
use rsipstack::{
    dialog::authenticate::Credential,
    sip::{Header, HeadersExt, HostWithPort, Param, Request, StatusCode, Transport as LibraryTransport, Uri},
    transport::SipAddr,
};

use super::{Account, Endpoint, Identity, SipFault, guard::SOURCE};
use crate::target::{Target, Transport};

pub(super) const SDP: &str = "application/sdp";

pub(super) fn library_transport(of: Transport) -> LibraryTransport {
    match of {
        Transport::Udp => LibraryTransport::Udp,
        Transport::Tcp => LibraryTransport::Tcp,
        Transport::Tls => LibraryTransport::Tls,
    }
}

/// What is not said is UDP (RFC 3263 section 4.1).
pub(super) fn transport(of: Option<LibraryTransport>) -> Transport {
    match of {
        Some(LibraryTransport::Tls) => Transport::Tls,
        Some(LibraryTransport::Tcp) => Transport::Tcp,
        _ => Transport::Udp,
    }
}

pub(super) fn uri(text: &str) -> Result<Uri, SipFault> {
    Uri::try_from(text).map_err(|error| SipFault::BadAddress(error.to_string()))
}

pub(super) fn address(target: &Target) -> Result<SipAddr, SipFault> {
    let host = HostWithPort::try_from(target.to_string().as_str());
    let host = host.map_err(|error| SipFault::BadAddress(error.to_string()))?;
    Ok(SipAddr::new(library_transport(target.transport), host))
}

pub(super) fn credential(account: &Account) -> Credential {
    Credential {
        username: account.username.clone(),
        password: account.password.reveal().clone(),
        realm: None,
        auth_username: account.auth_name.clone(),
    }
}

/// `None` for a message that did not come through the guard, which cannot be.
pub(super) fn source(request: &Request) -> Option<(Transport, SocketAddr)> {
    let stamp = request.header_value(SOURCE)?;
    let (kind, address) = stamp.split_once(' ')?;
    let kind = match kind {
        "TCP" => Transport::Tcp,
        "TLS" => Transport::Tls,
        _ => Transport::Udp,
    };
    // The library writes IPv6 with brackets around it or without.
    let address = address.parse().ok().or_else(|| {
        let (host, port) = address.rsplit_once(':')?;
        Some(SocketAddr::new(host.parse().ok()?, port.parse().ok()?))
    })?;
    Some((kind, address))
}

fn user_of(value: &str) -> Option<String> {
    let inner = value.split_once('<').map_or(value, |(_, rest)| rest.split('>').next().unwrap_or_default());
    let rest = inner.trim().split_once(':')?.1;
    let user = match rest.split_once('@') {
        Some((user, _)) => user,
        // `tel:` has no host.
        None if inner.trim().starts_with("tel:") => rest,
        None => return None,
    };
    let user = user.split([';', ':']).next().unwrap_or_default();
    Some(unescaped(user)).filter(|user| !user.is_empty() && user.len() <= 128)
}

/// For a field inside an address (RFC 3261 section 19.1.1).
pub(super) fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.!~*()".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

pub(super) fn unescaped(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        let code = bytes.get(at + 1..at + 3).and_then(|two| str::from_utf8(two).ok());
        match code.and_then(|two| u8::from_str_radix(two, 16).ok()).filter(|_| *byte == b'%') {
            Some(value) => {
                out.push(value);
                at += 3;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn display_name(value: &str) -> String {
    let name = value.split_once('<').map_or("", |(name, _)| name).trim();
    let plain = name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(name).replace("\\\"", "\"");
    plain.chars().filter(|letter| !letter.is_control()).take(80).collect()
}

pub(super) fn identity(request: &Request) -> Option<Identity> {
    let (transport, source) = source(request)?;
    let from = request.header_value("From").unwrap_or_default();
    let asserted = request.header_value("P-Asserted-Identity").or_else(|| request.header_value("Remote-Party-ID"));
    let privacy = request.header_value("Privacy").unwrap_or_default().to_ascii_lowercase();
    let anonymous = from.to_ascii_lowercase().contains("anonymous.invalid");
    Some(Identity {
        source,
        transport,
        from_user: Personal::new(user_of(&from).unwrap_or_default()),
        from_name: Personal::new(display_name(&from)),
        asserted: asserted.as_deref().and_then(user_of).map(Personal::new),
        private: anonymous
            || ["id", "user", "header"].iter().any(|word| privacy.split(';').any(|one| one.trim() == *word)),
        credentials: request.header_value("Authorization").or_else(|| request.header_value("Proxy-Authorization")),
    })
}

pub(super) fn user(value: Option<String>) -> String {
    value.as_deref().and_then(user_of).unwrap_or_default()
}

pub(super) fn dialed(request: &Request) -> String {
    user_of(&request.uri.to_string()).unwrap_or_default()
}

pub(super) fn content_type(kind: &str) -> Vec<Header> {
    vec![Header::ContentType(kind.into())]
}

pub(super) fn status(code: u16) -> StatusCode {
    StatusCode::from(code)
}

/// Name, tags in this order: ours (`to-tag`), theirs (`from-tag`).
pub(super) fn replaced(value: &str) -> Option<(String, [String; 2])> {
    let mut parts = value.split(';').map(str::trim);
    let call_id = parts.next().filter(|id| !id.is_empty())?.to_owned();
    let (mut to, mut from) = (None, None);
    for part in parts {
        match part.split_once('=') {
            Some(("to-tag", tag)) => to = Some(tag.to_owned()),
            Some(("from-tag", tag)) => from = Some(tag.to_owned()),
            _ => {}
        }
    }
    Some((call_id, [to?, from?]))
}

impl Endpoint {
    /// Where the other side reaches us, by the transport that it is reached by.
    pub(super) fn contact(&self, user: &str, by: Transport, towards: Option<SocketAddr>) -> Uri {
        let at = self
            .0
            .listens
            .iter()
            .find(|(kind, at)| *kind == by && towards.is_none_or(|to| to.is_ipv6() == at.is_ipv6()))
            .or_else(|| self.0.listens.first())
            .map(|(_, at)| *at);
        let port = at.map_or(5_060, |at| at.port());
        let bound = at.map(|at| at.ip()).filter(|ip| !ip.is_unspecified());
        let ip = self.0.advertised.or(bound).or_else(|| towards.and_then(facing)).unwrap_or([127, 0, 0, 1].into());
        let mut params = Vec::new();
        if by != Transport::Udp {
            params.push(Param::Transport(library_transport(by)));
        }
        Uri {
            auth: (!user.is_empty()).then(|| rsipstack::sip::Auth { user: user.to_owned(), password: None }),
            host_with_port: SocketAddr::new(ip, port).into(),
            params,
            ..Uri::try_from("sip:switchboard.invalid").unwrap_or_default()
        }
    }
}

/// The address of ours from which packets to the other side leave. Nothing is sent: connecting a UDP socket only looks up the
/// route.
pub(super) fn facing(towards: SocketAddr) -> Option<std::net::IpAddr> {
    let any: SocketAddr = if towards.is_ipv6() { ([0_u16; 8], 0).into() } else { ([0_u8; 4], 0).into() };
    let socket = std::net::UdpSocket::bind(any).ok()?;
    socket.connect(towards).ok()?;
    socket.local_addr().ok().map(|at| at.ip()).filter(|ip| !ip.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_and_names_are_read_from_all_kinds_of_addresses() {
        for (value, user, name) in [
            ("\"Anna K\" <sip:+4930123@carrier.example;user=phone>;tag=1", Some("+4930123"), "Anna K"),
            ("sip:101@192.0.2.1;tag=2", Some("101"), ""),
            ("<tel:+4930123>", Some("+4930123"), ""),
            ("<sip:%2B4930123@x>", Some("+4930123"), ""),
            ("<sip:+4930123;ext=5@x>", Some("+4930123"), ""),
            ("<sip:192.0.2.1>", None, ""),
            ("Bob <sips:bob@x>", Some("bob"), "Bob"),
        ] {
            assert_eq!(user_of(value).as_deref(), user, "{value}");
            assert_eq!(display_name(value), name, "{value}");
        }
    }

    #[test]
    fn a_replaced_dialog_has_a_name_and_both_tags() {
        let read = replaced("abc@x;to-tag=1;from-tag=2;early-only");
        assert_eq!(read, Some(("abc@x".to_owned(), ["1".to_owned(), "2".to_owned()])));
        for bad in ["", "abc", "abc;to-tag=1", ";to-tag=1;from-tag=2"] {
            assert_eq!(replaced(bad), None, "{bad}");
        }
    }
}
