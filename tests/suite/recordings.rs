//! A recording that is played: the signed address answers the whole of it, and the parts that players ask for.

use std::time::Duration;

use reqwest::{Method, Response, StatusCode, header};
use switchboard_tests::{Engine, TestServer, on_both_databases, talk::Talk};

on_both_databases!(a_signed_address_answers_ranges_of_bytes);

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
