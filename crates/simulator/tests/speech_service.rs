use std::time::Duration;

use domain::pii::Personal;
use providers::{
    ai::{AiError, AiSettings},
    speech::{AudioFormat, OpenAiSpeech, SpeechToText, TranscribeRequest},
};
use switchboard_simulator::{
    speech_service::{MODEL, ServiceFailure, SimulatedSpeechService, SpeechServiceConfig},
    voices,
};

fn engine(service: &SimulatedSpeechService, model: &str, api_key: Option<&str>) -> OpenAiSpeech {
    OpenAiSpeech::new(AiSettings {
        base_url: service.base_url().parse().unwrap(),
        model: model.into(),
        api_key: api_key.map(|key| Personal::new(key.into())),
        timeout: Duration::from_secs(20),
    })
    .unwrap()
}

fn wav(lines: &[&str]) -> TranscribeRequest {
    let mut pcm = vec![0; 8000];
    for line in lines {
        pcm.extend(voices::line(line).unwrap().pcm());
        pcm.extend([0; 12_000]);
    }
    let audio = media::wav::encode(8000, 1, &pcm).into();
    TranscribeRequest { audio, format: AudioFormat::Wav, language: None, prompt: None }
}

#[tokio::test]
async fn a_channel_of_a_call_comes_back_as_timed_segments() {
    let service = SimulatedSpeechService::start(SpeechServiceConfig::on_loopback()).await.unwrap();
    let lines = ["rohan-1", "rohan-2"];
    let heard = engine(&service, MODEL, None).transcribe(&wav(&lines)).await.unwrap();
    let texts: Vec<&str> = heard.segments.iter().map(|segment| segment.text.as_str()).collect();
    assert_eq!(texts, lines.map(|line| voices::line(line).unwrap().text));
    assert_eq!(heard.language.as_deref(), Some("hindi"));
    assert!((heard.segments[0].start_s - 1.0).abs() < 0.1);
    assert!(heard.segments.iter().all(|segment| segment.confidence.unwrap() > 0.9));
    let words: Vec<&str> = heard.segments[0].words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(words.join(" "), texts[0]);
}

#[tokio::test]
async fn a_fresh_connection_can_be_tested() {
    let service = SimulatedSpeechService::start(SpeechServiceConfig::on_loopback()).await.unwrap();
    engine(&service, MODEL, None).test().await.unwrap();
}

#[tokio::test]
async fn keys_models_and_files_are_checked() {
    let config = SpeechServiceConfig { api_key: Some(Personal::new("k".into())), ..SpeechServiceConfig::on_loopback() };
    let service = SimulatedSpeechService::start(config).await.unwrap();
    let refused = engine(&service, MODEL, Some("other")).test().await.unwrap_err();
    assert!(matches!(refused, AiError::BadCredentials { .. }), "{refused:?}");
    let unknown = engine(&service, "whisper-1", Some("k")).test().await.unwrap_err();
    assert!(matches!(unknown, AiError::NotFound { .. }), "{unknown:?}");
    let broken = TranscribeRequest { audio: b"not a sound".as_slice().into(), ..wav(&[]) };
    let refused = engine(&service, MODEL, Some("k")).transcribe(&broken).await.unwrap_err();
    assert!(matches!(refused, AiError::Rejected { status: 400, .. }), "{refused:?}");
}

#[tokio::test]
async fn it_fails_when_it_is_told_to() {
    let service = SimulatedSpeechService::start(SpeechServiceConfig::on_loopback()).await.unwrap();
    service.fail_next([ServiceFailure::TooManyRequests, ServiceFailure::ServerError, ServiceFailure::Garbage]);
    let engine = engine(&service, MODEL, None);
    let second = Some(Duration::from_secs(1));
    assert_eq!(engine.test().await, Err(AiError::RateLimited { retry_after: second }));
    assert_eq!(engine.test().await, Err(AiError::Unavailable { status: 500 }));
    assert!(matches!(engine.test().await, Err(AiError::Unreadable { .. })));
    assert_eq!(engine.test().await, Ok(()));
}
