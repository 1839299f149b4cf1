//! A language model reads the conversation on top of the rules. What it says counts only where it can show the words.

use domain::{
    intelligence::{Analysis, Engine, Evidence, ExtractedField, FieldKey, FieldValue, SentimentLabel, Transcript},
    pii::Personal,
};
use providers::language_model::{AnswerSchema, CompletionRequest, LanguageModel};
use serde::Deserialize;
use serde_json::json;

use super::transcribe::job_error;
use crate::jobs::JobError;

const INSTRUCTIONS: &str = "You read one telephone conversation of a call centre. Each line has a number, a speaker and \
     words. Answer with JSON only. summary_short: at most two sentences. summary_detailed: at most one paragraph. sentiment: \
     the customer's mood from -1 to 1. fields: facts that the customer stated; quote must be words copied from the line \
     whose number you give; leave out what was not said. key is one of the keys that are listed. Answer in English.";
const MOST_TOKENS: u32 = 2000;
/// The model may be wrong with a straight face: its facts are never surer than this.
const MOST_CONFIDENCE: f32 = 0.85;

#[derive(Debug, Deserialize)]
struct Answer {
    summary_short: String,
    summary_detailed: String,
    sentiment: f32,
    #[serde(default)]
    key_topics: Vec<String>,
    #[serde(default)]
    fields: Vec<AnswerField>,
}

#[derive(Debug, Deserialize)]
struct AnswerField {
    key: String,
    value: String,
    quote: String,
    line: usize,
    #[serde(default)]
    confidence: f32,
}

fn schema() -> AnswerSchema {
    let field = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["key", "value", "quote", "line", "confidence"],
        "properties": {
            "key": { "type": "string", "enum": FieldKey::ALL.map(FieldKey::as_str) },
            "value": { "type": "string" },
            "quote": { "type": "string" },
            "line": { "type": "integer" },
            "confidence": { "type": "number" }
        }
    });
    AnswerSchema {
        name: "call_analysis".to_owned(),
        schema: json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["summary_short", "summary_detailed", "sentiment", "key_topics", "fields"],
            "properties": {
                "summary_short": { "type": "string" },
                "summary_detailed": { "type": "string" },
                "sentiment": { "type": "number" },
                "key_topics": { "type": "array", "items": { "type": "string" } },
                "fields": { "type": "array", "items": field }
            }
        }),
    }
}

fn lines(transcript: &Transcript) -> String {
    let line = |(index, segment): (usize, &domain::intelligence::Segment)| {
        format!("{index} {:?}: {}\n", segment.speaker, segment.text.reveal())
    };
    transcript.segments.iter().enumerate().map(line).collect()
}

/// Improves the rules' analysis by the model's reading.
pub(super) async fn read(
    model: &dyn LanguageModel,
    transcript: &Transcript,
    rules: Analysis,
) -> Result<Analysis, JobError> {
    let request = CompletionRequest {
        instructions: INSTRUCTIONS.to_owned(),
        input: lines(transcript),
        schema: schema(),
        max_output_tokens: MOST_TOKENS,
    };
    let completion = model.complete(&request).await.map_err(job_error)?;
    let answer: Answer = serde_json::from_value(completion.answer)
        .map_err(|error| JobError::Again(format!("the model's answer has another shape: {error}")))?;
    let engine = Engine { name: model.engine(), version: completion.model };
    Ok(merge(rules, answer, transcript, engine))
}

fn merge(mut analysis: Analysis, answer: Answer, transcript: &Transcript, engine: Engine) -> Analysis {
    analysis.summary_short = Personal::new(answer.summary_short);
    analysis.summary_detailed = Personal::new(answer.summary_detailed);
    if (-1.0..=1.0).contains(&answer.sentiment) {
        analysis.sentiment.score = answer.sentiment;
        analysis.sentiment.label = SentimentLabel::of(answer.sentiment);
    }
    analysis.key_topics.extend(answer.key_topics.into_iter().take(10));
    analysis.key_topics.sort();
    analysis.key_topics.dedup();
    for field in answer.fields {
        if let Some(field) = proven(field, transcript, &engine)
            && analysis.field(field.key).is_none()
        {
            analysis.fields.push(field);
        }
    }
    analysis.fields.sort_by_key(|field| field.key);
    analysis.engine = engine;
    analysis
}

/// The field, if its quote really stands in the line that it names.
fn proven(field: AnswerField, transcript: &Transcript, engine: &Engine) -> Option<ExtractedField> {
    let key = FieldKey::parse(&field.key)?;
    let segment = transcript.segments.get(field.line)?;
    let quoted = !field.quote.trim().is_empty() && segment.text.reveal().contains(&field.quote);
    if !quoted || field.value.trim().is_empty() {
        return None;
    }
    Some(ExtractedField {
        key,
        value: FieldValue::Text { text: Personal::new(field.value.clone()) },
        display: Personal::new(field.value),
        evidence: Evidence { quote: Personal::new(field.quote), at_s: segment.start_s, segment: field.line },
        asked: None,
        more: Vec::new(),
        confidence: field.confidence.clamp(0.0, MOST_CONFIDENCE),
        engine: engine.name.clone(),
    })
}

#[cfg(test)]
mod tests {
    use domain::intelligence::{CallContext, Segment, Speaker};

    use super::*;

    fn transcript() -> Transcript {
        Transcript {
            segments: vec![Segment {
                speaker: Speaker::Customer,
                start_s: 3.0,
                end_s: 5.0,
                text: Personal::new("we would like a garden".to_owned()),
                confidence: None,
            }],
            ..Transcript::default()
        }
    }

    #[test]
    fn a_fact_without_its_words_in_the_line_is_dropped() {
        let transcript = transcript();
        let context = CallContext::new("2026-11-20", "Asia/Kolkata", "IN").unwrap();
        let rules = analysis::analyse(&transcript, &context);
        let answer: Answer = serde_json::from_value(json!({
            "summary_short": "s", "summary_detailed": "d", "sentiment": 7.0, "fields": [
                { "key": "requirements", "value": "Garden", "quote": "a garden", "line": 0, "confidence": 1.0 },
                { "key": "budget", "value": "90 lakh", "quote": "ninety lakh", "line": 0, "confidence": 1.0 },
                { "key": "email", "value": "x@y.z", "quote": "a garden", "line": 9, "confidence": 1.0 },
                { "key": "shoe_size", "value": "9", "quote": "a garden", "line": 0, "confidence": 1.0 }
            ]
        }))
        .unwrap();
        let score = rules.sentiment.score;
        let engine = Engine { name: "model".into(), version: "1".into() };
        let merged = merge(rules, answer, &transcript, engine);
        assert!(merged.field(FieldKey::Budget).is_none() && merged.field(FieldKey::Email).is_none());
        let kept = merged.field(FieldKey::Requirements).unwrap();
        assert!(kept.confidence <= MOST_CONFIDENCE);
        assert!((merged.sentiment.score - score).abs() < f32::EPSILON, "a mood out of range is not taken");
    }
}
