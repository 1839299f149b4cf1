//! Agents whose network lets no UDP through: the call goes over the web connection, whole. And what else comes there.

use std::time::Duration;

use domain::role::Role;
use futures_util::{SinkExt, StreamExt};
use reqwest::Method;
use serde_json::json;
use server::config::TurnConfig;
use switchboard_tests::{PATIENCE, TestServer, talk::Talk};
use tokio_tungstenite::tungstenite::{Message, protocol::CloseFrame};

/// Devices may use nothing but a relay that is not there.
async fn without_udp() -> TestServer {
    let turn = TurnConfig {
        urls: vec!["turn:127.0.0.1:9?transport=udp".to_owned()],
        username: "x".to_owned(),
        password: switchboard_tests::password(),
        only: true,
        ..TurnConfig::default()
    };
    TestServer::start_with("", false, turn).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_without_udp_is_heard_held_resumed_and_recorded() {
    let talk = Talk::begin(without_udp().await).await;
    assert!(talk.desk.phone.state().over_web);
    talk.listen();
    talk.heard_throughout(4.0).await;

    let done = talk.server.ask(Method::POST, &format!("{}/hold", talk.path()), &talk.agents_token().await, None).await;
    assert!(done.status.is_success(), "{done:?}");
    tokio::time::sleep(Duration::from_secs(1)).await;
    talk.listen();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(talk.desk.ear.share_with(600.0) < 0.2, "the agent hears the customer on hold");
    assert!(talk.leg.ear.share_with(1_000.0) < 0.2, "the customer hears the agent while on hold");
    let done =
        talk.server.ask(Method::POST, &format!("{}/resume", talk.path()), &talk.agents_token().await, None).await;
    assert!(done.status.is_success(), "{done:?}");
    talk.has_sound().await;

    talk.hang_up().await;
    let stored = |detail: &serde_json::Value| detail["receipt"]["state"]["kind"] == "stored";
    talk.server.until(&talk.path(), &talk.admin, "the recording is stored", stored).await;
    talk.end().await;
}

/// What the server closes a socket with, after these messages.
async fn closed_after(server: &TestServer, messages: &[Message]) -> Option<CloseFrame> {
    let url = format!("{}/api/v1/media/sound", server.running.base_url.replace("http", "ws"));
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.expect("it opens");
    for message in messages {
        // The server may have closed in the middle.
        if socket.send(message.clone()).await.is_err() {
            break;
        }
    }
    let end = tokio::time::timeout(PATIENCE, async {
        loop {
            match socket.next().await {
                Some(Ok(Message::Close(frame))) => return frame,
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    });
    end.await.expect("the server closes it")
}

fn code(frame: Option<CloseFrame>) -> u16 {
    frame.map_or(0, |frame| u16::from(frame.code))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sockets_of_strangers_and_garbage_are_refused_and_the_call_lives() {
    let talk = Talk::begin(TestServer::start("", false).await).await;
    let server = &talk.server;
    let session = talk.desk.phone.media_session_id().expect("a session");
    let hello = |token: &str| Message::text(json!({ "access_token": token, "media_session_id": session }).to_string());

    for first in ["", "hello", "{}", "{\"access_token\": 7}"] {
        assert_eq!(code(closed_after(server, &[Message::text(first)]).await), 4002, "{first:?}");
    }
    assert_eq!(code(closed_after(server, &[Message::binary(vec![1; 40])]).await), 4002, "sound before a hello");
    assert_eq!(code(closed_after(server, &[hello("nonsense")]).await), 4001);
    let (_, colleague) = (server.user(&talk.admin, "owner", Role::Manager).await, "manager@owner.example");
    let colleague = server.sign_in(colleague).await.text("access_token");
    assert_eq!(code(closed_after(server, &[hello(&colleague)]).await), 4004, "a colleague's session");
    let stranger = server.tenant("stranger").await;
    assert_eq!(code(closed_after(server, &[hello(&stranger)]).await), 4004, "another tenant's session");
    closed_after(server, &[Message::binary(vec![1; 100_000])]).await;

    // The agent's own: it takes the sound over, until the phone is heard by UDP again.
    let own = server.sign_in("telecaller@owner.example").await.text("access_token");
    let garbage: Vec<Message> = std::iter::once(hello(&own))
        .chain((0..300_u32).map(|n| Message::binary(vec![n as u8; (n % 60) as usize])))
        .chain([Message::text("not sound"), Message::binary(vec![1; 20_000])])
        .collect();
    closed_after(server, &garbage).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    talk.listen();
    talk.heard_throughout(2.0).await;
    let dropped = server.ask(Method::GET, "/media/dropped", &talk.admin, None).await.body;
    assert!(dropped["socket_frames"].as_u64().is_some_and(|frames| frames > 50), "{dropped}");
    talk.end().await;
}
