//! The cost of the secure transport alone (SRTP with its DTLS and ICE, as str0m does it): two ends in one thread, without a
//! network, of which only the server's is timed.

use std::{
    fs,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use str0m::{
    Candidate, Event, Input, Output, Rtc,
    media::{Direction, MediaKind, Mid},
    net::{Protocol, Receive, Transmit},
    rtp::RtpWrite,
};

use crate::{Failure, sound::Sounds};

const CONNECTIONS: u32 = 50;
const PACKETS: u64 = 100_000;
/// Handed over at once, so that the clock is not read for each.
const BATCH: u64 = 500;
const OPUS: u8 = 111;

struct End {
    rtc: Rtc,
    address: SocketAddr,
    mid: Option<Mid>,
    connected: bool,
    spent: Duration,
}

/// CPU time of this thread (Linux).
fn thread_time() -> Result<Duration, Failure> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(Duration::from_nanos(text.split_whitespace().next().ok_or("no figure")?.parse()?))
}

impl End {
    fn new(lite: bool, port: u16) -> Result<Self, Failure> {
        let config = Rtc::builder().clear_codecs().enable_opus(true, false).set_rtp_mode(true).set_ice_lite(lite);
        let mut rtc = config.build(Instant::now());
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        rtc.add_local_candidate(Candidate::host(address, "udp")?);
        Ok(Self { rtc, address, mid: None, connected: false, spent: Duration::ZERO })
    }

    fn drain(&mut self, out: &mut Vec<Transmit>) -> Result<(), Failure> {
        loop {
            match self.rtc.poll_output()? {
                Output::Timeout(_) => return Ok(()),
                Output::Transmit(transmit) => out.push(transmit),
                Output::Event(Event::Connected) => self.connected = true,
                Output::Event(Event::MediaAdded(media)) => self.mid = Some(media.mid),
                Output::Event(_) => {}
            }
        }
    }

    fn receive(&mut self, from: SocketAddr, packets: &[Transmit], now: Instant) -> Result<Vec<Transmit>, Failure> {
        let (start, mut out) = (thread_time()?, Vec::new());
        for packet in packets {
            let contents = (&*packet.contents).try_into()?;
            let receive = Receive { proto: Protocol::Udp, source: from, destination: self.address, contents };
            self.rtc.handle_input(Input::Receive(now, receive))?;
            self.drain(&mut out)?;
        }
        self.spent += thread_time()? - start;
        Ok(out)
    }

    fn advance(&mut self, now: Instant) -> Result<Vec<Transmit>, Failure> {
        let (start, mut out) = (thread_time()?, Vec::new());
        self.rtc.handle_input(Input::Timeout(now))?;
        self.drain(&mut out)?;
        self.spent += thread_time()? - start;
        Ok(out)
    }

    fn write(
        &mut self,
        numbers: std::ops::Range<u64>,
        payload: &Arc<[u8]>,
        now: Instant,
    ) -> Result<Vec<Transmit>, Failure> {
        let (start, mut out) = (thread_time()?, Vec::new());
        let mid = self.mid.ok_or("no sound was agreed on")?;
        for n in numbers {
            let packet = RtpWrite::new(OPUS.into(), (n + 1).into(), (n as u32).wrapping_mul(960), now, payload.clone());
            self.rtc.direct_api().stream_tx_by_mid(mid, None).ok_or("no stream")?.write_rtp(packet);
            self.rtc.handle_input(Input::Timeout(now))?;
            self.drain(&mut out)?;
        }
        self.spent += thread_time()? - start;
        Ok(out)
    }
}

fn connect(device: &mut End, server: &mut End, mut now: Instant) -> Result<Instant, Failure> {
    let mut change = device.rtc.sdp_api();
    device.mid = Some(change.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None));
    let (offer, pending) = change.apply().ok_or("nothing to offer")?;
    let start = thread_time()?;
    let answer = server.rtc.sdp_api().accept_offer(offer)?;
    server.spent += thread_time()? - start;
    device.rtc.sdp_api().accept_answer(pending, answer)?;
    for _ in 0..1_000 {
        if device.connected && server.connected {
            return Ok(now);
        }
        now += Duration::from_millis(5);
        let (from, to) = (device.address, server.address);
        let asked = device.advance(now)?;
        let mut answers = server.receive(from, &asked, now)?;
        answers.extend(server.advance(now)?);
        let more = device.receive(to, &answers, now)?;
        let rest = server.receive(from, &more, now)?;
        device.receive(to, &rest, now)?;
    }
    Err("the two ends did not connect".into())
}

pub fn measure() -> Result<Value, Failure> {
    let payload = Sounds::make()?.opus[100].clone();
    // The system counts a thread's time in steps of some milliseconds, so that one connection tells nothing.
    let start = thread_time()?;
    for _ in 0..CONNECTIONS {
        let (mut device, mut server) = (End::new(false, 1)?, End::new(true, 2)?);
        connect(&mut device, &mut server, Instant::now())?;
    }
    let both = thread_time()? - start;
    let (mut device, mut server) = (End::new(false, 1)?, End::new(true, 2)?);
    let mut now = connect(&mut device, &mut server, Instant::now())?;
    server.spent = Duration::ZERO;
    for first in (0..PACKETS).step_by(BATCH as usize) {
        let packets = device.write(first..first + BATCH, &payload, now)?;
        server.receive(device.address, &packets, now)?;
        now += Duration::from_micros(1);
    }
    let received = std::mem::take(&mut server.spent);
    for first in (0..PACKETS).step_by(BATCH as usize) {
        server.write(first..first + BATCH, &payload, now)?;
        now += Duration::from_micros(1);
    }
    let micros = |spent: Duration| spent.as_secs_f64() * 1e6 / PACKETS as f64;
    Ok(json!({
        "micros_in": micros(received),
        "micros_out": micros(server.spent),
        "set_up_millis_both_ends": both.as_secs_f64() * 1e3 / f64::from(CONNECTIONS),
        "payload_bytes": payload.len(),
    }))
}
