//! Bad input gets a clear refusal that names the field, and nothing is lost.

use reqwest::{Method, StatusCode};
use serde_json::json;
use switchboard_tests::{Engine, TestServer, on_both_databases};

on_both_databases!(
    a_wrong_body_names_the_field_and_what_is_expected,
    what_is_not_json_or_not_an_id_is_refused_as_such,
    a_forged_webhook_is_refused_and_changes_nothing,
);

async fn a_wrong_body_names_the_field_and_what_is_expected(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let cases = [
        (json!({ "name": 5 }), "name"),
        (json!({ "phone": "+919800011111" , "name": "" }), "name"),
        (json!({ "name": "Asha", "phone": "12" }), "phone"),
        (json!({ "name": "x".repeat(500), "phone": "+919800011111" }), "name"),
        (json!({ "name": "Asha", "phone": "+919800011111", "zone": "Mars/Base" }), "zone"),
    ];
    for (body, field) in cases {
        let answer = server.ask(Method::POST, "/leads", &admin, Some(body.clone())).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {answer:?}");
        assert!(answer.body["fields"].to_string().contains(field), "{body}: {answer:?}");
    }
    server.stop().await;
}

async fn what_is_not_json_or_not_an_id_is_refused_as_such(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let client = reqwest::Client::new();
    let post = |body: &'static str, kind: &'static str| {
        client.post(server.url("/api/v1/leads")).bearer_auth(&admin).header("content-type", kind).body(body).send()
    };
    assert_eq!(post("{", "application/json").await.unwrap().status(), StatusCode::BAD_REQUEST);
    assert_eq!(post("{}", "text/plain").await.unwrap().status(), StatusCode::BAD_REQUEST);
    let large = vec![b' '; 400 * 1024];
    let request =
        client.post(server.url("/api/v1/leads")).bearer_auth(&admin).header("content-type", "application/json");
    assert_eq!(request.body(large).send().await.unwrap().status(), StatusCode::PAYLOAD_TOO_LARGE);
    for path in ["/leads/7", "/calls/x", "/users/%00"] {
        let answer = server.ask(Method::GET, path, &admin, None).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: {answer:?}");
    }
    for path in ["/leads?limit=0", "/leads?limit=x", "/calls?cursor=zzz", "/calls?status=never"] {
        let answer = server.ask(Method::GET, path, &admin, None).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: {answer:?}");
    }
    server.stop().await;
}

async fn a_forged_webhook_is_refused_and_changes_nothing(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let settings = json!({ "provider": "twilio", "account_sid": format!("AC{}", "1".repeat(32)),
        "auth_token": "secret-token", "api_base": "http://127.0.0.1:9", "public_url": "" });
    let saved = server.ask(Method::PUT, "/settings/carrier", &admin, Some(settings)).await;
    assert_eq!(saved.status, StatusCode::OK, "{saved:?}");
    assert!(!saved.body.to_string().contains("secret-token"), "a secret came out again");
    let form =
        format!("AccountSid=AC{}&CallSid=CA{}&From=%2B919800011111&To=%2B918045550111", "1".repeat(32), "2".repeat(32));
    let client = reqwest::Client::new();
    for signature in ["", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="] {
        for kind in ["voice", "status", "resume", "outbound-answer"] {
            let request = client
                .post(server.url(&format!("/webhooks/twilio/{kind}")))
                .header("content-type", "application/x-www-form-urlencoded")
                .header("x-twilio-signature", signature)
                .body(form.clone());
            assert_eq!(request.send().await.unwrap().status(), StatusCode::FORBIDDEN, "{kind}");
        }
    }
    let calls = server.ask(Method::GET, "/calls", &admin, None).await;
    assert_eq!(calls.body["items"], json!([]));
    server.stop().await;
}
