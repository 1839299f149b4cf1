//! Sound over a WebSocket in place of UDP: the same port in the same room.

use std::{sync::Arc, time::Duration};

use media::{
    codec::{EncoderSettings, MAX_PACKET, OpusDecoder, OpusEncoder},
    dtmf::{Digit, EventSender},
    socket::Frame,
};
use switchboard_bridge::{BridgeEvent, BridgeHandle, SessionError, SoundSocket, Verdict};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::{
    carrier::Carrier,
    device::Device,
    signal::{RATE, arrived, sweep},
    stage::{Stage, together, until},
};

/// The far end of a sound socket: says what is queued, 20 ms at a time, and keeps what it hears, at 8 kHz.
struct Web {
    socket: Arc<Mutex<SoundSocket>>,
    seq: u32,
    heard: Arc<std::sync::Mutex<Vec<i16>>>,
    listening: tokio::task::JoinHandle<()>,
}

impl Web {
    async fn attach(bridge: &BridgeHandle, device: &Device) -> Self {
        let socket = Arc::new(Mutex::new(bridge.attach_socket(device.id).await.unwrap()));
        let heard = Arc::new(std::sync::Mutex::new(Vec::new()));
        let (line, ear) = (Arc::clone(&socket), Arc::clone(&heard));
        let listening = tokio::spawn(async move {
            let mut decoder = OpusDecoder::new(8_000, 1).unwrap();
            let mut pcm = [0; 960];
            loop {
                let outgoing =
                    tokio::time::timeout(Duration::from_millis(5), async { line.lock().await.next_outgoing().await });
                match outgoing.await {
                    Ok(Some(bytes)) => match Frame::parse(&bytes).unwrap() {
                        Frame::Sound { seq, packet, .. } => {
                            let samples = decoder.decode(packet, &mut pcm).unwrap();
                            ear.lock().unwrap().extend_from_slice(&pcm[..samples]);
                            assert_eq!(line.lock().await.heard(&Frame::Acknowledged { seq }.to_bytes()), Verdict::GoOn);
                        }
                        Frame::Acknowledged { .. } => {}
                        Frame::Key { .. } => panic!("the bridge presses no keys"),
                    },
                    Ok(None) => return,
                    Err(_) => tokio::time::sleep(Duration::from_millis(1)).await,
                }
            }
        });
        Self { socket, seq: 0, heard, listening }
    }

    async fn say(&mut self, pcm: &[i16]) {
        let mut encoder = OpusEncoder::new(EncoderSettings::telephone()).unwrap();
        let mut clock = tokio::time::interval(Duration::from_millis(20));
        for frame in pcm.chunks_exact(160) {
            clock.tick().await;
            let mut packet = [0; MAX_PACKET];
            let length = encoder.encode(frame, &mut packet).unwrap();
            self.seq += 1;
            let frame = Frame::Sound { seq: self.seq, time: self.seq * 960, packet: &packet[..length] };
            assert_eq!(self.socket.lock().await.heard(&frame.to_bytes()), Verdict::GoOn);
        }
    }

    async fn raw(&self, bytes: &[u8]) -> Verdict {
        self.socket.lock().await.heard(bytes)
    }
}

#[tokio::test]
async fn a_call_goes_over_to_a_socket_and_back_without_leaving_its_room() {
    let stage = Stage::start().await;
    let (customer, agent) = (Carrier::open(&stage.bridge).await, Device::connect(&stage.bridge).await);
    stage.bridge.apply_room(stage.room(), together(&[customer.port(), agent.port()]));
    until("packets by UDP", || agent.packets() > 20).await;
    agent.mute();
    tokio::time::sleep(Duration::from_millis(400)).await;

    let mut web = Web::attach(&stage.bridge, &agent).await;
    let (up, down) = (sweep(400.0, 3_000.0, 1_000), sweep(2_800.0, 500.0, 1_000));
    customer.take_heard();
    customer.say(&up);
    web.say(&down).await;
    until("the sounds", || web.heard.lock().unwrap().len() > 3 * RATE / 2 && customer.heard_len() > 3 * RATE / 2).await;
    let (score, _) = arrived(&up, &web.heard.lock().unwrap());
    assert!(score > 0.7, "the customer on the socket: correlation {score}");
    let (score, _) = arrived(&down, &customer.take_heard());
    assert!(score > 0.7, "the socket at the customer's: correlation {score}");

    // The device sends by UDP again: it has left the socket, whether or not the socket knows it yet.
    agent.unmute();
    until("the socket to end", || web.listening.is_finished()).await;
    agent.take_heard();
    customer.take_heard();
    customer.say(&up);
    agent.say(&down);
    until("the sounds", || agent.heard_len() > 2 * RATE && customer.heard_len() > 2 * RATE).await;
    let (score, _) = arrived(&up, &agent.take_heard());
    assert!(score > 0.7, "back on UDP: correlation {score}");
    let (score, _) = arrived(&down, &customer.take_heard());
    assert!(score > 0.7, "back on UDP, at the customer's: correlation {score}");
}

#[tokio::test]
async fn keys_come_over_a_socket_once_each() {
    let stage = Stage::start().await;
    let agent = Device::connect(&stage.bridge).await;
    let web = Web::attach(&stage.bridge, &agent).await;
    let mut seq = 0;
    for (n, digit) in "4#".chars().enumerate() {
        let sender = EventSender::new(
            Digit::from_char(digit).unwrap(),
            n as u32 * 48_000,
            48_000,
            Duration::from_millis(20),
            Duration::from_millis(100),
        );
        for write in sender {
            seq += 1;
            let event = write.event.encode();
            web.raw(&Frame::Key { seq, time: write.timestamp, event: &event }.to_bytes()).await;
        }
    }
    for wanted in ['4', '#'] {
        stage
            .event("a key", |event| match event {
                BridgeEvent::SessionDtmf { digit, .. } if *digit == wanted => Some(()),
                _ => None,
            })
            .await;
    }
    let keys = stage.events().iter().filter(|event| matches!(event, BridgeEvent::SessionDtmf { .. })).count();
    assert_eq!(keys, 2);
}

#[tokio::test]
async fn garbage_on_a_socket_is_dropped_and_counted_and_the_call_lives() {
    let stage = Stage::start().await;
    let unknown = stage.bridge.attach_socket(domain::ids::MediaSessionId::new(Uuid::now_v7())).await.map(|_| ());
    assert_eq!(unknown, Err(SessionError::Unknown));

    let (customer, agent) = (Carrier::open(&stage.bridge).await, Device::connect(&stage.bridge).await);
    stage.bridge.apply_room(stage.room(), together(&[customer.port(), agent.port()]));
    agent.mute();
    tokio::time::sleep(Duration::from_millis(400)).await;
    let mut web = Web::attach(&stage.bridge, &agent).await;
    let tone = sweep(400.0, 3_000.0, 1_000);
    web.say(&tone[..3_200]).await;
    let before = stage.bridge.counters().socket_garbage;
    let long = vec![1; 5_000];
    let replayed = Frame::Sound { seq: 1, time: 0, packet: &[1, 2, 3] }.to_bytes();
    let rubbish: [&[u8]; 7] = [&[], &[1], &[9; 40], &[0; 9], &long, &replayed, &[3, 0, 0, 0, 1, 7]];
    for bytes in rubbish {
        assert_eq!(web.raw(bytes).await, Verdict::GoOn);
    }
    // An acknowledgement of what was never sent, and Opus that is none.
    web.raw(&Frame::Acknowledged { seq: u32::MAX }.to_bytes()).await;
    web.seq += 1;
    web.raw(&Frame::Sound { seq: web.seq, time: web.seq * 960, packet: &[0xFF; 700] }.to_bytes()).await;
    assert_eq!(stage.bridge.counters().socket_garbage - before, rubbish.len() as u64);
    customer.take_heard();
    web.say(&tone).await;
    until("the sound", || customer.heard_len() > 3 * RATE / 2).await;
    let (score, _) = arrived(&tone, &customer.take_heard());
    assert!(score > 0.7, "correlation {score}");

    let verdicts = {
        let mut all = Vec::new();
        for _ in 0..300 {
            all.push(web.raw(&[9; 40]).await);
        }
        all
    };
    assert_eq!(verdicts.last(), Some(&Verdict::Close), "too much is too much");
}

#[tokio::test]
async fn a_flood_of_sound_is_cut_down_to_what_a_voice_needs() {
    let stage = Stage::start().await;
    let agent = Device::connect(&stage.bridge).await;
    let web = Web::attach(&stage.bridge, &agent).await;
    for seq in 1..=5_000_u32 {
        web.raw(&Frame::Sound { seq, time: seq * 960, packet: &[0xF8, 0xFF, 0xFE] }.to_bytes()).await;
    }
    let dropped = stage.bridge.counters().socket_garbage;
    assert!(dropped >= 4_000, "{dropped} of 5000 were dropped");
}

#[tokio::test]
async fn a_second_socket_of_the_session_ends_the_first() {
    let stage = Stage::start().await;
    let agent = Device::connect(&stage.bridge).await;
    let first = Web::attach(&stage.bridge, &agent).await;
    let second = Web::attach(&stage.bridge, &agent).await;
    until("the first to end", || first.listening.is_finished()).await;
    assert!(!second.listening.is_finished());
    stage.bridge.close_session(agent.id);
    until("the second to end with the session", || second.listening.is_finished()).await;
}
