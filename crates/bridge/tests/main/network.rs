//! Connections: bad offers, garbage, moves to another network, ends.

use std::time::{Duration, Instant};

use domain::ids::MediaSessionId;
use str0m::{
    Rtc,
    media::{Direction, MediaKind},
};
use switchboard_bridge::{BridgeConfig, BridgeError, BridgeEvent, LossReason, SessionError};
use uuid::Uuid;

use crate::{
    carrier::Carrier,
    device::Device,
    signal::{RATE, arrived, sweep},
    stage::{Stage, together, until},
};

const VIDEO_ONLY: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
    m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=sendrecv\r\na=rtcp-mux\r\n\
    a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=setup:actpass\r\n\
    a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\n\
    a=rtpmap:96 VP8/90000\r\n";

#[tokio::test]
async fn offers_that_cannot_be_answered_are_refused_by_name() {
    let stage = Stage::start().await;
    let id = MediaSessionId::new(Uuid::now_v7());
    let refused = stage.bridge.open_session(id, "hello".to_owned()).await;
    assert!(matches!(refused, Err(SessionError::BadOffer(_))), "{refused:?}");
    assert_eq!(stage.bridge.open_session(id, VIDEO_ONLY.to_owned()).await, Err(SessionError::NoAudio));
    assert_eq!(stage.bridge.renegotiate(id, VIDEO_ONLY.to_owned()).await, Err(SessionError::Unknown));
    assert_eq!(stage.bridge.last_heard(id), None);
}

#[tokio::test]
async fn a_device_without_a_microphone_may_listen() {
    let stage = Stage::start().await;
    let mut rtc = Rtc::builder().clear_codecs().enable_opus(true, false).build(Instant::now());
    let mut change = rtc.sdp_api();
    change.add_media(MediaKind::Audio, Direction::RecvOnly, None, None, None);
    let (offer, _) = change.apply().unwrap();
    let id = MediaSessionId::new(Uuid::now_v7());
    let answer = stage.bridge.open_session(id, offer.to_sdp_string()).await.unwrap();
    assert!(answer.contains("a=sendonly"), "{answer}");
}

#[tokio::test]
async fn a_port_that_is_taken_is_an_error_that_names_it() {
    let stage = Stage::start().await;
    let taken = stage.bridge.candidates()[0];
    let config = BridgeConfig { udp_bind: taken, advertised: vec![], spool: stage.spool.clone() };
    let refused = switchboard_bridge::start(config).await.map(|_| ());
    assert!(matches!(refused, Err(BridgeError::Bind { address, .. }) if address == taken), "{refused:?}");
}

#[tokio::test]
async fn garbage_is_dropped_and_counted_and_the_call_goes_on() {
    let stage = Stage::start().await;
    let (customer, agent) = (Carrier::open(&stage.bridge).await, Device::connect(&stage.bridge).await);
    stage.bridge.apply_room(stage.room(), together(&[customer.port(), agent.port()]));
    until("packets", || agent.packets() > 20).await;
    let stranger = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let bridge = stage.bridge.candidates()[0];
    let mut state = 1_u32;
    let mut noise = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as u8
    };
    for round in 0..400 {
        let mut datagram: Vec<u8> = (0..round % 300).map(|_| noise()).collect();
        // STUN, DTLS, RTP, RTCP and none of them, by the first byte (RFC 7983 section 7).
        if let Some(first) = datagram.first_mut() {
            *first = [0, 1, 22, 0x80, 0x81, 100, 255][round % 7];
        }
        stranger.send_to(&datagram, bridge).await.unwrap();
        if round % 50 == 0 {
            tokio::task::yield_now().await;
        }
    }
    until("the garbage to be counted", || {
        let counters = stage.bridge.counters();
        counters.malformed > 50 && counters.unknown_source > 100
    })
    .await;
    println!("{:?}", stage.bridge.counters());
    let sound = sweep(400.0, 3_000.0, 1_000);
    agent.take_heard();
    customer.say(&sound);
    until("the sound", || agent.heard_len() > 2 * RATE).await;
    let (score, _) = arrived(&sound, &agent.take_heard());
    assert!(score > 0.7, "correlation {score}");
}

#[tokio::test]
async fn a_device_that_moves_to_another_network_keeps_its_call() {
    let stage = Stage::start().await;
    let (customer, agent) = (Carrier::open(&stage.bridge).await, Device::connect(&stage.bridge).await);
    stage.bridge.apply_room(stage.room(), together(&[customer.port(), agent.port()]));
    until("packets", || agent.packets() > 20).await;
    let before = agent.packets();
    let moved = Instant::now();
    agent.restart_ice();
    until("packets on the new path", || agent.packets() > before + 30).await;
    println!("30 packets (600 ms) on the new path {} ms after the move", moved.elapsed().as_millis());
    let (up, down) = (sweep(400.0, 3_000.0, 1_000), sweep(2_800.0, 500.0, 1_000));
    agent.take_heard();
    customer.take_heard();
    customer.say(&up);
    agent.say(&down);
    until("the sounds", || agent.heard_len() > 2 * RATE && customer.heard_len() > 2 * RATE).await;
    let (score, _) = arrived(&up, &agent.take_heard());
    assert!(score > 0.7, "correlation {score}");
    let (score, _) = arrived(&down, &customer.take_heard());
    assert!(score > 0.7, "correlation {score}");
}

#[tokio::test]
async fn a_session_is_known_to_be_alive_until_it_is_closed() {
    let stage = Stage::start().await;
    let agent = Device::connect(&stage.bridge).await;
    until("the device to be heard of", || stage.bridge.session_alive(agent.id, Duration::from_secs(1))).await;
    let connected = BridgeEvent::SessionConnected { id: agent.id };
    stage.event("the session to be reported", |event| (*event == connected).then_some(())).await;
    stage.bridge.close_session(agent.id);
    assert_eq!(stage.bridge.stats(agent.port()).await, None);
    assert_eq!(stage.bridge.last_heard(agent.id), None);
}

#[tokio::test]
async fn a_device_that_vanishes_is_reported_as_unreachable() {
    let stage = Stage::start().await;
    let agent = Device::connect(&stage.bridge).await;
    let id = agent.id;
    drop(agent);
    let wanted = BridgeEvent::SessionLost { id, reason: LossReason::Unreachable };
    stage.event("the loss", |event| (*event == wanted).then_some(())).await;
    assert!(!stage.bridge.session_alive(id, Duration::from_secs(1)));
}

#[tokio::test]
async fn a_talker_that_vanishes_is_missed_sooner() {
    let stage = Stage::start().await;
    let (customer, agent) = (Carrier::open(&stage.bridge).await, Device::connect(&stage.bridge).await);
    stage.bridge.apply_room(stage.room(), together(&[customer.port(), agent.port()]));
    until("the device to talk", || customer.heard_len() > RATE).await;
    let (id, gone) = (agent.id, Instant::now());
    drop(agent);
    let wanted = BridgeEvent::SessionLost { id, reason: LossReason::Unreachable };
    stage.event("the loss", |event| (*event == wanted).then_some(())).await;
    let after = gone.elapsed();
    assert!((Duration::from_secs(3)..Duration::from_secs(7)).contains(&after), "{after:?}");
}

#[tokio::test]
async fn a_device_that_closes_its_connection_is_gone_at_once() {
    let stage = Stage::start().await;
    let agent = Device::connect(&stage.bridge).await;
    agent.hang_up();
    let wanted = BridgeEvent::SessionLost { id: agent.id, reason: LossReason::Closed };
    stage.event("the end", |event| (*event == wanted).then_some(())).await;
    assert_eq!(stage.bridge.stats(agent.port()).await, None);
}

#[tokio::test]
async fn a_prompt_for_an_unknown_port_ends_at_once() {
    let stage = Stage::start().await;
    let port = switchboard_bridge::PortId::Session(MediaSessionId::new(Uuid::now_v7()));
    stage.bridge.play(port, "lost".to_owned(), vec![0; 80_000].into());
    let wanted = BridgeEvent::PromptFinished { port, prompt: "lost".to_owned(), completed: false };
    stage.event("the prompt to be given back", |event| (*event == wanted).then_some(())).await;
    assert_eq!(stage.bridge.stats(port).await, None);
}
