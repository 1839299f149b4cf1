//! What the customer can spend: told, answered to the agent's question, stretched or corrected later.

use std::sync::LazyLock;

use super::{Found, confirmations, later};
use crate::{
    answer::{Topic, asks},
    money::{Money, amounts},
    talk::{Line, Talk},
    text::{
        phrase::{Lexicon, phrases},
        tokens::{clause_around, sentence_around},
    },
};

static MEANS_BUDGET: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    phrases(
        "budget; afford; spend; price range; range; comfortable with; invest; kharch; paisa; paise; looking \
        around; looking at around; can pay; de sakte; de sakta; ready to pay; lagana; can manage; cost should; \
        can do; willing to pay; rent upto; rent up to; soch raha; tak ka; tak mil; ke andar; keep it; stretch; \
        can go; go up to; go upto; ja sakte; jaa sakte; extend",
    )
});

static WANTS: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    phrases("looking for; want; need; chahiye; interested in; dekh raha; searching; something; dhoond raha; lena")
});

/// Amounts that belong to something else than what the customer would spend in all.
static OTHER_AMOUNT: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    phrases(
        "salary; emi; income; deposit; advance; token; maintenance; discount; quoted; quote; offering; offered; \
        other builder; paid; per sq; per square; sold; selling; bechna; earn; tankhwah; loan of; loan for; loan \
        amount; down payment; booking amount; package is; is too; too much; too high; bahut zyada; zyada hai; \
        competitor; costs; charging; registration; stamp duty; pre approved; approved for; sanctioned; mehenga; \
        why is; extra; parking charges; is asking; are asking; old price; last year",
    )
});

static STRETCHES: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    phrases(
        "stretch; zyada se zyada; go up to; go upto; can go; extend; at most; maximum; max; ja sakte; jaa sakte; badha; increase",
    )
});

pub fn read(talk: &Talk<'_>) -> Option<Found> {
    let mut current: Option<(Money, Found)> = None;
    for line in talk.customer() {
        for (money, confidence) in candidates(talk, line) {
            current = Some(merge(talk, line, current, money, confidence));
        }
    }
    current.map(|(_, found)| found).or_else(|| confirmed(talk))
}

fn candidates(talk: &Talk<'_>, line: &Line<'_>) -> Vec<(Money, f32)> {
    let asked = talk.asked_before(line.index).is_some_and(|question| asks(question, Topic::Budget));
    let found = amounts(&line.tokens);
    let lakhs = found.iter().any(|money| money.sure && money.max.or(money.min).is_some_and(|amount| amount >= 1e5));
    found
        .into_iter()
        .filter(|money| !money.denied)
        .filter_map(|money| {
            let sentence = sentence_around(&line.tokens, money.range.start);
            let clause = clause_around(&line.tokens, money.range.start);
            let told = MEANS_BUDGET.occurs_in(&line.tokens, sentence.clone());
            let questioned = line.tokens.get(sentence.end).is_some_and(|stop| stop.is("?"));
            let other =
                OTHER_AMOUNT.occurs_in(&line.tokens, clause.clone()) && !MEANS_BUDGET.occurs_in(&line.tokens, clause);
            if other || (questioned && !told) {
                return None;
            }
            let bounded = money.about || money.min != money.max;
            let wanted = WANTS.occurs_in(&line.tokens, sentence);
            let confidence = match (money.sure, told || asked, wanted || bounded) {
                (true, true, _) => 0.93,
                (true, false, true) => 0.82,
                (true, false, false) => 0.55,
                (false, true, _) => 0.74,
                (false, false, true) if money.max.is_some_and(|max| max >= 3000.0) && bounded => 0.62,
                (false, false, _) => return None,
            };
            spoken_in_lakh(money, talk.context.tenant_country == "IN", lakhs, asked || told)
                .map(|money| (money, confidence))
        })
        .collect()
}

/// In India "sixty, maybe seventy" about a home means lakh. Other bare numbers below a thousand stay out.
fn spoken_in_lakh(mut money: Money, india: bool, lakhs: bool, about_budget: bool) -> Option<Money> {
    if money.sure {
        return Some(money);
    }
    let largest = money.max.or(money.min)?;
    if largest >= 1000.0 {
        return (largest >= 3000.0).then_some(money);
    }
    let plausible = (10.0..1000.0).contains(&largest) && (lakhs || about_budget);
    if !india || !plausible {
        return None;
    }
    money.min = money.min.map(|amount| amount * 1e5);
    money.max = money.max.map(|amount| amount * 1e5);
    Some(money)
}

/// A stretch widens what is known, anything else that is later and as sure replaces it.
fn merge(
    talk: &Talk<'_>,
    line: &Line<'_>,
    current: Option<(Money, Found)>,
    money: Money,
    confidence: f32,
) -> (Money, Found) {
    let country = &talk.context.tenant_country;
    let found =
        |money: &Money| Found::said(line, &money.range, money.value(country), money.display(country), confidence);
    let Some((known, known_found)) = current else {
        let found = found(&money);
        return (money, found);
    };
    let clause = clause_around(&line.tokens, money.range.start);
    let stretches = STRETCHES.occurs_in(&line.tokens, clause);
    let (known_max, next_max) = (known.max.unwrap_or(0.0), money.max.unwrap_or(0.0));
    if stretches && known_max > 0.0 && next_max > known_max && next_max <= known_max * 2.0 {
        let wide = Money { min: known.min, max: money.max, about: false, ..money };
        let mut stretched = found(&wide);
        stretched.more = vec![known_found.evidence];
        return (wide, stretched);
    }
    if let Some(both) = joined(&known, &money) {
        let mut whole = found(&both);
        whole.more = vec![known_found.evidence];
        return (both, whole);
    }
    let next = found(&money);
    let keeps = known_found.confidence > next.confidence + 0.15;
    match later(Some(known_found.clone()), next) {
        Some(next) if !keeps => (money, next),
        _ => (known, known_found),
    }
}

/// "Minimum eighty lakh, maximum one crore": a lower and an upper limit are one range.
fn joined(known: &Money, next: &Money) -> Option<Money> {
    let (min, max) = match (known.min, known.max, next.min, next.max) {
        (Some(min), None, None, Some(max)) | (None, Some(max), Some(min), None) => (min, max),
        _ => return None,
    };
    (min < max).then(|| Money { min: Some(min), max: Some(max), ..next.clone() })
}

/// "So your budget is sixty to seventy lakh?" – "Yes."
fn confirmed(talk: &Talk<'_>) -> Option<Found> {
    let country = &talk.context.tenant_country;
    let confirmed = confirmations(talk).filter_map(|(question, answer)| {
        let yours = question
            .tokens
            .windows(2)
            .any(|pair| matches!(pair[0].norm.as_str(), "your" | "aapka") && pair[1].is("budget"));
        let money = amounts(&question.tokens).into_iter().rfind(|money| money.sure && !money.denied)?;
        yours.then(|| Found::confirmed(question, &money.range, answer, money.value(country), money.display(country)))
    });
    confirmed.last()
}
