//! The one UDP port, and which session a datagram belongs to.

use std::{collections::HashMap, io, net::SocketAddr, sync::Arc};

use domain::ids::MediaSessionId;
use str0m::net::Transmit;
use tokio::net::UdpSocket;

use super::transport;
use crate::counters::{Counters, count};

/// Addresses that one session may come from at the same time; an older one is forgotten.
const MAX_ADDRESSES: usize = 8;

pub(super) struct Net {
    socket: UdpSocket,
    candidates: Arc<[SocketAddr]>,
    counters: Arc<Counters>,
    routes: HashMap<SocketAddr, MediaSessionId>,
    ufrags: HashMap<String, MediaSessionId>,
}

/// Whose a datagram is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// The address has proved to be this session's.
    Known(MediaSessionId),
    /// It claims to be this session's; the claim has to be checked before the address is believed.
    Claimed(MediaSessionId),
    Nobody,
}

impl Net {
    pub(super) fn new(socket: UdpSocket, candidates: Arc<[SocketAddr]>, counters: Arc<Counters>) -> Self {
        Self { socket, candidates, counters, routes: HashMap::new(), ufrags: HashMap::new() }
    }

    pub(super) async fn readable(&self) -> io::Result<()> {
        self.socket.readable().await
    }

    /// The next datagram that waits, or `None`.
    pub(super) fn receive(&self, buffer: &mut [u8]) -> Option<(usize, SocketAddr)> {
        loop {
            match self.socket.try_recv_from(buffer) {
                Ok(received) => return Some(received),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return None,
                // An ICMP error of an earlier datagram; the next one may be fine.
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {}
                Err(error) => {
                    tracing::warn!(%error, "the audio port could not be read");
                    return None;
                }
            }
        }
    }

    pub(super) fn send(&self, transmit: &Transmit) {
        if self.socket.try_send_to(&transmit.contents, transmit.destination).is_err() {
            count(&self.counters.send_failed);
        }
    }

    /// Connectivity checks name their session, all else is told by its address.
    pub(super) fn owner(&self, datagram: &[u8], source: SocketAddr) -> Owner {
        let known = self.routes.get(&source).copied();
        let claimed = transport::stun_ufrag(datagram).and_then(|ufrag| self.ufrags.get(&ufrag).copied());
        match (known, claimed) {
            (Some(known), Some(claimed)) if known == claimed => Owner::Known(known),
            (_, Some(claimed)) => Owner::Claimed(claimed),
            (Some(known), None) => Owner::Known(known),
            (None, None) => Owner::Nobody,
        }
    }

    /// Believes an address from now on; the answer is one that is to be forgotten.
    pub(super) fn learn(&mut self, id: MediaSessionId, source: SocketAddr, addresses: &mut Vec<SocketAddr>) {
        self.routes.insert(source, id);
        addresses.retain(|address| *address != source);
        addresses.push(source);
        if addresses.len() > MAX_ADDRESSES {
            let oldest = addresses.remove(0);
            self.routes.remove(&oldest);
        }
    }

    pub(super) fn expect(&mut self, id: MediaSessionId, ufrag: String) {
        self.ufrags.retain(|_, owner| *owner != id);
        self.ufrags.insert(ufrag, id);
    }

    pub(super) fn forget(&mut self, id: MediaSessionId) {
        self.ufrags.retain(|_, owner| *owner != id);
        self.routes.retain(|_, owner| *owner != id);
    }

    /// Which of our addresses `source` has sent to. With several, loopback is told from the rest; the rest share the
    /// first, because the socket does not say.
    pub(super) fn local_for(&self, source: SocketAddr) -> Option<SocketAddr> {
        let same_side = |candidate: &&SocketAddr| candidate.ip().is_loopback() == source.ip().is_loopback();
        self.candidates.iter().find(same_side).or_else(|| self.candidates.first()).copied()
    }
}
