use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, request::Parts},
};
use backend::Backend;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address of whoever asks: of the connection, or, when that is a trusted proxy's, the one that the proxy names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl FromRequestParts<Backend> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, backend: &Backend) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        // Without a connection (a request made inside the process) it counts as this machine's.
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(address)| address.ip());
        Ok(Self(client_address(peer, &parts.headers, &backend.options().trusted_proxies)))
    }
}

/// Proxies append whom they heard from, so the list is read from its end; what stands before the first stranger is what that
/// stranger says and is not believed.
fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    if !trusted.contains(&peer.to_canonical()) {
        return peer;
    }
    let lists = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let named: Vec<IpAddr> = lists.flat_map(|list| list.split(',')).filter_map(|one| one.trim().parse().ok()).collect();
    named.into_iter().rev().find(|address| !trusted.contains(address)).unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn seen(peer: &str, forwarded: &'static str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(FORWARDED_FOR, HeaderValue::from_static(forwarded));
        let trusted = ["127.0.0.1".parse().unwrap(), "10.0.0.5".parse().unwrap()];
        client_address(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_what_it_saw_itself() {
        assert_eq!(seen("198.51.100.7", "203.0.113.9"), "198.51.100.7");
        assert_eq!(seen("127.0.0.1", "203.0.113.9"), "203.0.113.9");
        assert_eq!(seen("::ffff:127.0.0.1", "203.0.113.9"), "203.0.113.9");
        assert_eq!(seen("127.0.0.1", "192.0.2.1, 203.0.113.9, 10.0.0.5"), "203.0.113.9");
        assert_eq!(seen("127.0.0.1", "nonsense"), "127.0.0.1");
    }
}
