//! A transcript made ready for reading: who said which line, what was asked before it, and how to quote from it.

use std::ops::Range;

use domain::{
    intelligence::{CallContext, Evidence, Speaker, Transcript},
    pii::Personal,
};

use crate::text::tokens::{Kind, Token, tokenize};

/// One segment with its tokens.
#[derive(Debug)]
pub struct Line<'t> {
    pub index: usize,
    pub speaker: Speaker,
    pub at_s: f64,
    pub text: &'t str,
    pub tokens: Vec<Token<'t>>,
    /// 0..1: how sure it is that this side said these words.
    pub trust: f32,
}

/// The whole conversation.
#[derive(Debug)]
pub struct Talk<'t> {
    pub lines: Vec<Line<'t>>,
    pub context: &'t CallContext,
    pub duration_s: f64,
}

/// Trust in a line whose side is not known, when no line of the recording has a side.
const UNKNOWN_SIDE: f32 = 0.7;

impl<'t> Talk<'t> {
    /// Where no segment names the customer, unknown speakers are read as the customer with less trust.
    pub fn new(transcript: &'t Transcript, context: &'t CallContext) -> Self {
        let sided = transcript.segments.iter().any(|segment| segment.speaker == Speaker::Customer);
        let lines = transcript.segments.iter().enumerate().map(|(index, segment)| {
            let text = segment.text.reveal().as_str();
            let guessed = segment.speaker == Speaker::Unknown && !sided;
            let heard =
                segment.confidence.map_or(1.0, |c| if c.is_finite() { 0.6 + 0.4 * c.clamp(0.0, 1.0) } else { 0.6 });
            Line {
                index,
                speaker: if guessed { Speaker::Customer } else { segment.speaker },
                at_s: if segment.start_s.is_finite() { segment.start_s.max(0.0) } else { 0.0 },
                text,
                tokens: tokenize(text),
                trust: heard * if guessed { UNKNOWN_SIDE } else { 1.0 },
            }
        });
        let lines: Vec<_> = lines.collect();
        let end =
            transcript.segments.iter().map(|s| s.end_s.max(s.start_s)).filter(|s| s.is_finite()).fold(0.0, f64::max);
        let told = if transcript.duration_s.is_finite() { transcript.duration_s } else { 0.0 };
        Self { lines, context, duration_s: told.max(end) }
    }

    pub fn customer(&self) -> impl DoubleEndedIterator<Item = &Line<'t>> {
        self.lines.iter().filter(|line| line.speaker == Speaker::Customer && !line.tokens.is_empty())
    }

    /// What the agent said last before line `index`, unless the customer said more than one line since.
    pub fn asked_before(&self, index: usize) -> Option<&Line<'t>> {
        let mut between = 0;
        for line in self.lines[..index].iter().rev() {
            match line.speaker {
                Speaker::Agent => return Some(line),
                _ if !line.tokens.is_empty() => between += 1,
                _ => {}
            }
            if between > 1 {
                return None;
            }
        }
        None
    }

    /// The customer's first line after line `index`, when it follows at once.
    pub fn reply_to(&self, index: usize) -> Option<&Line<'t>> {
        self.lines[index + 1..]
            .iter()
            .find(|line| !line.tokens.is_empty())
            .filter(|line| line.speaker == Speaker::Customer)
    }
}

impl<'t> Line<'t> {
    /// The exact words of tokens `range`.
    pub fn words(&self, range: &Range<usize>) -> &'t str {
        match (self.tokens.get(range.start), range.end.checked_sub(1).and_then(|last| self.tokens.get(last))) {
            (Some(first), Some(last)) if first.start < last.end => &self.text[first.start..last.end],
            _ => "",
        }
    }

    /// Quotes tokens `range`; the whole line when the range is empty.
    pub fn quote(&self, range: &Range<usize>) -> Evidence {
        let words = self.words(range);
        let quote = if words.is_empty() { self.text.trim() } else { words };
        Evidence { quote: Personal::new(quote.to_owned()), at_s: self.at_s, segment: self.index }
    }

    pub fn quote_all(&self) -> Evidence {
        self.quote(&(0..0))
    }

    pub fn is_question(&self) -> bool {
        self.tokens.iter().any(|token| token.is("?"))
    }

    pub fn norm(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.norm.as_str())
    }

    /// Number of words and figures.
    pub fn word_count(&self) -> usize {
        self.tokens.iter().filter(|token| matches!(token.kind, Kind::Word | Kind::Number)).count()
    }
}
