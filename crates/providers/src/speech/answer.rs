//! Reads transcription answers: OpenAI puts words beside the segments, whisper.cpp inside them, and `json` has only text.

use serde::Deserialize;

use super::{SpeechSegment, SpokenWord, Transcription};
use crate::ai::AiError;

#[derive(Deserialize)]
struct Answer {
    text: String,
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    duration: Option<f64>,
    #[serde(default)]
    segments: Option<Vec<RawSegment>>,
    #[serde(default)]
    words: Option<Vec<RawWord>>,
    #[serde(default)]
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(default)]
    seconds: Option<f64>,
}

#[derive(Deserialize)]
struct RawSegment {
    start: f64,
    end: f64,
    text: String,
    #[serde(default)]
    avg_logprob: Option<f64>,
    #[serde(default)]
    words: Option<Vec<RawWord>>,
}

#[derive(Deserialize)]
struct RawWord {
    word: String,
    start: f64,
    end: f64,
}

pub fn read(body: &[u8]) -> Result<Transcription, AiError> {
    let answer: Answer =
        serde_json::from_slice(body).map_err(|error| AiError::Unreadable { reason: error.to_string() })?;
    let duration_s = answer.duration.or(answer.usage.and_then(|usage| usage.seconds)).filter(|span| span.is_finite());
    let words: Vec<SpokenWord> = answer.words.unwrap_or_default().into_iter().map(SpokenWord::from).collect();
    let mut segments: Vec<SpeechSegment> = answer
        .segments
        .unwrap_or_default()
        .into_iter()
        .map(SpeechSegment::from)
        .filter(|segment| !segment.text.is_empty())
        .collect();
    let untimed = segments.is_empty() && words.is_empty();
    let text = answer.text.trim().to_owned();
    if segments.is_empty() && !text.is_empty() {
        let start_s = words.first().map_or(0.0, |word| word.start_s);
        let end_s = words.last().map_or(duration_s.unwrap_or(0.0), |word| word.end_s);
        segments.push(SpeechSegment { start_s, end_s, text: text.clone(), confidence: None, words });
    } else {
        hand_out_words(&mut segments, words);
    }
    segments.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
    Ok(Transcription { text, language: answer.language, duration_s, segments, untimed })
}

/// Each word goes to the segment in which its middle lies.
fn hand_out_words(segments: &mut [SpeechSegment], words: Vec<SpokenWord>) {
    for word in words {
        let middle = (word.start_s + word.end_s) / 2.0;
        if let Some(segment) = segments.iter_mut().find(|segment| middle >= segment.start_s && middle < segment.end_s) {
            segment.words.push(word);
        }
    }
}

impl From<RawSegment> for SpeechSegment {
    fn from(raw: RawSegment) -> Self {
        Self {
            start_s: raw.start,
            end_s: raw.end.max(raw.start),
            text: raw.text.trim().to_owned(),
            confidence: raw.avg_logprob.map(|logprob| logprob.exp().clamp(0.0, 1.0) as f32),
            words: raw.words.unwrap_or_default().into_iter().map(SpokenWord::from).collect(),
        }
    }
}

impl From<RawWord> for SpokenWord {
    fn from(raw: RawWord) -> Self {
        Self { start_s: raw.start, end_s: raw.end.max(raw.start), text: raw.word.trim().to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_beside_segments_and_words_inside_them_read_alike() {
        let beside = br#"{"task":"transcribe","language":"english","duration":8.47,"text":"Hello there. Bye",
            "segments":[{"id":0,"start":0.0,"end":3.3,"text":" Hello there.","avg_logprob":-0.28},
                        {"id":"seg_2","start":4.0,"end":5.0,"text":" Bye"}],
            "words":[{"word":"Hello","start":0.0,"end":0.4},{"word":"Bye","start":4.1,"end":4.4}]}"#;
        let inside = br#"{"text":" Hello there. Bye ","segments":[
            {"start":0.0,"end":3.3,"text":"Hello there.","words":[{"word":" Hello","start":0.0,"end":0.4,"t_dtw":-1}]},
            {"start":4.0,"end":5.0,"text":"Bye","words":[{"word":" Bye","start":4.1,"end":4.4}]}]}"#;
        let beside = read(beside).unwrap();
        let inside = read(inside).unwrap();
        assert_eq!(beside.text, inside.text);
        for (a, b) in beside.segments.iter().zip(&inside.segments) {
            assert_eq!((a.start_s, a.end_s, &a.text, &a.words), (b.start_s, b.end_s, &b.text, &b.words));
        }
        let confidence = beside.segments[0].confidence.unwrap();
        assert!((confidence - 0.7557).abs() < 0.001, "{confidence}");
        assert!(!beside.untimed);
    }

    #[test]
    fn an_answer_of_text_alone_is_one_untimed_segment() {
        let plain = read(br#"{"text":"Hello","usage":{"type":"duration","seconds":9}}"#).unwrap();
        assert!(plain.untimed);
        assert_eq!((plain.segments[0].start_s, plain.segments[0].end_s), (0.0, 9.0));
        let silence = read(br#"{"text":"","usage":{"type":"tokens","input_tokens":3}}"#).unwrap();
        assert_eq!(silence.segments, vec![]);
    }

    #[test]
    fn an_answer_without_text_cannot_be_read() {
        assert!(matches!(read(b"{}"), Err(AiError::Unreadable { .. })));
        assert!(matches!(read(b"<html>"), Err(AiError::Unreadable { .. })));
    }
}
