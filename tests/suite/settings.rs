//! A wrong key is said in words by "test this".

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use simulator::twilio::{Config, Misbehaviour, Number, RestFailure, SimulatedTwilio};
use switchboard_tests::{Answer, Engine, TestServer, on_both_databases};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

on_both_databases!(
    a_wrong_carrier_token_is_said_in_words,
    a_carrier_token_goes_to_no_other_address_or_account,
    a_number_of_the_account_is_connected_with_one_request,
    a_wrong_storage_key_is_said_in_words,
    a_wrong_key_of_an_engine_is_said_in_words,
);

/// A service that gives every request this answer. Its address.
async fn refusing(status: &'static str, kind: &'static str, body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut read, mut request) = ([0; 4096], Vec::<u8>::new());
                while !request.windows(4).any(|four| four == b"\r\n\r\n") {
                    match socket.read(&mut read).await {
                        Ok(0) | Err(_) => return,
                        Ok(length) => request.extend(&read[..length]),
                    }
                }
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                );
                drop(socket.write_all(answer.as_bytes()).await);
                drop(socket.shutdown().await);
                // What is still being sent is taken in: closing the socket on it would take the answer away.
                while matches!(socket.read(&mut read).await, Ok(length) if length > 0) {}
            });
        }
    });
    format!("http://{address}")
}

async fn save(server: &TestServer, admin: &str, path: &str, body: Value) {
    let saved = server.ask(Method::PUT, path, admin, Some(body)).await;
    assert_eq!(saved.status, StatusCode::OK, "{saved:?}");
}

/// The test ran, failed, and says what the person can act on, without the key.
fn refused(answer: &Answer, words: &str) {
    assert_eq!((answer.status, &answer.body["ok"]), (StatusCode::OK, &json!(false)), "{answer:?}");
    assert!(answer.text("message").contains(words), "{answer:?} says nothing of: {words}");
    assert!(!answer.body.to_string().contains("wrong-key"), "a key came out: {answer:?}");
}

async fn a_wrong_carrier_token_is_said_in_words(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let sid = format!("AC{}", "3".repeat(32));
    let carrier = SimulatedTwilio::start(Config::on_loopback(&sid, "right-token")).await.expect("a simulated account");
    let test = |token: &'static str| {
        let (server, admin) = (&server, &admin);
        let settings = json!({ "provider": "twilio", "account_sid": sid, "auth_token": token,
            "api_base": carrier.base_url(), "public_url": "" });
        async move {
            save(server, admin, "/settings/carrier", settings).await;
            server.ask(Method::POST, "/settings/carrier/test", admin, None).await
        }
    };
    refused(&test("wrong-key").await, "does not accept the account id and token");
    let right = test("right-token").await;
    assert_eq!(right.body["ok"], true, "{right:?}");
    server.stop().await;
}

async fn a_number_of_the_account_is_connected_with_one_request(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let numbers = async |body: Option<Value>| {
        let (method, path) = match body {
            None => (Method::GET, "/settings/carrier/numbers"),
            Some(_) => (Method::POST, "/settings/carrier/numbers/connect"),
        };
        let answer = server.ask(method, path, &admin, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.body
    };
    assert!(numbers(None).await["problem"].as_str().is_some_and(|problem| problem.contains("no carrier is set up")));

    let sid = format!("AC{}", "6".repeat(32));
    let mut config = Config::on_loopback(&sid, "token");
    let number = |number: &str, voice_url: &str| Number {
        number: number.to_owned(),
        voice_url: voice_url.to_owned(),
        fallback_url: None,
        status_callback: None,
    };
    config.numbers = vec![number("+918045550111", ""), number("+918045550112", "https://other.example/voice")];
    let carrier = SimulatedTwilio::start(config).await.expect("a simulated account");
    carrier.set_message_url("+918045550112", "https://other.example/sms");
    let settings = |public_url: &str| {
        json!({ "provider": "twilio", "account_sid": sid, "auth_token": "token", "api_base": carrier.base_url(),
            "public_url": public_url })
    };
    save(&server, &admin, "/settings/carrier", settings("http://calls.example")).await;
    let routes = |answer: &Value| -> Vec<Value> {
        answer["numbers"].as_array().into_iter().flatten().map(|number| number["route"].clone()).collect()
    };
    let before = numbers(None).await;
    assert_eq!(routes(&before), ["nowhere", "elsewhere"], "{before}");
    let messages = |answer: &Value| -> Vec<Value> {
        answer["numbers"].as_array().into_iter().flatten().map(|number| number["messages"].clone()).collect()
    };
    assert_eq!(messages(&before), ["nowhere", "elsewhere"], "{before}");
    assert_eq!(before["numbers"][1]["message_url"], "https://other.example/sms", "it is shown before it is taken over");
    let id = before["numbers"][0]["id"].clone();
    let connect = json!({ "id": id, "messages": true });
    let path = "/settings/carrier/numbers/connect";
    let refused = server.ask(Method::POST, path, &admin, Some(connect.clone())).await;
    assert_eq!(refused.body["fields"][0]["field"], "public_url", "Twilio asks by https only: {refused:?}");

    save(&server, &admin, "/settings/carrier", settings("https://calls.example/")).await;
    // The account is busy twice and says for how long.
    let busy = vec![RestFailure::ComeBackAfter { seconds: 0 }, RestFailure::ServerError];
    carrier.misbehave(Misbehaviour { rest: busy, ..Misbehaviour::default() });
    let after = numbers(Some(connect)).await;
    assert_eq!((routes(&after), &after["problem"]), (vec![json!("here"), json!("elsewhere")], &Value::Null), "{after}");
    assert_eq!(after["numbers"][0]["in_list"], false);
    let now = carrier.number("+918045550111").expect("the number");
    assert_eq!(now.voice_url, "https://calls.example/webhooks/twilio/voice");
    assert_eq!(now.status_callback.as_deref(), Some("https://calls.example/webhooks/twilio/status"));
    let here = "https://calls.example/webhooks/twilio/message";
    assert_eq!(carrier.message_url("+918045550111").as_deref(), Some(here));
    assert_eq!(messages(&after), ["here", "elsewhere"], "{after}");
    let none_such = numbers(Some(json!({ "id": "PN1", "messages": true }))).await;
    assert!(none_such["problem"].as_str().is_some_and(|problem| problem.contains("belongs to this account")));
    assert_eq!(routes(&none_such), ["here", "elsewhere"]);
    // Its calls are taken over, and its text messages stay with whoever has them, until they are asked for as well.
    let theirs = before["numbers"][1]["id"].clone();
    let calls_only = numbers(Some(json!({ "id": theirs, "messages": false }))).await;
    assert_eq!(
        (routes(&calls_only), messages(&calls_only)),
        (vec![json!("here"); 2], vec![json!("here"), json!("elsewhere")])
    );
    assert_eq!(carrier.message_url("+918045550112").as_deref(), Some("https://other.example/sms"));
    let both = numbers(Some(json!({ "id": theirs, "messages": true }))).await;
    assert_eq!(messages(&both), ["here", "here"]);
    assert_eq!(carrier.message_url("+918045550112").as_deref(), Some(here));
    server.stop().await;
}

async fn a_wrong_storage_key_is_said_in_words(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let error = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>SignatureDoesNotMatch</Code><Message>The request \
                 signature we calculated does not match the signature you provided.</Message></Error>";
    let endpoint = refusing("403 Forbidden", "application/xml", error).await;
    let settings = json!({ "kind": "s3", "endpoint": endpoint, "bucket": "calls", "region": "ap-south-1", "prefix": "",
        "access_key_id": "AK1", "secret_access_key": "wrong-key", "path_style": true });
    save(&server, &admin, "/settings/storage", settings).await;
    refused(&server.ask(Method::POST, "/settings/storage/test", &admin, None).await, "does not allow this");
    save(&server, &admin, "/settings/storage", json!({ "kind": "local" })).await;
    let right = server.ask(Method::POST, "/settings/storage/test", &admin, None).await;
    assert_eq!(right.body["ok"], true, "{right:?}");
    server.stop().await;
}

async fn a_wrong_key_of_an_engine_is_said_in_words(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let error = r#"{"error":{"message":"Incorrect API key provided.","type":"invalid_request_error","code":"invalid_api_key"}}"#;
    let base_url = refusing("401 Unauthorized", "application/json", error).await;
    let one = json!({ "base_url": base_url, "model": "m", "api_key": "wrong-key" });
    let settings = json!({ "speech": one, "language": one, "auto_transcribe": true, "auto_analyse": true,
        "min_call_s": 5, "update_leads": true });
    save(&server, &admin, "/settings/engines", settings).await;
    for which in ["speech", "language"] {
        let answer = server.ask(Method::POST, &format!("/settings/engines/test?which={which}"), &admin, None).await;
        refused(&answer, "does not accept the API key");
    }
    server.stop().await;
}

async fn a_carrier_token_goes_to_no_other_address_or_account(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let settings = |sid: &str, base: &str, token: Option<&str>| {
        let body = json!({ "provider": "twilio", "account_sid": sid, "auth_token": token, "api_base": base, "public_url": "" });
        let (server, admin) = (&server, &admin);
        async move { server.ask(Method::PUT, "/settings/carrier", admin, Some(body)).await }
    };
    let (sid, other) = (format!("AC{}", "4".repeat(32)), format!("AC{}", "5".repeat(32)));
    assert_eq!(settings(&sid, "https://carrier.example", Some("secret-token")).await.status, StatusCode::OK);
    for (sid, base) in [(&sid, "http://127.0.0.1:9"), (&other, "https://carrier.example")] {
        let refused = settings(sid, base, None).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{refused:?}");
        assert_eq!(refused.body["fields"][0]["field"], "auth_token", "{refused:?}");
    }
    let same = settings(&sid, "https://carrier.example", None).await;
    assert_eq!((same.status, &same.body["has_auth_token"]), (StatusCode::OK, &json!(true)), "{same:?}");
    server.stop().await;
}
