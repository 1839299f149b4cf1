//! Where requests go: transport, host and port, as settings name them.

use std::{fmt, net::IpAddr};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Transport {
    #[default]
    Udp,
    Tcp,
    Tls,
}

impl Transport {
    pub const ALL: [Self; 3] = [Self::Udp, Self::Tcp, Self::Tls];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    pub const fn default_port(self) -> u16 {
        match self {
            Self::Udp | Self::Tcp => 5_060,
            Self::Tls => 5_061,
        }
    }
}

/// A host by name or address.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target {
    pub transport: Transport,
    pub host: String,
    pub port: u16,
    /// A name without a port: records of DNS may say where (RFC 3263 section 4.2), and `port` is what counts without them.
    pub by_name: bool,
}

impl Target {
    /// Reads `host`, `host:port`, `[v6]`, `[v6]:port` or a bare IPv6 address. `None` for what is none of these.
    pub fn parse(text: &str, transport: Transport) -> Option<Self> {
        let text = text.trim();
        let make =
            |host: &str, port: u16| Some(Self { transport, host: host.to_ascii_lowercase(), port, by_name: false });
        if let Ok(address @ IpAddr::V6(_)) = text.parse::<IpAddr>() {
            return make(&address.to_string(), transport.default_port());
        }
        if let Some(rest) = text.strip_prefix('[') {
            let (address, after) = rest.split_once(']')?;
            let address: IpAddr = address.parse().ok().filter(IpAddr::is_ipv6)?;
            let port = match after.strip_prefix(':') {
                Some(port) => port.parse().ok()?,
                None if after.is_empty() => transport.default_port(),
                None => return None,
            };
            return make(&address.to_string(), port);
        }
        let (host, port) = match text.split_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (text, None),
        };
        let fits = !host.is_empty()
            && host.len() <= 253
            && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
        if !fits || port == Some(0) {
            return None;
        }
        let made = make(host, port.unwrap_or(transport.default_port()))?;
        Some(Self { by_name: port.is_none() && made.address().is_none(), ..made })
    }

    pub fn address(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }
}

impl fmt::Display for Target {
    /// `host:port`, with brackets around IPv6; a name without a port as it is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.by_name {
            f.write_str(&self.host)
        } else if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// Whether a text can be the user part of a SIP address without being escaped.
pub fn is_user(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.!~*'()&=+$,;?/#".contains(&byte))
        && !text.contains([';', '?', '/', '\'', '(', ')', ','])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_with_and_without_ports() {
        for (text, shown) in [
            ("SIP.Example.org", "sip.example.org"),
            ("sip.example.org:5080", "sip.example.org:5080"),
            ("192.0.2.1", "192.0.2.1:5060"),
            ("2001:db8::1", "[2001:db8::1]:5060"),
            ("[2001:DB8::1]:5070", "[2001:db8::1]:5070"),
        ] {
            let target = Target::parse(text, Transport::Udp).unwrap();
            assert_eq!(target.to_string(), shown);
            assert_eq!(Target::parse(&target.to_string(), Transport::Udp), Some(target));
        }
        assert_eq!(Target::parse("a.example", Transport::Tls).unwrap().port, 5_061);
        for bad in ["", ":5060", "a b", "a:b", "a:0", "a:99999", "[::1", "[1.2.3.4]", "[::1]x", "sip:a@b", "a@b"] {
            assert_eq!(Target::parse(bad, Transport::Udp), None, "{bad}");
        }
    }

    #[test]
    fn users_need_no_escaping() {
        for good in ["101", "+919812300021", "anna.k", "*97", "#1"] {
            assert!(is_user(good), "{good}");
        }
        for bad in ["", "a b", "a@b", "a:b", "a;b", "a<b", "ä", "a\r\nb"] {
            assert!(!is_user(bad), "{bad}");
        }
    }
}
