//! Signing in, staying signed in, and being signed out.

use domain::role::Role;
use futures_util::{SinkExt, StreamExt};
use reqwest::{Method, StatusCode};
use serde_json::json;
use switchboard_tests::{Engine, PATIENCE, TestServer, on_both_databases};
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, tungstenite::Message};

on_both_databases!(
    a_refresh_token_works_once_and_using_it_again_ends_the_sign_in,
    wrong_passwords_have_to_wait,
    a_browsers_refresh_token_is_in_a_cookie_and_not_in_the_body,
    the_same_key_gets_the_same_answer_and_acts_once,
    a_request_that_is_under_way_is_told_apart_from_a_conflict,
    the_live_feed_of_who_lost_their_rights_ends,
);

async fn a_refresh_token_works_once_and_using_it_again_ends_the_sign_in(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    server.tenant("owner").await;
    let first = server.sign_in("admin@owner.example").await;
    let refresh = |token: String| {
        let server = &server;
        async move { server.ask(Method::POST, "/auth/refresh", "", Some(json!({ "refresh_token": token }))).await }
    };
    let second = refresh(first.text("refresh_token")).await;
    assert_eq!(second.status, StatusCode::OK, "{second:?}");
    let again = refresh(first.text("refresh_token")).await;
    assert_eq!(again.code(), "token_reused", "{again:?}");
    let third = refresh(second.text("refresh_token")).await;
    assert_eq!(third.status, StatusCode::UNAUTHORIZED, "the family is ended: {third:?}");
    let me = server.ask(Method::GET, "/me", &second.text("access_token"), None).await;
    assert_eq!(me.status, StatusCode::UNAUTHORIZED, "its access tokens too: {me:?}");
    server.stop().await;
}

async fn wrong_passwords_have_to_wait(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    server.tenant("owner").await;
    let body = json!({ "email": "admin@owner.example", "password": "not this one", "device": "desktop" });
    for _ in 0..5 {
        let answer = server.ask(Method::POST, "/auth/sign-in", "", Some(body.clone())).await;
        assert_eq!(answer.code(), "wrong_credentials", "{answer:?}");
    }
    let answer = server.ask(Method::POST, "/auth/sign-in", "", Some(body)).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{answer:?}");
    assert!(answer.body["retry_after_s"].as_u64().is_some_and(|wait| wait > 0), "{answer:?}");
    server.stop().await;
}

async fn a_browsers_refresh_token_is_in_a_cookie_and_not_in_the_body(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    server.tenant("owner").await;
    let body = json!({ "email": "admin@owner.example", "password": switchboard_tests::PASSWORD, "device": "browser" });
    let client = reqwest::Client::new();
    let response = client.post(server.url("/api/v1/auth/sign-in")).json(&body).send().await.unwrap();
    let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let answer: serde_json::Value = response.json().await.unwrap();
    assert!(answer["refresh_token"].is_null(), "{answer}");
    let pair = cookie.split(';').next().unwrap().to_owned();
    let request = client.post(server.url("/api/v1/auth/refresh")).header("cookie", pair).json(&json!({}));
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
    server.stop().await;
}

async fn the_same_key_gets_the_same_answer_and_acts_once(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let body = json!({ "number": "+919800022222", "reason": "asked" });
    let add = |body: serde_json::Value| {
        let (server, admin) = (&server, &admin);
        async move { server.ask_once(Method::POST, "/do-not-call", admin, Some(body), Some("key-1")).await }
    };
    let first = add(body.clone()).await;
    let second = add(body).await;
    assert_eq!((first.status, &first.body), (second.status, &second.body));
    let other = add(json!({ "number": "+919800033333", "reason": "asked" })).await;
    assert_eq!(other.code(), "idempotency_mismatch", "{other:?}");
    let list = server.ask(Method::GET, "/do-not-call", &admin, None).await;
    assert_eq!(list.body["items"].as_array().map(Vec::len), Some(1));
    server.stop().await;
}

/// Begun, and not ended: by this server it is under way, by the one before it was cut off.
async fn a_request_that_is_under_way_is_told_apart_from_a_conflict(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let actor = server.running.backend.authenticate(&admin).await.expect("the admin is signed in");
    let body = json!({ "number": "+919800022222", "reason": "asked" });
    let first = server.ask_once(Method::POST, "/do-not-call", &admin, Some(body.clone()), Some("done")).await;
    assert_eq!(first.status, StatusCode::CREATED, "{first:?}");
    server.running.backend.begin_once(&actor, "cut-off", "hash").await.expect("it begins");
    let again = server.running.backend.begin_once(&actor, "cut-off", "hash").await;
    assert!(matches!(again, Err(backend::error::BackendError::InProgress)), "{again:?}");
    let server = server.start_again().await;
    let repeated = server.running.backend.begin_once(&actor, "cut-off", "hash").await;
    assert!(matches!(repeated, Ok(backend::Idempotent::New)), "{repeated:?}");
    server.stop().await;
}

async fn the_live_feed_of_who_lost_their_rights_ends(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let (manager, id) = server.user(&admin, "owner", Role::Manager).await;
    let (agent, _) = server.user(&admin, "owner", Role::Telecaller).await;
    let mut demoted = LiveSocket::open(&server, &manager).await;
    let mut signed_out = LiveSocket::open(&server, &agent).await;
    let mut stays = LiveSocket::open(&server, &admin).await;

    let body = json!({ "role": "telecaller" });
    let changed = server.ask(Method::PATCH, &format!("/users/{id}"), &admin, Some(body)).await;
    assert_eq!(changed.status, StatusCode::OK, "{changed:?}");
    assert_eq!(demoted.end().await, 4001);
    server.ask(Method::POST, "/auth/sign-out", &agent, None).await;
    assert_eq!(signed_out.end().await, 4001);
    assert!(stays.answers().await, "whose rights are as they were goes on");
    server.stop().await;
}

struct LiveSocket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl LiveSocket {
    async fn open(server: &TestServer, token: &str) -> Self {
        let url = server.url("/api/v1/live").replace("http://", "ws://");
        let (socket, _) = tokio_tungstenite::connect_async(url).await.expect("the live socket opens");
        let mut live = Self(socket);
        live.say(json!({ "type": "hello", "access_token": token, "epoch": null, "after_seq": null, "phone": false }))
            .await;
        live
    }

    async fn say(&mut self, message: serde_json::Value) {
        self.0.send(Message::text(message.to_string())).await.expect("the socket takes it");
    }

    /// The code with which the server closes.
    async fn end(&mut self) -> u16 {
        loop {
            match tokio::time::timeout(PATIENCE, self.0.next()).await.expect("the server closes in time") {
                Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                Some(Ok(_)) => {}
                other => panic!("the socket ended without a reason: {other:?}"),
            }
        }
    }

    async fn answers(&mut self) -> bool {
        self.say(json!({ "type": "ping", "nonce": 7 })).await;
        loop {
            match tokio::time::timeout(PATIENCE, self.0.next()).await.expect("the server answers in time") {
                Some(Ok(Message::Text(text))) if text.contains("\"pong\"") => return true,
                Some(Ok(Message::Close(_)) | Err(_)) | None => return false,
                Some(Ok(_)) => {}
            }
        }
    }
}
