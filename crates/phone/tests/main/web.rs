//! Offices that let no UDP through: the sound goes over a WebSocket, by itself.

use std::{
    sync::atomic::Ordering::SeqCst,
    time::{Duration, Instant},
};

use switchboard_phone::{PhoneEvent, state::MediaKind};
use wire::media::{RelayServer, RelayServers};

use crate::{
    event, ready,
    server::Server,
    signal::{Tape, mouth_to_ear, speech},
    sound::{connect, live_call},
    until,
};

struct Pair {
    server: Server,
    phones: [crate::TestPhone; 2],
    tapes: [Tape; 2],
    signals: [Vec<i16>; 2],
}

impl Pair {
    async fn talk(server: Server) -> Self {
        let tapes = [Tape::default(), Tape::default()];
        let signals = [speech(1, 20), speech(2, 20)];
        let asha = ready(&server, "asha", tapes[0].telephone(signals[0].clone())).await;
        let ravi = ready(&server, "ravi", tapes[1].telephone(signals[1].clone())).await;
        server.say(live_call(1, asha.user));
        server.say(live_call(2, ravi.user));
        connect(&server, [&asha, &ravi]);
        Self { server, phones: [asha, ravi], tapes, signals }
    }

    async fn hear(&self, seconds: usize) {
        let from = self.tapes.each_ref().map(Tape::heard_len);
        until("more sound", || (0..2).all(|i| self.tapes[i].heard_len() > from[i] + seconds * 48_000)).await;
    }

    /// Both have to be heard in the same second and a half; a busy machine gets a few tries.
    async fn assert_heard(&self) {
        let mut measured = Vec::new();
        for _ in 0..8 {
            self.hear(1).await;
            measured = [(0, 1), (1, 0)]
                .map(|(from, to)| mouth_to_ear(&self.tapes[from], &self.signals[from], &self.tapes[to]))
                .to_vec();
            if measured.iter().all(|(delay, alike)| *alike > 0.7 && *delay < Duration::from_millis(400)) {
                return;
            }
        }
        panic!("not heard clearly in both directions: {measured:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_udp_is_blocked_both_are_heard_over_the_web_and_leave_it_when_it_works() {
    let server = Server::start().await;
    server.shared.udp_blocked.store(true, SeqCst);
    let began = Instant::now();
    let pair = Pair::talk(server).await;
    println!("two phones had their sound {} ms after the first sign-in", began.elapsed().as_millis());
    assert_eq!(pair.server.shared.web_sockets.load(SeqCst), 2);
    assert!(pair.phones.iter().all(|phone| phone.phone.state().over_web));
    let ids = pair.phones.each_ref().map(|phone| phone.phone.media_session_id());
    pair.hear(3).await;
    pair.assert_heard().await;

    pair.phones[0].phone.send_digits("42#");
    let mut digits = String::new();
    let mut events = pair.server.bridge_events.lock().await;
    while digits.len() < 3 {
        let next = tokio::time::timeout(Duration::from_secs(10), events.recv()).await.expect("a key").unwrap();
        if let bridge::BridgeEvent::SessionDtmf { digit, .. } = next {
            digits.push(digit);
        }
    }
    assert_eq!(digits, "42#");
    drop(events);

    pair.server.shared.udp_blocked.store(false, SeqCst);
    // A new run of the server makes the phones try the other path without waiting for its turn.
    pair.server.new_epoch();
    until("both to leave the web", || {
        let states = pair.phones.each_ref().map(|phone| phone.phone.state());
        states.iter().all(|state| !state.over_web && state.media == MediaKind::Connected)
    })
    .await;
    assert_eq!(pair.phones.each_ref().map(|phone| phone.phone.media_session_id()), ids);
    for (n, phone) in pair.phones.iter().enumerate() {
        pair.server.say(live_call(n as u128 + 1, phone.user));
    }
    pair.hear(3).await;
    pair.assert_heard().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_socket_that_breaks_is_opened_again_and_the_loss_is_counted() {
    let server = Server::start().await;
    server.shared.udp_blocked.store(true, SeqCst);
    let pair = Pair::talk(server).await;
    pair.hear(2).await;
    let mut events = pair.phones[0].phone.events();
    pair.server.drop_sound();
    let since = event("the loss", &mut events, |event| match event {
        PhoneEvent::State(state) if state.media == MediaKind::Reconnecting => Some(state.reconnecting_since_ms),
        _ => None,
    })
    .await;
    assert!(since.is_some());
    until("new sockets", || pair.server.shared.web_sockets.load(SeqCst) == 4).await;
    pair.hear(3).await;
    pair.assert_heard().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_is_not_there_does_not_hold_up_the_direct_path() {
    let server = Server::start().await;
    *server.shared.relays.lock().unwrap() = RelayServers {
        servers: vec![RelayServer {
            urls: vec!["turn:127.0.0.1:9?transport=udp".to_owned()],
            username: "7:x".to_owned(),
            credential: domain::pii::Personal::new("y".to_owned()),
        }],
        only: false,
        expires_in_s: Some(60),
    };
    let pair = Pair::talk(server).await;
    assert_eq!(pair.server.shared.web_sockets.load(SeqCst), 0, "the direct path was there at once");
    pair.hear(2).await;
    pair.assert_heard().await;
}
