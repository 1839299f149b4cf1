//! The answer in the shapes of the OpenAI protocol.

use serde_json::{Value, json};

use super::Heard;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Json,
    Text,
    VerboseJson,
}

impl Format {
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "json" => Some(Self::Json),
            "text" => Some(Self::Text),
            "verbose_json" => Some(Self::VerboseJson),
            _ => None,
        }
    }
}

pub fn text(heard: &[Heard]) -> String {
    heard.iter().map(|said| said.text.as_str()).collect::<Vec<_>>().join(" ")
}

pub fn json(heard: &[Heard], duration_s: f64) -> Value {
    json!({
        "text": text(heard),
        "usage": {"type": "duration", "seconds": duration_s.ceil()},
        "simulated": true,
    })
}

pub fn verbose(heard: &[Heard], duration_s: f64, with_words: bool) -> Value {
    let hindi = heard.iter().filter(|said| said.language == Some("hi")).count();
    let language = if hindi * 2 > heard.len() { "hindi" } else { "english" };
    let segments: Vec<Value> = heard.iter().enumerate().map(|(id, said)| segment(id, said)).collect();
    let mut answer = json(heard, duration_s);
    answer["task"] = "transcribe".into();
    answer["language"] = language.into();
    answer["duration"] = duration_s.into();
    answer["segments"] = segments.into();
    if with_words {
        answer["words"] = heard.iter().flat_map(words).collect();
    }
    answer
}

fn segment(id: usize, said: &Heard) -> Value {
    json!({
        "id": id,
        "seek": 0,
        "start": said.start_s,
        "end": said.end_s,
        // The leading space is part of the original's habits.
        "text": format!(" {}", said.text),
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": f64::from(said.likeness.max(0.05)).ln(),
        "compression_ratio": 1.0,
        "no_speech_prob": 0.0,
    })
}

/// Words take time by their length.
fn words(said: &Heard) -> Vec<Value> {
    let letters: usize = said.text.split_whitespace().map(|word| word.chars().count() + 1).sum();
    let mut reached = 0;
    said.text
        .split_whitespace()
        .map(|word| {
            let at = |count: usize| said.start_s + (said.end_s - said.start_s) * count as f64 / letters as f64;
            let start = at(reached);
            reached += word.chars().count() + 1;
            json!({"word": word, "start": start, "end": at(reached)})
        })
        .collect()
}
