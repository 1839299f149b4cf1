//! Whether a flow can be run.

use super::{Destination, Flow, Menu};
use crate::{
    windows::HoursError,
    zone::{self, ClockError},
};

/// Keys of a telephone.
pub const KEYS: &str = "0123456789*#";
/// Characters of one spoken text.
const LONGEST_TEXT: usize = 2_000;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FlowError {
    #[error("{0}: at most {LONGEST_TEXT} characters can be spoken at once")]
    TextTooLong(&'static str),
    #[error("hours.{0}")]
    Hours(HoursError),
    #[error("hours.zone: {0}")]
    Zone(ClockError),
    #[error("hours.closed: say what callers hear outside the hours")]
    ClosedMissing,
    #[error("menu.prompt: say which key does what")]
    PromptMissing,
    #[error("menu.choices: expected at least one")]
    NoChoices,
    #[error("menu.choices: {0:?} is not a key; expected one of {KEYS}")]
    NotAKey(char),
    #[error("menu.timeout_s: expected 1 to 30")]
    Timeout,
    #[error("menu.retries: expected 0 to 5")]
    Retries,
}

/// # Errors
/// The first part of the flow that cannot be run.
pub fn check(flow: &Flow) -> Result<(), FlowError> {
    fits("greeting", &flow.greeting)?;
    fits("recording_notice", &flow.recording_notice)?;
    destination(&flow.then)?;
    if let Some(open) = &flow.hours {
        open.hours.check().map_err(FlowError::Hours)?;
        zone::zone(&open.zone).map_err(FlowError::Zone)?;
        fits("hours.closed", &open.closed)?;
        if open.closed.trim().is_empty() {
            return Err(FlowError::ClosedMissing);
        }
    }
    flow.menu.as_ref().map_or(Ok(()), menu)
}

fn menu(menu: &Menu) -> Result<(), FlowError> {
    fits("menu.prompt", &menu.prompt)?;
    fits("menu.invalid", &menu.invalid)?;
    if menu.prompt.trim().is_empty() {
        return Err(FlowError::PromptMissing);
    }
    if menu.choices.is_empty() {
        return Err(FlowError::NoChoices);
    }
    for (key, choice) in &menu.choices {
        if !KEYS.contains(*key) {
            return Err(FlowError::NotAKey(*key));
        }
        destination(&choice.to)?;
    }
    match menu {
        Menu { timeout_s: 0 | 31.., .. } => Err(FlowError::Timeout),
        Menu { retries: 6.., .. } => Err(FlowError::Retries),
        Menu { .. } => Ok(()),
    }
}

fn destination(to: &Destination) -> Result<(), FlowError> {
    match to {
        Destination::HangUp { say } => fits("say", say),
        Destination::OwnQueue | Destination::Queue { .. } => Ok(()),
    }
}

fn fits(field: &'static str, text: &str) -> Result<(), FlowError> {
    if text.chars().count() > LONGEST_TEXT { Err(FlowError::TextTooLong(field)) } else { Ok(()) }
}
