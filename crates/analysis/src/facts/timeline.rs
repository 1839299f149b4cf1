//! How soon the customer wants to buy or move.

use std::sync::LazyLock;

use domain::intelligence::{FieldValue, TimelineClass};
use jiff::{ToSpan, civil::Date};

use super::{Found, later};
use crate::{
    answer::{Topic, asks},
    talk::{Line, Talk},
    text::{
        negation::is_denied,
        phrase::{Lexicon, phrases},
        tokens::sentence_around,
    },
    when::{Days, Grain, mentions},
};

static URGENCY: LazyLock<Lexicon<TimelineClass>> = LazyLock::new(|| {
    Lexicon::new(&[
        (
            TimelineClass::Immediate,
            "immediately; immediate; asap; as soon as possible; right away; urgently; urgent; turant; jaldi se \
            jaldi; jaldi chahiye; abhi chahiye; at the earliest; very soon; fatafat; jitni jaldi; ready to buy; \
            jaldi lena; jaldi hi",
        ),
        (
            TimelineClass::Later,
            "no hurry; not in a hurry; not in hurry; no rush; not urgent; jaldi nahi; koi jaldi nahi; hurry nahi; \
            just browsing; just exploring; just looking around; sometime later; not immediately; abhi nahi lena; \
            no urgency; not any time soon; not right now",
        ),
    ])
});

/// Words that make a span of time the time of buying or moving.
static MOVES: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    phrases(
        "move; moving; shift; shifting; possession; buy; buying; purchase; planning; plan; looking to; need it; \
        want it; need by; book; booking; decide; finalise; finalize; close the deal; lena hai; lena; kharidna; \
        chahiye; shaadi; wedding; registry; start; join; invest; go live; need the; need a; need to; want to; \
        timeline; kar lenge; final karna; settle; ready by; lease ends",
    )
});

static OTHER_TIME: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    phrases(
        "call; callback; visit; meet; meeting; see the; dekhne; milte; milne; come; aaunga; appointment; demo; \
        baat karte; baat karenge; message; send; whatsapp; get back; discuss; emi; tenure; warranty; old; been; \
        check and; let me know; bata",
    )
});

pub fn read(talk: &Talk<'_>) -> Option<Found> {
    let mut found = None;
    for line in talk.customer() {
        let asked = talk.asked_before(line.index).filter(|question| asks(question, Topic::Timeline));
        let next = dated(talk, line, asked.is_some()).or_else(|| urgency(line, asked.is_some()));
        if let Some(mut next) = next {
            next.asked = asked.map(Line::quote_all);
            found = later(found, next);
        }
    }
    found
}

fn dated(talk: &Talk<'_>, line: &Line<'_>, asked: bool) -> Option<Found> {
    let today = talk.context.call_date.date();
    let named = mentions(&line.tokens, talk.context.call_date).into_iter().rev().find(|mention| {
        let sentence = sentence_around(&line.tokens, mention.range.start);
        let moves = asked || MOVES.occurs_in(&line.tokens, sentence.clone());
        let other = !asked && OTHER_TIME.occurs_in(&line.tokens, sentence);
        let coarse = mention.days.is_some_and(|days| days.grain > Grain::Day || days.counted || asked);
        let deadline = mention.range.start.checked_sub(1).is_some_and(|i| matches!(line.norm(i), "by" | "before"));
        !mention.denied && mention.days.is_some() && moves && !other && (coarse || deadline) && mention.time.is_none()
    })?;
    let days = named.days?;
    let class = class_of(today, days);
    let target = deadline(days);
    let value = FieldValue::Timeline { class, target: Some(target) };
    let display = format!("{} (by {})", class_text(class), target.strftime("%-d %b %Y"));
    Some(Found::said(line, &named.range, value, display, if asked { 0.9 } else { 0.82 }))
}

fn urgency(line: &Line<'_>, asked: bool) -> Option<Found> {
    let hit = URGENCY.all(&line.tokens).into_iter().next()?;
    let denied = *hit.meaning == TimelineClass::Immediate && is_denied(&line.tokens, &hit.range);
    let sentence = sentence_around(&line.tokens, hit.range.start);
    if !asked && OTHER_TIME.occurs_in(&line.tokens, sentence) {
        return None;
    }
    let class = if denied { TimelineClass::Later } else { *hit.meaning };
    let value = FieldValue::Timeline { class, target: None };
    Some(Found::said(line, &hit.range, value, class_text(class).to_owned(), if asked { 0.85 } else { 0.72 }))
}

/// The last day that the words allow; of a whole year its middle, since nobody who says "next year" means its last day.
fn deadline(days: Days) -> Date {
    match days.grain {
        Grain::Year if !days.counted => days.first.checked_add(6.months()).unwrap_or(days.last),
        _ => days.last,
    }
}

fn class_of(today: Date, days: Days) -> TimelineClass {
    let end = deadline(days);
    let within = |months: i32| today.checked_add(months.months()).is_ok_and(|limit| end <= limit);
    match () {
        () if within(1) => TimelineClass::Immediate,
        () if within(3) => TimelineClass::OneToThreeMonths,
        () if within(6) => TimelineClass::ThreeToSixMonths,
        () if within(12) => TimelineClass::SixToTwelveMonths,
        () => TimelineClass::Later,
    }
}

pub fn class_text(class: TimelineClass) -> &'static str {
    match class {
        TimelineClass::Immediate => "within a month",
        TimelineClass::OneToThreeMonths => "in 1–3 months",
        TimelineClass::ThreeToSixMonths => "in 3–6 months",
        TimelineClass::SixToTwelveMonths => "in 6–12 months",
        TimelineClass::Later => "later",
        TimelineClass::Unknown => "not known",
    }
}
