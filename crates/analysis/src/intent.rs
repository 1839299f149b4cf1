//! What the customer wants from the call: one primary intent, others behind it, each with the words that show it.

use std::{ops::Range, sync::LazyLock};

use domain::intelligence::{Intent, IntentKind, Intents};

use crate::{
    answer::{Reply, Topic, asks, reply},
    facts::rounded,
    talk::{Line, Talk},
    text::{
        negation::is_denied,
        phrase::{Lexicon, is_any},
        tokens::clause_around,
    },
};

static WORDS: LazyLock<Lexicon<(IntentKind, f32)>> = LazyLock::new(|| {
    Lexicon::new(&[
        (
            (IntentKind::Buy, 1.0),
            "want to buy; looking to buy; planning to buy; interested in buying; wants to buy; like to buy; \
            kharidna; purchase; looking for a * bhk; looking for a flat; looking for an apartment; looking for a \
            villa; looking for a house; looking for a plot; flat lena; ghar lena; plot lena; flat chahiye; ghar \
            chahiye; bhk chahiye; villa chahiye; plot chahiye; bhk lena; want a flat; need a flat; buy a; makaan \
            lena; makaan chahiye; looking for a home; home chahiye; want to book; ghar dekh raha; flat dekh \
            raha; looking for * bedroom; flat dhoond; apartment chahiye; want to order; sign up",
        ),
        (
            (IntentKind::Buy, 0.6),
            "looking for; interested; bhk; bedroom; i need a; we need a; property chahiye; dekh raha",
        ),
        (
            (IntentKind::Rent, 1.4),
            "on rent; for rent; rent pe; rent par; kiraye; to rent; lease; rental; rented flat chahiye; renting",
        ),
        (
            (IntentKind::Sell, 1.5),
            "want to sell; sell my; sell our; bechna; selling my; apna flat bech; looking to sell",
        ),
        (
            (IntentKind::Invest, 1.3),
            "investment; to invest; for investment; investor; rental yield; resale value; invest karna; nivesh",
        ),
        (
            (IntentKind::SiteVisit, 0.9),
            "site visit; visit; see the flat; see the property; see the site; see the apartment; see it in \
            person; dekhne aa; dekhna hai; dekhne aana; come and see; site dekhna; dekhne; sample flat; show me \
            the; schedule a demo; book a demo; like a demo; demo",
        ),
        (
            (IntentKind::PriceEnquiry, 0.9),
            "what is the price; what is the fee; what are the fees; what is the premium; how much will it; the fees; what are the charges; whats the price; how much is; how much does; price kya; kitne ka; rate kya; kya \
            rate; what is the cost; whats the cost; price list; quotation; quote; kitna price; kya price; how \
            much will; kitne mein; what is the rate; what are the prices; price bataiye; rate bataiye; cost kya; \
            what price",
        ),
        (
            (IntentKind::InformationRequest, 0.7),
            "send me the; wanted to know; want to know; know about; send me details; send the details; details bhej; brochure; more information; tell me \
            about; know more; jaankari; floor plan; more details; details chahiye; send details; can you share; \
            please share; share the; send me the plan; whatsapp details; what amenities; batao",
        ),
        (
            (IntentKind::Callback, 1.1),
            "call me back; call me later; call back; callback; call me tomorrow; call me after; call me on; call \
            me at; baad mein call; call later; call kijiye; call karna; phone karna; can you call; please call \
            me; kal call; call kar lena; call karo; busy right now; in a meeting; abhi busy; driving; meeting \
            mein",
        ),
        (
            (IntentKind::Support, 1.0),
            "not working; leaking; is broken; stopped working; burst; has a leak; not cooling; wont start; help me with; need help; how do i; issue with my; problem with my; kaam nahi kar raha; \
            error; cant log in; cannot log in; unable to; repair; leakage; service request; \
            status of my; locked out",
        ),
        ((IntentKind::Support, 0.5), "keeps crashing; problem with the; issue with the"),
        (
            (IntentKind::Complaint, 1.4),
            "complaint; complain; shikayat; worst service; bad service; pathetic service; very disappointed; \
            refund; consumer court; unacceptable; nobody responded; no one responded; terrible service; not \
            happy with; bahut kharab service; no one picks; nobody picks; no one called; nobody called; paisa \
            wapas; horrible service",
        ),
        (
            (IntentKind::Payment, 1.0),
            "payment link; make the payment; pay the; invoice; emi due; payment kaise; payment kar; installment; \
            already paid; pay online; payment due; bill",
        ),
        ((IntentKind::Cancel, 1.5), "cancel my; cancel the; want to cancel; cancel karna; cancellation; cancel kar"),
        (
            (IntentKind::NotInterested, 2.0),
            "not interested; no longer looking; not looking for; interest nahi; interested nahi; dont want; \
            already bought; already purchased; nahi lena; le liya; kharid liya; plan cancel; dropped the plan; \
            dont need it; no interest; not looking anymore; already finalised; already finalized",
        ),
        (
            (IntentKind::DoNotCall, 3.0),
            "do not call; dont call; stop calling; remove my number; call mat; phone mat; never call; delete my \
            number; take me off; mat karna call; dobara call mat; do not disturb; dnd; number hata",
        ),
        (
            (IntentKind::WrongNumber, 3.0),
            "wrong number; galat number; no one by that name; not * speaking; wrong person; koi nahi hai is naam; \
            is naam ka koi nahi; nobody by that name; wrong no",
        ),
    ])
});

struct Signal {
    kind: IntentKind,
    weight: f32,
    line: usize,
    range: Range<usize>,
}

pub fn read(talk: &Talk<'_>) -> Intents {
    let signals: Vec<Signal> = talk.customer().flat_map(|line| signals(talk, line)).collect();
    let mut totals: Vec<(IntentKind, f32, &Signal)> = Vec::new();
    for signal in &signals {
        match totals.iter_mut().find(|(kind, ..)| *kind == signal.kind) {
            Some((_, total, best)) => {
                *total += signal.weight * 0.5;
                if signal.weight > best.weight {
                    *best = signal;
                }
            }
            None => totals.push((signal.kind, signal.weight, signal)),
        }
    }
    settle(&mut totals);
    totals.sort_by(|a, b| rank(b.0, b.1).total_cmp(&rank(a.0, a.1)));
    let mut intents = totals.iter().map(|(kind, total, best)| {
        let line = &talk.lines[best.line];
        let confidence = rounded((0.55 + 0.15 * total).min(0.95) * line.trust);
        Intent { kind: *kind, evidence: line.quote(&thought(line, &best.range)), confidence }
    });
    Intents { primary: intents.next(), secondary: intents.take(3).collect() }
}

/// The clause around the words that show an intent, so that the quote can be understood alone.
fn thought(line: &Line<'_>, range: &Range<usize>) -> Range<usize> {
    if range.is_empty() {
        return range.clone();
    }
    let clause = clause_around(&line.tokens, range.start);
    clause.start.min(range.start).max(range.start.saturating_sub(10))..clause.end.max(range.end).min(range.end + 10)
}

/// What ends a relation outranks what it was about.
fn rank(kind: IntentKind, total: f32) -> f32 {
    total
        + match kind {
            IntentKind::DoNotCall => 30.0,
            IntentKind::WrongNumber => 20.0,
            IntentKind::NotInterested => 10.0,
            IntentKind::Complaint | IntentKind::Cancel => 2.0,
            IntentKind::Buy | IntentKind::Rent | IntentKind::Sell | IntentKind::Invest => 0.4,
            // How to go on, not what it is about.
            IntentKind::Callback => -0.6,
            _ => 0.0,
        }
}

/// Rent takes over from a vague "looking for"; a refusal that was taken back is none.
fn settle(totals: &mut Vec<(IntentKind, f32, &Signal)>) {
    let total = |totals: &[(IntentKind, f32, &Signal)], kind| {
        totals.iter().find(|(k, ..)| *k == kind).map_or(0.0, |(_, total, _)| *total)
    };
    let last = |totals: &[(IntentKind, f32, &Signal)], kind| {
        totals.iter().find(|(k, ..)| *k == kind).map_or(0, |(.., signal)| signal.line)
    };
    if total(totals, IntentKind::Rent) > 0.0
        || total(totals, IntentKind::Sell) > 0.0
        || total(totals, IntentKind::Invest) > 0.0
    {
        totals.retain(|(kind, total, _)| *kind != IntentKind::Buy || *total >= 1.6);
    }
    let refused = last(totals, IntentKind::NotInterested);
    let warmed = totals
        .iter()
        .any(|(kind, _, signal)| matches!(kind, IntentKind::SiteVisit | IntentKind::Callback) && signal.line > refused);
    if warmed
        && total(totals, IntentKind::Buy) + total(totals, IntentKind::SiteVisit) >= 1.5
        && total(totals, IntentKind::DoNotCall) == 0.0
    {
        totals.retain(|(kind, ..)| *kind != IntentKind::NotInterested);
    }
}

fn signals(talk: &Talk<'_>, line: &Line<'_>) -> Vec<Signal> {
    let mut found: Vec<Signal> = WORDS
        .all(&line.tokens)
        .into_iter()
        .filter_map(|hit| {
            let (kind, weight) = *hit.meaning;
            let own_denial = matches!(
                kind,
                IntentKind::NotInterested
                    | IntentKind::DoNotCall
                    | IntentKind::WrongNumber
                    | IntentKind::Support
                    | IntentKind::Complaint
            );
            let denied = !own_denial && is_denied(&line.tokens, &hit.range);
            let kind = match (kind, denied) {
                (_, false) => kind,
                (IntentKind::Buy, true) if weight >= 1.0 || line.norm(hit.range.start) == "interested" => {
                    IntentKind::NotInterested
                }
                _ => return None,
            };
            let for_now = kind == IntentKind::DoNotCall
                && is_any(line.norm(hit.range.end), "before until till after at in on now tomorrow today during while");
            if for_now {
                return None;
            }
            // "I don't want a villa" refuses a part, not the whole.
            let partial = kind == IntentKind::NotInterested && refuses_part(line, &hit.range);
            (!partial).then_some(Signal { kind, weight, line: line.index, range: hit.range })
        })
        .collect();
    let asked = talk.asked_before(line.index).filter(|question| asks(question, Topic::Interest));
    match (asked, reply(line)) {
        (Some(_), Some(Reply::Yes)) => {
            found.push(Signal { kind: IntentKind::Buy, weight: 0.8, line: line.index, range: 0..0 })
        }
        (Some(_), Some(Reply::No)) => {
            found.push(Signal { kind: IntentKind::NotInterested, weight: 1.5, line: line.index, range: 0..0 })
        }
        _ => {}
    }
    found
}

fn refuses_part(line: &Line<'_>, range: &Range<usize>) -> bool {
    let part = |i: usize| {
        is_any(
            line.norm(i),
            "villa plot loan furnished ground floor parking house flat apartment bhk emi pressure spam rent hurry \
            that under resale east north west south to any a loud",
        )
    };
    let words = |word: &str| line.tokens[range.clone()].iter().any(|token| token.is(word));
    (words("want") || words("lena") || words("looking"))
        && (part(range.end) || part(range.end + 1) || range.start.checked_sub(1).is_some_and(part))
}
