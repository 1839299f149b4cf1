//! A WebRTC device that sends given packets and counts what it is sent.

use std::{
    net::{SocketAddr, UdpSocket},
    time::Instant,
};

use str0m::{
    Candidate, Event, Input, Output, Rtc,
    change::{SdpAnswer, SdpPendingOffer},
    media::{Direction, MediaKind, Mid},
    net::{Protocol, Receive},
    rtp::RtpWrite,
};

use crate::{
    Failure,
    load::{Heard, Peer},
    sound::Packets,
};

const OPUS: u8 = 111;

pub struct Device {
    rtc: Rtc,
    socket: UdpSocket,
    address: SocketAddr,
    mid: Mid,
    pending: Option<SdpPendingOffer>,
    packets: Packets,
    connected: bool,
    muted: bool,
    sent: u64,
    heard: Heard,
}

impl Device {
    /// The device and its offer.
    pub fn offer(packets: Packets) -> Result<(Self, String), Failure> {
        let mut rtc = Rtc::builder().clear_codecs().enable_opus(true, false).set_rtp_mode(true).build(Instant::now());
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        rtc.add_local_candidate(Candidate::host(address, "udp")?);
        let mut change = rtc.sdp_api();
        let mid = change.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
        let (offer, pending) = change.apply().ok_or("nothing to offer")?;
        let pending = Some(pending);
        let (connected, muted) = (false, false);
        let device =
            Self { rtc, socket, address, mid, pending, packets, connected, muted, sent: 0, heard: Heard::default() };
        Ok((device, offer.to_sdp_string()))
    }

    pub fn accept(&mut self, answer: &str) -> Result<(), Failure> {
        let pending = self.pending.take().ok_or("there is an answer already")?;
        Ok(self.rtc.sdp_api().accept_answer(pending, SdpAnswer::from_sdp_string(answer)?)?)
    }

    /// Only keeps its connection.
    pub fn muted(self) -> Self {
        Self { muted: true, ..self }
    }

    pub fn is_connected(&self) -> bool {
        self.connected
    }

    /// Runs the transport's timers.
    pub fn advance(&mut self, now: Instant) -> Result<(), Failure> {
        self.rtc.handle_input(Input::Timeout(now))?;
        self.drain()
    }

    fn drain(&mut self) -> Result<(), Failure> {
        loop {
            match self.rtc.poll_output()? {
                Output::Timeout(_) => return Ok(()),
                Output::Transmit(transmit) => {
                    self.socket.send_to(&transmit.contents, transmit.destination)?;
                }
                Output::Event(Event::Connected) => self.connected = true,
                Output::Event(Event::RtpPacket(_)) => self.heard.packet(Instant::now()),
                Output::Event(_) => {}
            }
        }
    }
}

impl Peer for Device {
    fn listen(&mut self, now: Instant) -> Result<(), Failure> {
        let mut datagram = [0; 2_048];
        while let Ok((length, source)) = self.socket.recv_from(&mut datagram) {
            let Ok(contents) = datagram[..length].try_into() else { continue };
            let receive = Receive { proto: Protocol::Udp, source, destination: self.address, contents };
            self.rtc.handle_input(Input::Receive(now, receive))?;
            self.drain()?;
        }
        Ok(())
    }

    fn speak(&mut self, now: Instant) -> Result<(), Failure> {
        if self.connected && !self.muted {
            let payload = self.packets[self.sent as usize % self.packets.len()].clone();
            let time = (self.sent as u32).wrapping_mul(960);
            // Numbers from 1, so that the receiver's rollover counter starts at zero too (RFC 3711 section 3.3.1).
            let packet = RtpWrite::new(OPUS.into(), (self.sent + 1).into(), time, now, payload);
            if let Some(stream) = self.rtc.direct_api().stream_tx_by_mid(self.mid, None) {
                stream.write_rtp(packet);
                self.sent += 1;
            }
        }
        self.advance(now)
    }

    fn heard(&self) -> Heard {
        self.heard
    }
}
