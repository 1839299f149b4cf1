//! Signing in, staying signed in, and being signed out.

use domain::role::Role;
use futures_util::{SinkExt, StreamExt};
use reqwest::{Method, StatusCode};
use serde_json::json;
use switchboard_tests::{Answer, Engine, PATIENCE, TestServer, on_both_databases};
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, tungstenite::Message};

on_both_databases!(
    a_refresh_token_works_once_and_using_it_again_ends_the_sign_in,
    a_refresh_whose_answer_was_lost_is_repeated,
    who_has_only_the_old_token_ends_the_sign_in,
    a_repeat_behind_the_use_of_the_next_token_ends_the_sign_in,
    a_browsers_lost_refresh_is_repeated_by_its_cookie,
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

/// An exchange of a refresh token by somebody with this attempt.
async fn exchange(server: &TestServer, token: &str, attempt: Option<&str>) -> Answer {
    let body = json!({ "refresh_token": token, "attempt": attempt });
    server.ask(Method::POST, "/auth/refresh", "", Some(body)).await
}

const ATTEMPT: Option<&str> = Some("0123456789abcdef0123456789abcdef");
const OTHER_ATTEMPT: Option<&str> = Some("fedcba9876543210fedcba9876543210");

async fn a_refresh_whose_answer_was_lost_is_repeated(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    server.tenant("owner").await;
    let token = server.sign_in("admin@owner.example").await.text("refresh_token");
    let lost = exchange(&server, &token, ATTEMPT).await;
    assert_eq!(lost.status, StatusCode::OK, "{lost:?}");
    // Also by a server that was started in between.
    let server = server.start_again().await;
    let (one, other) = tokio::join!(exchange(&server, &token, ATTEMPT), exchange(&server, &token, ATTEMPT));
    for again in [&one, &other] {
        assert_eq!(again.status, StatusCode::OK, "{again:?}");
        assert_eq!(again.text("refresh_token"), lost.text("refresh_token"));
        let me = server.ask(Method::GET, "/me", &again.text("access_token"), None).await;
        assert_eq!(me.status, StatusCode::OK, "{me:?}");
    }
    // The sign-in goes on; an attempt that is kept too long does no harm to the next exchange.
    let next = exchange(&server, &one.text("refresh_token"), ATTEMPT).await;
    assert_eq!(next.status, StatusCode::OK, "{next:?}");
    assert_ne!(next.text("refresh_token"), one.text("refresh_token"));
    let short = exchange(&server, &next.text("refresh_token"), Some("short")).await;
    assert_eq!(short.body["fields"][0]["field"], "attempt", "{short:?}");
    assert_eq!(exchange(&server, &next.text("refresh_token"), None).await.status, StatusCode::OK, "it was not used up");
    server.stop().await;
}

async fn who_has_only_the_old_token_ends_the_sign_in(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    server.tenant("owner").await;
    for thief in [None, OTHER_ATTEMPT] {
        let token = server.sign_in("admin@owner.example").await.text("refresh_token");
        let owner = exchange(&server, &token, ATTEMPT).await;
        let stolen = exchange(&server, &token, thief).await;
        assert_eq!(stolen.code(), "token_reused", "{stolen:?}");
        let after = exchange(&server, &owner.text("refresh_token"), OTHER_ATTEMPT).await;
        assert_eq!(after.status, StatusCode::UNAUTHORIZED, "the family is ended: {after:?}");
        let repeat = exchange(&server, &token, ATTEMPT).await;
        assert_eq!(repeat.status, StatusCode::UNAUTHORIZED, "for the right attempt too: {repeat:?}");
        let me = server.ask(Method::GET, "/me", &owner.text("access_token"), None).await;
        assert_eq!(me.status, StatusCode::UNAUTHORIZED, "its access tokens too: {me:?}");
    }
    server.stop().await;
}

async fn a_repeat_behind_the_use_of_the_next_token_ends_the_sign_in(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    server.tenant("owner").await;
    let first = server.sign_in("admin@owner.example").await.text("refresh_token");
    let second = exchange(&server, &first, ATTEMPT).await.text("refresh_token");
    let third = exchange(&server, &second, OTHER_ATTEMPT).await;
    assert_eq!(third.status, StatusCode::OK, "{third:?}");
    let late = exchange(&server, &first, ATTEMPT).await;
    assert_eq!(late.code(), "token_reused", "{late:?}");
    let after = exchange(&server, &third.text("refresh_token"), None).await;
    assert_eq!(after.status, StatusCode::UNAUTHORIZED, "{after:?}");
    server.stop().await;
}

async fn a_browsers_lost_refresh_is_repeated_by_its_cookie(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    server.tenant("owner").await;
    let client = reqwest::Client::new();
    let body = json!({ "email": "admin@owner.example", "password": switchboard_tests::PASSWORD, "device": "browser" });
    let signed_in = client.post(server.url("/api/v1/auth/sign-in")).json(&body).send().await.unwrap();
    let cookie = |response: &reqwest::Response| {
        let cookie = response.headers()["set-cookie"].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    };
    let first = cookie(&signed_in);
    let refresh = |cookie: &str| {
        let request = client.post(server.url("/api/v1/auth/refresh")).header("cookie", cookie);
        request.json(&json!({ "refresh_token": null, "attempt": ATTEMPT })).send()
    };
    let lost = cookie(&refresh(&first).await.unwrap());
    let again = refresh(&first).await.unwrap();
    assert_eq!((again.status(), cookie(&again)), (StatusCode::OK, lost.clone()));
    assert_eq!(refresh(&lost).await.unwrap().status(), StatusCode::OK);
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
