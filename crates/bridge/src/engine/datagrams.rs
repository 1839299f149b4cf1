//! Many datagrams with one system call, where the platform has one for it.
//!
//! Segmentation offload (GSO) would not help: it joins datagrams to one address, and a device gets one every 20 ms.

use std::{
    io::{self, IoSliceMut},
    net::SocketAddr,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use mio::net::UdpSocket;
use quinn_udp::{BATCH_SIZE, RecvMeta, UdpSocketState};
use str0m::net::Transmit;

/// Room for what the system may hand over as one (UDP_GRO); only the pages that are written to become memory.
const BUFFER: usize = 65_535;

/// Datagrams that came in together.
pub(super) struct Inbox {
    buffers: Vec<Vec<u8>>,
    metas: Vec<RecvMeta>,
    filled: usize,
    /// When they were taken out of the port, by both clocks; the system's is what it stamps them with.
    read: (Instant, SystemTime),
    /// Nothing that comes out now arrived before.
    emptied: Instant,
}

/// One datagram.
pub(super) struct Datagram<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) source: SocketAddr,
    pub(super) arrived: Instant,
}

impl Inbox {
    /// How many one system call takes in.
    pub(super) const BATCH: u32 = BATCH_SIZE as u32;

    pub(super) fn new() -> Self {
        let now = Instant::now();
        Self {
            buffers: vec![vec![0; BUFFER]; BATCH_SIZE],
            metas: vec![RecvMeta::default(); BATCH_SIZE],
            filled: 0,
            read: (now, SystemTime::now()),
            emptied: now,
        }
    }

    pub(super) fn datagrams(&self) -> impl Iterator<Item = Datagram<'_>> {
        self.metas[..self.filled].iter().zip(&self.buffers).flat_map(|(meta, buffer)| {
            let (bytes, arrived) = (&buffer[..meta.len.min(buffer.len())], self.arrived(meta));
            // An empty datagram is one too.
            let empty = bytes.is_empty().then_some(bytes);
            let each = bytes.chunks(meta.stride.max(1)).chain(empty);
            each.map(move |bytes| Datagram { bytes, source: meta.addr, arrived })
        })
    }

    /// Whether it is known when what came arrived; otherwise it counts as arriving when it is read.
    pub(super) fn is_stamped(&self) -> bool {
        self.metas[..self.filled].iter().all(|meta| meta.timestamp.is_some())
    }

    fn arrived(&self, meta: &RecvMeta) -> Instant {
        let (read, by_system) = self.read;
        let waited = meta.timestamp.and_then(|stamp| by_system.duration_since(UNIX_EPOCH + stamp).ok());
        // The system's clock may be set in between, which shall not move a datagram to where it cannot have been.
        waited.and_then(|waited| read.checked_sub(waited)).unwrap_or(read).max(self.emptied)
    }
}

pub(super) struct Receiver {
    system: UdpSocketState,
}

impl Receiver {
    pub(super) fn new(socket: &UdpSocket) -> io::Result<Self> {
        Ok(Self { system: UdpSocketState::new(socket.into())? })
    }

    pub(super) fn receive(&self, socket: &UdpSocket, inbox: &mut Inbox) -> io::Result<()> {
        let began = Instant::now();
        inbox.filled = 0;
        let mut buffers: Vec<IoSliceMut<'_>> = inbox.buffers.iter_mut().map(|buffer| IoSliceMut::new(buffer)).collect();
        let filled = self.system.recv(socket.into(), &mut buffers, &mut inbox.metas);
        if filled.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock) {
            inbox.emptied = began;
        }
        inbox.filled = filled?;
        inbox.read = (Instant::now(), SystemTime::now());
        Ok(())
    }
}

/// Sends the first of `transmits`, or several; the answer is how many.
#[cfg(target_os = "linux")]
pub(super) fn send(socket: &UdpSocket, transmits: &[Transmit]) -> io::Result<usize> {
    use std::io::IoSlice;

    use rustix::net::{MMsgHdr, SendAncillaryBuffer, SendFlags, SocketAddrAny};

    let addresses: Vec<SocketAddrAny> = transmits.iter().map(|transmit| transmit.destination.into()).collect();
    let contents: Vec<[IoSlice<'_>; 1]> = transmits.iter().map(|transmit| [IoSlice::new(&transmit.contents)]).collect();
    let mut control: Vec<SendAncillaryBuffer<'_, '_, '_>> =
        transmits.iter().map(|_| SendAncillaryBuffer::default()).collect();
    let each = addresses.iter().zip(&contents).zip(&mut control);
    let mut messages: Vec<MMsgHdr<'_>> =
        each.map(|((address, contents), control)| MMsgHdr::new_with_addr(address, contents, control)).collect();
    Ok(rustix::net::sendmmsg(socket, &mut messages, SendFlags::empty())?)
}

/// Sends the first of `transmits`.
#[cfg(not(target_os = "linux"))]
pub(super) fn send(socket: &UdpSocket, transmits: &[Transmit]) -> io::Result<usize> {
    let Some(first) = transmits.first() else { return Ok(0) };
    socket.send_to(&first.contents, first.destination).map(|_| 1)
}
