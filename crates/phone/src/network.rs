//! Which of this machine's addresses leads to the server.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs, UdpSocket};

use url::Url;

/// The server's own address. May block on a name look-up.
pub(crate) fn look_up(server: &Url) -> Option<SocketAddr> {
    let host = server.host_str()?.trim_matches(['[', ']']);
    (host, server.port_or_known_default()?).to_socket_addrs().ok()?.next()
}

/// Our address on the way to `server`; `None` while there is no way. May block on a name look-up.
pub(crate) fn address_towards(server: &Url) -> Option<IpAddr> {
    our_address(look_up(server)?)
}

/// Our address on the way to `target`; `None` while there is no way. Sends nothing: connecting a UDP socket only looks up
/// the route, so it can be asked many times a second.
pub(crate) fn our_address(target: SocketAddr) -> Option<IpAddr> {
    let any: SocketAddr = if target.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0_u16; 8], 0).into() };
    let socket = UdpSocket::bind(any).ok()?;
    socket.connect(target).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

/// Where media sockets are bound. A server on this machine is reached over loopback only; for any other each interface
/// gets a socket, so that a change of network leaves one that works.
pub(crate) fn media_bind(ours: Option<IpAddr>) -> String {
    match ours {
        Some(ip) if ip.is_loopback() => "127.0.0.1:0".to_owned(),
        _ => "0.0.0.0:0".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_this_machine_is_reached_over_loopback() {
        let ours = address_towards(&"http://127.0.0.1:8080".parse().unwrap());
        assert_eq!(ours, Some([127, 0, 0, 1].into()));
        assert_eq!(media_bind(ours), "127.0.0.1:0");
        assert_eq!(media_bind(None), "0.0.0.0:0");
    }
}
