//! What else the home or product must have: parking, a balcony, the metro nearby, or, when no property is meant, the thing
//! that the customer says they need.

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

static WISHES: LazyLock<Lexicon<&'static str>> = LazyLock::new(|| {
    Lexicon::new(&[
        ("Covered parking", "covered parking; covered car parking"),
        ("Parking", "parking; car park; car parking; two car parking"),
        ("Balcony", "balcony; balconies; west balcony; east balcony"),
        ("Gym", "gym; gymnasium"),
        ("Swimming pool", "swimming pool; pool"),
        ("Lift", "lift; elevator"),
        ("Garden", "garden; lawn"),
        ("Security", "security; gated community; gated society; gated"),
        ("Vastu", "vastu; vaastu; vastu compliant"),
        ("East facing", "east facing"),
        ("West facing", "west facing"),
        ("North facing", "north facing"),
        ("South facing", "south facing"),
        ("Ground floor", "ground floor"),
        ("Higher floor", "higher floor; high floor; top floor; upper floor"),
        ("Semi-furnished", "semi furnished"),
        ("Unfurnished", "unfurnished"),
        ("Furnished", "furnished; fully furnished"),
        ("Ready to move in", "ready to move; ready to move in; ready possession"),
        ("Pets allowed", "pet friendly; pets allowed; my dog; have a dog; have pets"),
        ("Power backup", "power backup; generator backup"),
        ("Play area", "play area; kids play area; playground"),
        ("Clubhouse", "clubhouse; club house"),
        ("Modular kitchen", "modular kitchen"),
        (
            "Near the metro",
            "near metro; near the metro; metro ke paas; close to metro; close to the metro; metro nearby; metro \
            station ke paas; near a metro; near metro station; walking distance to metro",
        ),
        (
            "Near a school",
            "near a school; near school; near the school; school ke paas; good school; schools nearby; school \
            nearby; good schools; close to a school; close to school; near a good school",
        ),
        ("Near a hospital", "near a hospital; hospital ke paas; near hospital; hospital nearby"),
        ("Close to town", "close to town; close to the city; near town; near the city"),
        (
            "Near the office",
            "near my office; office ke paas; close to my office; near office; close to office; mera office ke \
            paas; near our office",
        ),
        ("Servant room", "servant room; maid room; servant quarter"),
        ("Study room", "study room; home office"),
        ("Lake view", "lake view; sea view; park view; park facing; sea facing; lake facing"),
        ("Water supply", "water supply; 24 hour water"),
    ])
});

static NEEDS: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    phrases(
        "looking for a|an|some; looking for; i need a|an|some; we need a|an|some; i want a|an|some; we want \
        a|an|some; i would like a|an; we require a|an?; interested in a|an|your",
    )
});

pub fn read(talk: &Talk<'_>) -> Option<Found> {
    let mut items = Vec::new();
    for line in talk.customer() {
        for hit in WISHES.all(&line.tokens) {
            if !is_denied(&line.tokens, &hit.range) && !is_complaint(line, &hit.range) {
                items.push(Item::new(line, &hit.range, (*hit.meaning).to_owned(), 0.82));
            }
        }
    }
    let specific = items.iter().any(|item| item.label == "Covered parking");
    items.retain(|item| !(specific && item.label == "Parking"));
    if items.is_empty() {
        items.extend(talk.customer().filter_map(other_need));
    }
    list(items)
}

/// "the lift is not working", "is there a gym?" say something else than "I want one". A question about it still shows the wish.
fn is_complaint(line: &Line<'_>, range: &Range<usize>) -> bool {
    let clause = clause_around(&line.tokens, range.start);
    line.tokens[range.end..clause.end.max(range.end)].iter().any(|token| {
        matches!(
            token.norm.as_str(),
            "broken" | "working" | "problem" | "issue" | "bad" | "far" | "kharab" | "charges" | "noisy"
        )
    })
}

/// The thing after "I need a …", when it is no property: those have fields of their own.
fn other_need(line: &Line<'_>) -> Option<Item> {
    let hit = NEEDS.all(&line.tokens).into_iter().find(|hit| !is_denied(&line.tokens, &hit.range))?;
    let clause = clause_around(&line.tokens, hit.range.start);
    let end =
        (hit.range.end..clause.end.max(hit.range.end)).take(7).take_while(|&i| !ends_thing(line.norm(i))).last()? + 1;
    let thing = hit.range.end..end;
    let is_property = line.tokens[thing.clone()].iter().any(|token| {
        is_any(
            &token.norm,
            "bhk flat apartment villa plot house property bedroom makaan home place studio shop loan callback \
            call refund discount visit office land penthouse bit more something anything \
             option options month week year day while time moment properties same homes",
        )
    });
    let starts_well = line.tokens[thing.start].kind != Kind::Stop
        && !matches!(line.norm(thing.start), "to" | "you" | "it" | "that" | "this" | "your");
    let words: Vec<&str> = line.tokens[thing.clone()].iter().map(|token| token.text).collect();
    (!is_property && starts_well && !words.is_empty()).then(|| Item::new(line, &thing, words.join(" "), 0.6))
}

fn ends_thing(word: &str) -> bool {
    is_any(word, "and so please but because which that in near within around under by to if")
}
