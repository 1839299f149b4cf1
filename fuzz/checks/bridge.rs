//! What has to hold for whatever devices, or strangers, send to the bridge.

use std::{net::SocketAddr, time::Instant};

use switchboard_bridge::foreign::{self, Listener};

const BRIDGE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8_471);

/// An offer of a device: answered with Opus, or refused.
pub fn offer(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(answer) = foreign::answer(BRIDGE, text, Instant::now()) {
        assert!(answer.contains("opus/48000"), "{answer}");
    }
}

/// Datagrams of 16-bit length each, to the port and to a connection that waits for its device. The connection never counts
/// as made, and answers no more than it was asked.
pub fn datagrams(data: &[u8]) {
    let Some(mut listener) = Listener::new(BRIDGE, Instant::now()) else { return };
    let (mut rest, mut came) = (data, 0);
    while let [high, low, more @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(more.len());
        let (datagram, next) = more.split_at(length);
        rest = next;
        came += 1;
        drop(foreign::session_of_check(datagram));
        listener.receive(datagram, Instant::now());
    }
    assert!(!listener.is_connected());
    assert!(listener.answered() <= came * 16 + 16, "{} answers to {came} datagrams", listener.answered());
}
