//! The bridge's readers of what devices and strangers send, apart from its threads and sockets: for those who try them.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Instant,
};

use str0m::{
    Input, Output, Rtc,
    media::{Direction, MediaKind},
    net::{Protocol, Receive},
};

use crate::{
    engine::transport,
    handle::{SessionError, parse},
};

/// Answers an offer as a session would that is reached at `candidate`.
///
/// # Errors
/// [`SessionError::BadOffer`], [`SessionError::NoAudio`].
pub fn answer(candidate: SocketAddr, offer_sdp: &str, now: Instant) -> Result<String, SessionError> {
    let offer = parse(offer_sdp)?;
    transport::accept(&mut transport::new_rtc(&[candidate], now), offer)
}

/// The part of a connectivity check's user name that tells which session it is for.
pub fn session_of_check(datagram: &[u8]) -> Option<String> {
    transport::stun_ufrag(datagram)
}

/// A connection that waits for its device.
pub struct Listener {
    rtc: Rtc,
    candidate: SocketAddr,
    answered: usize,
}

impl Listener {
    /// `None` when the transport cannot answer its own like.
    pub fn new(candidate: SocketAddr, now: Instant) -> Option<Self> {
        let mut device = Rtc::builder().clear_codecs().enable_opus(true, false).build(now);
        let mut change = device.sdp_api();
        change.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
        let (offer, _) = change.apply()?;
        let mut rtc = transport::new_rtc(&[candidate], now);
        transport::accept(&mut rtc, offer).ok()?;
        Some(Self { rtc, candidate, answered: 0 })
    }

    /// Takes a datagram of whoever sent it.
    pub fn receive(&mut self, datagram: &[u8], now: Instant) {
        let source = SocketAddr::from((Ipv4Addr::LOCALHOST, 9));
        if let Ok(contents) = datagram.try_into() {
            let receive = Receive { proto: Protocol::Udp, source, destination: self.candidate, contents };
            // Refused is as good as ignored.
            drop(self.rtc.handle_input(Input::Receive(now, receive)));
        }
        loop {
            match self.rtc.poll_output() {
                Ok(Output::Transmit(_)) => self.answered += 1,
                Ok(Output::Event(_)) => {}
                Ok(Output::Timeout(_)) | Err(_) => return,
            }
        }
    }

    pub fn is_connected(&self) -> bool {
        self.rtc.is_connected()
    }

    /// Datagrams that it wanted to send.
    pub fn answered(&self) -> usize {
        self.answered
    }
}
