//! Of campaigns that help people who have bought.

use super::{DAY, HOUR, Row, whole};
use crate::dispositions::{Disposition, Group::Connected, LANGUAGE_FIELD, NextAction, Tone};

pub(super) fn set() -> Vec<Disposition> {
    let ticket =
        NextAction::Task { text: "Look into the technical problem".to_owned(), due_in_minutes: Some(4 * HOUR) };
    whole(vec![
        Row::new("resolved", "Resolved", Connected, Tone::Ok)
            .subs(&[("explained", "Explained"), ("corrected", "Corrected"), ("replaced", "Replaced")])
            .required(&["sub_code"])
            .stage("served"),
        Row::new("ticket", "Needs a technician", Connected, Tone::Warn).required(&["notes"]).then(ticket),
        Row::new("visit", "Wants a visit", Connected, Tone::Warn).then(NextAction::Visit { due_in_minutes: DAY }),
        Row::new("check_again", "Ask again whether it works", Connected, Tone::Neutral)
            .then(NextAction::Reschedule { after_minutes: 2 * DAY }),
        Row::new("callback", "Call back", Connected, Tone::Warn).then(NextAction::Callback),
        Row::new("complaint", "Complaint", Connected, Tone::Live).required(&["notes"]).then(NextAction::Escalate),
        Row::new("wrong_number", "Wrong number", Connected, Tone::Neutral)
            .then(NextAction::MarkInvalid)
            .stage("invalid"),
        Row::new("language_barrier", "Language barrier", Connected, Tone::Warn)
            .required(&[LANGUAGE_FIELD])
            .then(NextAction::ReassignByLanguage),
    ])
}
