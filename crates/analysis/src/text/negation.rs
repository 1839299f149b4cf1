//! Is a phrase denied? English denies before ("don't need a loan"), Hindi mostly after ("loan nahi chahiye").

use std::ops::Range;

use super::phrase::is_any;
use super::tokens::{Token, clause_around};

/// Words before the phrase that are looked at.
const REACH_BEFORE: usize = 5;
/// Words after the phrase in which `nahi` still belongs to it.
const REACH_AFTER: usize = 3;

/// True when the clause of `range` denies it. A leading "no"/"nahi" that answers a question denies nothing that follows a
/// pronoun ("no I want three").
pub fn is_denied(tokens: &[Token<'_>], range: &Range<usize>) -> bool {
    let clause = clause_around(tokens, range.start);
    denied_before(tokens, clause.start, range.start) || denied_after(tokens, range.end, clause.end.max(range.end))
}

fn denied_before(tokens: &[Token<'_>], clause_start: usize, at: usize) -> bool {
    let from = clause_start.max(at.saturating_sub(REACH_BEFORE));
    (from..at).any(|i| {
        let answers = i == clause_start && tokens.get(i + 1).is_some_and(|next| is_subject(&next.norm));
        let reaches = match tokens[i].norm.as_str() {
            "no" | "na" => at - i <= 2 && !answers,
            "nahi" => at - i <= 3 && !answers,
            word => is_negator(word),
        };
        reaches && !is_harmless(tokens, i)
    })
}

fn denied_after(tokens: &[Token<'_>], from: usize, clause_end: usize) -> bool {
    tokens[from.min(clause_end)..clause_end.min(from + REACH_AFTER)]
        .iter()
        .take_while(|token| !matches!(token.norm.as_str(), "chahiye" | "hai" | "aur" | "and" | "par"))
        .any(|token| matches!(token.norm.as_str(), "nahi" | "mat"))
}

pub fn is_negator(word: &str) -> bool {
    is_any(
        word,
        "not dont doesnt didnt never without isnt arent wasnt wont cant cannot wouldnt couldnt shouldnt \
            havent hasnt neither nor mat bina",
    )
}

/// "not only", "no problem", "why not": the word denies nothing.
fn is_harmless(tokens: &[Token<'_>], at: usize) -> bool {
    let next = tokens.get(at + 1).map_or("", |token| token.norm.as_str());
    let before = at.checked_sub(1).map_or("", |i| tokens[i].norm.as_str());
    matches!(next, "only" | "just" | "sure" | "problem" | "issue" | "issues" | "worries" | "forget") || before == "why"
}

fn is_subject(word: &str) -> bool {
    is_any(word, "i im we mujhe humein main hum mera hamara it its my our")
}

#[cfg(test)]
mod tests {
    use super::{super::tokens::tokenize, *};

    fn denied(text: &str, word: &str) -> bool {
        let tokens = tokenize(text);
        let at = tokens.iter().position(|token| token.is(word)).unwrap();
        is_denied(&tokens, &(at..at + 1))
    }

    #[test]
    fn denial_reaches_its_object_in_both_languages() {
        assert!(denied("we don't need a loan", "loan"));
        assert!(denied("loan nahi chahiye", "loan"));
        assert!(denied("no parking there", "parking"));
        assert!(denied("mujhe villa nahi chahiye", "villa"));
    }

    #[test]
    fn denial_does_not_leak_into_the_next_thought() {
        assert!(!denied("not a flat, a villa", "villa"));
        assert!(!denied("no i want a villa", "villa"));
        assert!(!denied("nahi mujhe villa chahiye", "villa"));
        assert!(!denied("villa chahiye plot nahi", "villa"));
        assert!(!denied("no problem with the loan", "loan"));
    }
}
