//! `POST /chat/completions` of OpenAI, Groq, Ollama, vLLM and others.

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{AnswerSchema, Completion, CompletionRequest, LanguageModel, Usage};
use crate::ai::{AiError, AiSettings, Endpoint};

/// About 100,000 tokens: more than the context of any model that answers in useful time.
const MAX_INPUT_BYTES: usize = 400_000;

/// An OpenAI-compatible chat service.
#[derive(Debug)]
pub struct OpenAiChat {
    endpoint: Endpoint,
    /// Set when the server refused a JSON schema; it is then asked for any JSON object.
    plain_object_only: AtomicBool,
}

impl OpenAiChat {
    pub fn new(settings: AiSettings) -> Result<Self, AiError> {
        Ok(Self { endpoint: Endpoint::new(settings)?, plain_object_only: AtomicBool::new(false) })
    }

    async fn ask(&self, request: &CompletionRequest, with_schema: bool) -> Result<Vec<u8>, AiError> {
        let mut instructions = request.instructions.clone();
        let format = if with_schema {
            let AnswerSchema { name, schema } = &request.schema;
            json!({"type": "json_schema", "json_schema": {"name": name, "strict": true, "schema": schema}})
        } else {
            instructions.push_str("\nAnswer with one JSON object that fits this JSON Schema:\n");
            instructions.push_str(&request.schema.schema.to_string());
            json!({"type": "json_object"})
        };
        let mut body = json!({
            "model": self.endpoint.model(),
            "messages": [
                {"role": "system", "content": instructions},
                {"role": "user", "content": request.input},
            ],
            "response_format": format,
        });
        body[self.limit_name()] = request.max_output_tokens.into();
        self.endpoint.send(self.endpoint.post("/chat/completions").json(&body)).await
    }

    /// OpenAI renamed the field; compatible servers still want the old name.
    fn limit_name(&self) -> &'static str {
        if self.endpoint.host() == "api.openai.com" { "max_completion_tokens" } else { "max_tokens" }
    }
}

#[async_trait]
impl LanguageModel for OpenAiChat {
    fn engine(&self) -> String {
        format!("{} at {}", self.endpoint.model(), self.endpoint.host())
    }

    async fn complete(&self, request: &CompletionRequest) -> Result<Completion, AiError> {
        if request.instructions.len() + request.input.len() > MAX_INPUT_BYTES {
            return Err(AiError::TooLarge { message: format!("more than {MAX_INPUT_BYTES} bytes of text") });
        }
        if self.plain_object_only.load(Ordering::Relaxed) {
            return read(&self.ask(request, false).await?);
        }
        match self.ask(request, true).await {
            Err(AiError::Rejected { message, .. }) if refuses_schema(&message) => {
                let body = self.ask(request, false).await?;
                self.plain_object_only.store(true, Ordering::Relaxed);
                read(&body)
            }
            other => read(&other?),
        }
    }

    async fn test(&self) -> Result<(), AiError> {
        let request = CompletionRequest {
            instructions: "Answer with the JSON object {\"ok\": true}.".to_owned(),
            input: "Are you there?".to_owned(),
            schema: AnswerSchema {
                name: "test".to_owned(),
                schema: json!({"type": "object", "additionalProperties": false, "required": ["ok"],
                    "properties": {"ok": {"type": "boolean"}}}),
            },
            max_output_tokens: 200,
        };
        self.complete(&request).await.map(|_| ())
    }
}

fn refuses_schema(message: &str) -> bool {
    ["response_format", "json_schema"].iter().any(|word| message.contains(word))
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    model: String,
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Option<RawUsage>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    refusal: Option<String>,
}

#[derive(Deserialize)]
struct RawUsage {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
}

fn read(body: &[u8]) -> Result<Completion, AiError> {
    let answer: Answer =
        serde_json::from_slice(body).map_err(|error| AiError::Unreadable { reason: error.to_string() })?;
    let choice = answer.choices.into_iter().next().ok_or(AiError::NoAnswer { reason: "no choices".to_owned() })?;
    if let Some(refusal) = choice.message.refusal.filter(|text| !text.is_empty()) {
        return Err(AiError::NoAnswer { reason: refusal });
    }
    if let Some(reason @ ("length" | "content_filter")) = choice.finish_reason.as_deref() {
        return Err(AiError::NoAnswer { reason: format!("finish_reason {reason}") });
    }
    let content = choice.message.content.unwrap_or_default();
    let value: Value = serde_json::from_str(without_fence(&content))
        .map_err(|error| AiError::Unreadable { reason: format!("the model's text is not JSON: {error}") })?;
    if !value.is_object() {
        return Err(AiError::Unreadable { reason: "the model's text is not a JSON object".to_owned() });
    }
    let usage = answer.usage.map_or_else(Usage::default, |usage| Usage {
        input_tokens: usage.prompt_tokens,
        output_tokens: usage.completion_tokens,
    });
    Ok(Completion { answer: value, model: answer.model, usage })
}

/// Some models put their JSON into a Markdown code block although they were told not to.
fn without_fence(text: &str) -> &str {
    let text = text.trim();
    let Some(inner) = text.strip_prefix("```").and_then(|rest| rest.strip_suffix("```")) else { return text };
    inner.strip_prefix("json").unwrap_or(inner).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(content: &str, finish: &str) -> Vec<u8> {
        json!({"model": "m", "choices": [{"message": {"content": content}, "finish_reason": finish}]})
            .to_string()
            .into_bytes()
    }

    #[test]
    fn json_reads_with_and_without_a_fence() {
        for content in ["{\"a\":1}", "```json\n{\"a\":1}\n```", " ```\n{\"a\":1}```"] {
            assert_eq!(read(&reply(content, "stop")).unwrap().answer, json!({"a": 1}));
        }
    }

    #[test]
    fn half_answers_refusals_and_prose_are_errors() {
        assert!(matches!(read(&reply("{\"a\":", "length")), Err(AiError::NoAnswer { .. })));
        assert!(matches!(read(&reply("Sure!", "stop")), Err(AiError::Unreadable { .. })));
        assert!(matches!(read(&reply("[1]", "stop")), Err(AiError::Unreadable { .. })));
        let refusal = br#"{"choices":[{"message":{"content":null,"refusal":"I cannot"},"finish_reason":"stop"}]}"#;
        assert_eq!(read(refusal), Err(AiError::NoAnswer { reason: "I cannot".into() }));
        assert!(matches!(read(br#"{"choices":[]}"#), Err(AiError::NoAnswer { .. })));
    }
}
