//! A hold on a running or finished call.

use std::{sync::Arc, time::Duration};

use tokio::sync::{mpsc::UnboundedSender, watch};

use super::{
    document::Document,
    outcome::{CallOutcome, Happening, Moment},
    record::CallRecord,
};

/// What a running call can be told from outside.
#[derive(Debug)]
pub enum Command {
    Cue(String),
    Press(String),
    CustomerHangsUp,
    /// Over the REST API.
    Redirect(Instructions),
    /// Over the REST API.
    HangUp,
    Stop,
}

/// Where the application sends a live call.
#[derive(Debug)]
pub enum Instructions {
    Url { url: String, method: super::document::Method },
    Inline(Document),
}

#[derive(Debug, Clone)]
pub struct CallHandle {
    pub(super) sid: String,
    pub(super) record: watch::Receiver<CallRecord>,
    pub(super) timeline: watch::Receiver<Vec<Moment>>,
    pub(super) outcome: watch::Receiver<Option<Arc<CallOutcome>>>,
    pub(super) commands: UnboundedSender<Command>,
}

impl CallHandle {
    pub fn sid(&self) -> &str {
        &self.sid
    }

    pub fn record(&self) -> CallRecord {
        self.record.borrow().clone()
    }

    pub fn timeline(&self) -> Vec<Moment> {
        self.timeline.borrow().clone()
    }

    /// Lets the customer's step that awaits this cue go on.
    pub fn cue(&self, cue: &str) {
        self.tell(Command::Cue(cue.to_owned()));
    }

    /// The customer presses keys now.
    pub fn press(&self, digits: &str) {
        self.tell(Command::Press(digits.to_owned()));
    }

    /// The customer hangs up now.
    pub fn hang_up(&self) {
        self.tell(Command::CustomerHangsUp);
    }

    /// Waits for the end of the call. `None` when the simulated account was dropped before.
    pub async fn outcome(&self) -> Option<Arc<CallOutcome>> {
        let mut outcome = self.outcome.clone();
        let ended = outcome.wait_for(Option::is_some).await.ok()?;
        ended.clone()
    }

    /// Waits until something has happened in the call, at most `within`. Gives when.
    pub async fn wait_for(&self, within: Duration, is_it: impl Fn(&Happening) -> bool) -> Option<u64> {
        let mut timeline = self.timeline.clone();
        let found = |moments: &Vec<Moment>| moments.iter().find(|m| is_it(&m.what)).map(|m| m.at_ms);
        let reached = tokio::time::timeout(within, timeline.wait_for(|moments| found(moments).is_some())).await;
        reached.ok()?.ok().and_then(|moments| found(&moments))
    }

    /// A call that is over hears nothing, and that is no error.
    pub(super) fn tell(&self, command: Command) {
        let _over = self.commands.send(command);
    }
}
