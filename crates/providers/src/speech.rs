//! Speech to text: one interface, and an OpenAI-compatible client for it.

mod answer;
mod client;

use async_trait::async_trait;
use bytes::Bytes;

use crate::ai::AiError;
pub use client::OpenAiSpeech;

/// One channel (one speaker) of a recording.
#[derive(Debug, Clone)]
pub struct TranscribeRequest {
    pub audio: Bytes,
    pub format: AudioFormat,
    /// ISO 639-1 code such as `en` or `hi`; without it the engine detects the language.
    pub language: Option<String>,
    /// Names and terms that are likely to be said.
    pub prompt: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AudioFormat {
    Wav,
    OggOpus,
}

impl AudioFormat {
    const fn file_name(self) -> &'static str {
        match self {
            Self::Wav => "audio.wav",
            Self::OggOpus => "audio.ogg",
        }
    }

    const fn content_type(self) -> &'static str {
        match self {
            Self::Wav => "audio/wav",
            Self::OggOpus => "audio/ogg",
        }
    }
}

/// What an engine heard. Times are seconds from the start of the audio.
#[derive(Debug, Clone, PartialEq)]
pub struct Transcription {
    pub text: String,
    /// As the engine words it: a code or an English name.
    pub language: Option<String>,
    pub duration_s: Option<f64>,
    /// In order of time; at least one when `text` is not empty.
    pub segments: Vec<SpeechSegment>,
    /// The engine gave no times: there is one segment over the whole audio.
    pub untimed: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SpeechSegment {
    pub start_s: f64,
    pub end_s: f64,
    pub text: String,
    /// 0 to 1, from the engine's mean log probability when it gives one.
    pub confidence: Option<f32>,
    pub words: Vec<SpokenWord>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SpokenWord {
    pub start_s: f64,
    pub end_s: f64,
    pub text: String,
}

#[async_trait]
pub trait SpeechToText: Send + Sync {
    /// Names the engine and model beside every transcript, such as `whisper-1 at api.openai.com`.
    fn engine(&self) -> String;

    async fn transcribe(&self, request: &TranscribeRequest) -> Result<Transcription, AiError>;

    /// Transcribes one second of a quiet tone: proves address, key and model.
    async fn test(&self) -> Result<(), AiError>;
}
