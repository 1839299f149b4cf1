//! One step of a flow.

use super::{Destination, Flow, IvrEffect, IvrEvent, IvrState, Menu, Outcome};
use crate::{
    time::UnixMillis,
    windows::{self, Window},
};

type Step = (IvrState, Vec<IvrEffect>);

/// Total: an event that does not fit the state leaves it as it is, without effects.
pub fn step(flow: &Flow, state: &IvrState, event: IvrEvent, now: UnixMillis) -> Step {
    match (state, event) {
        (IvrState::New, IvrEvent::Started) => begin(flow, now),
        (IvrState::Welcoming { .. }, IvrEvent::Key { key }) => (IvrState::Welcoming { early: Some(key) }, Vec::new()),
        (IvrState::Welcoming { early }, IvrEvent::Said) => welcomed(flow, *early),
        (IvrState::Prompting { repeats }, IvrEvent::Said) => match &flow.menu {
            Some(menu) => {
                let wait = IvrEffect::AwaitKey { timeout_s: menu.timeout_s };
                (IvrState::Awaiting { repeats: *repeats }, vec![wait])
            }
            None => go(&flow.then, None),
        },
        (IvrState::Prompting { repeats }, IvrEvent::Key { key }) => {
            let (state, mut effects) = pressed(flow, key, *repeats);
            effects.insert(0, IvrEffect::StopSaying);
            (state, effects)
        }
        (IvrState::Awaiting { repeats }, IvrEvent::Key { key }) => pressed(flow, key, *repeats),
        (IvrState::Awaiting { repeats }, IvrEvent::TimedOut) => again(flow, *repeats, false),
        (IvrState::Closing, IvrEvent::Said) => leave(Outcome::HangUp),
        (
            IvrState::New
            | IvrState::Welcoming { .. }
            | IvrState::Prompting { .. }
            | IvrState::Awaiting { .. }
            | IvrState::Closing
            | IvrState::Done,
            IvrEvent::Started | IvrEvent::Said | IvrEvent::Key { .. } | IvrEvent::TimedOut,
        ) => (state.clone(), Vec::new()),
    }
}

fn begin(flow: &Flow, now: UnixMillis) -> Step {
    if let Some(open) = &flow.hours
        && matches!(windows::look(&open.hours, &open.zone, now), Ok(Window::Closed { .. }))
    {
        return go(&Destination::HangUp { say: open.closed.clone() }, None);
    }
    // Spoken as one, so that no silence invites the caller to speak in between.
    let text = [flow.greeting.trim(), flow.recording_notice.trim()].into_iter().filter(|text| !text.is_empty());
    let text = text.collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return welcomed(flow, None);
    }
    (IvrState::Welcoming { early: None }, vec![IvrEffect::Say { text }])
}

fn welcomed(flow: &Flow, early: Option<char>) -> Step {
    match (&flow.menu, early) {
        (None, _) => go(&flow.then, None),
        (Some(menu), Some(key)) if menu.choices.contains_key(&key) => pressed(flow, key, 0),
        (Some(menu), _) => prompt(menu, 0, false),
    }
}

fn pressed(flow: &Flow, key: char, repeats: u32) -> Step {
    match flow.menu.as_ref().and_then(|menu| menu.choices.get(&key)) {
        Some(choice) => go(&choice.to, Some(&choice.label)),
        None => again(flow, repeats, true),
    }
}

/// Repeats the prompt as often as the menu allows; then the caller goes where people without a choice go.
fn again(flow: &Flow, repeats: u32, wrong_key: bool) -> Step {
    match &flow.menu {
        Some(menu) if repeats < menu.retries => prompt(menu, repeats + 1, wrong_key),
        Some(_) | None => go(&flow.then, None),
    }
}

fn prompt(menu: &Menu, repeats: u32, wrong_key: bool) -> Step {
    let invalid = menu.invalid.trim();
    let text =
        if wrong_key && !invalid.is_empty() { format!("{invalid} {}", menu.prompt) } else { menu.prompt.clone() };
    (IvrState::Prompting { repeats }, vec![IvrEffect::Say { text }])
}

fn go(to: &Destination, choice: Option<&str>) -> Step {
    let choice = choice.map(ToOwned::to_owned);
    match to {
        Destination::OwnQueue => leave(Outcome::OwnQueue { choice }),
        Destination::Queue { queue_id } => leave(Outcome::Queue { queue_id: *queue_id, choice }),
        Destination::HangUp { say } if say.trim().is_empty() => leave(Outcome::HangUp),
        Destination::HangUp { say } => (IvrState::Closing, vec![IvrEffect::Say { text: say.clone() }]),
    }
}

fn leave(outcome: Outcome) -> Step {
    (IvrState::Done, vec![IvrEffect::Leave { outcome }])
}
