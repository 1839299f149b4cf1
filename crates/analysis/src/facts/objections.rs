//! What speaks against it (objections) and what troubles the customer today (pain points).

use std::{ops::Range, sync::LazyLock};

use super::{Found, Item, list};
use crate::{
    talk::{Line, Talk},
    text::{
        negation::is_denied,
        phrase::{Lexicon, is_any, phrases},
        tokens::{Kind, clause_around},
    },
};

/// A kind of objection. The code is what an objection-handling card is filed under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Objection {
    pub code: &'static str,
    pub label: &'static str,
}

const PRICE: Objection = Objection { code: "price", label: "Too expensive" };
const DISTANCE: Objection = Objection { code: "distance", label: "Too far" };
const TIMING: Objection = Objection { code: "timing", label: "Not the right time" };
const TRUST: Objection = Objection { code: "trust", label: "Does not trust the offer" };
const RIVAL: Objection = Objection { code: "competitor", label: "Compares with another offer" };
const BOUGHT: Objection = Objection { code: "bought", label: "Bought elsewhere" };
const THINKING: Objection = Objection { code: "thinking", label: "Wants to think it over" };
const CONSULT: Objection = Objection { code: "consult", label: "Has to ask somebody" };
const NO_NEED: Objection = Objection { code: "no_need", label: "Not interested" };
const SIZE: Objection = Objection { code: "size", label: "Too small" };
const DELAY: Objection = Objection { code: "delay", label: "Possession is late" };
const HIDDEN: Objection = Objection { code: "charges", label: "Extra charges" };

static OBJECTIONS: LazyLock<Lexicon<Objection>> = LazyLock::new(|| {
    Lexicon::new(&[
        (
            PRICE,
            "too expensive; very expensive; so expensive; expensive; too costly; very costly; costly; bahut \
            mehenga; mehenga; price is high; price is too high; price is a little|bit high; little high; bit \
            high; thoda high; price is very high; price too high; rate is high; rate zyada hai; rate bahut \
            zyada; over my budget; over budget; out of budget; out of my budget; beyond my budget; above my \
            budget; budget se bahar; budget se zyada; budget ke bahar; cant afford; can not afford; cannot \
            afford; too much for; itna budget nahi; bit high; on the higher side; overpriced; price kam; zyada \
            lag raha; price zyada hai; thoda zyada hai; bahut zyada hai; price is a bit; more than we can; out \
            of our budget",
        ),
        (
            DISTANCE,
            "too far; quite far; very far; so far from; far from; bahut door; door hai; kaafi door; door padega; \
            long commute; connectivity is poor; connectivity nahi; location is not good; far away",
        ),
        (
            TIMING,
            "not right now; not now; abhi nahi; not the right time; right time nahi; maybe next year; later \
            maybe; not looking right now; abhi plan nahi; abhi time nahi; postponed; too early",
        ),
        (
            TRUST,
            "dont trust; not trust; fraud; scam; bharosa nahi; fake; is it genuine; bad reviews; reviews are bad; \
            how do i know; trust nahi; cheated; dhokha; not sure about the builder",
        ),
        (
            RIVAL,
            "other builder; another builder; other builders; better price; better deal; cheaper elsewhere; \
            getting it cheaper; competitor; someone else is offering; dusre builder; dusri jagah; already \
            talking to;  aur jagah; kahin aur; another project; other options \
            are cheaper; sasta mil raha; another company; another vendor",
        ),
        (
            BOUGHT,
            "already bought; already purchased; already finalised; already finalized; le liya; kharid liya; already booked elsewhere",
        ),
        (
            THINKING,
            "let me think; think about it; need to think; will think; have to think; want to think; soch ke; \
            sochna hai; sochna padega; soch kar; sochenge; sochte hai; not sure yet; still thinking; need some \
            time; need time; time chahiye",
        ),
        (
            CONSULT,
            "discuss with my; discuss it with; discuss this with; ask my wife; ask my husband; ask my father; \
            talk to my wife; talk to my husband; check with my wife; check with my husband; ghar pe baat; ghar \
            mein baat; wife se puch; wife se puchna; husband se puchna; papa se puchna; family se puchna; ghar \
            pe puchna; husband se puch; wife se baat; husband se baat; family se baat; papa se baat; gharwalon \
            se; ghar walon se; discuss with family; need approval",
        ),
        (
            NO_NEED,
            "not interested; no interest; interest nahi; interested nahi; dont need it; nahi chahiye; zaroorat \
            nahi; jarurat nahi; no need; no longer looking; not looking; nahi lena; dont want it; not required",
        ),
        (
            SIZE,
            "too small; very small; bahut chhota; chhota hai; rooms are small; not spacious; chota hai; small for \
            us",
        ),
        (
            DELAY,
            "possession is late; possession delay; delayed; possession late; under construction nahi; delay hota; \
            too long to wait; late possession; not ready yet",
        ),
        (
            HIDDEN,
            "hidden charges; extra charges; maintenance is high; maintenance zyada; maintenance is too; parking \
            charges; setup fee; high maintenance",
        ),
    ])
});

/// Objections in one line, with their tokens. "No, it is not too expensive" is none.
pub fn heard_in(line: &Line<'_>) -> Vec<(Range<usize>, Objection)> {
    OBJECTIONS
        .all(&line.tokens)
        .into_iter()
        .filter(|hit| keeps_own_denial(hit.meaning.code) || !is_denied_before(line, &hit.range))
        .filter(|hit| !(hit.meaning.code == "no_need" && is_about_part(line, &hit.range)))
        .map(|hit| (hit.range, *hit.meaning))
        .chain(high_price(line))
        .collect()
}

/// "your quote of 65 lakh is high": the price word and "high" may stand apart.
fn high_price(line: &Line<'_>) -> Option<(Range<usize>, Objection)> {
    let high = line.tokens.iter().position(|token| token.is("high"))?;
    let clause = clause_around(&line.tokens, high);
    let price = (clause.start..high)
        .find(|&i| is_any(line.norm(i), "price rate cost quote quotation charges amount fee premium"))?;
    let range = price..high + 1;
    let known = OBJECTIONS.within(&line.tokens, clause).iter().any(|hit| hit.meaning.code == PRICE.code);
    (!known && !is_denied(&line.tokens, &(high..high + 1))).then_some((range, PRICE))
}

fn keeps_own_denial(code: &str) -> bool {
    matches!(code, "no_need" | "timing" | "trust")
}

fn is_denied_before(line: &Line<'_>, range: &Range<usize>) -> bool {
    is_denied(&line.tokens, range)
}

/// "I don't need a loan", "loan nahi chahiye": no objection to the offer as a whole.
fn is_about_part(line: &Line<'_>, range: &Range<usize>) -> bool {
    let clause = clause_around(&line.tokens, range.start);
    let part = |word: &str| {
        is_any(
            word,
            "loan parking villa plot flat bhk furnished finance emi apartment gym balcony ground floor house side \
            area lift problem visit hurry",
        )
    };
    let near = range.start.saturating_sub(4).max(clause.start.min(range.start))
        ..(range.end + 4).min(clause.end.max(range.end));
    !line.tokens[range.clone()].iter().any(|token| token.norm.starts_with("interest") || token.is("looking"))
        && line.tokens[near].iter().any(|token| part(&token.norm))
}

pub fn read(talk: &Talk<'_>) -> Option<Found> {
    let items = talk.customer().flat_map(|line| {
        heard_in(line).into_iter().map(|(range, objection)| {
            let (range, label) = worded(line, range, objection);
            Item::new(line, &range, label, 0.86)
        })
    });
    list(items.collect())
}

/// "far from the metro" keeps what it is far from.
fn worded(line: &Line<'_>, range: Range<usize>, objection: Objection) -> (Range<usize>, String) {
    let from = range.end.checked_sub(1).map_or("", |last| line.norm(last)) == "from" || line.norm(range.end) == "from";
    if objection.code != "distance" || !from {
        return (range, objection.label.to_owned());
    }
    let start = if line.norm(range.end) == "from" { range.end + 1 } else { range.end };
    let clause = clause_around(&line.tokens, range.start);
    let end = (start..clause.end.max(start))
        .take(4)
        .take_while(|&i| line.tokens[i].kind != Kind::Stop && !line.tokens[i].is("and"))
        .last();
    match end.map(|last| last + 1) {
        Some(end) => (range.start..end, format!("Far from {}", line.words(&(start..end)))),
        None => (range, objection.label.to_owned()),
    }
}

static PAINS: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    phrases(
        "problem; problems; issue; issues; trouble; struggling; tired of; fed up; dikkat; pareshan; pareshani; \
        mushkil; rent is increasing; rent bahut; rent badh; rent is too; rent keeps; landlord; water problem; power cuts; traffic; long \
        commute; noisy; no parking; frustrated; difficult to; hard to; wasting; taking too long; leakage; keeps \
        crashing; not working; too small for us; space kam; jagah kam; chhota pad raha; kharab; losing; delays; \
        nobody picks; no one picks; no response",
    )
});

/// Words that make a "problem" no problem.
static NO_PAIN: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    phrases(
        "no problem; no issue; no issues; no problems; not a problem; not an issue; koi dikkat nahi; koi problem \
        nahi; no trouble; dikkat nahi; problem nahi; any problem; any issue; no traffic; mushkil nahi",
    )
});

pub fn pains(talk: &Talk<'_>) -> Option<Found> {
    let items = talk.customer().flat_map(|line| {
        let harmless = NO_PAIN.all(&line.tokens);
        PAINS
            .all(&line.tokens)
            .into_iter()
            .filter(|hit| {
                !harmless.iter().any(|none| none.range.start <= hit.range.start && hit.range.end <= none.range.end)
            })
            .map(|hit| {
                let words = thought(line, &hit.range);
                let label = line.words(&words).to_owned();
                Item::new(line, &words, label, 0.7)
            })
            .collect::<Vec<_>>()
    });
    list(items.collect())
}

/// The clause around a hit, at most seven words to each side.
fn thought(line: &Line<'_>, hit: &Range<usize>) -> Range<usize> {
    let clause = clause_around(&line.tokens, hit.start);
    let parts = |i: &usize| matches!(line.norm(*i), "and" | "aur" | "so" | "isliye");
    let first = clause.start.min(hit.start).max(hit.start.saturating_sub(7));
    let last = clause.end.max(hit.end).min(hit.end + 7);
    let start = (first..hit.start).rev().find(parts).map_or(first, |i| i + 1);
    start..(hit.end..last).find(parts).unwrap_or(last)
}
