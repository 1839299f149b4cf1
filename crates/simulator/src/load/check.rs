//! One call looked at from all its sides: the customer's telephone, the agent's headset, and what the server kept.

use std::fmt;

use domain::intelligence::Speaker;
use serde::Serialize;

use wire::sound::{SideSound, SoundPoint};

use super::observer::KeptCall;
use crate::{PartyReport, agent::AgentCall, customer::SaidLine, speech_service, twilio::CallOutcome};

/// Talk and recording begin and end a moment apart: the recorder starts with the next 20 ms turn, and the log has the
/// instants at which it was told.
const LENGTH_TOLERANCE_MS: u64 = 300;

/// Lines of one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Lines {
    pub said: usize,
    /// Recognised in what the other side heard.
    pub heard: usize,
    /// In the transcript, on the right side.
    pub transcribed: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CallCheck {
    pub call: String,
    pub talk_ms: u64,
    pub recorded_ms: u64,
    pub gaps: usize,
    /// All gaps together.
    pub hole_ms: u64,
    pub stored: bool,
    pub analysed: bool,
    pub customer: Lines,
    pub agent: Lines,
    /// Estimated quality (1 to 4.5) of the worst second of each side, where it was measured.
    pub worst_agent_mos: Option<f32>,
    pub worst_customer_mos: Option<f32>,
    /// Packets of the agent's device that were lost, as a part of all.
    pub agent_loss: f32,
}

impl CallCheck {
    /// The recording is as long as the talk, and has no hole and no missing line.
    pub fn is_whole(&self) -> bool {
        let all = |lines: &Lines| lines.transcribed == lines.said;
        self.is_kept() && self.gaps == 0 && all(&self.customer) && all(&self.agent)
    }

    /// Stored, as long as the talk, with one hole at most.
    pub fn is_kept(&self) -> bool {
        self.stored && self.gaps <= 1 && self.talk_ms.abs_diff(self.recorded_ms) <= LENGTH_TOLERANCE_MS
    }

    /// Each side heard every line of the other.
    pub fn is_heard(&self) -> bool {
        self.customer.heard == self.customer.said && self.agent.heard == self.agent.said
    }
}

impl fmt::Display for CallCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = |lines: &Lines| format!("{}/{}/{}", lines.said, lines.heard, lines.transcribed);
        write!(
            f,
            "{} talk {} ms, recorded {} ms, {} gaps, stored {}, analysed {}; lines said/heard/transcribed: customer {}, agent {}",
            self.call,
            self.talk_ms,
            self.recorded_ms,
            self.gaps,
            self.stored,
            self.analysed,
            lines(&self.customer),
            lines(&self.agent),
        )
    }
}

/// Compares what was said with what was heard and kept. Takes seconds of CPU for minutes of sound.
pub fn check(outcome: &CallOutcome, agent: &AgentCall, kept: &KeptCall) -> CallCheck {
    let sound = &kept.sound.points;
    let worst = |of: fn(&SoundPoint) -> Option<SideSound>| sound.iter().filter_map(|one| of(one)?.mos).reduce(f32::min);
    let losses: Vec<f32> = sound.iter().filter_map(|point| point.agent?.loss).collect();
    let talk = agent.talk.as_ref();
    let heard_by_agent = talk.map(recognised).unwrap_or_default();
    let said_by_agent = talk.map(|talk| talk.lines.as_slice()).unwrap_or_default();
    let receipt = kept.receipt();
    CallCheck {
        call: kept.detail.row.id.to_string(),
        talk_ms: kept.detail.row.talk_ms,
        recorded_ms: receipt.and_then(|receipt| receipt.duration_ms).unwrap_or(0),
        gaps: receipt.map_or(0, |receipt| receipt.gaps.len()),
        hole_ms: receipt.map_or(0, |receipt| receipt.gaps.iter().map(|gap| gap.to_ms - gap.from_ms).sum()),
        stored: kept.is_stored(),
        analysed: kept.is_analysed(),
        customer: lines(&outcome.customer.lines, &heard_by_agent, &kept.said_by(Speaker::Customer)),
        agent: lines(said_by_agent, &recognised(&outcome.customer), &kept.said_by(Speaker::Agent)),
        worst_agent_mos: worst(|point| point.agent),
        worst_customer_mos: worst(|point| point.customer),
        agent_loss: losses.iter().sum::<f32>() / losses.len().max(1) as f32,
    }
}

/// Ids of the lines in what somebody heard.
fn recognised(party: &PartyReport) -> Vec<&'static str> {
    speech_service::listen(&party.heard).into_iter().filter_map(|heard| heard.line).collect()
}

fn lines(said: &[SaidLine], heard: &[&str], transcribed: &[&str]) -> Lines {
    Lines {
        said: said.len(),
        heard: said.iter().filter(|line| heard.contains(&line.line.as_str())).count(),
        transcribed: said.iter().filter(|line| transcribed.contains(&line.text.as_str())).count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> CallCheck {
        let lines = Lines { said: 6, heard: 6, transcribed: 6 };
        CallCheck {
            call: String::new(),
            talk_ms: 60_000,
            recorded_ms: 60_120,
            gaps: 0,
            hole_ms: 0,
            stored: true,
            analysed: true,
            customer: lines,
            agent: lines,
            worst_agent_mos: None,
            worst_customer_mos: None,
            agent_loss: 0.0,
        }
    }

    #[test]
    fn a_recording_is_whole_when_nothing_of_the_talk_is_missing() {
        assert!(whole().is_whole() && whole().is_heard());
        assert!(!CallCheck { recorded_ms: 59_500, ..whole() }.is_whole());
        assert!(!CallCheck { gaps: 1, ..whole() }.is_whole() && CallCheck { gaps: 1, ..whole() }.is_kept());
        assert!(!CallCheck { gaps: 2, ..whole() }.is_kept());
        assert!(!CallCheck { stored: false, ..whole() }.is_whole());
        let short = Lines { said: 6, heard: 5, transcribed: 5 };
        assert!(!CallCheck { agent: short, ..whole() }.is_whole());
        assert!(!CallCheck { customer: short, ..whole() }.is_heard());
    }

    #[test]
    fn lines_are_counted_by_what_arrived() {
        let said = |line: &str| SaidLine { line: line.to_owned(), text: format!("<{line}>"), start_ms: 0, end_ms: 1 };
        let counted = lines(&[said("a"), said("b"), said("c")], &["a", "c", "x"], &["<b>"]);
        assert_eq!(counted, Lines { said: 3, heard: 2, transcribed: 1 });
    }
}
