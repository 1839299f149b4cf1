//! One of the uses of a device (microphone, speaker, ringer) and the stream that serves it.

use std::time::Duration;

use super::{
    choice::{Barred, Target},
    host::Running,
    slot::{FIRST_CALL, Facts, Slot, Step},
};
use crate::state::DeviceProblem;

/// A stream that is opened beside the running one and takes over with its first callback, so that nobody hears the change.
struct Trial<E> {
    target: Target,
    running: Running,
    end: E,
    since: Duration,
}

/// `E`: the sound thread's end of a stream.
pub(super) struct Line<E> {
    name: &'static str,
    slot: Slot,
    running: Option<Running>,
    trial: Option<Trial<E>>,
    barred: Barred,
}

impl<E> Line<E> {
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, slot: Slot::default(), running: None, trial: None, barred: Barred::default() }
    }

    pub(super) const fn barred(&self) -> &Barred {
        &self.barred
    }

    pub(super) const fn problem(&self) -> Option<DeviceProblem> {
        self.slot.problem()
    }

    pub(super) fn open_id(&self) -> Option<&str> {
        self.slot.open_id()
    }

    /// A device was plugged in: what it did before is forgotten.
    pub(super) fn appeared(&mut self, id: &str) {
        self.barred.clear(id);
    }

    /// `hand` gives the sound thread its end; `None` takes it away.
    pub(super) fn run(
        &mut self,
        wanted: bool,
        target: Option<&Target>,
        now: Duration,
        open: impl Fn(&str) -> Result<(Running, E), DeviceProblem>,
        mut hand: impl FnMut(Option<E>),
    ) {
        self.watch_trial(wanted, target, now, &mut hand);
        let facts = Facts {
            wanted,
            target,
            calls: self.running.as_ref().map_or(0, Running::calls),
            broken: self.running.as_ref().is_some_and(Running::is_broken),
        };
        let was_open = self.slot.open_id().map(str::to_owned);
        match self.slot.step(facts, now) {
            Step::Stay => {}
            Step::Close => {
                tracing::info!(line = self.name, problem = ?self.slot.problem(), "device closed");
                // One that ran and stands still is opened again first: on a busy computer that is all it takes.
                let never_ran = facts.broken || facts.calls == 0;
                if let (Some(id), true, true) = (was_open, never_ran, self.slot.problem().is_some()) {
                    self.barred.bar(&id, now);
                }
                hand(None);
                self.running = None;
            }
            Step::Open(target) => match open(&target.id) {
                Ok((stream, end)) => {
                    tracing::info!(line = self.name, id = target.id, "device opened");
                    hand(Some(end));
                    self.running = Some(stream);
                    self.slot.opened(target, now);
                }
                Err(problem) => {
                    self.barred.bar(&target.id, now);
                    self.slot.failed(problem, now);
                }
            },
            Step::Try(target) => self.try_beside(target, now, open),
        }
    }

    fn try_beside(
        &mut self,
        target: Target,
        now: Duration,
        open: impl Fn(&str) -> Result<(Running, E), DeviceProblem>,
    ) {
        if self.trial.is_some() {
            return;
        }
        match open(&target.id) {
            Ok((running, end)) => self.trial = Some(Trial { target, running, end, since: now }),
            Err(problem) => {
                tracing::info!(
                    line = self.name,
                    id = target.id,
                    ?problem,
                    "another device does not work; this one stays"
                );
                self.barred.bar(&target.id, now);
            }
        }
    }

    /// The trial ends: it has shown that it works, it has not in time, or it is not what is wanted any more.
    fn watch_trial(&mut self, wanted: bool, target: Option<&Target>, now: Duration, hand: &mut impl FnMut(Option<E>)) {
        let Some(trial) = self.trial.take() else { return };
        if !wanted || target != Some(&trial.target) {
            return;
        }
        if trial.running.is_broken() || now > trial.since + FIRST_CALL {
            self.barred.bar(&trial.target.id, now);
            return;
        }
        // With nothing running there is nothing to lose by starting early.
        if trial.running.calls() == 0 && self.running.is_some() {
            self.trial = Some(trial);
            return;
        }
        tracing::info!(line = self.name, id = trial.target.id, "device taken over");
        self.barred.clear(&trial.target.id);
        hand(Some(trial.end));
        self.running = Some(trial.running);
        self.slot.opened(trial.target, now);
    }
}
