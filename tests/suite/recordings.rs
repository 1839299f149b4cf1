//! A recording that is played: the signed address answers the whole of it, and the parts that players ask for.

use std::time::Duration;

use reqwest::{Method, Response, StatusCode, header};
use serde_json::{Value, json};
use simulator::twilio::{Misbehaviour, RestFailure};
use switchboard_tests::{Engine, TestServer, calling_out::CallingOut, on_both_databases, talk::Talk};

on_both_databases!(
    a_signed_address_answers_ranges_of_bytes,
    the_carriers_copy_goes_once_ours_is_stored_and_only_when_it_is_wished,
);

async fn bytes(server: &TestServer, url: &str, range: Option<&str>) -> Response {
    let mut request = reqwest::Client::new().get(server.url(url));
    if let Some(range) = range {
        request = request.header(header::RANGE, range);
    }
    request.send().await.unwrap()
}

fn text<'a>(response: &'a Response, name: &header::HeaderName) -> &'a str {
    response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

async fn a_signed_address_answers_ranges_of_bytes(engine: Engine) {
    let talk = Talk::begin(TestServer::start_on(engine, false).await).await;
    let live = format!("{}/live", talk.path());
    talk.server.until(&live, &talk.admin, "it is recorded", |live| live["recording"]["kind"] == "recording").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    talk.hang_up().await;
    let stored = |detail: &serde_json::Value| detail["receipt"]["state"]["kind"] == "stored";
    talk.server.until(&talk.path(), &talk.admin, "the recording is stored", stored).await;
    for (format, kind) in [("ogg", "audio/ogg"), ("wav", "audio/wav")] {
        let path = format!("/recordings/{}/url?format={format}", talk.said.call());
        let url = talk.server.ask(Method::GET, &path, &talk.admin, None).await.text("url");
        let whole = bytes(&talk.server, &url, None).await;
        assert_eq!(whole.status(), StatusCode::OK);
        assert_eq!((text(&whole, &header::ACCEPT_RANGES), text(&whole, &header::CONTENT_TYPE)), ("bytes", kind));
        let whole = whole.bytes().await.unwrap();
        let length = whole.len();
        assert!(length > 1_000, "{length}");
        let parts = [
            ("bytes=0-99".to_owned(), 0..100),
            ("bytes=500-".to_owned(), 500..length),
            ("bytes=-50".to_owned(), length - 50..length),
            (format!("bytes=10-{}", 2 * length), 10..length),
        ];
        for (range, expected) in parts {
            let part = bytes(&talk.server, &url, Some(&range)).await;
            assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT, "{range}");
            let said = format!("bytes {}-{}/{length}", expected.start, expected.end - 1);
            assert_eq!(
                (text(&part, &header::CONTENT_RANGE), text(&part, &header::CONTENT_TYPE)),
                (said.as_str(), kind)
            );
            assert_eq!(part.bytes().await.unwrap(), whole[expected], "{range}");
        }
        for range in [format!("bytes={length}-"), "bytes=-0".to_owned(), "bytes=9-3".to_owned()] {
            let beyond = bytes(&talk.server, &url, Some(&range)).await;
            // Of what is no range at all (the last), the whole is sent (RFC 9110 section 14.2).
            if range == "bytes=9-3" {
                assert_eq!(beyond.status(), StatusCode::OK, "{range}");
                continue;
            }
            assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE, "{range}");
            assert_eq!(text(&beyond, &header::CONTENT_RANGE), format!("bytes */{length}"));
        }
        let several = bytes(&talk.server, &url, Some("bytes=0-1,5-6")).await;
        assert_eq!((several.status(), several.bytes().await.unwrap()), (StatusCode::OK, whole));
    }
    talk.end().await;
}

async fn the_carriers_copy_goes_once_ours_is_stored_and_only_when_it_is_wished(engine: Engine) {
    let world = CallingOut::open(engine).await;
    world.answers("human");
    let webhook = world.server.url("/webhooks/twilio/recording");
    let mut kept = String::new();
    for wished in [false, true] {
        let settings = json!({ "delete_when_stored": wished });
        let saved = world.server.ask(Method::PUT, "/settings/carrier-recordings", &world.admin, Some(settings)).await;
        assert_eq!(saved.status, StatusCode::OK, "{saved:?}");
        world.desk.available().await;
        let path = world.place().await;
        let recorded = |live: &Value| live["recording"]["kind"] == "recording";
        world.server.until(&format!("{path}/live"), &world.admin, "it is recorded", recorded).await;
        let call = world.carrier.calls().pop().unwrap();
        // The account records every call, and is ready before ours is stored.
        let sid = world.carrier.report_recording(call.sid(), &webhook).await;
        assert!(world.carrier.has_recording(&sid));
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(world.carrier.has_recording(&sid), "ours is not stored yet");
        let busy = vec![RestFailure::ServerError];
        let hung_up = world.server.ask(Method::POST, &format!("{path}/hang-up"), &world.token, None).await;
        assert!(hung_up.status.is_success(), "{hung_up:?}");
        let stored = |detail: &Value| detail["receipt"]["state"]["kind"] == "stored";
        world.server.until(&path, &world.admin, "the recording is stored", stored).await;
        let jobs = async || {
            let id = path.trim_start_matches("/calls/");
            let all = world.server.ask(Method::GET, &format!("/jobs?call_id={id}"), &world.admin, None).await.body;
            let all = all["items"].as_array().cloned().unwrap_or_default();
            all.into_iter().filter(|job| job["kind"] == "delete_at_carrier").collect::<Vec<_>>()
        };
        if !wished {
            assert!(jobs().await.is_empty() && world.carrier.has_recording(&sid), "nobody wished it");
            kept = sid;
            continue;
        }
        world.carrier.misbehave(Misbehaviour { rest: busy, ..Misbehaviour::default() });
        for _ in 0..600 {
            if !world.carrier.has_recording(&sid) && jobs().await.iter().all(|job| job["status"] == "done") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(!world.carrier.has_recording(&sid), "{:?}", jobs().await);
        assert_eq!(jobs().await[0]["status"], "done");
    }
    assert!(world.carrier.has_recording(&kept), "of before it was wished");
    world.end().await;
}
