//! Of campaigns that ask for opinions.

use super::{Row, whole};
use crate::dispositions::{Disposition, Group::Connected, LANGUAGE_FIELD, NextAction, Tone};

pub(super) fn set() -> Vec<Disposition> {
    whole(vec![
        Row::new("completed", "Completed", Connected, Tone::Ok).stage("surveyed"),
        Row::new("partly", "Partly answered", Connected, Tone::Warn).then(NextAction::Callback),
        Row::new("refused", "Does not want to", Connected, Tone::Neutral).stage("lost"),
        Row::new("not_concerned", "Does not belong to the group", Connected, Tone::Neutral).stage("lost"),
        Row::new("later", "Not now", Connected, Tone::Neutral)
            .then(NextAction::Nurture { sequence: "survey_reminder".to_owned(), after_days: 7 }),
        Row::new("wrong_number", "Wrong number", Connected, Tone::Neutral)
            .then(NextAction::MarkInvalid)
            .stage("invalid"),
        Row::new("language_barrier", "Language barrier", Connected, Tone::Warn)
            .required(&[LANGUAGE_FIELD])
            .then(NextAction::ReassignByLanguage),
    ])
}
