//! Splits a segment into tokens that know their place in it, so that every finding can quote the exact words.

use std::ops::Range;

use super::phrase::is_any;
use super::spelling::level;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Word,
    /// Digits, with `,` groups and a decimal part.
    Number,
    /// `₹ $ € £ @ + % / : - _ #`
    Symbol,
    /// `. , ? ! ; …` and the danda: ends a clause.
    Stop,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token<'t> {
    /// Byte range in the segment's text.
    pub start: usize,
    pub end: usize,
    pub text: &'t str,
    /// Lower case, without apostrophes, spelling variants levelled.
    pub norm: String,
    pub kind: Kind,
    /// No space between this token and the one before.
    pub glued: bool,
}

impl Token<'_> {
    pub fn is(&self, word: &str) -> bool {
        self.norm == word
    }

    pub fn is_capitalised(&self) -> bool {
        self.kind == Kind::Word && self.text.chars().next().is_some_and(char::is_uppercase)
    }
}

/// Splits `text`. Hesitations ("um", "uh") and hyphens between letters are left out.
pub fn tokenize(text: &str) -> Vec<Token<'_>> {
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let mut at = 0;
    let mut last_end = usize::MAX;
    while let Some(c) = text[at..].chars().next() {
        let (end, kind) = token_end(text, at, c);
        if let Some(kind) = kind {
            let piece = &text[at..end];
            let norm = level(piece, kind);
            if !is_hesitation(&norm) && !joins_letters(text, at, end, kind) {
                tokens.push(Token { start: at, end, text: piece, norm, kind, glued: last_end == at });
            }
            last_end = end;
        }
        at = end;
    }
    tokens
}

fn token_end(text: &str, at: usize, c: char) -> (usize, Option<Kind>) {
    if is_word_char(c) {
        (word_end(text, at), Some(Kind::Word))
    } else if c.is_ascii_digit() {
        (number_end(text, at), Some(Kind::Number))
    } else if matches!(c, '.' | ',' | '?' | '!' | ';' | '…' | '।') {
        (at + c.len_utf8(), Some(Kind::Stop))
    } else if matches!(c, '₹' | '$' | '€' | '£' | '@' | '+' | '%' | '/' | ':' | '-' | '–' | '—' | '_' | '#') {
        (at + c.len_utf8(), Some(Kind::Symbol))
    } else {
        (at + c.len_utf8(), None)
    }
}

fn is_word_char(c: char) -> bool {
    c.is_alphabetic() || ('\u{900}'..='\u{963}').contains(&c) || ('\u{970}'..='\u{97f}').contains(&c)
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’')
}

fn word_end(text: &str, at: usize) -> usize {
    let mut end = at;
    let mut chars = text[at..].char_indices().peekable();
    while let Some((offset, c)) = chars.next() {
        let inside = is_apostrophe(c) && chars.peek().is_some_and(|&(_, next)| is_word_char(next));
        if !is_word_char(c) && !inside {
            break;
        }
        end = at + offset + c.len_utf8();
    }
    // "a.m." and "p.m." are one word each; their points end nothing.
    let rest = &text[end..];
    if matches!(&text[at..end], "a" | "p" | "A" | "P") && (rest.starts_with(".m") || rest.starts_with(".M")) {
        end += 2;
        let letters_follow = text[end..].chars().nth(1).is_some_and(is_word_char);
        if text[end..].starts_with('.') && !letters_follow && !text[end..].trim_start_matches('.').trim().is_empty() {
            end += 1;
        }
    }
    end
}

fn digits(text: &str, at: usize) -> usize {
    text[at..].bytes().take_while(u8::is_ascii_digit).count()
}

/// Comma groups count only when they end in a group of three: `70,00,000` is one number, `60,70` are two.
fn number_end(text: &str, at: usize) -> usize {
    let first = at + digits(text, at);
    let mut end = first;
    let mut group = 0;
    while text[end..].starts_with(',') && matches!(digits(text, end + 1), 2 | 3) {
        group = digits(text, end + 1);
        end += 1 + group;
    }
    if group == 2 {
        end = first;
    }
    if text[end..].starts_with('.') && digits(text, end + 1) > 0 {
        end += 1 + digits(text, end + 1);
    }
    end
}

fn is_hesitation(norm: &str) -> bool {
    matches!(norm, "um" | "uh" | "umm" | "uhh" | "erm" | "uhm")
}

fn joins_letters(text: &str, at: usize, end: usize, kind: Kind) -> bool {
    let before = text[..at].chars().next_back();
    let after = text[end..].chars().next();
    kind == Kind::Symbol
        && matches!(&text[at..end], "-" | "–")
        && before.is_some_and(char::is_alphanumeric)
        && after.is_some_and(char::is_alphanumeric)
        && !(before.is_some_and(|c| c.is_ascii_digit()) && after.is_some_and(|c| c.is_ascii_digit()))
}

/// The clause around token `at`: between stops and words that turn or chain a sentence ("but", "lekin").
pub fn clause_around(tokens: &[Token<'_>], at: usize) -> Range<usize> {
    let breaks = |token: &Token<'_>| token.kind == Kind::Stop || turns(&token.norm);
    let start = (0..at.min(tokens.len())).rev().find(|&i| breaks(&tokens[i])).map_or(0, |i| i + 1);
    let end = (at..tokens.len()).skip(1).find(|&i| breaks(&tokens[i])).unwrap_or(tokens.len());
    start..end
}

/// The sentence around token `at`: commas and turns do not end it.
pub fn sentence_around(tokens: &[Token<'_>], at: usize) -> Range<usize> {
    let ends = |token: &Token<'_>| token.kind == Kind::Stop && token.text != ",";
    let start = (0..at.min(tokens.len())).rev().find(|&i| ends(&tokens[i])).map_or(0, |i| i + 1);
    let end = (at..tokens.len()).find(|&i| ends(&tokens[i])).unwrap_or(tokens.len());
    start..end.max(start)
}

fn turns(norm: &str) -> bool {
    is_any(norm, "but lekin magar however though because kyunki otherwise balki")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn norms(text: &str) -> Vec<String> {
        tokenize(text).into_iter().map(|token| token.norm).collect()
    }

    #[test]
    fn figures_units_and_signs_come_apart() {
        assert_eq!(norms("₹70,00,000 or 75L, 2BHK"), ["₹", "70,00,000", "or", "75", "l", ",", "2", "bhk"]);
        assert_eq!(norms("60,70 lakh"), ["60", ",", "70", "lakh"]);
        assert_eq!(norms("60-70 lakh"), ["60", "-", "70", "lakh"]);
        assert_eq!(norms("sixty-five, 3-bedroom"), ["sixty", "five", ",", "3", "bedroom"]);
    }

    #[test]
    fn apostrophes_and_half_days_stay_in_their_word() {
        assert_eq!(norms("I don’t, I'll"), ["i", "dont", ",", "ill"]);
        assert_eq!(norms("at 5 p.m. on Saturday"), ["at", "5", "pm", "on", "saturday"]);
        assert_eq!(norms("at 5 p.m."), ["at", "5", "pm", "."]);
    }

    #[test]
    fn hindi_spellings_are_levelled() {
        assert_eq!(norms("mujhe nahin chaiye"), ["mujhe", "nahi", "chahiye"]);
    }
}
