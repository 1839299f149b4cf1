//! Speech to text, each channel by itself, so that agent and customer cannot be swapped.

use bytes::Bytes;
use domain::{
    ids::CallId,
    intelligence::{Segment, Speaker, Transcript},
    pii::Personal,
};
use providers::{
    ai::AiError,
    speech::{AudioFormat, SpeechToText, TranscribeRequest, Transcription},
};
use storage::{TenantScope, calls::AnalysisState};

use super::ANALYSE;
use crate::{Backend, clock, jobs::JobError};

/// Rate that speech engines take.
const RATE: u32 = 16_000;

/// Both channels as WAV files, and the length in seconds.
struct Channels {
    customer: Bytes,
    agent: Bytes,
    seconds: f64,
}

pub(crate) async fn transcribe(backend: &Backend, scope: TenantScope, call: CallId) -> Result<(), JobError> {
    let engines = backend.engines(scope).await?;
    let Some((engine, _)) = engines.speech else {
        backend.analysis_progress(scope, call, AnalysisState::Failed, Some("no_speech_engine"), None).await?;
        return Ok(());
    };
    let Some(row) = storage::recordings::of_call(backend.store(), scope, call).await? else {
        backend.analysis_progress(scope, call, AnalysisState::Failed, Some("audio_missing"), None).await?;
        return Ok(());
    };
    backend.analysis_progress(scope, call, AnalysisState::Transcribing, None, None).await?;
    let ogg = backend.audio_of(scope, &row).await?;
    let channels = tokio::task::spawn_blocking(move || split(&ogg))
        .await
        .map_err(|error| JobError::Again(error.to_string()))??;
    let language = backend.language_of(scope, call).await?;
    let (customer, agent) = tokio::try_join!(
        hear(engine.as_ref(), channels.customer, language.as_deref()),
        hear(engine.as_ref(), channels.agent, language.as_deref()),
    )?;
    let transcript = join(customer, agent, engine.engine(), channels.seconds);
    storage::intelligence::put_transcript(backend.store(), scope, call, &transcript, clock::now()).await?;
    backend.analysis_progress(scope, call, AnalysisState::Analysing, None, None).await?;
    if engines.auto_analyse {
        backend.enqueue(scope, ANALYSE, call, &format!("{call}:{}", clock::now().0)).await?;
    } else {
        backend.analysis_progress(scope, call, AnalysisState::None, Some("switched_off"), None).await?;
    }
    Ok(())
}

fn split(ogg: &[u8]) -> Result<Channels, JobError> {
    let (mut customer, mut agent) = (Vec::new(), Vec::new());
    let samples = media::ogg::decode(ogg, RATE, |pcm, head| {
        for frame in pcm.chunks_exact(usize::from(head.channels)) {
            customer.push(frame[0]);
            agent.push(frame.get(1).copied().unwrap_or(0));
        }
    })
    .map_err(|error| JobError::Never(format!("the recording cannot be read: {error}")))?;
    #[expect(clippy::cast_precision_loss, reason = "samples of some hours")]
    let seconds = samples as f64 / f64::from(RATE);
    Ok(Channels {
        customer: Bytes::from(media::wav::encode(RATE, 1, &customer)),
        agent: Bytes::from(media::wav::encode(RATE, 1, &agent)),
        seconds,
    })
}

async fn hear(engine: &dyn SpeechToText, audio: Bytes, language: Option<&str>) -> Result<Transcription, JobError> {
    let request =
        TranscribeRequest { audio, format: AudioFormat::Wav, language: language.map(str::to_owned), prompt: None };
    engine.transcribe(&request).await.map_err(job_error)
}

pub(super) fn job_error(error: AiError) -> JobError {
    if error.is_temporary() { JobError::Again(error.to_string()) } else { JobError::Never(error.to_string()) }
}

/// Both sides in the order in which they spoke.
fn join(customer: Transcription, agent: Transcription, engine: String, duration_s: f64) -> Transcript {
    let language = customer.language.clone().or_else(|| agent.language.clone());
    let of = |speaker: Speaker, heard: Transcription| {
        heard.segments.into_iter().filter(|one| !one.text.trim().is_empty()).map(move |one| Segment {
            speaker,
            start_s: one.start_s,
            end_s: one.end_s,
            text: Personal::new(one.text.trim().to_owned()),
            confidence: one.confidence,
        })
    };
    let mut segments: Vec<Segment> = of(Speaker::Customer, customer).chain(of(Speaker::Agent, agent)).collect();
    segments.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
    Transcript { language, engine, duration_s, segments }
}

#[cfg(test)]
mod tests {
    use providers::speech::SpeechSegment;

    use super::*;

    fn heard(lines: &[(f64, &str)]) -> Transcription {
        Transcription {
            text: String::new(),
            language: None,
            duration_s: None,
            segments: lines
                .iter()
                .map(|(at, text)| SpeechSegment {
                    start_s: *at,
                    end_s: at + 1.0,
                    text: (*text).to_owned(),
                    confidence: None,
                    words: Vec::new(),
                })
                .collect(),
            untimed: false,
        }
    }

    #[test]
    fn both_sides_are_joined_by_time_and_silence_is_left_out() {
        let transcript =
            join(heard(&[(0.5, "hello"), (4.0, " ")]), heard(&[(2.0, "good morning")]), "e".to_owned(), 5.0);
        let spoken: Vec<_> = transcript.segments.iter().map(|one| (one.speaker, one.text.reveal().as_str())).collect();
        assert_eq!(spoken, [(Speaker::Customer, "hello"), (Speaker::Agent, "good morning")]);
    }
}
