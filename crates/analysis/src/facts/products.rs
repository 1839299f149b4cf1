//! Products and projects that somebody named: those of the tenant's list, and names that end like a project's.

use std::ops::Range;

use super::{Found, Item, list};
use crate::{
    talk::{Line, Talk},
    text::{phrase::is_any, tokens::tokenize},
};

pub fn read(talk: &Talk<'_>) -> Option<Found> {
    let listed: Vec<(String, Vec<String>)> = talk
        .context
        .products
        .iter()
        .map(|name| (name.clone(), tokenize(name).into_iter().map(|token| token.norm).collect()))
        .filter(|(_, words): &(String, Vec<String>)| !words.is_empty())
        .collect();
    let mut items = Vec::new();
    for line in &talk.lines {
        for (name, words) in &listed {
            if let Some(range) = occurrence(line, words) {
                items.push(Item::new(line, &range, name.clone(), 0.95));
            }
        }
        items.extend(project_names(line).into_iter().map(|range| {
            let name = line.words(&range).to_owned();
            Item::new(line, &range, name, 0.75)
        }));
    }
    list(items)
}

fn occurrence(line: &Line<'_>, words: &[String]) -> Option<Range<usize>> {
    let at = line
        .tokens
        .windows(words.len())
        .position(|window| window.iter().zip(words).all(|(token, word)| token.is(word)))?;
    Some(at..at + words.len())
}

/// "Juniper Heights", "Palm Grove Residency".
fn project_names(line: &Line<'_>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for end in 1..line.tokens.len() {
        if !line.tokens[end].is_capitalised() || !is_project_word(line.norm(end)) {
            continue;
        }
        let start =
            (0..end).rev().take(2).take_while(|&i| line.tokens[i].is_capitalised() && !is_head(line.norm(i))).last();
        if let Some(start) = start.filter(|&start| !names_the_firm(line, start)) {
            found.push(start..end + 1);
        }
    }
    found
}

fn is_project_word(word: &str) -> bool {
    is_any(
        word,
        "heights towers tower residency residences greens enclave villas meadows plaza estate estates \
            apartments grove gardens springs county woods vista square plan pro premium plus",
    )
}

/// "calling from Sunrise Estates": who speaks, not what is sold.
fn names_the_firm(line: &Line<'_>, at: usize) -> bool {
    at.checked_sub(1).is_some_and(|i| matches!(line.norm(i), "from" | "calling" | "to" | "with"))
}

fn is_head(word: &str) -> bool {
    is_any(word, "the our your at in is so yes and this that my for about i we")
}
