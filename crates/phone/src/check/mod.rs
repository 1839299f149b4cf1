//! The check before a shift: the person says a sentence, the server sends it back four seconds later, and both ways are
//! measured. Ten seconds in all.
//!
//! What is measured is read off the sound engine; what it means is decided in `domain::device_check`.

mod marker;
mod measure;
mod run;

use domain::device_check::{CheckFigures, CheckLine, CheckVerdict};
use serde::Serialize;

/// How far a check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckPhase {
    /// Devices and connection are opened.
    Preparing,
    /// The person is to say something.
    Speaking,
    /// They hear themselves.
    Listening,
    Judging,
    Done,
    /// A call came, or the person is not signed in.
    Stopped,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckProgress {
    pub phase: CheckPhase,
    /// 0 to 1 of the whole.
    pub progress: f32,
    pub result: Option<CheckResult>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckResult {
    pub verdict: CheckVerdict,
    pub lines: Vec<CheckLine>,
    pub figures: CheckFigures,
    /// The server has it, so that supervisors can read it.
    pub stored: bool,
}
