//! Is another contact needed, when, and why.

use std::sync::LazyLock;

use domain::intelligence::{
    ActionItem, Evidence, ExtractedField, FieldKey, FieldValue, FollowUp, IntentKind, Intents, Owner, Speaker, When,
};

use crate::{
    answer::{Reply, answer_range, reply},
    talk::{Line, Talk},
    text::phrase::{Lexicon, is_any, phrases},
    when::{Mention, mentions},
};

static CALLBACK: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    phrases(
        "call me; call back; call me back; callback; call you; call kar; call karna; call karo; call kijiye; \
        phone kar; phone karna; phone karo; give me a call; give you a call; ring me; call karunga; call \
        karungi; call karo na; baat karte; baat karenge; call again; call at; call on; call tomorrow; call \
        karta; call karti; phone kijiye; call kar lena; call kar lo; call after; call later; call karein; call \
        karu; talk later; speak later; talk tomorrow; speak tomorrow; baat kare; connect again;  call \
        in; try me",
    )
});

/// A line that speaks of calling again.
pub fn speaks_of_callback(line: &Line<'_>) -> bool {
    CALLBACK.occurs(&line.tokens)
}

/// A call that was asked for or agreed; the time may be open.
#[derive(Debug, Clone, PartialEq)]
pub struct Callback {
    pub at: Option<When>,
    pub evidence: Evidence,
}

/// The last callback that the customer asked for, answered with a time, or agreed to.
pub fn callback(talk: &Talk<'_>) -> Option<Callback> {
    let mut found: Option<Callback> = None;
    for line in talk.customer() {
        let own = speaks_of_callback(line);
        let said = last_mention(talk, line);
        let asked = talk.asked_before(line.index).filter(|question| speaks_of_callback(question));
        let next = match (own, said, asked) {
            (true, Some(mention), _) => {
                mention.when(talk.context).map(|at| (Some(at), line.quote(&widened(line, &mention))))
            }
            (_, Some(mention), Some(_)) => mention.when(talk.context).map(|at| (Some(at), line.quote(&mention.range))),
            (true, None, _) if asks_for_call(line) => Some((None, line.quote_all())),
            (_, None, Some(question)) if reply(line) == Some(Reply::Yes) => last_mention(talk, question)
                .and_then(|m| m.when(talk.context))
                .map(|at| (Some(at), line.quote(&answer_range(line)))),
            _ => None,
        };
        if let Some((at, evidence)) =
            next.filter(|(at, _)| at.is_none() || found.as_ref().is_none_or(|known| known.at != *at))
        {
            let at = at.or_else(|| found.as_ref().and_then(|known| known.at.clone()));
            found = Some(Callback { at, evidence });
        }
    }
    found
}

fn last_mention(talk: &Talk<'_>, line: &Line<'_>) -> Option<Mention> {
    mentions(&line.tokens, talk.context.call_date).into_iter().rfind(|mention| !mention.denied)
}

fn widened(line: &Line<'_>, mention: &Mention) -> std::ops::Range<usize> {
    let call = CALLBACK.all(&line.tokens).into_iter().next();
    call.map_or(mention.range.clone(), |hit| {
        hit.range.start.min(mention.range.start)..hit.range.end.max(mention.range.end)
    })
}

fn asks_for_call(line: &Line<'_>) -> bool {
    let asking = line.tokens.iter().any(|t| is_any(&t.norm, "me back later kijiye karna karo baad lena again"));
    line.speaker == Speaker::Customer && asking && !crate::text::negation::is_denied(&line.tokens, &call_range(line))
}

fn call_range(line: &Line<'_>) -> std::ops::Range<usize> {
    CALLBACK.all(&line.tokens).into_iter().next().map_or(0..0, |hit| hit.range)
}

/// The next contact: a promised call first, then the appointment, then the agent's first promise.
pub fn read(
    fields: &[ExtractedField],
    intents: &Intents,
    actions: &[ActionItem],
    callback: Option<&Callback>,
) -> FollowUp {
    let none = |reason: &str| FollowUp { needed: false, at: None, reason: reason.to_owned() };
    let primary = intents.primary.as_ref().map(|intent| intent.kind);
    if matches!(primary, Some(IntentKind::DoNotCall | IntentKind::WrongNumber | IntentKind::NotInterested)) {
        return none("");
    }
    if let Some(callback) = callback {
        return FollowUp { needed: true, at: callback.at.clone(), reason: "The customer expects a call".to_owned() };
    }
    let appointment = fields.iter().find(|field| field.key == FieldKey::Appointment);
    if let Some(FieldValue::Moment(when)) = appointment.map(|field| &field.value) {
        return FollowUp { needed: true, at: Some(when.clone()), reason: "A visit is agreed".to_owned() };
    }
    let promised = actions.iter().filter(|item| item.owner == Owner::Agent);
    if let Some(first) = promised.clone().min_by_key(|item| item.due.as_ref().map_or(i64::MAX, |due| due.at.0)) {
        return FollowUp {
            needed: true,
            at: first.due.clone(),
            reason: "A promise to the customer is open".to_owned(),
        };
    }
    match primary {
        Some(kind) if kind != IntentKind::Payment => {
            FollowUp { needed: true, at: None, reason: "Interest shown, nothing agreed yet".to_owned() }
        }
        _ => none(""),
    }
}
