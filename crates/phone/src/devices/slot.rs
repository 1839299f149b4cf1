//! Whether a stream has to be opened, replaced, closed or left: decided without touching a device.

use std::time::Duration;

use super::choice::Target;
use crate::state::DeviceProblem;

/// Wait after a failed try: short at first, because a sound server that is started anew is back within a moment.
const RETRY: Duration = Duration::from_millis(200);
const LONGEST_RETRY: Duration = Duration::from_secs(1);
/// A stream that calls back no more has lost its device, whether or not the system said so. Shorter, and a computer that
/// stands still for a moment would lose its devices as well; longer, and another headset takes over after a second.
const STALLED: Duration = Duration::from_millis(700);
/// As long may a new stream take to its first call.
pub(super) const FIRST_CALL: Duration = Duration::from_millis(1_500);

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Closed,
    /// `doubt`: why the one before failed, until this one has shown that it works.
    Open {
        target: Target,
        calls: u64,
        moved: Duration,
        doubt: Option<DeviceProblem>,
    },
    Failed {
        problem: DeviceProblem,
        retry_at: Duration,
    },
}

/// What is known from outside at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub wanted: bool,
    /// Device to use; `None`: there is not even a default one.
    pub target: Option<&'a Target>,
    /// Callbacks so far of the open stream.
    pub calls: u64,
    /// The open stream reported its end.
    pub broken: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Stay,
    Open(Target),
    /// Open this one beside the running stream, which it replaces once it works.
    Try(Target),
    Close,
}

#[derive(Debug, Clone)]
pub(crate) struct Slot {
    state: State,
    /// A stream of this kind ran before, so having none now is a loss.
    ran: bool,
    failures: u32,
}

impl Default for Slot {
    fn default() -> Self {
        Self { state: State::Closed, ran: false, failures: 0 }
    }
}

impl Slot {
    pub(crate) fn step(&mut self, facts: Facts<'_>, now: Duration) -> Step {
        if !facts.wanted {
            let was_open = matches!(self.state, State::Open { .. });
            // A failure stays on record, so that the screen still says it between calls.
            if was_open {
                self.state = State::Closed;
            }
            return if was_open { Step::Close } else { Step::Stay };
        }
        if let State::Open { target: open, calls, moved, doubt } = &mut self.state {
            if facts.calls != *calls {
                (*calls, *moved, *doubt, self.failures) = (facts.calls, now, None, 0);
            }
            let patience = if *calls == 0 { FIRST_CALL } else { STALLED };
            if facts.broken || now > *moved + patience {
                self.state = State::Failed { problem: DeviceProblem::Gone, retry_at: now };
                return Step::Close;
            }
            return match facts.target {
                Some(target) if target != open => Step::Try(target.clone()),
                _ => Step::Stay,
            };
        }
        if let State::Failed { retry_at, .. } = self.state
            && now < retry_at
        {
            return Step::Stay;
        }
        match facts.target {
            Some(target) => Step::Open(target.clone()),
            None => {
                self.failed(DeviceProblem::None, now);
                Step::Stay
            }
        }
    }

    pub(crate) fn opened(&mut self, target: Target, now: Duration) {
        self.ran = true;
        self.state = State::Open { target, calls: 0, moved: now, doubt: self.problem() };
    }

    pub(crate) fn failed(&mut self, problem: DeviceProblem, now: Duration) {
        let problem = if problem == DeviceProblem::None && self.ran { DeviceProblem::Gone } else { problem };
        self.failures = self.failures.saturating_add(1);
        let wait = (RETRY * self.failures).min(LONGEST_RETRY);
        self.state = State::Failed { problem, retry_at: now + wait };
    }

    /// The stream that runs now.
    pub(crate) fn open_id(&self) -> Option<&str> {
        match &self.state {
            State::Open { target, .. } => Some(&target.id),
            _ => None,
        }
    }

    pub(crate) const fn problem(&self) -> Option<DeviceProblem> {
        match self.state {
            State::Failed { problem, .. } => Some(problem),
            State::Open { doubt, .. } => doubt,
            State::Closed => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn target(id: &str) -> Target {
        Target { id: id.to_owned(), print: 0 }
    }

    fn wanted(target: &Target) -> Facts<'_> {
        Facts { wanted: true, target: Some(target), calls: 0, broken: false }
    }

    fn open() -> (Slot, Target) {
        let (mut slot, desk) = (Slot::default(), target("desk"));
        assert_eq!(slot.step(wanted(&desk), ms(0)), Step::Open(desk.clone()));
        slot.opened(desk.clone(), ms(0));
        (slot, desk)
    }

    #[test]
    fn a_stream_runs_only_while_it_is_wanted() {
        let (mut slot, desk) = open();
        assert_eq!(slot.step(Facts { calls: 1, ..wanted(&desk) }, ms(100)), Step::Stay);
        assert_eq!(slot.step(Facts { wanted: false, ..wanted(&desk) }, ms(200)), Step::Close);
        assert_eq!(slot.step(Facts { wanted: false, ..wanted(&desk) }, ms(300)), Step::Stay);
        assert_eq!(slot.problem(), None);
    }

    #[test]
    fn a_vanished_device_is_said_to_be_gone_and_used_again_when_it_is_back() {
        let (mut slot, desk) = open();
        assert_eq!(slot.step(Facts { broken: true, ..wanted(&desk) }, ms(100)), Step::Close);
        assert_eq!(slot.problem(), Some(DeviceProblem::Gone));
        assert_eq!(slot.step(wanted(&desk), ms(101)), Step::Open(desk.clone()));
        slot.failed(DeviceProblem::None, ms(102));
        assert_eq!(slot.problem(), Some(DeviceProblem::Gone));
        assert_eq!(slot.step(wanted(&desk), ms(250)), Step::Stay);
        assert_eq!(slot.step(wanted(&desk), ms(302)), Step::Open(desk.clone()));
        slot.opened(desk.clone(), ms(310));
        assert_eq!(slot.problem(), Some(DeviceProblem::Gone), "it has not shown yet that it works");
        assert_eq!(slot.step(Facts { calls: 1, ..wanted(&desk) }, ms(320)), Step::Stay);
        assert_eq!(slot.problem(), None);
    }

    #[test]
    fn tries_become_rarer_up_to_one_a_second() {
        let mut slot = Slot::default();
        for _ in 0..9 {
            slot.failed(DeviceProblem::None, ms(0));
        }
        assert_eq!(slot.step(wanted(&target("desk")), ms(999)), Step::Stay);
        assert_eq!(slot.step(wanted(&target("desk")), ms(1_000)), Step::Open(target("desk")));
    }

    #[test]
    fn a_stream_that_stopped_calling_back_counts_as_gone() {
        let (mut slot, desk) = open();
        assert_eq!(slot.step(Facts { calls: 5, ..wanted(&desk) }, ms(1_000)), Step::Stay);
        assert_eq!(slot.step(Facts { calls: 5, ..wanted(&desk) }, ms(1_700)), Step::Stay);
        assert_eq!(slot.step(Facts { calls: 5, ..wanted(&desk) }, ms(1_800)), Step::Close);
        assert_eq!(slot.problem(), Some(DeviceProblem::Gone));
    }

    #[test]
    fn another_choice_is_tried_beside_the_running_one() {
        let (mut slot, desk) = open();
        let headset = target("headset");
        assert_eq!(slot.step(wanted(&headset), ms(10)), Step::Try(headset.clone()));
        assert_eq!(slot.open_id(), Some("desk"), "sound goes on");
        slot.opened(headset.clone(), ms(20));
        assert_eq!(slot.step(Facts { calls: 1, ..wanted(&headset) }, ms(30)), Step::Stay);
        assert_eq!(slot.step(Facts { calls: 2, ..wanted(&desk) }, ms(40)), Step::Try(desk));
    }

    #[test]
    fn a_device_that_runs_differently_now_is_opened_anew() {
        let (mut slot, desk) = open();
        let narrower = Target { print: 8_000, ..desk };
        assert_eq!(slot.step(Facts { calls: 1, ..wanted(&narrower) }, ms(10)), Step::Try(narrower));
    }

    #[test]
    fn no_device_and_a_forbidden_one_are_told_apart() {
        let mut slot = Slot::default();
        let nothing = Facts { wanted: true, target: None, calls: 0, broken: false };
        assert_eq!(slot.step(nothing, ms(0)), Step::Stay);
        assert_eq!(slot.problem(), Some(DeviceProblem::None));
        slot.failed(DeviceProblem::Denied, ms(1));
        assert_eq!(slot.problem(), Some(DeviceProblem::Denied));
    }
}
