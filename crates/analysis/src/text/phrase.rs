//! Phrases written as small patterns, and lexicons of them.
//!
//! A pattern is words with spaces between: `a|b` is either word, a trailing `?` makes a word optional, `*` is any one word or figure.
//! Words must be levelled (see [`super::spelling`]); the first may not be optional or `*`.

use std::{collections::HashMap, ops::Range};

use super::tokens::{Kind, Token};

#[derive(Debug)]
struct Element {
    words: Vec<&'static str>,
    optional: bool,
}

#[derive(Debug)]
struct Phrase(Vec<Element>);

impl Phrase {
    fn parse(pattern: &'static str) -> Self {
        Self(
            pattern
                .split_whitespace()
                .map(|part| {
                    let (words, optional) = part.strip_suffix('?').map_or((part, false), |words| (words, true));
                    Element { words: words.split('|').collect(), optional }
                })
                .collect(),
        )
    }

    /// End of the match that begins at `at`, taking optional words when they are there.
    fn end_at(&self, tokens: &[Token<'_>], at: usize) -> Option<usize> {
        let mut i = at;
        for element in &self.0 {
            let here = tokens.get(i).is_some_and(|token| element.matches(token));
            match (here, element.optional) {
                (true, _) => i += 1,
                (false, true) => {}
                (false, false) => return None,
            }
        }
        Some(i)
    }
}

impl Element {
    fn matches(&self, token: &Token<'_>) -> bool {
        self.words
            .iter()
            .any(|&word| token.is(word) || (word == "*" && matches!(token.kind, Kind::Word | Kind::Number)))
    }
}

/// Patterns with what they mean.
#[derive(Debug)]
pub struct Lexicon<T> {
    entries: Vec<(Phrase, T)>,
    by_first_word: HashMap<&'static str, Vec<usize>>,
}

/// One match of a lexicon: which tokens, and the meaning.
#[derive(Debug)]
pub struct Hit<'l, T> {
    pub range: Range<usize>,
    pub meaning: &'l T,
}

impl<T: Copy> Lexicon<T> {
    /// Rows of one meaning with its patterns, which are parted by `;`.
    pub fn new(rows: &[(T, &'static str)]) -> Self {
        let mut entries = Vec::new();
        let mut by_first_word: HashMap<&'static str, Vec<usize>> = HashMap::new();
        for (meaning, patterns) in rows {
            for pattern in patterns.split(';') {
                let phrase = Phrase::parse(pattern);
                for word in phrase.0.first().map(|element| element.words.as_slice()).unwrap_or_default() {
                    by_first_word.entry(word).or_default().push(entries.len());
                }
                entries.push((phrase, *meaning));
            }
        }
        Self { entries, by_first_word }
    }

    /// The longest phrase that begins at token `at`.
    pub fn at(&self, tokens: &[Token<'_>], at: usize) -> Option<Hit<'_, T>> {
        let candidates = self.by_first_word.get(tokens.get(at)?.norm.as_str())?;
        candidates
            .iter()
            .filter_map(|&entry| {
                let (phrase, meaning) = &self.entries[entry];
                phrase.end_at(tokens, at).map(|end| Hit { range: at..end, meaning })
            })
            .reduce(|best, next| if next.range.end > best.range.end { next } else { best })
    }

    /// All matches from left to right, longest first, without overlap.
    pub fn all(&self, tokens: &[Token<'_>]) -> Vec<Hit<'_, T>> {
        self.within(tokens, 0..tokens.len())
    }

    /// The matches that lie inside `range`.
    pub fn within(&self, tokens: &[Token<'_>], range: Range<usize>) -> Vec<Hit<'_, T>> {
        let mut hits = Vec::new();
        let mut i = range.start;
        while i < range.end {
            match self.at(&tokens[..range.end], i) {
                Some(hit) if hit.range.end > i => {
                    i = hit.range.end;
                    hits.push(hit);
                }
                _ => i += 1,
            }
        }
        hits
    }

    pub fn occurs(&self, tokens: &[Token<'_>]) -> bool {
        self.occurs_in(tokens, 0..tokens.len())
    }

    pub fn occurs_in(&self, tokens: &[Token<'_>], range: Range<usize>) -> bool {
        range.clone().any(|i| self.at(&tokens[..range.end], i).is_some())
    }
}

/// A lexicon without meanings: a set of phrases.
pub fn phrases(patterns: &'static str) -> Lexicon<()> {
    Lexicon::new(&[((), patterns)])
}

/// True when `word` is one of the words in `list`.
pub fn is_any(word: &str, list: &str) -> bool {
    list.split_ascii_whitespace().any(|known| known == word)
}

#[cfg(test)]
mod tests {
    use super::{super::tokens::tokenize, *};

    #[test]
    fn the_longest_phrase_wins() {
        let lexicon = Lexicon::new(&[(1, "home loan"), (2, "home|house loan approved?"), (3, "loan")]);
        let tokens = tokenize("a home loan approved, a loan, one house loan");
        let found: Vec<_> = lexicon.all(&tokens).iter().map(|hit| (*hit.meaning, hit.range.clone())).collect();
        assert_eq!(found, [(2, 1..4), (3, 6..7), (2, 9..11)]);
    }

    #[test]
    fn a_star_stands_for_one_word_and_no_stop() {
        let set = phrases("too * for");
        assert!(set.occurs(&tokenize("it is too small for us")));
        assert!(!set.occurs(&tokenize("it is too, for us")));
    }
}
