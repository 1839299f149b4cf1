//! Where the bridge listens and writes.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    path::PathBuf,
};

#[derive(Debug, Clone)]
pub struct BridgeConfig {
    /// The one UDP port of all devices.
    pub udp_bind: SocketAddr,
    /// Addresses that devices are told to send to. Empty: the bound address or, when that is the wildcard, the address
    /// of the default route and loopback. Behind address translation this has to hold the public address.
    pub advertised: Vec<IpAddr>,
    /// Folder for recordings in progress; it is made when missing.
    pub spool: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum BridgeError {
    #[error("UDP port {address} cannot be used for audio: {source}")]
    Bind { address: SocketAddr, source: io::Error },
    #[error("folder {} cannot be used for recordings: {source}", path.display())]
    Spool { path: PathBuf, source: io::Error },
    #[error("the audio thread could not be started: {0}")]
    Thread(io::Error),
    #[error(transparent)]
    Codec(#[from] media::codec::CodecError),
}

impl BridgeConfig {
    /// Addresses to put into answers, given the one that was bound.
    pub(crate) fn candidates(&self, bound: SocketAddr) -> Vec<SocketAddr> {
        let mut addresses = self.advertised.clone();
        if addresses.is_empty() && !bound.ip().is_unspecified() {
            addresses.push(bound.ip());
        }
        if addresses.is_empty() {
            addresses.extend(default_route(bound.is_ipv6()));
            addresses.push(if bound.is_ipv6() { Ipv6Addr::LOCALHOST.into() } else { Ipv4Addr::LOCALHOST.into() });
        }
        addresses.retain(|address| address.is_ipv6() == bound.is_ipv6());
        addresses.dedup();
        addresses.into_iter().map(|address| SocketAddr::new(address, bound.port())).collect()
    }
}

/// The address that packets to the rest of the world would leave from. Nothing is sent: connecting a UDP socket only
/// looks up the route (the addresses are those set aside for documentation, RFC 5737 and RFC 3849).
fn default_route(ipv6: bool) -> Option<IpAddr> {
    let (any, far): (IpAddr, IpAddr) = if ipv6 {
        (Ipv6Addr::UNSPECIFIED.into(), Ipv6Addr::new(0x2001, 0xDB8, 0, 0, 0, 0, 0, 1).into())
    } else {
        (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::new(192, 0, 2, 1).into())
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect((far, 9)).ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_unspecified() && !address.is_loopback()).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(advertised: Vec<IpAddr>) -> BridgeConfig {
        BridgeConfig { udp_bind: ([0, 0, 0, 0], 0).into(), advertised, spool: PathBuf::new() }
    }

    #[test]
    fn a_bound_address_is_its_own_candidate_unless_others_are_advertised() {
        let bound: SocketAddr = ([127, 0, 0, 1], 4_000).into();
        assert_eq!(config(vec![]).candidates(bound), [bound]);
        let public: IpAddr = [203, 0, 113, 7].into();
        assert_eq!(config(vec![public]).candidates(bound), [SocketAddr::new(public, 4_000)]);
    }

    #[test]
    fn the_wildcard_offers_loopback_at_least() {
        let candidates = config(vec![]).candidates(([0, 0, 0, 0], 5_000).into());
        assert!(candidates.contains(&([127, 0, 0, 1], 5_000).into()), "{candidates:?}");
        assert!(candidates.iter().all(|c| !c.ip().is_unspecified()));
    }
}
