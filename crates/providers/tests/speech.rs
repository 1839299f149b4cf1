use std::time::Duration;

use domain::pii::Personal;
use switchboard_providers::{
    ai::{AiError, AiSettings},
    speech::{AudioFormat, OpenAiSpeech, SpeechToText, TranscribeRequest},
};
use url::Url;

use crate::loopback::{self, Answer, Loopback, answer};

fn engine(base: &Url, path: &str, api_key: Option<&str>) -> OpenAiSpeech {
    OpenAiSpeech::new(AiSettings {
        base_url: base.join(path).unwrap(),
        model: "whisper-1".into(),
        api_key: api_key.map(|key| Personal::new(key.to_owned())),
        timeout: Duration::from_secs(5),
    })
    .unwrap()
}

fn request() -> TranscribeRequest {
    TranscribeRequest {
        audio: b"RIFF....WAVE".as_slice().into(),
        format: AudioFormat::Wav,
        language: Some("hi".into()),
        prompt: None,
    }
}

#[tokio::test]
async fn audio_is_sent_as_a_form_and_the_segments_come_back() {
    let body = r#"{"text":"Hello","segments":[{"start":0.5,"end":1.0,"text":" Hello"}]}"#;
    let server = Loopback::answering([answer(200, body)]).await;
    for path in ["/v1", "/v1/"] {
        let heard = engine(&server.url, path, Some("key")).transcribe(&request()).await.unwrap();
        assert_eq!((heard.segments[0].start_s, heard.segments[0].text.as_str()), (0.5, "Hello"));
    }
    for asked in server.asked() {
        assert_eq!(asked.uri.path(), "/v1/audio/transcriptions");
        assert_eq!(asked.authorization(), Some("Bearer key"));
        let form = asked.text();
        for part in [
            "name=\"model\"\r\n\r\nwhisper-1",
            "name=\"response_format\"\r\n\r\nverbose_json",
            "name=\"language\"\r\n\r\nhi",
            "filename=\"audio.wav\"",
            "RIFF....WAVE",
        ] {
            assert!(form.contains(part), "{part} in {form}");
        }
    }
}

#[tokio::test]
async fn a_server_without_verbose_json_is_asked_for_json_and_that_is_remembered() {
    let refused = r#"{"error":{"message":"response_format 'verbose_json' is not compatible","code":null}}"#;
    let server = Loopback::answering([answer(400, refused), answer(200, r#"{"text":"Hi"}"#)]).await;
    let engine = engine(&server.url, "/v1", None);
    assert!(engine.transcribe(&request()).await.unwrap().untimed);
    assert!(engine.transcribe(&request()).await.unwrap().untimed);
    let asked = server.asked();
    assert_eq!(asked.len(), 3);
    assert!(asked[2].text().contains("name=\"response_format\"\r\n\r\njson\r\n"));
    assert_eq!(asked[0].authorization(), None);
}

#[tokio::test]
async fn failures_say_what_can_be_done() {
    let slow_down = Answer { status: 429, headers: vec![("retry-after", "7")], body: String::new() };
    let quota = r#"{"error":{"message":"no money","code":"insufficient_quota"}}"#;
    let cases = [
        (
            answer(401, r#"{"error":{"message":"bad key","code":"invalid_api_key"}}"#),
            AiError::BadCredentials { message: "bad key".into() },
        ),
        (answer(404, r#"{"error":"no such model"}"#), AiError::NotFound { message: "no such model".into() }),
        (slow_down, AiError::RateLimited { retry_after: Some(Duration::from_secs(7)) }),
        (answer(429, quota), AiError::QuotaExhausted { message: "no money".into() }),
        (answer(413, "big"), AiError::TooLarge { message: "big".into() }),
        (answer(502, ""), AiError::Unavailable { status: 502 }),
        (answer(400, "what"), AiError::Rejected { status: 400, message: "what".into() }),
    ];
    for (reply, expected) in cases {
        let server = Loopback::answering([reply]).await;
        assert_eq!(engine(&server.url, "/v1", None).test().await, Err(expected));
        assert_eq!(server.asked().len(), 1, "sent once");
    }
    let unreachable = engine(&loopback::nobody().await, "/v1", None).test().await.unwrap_err();
    assert!(matches!(unreachable, AiError::Unreachable { .. }) && unreachable.is_temporary(), "{unreachable:?}");
}

#[tokio::test]
async fn audio_that_is_too_large_is_not_sent() {
    let server = Loopback::answering([answer(200, r#"{"text":""}"#)]).await;
    let request = TranscribeRequest { audio: vec![0; 25 * 1024 * 1024 + 1].into(), ..request() };
    let error = engine(&server.url, "/v1", None).transcribe(&request).await.unwrap_err();
    assert!(matches!(error, AiError::TooLarge { .. }), "{error:?}");
    assert_eq!(server.asked().len(), 0);
}

#[tokio::test]
async fn a_server_that_never_answers_times_out() {
    // The listener's queue accepts the connection; nobody ever reads from it.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = AiSettings {
        base_url: Url::parse(&format!("http://{}/v1", listener.local_addr().unwrap())).unwrap(),
        model: "m".into(),
        api_key: None,
        timeout: Duration::from_secs(1),
    };
    let error = OpenAiSpeech::new(settings).unwrap().test().await.unwrap_err();
    assert_eq!(error, AiError::TimedOut { seconds: 1 });
}

#[test]
fn addresses_that_cannot_work_are_refused() {
    let settings = |url: &str, model: &str| AiSettings {
        base_url: Url::parse(url).unwrap(),
        model: model.into(),
        api_key: None,
        timeout: Duration::from_secs(1),
    };
    assert!(matches!(OpenAiSpeech::new(settings("file:///etc", "m")), Err(AiError::BadAddress { .. })));
    assert!(matches!(OpenAiSpeech::new(settings("http://localhost/v1", " ")), Err(AiError::BadAddress { .. })));
}
