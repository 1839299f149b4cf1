//! What stands between the network and the library: each datagram is judged, and stamped with where it came from.

use std::{net::SocketAddr, sync::Arc};

use async_trait::async_trait;
use rsipstack::{
    platform::net::UdpSocket,
    sip::{HasHeaders, Header, SipMessage},
    transaction::endpoint::MessageInspector,
    transport::SipAddr,
};
use tokio::net::UdpSocket as Socket;

use crate::message::{self, Verdict};

/// Not a field of any protocol: taken off everything that comes in, then written by us.
pub(super) const SOURCE: &str = "X-Switchboard-Source";

/// A UDP socket through which only well-formed messages pass.
pub(super) struct Guarded {
    socket: Arc<Socket>,
}

impl Guarded {
    pub(super) fn new(socket: Socket) -> Self {
        Self { socket: Arc::new(socket) }
    }
}

#[async_trait]
impl UdpSocket for Guarded {
    async fn recv_from(&self, buffer: &mut [u8]) -> rsipstack::Result<(usize, SocketAddr)> {
        loop {
            // An error here is one of the network, such as a port that is closed at the other end.
            let Ok((length, from)) = self.socket.recv_from(buffer).await else { continue };
            let datagram = &buffer[..length];
            // Keep-alives of the transport are the library's.
            if datagram.iter().all(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
                return Ok((length, from));
            }
            let tag = format!("{:016x}", rand::random::<u64>());
            match message::check(datagram, &tag) {
                Verdict::Pass(plain) if plain.len() <= buffer.len() => {
                    buffer[..plain.len()].copy_from_slice(&plain);
                    return Ok((plain.len(), from));
                }
                Verdict::Pass(_) | Verdict::Ignore => tracing::debug!(%from, length, "a datagram is no SIP"),
                Verdict::Refuse(refusal) => {
                    tracing::debug!(%from, status = refusal.status, reason = refusal.reason, "a SIP request was refused");
                    if let Err(error) = self.socket.send_to(&refusal.reply, from).await {
                        tracing::debug!(%from, %error, "a refusal was not sent");
                    }
                }
            }
        }
    }

    async fn send_to(&self, datagram: &[u8], to: SocketAddr) -> rsipstack::Result<usize> {
        Ok(self.socket.send_to(datagram, to).await?)
    }

    fn local_addr(&self) -> rsipstack::Result<SocketAddr> {
        Ok(self.socket.local_addr()?)
    }
}

/// Writes down where each message came from: what its own fields say of that is only its sender's word.
pub(super) struct Source;

impl MessageInspector for Source {
    fn before_send(&self, mut message: SipMessage, _: Option<&SipAddr>) -> SipMessage {
        strip(&mut message);
        message
    }

    fn after_received(&self, mut message: SipMessage, from: Option<&SipAddr>) -> SipMessage {
        strip(&mut message);
        if let Some(from) = from {
            let transport = from.r#type.map(|transport| transport.to_string()).unwrap_or_default();
            message.headers_mut().push(Header::Other(SOURCE.into(), format!("{transport} {}", from.addr)));
        }
        message
    }
}

fn strip(message: &mut SipMessage) {
    let ours = |header: &Header| matches!(header, Header::Other(name, _) if name.eq_ignore_ascii_case(SOURCE));
    message.headers_mut().retain(|header| !ours(header));
}
