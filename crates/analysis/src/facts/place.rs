//! Where the customer wants to be: "near …", "in Whitefield", "Baner side", "Hinjewadi ke paas", or the answer to the question.
//! A place is a known name, or words written with capitals after a word that announces a place.

use std::ops::Range;

use domain::{intelligence::FieldValue, pii::Personal};

use super::{Found, names_of_places};
use crate::{
    answer::{Topic, asks},
    talk::{Line, Talk},
    text::{
        negation::is_denied,
        phrase::is_any,
        tokens::{Kind, clause_around, sentence_around},
    },
};

/// A place in a line, with why it counts.
struct Place {
    range: Range<usize>,
    confidence: f32,
}

pub fn read(talk: &Talk<'_>) -> Option<Found> {
    let mut kept: Vec<(String, Found)> = Vec::new();
    for line in talk.customer() {
        let asked = talk.asked_before(line.index).is_some_and(|question| asks(question, Topic::Place));
        let places = places(line, asked);
        if !places.is_empty() && (corrects(line) || is_settled(&kept, &places)) {
            kept.clear();
        }
        for place in places {
            let name = written(line, &place.range);
            if kept.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
                continue;
            }
            let value = FieldValue::Text { text: Personal::new(name.clone()) };
            kept.push((name.clone(), Found::said(line, &place.range, value, name, place.confidence)));
        }
    }
    joined(kept)
}

/// Stronger words about where replace a place that was only mentioned.
fn is_settled(kept: &[(String, Found)], places: &[Place]) -> bool {
    let known = kept.iter().map(|(_, found)| found.confidence).fold(0.0, f32::max);
    kept.iter().all(|(_, found)| found.confidence < 0.7) && places.iter().any(|place| place.confidence > known + 0.1)
}

fn corrects(line: &Line<'_>) -> bool {
    line.tokens.iter().any(|token| matches!(token.norm.as_str(), "sorry" | "actually" | "instead" | "rather"))
}

fn joined(kept: Vec<(String, Found)>) -> Option<Found> {
    let names: Vec<String> = kept.iter().map(|(name, _)| name.clone()).collect();
    let more: Vec<_> = kept.iter().skip(1).map(|(_, found)| found.evidence.clone()).collect();
    let (_, mut first) = kept.into_iter().next()?;
    if names.len() > 1 {
        first.display = names.join(", ");
        first.value = FieldValue::List { items: names };
        first.more = more;
    }
    Some(first)
}

fn places(line: &Line<'_>, asked: bool) -> Vec<Place> {
    let mut found: Vec<Place> = Vec::new();
    let mut i = 0;
    while i < line.tokens.len() {
        let chained = found.last().is_some_and(|last| is_chain(line, last.range.end..i));
        match place_at(line, i, asked, chained) {
            Some(place) => {
                i = place.range.end;
                if !is_denied(&line.tokens, &place.range) && !is_only_present(line, &place.range) {
                    found.push(place);
                }
            }
            None => i += 1,
        }
    }
    found
}

/// "Whitefield or Hoodi", "Baner, Aundh"
fn is_chain(line: &Line<'_>, gap: Range<usize>) -> bool {
    !gap.is_empty()
        && gap.len() <= 2
        && gap.clone().all(|i| matches!(line.norm(i), "or" | "ya" | "and" | "," | "aur" | "near" | "in"))
}

fn place_at(line: &Line<'_>, at: usize, asked: bool, chained: bool) -> Option<Place> {
    let words: Vec<&str> = (at..(at + 3).min(line.tokens.len())).map(|i| line.norm(i)).collect();
    let known = names_of_places::known(&words);
    let end = if known > 0 { at + known } else { capital_run(line, at)? };
    let end = (end..line.tokens.len()).take_while(|&i| continues(line, i)).last().map_or(end, |i| i + 1);
    let range = at..end;
    let announced = is_announced(line, at) || is_followed(line, end);
    let wished = wishes(line, at);
    if known == 0 && (!announced && !chained && !asked || is_person_or_thing(line, &range)) {
        return None;
    }
    let confidence = match (known > 0, announced || asked || chained, wished || asked) {
        (true, true, true) => 0.93,
        (true, true, false) | (false, true, true) => 0.8,
        (true, false, true) => 0.78,
        (false, true, false) => 0.62,
        _ => return None,
    };
    Some(Place { range, confidence })
}

/// A run of capitalised words that is not the head of a sentence, or is followed by a place word.
fn capital_run(line: &Line<'_>, at: usize) -> Option<usize> {
    let is_name = |i: usize| {
        line.tokens.get(i).is_some_and(|token| {
            token.is_capitalised()
                && token.text.len() > 2
                && !token.is("bhk")
                && !crate::when::is_calendar_word(&token.norm)
                && !is_common(&token.norm)
        })
    };
    if !is_name(at) {
        return None;
    }
    Some((at..line.tokens.len()).take(4).take_while(|&i| is_name(i)).last()? + 1)
}

/// "Sector 62", "Phase 2", "Road", "Nagar" go on with the name.
fn continues(line: &Line<'_>, at: usize) -> bool {
    let before = at.checked_sub(1).map_or("", |i| line.norm(i));
    names_of_places::is_place_word(line.norm(at))
        || (line.tokens[at].kind == Kind::Number && matches!(before, "sector" | "phase" | "block" | "stage"))
}

fn is_announced(line: &Line<'_>, at: usize) -> bool {
    let word = |n: usize| at.checked_sub(n).map_or("", |i| line.norm(i));
    let first = if word(1) == "the" { word(2) } else { word(1) };
    is_any(first, "in only near around towards nearby beside opposite prefer at toward")
        || (word(2) == "close" && word(1) == "to")
        || (word(2) == "next" && word(1) == "to")
        || matches!((word(2), word(1)), ("location" | "area" | "side" | "locality", "is" | "hai" | "in" | "like"))
}

fn is_followed(line: &Line<'_>, at: usize) -> bool {
    matches!(line.norm(at), "side" | "area" | "mein" | "location" | "locality" | "region")
        || (matches!(line.norm(at), "ke" | "ki")
            && matches!(line.norm(at + 1), "paas" | "aas" | "pass" | "nazdeek" | "taraf" | "side" | "around" | "near"))
}

fn wishes(line: &Line<'_>, at: usize) -> bool {
    let sentence = sentence_around(&line.tokens, at);
    line.tokens[sentence].iter().any(|token| {
        is_any(
            &token.norm,
            "looking want need prefer preferred chahiye interested dekh search searching buy bhk flat apartment \
            house villa plot property area location side dhoond lena rent options move shift something anything \
            near better ideal like",
        )
    })
}

/// Where somebody lives or works now is not where they want to buy.
fn is_only_present(line: &Line<'_>, range: &Range<usize>) -> bool {
    let clause = clause_around(&line.tokens, range.start);
    let before = &line.tokens[clause.start.min(range.start)..range.start];
    let present = before.iter().rev().take(5).any(|token| {
        is_any(
            &token.norm,
            "live living stay staying work works working based calling from office born currently visited \
            hometown posted job native",
        )
    });
    let hindi = (range.end..(range.end + 4).min(line.tokens.len()))
        .any(|i| matches!(line.norm(i), "rehta" | "rehte" | "rehti" | "rahta" | "rahte" | "kaam" | "naukri"));
    let here = before.windows(2).any(|pair| matches!(pair[0].norm.as_str(), "im" | "am" | "is") && pair[1].is("at"));
    let near = before.last().is_some_and(|token| matches!(token.norm.as_str(), "near" | "around"));
    let still_wanted =
        before.iter().any(|token| matches!(token.norm.as_str(), "near" | "close" | "want" | "looking" | "prefer"));
    here || (present && !near && !still_wanted) || hindi
}

fn is_person_or_thing(line: &Line<'_>, range: &Range<usize>) -> bool {
    let at = range.start;
    let before = at.checked_sub(1).map_or("", |i| line.norm(i));
    matches!(before, "mr" | "mrs" | "ms" | "dr") || (range.len() == 1 && names_of_places::is_place_word(line.norm(at)))
}

fn is_common(word: &str) -> bool {
    is_any(
        word,
        "school metro office station hospital college i im ill ive yes no the and but so ok we my our is it its this that haan nahi ji hello hi whatsapp \
            email english hindi india mujhe humein main aap sir madam maam please budget around near anywhere \
            something maybe prefer in or google facebook not sorry actually hamara mera any somewhere only also \
            diwali holi christmas home flat villa for sure thanks thank see what when which can could you sat \
            sun bank mostly well preferably close ya aur at on to if kyunki lekin rupees lakh crore",
    )
}

/// As it is written, known names with capitals.
fn written(line: &Line<'_>, range: &Range<usize>) -> String {
    let words = line.tokens[range.clone()].iter().map(|token| {
        if matches!(token.norm.as_str(), "hsr" | "btm" | "omr" | "jp") {
            return token.norm.to_uppercase();
        }
        let mut chars = token.text.chars();
        chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
    });
    words.collect::<Vec<String>>().join(" ")
}
