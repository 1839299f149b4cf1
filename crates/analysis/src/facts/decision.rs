//! Who decides with the customer.

use std::sync::LazyLock;

use domain::intelligence::FieldValue;

use super::{Found, later};
use crate::{
    answer::{Topic, asks},
    talk::{Line, Talk},
    text::{
        negation::is_denied,
        phrase::{Lexicon, is_any},
        tokens::sentence_around,
    },
};

static DECIDES: LazyLock<Lexicon<&'static str>> = LazyLock::new(|| {
    Lexicon::new(&[
        (
            "self",
            "i decide; the only decision maker; sole decision maker; i will decide; ill decide; i am the decision maker; im the decision maker; my own \
            decision; my decision; only me; just me; main hi decide; main khud decide; main decide; i take the \
            decision; decision mera; mera decision; main hi lunga; i make the decision; i make the decisions; \
            myself only",
        ),
        (
            "spouse",
            "my husband and i; my wife and i; me and my wife; me and my husband; discuss with my wife; discuss \
            with my husband; ask my wife; ask my husband; talk to my wife; talk to my husband; speak to my wife; \
            speak to my husband; check with my wife; check with my husband; wife se; husband se; biwi se; patni \
            se; pati se; wife will decide; husband will decide; wife decides; husband decides; wife se puchna; \
            mera wife ko; mera husband ko; consult my wife; consult my husband; speak with my wife; speak with \
            my husband; talk with my wife; talk with my husband; show it to my wife; show it to my husband; my \
            wife has to; my husband has to; my wife also; my husband also; my wife needs to; my husband needs \
            to; discuss this with my wife; discuss this with my husband; discuss it with my wife; discuss it \
            with my husband; wife ko dikhana; husband ko dikhana; wife aur main; husband aur main",
        ),
        (
            "parents",
            "discuss with my parents; ask my parents; ask my father; talk to my parents; talk to my father; \
            discuss with my father; papa se; mummy se; pitaji se; father will decide; parents will decide; \
            parents se; father se; my father decides; check with my parents; consult my parents; my parents \
            will; my father will decide; mummy papa se",
        ),
        (
            "family",
            "discuss with family; discuss with my family; talk to my family; ask my family; family se; ghar pe \
            baat; ghar walon se; gharwalon se; ghar mein baat; ghar mein puch; ghar par baat; family ke saath; \
            check with my family; discuss it with my family; discuss at home; discuss this with family; consult \
            my family; with the family",
        ),
        (
            "company",
            "my boss; my manager; our management; management approval; our director; our team will; board \
            approval; my partner in the business; our finance team; my business partner; our cto; our ceo",
        ),
        ("joint", "we both decide; both of us; we both; hum dono; we will decide together; decide together"),
    ])
});

/// The bare answer to "who decides?".
static PERSONS: LazyLock<Lexicon<&'static str>> = LazyLock::new(|| {
    Lexicon::new(&[
        ("self", "me; myself; i do; main; i am; main hi; only i"),
        ("spouse", "wife; husband; biwi; patni; pati; spouse"),
        ("parents", "father; mother; parents; papa; mummy; dad; mom"),
        ("family", "family; ghar wale; brother; son; daughter"),
        ("company", "boss; manager; management; director"),
    ])
});

pub fn read(talk: &Talk<'_>) -> Option<Found> {
    let mut found = None;
    for line in talk.customer() {
        let asked = talk.asked_before(line.index).filter(|question| asks(question, Topic::Decision));
        if let Some(next) = told(line).or_else(|| asked.and_then(|question| answered(question, line))) {
            found = later(found, next);
        }
    }
    found
}

fn told(line: &Line<'_>) -> Option<Found> {
    let hits = DECIDES.all(&line.tokens);
    let told = hits.iter().filter(|hit| !is_denied(&line.tokens, &hit.range)).min_by_key(|hit| *hit.meaning == "joint");
    let Some(hit) = told else { return named_with_decision(line) };
    // "My husband and I both work" says who is concerned; decision words make it sure.
    let sentence = sentence_around(&line.tokens, hit.range.start);
    let decides = line.tokens[sentence].iter().any(|token| is_deciding(&token.norm));
    let confidence = if decides { 0.88 } else { 0.7 };
    Some(said(line, &hit.range, hit.meaning, confidence))
}

/// "My wife will come too, she takes the decision": a person and a decision in one breath.
fn named_with_decision(line: &Line<'_>) -> Option<Found> {
    let persons = PERSONS.all(&line.tokens);
    let person = persons.iter().find(|hit| *hit.meaning != "self")?;
    let decides =
        line.tokens.iter().any(|t| t.norm.starts_with("decid") || matches!(t.norm.as_str(), "decision" | "faisla"));
    decides.then(|| said(line, &person.range, person.meaning, 0.75))
}

fn is_deciding(word: &str) -> bool {
    word.starts_with("decid")
        || word.starts_with("discuss")
        || is_any(word, "decision ask consult baat puch puchna check talk faisla")
}

fn answered(question: &Line<'_>, line: &Line<'_>) -> Option<Found> {
    let hits = PERSONS.all(&line.tokens);
    let hit = hits.iter().find(|hit| *hit.meaning != "self").or_else(|| hits.first())?;
    let mut found = said(line, &hit.range, hit.meaning, 0.85);
    found.asked = Some(question.quote_all());
    Some(found)
}

fn said(line: &Line<'_>, range: &std::ops::Range<usize>, code: &str, confidence: f32) -> Found {
    let display = match code {
        "self" => "Decides alone",
        "spouse" => "With husband or wife",
        "parents" => "With parents",
        "family" => "With the family",
        "company" => "With the company",
        _ => "Together",
    };
    Found::said(line, range, FieldValue::Choice { code: code.to_owned() }, display.to_owned(), confidence)
}
