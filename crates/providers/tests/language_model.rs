use std::time::Duration;

use serde_json::{Value, json};
use switchboard_providers::{
    ai::{AiError, AiSettings},
    language_model::{AnswerSchema, CompletionRequest, LanguageModel, OpenAiChat, Usage},
};
use url::Url;

use crate::loopback::{Loopback, answer};

fn engine(base: &Url) -> OpenAiChat {
    OpenAiChat::new(AiSettings {
        base_url: base.join("/v1").unwrap(),
        model: "small".into(),
        api_key: None,
        timeout: Duration::from_secs(5),
    })
    .unwrap()
}

fn request() -> CompletionRequest {
    CompletionRequest {
        instructions: "Summarise.".into(),
        input: "Customer: hello".into(),
        schema: AnswerSchema { name: "call_summary".into(), schema: json!({"type": "object"}) },
        max_output_tokens: 500,
    }
}

const ANSWER: &str = r#"{"id":"x","model":"small-2026","choices":[{"index":0,"message":{"role":"assistant",
"content":"{\"summary\":\"hello\"}","refusal":null},"finish_reason":"stop"}],
"usage":{"prompt_tokens":12,"completion_tokens":4,"total_tokens":16}}"#;

#[tokio::test]
async fn the_schema_is_sent_and_the_object_comes_back_with_its_cost() {
    let server = Loopback::answering([answer(200, ANSWER)]).await;
    let done = engine(&server.url).complete(&request()).await.unwrap();
    assert_eq!(done.answer, json!({"summary": "hello"}));
    assert_eq!(done.usage, Usage { input_tokens: 12, output_tokens: 4 });
    assert_eq!(done.model, "small-2026");
    let asked: Value = serde_json::from_slice(&server.asked()[0].body).unwrap();
    assert_eq!(asked["response_format"]["json_schema"]["name"], "call_summary");
    assert_eq!(asked["max_tokens"], 500);
    assert_eq!(asked["messages"][1]["content"], "Customer: hello");
}

#[tokio::test]
async fn a_server_without_schemas_is_told_the_schema_in_words() {
    let refused = r#"{"error":{"message":"response_format json_schema is not supported","code":400}}"#;
    let server = Loopback::answering([answer(400, refused), answer(200, ANSWER)]).await;
    let engine = engine(&server.url);
    engine.complete(&request()).await.unwrap();
    engine.test().await.unwrap();
    let asked = server.asked();
    assert_eq!(asked.len(), 3);
    let second: Value = serde_json::from_slice(&asked[1].body).unwrap();
    assert_eq!(second["response_format"], json!({"type": "json_object"}));
    assert!(second["messages"][0]["content"].as_str().unwrap().contains(r#"{"type":"object"}"#));
}

#[tokio::test]
async fn text_that_is_too_long_is_not_sent() {
    let server = Loopback::answering([answer(200, ANSWER)]).await;
    let long = CompletionRequest { input: "x".repeat(400_001), ..request() };
    let error = engine(&server.url).complete(&long).await.unwrap_err();
    assert!(matches!(error, AiError::TooLarge { .. }), "{error:?}");
    assert_eq!(server.asked().len(), 0);
}
