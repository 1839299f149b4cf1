//! How the customer will pay: with a loan, an approved loan, or their own money.

use std::sync::LazyLock;

use domain::intelligence::FieldValue;

use super::{Found, later};
use crate::{
    answer::{Reply, Topic, answer_range, asks, reply},
    talk::{Line, Talk},
    text::{
        negation::is_denied,
        phrase::{Lexicon, is_any},
    },
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Funding {
    Needed,
    Approved,
    Own,
    Undecided,
    /// A loan is spoken of; denied it means own money, not denied it means little.
    Loan,
}

impl Funding {
    const fn code(self) -> &'static str {
        match self {
            Self::Needed | Self::Loan => "loan_needed",
            Self::Approved => "loan_approved",
            Self::Own => "self_funded",
            Self::Undecided => "undecided",
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Needed | Self::Loan => "Needs a loan",
            Self::Approved => "Loan approved",
            Self::Own => "Pays without a loan",
            Self::Undecided => "Not decided",
        }
    }
}

static WORDS: LazyLock<Lexicon<Funding>> = LazyLock::new(|| {
    Lexicon::new(&[
        (
            Funding::Needed,
            "need a loan; need a home|housing|bank loan; need home|housing|bank loan; need loan; take a loan; \
            take a home|housing|bank loan; take home|bank loan; taking a loan; taking a home|bank loan; apply \
            for a loan; apply for a home loan; apply for loan; want a loan; want a home loan; looking for a \
            loan; looking for a home loan; help with a loan; help with loan; help with the loan; help with the \
            home loan; loan chahiye; loan lena hai; loan lunga; loan lungi; loan lenge; loan lagega; loan le \
            lenge; loan karwana; loan ki zaroorat; loan ki jarurat; loan chahiye hoga; loan lena padega; loan \
            karna; go for a loan; go for a home loan; go for home loan; go for loan; through a loan; through \
            bank loan; through home loan; through loan; on loan; loan pe; loan se; bank finance; need finance; \
            need financing; need a mortgage; mortgage; loan required; loan needed; loan assistance",
        ),
        (
            Funding::Approved,
            "pre approved; preapproved; loan approved; loan is approved; loan sanctioned; loan is sanctioned; \
            already have a loan; already have loan; loan is ready; loan ho gaya; loan approve ho gaya; loan \
            sanction ho gaya; sanctioned loan; approved loan; sanction letter; loan already approved; loan got \
            approved; loan is already approved; loan has been approved",
        ),
        (
            Funding::Own,
            "own funds; self funded; self funding; self finance; full cash; in cash; pay cash; cash payment; cash \
            mein; cash hai; own money; without loan; without a loan; bina loan; from savings; have savings; my \
            savings; our savings; loan ki zaroorat nahi; loan ki jarurat nahi; full payment; no loan; loan not \
            required; loan not needed; loan nahi; loan nahi chahiye; cash buyer; apna paisa; khud ka paisa; \
            paying cash; cash se; cash de denge; self fund; down payment full; all cash; no mortgage; cash \
            purchase",
        ),
        (
            Funding::Undecided,
            "not decided on loan; not sure about the loan; not sure about loan; loan ka dekhenge; loan ka abhi \
            socha nahi; havent decided about the loan; loan sochenge",
        ),
        (Funding::Loan, "loan; home loan; housing loan; bank loan; emi; finance"),
    ])
});

pub fn read(talk: &Talk<'_>) -> Option<Found> {
    let mut found = None;
    for line in talk.customer() {
        let asked = talk.asked_before(line.index).filter(|question| asks(question, Topic::Loan));
        let next = told(line).or_else(|| asked.and_then(|question| answered(question, line)));
        if let Some(next) = next {
            found = later(found, next);
        }
    }
    found
}

fn told(line: &Line<'_>) -> Option<Found> {
    let hit = WORDS.all(&line.tokens).into_iter().rev().find_map(|hit| {
        let denied = is_denied(&line.tokens, &hit.range);
        match (*hit.meaning, denied) {
            (Funding::Needed | Funding::Loan, true) => Some((hit.range, Funding::Own, 0.85)),
            (Funding::Loan, false) | (Funding::Approved, true) => None,
            (Funding::Own, true) if line.norm(hit.range.start) != "loan" && line.norm(hit.range.start) != "without" => {
                None
            }
            (meaning, _) => Some((hit.range, meaning, 0.9)),
        }
    });
    let (range, funding, confidence) = hit?;
    let start = (range.start.saturating_sub(3)..range.start)
        .find(|&i| matches!(line.norm(i), "dont" | "not" | "no" | "nahi"))
        .unwrap_or(range.start);
    Some(said(line, &(start..range.end), funding, confidence))
}

fn said(line: &Line<'_>, range: &std::ops::Range<usize>, funding: Funding, confidence: f32) -> Found {
    Found::said(
        line,
        range,
        FieldValue::Choice { code: funding.code().to_owned() },
        funding.text().to_owned(),
        confidence,
    )
}

/// "Do you need a home loan?" – "Yes." A question that offers both ways is not answered by yes or no.
fn answered(question: &Line<'_>, line: &Line<'_>) -> Option<Found> {
    let own = line.tokens.iter().position(|token| is_any(&token.norm, "cash savings"));
    if let Some(at) = own.filter(|&at| !is_denied(&line.tokens, &(at..at + 1))) {
        let mut found = said(line, &(at..at + 1), Funding::Own, 0.82);
        found.asked = Some(question.quote_all());
        return Some(found);
    }
    let has = |word: &str| question.tokens.iter().any(|token| token.is(word));
    if (has("or") || has("ya")) && (has("cash") || has("own")) || has("emi") {
        return None;
    }
    let approved = WORDS.all(&question.tokens).iter().any(|hit| *hit.meaning == Funding::Approved);
    let funding = match (reply(line)?, approved) {
        (Reply::Yes, true) => Funding::Approved,
        (Reply::Yes, false) => Funding::Needed,
        (Reply::No, true) => return None,
        (Reply::No, false) => Funding::Own,
    };
    let mut found = said(line, &answer_range(line), funding, 0.82);
    found.asked = Some(question.quote_all());
    Some(found)
}
