//! The customer's name: "my name is …", "mera naam … hai", "this is … speaking", "main … bol raha hoon", or the answer to the
//! agent's question.

use std::{ops::Range, sync::LazyLock};

use domain::{intelligence::FieldValue, pii::Personal};

use super::{Found, confirmations, later};
use crate::{
    answer::{Reply, Topic, asks, reply},
    talk::{Line, Talk},
    text::{
        phrase::{Lexicon, is_any, phrases},
        tokens::Kind,
    },
};

/// How sure a cue makes the words after it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Cue {
    Certain,
    /// "this is …", "I am …": only a capitalised word can be a name.
    Loose,
}

static BEFORE: LazyLock<Lexicon<Cue>> = LazyLock::new(|| {
    Lexicon::new(&[
        (
            Cue::Certain,
            "my name is; my name; my names; my full name is; mera naam; mera naam hai; mera name; mera name hai; \
            naam hai mera; the name is; name is; myself; mera poora naam; you can call me",
        ),
        (Cue::Loose, "this is; i am; im; its; it is; main; yes this is; hello this is"),
    ])
});

static AFTER: LazyLock<Lexicon<()>> =
    LazyLock::new(|| phrases("bol raha; speaking; here; baat kar raha; naam hai mera; naam hai; mera naam hai"));

static AGENT_NAMES: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    phrases(
        "speaking with; speaking to; talking to; talking with; is this; is that; am i speaking to; kya main; your \
        name is; aapka naam; kya aap; baat kar raha hoon",
    )
});

pub fn read(talk: &Talk<'_>) -> Option<Found> {
    let mut found = None;
    for (question, answer) in confirmations(talk) {
        if let Some(name) =
            AGENT_NAMES.all(&question.tokens).iter().find_map(|hit| capitalised(question, hit.range.end))
        {
            let display = written(question, &name);
            found = Some(Found::confirmed(question, &name, answer, text(&display), display.clone()));
        }
    }
    for line in talk.customer() {
        if let Some(next) = said(line).or_else(|| answered(talk, line)) {
            found = later(found, next);
        }
    }
    found
}

fn said(line: &Line<'_>) -> Option<Found> {
    let mut best: Option<Found> = None;
    for hit in BEFORE.all(&line.tokens) {
        let name = match hit.meaning {
            Cue::Certain => run(line, hit.range.end),
            Cue::Loose => loose(line, &hit.range),
        };
        let Some(name) = name.filter(|_| !of_someone_else(line, hit.range.start)) else { continue };
        let confidence = if *hit.meaning == Cue::Certain { 0.93 } else { 0.82 };
        best = later(best, found(line, &(hit.range.start..name.end), &name, confidence));
    }
    for hit in AFTER.all(&line.tokens).iter().filter(|_| best.is_none()) {
        let start = (0..hit.range.start).rev().take(3).take_while(|&i| is_name_word(line, i, false)).last();
        let name = start.map(|start| start..hit.range.start);
        if let Some(name) =
            name.filter(|name| line.tokens[name.start].is_capitalised() && name.start == sentence_head(line, name))
        {
            return Some(found(line, &(name.start..hit.range.end), &name, 0.85));
        }
    }
    best
}

/// "Ravi here": the name must begin the sentence, save for a greeting.
fn sentence_head(line: &Line<'_>, name: &Range<usize>) -> usize {
    let head = (0..name.start).rev().find(|&i| line.tokens[i].kind == Kind::Stop).map_or(0, |i| i + 1);
    (head..name.start)
        .find(|&i| !matches!(line.norm(i), "hello" | "hi" | "namaste" | "yes" | "haan" | "ji" | "main"))
        .unwrap_or(name.start)
}

/// "this is Ravi", "this is ravi speaking", "main ravi bol raha hoon".
fn loose(line: &Line<'_>, cue: &Range<usize>) -> Option<Range<usize>> {
    let name = run(line, after_relation(line, cue.end))?;
    let confirmed = AFTER.at(&line.tokens, name.end).is_some() || matches!(line.norm(name.end), "from" | "calling");
    let capital = line.tokens[name.start].is_capitalised() && !is_shouted(line);
    let pronoun = matches!(line.norm(cue.start), "its" | "it" | "main" | "i" | "im");
    let ends =
        line.tokens.get(name.end).is_none_or(|next| next.kind == Kind::Stop || next.is("and") || next.is("from"));
    let named = confirmed && (capital || !pronoun || AFTER.at(&line.tokens, name.end).is_some());
    (named || (capital && (ends || !pronoun))).then_some(name)
}

/// "this is his brother Sameer"
fn after_relation(line: &Line<'_>, at: usize) -> usize {
    let related = is_any(line.norm(at), "his her their")
        && is_any(
            line.norm(at + 1),
            "brother sister wife husband son daughter father mother friend colleague assistant",
        );
    if related { at + 2 } else { at }
}

fn answered(talk: &Talk<'_>, line: &Line<'_>) -> Option<Found> {
    let question = talk.asked_before(line.index).filter(|question| asks(question, Topic::Name))?;
    if reply(line) == Some(Reply::No) || line.word_count() > 6 {
        return None;
    }
    let start = (0..line.tokens.len()).find(|&i| {
        line.tokens[i].kind == Kind::Word && !is_any(line.norm(i), "yes haan ji sure its it is ok this hai main im")
    })?;
    let name = run(line, start).filter(|name| ends_there(line, name.end))?;
    let mut found = found(line, &name, &name, 0.85);
    found.asked = Some(question.quote_all());
    Some(found)
}

fn ends_there(line: &Line<'_>, at: usize) -> bool {
    line.tokens.get(at).is_none_or(|next| {
        next.kind == Kind::Stop
            || matches!(next.norm.as_str(), "hai" | "here" | "speaking" | "sir" | "madam" | "bol" | "naam")
    })
}

/// Up to three words that can be a name. In a line with capitals the name is the capitalised run.
fn run(line: &Line<'_>, at: usize) -> Option<Range<usize>> {
    let start = at + usize::from(is_title(line.norm(at)) || matches!(line.norm(at), "hai" | "is"));
    let start = start + usize::from(line.norm(start) == "." && is_title(line.norm(at)));
    let cased = line.tokens.get(start).is_some_and(|token| token.is_capitalised());
    let limit = if cased { 3 } else { 2 };
    let end = (start..line.tokens.len()).take(limit).take_while(|&i| is_name_word(line, i, cased)).last()? + 1;
    Some(start..end)
}

fn capitalised(line: &Line<'_>, at: usize) -> Option<Range<usize>> {
    let skip = usize::from(is_title(line.norm(at)) || matches!(line.norm(at), "hai" | "is"));
    let skip = skip + usize::from(skip == 1 && line.norm(at + 1) == ".");
    line.tokens.get(at + skip).filter(|token| token.is_capitalised())?;
    run(line, at + skip)
}

fn is_name_word(line: &Line<'_>, at: usize, cased: bool) -> bool {
    let Some(token) = line.tokens.get(at) else { return false };
    token.kind == Kind::Word
        && token.text.chars().count() > 1
        && (!cased || token.is_capitalised())
        && !is_no_name(&token.norm)
        && !crate::when::is_calendar_word(&token.norm)
}

fn of_someone_else(line: &Line<'_>, cue: usize) -> bool {
    let before = cue.checked_sub(1).map_or("", |i| line.norm(i));
    before.ends_with('s') && line.norm(cue) == "name"
        || is_any(
            before,
            "company wifes husbands sons project father fathers builder brand not business daughters brothers ki \
            ka domain user last the",
        )
}

fn is_title(word: &str) -> bool {
    matches!(word, "mr" | "mrs" | "ms" | "miss" | "shri" | "smt" | "dr" | "mister")
}

fn is_shouted(line: &Line<'_>) -> bool {
    !line.text.chars().any(char::is_lowercase)
}

fn found(line: &Line<'_>, quoted: &Range<usize>, name: &Range<usize>, confidence: f32) -> Found {
    let display = written(line, name);
    let sure = if line.tokens[name.start].is_capitalised() { confidence } else { confidence - 0.1 };
    Found::said(line, quoted, text(&display), display.clone(), sure)
}

fn text(display: &str) -> FieldValue {
    FieldValue::Text { text: Personal::new(display.to_owned()) }
}

/// Each word with a capital, without a closing "ji".
fn written(line: &Line<'_>, name: &Range<usize>) -> String {
    let words = line.tokens[name.clone()].iter().filter(|token| !token.is("ji")).map(|token| {
        let mut chars = token.text.chars();
        chars
            .next()
            .map_or_else(String::new, |first| first.to_uppercase().chain(chars.flat_map(char::to_lowercase)).collect())
    });
    words.collect::<Vec<String>>().join(" ")
}

/// Words that follow "I am" or "this is" but name nobody.
fn is_no_name(word: &str) -> bool {
    const NO_NAMES: &str = " a an the and or but not very so just also still too from to in on at of for with by is are am was be \
        been being have has had do does did will would can could should may might must here there this that these those it its he \
        she they we you i im my your our his her their me him them who what when where why how which yes no ok sure right fine \
        good great sorry thanks thank please hello hi hey sir madam maam looking calling speaking interested trying going coming \
        planning thinking searching working living staying ready happy okay well actually currently already now then later only \
        basically really quite bit busy free driving regarding about because if hai hoon ho hi bhi toh to ka ki ke ko se mein \
        main mera mujhe aap hum kya kaun bol raha baat kar naam nahi haan ji bilkul achha theek abhi aur ya lekin par pe tha thi \
        wala wali chahiye interested speaking wrong number one two three first sale rent buying selling new old home house flat \
        apartment villa property project loan budget office customer agent manager owner tenant single married student doctor \
        engineer teacher retired self employed over under around near bangalore mumbai delhi pune hyderabad chennai india fed \
        tired afraid glad aware out off up down all some any more most much many late early urgent important possible impossible \
        expensive costly cheap far close next same other another dekh soch kal aaj batao bataiye sun ghar yahan wahan spelled \
        spelt confirm confirmed keen open available unable able done like need want ";
    NO_NAMES.contains(&format!(" {word} "))
}
