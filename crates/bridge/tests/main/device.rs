//! A device: a full WebRTC peer with a microphone and an ear, both at 8 kHz or both at 16, on its own UDP socket.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use domain::ids::MediaSessionId;
use media::{
    codec::{EncoderSettings, MAX_PACKET, OpusEncoder},
    dtmf::{Digit, EventSender},
    jitter::{JitterCounts, JitterSettings},
    playout::OpusPlayout,
    red::{History, parse},
};
use str0m::{
    Candidate, Event, Input, Output, Rtc,
    change::{SdpAnswer, SdpPendingOffer},
    format::{Codec, FormatParams},
    media::{Direction, Frequency, MediaKind, Mid},
    net::{Protocol, Receive},
    rtp::RtpWrite,
};
use switchboard_bridge::{BridgeHandle, PortId};
use tokio::{net::UdpSocket, sync::mpsc, task::JoinHandle};
use uuid::Uuid;

/// Payload type of `red`; the number that browsers use too.
const RED: u8 = 63;

type Alter = Box<dyn Fn(&mut Vec<u8>) + Send>;

enum Order {
    Restart,
    Press(char),
    Event(Vec<u8>),
    Again(usize, Alter),
    HangUp,
}

#[derive(Clone, Default)]
pub struct Shared {
    microphone: Arc<Mutex<VecDeque<i16>>>,
    heard: Arc<Mutex<Vec<i16>>>,
    connected: Arc<AtomicBool>,
    packets: Arc<AtomicU64>,
    muted: Arc<AtomicBool>,
    /// Takes and sends copies of earlier frames (RFC 2198).
    red: bool,
    /// Its microphone and its ear work at 16 kHz.
    wide: bool,
    /// Every so many packets one is lost on the way out, and on the way in; 0: none.
    lost_out: Arc<AtomicU64>,
    lost_in: Arc<AtomicU64>,
    counts: Arc<Mutex<JitterCounts>>,
    packets_with_copies: Arc<AtomicU64>,
}

pub struct Device {
    pub id: MediaSessionId,
    shared: Shared,
    orders: mpsc::UnboundedSender<Order>,
    task: JoinHandle<()>,
}

impl Device {
    pub async fn connect(bridge: &BridgeHandle) -> Self {
        Self::connect_as(bridge, Shared::default(), |offer| offer).await
    }

    /// With an offer that is not as it was made.
    pub async fn connect_with(bridge: &BridgeHandle, offered: impl FnOnce(String) -> String) -> Self {
        Self::connect_as(bridge, Shared::default(), offered).await
    }

    /// One that knows `red` (RFC 2198) and sends each frame again with the next.
    pub async fn connect_red(bridge: &BridgeHandle) -> Self {
        Self::connect_as(bridge, Shared { red: true, ..Shared::default() }, |offer| offer).await
    }

    /// One whose microphone and ear are wideband.
    pub async fn connect_wide(bridge: &BridgeHandle) -> Self {
        Self::connect_as(bridge, Shared { wide: true, ..Shared::default() }, |offer| offer).await
    }

    async fn connect_as(bridge: &BridgeHandle, shared: Shared, offered: impl FnOnce(String) -> String) -> Self {
        let id = MediaSessionId::new(Uuid::now_v7());
        let (orders, inbox) = mpsc::unbounded_channel();
        let peer = Peer::offer(bridge.clone(), id, shared.clone(), offered).await;
        let task = tokio::spawn(peer.run(inbox));
        let device = Self { id, shared, orders, task };
        crate::stage::until("the device to connect", || device.shared.connected.load(Relaxed)).await;
        device
    }

    pub fn port(&self) -> PortId {
        PortId::Session(self.id)
    }

    pub fn say(&self, pcm: &[i16]) {
        self.shared.microphone.lock().unwrap().extend(pcm);
    }

    /// Everything heard since the last call: without a break, silence where nothing came.
    pub fn take_heard(&self) -> Vec<i16> {
        std::mem::take(&mut self.shared.heard.lock().unwrap())
    }

    pub fn heard_len(&self) -> usize {
        self.shared.heard.lock().unwrap().len()
    }

    pub fn packets(&self) -> u64 {
        self.shared.packets.load(Relaxed)
    }

    pub fn lose_every_sent(&self, nth: u64) {
        self.shared.lost_out.store(nth, Relaxed);
    }

    pub fn lose_every_received(&self, nth: u64) {
        self.shared.lost_in.store(nth, Relaxed);
    }

    /// What became of the frames that were to be heard.
    pub fn counts(&self) -> JitterCounts {
        *self.shared.counts.lock().unwrap()
    }

    pub fn packets_with_copies(&self) -> u64 {
        self.shared.packets_with_copies.load(Relaxed)
    }

    /// Stops sending audio altogether.
    pub fn mute(&self) {
        self.shared.muted.store(true, Relaxed);
    }

    pub fn unmute(&self) {
        self.shared.muted.store(false, Relaxed);
    }

    pub fn press(&self, key: char) {
        let _ = self.orders.send(Order::Press(key));
    }

    /// Sends this as the payload of a telephone event.
    pub fn event(&self, payload: &[u8]) {
        let _ = self.orders.send(Order::Event(payload.to_vec()));
    }

    /// Sends the latest sound datagram as it went out, so many times more, each altered.
    pub fn again(&self, times: usize, alter: impl Fn(&mut Vec<u8>) + Send + 'static) {
        let _ = self.orders.send(Order::Again(times, Box::new(alter)));
    }

    /// Closes the connection in good order.
    pub fn hang_up(&self) {
        let _ = self.orders.send(Order::HangUp);
    }

    /// Moves to a new socket, as after a change of network.
    pub fn restart_ice(&self) {
        let _ = self.orders.send(Order::Restart);
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Peer {
    bridge: BridgeHandle,
    id: MediaSessionId,
    shared: Shared,
    rtc: Rtc,
    socket: UdpSocket,
    address: SocketAddr,
    mid: Mid,
    encoder: OpusEncoder,
    ear: OpusPlayout,
    history: History,
    arrived: u64,
    origin: Instant,
    seq: u64,
    time: u32,
    presses: Vec<EventSender>,
    /// The latest sound datagram and where it went.
    latest: Option<(Vec<u8>, SocketAddr)>,
}

async fn socket() -> (UdpSocket, SocketAddr) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

impl Peer {
    async fn offer(
        bridge: BridgeHandle,
        id: MediaSessionId,
        shared: Shared,
        offered: impl FnOnce(String) -> String,
    ) -> Self {
        let mut config = Rtc::builder()
            .clear_codecs()
            .enable_opus(true, shared.red)
            .set_rtp_mode(true)
            .set_rtcp_report_interval_audio(Duration::from_secs(1));
        let events = FormatParams::parse_line("0-16");
        config.codec_config().add_config(110.into(), None, Codec::Tele, Frequency::FORTY_EIGHT_KHZ, None, events);
        let mut rtc = config.build(Instant::now());
        let (socket, address) = socket().await;
        rtc.add_local_candidate(Candidate::host(address, "udp").unwrap());
        let mut change = rtc.sdp_api();
        let mid = change.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
        let (offer, pending) = change.apply().unwrap();
        let answer = bridge.open_session(id, offered(offer.to_sdp_string())).await.unwrap();
        assert!(answer.contains("a=rtpmap:111 opus/48000/2"), "{answer}");
        assert!(answer.contains("a=rtpmap:110 telephone-event/48000"), "{answer}");
        assert!(answer.contains("useinbandfec=1") && answer.contains("a=ice-lite"), "{answer}");
        let rate = if shared.wide { 16_000 } else { 8_000 };
        let encoder = OpusEncoder::new(EncoderSettings::voice(rate)).unwrap();
        let ear = OpusPlayout::new(JitterSettings::OPUS, rate).unwrap();
        let (origin, presses) = (Instant::now(), Vec::new());
        let mut peer = Self {
            bridge,
            id,
            shared,
            rtc,
            socket,
            address,
            mid,
            encoder,
            ear,
            history: History::default(),
            arrived: 0,
            origin,
            seq: 1,
            time: 0,
            presses,
            latest: None,
        };
        peer.accept(pending, &answer);
        peer
    }

    fn accept(&mut self, pending: SdpPendingOffer, answer: &str) {
        self.rtc.sdp_api().accept_answer(pending, SdpAnswer::from_sdp_string(answer).unwrap()).unwrap();
    }

    async fn run(mut self, mut orders: mpsc::UnboundedReceiver<Order>) {
        let mut clock = tokio::time::interval(Duration::from_millis(20));
        let mut buffer = vec![0; 2_000];
        loop {
            let deadline = self.drain();
            tokio::select! {
                _ = clock.tick() => self.turn(),
                received = self.socket.recv_from(&mut buffer) => {
                    let (length, source) = received.unwrap();
                    if self.is_lost(&buffer[..length]) {
                        continue;
                    }
                    if let Ok(contents) = buffer[..length].try_into() {
                        let receive = Receive { proto: Protocol::Udp, source, destination: self.address, contents };
                        self.rtc.handle_input(Input::Receive(Instant::now(), receive)).unwrap();
                    }
                }
                () = tokio::time::sleep_until(deadline.into()) => {
                    self.rtc.handle_input(Input::Timeout(Instant::now())).unwrap();
                }
                order = orders.recv() => match order {
                    Some(Order::Restart) => self.restart().await,
                    Some(Order::Press(key)) => {
                        let digit = Digit::from_char(key).unwrap();
                        let (tick, length) = (Duration::from_millis(20), Duration::from_millis(100));
                        self.presses.push(EventSender::new(digit, self.time, 48_000, tick, length));
                    }
                    Some(Order::Event(payload)) => self.write(110, self.time, false, &payload),
                    Some(Order::Again(times, alter)) => {
                        let (datagram, to) = self.latest.clone().unwrap();
                        for _ in 0..times {
                            let mut datagram = datagram.clone();
                            alter(&mut datagram);
                            self.socket.send_to(&datagram, to).await.unwrap();
                        }
                    }
                    Some(Order::HangUp) => {
                        self.rtc.close().unwrap();
                        self.rtc.handle_input(Input::Timeout(Instant::now())).unwrap();
                        self.drain();
                        return;
                    }
                    None => return,
                },
            }
        }
    }

    /// Sound only (RFC 5761 section 4), every so many packets.
    fn is_lost(&mut self, datagram: &[u8]) -> bool {
        let sound = matches!(datagram, [128..=191, second, ..] if !(192..=223).contains(second));
        self.arrived += u64::from(sound);
        let lost = self.shared.lost_in.load(Relaxed);
        sound && lost > 0 && self.arrived.is_multiple_of(lost)
    }

    fn drain(&mut self) -> Instant {
        loop {
            match self.rtc.poll_output().unwrap() {
                Output::Timeout(at) => return at,
                Output::Transmit(transmit) => {
                    if matches!(transmit.contents[..], [128..=191, 0..=191 | 224.., ..]) {
                        self.latest = Some((transmit.contents.to_vec(), transmit.destination));
                    }
                    let _ = self.socket.try_send_to(&transmit.contents, transmit.destination);
                }
                Output::Event(Event::Connected) => self.shared.connected.store(true, Relaxed),
                Output::Event(Event::RtpPacket(packet)) => {
                    self.shared.packets.fetch_add(1, Relaxed);
                    let header = &packet.header;
                    let (seq, time, now) = (header.sequence_number, header.timestamp, self.origin.elapsed());
                    if *header.payload_type == RED {
                        self.shared.packets_with_copies.fetch_add(1, Relaxed);
                        self.ear.push_blocks(seq, time, &parse(&packet.payload).unwrap(), now).unwrap();
                    } else {
                        self.ear.push(seq, time, &packet.payload, now).unwrap();
                    }
                }
                Output::Event(_) => {}
            }
        }
    }

    fn turn(&mut self) {
        let mut out = vec![0; if self.shared.wide { 320 } else { 160 }];
        self.ear.fill(self.origin.elapsed(), &mut out);
        self.shared.heard.lock().unwrap().extend(&out);
        *self.shared.counts.lock().unwrap() = self.ear.counts();
        let mut microphone = self.shared.microphone.lock().unwrap();
        let frame: Vec<i16> = (0..out.len()).map(|_| microphone.pop_front().unwrap_or(0)).collect();
        drop(microphone);
        let mut packet = [0; MAX_PACKET];
        let length = self.encoder.encode(&frame, &mut packet).unwrap();
        if !self.shared.muted.load(Relaxed) {
            let (frame, mut wrapped) = (&packet[..length], [0; 1_500]);
            if self.shared.red {
                let written = self.history.write(self.time, frame, 111, &[960], &mut wrapped).unwrap();
                self.history.remember(self.time, frame);
                self.write(RED, self.time, false, &wrapped[..written]);
            } else {
                self.write(111, self.time, false, frame);
            }
        }
        let presses: Vec<_> = self.presses.iter_mut().filter_map(Iterator::next).collect();
        for press in presses {
            self.write(110, press.timestamp, press.marker, &press.event.encode());
        }
        self.time = self.time.wrapping_add(960);
        self.rtc.handle_input(Input::Timeout(Instant::now())).unwrap();
    }

    fn write(&mut self, payload_type: u8, time: u32, marker: bool, payload: &[u8]) {
        let lost = self.shared.lost_out.load(Relaxed);
        if lost > 0 && self.seq.is_multiple_of(lost) {
            self.seq += 1;
            return;
        }
        let packet = RtpWrite::new(payload_type.into(), self.seq.into(), time, Instant::now(), payload).marker(marker);
        if let Some(stream) = self.rtc.direct_api().stream_tx_by_mid(self.mid, None) {
            stream.write_rtp(packet);
            self.seq += 1;
        }
    }

    async fn restart(&mut self) {
        let (socket, address) = socket().await;
        (self.socket, self.address) = (socket, address);
        let mut change = self.rtc.sdp_api();
        change.ice_restart(false);
        let (offer, pending) = change.apply().unwrap();
        let answer = self.bridge.renegotiate(self.id, offer.to_sdp_string()).await.unwrap();
        self.accept(pending, &answer);
        self.rtc.add_local_candidate(Candidate::host(address, "udp").unwrap());
    }
}
