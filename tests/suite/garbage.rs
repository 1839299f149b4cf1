//! What is no message and no packet is dropped and counted, and a call that is going on keeps its sound.

use std::time::Duration;

use domain::role::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use switchboard_tests::{Engine, TestServer, on_both_databases, talk::Talk};
use tokio::net::UdpSocket;
use tokio_tungstenite::tungstenite::Message;

on_both_databases!(
    garbage_on_a_media_socket_is_dropped_and_counted_and_the_call_goes_on,
    garbage_on_the_audio_port_is_dropped_and_counted_and_the_call_goes_on,
    a_media_socket_without_a_signature_or_a_call_is_refused,
);

/// What was dropped so far.
async fn dropped(talk: &Talk) -> Value {
    let answer = talk.server.ask(Method::GET, "/media/dropped", &talk.admin, None).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.body
}

fn count(dropped: &Value, key: &str) -> u64 {
    dropped[key].as_u64().unwrap_or_else(|| panic!("no {key} in {dropped}"))
}

/// Messages that no carrier sends in the middle of a call.
fn garbage() -> Vec<Message> {
    let media = |payload: &str| json!({ "event": "media", "media": { "track": "inbound", "payload": payload } });
    vec![
        Message::text("hello"),
        Message::text(""),
        Message::text("{"),
        Message::text("[1,2,3]"),
        Message::text(json!({ "event": 7 }).to_string()),
        Message::text(json!({ "event": "media" }).to_string()),
        Message::text(media("???").to_string()),
        Message::text(json!({ "event": "dtmf", "dtmf": { "digit": "" } }).to_string()),
        Message::binary(vec![0xff; 4096]),
        Message::text("x".repeat(100 * 1024)),
        // A second start is out of order.
        Message::text(
            json!({ "event": "start", "streamSid": "MZ2", "start": { "streamSid": "MZ2", "callSid": "CA1" } })
                .to_string(),
        ),
    ]
}

async fn garbage_on_a_media_socket_is_dropped_and_counted_and_the_call_goes_on(engine: Engine) {
    let talk = Talk::begin(TestServer::start_on(engine, false).await).await;
    let before = count(&dropped(&talk).await, "socket_messages");
    talk.listen();
    // In the middle of the call's own stream.
    let messages = garbage();
    let sent = messages.len() as u64;
    messages.into_iter().for_each(|message| talk.leg.send(message));
    talk.heard_throughout(2.0).await;
    assert_eq!(count(&dropped(&talk).await, "socket_messages"), before + sent);

    // On a socket of its own: sound before the start, then garbage without an end, then a frame beyond all measure.
    talk.listen();
    let mut early = talk.carrier.socket(&talk.said).await;
    early.say(json!({ "event": "media", "media": { "track": "inbound", "payload": "/////w==" } })).await;
    for _ in 0..200 {
        if early.send(Message::text("hello")).await.is_err() {
            break;
        }
    }
    assert!(early.is_closed().await, "a socket that says nothing but garbage is closed");
    let mut giant = talk.carrier.socket(&talk.said).await;
    drop(giant.send(Message::binary(vec![0; 8 * 1024 * 1024])).await);
    assert!(giant.is_closed().await, "a giant frame closes the socket");
    talk.heard_throughout(2.0).await;
    let after = count(&dropped(&talk).await, "socket_messages");
    assert!(after >= before + sent + 50, "{after} of at least {} are counted", before + sent + 50);
    talk.end().await;
}

/// Datagrams that look like something.
fn datagrams() -> [Vec<u8>; 6] {
    // RFC 8489: a binding request with a user name that nobody has.
    let mut stun = vec![0, 1, 0, 12, 0x21, 0x12, 0xa4, 0x42];
    stun.extend([7; 12]);
    stun.extend([0, 6, 0, 5]);
    stun.extend(*b"a:bcd\0\0\0");
    // RFC 6347: a handshake record whose length is a lie.
    let dtls = vec![22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 2, 3];
    // RFC 3550: a packet of type 111 of an unknown source.
    let mut rtp = vec![0x80, 111, 0, 1, 0, 0, 0, 1, 0, 0, 0, 9];
    rtp.extend([0x55; 40]);
    let rtcp = vec![0x80, 200, 0, 6, 0, 0, 0, 9, 1, 2, 3, 4];
    let random = (0..1_200_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8 | 0xc0).collect();
    [stun, dtls, rtp, rtcp, random, Vec::new()]
}

async fn garbage_on_the_audio_port_is_dropped_and_counted_and_the_call_goes_on(engine: Engine) {
    const ROUNDS: u64 = 200;
    let talk = Talk::begin(TestServer::start_on(engine, false).await).await;
    let port = talk.server.running.backend.bridge().candidates()[0];
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let total = |dropped: &Value| {
        ["malformed_datagrams", "unknown_datagrams", "refused_datagrams"]
            .map(|key| count(dropped, key))
            .iter()
            .sum::<u64>()
    };
    let before = dropped(&talk).await;
    talk.listen();
    for _ in 0..ROUNDS {
        for datagram in datagrams() {
            socket.send_to(&datagram, port).await.expect("it is sent");
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    talk.heard_throughout(2.0).await;
    let after = dropped(&talk).await;
    // The system may drop some of a flood before the server sees them; most arrive.
    let counted = total(&after) - total(&before);
    assert!(counted >= ROUNDS * 5, "{counted} of {} are counted: {after}", ROUNDS * 6);
    assert!(count(&after, "malformed_datagrams") > count(&before, "malformed_datagrams"), "{after}");
    assert!(count(&after, "unknown_datagrams") > count(&before, "unknown_datagrams"), "{after}");
    talk.end().await;
}

async fn a_media_socket_without_a_signature_or_a_call_is_refused(engine: Engine) {
    let talk = Talk::begin(TestServer::start_on(engine, false).await).await;
    let url = talk.said.stream_url();
    match tokio_tungstenite::connect_async(&url).await {
        Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => assert_eq!(answer.status(), 403),
        other => panic!("an unsigned socket was not refused: {other:?}"),
    }
    let before = count(&dropped(&talk).await, "socket_messages");
    talk.listen();
    // The id of the call that is going on, and a token that is not its own.
    let mut thief = talk.carrier.socket(&talk.said).await;
    thief
        .say(json!({ "event": "start", "streamSid": "MZ9", "start": { "streamSid": "MZ9", "callSid": "CA9",
            "customParameters": { "call": talk.said.call(), "token": "00".repeat(32) } } }))
        .await;
    assert!(thief.is_closed().await, "a stream of no call is closed");
    assert!(count(&dropped(&talk).await, "socket_messages") > before);
    talk.heard_throughout(1.0).await;
    let role = talk.server.user(&talk.admin, "owner", Role::Manager).await;
    let refused = talk.server.ask(Method::GET, "/media/dropped", &role.0, None).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "the figures are for admins");
    talk.end().await;
}
