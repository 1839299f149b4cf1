//! The one UDP port, and which session a datagram belongs to.

use std::{collections::HashMap, io, net::SocketAddr, sync::Arc, time::Instant};

use domain::ids::MediaSessionId;
use mio::net::UdpSocket;
use str0m::net::Transmit;

use super::{
    datagrams::{self, Inbox},
    orders::Rest,
    transport,
};
use crate::counters::{Counters, count};

/// Addresses that one session may come from at the same time; an older one is forgotten.
const MAX_ADDRESSES: usize = 8;
/// Datagrams that one system call sends at most.
const OUTBOX: usize = 64;

pub(super) struct Net {
    socket: UdpSocket,
    receiver: datagrams::Receiver,
    /// What is to be sent with the next system call.
    outbox: Vec<Transmit>,
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
    pub(super) fn new(socket: UdpSocket, candidates: Arc<[SocketAddr]>, counters: Arc<Counters>) -> io::Result<Self> {
        let receiver = datagrams::Receiver::new(&socket)?;
        let (routes, ufrags) = (HashMap::new(), HashMap::new());
        Ok(Self { socket, receiver, outbox: Vec::with_capacity(OUTBOX), candidates, counters, routes, ufrags })
    }

    /// See [`Rest::until`].
    pub(super) fn rest(&mut self, rest: &mut Rest, until: Instant, listens: bool) -> io::Result<bool> {
        rest.until(until, &mut self.socket, listens)
    }

    /// Takes in the datagrams that wait, as many as `inbox` holds; false when there are none.
    pub(super) fn receive(&self, inbox: &mut Inbox) -> bool {
        loop {
            match self.socket.try_io(|| self.receiver.receive(&self.socket, inbox)) {
                Ok(()) => return true,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return false,
                // An ICMP error of an earlier datagram; the next one may be fine.
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {}
                Err(error) => {
                    tracing::warn!(%error, "the audio port could not be read");
                    return false;
                }
            }
        }
    }

    /// Puts a datagram with those that [`flush`](Self::flush) sends.
    pub(super) fn send(&mut self, transmit: Transmit) {
        self.outbox.push(transmit);
        if self.outbox.len() == OUTBOX {
            self.flush();
        }
    }

    /// Sends what has gathered. What the system does not take is counted and lost, as on any network.
    pub(super) fn flush(&mut self) {
        let mut rest = self.outbox.as_slice();
        while let [first, others @ ..] = rest {
            match datagrams::send(&self.socket, rest) {
                Ok(sent) => rest = rest.get(sent.max(1)..).unwrap_or(&[]),
                Err(error) => {
                    tracing::trace!(%error, to = %first.destination, "a datagram was not sent");
                    count(&self.counters.send_failed);
                    rest = others;
                }
            }
        }
        self.outbox.clear();
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
