//! `POST /audio/transcriptions` of OpenAI, Groq, speaches, whisper.cpp and others.

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use reqwest::multipart::{Form, Part};

use super::{AudioFormat, SpeechToText, TranscribeRequest, Transcription, answer};
use crate::ai::{AiError, AiSettings, Endpoint};

/// The documented limit of OpenAI; servers that take more are not known.
const MAX_AUDIO_BYTES: usize = 25 * 1024 * 1024;

/// An OpenAI-compatible transcription service.
#[derive(Debug)]
pub struct OpenAiSpeech {
    endpoint: Endpoint,
    /// Set when the server refused `verbose_json`: only whisper models have it at OpenAI.
    plain_json_only: AtomicBool,
}

impl OpenAiSpeech {
    pub fn new(settings: AiSettings) -> Result<Self, AiError> {
        Ok(Self { endpoint: Endpoint::new(settings)?, plain_json_only: AtomicBool::new(false) })
    }

    async fn ask(&self, request: &TranscribeRequest, verbose: bool) -> Result<Vec<u8>, AiError> {
        let file = Part::stream(request.audio.clone())
            .file_name(request.format.file_name())
            .mime_str(request.format.content_type())
            .map_err(|error| AiError::BadAddress { reason: error.to_string() })?;
        let mut form = Form::new()
            .part("file", file)
            .text("model", self.endpoint.model().to_owned())
            .text("response_format", if verbose { "verbose_json" } else { "json" });
        if verbose {
            form = form.text("timestamp_granularities[]", "segment").text("timestamp_granularities[]", "word");
        }
        if let Some(language) = &request.language {
            form = form.text("language", language.clone());
        }
        if let Some(prompt) = &request.prompt {
            form = form.text("prompt", prompt.clone());
        }
        self.endpoint.send(self.endpoint.post("/audio/transcriptions").multipart(form)).await
    }

    async fn ask_best_format(&self, request: &TranscribeRequest) -> Result<Vec<u8>, AiError> {
        if self.plain_json_only.load(Ordering::Relaxed) {
            return self.ask(request, false).await;
        }
        match self.ask(request, true).await {
            Err(AiError::Rejected { message, .. }) if refuses_verbose(&message) => {
                let body = self.ask(request, false).await?;
                self.plain_json_only.store(true, Ordering::Relaxed);
                Ok(body)
            }
            other => other,
        }
    }
}

fn refuses_verbose(message: &str) -> bool {
    ["response_format", "verbose_json", "timestamp_granularities"].iter().any(|word| message.contains(word))
}

#[async_trait]
impl SpeechToText for OpenAiSpeech {
    fn engine(&self) -> String {
        format!("{} at {}", self.endpoint.model(), self.endpoint.host())
    }

    async fn transcribe(&self, request: &TranscribeRequest) -> Result<Transcription, AiError> {
        if request.audio.len() > MAX_AUDIO_BYTES {
            return Err(AiError::TooLarge { message: format!("audio of more than {MAX_AUDIO_BYTES} bytes") });
        }
        answer::read(&self.ask_best_format(request).await?)
    }

    async fn test(&self) -> Result<(), AiError> {
        let request = TranscribeRequest {
            audio: Bytes::from(quiet_tone_wav()),
            format: AudioFormat::Wav,
            language: None,
            prompt: None,
        };
        self.transcribe(&request).await.map(|_| ())
    }
}

/// One second of 440 Hz at -40 dBFS: 16 kHz, 16 bit, mono.
fn quiet_tone_wav() -> Vec<u8> {
    const RATE: u32 = 16_000;
    let data_len = RATE * 2;
    let mut wav = Vec::with_capacity(44 + data_len as usize);
    wav.extend_from_slice(b"RIFF");
    wav.extend_from_slice(&(36 + data_len).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt ");
    wav.extend_from_slice(&16_u32.to_le_bytes());
    wav.extend_from_slice(&1_u16.to_le_bytes());
    wav.extend_from_slice(&1_u16.to_le_bytes());
    wav.extend_from_slice(&RATE.to_le_bytes());
    wav.extend_from_slice(&(RATE * 2).to_le_bytes());
    wav.extend_from_slice(&2_u16.to_le_bytes());
    wav.extend_from_slice(&16_u16.to_le_bytes());
    wav.extend_from_slice(b"data");
    wav.extend_from_slice(&data_len.to_le_bytes());
    for n in 0..RATE {
        let phase = f64::from(n) * 440.0 * std::f64::consts::TAU / f64::from(RATE);
        wav.extend_from_slice(&((phase.sin() * 327.0) as i16).to_le_bytes());
    }
    wav
}
