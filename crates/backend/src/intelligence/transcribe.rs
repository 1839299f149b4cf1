//! Speech to text, each channel by itself, so that agent and customer cannot be swapped, and long calls in parts.

use bytes::Bytes;
use domain::{
    ids::CallId,
    intelligence::{Segment, Speaker, Transcript},
    pii::Personal,
};
use media::parts::{Part, PartCutter};
use providers::{
    ai::AiError,
    speech::{AudioFormat, SpeechToText, TranscribeRequest, Transcription},
};
use storage::{TenantScope, calls::AnalysisState};
use tokio::sync::mpsc;

use super::ANALYSE;
use crate::{Backend, clock, jobs::JobError};

/// Rate that speech engines take.
const RATE: u32 = 16_000;
/// Parts of a channel that wait for the engine: with the one in work, 40 MB of a channel are in memory at most.
const READY_PARTS: usize = 1;

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
    let language = backend.language_of(scope, call).await?;
    let transcript = listen(engine.as_ref(), ogg, language.as_deref()).await?;
    storage::intelligence::put_transcript(backend.store(), scope, call, &transcript, clock::now()).await?;
    backend.analysis_progress(scope, call, AnalysisState::Analysing, None, None).await?;
    if engines.auto_analyse {
        backend.enqueue(scope, ANALYSE, call, &format!("{call}:{}", clock::now().0)).await?;
    } else {
        backend.analysis_progress(scope, call, AnalysisState::None, Some("switched_off"), None).await?;
    }
    Ok(())
}

/// Decodes the recording while the engine listens to what is ready of each side.
async fn listen(engine: &dyn SpeechToText, ogg: Bytes, language: Option<&str>) -> Result<Transcript, JobError> {
    let (customer_parts, customer) = mpsc::channel(READY_PARTS);
    let (agent_parts, agent) = mpsc::channel(READY_PARTS);
    let reading = tokio::task::spawn_blocking(move || split(&ogg, [customer_parts, agent_parts]));
    let heard = tokio::try_join!(hear(engine, customer, language), hear(engine, agent, language));
    // A recording that cannot be read ends the parts early: that is the reason to tell.
    let seconds = reading.await.map_err(|error| JobError::Again(error.to_string()))??;
    let (customer, agent) = heard?;
    Ok(join(customer, agent, engine.engine(), seconds))
}

/// Hands out both sides, left first, in parts; the answer is the length in seconds. Ends early when nobody wants more.
fn split(ogg: &[u8], sides: [mpsc::Sender<Part>; 2]) -> Result<f64, JobError> {
    let mut cutters = [PartCutter::new(RATE), PartCutter::new(RATE)];
    let mut mono = Vec::new();
    let samples = media::ogg::decode(ogg, RATE, |pcm, head| {
        let channels = usize::from(head.channels).max(1);
        for (side, (cutter, parts)) in cutters.iter_mut().zip(&sides).enumerate().take(channels) {
            mono.clear();
            mono.extend(pcm.iter().skip(side).step_by(channels));
            if let Some(part) = cutter.push(&mono) {
                // Whoever does not take it any more has failed and says why itself.
                let _ = parts.blocking_send(part);
            }
        }
    })
    .map_err(|error| JobError::Never(format!("the recording cannot be read: {error}")))?;
    for (cutter, parts) in cutters.into_iter().zip(&sides) {
        if let Some(part) = cutter.finish() {
            let _ = parts.blocking_send(part);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "samples of some hours")]
    let seconds = samples as f64 / f64::from(RATE);
    Ok(seconds)
}

/// What the engine heard in all parts of one side, on the clock of the whole call.
async fn hear(
    engine: &dyn SpeechToText,
    mut parts: mpsc::Receiver<Part>,
    language: Option<&str>,
) -> Result<Vec<Transcription>, JobError> {
    let mut heard = Vec::new();
    while let Some(part) = parts.recv().await {
        let start = part.start.as_secs_f64();
        let audio = Bytes::from(media::wav::encode(RATE, 1, &part.pcm));
        drop(part);
        let request =
            TranscribeRequest { audio, format: AudioFormat::Wav, language: language.map(str::to_owned), prompt: None };
        let mut transcription = engine.transcribe(&request).await.map_err(job_error)?;
        for segment in &mut transcription.segments {
            segment.start_s += start;
            segment.end_s += start;
        }
        heard.push(transcription);
    }
    Ok(heard)
}

pub(super) fn job_error(error: AiError) -> JobError {
    if error.is_temporary() { JobError::Again(error.to_string()) } else { JobError::Never(error.to_string()) }
}

/// Both sides in the order in which they spoke.
fn join(customer: Vec<Transcription>, agent: Vec<Transcription>, engine: String, duration_s: f64) -> Transcript {
    let language = customer.iter().chain(&agent).find_map(|part| part.language.clone());
    let of = |speaker: Speaker, heard: Vec<Transcription>| {
        let segments = heard.into_iter().flat_map(|part| part.segments);
        segments.filter(|one| !one.text.trim().is_empty()).map(move |one| Segment {
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
    use std::sync::{Mutex, PoisonError};

    use async_trait::async_trait;
    use media::ogg::{OggOpusWriter, OpusHead, OpusTags};
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
        let customer = vec![heard(&[(0.5, "hello"), (4.0, " ")])];
        let transcript = join(customer, vec![heard(&[(2.0, "good morning")])], "e".to_owned(), 5.0);
        let spoken: Vec<_> = transcript.segments.iter().map(|one| (one.speaker, one.text.reveal().as_str())).collect();
        assert_eq!(spoken, [(Speaker::Customer, "hello"), (Speaker::Agent, "good morning")]);
    }

    /// Says the length of each file it is given, one second after its start.
    #[derive(Default)]
    struct Lengths(Mutex<Vec<usize>>);

    #[async_trait]
    impl SpeechToText for Lengths {
        fn engine(&self) -> String {
            "lengths".to_owned()
        }

        async fn transcribe(&self, request: &TranscribeRequest) -> Result<Transcription, AiError> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(request.audio.len());
            Ok(heard(&[(1.0, "part")]))
        }

        async fn test(&self) -> Result<(), AiError> {
            Ok(())
        }
    }

    /// A recording of digital silence: `minutes` of 20 ms packets of both channels.
    fn silent_recording(minutes: usize) -> Vec<u8> {
        let settings = media::codec::EncoderSettings::recording(RATE);
        let mut encoder = media::codec::OpusEncoder::new(settings).unwrap();
        let mut packet = [0; media::codec::MAX_PACKET];
        let length = encoder.encode(&[0; 640], &mut packet).unwrap();
        let head = OpusHead { channels: 2, pre_skip: 0, input_rate: RATE };
        let mut writer = OggOpusWriter::create(Vec::new(), 1, head, &OpusTags::default()).unwrap();
        for _ in 0..minutes * 60 * 50 {
            writer.packet(&packet[..length], 960).unwrap();
        }
        writer.finish().unwrap()
    }

    #[tokio::test]
    async fn a_call_of_half_an_hour_goes_to_the_engine_in_parts_below_its_limit_and_keeps_its_times() {
        let engine = Lengths::default();
        let transcript = listen(&engine, Bytes::from(silent_recording(30)), None).await.unwrap();
        let lengths = engine.0.into_inner().unwrap();
        assert_eq!(lengths.len(), 8, "four parts of each side");
        assert!(lengths.iter().all(|length| *length < 25 * 1024 * 1024), "{lengths:?}");
        assert!((transcript.duration_s - 1_800.0).abs() < 0.1, "{}", transcript.duration_s);
        let starts: Vec<u64> = transcript.segments.iter().map(|one| (one.start_s * 10.0).round() as u64).collect();
        assert_eq!(starts, [10, 10, 4_808, 4_808, 9_606, 9_606, 14_404, 14_404], "tenths of seconds");
    }

    #[tokio::test]
    async fn what_is_no_recording_fails_for_good() {
        let result = listen(&Lengths::default(), Bytes::from_static(b"RIFF"), None).await;
        assert!(matches!(result, Err(JobError::Never(_))), "{result:?}");
    }
}
