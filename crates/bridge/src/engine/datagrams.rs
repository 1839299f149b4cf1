//! Many datagrams with one system call, where the platform has one for it.
//!
//! Segmentation offload (GSO) would not help: it joins datagrams to one address, and a device gets one every 20 ms.

use std::{
    io::{self, IoSliceMut},
    net::SocketAddr,
};

use quinn_udp::{BATCH_SIZE, RecvMeta, UdpSocketState};
use str0m::net::Transmit;
use tokio::net::UdpSocket;

/// Room for what the system may hand over as one (UDP_GRO); only the pages that are written to become memory.
const BUFFER: usize = 65_535;

/// Datagrams that came in together.
pub(super) struct Inbox {
    buffers: Vec<Vec<u8>>,
    metas: Vec<RecvMeta>,
    filled: usize,
}

impl Inbox {
    pub(super) fn new() -> Self {
        Self { buffers: vec![vec![0; BUFFER]; BATCH_SIZE], metas: vec![RecvMeta::default(); BATCH_SIZE], filled: 0 }
    }

    /// Each datagram with its source.
    pub(super) fn datagrams(&self) -> impl Iterator<Item = (&[u8], SocketAddr)> {
        self.metas[..self.filled].iter().zip(&self.buffers).flat_map(|(meta, buffer)| {
            let bytes = &buffer[..meta.len.min(buffer.len())];
            // An empty datagram is one too.
            let empty = bytes.is_empty().then_some(bytes);
            bytes.chunks(meta.stride.max(1)).chain(empty).map(|datagram| (datagram, meta.addr))
        })
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
        inbox.filled = 0;
        let mut buffers: Vec<IoSliceMut<'_>> = inbox.buffers.iter_mut().map(|buffer| IoSliceMut::new(buffer)).collect();
        inbox.filled = self.system.recv(socket.into(), &mut buffers, &mut inbox.metas)?;
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
    socket.try_send_to(&first.contents, first.destination).map(|_| 1)
}
