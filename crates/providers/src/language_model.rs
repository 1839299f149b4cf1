//! Language models that answer with JSON of a given shape.

mod client;

use async_trait::async_trait;
use serde_json::Value;

use crate::ai::AiError;
pub use client::OpenAiChat;

/// One question with the shape of its answer.
#[derive(Debug, Clone)]
pub struct CompletionRequest {
    /// What the model is to do.
    pub instructions: String,
    /// The material it works on, such as a transcript.
    pub input: String,
    pub schema: AnswerSchema,
    pub max_output_tokens: u32,
}

/// JSON Schema of the answer. Strict servers want every property required and `additionalProperties: false`.
#[derive(Debug, Clone)]
pub struct AnswerSchema {
    /// Up to 64 letters, digits, `_` and `-`.
    pub name: String,
    pub schema: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// A JSON object. That it fits the schema is for the reader to check: not every server enforces it.
    pub answer: Value,
    /// As the server names it.
    pub model: String,
    pub usage: Usage,
}

/// Zero when the server does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    pub input_tokens: u64,
    pub output_tokens: u64,
}

#[async_trait]
pub trait LanguageModel: Send + Sync {
    /// Names the engine and model beside every answer.
    fn engine(&self) -> String;

    async fn complete(&self, request: &CompletionRequest) -> Result<Completion, AiError>;

    /// Asks for a tiny JSON answer: proves address, key, model and JSON output.
    async fn test(&self) -> Result<(), AiError>;
}
