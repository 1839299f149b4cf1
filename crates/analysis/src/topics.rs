//! What the conversation was about, most spoken of first.

use std::sync::LazyLock;

use crate::{talk::Talk, text::phrase::Lexicon};

/// Enough for a row of badges.
const MOST: usize = 6;

static TOPICS: LazyLock<Lexicon<&'static str>> = LazyLock::new(|| {
    Lexicon::new(&[
        ("budget", "budget; price range; afford"),
        ("price", "price; rate; cost; expensive; costly; mehenga; kitne ka; quotation; pricing"),
        ("home loan", "loan; home loan; mortgage; emi; bank finance; pre approved"),
        ("location", "location; area; side; near; ke paas; locality"),
        ("site visit", "visit; site visit; dekhne; see the flat; demo; viewing"),
        ("possession", "possession; ready to move; under construction; handover"),
        ("parking", "parking; car park"),
        ("amenities", "gym; pool; swimming pool; clubhouse; amenities; play area; garden; balcony; lift"),
        ("metro and commute", "metro; commute; traffic; connectivity; shuttle; bus"),
        ("schools", "school; schools; school year"),
        ("documents", "brochure; floor plan; plan; details; documents; price list; paperwork; agreement"),
        ("discount", "discount; offer; negotiate; best price; kam karo; price kam"),
        ("rent", "rent; kiraye; lease; deposit; landlord"),
        ("investment", "investment; invest; returns; resale; rental yield; nivesh"),
        ("maintenance", "maintenance; society charges; water supply; power backup"),
        ("configuration", "bhk; bedroom; kamre; carpet area; square feet"),
        ("furnishing", "furnished; semi furnished; unfurnished; modular kitchen"),
        ("refund", "refund; paisa wapas; money back"),
        ("complaint", "complaint; shikayat; complain"),
        ("payment", "payment; invoice; bill; installment; token amount; booking amount"),
        ("callback", "call me; call back; callback; call karna; call kijiye"),
        ("technical issue", "not working; error; crash; crashing; log in; kaam nahi kar raha"),
    ])
});

pub fn read(talk: &Talk<'_>) -> Vec<String> {
    let mut counts: Vec<(&'static str, usize)> = Vec::new();
    for hit in talk.lines.iter().flat_map(|line| TOPICS.all(&line.tokens)) {
        match counts.iter_mut().find(|(topic, _)| topic == hit.meaning) {
            Some((_, count)) => *count += 1,
            None => counts.push((hit.meaning, 1)),
        }
    }
    // Stable: of two topics with one count, the one that came up first stays first.
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts.into_iter().take(MOST).map(|(topic, _)| topic.to_owned()).collect()
}
