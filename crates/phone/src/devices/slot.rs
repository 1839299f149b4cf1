//! Whether a stream has to be opened, closed or left: decided without touching a device.

use std::time::Duration;

use crate::state::DeviceProblem;

/// Wait after a failed try; a device that comes back is in use this much later at most.
const RETRY: Duration = Duration::from_secs(1);
/// A stream that calls back no more has lost its device, whether or not the system said so. Shorter, and a computer that
/// stands still for a moment would lose its devices as well; longer, and another headset takes over after a second.
const STALLED: Duration = Duration::from_millis(700);
/// As long may a new stream take to its first call.
const FIRST_CALL: Duration = Duration::from_millis(1_500);

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Closed,
    /// `doubt`: why the one before failed, until this one has shown that it works.
    Open {
        id: String,
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
    pub target: Option<&'a str>,
    /// Callbacks so far of the open stream.
    pub calls: u64,
    /// The open stream reported its end.
    pub broken: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Stay,
    Open(String),
    Close,
}

#[derive(Debug, Clone)]
pub(crate) struct Slot {
    state: State,
    /// A stream of this kind ran before, so having none now is a loss.
    ran: bool,
}

impl Default for Slot {
    fn default() -> Self {
        Self { state: State::Closed, ran: false }
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
        if let State::Open { id, calls, moved, doubt } = &mut self.state {
            if facts.calls != *calls {
                (*calls, *moved, *doubt) = (facts.calls, now, None);
            }
            let patience = if *calls == 0 { FIRST_CALL } else { STALLED };
            if facts.broken || now > *moved + patience {
                self.state = State::Failed { problem: DeviceProblem::Gone, retry_at: now };
                return Step::Close;
            }
            if facts.target.is_none_or(|target| target == id) {
                return Step::Stay;
            }
            self.state = State::Closed;
            return Step::Close;
        }
        if let State::Failed { retry_at, .. } = self.state
            && now < retry_at
        {
            return Step::Stay;
        }
        match facts.target {
            Some(target) => Step::Open(target.to_owned()),
            None => {
                self.failed(DeviceProblem::None, now);
                Step::Stay
            }
        }
    }

    pub(crate) fn opened(&mut self, id: String, now: Duration) {
        self.ran = true;
        self.state = State::Open { id, calls: 0, moved: now, doubt: self.problem() };
    }

    pub(crate) fn failed(&mut self, problem: DeviceProblem, now: Duration) {
        let problem = if problem == DeviceProblem::None && self.ran { DeviceProblem::Gone } else { problem };
        self.state = State::Failed { problem, retry_at: now + RETRY };
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

    const WANTED: Facts<'static> = Facts { wanted: true, target: Some("desk"), calls: 0, broken: false };

    fn open() -> Slot {
        let mut slot = Slot::default();
        assert_eq!(slot.step(WANTED, ms(0)), Step::Open("desk".to_owned()));
        slot.opened("desk".to_owned(), ms(0));
        slot
    }

    #[test]
    fn a_stream_runs_only_while_it_is_wanted() {
        let mut slot = open();
        assert_eq!(slot.step(Facts { calls: 1, ..WANTED }, ms(100)), Step::Stay);
        assert_eq!(slot.step(Facts { wanted: false, ..WANTED }, ms(200)), Step::Close);
        assert_eq!(slot.step(Facts { wanted: false, ..WANTED }, ms(300)), Step::Stay);
        assert_eq!(slot.problem(), None);
    }

    #[test]
    fn a_vanished_device_is_said_to_be_gone_and_used_again_when_it_is_back() {
        let mut slot = open();
        assert_eq!(slot.step(Facts { broken: true, ..WANTED }, ms(100)), Step::Close);
        assert_eq!(slot.problem(), Some(DeviceProblem::Gone));
        assert_eq!(slot.step(WANTED, ms(101)), Step::Open("desk".to_owned()));
        slot.failed(DeviceProblem::None, ms(102));
        assert_eq!(slot.problem(), Some(DeviceProblem::Gone));
        assert_eq!(slot.step(WANTED, ms(900)), Step::Stay);
        assert_eq!(slot.step(WANTED, ms(1_102)), Step::Open("desk".to_owned()));
        slot.opened("desk".to_owned(), ms(1_110));
        assert_eq!(slot.problem(), Some(DeviceProblem::Gone), "it has not shown yet that it works");
        assert_eq!(slot.step(Facts { calls: 1, ..WANTED }, ms(1_120)), Step::Stay);
        assert_eq!(slot.problem(), None);
    }

    #[test]
    fn a_stream_that_stopped_calling_back_counts_as_gone() {
        let mut slot = open();
        assert_eq!(slot.step(Facts { calls: 5, ..WANTED }, ms(1_000)), Step::Stay);
        assert_eq!(slot.step(Facts { calls: 5, ..WANTED }, ms(1_700)), Step::Stay);
        assert_eq!(slot.step(Facts { calls: 5, ..WANTED }, ms(1_800)), Step::Close);
        assert_eq!(slot.problem(), Some(DeviceProblem::Gone));
    }

    #[test]
    fn another_choice_takes_over_at_once() {
        let mut slot = open();
        let other = Facts { target: Some("headset"), ..WANTED };
        assert_eq!(slot.step(other, ms(10)), Step::Close);
        assert_eq!(slot.step(other, ms(10)), Step::Open("headset".to_owned()));
    }

    #[test]
    fn no_device_and_a_forbidden_one_are_told_apart() {
        let mut slot = Slot::default();
        assert_eq!(slot.step(Facts { target: None, ..WANTED }, ms(0)), Step::Stay);
        assert_eq!(slot.problem(), Some(DeviceProblem::None));
        slot.failed(DeviceProblem::Denied, ms(1));
        assert_eq!(slot.problem(), Some(DeviceProblem::Denied));
    }
}
