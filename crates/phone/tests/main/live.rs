use std::sync::atomic::Ordering::SeqCst;

use switchboard_phone::{PhoneEvent, VirtualAudio, state::ConnectionKind};
use wire::live::{LiveEvent, Notice, NoticeLevel, ServerMessage};

use crate::{credentials, event, phone, ready, server::Server, until};

fn notice(n: u32) -> LiveEvent {
    LiveEvent::Notice {
        notice: Notice { level: NoticeLevel::Info, code: n.to_string(), text: String::new(), call_id: None },
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_line_is_resumed_without_loss_or_repetition() {
    let server = Server::start().await;
    let (phone, _data) = phone(&server, VirtualAudio::silent());
    let mut events = phone.events();
    phone.sign_in(credentials("viewer")).await.unwrap();
    event("the first snapshot", &mut events, |event| matches!(event, PhoneEvent::Resync).then_some(())).await;
    let mut seen = Vec::new();
    for round in 0..3 {
        server.say(notice(round * 2));
        server.drop_live();
        // Said while nobody is connected.
        server.say(notice(round * 2 + 1));
        let connected = round as usize + 2;
        until("a new line", || server.shared.hellos.lock().unwrap().len() >= connected).await;
    }
    while seen.len() < 6 {
        seen.push(
            event("an event", &mut events, |event| match event {
                PhoneEvent::Live(ServerMessage::Event { seq, .. }) => Some(seq),
                PhoneEvent::Resync => panic!("nothing was lost"),
                _ => None,
            })
            .await,
        );
    }
    assert_eq!(seen, [1, 2, 3, 4, 5, 6]);
    let hellos = server.shared.hellos.lock().unwrap().clone();
    assert_eq!(hellos[0], (None, None));
    assert!(hellos[1..].iter().all(|(epoch, seq)| epoch.as_deref() == Some("one") && seq.is_some()));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_run_of_the_server_makes_the_reader_start_over() {
    let server = Server::start().await;
    let (phone, _data) = phone(&server, VirtualAudio::silent());
    let mut events = phone.events();
    phone.sign_in(credentials("viewer")).await.unwrap();
    for _ in 0..2 {
        event("a snapshot", &mut events, |event| matches!(event, PhoneEvent::Resync).then_some(())).await;
        server.say(notice(1));
        event("the event", &mut events, |event| matches!(event, PhoneEvent::Live(_)).then_some(())).await;
        server.new_epoch();
        event("the loss", &mut events, |event| match event {
            PhoneEvent::Connection(connection) if connection.connection == ConnectionKind::Reconnecting => {
                connection.since_ms
            }
            _ => None,
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn probes_are_answered_with_the_session_and_that_sound_runs() {
    let server = Server::start().await;
    let phone = ready(&server, "asha", VirtualAudio::silent()).await;
    until("the live connection", || phone.phone.connection().connection == ConnectionKind::Connected).await;
    server.probe(41);
    until("a reply", || !server.shared.probe_replies.lock().unwrap().is_empty()).await;
    let reply = server.shared.probe_replies.lock().unwrap()[0];
    assert_eq!(reply, (41, phone.phone.media_session_id(), true));
    assert!(reply.1.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_refused_for_its_old_token_is_opened_with_a_new_one() {
    let server = Server::start().await;
    let (phone, _data) = phone(&server, VirtualAudio::silent());
    phone.sign_in(credentials("viewer")).await.unwrap();
    until("the line", || server.shared.hellos.lock().unwrap().len() == 1).await;
    server.expire_tokens();
    server.drop_live();
    until("a new line", || server.shared.hellos.lock().unwrap().len() == 2).await;
    assert_eq!(server.shared.refreshes.load(SeqCst), 1);
}
