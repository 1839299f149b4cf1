//! Of campaigns that ask for what is owed.

use super::{DAY, Row, whole};
use crate::dispositions::{Disposition, Group::Connected, LANGUAGE_FIELD, NextAction, Tone};

pub(super) fn set() -> Vec<Disposition> {
    let proof = NextAction::Task { text: "Check the payment that was named".to_owned(), due_in_minutes: Some(DAY) };
    let plan =
        NextAction::Task { text: "Draw up the instalments that were asked for".to_owned(), due_in_minutes: Some(DAY) };
    whole(vec![
        Row::new("promise_to_pay", "Promises to pay", Connected, Tone::Ok)
            .required(&["amount"])
            .then(NextAction::Callback)
            .stage("promised"),
        Row::new("paid_already", "Has paid already", Connected, Tone::Ok).required(&["notes"]).then(proof),
        Row::new("wants_instalments", "Wants instalments", Connected, Tone::Warn).then(plan),
        Row::new("disputes", "Disputes it", Connected, Tone::Live).required(&["notes"]).then(NextAction::Escalate),
        Row::new("refuses", "Refuses to pay", Connected, Tone::Live)
            .subs(&[("no_money", "Has no money"), ("no_reason", "Gives no reason")])
            .required(&["sub_code"])
            .then(NextAction::Escalate),
        Row::new("callback", "Call back", Connected, Tone::Warn).then(NextAction::Callback),
        Row::new("somebody_else", "Somebody else answered", Connected, Tone::Neutral)
            .then(NextAction::Reschedule { after_minutes: DAY }),
        Row::new("wrong_number", "Wrong number", Connected, Tone::Neutral)
            .then(NextAction::MarkInvalid)
            .stage("invalid"),
        Row::new("language_barrier", "Language barrier", Connected, Tone::Warn)
            .required(&[LANGUAGE_FIELD])
            .then(NextAction::ReassignByLanguage),
    ])
}
