//! Hints during the call from the words so far: the mood as it moves, and the objection that was just heard. One line is
//! looked at once, so the cost does not grow with the call.

use domain::{
    intelligence::{Evidence, Segment, SentimentLabel, Speaker},
    pii::Personal,
};

use crate::{facts, mood, talk::Line, text::tokens::tokenize};

/// How much of the running mood one more line of feeling replaces.
const NEW_SHARE: f32 = 0.35;

/// What the desk shows beside the live words.
#[derive(Debug, Clone, PartialEq)]
pub struct Hint {
    /// -1..1, smoothed over the last lines.
    pub score: f32,
    pub label: SentimentLabel,
    /// The score's change by this line.
    pub change: f32,
    pub objection: Option<LiveObjection>,
}

/// An objection to answer now.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveObjection {
    /// `price`, `distance`, `timing`, `trust`, `competitor`, `thinking`, `consult`, `no_need`, `size`, `delay`, `charges`.
    pub code: &'static str,
    pub label: &'static str,
    pub evidence: Evidence,
}

/// The running state of one call.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LiveMood {
    score: f32,
    lines: usize,
}

impl LiveMood {
    /// Takes the next final segment. Agent and empty lines change nothing.
    #[must_use]
    pub fn heard(self, segment: &Segment) -> (Self, Hint) {
        let index = self.lines;
        let lines = index + 1;
        let text = segment.text.reveal();
        if segment.speaker == Speaker::Agent {
            let hint = Hint { score: self.score, label: SentimentLabel::of(self.score), change: 0.0, objection: None };
            return (Self { lines, ..self }, hint);
        }
        let line =
            Line { index, speaker: segment.speaker, at_s: segment.start_s, text, tokens: tokenize(text), trust: 1.0 };
        let (sum, words) = mood::of_tokens(&line.tokens);
        let score = match words {
            0 => self.score,
            _ => (self.score * (1.0 - NEW_SHARE) + (sum / 2.0).clamp(-1.0, 1.0) * NEW_SHARE).clamp(-1.0, 1.0),
        };
        let objection = facts::objections_in(&line).into_iter().next_back().map(|(range, objection)| LiveObjection {
            code: objection.code,
            label: objection.label,
            evidence: line.quote(&range),
        });
        let hint = Hint { score, label: SentimentLabel::of(score), change: score - self.score, objection };
        (Self { score, lines }, hint)
    }
}

/// The state after all of `segments`, with the hint of the last: for a screen that joins in mid-call.
pub fn so_far(segments: &[Segment]) -> (LiveMood, Option<Hint>) {
    segments.iter().fold((LiveMood::default(), None), |(mood, _), segment| {
        let (mood, hint) = mood.heard(segment);
        (mood, Some(hint))
    })
}

/// Text of a segment made from live words.
pub fn segment(speaker: Speaker, start_s: f64, end_s: f64, text: impl Into<String>) -> Segment {
    Segment { speaker, start_s, end_s, text: Personal::new(text.into()), confidence: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mood_moves_with_the_customer_only() {
        let (mood, hint) = LiveMood::default().heard(&segment(Speaker::Agent, 0.0, 1.0, "This is terrible, the worst"));
        assert_eq!(hint.score, 0.0);
        let (mood, up) = mood.heard(&segment(Speaker::Customer, 1.0, 2.0, "I love it, great"));
        assert!(up.change > 0.0 && up.objection.is_none());
        let (_, down) =
            mood.heard(&segment(Speaker::Customer, 2.0, 3.0, "It is quite far from my school, I am worried"));
        assert!(down.change < 0.0);
        let objection = down.objection.unwrap();
        assert_eq!(objection.code, "distance");
        assert_eq!(objection.evidence.quote.reveal(), "quite far");
        assert_eq!(objection.evidence.segment, 2);
    }

    #[test]
    fn joining_late_gives_the_same_state() {
        let lines = ["bahut mehenga hai", "theek hai, achha", "soch ke batata hoon"];
        let segments: Vec<_> = lines.iter().map(|text| segment(Speaker::Customer, 0.0, 1.0, *text)).collect();
        let (late, last) = so_far(&segments);
        let step = segments.iter().fold(LiveMood::default(), |mood, segment| mood.heard(segment).0);
        assert_eq!(late, step);
        assert_eq!(last.unwrap().objection.unwrap().code, "thinking");
    }
}
