//! The outcomes that a campaign starts with.

use super::{Disposition, Group, LANGUAGE_FIELD, LEFT_VOICEMAIL, NextAction, SetKind, SubDisposition, Tone};

mod collections;
mod service;
mod survey;

/// What a campaign of this kind starts with.
pub fn set_of(kind: SetKind) -> Vec<Disposition> {
    match kind {
        SetKind::Sales => default_set(),
        SetKind::Service => service::set(),
        SetKind::Collections => collections::set(),
        SetKind::Survey => survey::set(),
    }
}

/// What every kind of campaign has when nobody was reached.
fn not_reached() -> Vec<Row> {
    use Group::NotConnected;
    vec![
        Row::new("busy", "Busy", NotConnected, Tone::Neutral).then(NextAction::Retry { after_minutes: 30 }),
        Row::new("no_answer", "No answer", NotConnected, Tone::Neutral)
            .then(NextAction::Retry { after_minutes: 2 * HOUR }),
        Row::new("out_of_service", "Out of service", NotConnected, Tone::Neutral)
            .then(NextAction::MarkInvalid)
            .stage("invalid"),
        Row::new("switched_off", "Switched off", NotConnected, Tone::Neutral)
            .then(NextAction::Retry { after_minutes: 4 * HOUR }),
        Row::new(LEFT_VOICEMAIL, "Left voicemail", NotConnected, Tone::Neutral)
            .then(NextAction::Retry { after_minutes: DAY }),
    ]
}

/// What every kind of campaign has besides its own.
fn special() -> Vec<Row> {
    use Group::Special;
    vec![
        Row::new("do_not_call", "Do not call again", Special, Tone::Live).then(NextAction::DoNotCall).stage("lost"),
        Row::new("escalate", "Escalate", Special, Tone::Live).required(&["notes"]).then(NextAction::Escalate),
    ]
}

fn whole(own: Vec<Row>) -> Vec<Disposition> {
    own.into_iter().chain(not_reached()).chain(special()).map(|Row(disposition)| disposition).collect()
}

const HOUR: u32 = 60;
const DAY: u32 = 24 * HOUR;

/// Thirteen outcomes in three groups, in the order of their keys on the agent's screen.
pub fn default_set() -> Vec<Disposition> {
    use Group::{Connected, Special};
    let details =
        NextAction::Task { text: "Send the details that were asked for".to_owned(), due_in_minutes: Some(DAY) };
    let ticket =
        NextAction::Task { text: "Look into the technical problem".to_owned(), due_in_minutes: Some(4 * HOUR) };
    let own = vec![
        Row::new("interested", "Interested", Connected, Tone::Ok)
            .subs(&[
                ("wants_details", "Wants details"),
                ("wants_visit", "Wants a visit"),
                ("ready_to_buy", "Ready to buy"),
            ])
            .required(&["sub_code"])
            .then(details)
            .stage("qualified"),
        Row::new("not_interested", "Not interested", Connected, Tone::Neutral)
            .subs(&[
                ("price", "Price"),
                ("location", "Location"),
                ("bought_elsewhere", "Bought elsewhere"),
                ("no_need", "No need"),
            ])
            .required(&["sub_code"])
            .stage("lost"),
        Row::new("callback", "Call back", Connected, Tone::Warn).then(NextAction::Callback).stage("contacted"),
        Row::new("wrong_number", "Wrong number", Connected, Tone::Neutral)
            .then(NextAction::MarkInvalid)
            .stage("invalid"),
        Row::new("language_barrier", "Language barrier", Connected, Tone::Warn)
            .required(&[LANGUAGE_FIELD])
            .then(NextAction::ReassignByLanguage),
    ];
    let technical =
        Row::new("technical_issue", "Technical issue", Special, Tone::Warn).required(&["notes"]).then(ticket);
    own.into_iter()
        .chain(not_reached())
        .chain(special())
        .chain([technical])
        .map(|Row(disposition)| disposition)
        .collect()
}

struct Row(Disposition);

impl Row {
    fn new(code: &str, label: &str, group: Group, tone: Tone) -> Self {
        Self(Disposition {
            code: code.to_owned(),
            label: label.to_owned(),
            group,
            tone,
            sub_codes: Vec::new(),
            required: Vec::new(),
            next_action: NextAction::None,
            stage: None,
            shortcut: None,
        })
    }

    fn subs(mut self, subs: &[(&str, &str)]) -> Self {
        self.0.sub_codes = subs
            .iter()
            .map(|(code, label)| SubDisposition { code: (*code).to_owned(), label: (*label).to_owned() })
            .collect();
        self
    }

    fn required(mut self, keys: &[&str]) -> Self {
        self.0.required = keys.iter().map(|key| (*key).to_owned()).collect();
        self
    }

    fn then(mut self, next_action: NextAction) -> Self {
        self.0.next_action = next_action;
        self
    }

    fn stage(mut self, stage: &str) -> Self {
        self.0.stage = Some(stage.to_owned());
        self
    }
}
