//! A visit or meeting that both sides settled: said by the customer, or proposed by the agent and accepted. A callback is no
//! appointment. The last agreement counts.

use std::sync::LazyLock;

use domain::intelligence::{FieldValue, Speaker};

use super::Found;
use crate::{
    answer::{Reply, Topic, answer_range, asks, reply},
    follow::speaks_of_callback,
    talk::{Line, Talk},
    text::phrase::{Lexicon, is_any, phrases},
    when::{Mention, display, mentions},
};

static MEETING: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    phrases(
        "visit; site visit; meet; meeting; appointment; see the; see it; come; coming; dekhne; dekhna; milte; \
        milne; aaunga; aaungi; aa jaunga; aa jaungi; aayenge; aate hai; aa sakta; aa sakte; demo; viewing; slot; \
        book; schedule; shall we say; dekh lenge; aa jao; aaiye; aa jaiye; show me; show us; dikha; drop by; \
        walk through; tour; inspection",
    )
});

/// What is on the table while reading on.
struct Table<'a, 't> {
    /// A meeting is being talked about, until two lines go by without a word about it.
    warm: u8,
    proposed: Option<(&'a Line<'t>, Mention)>,
    agreed: Option<(Mention, Found)>,
}

pub fn read(talk: &Talk<'_>) -> Option<Found> {
    let mut table = Table { warm: 0, proposed: None, agreed: None };
    for line in talk.lines.iter().filter(|line| !line.tokens.is_empty()) {
        let meets = MEETING.occurs(&line.tokens) || asks(line, Topic::Visit);
        table.warm = if meets { 3 } else { table.warm.saturating_sub(1) };
        let said = mentions(&line.tokens, talk.context.call_date)
            .into_iter()
            .rfind(|m| !m.denied && (m.has_day() || m.time.is_some()));
        let callback = speaks_of_callback(line) && !meets;
        match line.speaker {
            Speaker::Agent => offer(&mut table, line, said.filter(|_| !callback)),
            _ if callback => table.proposed = None,
            _ => answer(talk, &mut table, line, said),
        }
    }
    table.agreed.map(|(_, found)| found)
}

fn offer<'a, 't>(table: &mut Table<'a, 't>, line: &'a Line<'t>, said: Option<Mention>) {
    if let Some(mention) = said.filter(|_| table.warm > 0) {
        // "Eleven it is": an hour for a day that is already agreed or offered.
        let day = mention.days.or_else(|| table.agreed.as_ref().and_then(|(agreed, _)| agreed.days));
        table.proposed = Some((line, Mention { days: day, ..mention }));
    } else if !asks(line, Topic::Hour) {
        table.proposed = None;
    }
}

fn answer<'a, 't>(talk: &Talk<'_>, table: &mut Table<'a, 't>, line: &'a Line<'t>, said: Option<Mention>) {
    let polarity = reply(line);
    match said {
        Some(mention) if refuses(line, polarity, &mention, table) => table.proposed = None,
        Some(mention) if table.warm > 0 => {
            let whole = completed(table, mention);
            let asked = table.proposed.take().map(|(question, _)| question.quote_all());
            agree(talk, table, line, whole, asked);
        }
        None => match (table.proposed.take(), polarity) {
            (Some((question, mention)), Some(Reply::Yes)) => {
                let asked = Some(question.quote(&mention.range));
                agree(talk, table, line, Mention { range: answer_range(line), ..mention }, asked);
            }
            (Some(_), Some(Reply::No)) if table.agreed.is_none() => table.warm = 0,
            _ => bare_hour(talk, table, line),
        },
        Some(_) => {}
    }
}

/// "No, Sunday I am travelling": the proposed day comes back only to be refused.
fn refuses(line: &Line<'_>, polarity: Option<Reply>, mention: &Mention, table: &Table<'_, '_>) -> bool {
    let proposed = table.proposed.as_ref().and_then(|(_, proposed)| proposed.days).map(|days| days.first);
    let same_day = mention.days.map(|days| days.first) == proposed && mention.time.is_none();
    let hindered =
        line.tokens.iter().any(|token| is_any(&token.norm, "travelling traveling busy unavailable mushkil difficult"));
    same_day && (polarity == Some(Reply::No) || hindered)
}

/// "What time?" – "Eleven."
fn bare_hour(talk: &Talk<'_>, table: &mut Table<'_, '_>, line: &Line<'_>) {
    let asked = talk.asked_before(line.index).filter(|question| asks(question, Topic::Hour));
    let (Some(question), Some((agreed, _))) = (asked, table.agreed.as_ref()) else { return };
    let hour = crate::when::bare_hour(&line.tokens);
    if let (Some((range, time)), None) = (hour, agreed.time) {
        let mention = Mention { range, time: Some(time), ..agreed.clone() };
        agree(talk, table, line, mention, Some(question.quote_all()));
    }
}

/// An hour takes its day, and a day its hour, from what is on the table.
fn completed(table: &Table<'_, '_>, mention: Mention) -> Mention {
    let known = table.proposed.as_ref().map(|(_, known)| known).or(table.agreed.as_ref().map(|(known, _)| known));
    let Some(known) = known else { return mention };
    let same_day = mention.days.is_none() || mention.days.map(|d| d.first) == known.days.map(|d| d.first);
    Mention { days: mention.days.or(known.days), time: mention.time.or(known.time.filter(|_| same_day)), ..mention }
}

fn agree(
    talk: &Talk<'_>,
    table: &mut Table<'_, '_>,
    line: &Line<'_>,
    mention: Mention,
    asked: Option<domain::intelligence::Evidence>,
) {
    let Some(when) = mention.when(talk.context).filter(|_| mention.days.is_some() || mention.time.is_some()) else {
        return;
    };
    if table.agreed.as_ref().is_some_and(|(known, _)| known.when(talk.context).as_ref() == Some(&when)) {
        return;
    }
    let confidence = match (mention.has_day(), mention.time.is_some(), line.is_question()) {
        (true, true, false) => 0.9,
        (true, false, false) | (true, true, true) => 0.74,
        _ => 0.6,
    };
    let display = display(&when);
    let mut found = Found::said(line, &mention.range, FieldValue::Moment(when), display, confidence);
    found.asked = asked;
    table.agreed = Some((mention, found));
}
