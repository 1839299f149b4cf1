//! A leg of plain RTP.

use std::{
    io::BufRead,
    net::{SocketAddr, UdpSocket},
    time::Instant,
};

use serde_json::Value;

use crate::{
    Failure,
    load::{self, Heard, Peer},
    sound::{Packets, Sounds},
};

pub struct Flow {
    socket: UdpSocket,
    to: SocketAddr,
    payload_type: u8,
    step: u32,
    packets: Packets,
    sent: u32,
    heard: Heard,
}

impl Flow {
    /// `step`: RTP clock units in 20 ms.
    pub fn new(
        socket: UdpSocket,
        to: SocketAddr,
        payload_type: u8,
        step: u32,
        packets: Packets,
    ) -> Result<Self, Failure> {
        socket.set_nonblocking(true)?;
        Ok(Self { socket, to, payload_type, step, packets, sent: 0, heard: Heard::default() })
    }
}

/// RFC 3550 section 5.1, without padding, extension, contributors.
pub fn header(payload_type: u8, seq: u16, time: u32, ssrc: u32) -> [u8; 12] {
    let mut header = [0; 12];
    header[0] = 0x80;
    header[1] = payload_type;
    header[2..4].copy_from_slice(&seq.to_be_bytes());
    header[4..8].copy_from_slice(&time.to_be_bytes());
    header[8..].copy_from_slice(&ssrc.to_be_bytes());
    header
}

impl Peer for Flow {
    fn listen(&mut self, now: Instant) -> Result<(), Failure> {
        let mut datagram = [0; 2_048];
        while let Ok(length) = self.socket.recv(&mut datagram) {
            // RFC 5761 section 4: packet types of RTCP are 200 and up.
            if length > 12 && datagram[1] < 200 {
                self.heard.packet(now);
            }
        }
        Ok(())
    }

    fn speak(&mut self, _now: Instant) -> Result<(), Failure> {
        let payload = &self.packets[self.sent as usize % self.packets.len()];
        let ssrc = u32::from(self.socket.local_addr()?.port());
        let mut packet = header(self.payload_type, self.sent as u16, self.sent.wrapping_mul(self.step), ssrc).to_vec();
        packet.extend_from_slice(payload);
        self.socket.send_to(&packet, self.to)?;
        self.sent += 1;
        Ok(())
    }

    fn heard(&self) -> Heard {
        self.heard
    }
}

/// Each line of standard input is a flow: `{from, to, sound, type}`, `sound` being `opus`, `quiet` or `pcmu`. The last
/// line is the number of calls or participants.
pub fn load_other(pid: u32, seconds: f64) -> Result<Value, Failure> {
    let sounds = Sounds::make()?;
    let mut peers: Vec<Box<dyn Peer>> = Vec::new();
    for line in std::io::stdin().lock().lines() {
        let order: Value = serde_json::from_str(&line?)?;
        if let Some(units) = order.as_u64() {
            return Ok(load::run(&mut peers, pid, seconds)?.as_json(pid, units as usize));
        }
        let word = |key: &str| order[key].as_str().ok_or(format!("a flow without {key}"));
        let (packets, step) = match word("sound")? {
            "opus" => (&sounds.opus, 960),
            "quiet" => (&sounds.quiet, 960),
            "pcmu" => (&sounds.pcmu, 160),
            other => return Err(format!("{other} is no sound").into()),
        };
        let socket = UdpSocket::bind(word("from")?)?;
        let payload_type = order["type"].as_u64().unwrap_or(0) as u8;
        peers.push(Box::new(Flow::new(socket, word("to")?.parse()?, payload_type, step, packets.clone())?));
    }
    Err("the number of calls is missing".into())
}
