//! `<Dial>`: a second leg to another virtual telephone, bridged with the first.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::sync::{mpsc::unbounded_channel, watch};

use super::{
    callbacks::{Callbacks, Subscription},
    config::{Answer, Destination},
    document::{Dial, Method, Target, absolute},
    execute::Next,
    handle::CallHandle,
    line::Stop,
    live_call::LiveCall,
    outcome::{CallOutcome, EndedBy},
    record::{CallRecord, Direction, Status},
    webhooks::Fields,
};
use crate::{LINE_RATE, SILENCE, customer::Customer, party::Party};

/// The dialled leg.
struct Child {
    record: CallRecord,
    callbacks: Callbacks,
}

impl Child {
    fn set(&mut self, status: Status) {
        let now = Timestamp::now();
        self.record.status = status;
        if status == Status::InProgress {
            self.record.answered = Some(now);
        }
        if status.is_final() {
            self.record.ended = Some(now);
        }
        self.callbacks.status(&self.record, now);
    }
}

impl LiveCall {
    pub async fn dial(&mut self, dial: &Dial, base: &str) -> Result<Next, Stop> {
        let number = match &dial.target {
            Target::Number(number) => number,
            Target::Conference(room) => return self.confer(room, dial, base).await,
            Target::NotSimulated(noun) => {
                self.complain(12200, &format!("<Dial> of a {noun} is not simulated"));
                return self.after_dial(dial, base, "failed", None).await;
            }
        };
        let own = self.record();
        let caller_id = dial.caller_id.as_deref().unwrap_or(&own.from);
        let mut record = CallRecord::new(caller_id, number, Direction::OutboundDial, Timestamp::now());
        record.parent_sid = Some(own.sid.clone());
        let told = Subscription {
            url: dial.status_callback.as_deref().and_then(|url| absolute(base, url).ok()),
            method: Method::Post,
            events: dial.status_events.clone(),
        };
        let mut child = Child { record, callbacks: Callbacks::new(&self.account, told) };
        let destination = self.account.destination(number).filter(|found| found.answer != Answer::Fails);
        child.set(Status::Initiated);
        let status = match destination {
            None => Status::Failed,
            Some(destination) => match self.ring_child(&mut child, &destination, dial.timeout_s).await? {
                Some(unanswered) => unanswered,
                None => return self.bridge(child, &destination, dial, base).await,
            },
        };
        child.set(status);
        self.after_dial(dial, base, status.as_str(), Some(&child.record)).await
    }

    /// Plays the ringing tone. Gives the status of a leg that was not answered.
    async fn ring_child(
        &mut self,
        child: &mut Child,
        destination: &Destination,
        timeout_s: u64,
    ) -> Result<Option<Status>, Stop> {
        child.set(Status::Ringing);
        let longest = Duration::from_secs(timeout_s);
        let rings = match destination.answer {
            Answer::Never => longest,
            Answer::Picks | Answer::Busy | Answer::Fails => Duration::from_millis(destination.ring_ms).min(longest),
        };
        let samples = rings.as_millis() as usize * LINE_RATE as usize / 1000;
        let tone: Vec<i16> = media::tones::ringback(LINE_RATE).into_iter().cycle().take(samples).collect();
        if let Err(stop) = self.line.play(&tone, false).await {
            child.set(Status::Canceled);
            return Err(stop);
        }
        let gave_up = Duration::from_millis(destination.ring_ms) > longest;
        Ok(match destination.answer {
            Answer::Picks if !gave_up => None,
            Answer::Busy if !gave_up => Some(Status::Busy),
            Answer::Picks | Answer::Busy | Answer::Never | Answer::Fails => Some(Status::NoAnswer),
        })
    }

    /// Both hear each other until one hangs up.
    async fn bridge(
        &mut self,
        mut child: Child,
        destination: &Destination,
        dial: &Dial,
        base: &str,
    ) -> Result<Next, Stop> {
        child.set(Status::InProgress);
        let (outcome, handle) = self.open_child(&child.record);
        let mut party = Party::new(Customer::new(&destination.script));
        let ended = self.bridge_frames(&mut party).await;
        child.set(Status::Completed);
        let ended_by = match &ended {
            Ok(()) => EndedBy::Customer,
            Err(Stop::End(by)) => by.clone(),
            Err(Stop::Replace(_)) => EndedBy::Api,
        };
        let record = child.record.clone();
        let report = party.into_report(0);
        handle.record.send_replace(record.clone());
        outcome.send_replace(Some(Arc::new(CallOutcome { record, ended_by, timeline: Vec::new(), customer: report })));
        ended?;
        self.after_dial(dial, base, "completed", Some(&child.record)).await
    }

    async fn bridge_frames(&mut self, party: &mut Party) -> Result<(), Stop> {
        let (mut from_child, mut from_parent) = (SILENCE, SILENCE);
        loop {
            self.line.due().await?;
            let tick = party.exchange(&from_parent, true);
            if tick.hangs_up {
                return Ok(());
            }
            from_parent = self.line.exchange(&from_child, true)?;
            from_child = tick.frame;
        }
    }

    fn open_child(&self, record: &CallRecord) -> (watch::Sender<Option<Arc<CallOutcome>>>, ChildBooks) {
        let (commands, _nobody_obeys) = unbounded_channel();
        let (record_sender, record_seen) = watch::channel(record.clone());
        let (timeline_sender, timeline) = watch::channel(Vec::new());
        let (outcome_sender, outcome) = watch::channel(None);
        let handle = CallHandle { sid: record.sid.clone(), record: record_seen, timeline, outcome, commands };
        self.account.add_call(&handle, false);
        (outcome_sender, ChildBooks { record: record_sender, _timeline: timeline_sender })
    }

    pub(super) async fn after_dial(
        &mut self,
        dial: &Dial,
        base: &str,
        status: &str,
        child: Option<&CallRecord>,
    ) -> Result<Next, Stop> {
        let Some(action) = &dial.action else { return Ok(Next::Verb) };
        let mut fields: Fields = vec![("DialCallStatus".to_owned(), status.to_owned())];
        if let Some(child) = child {
            fields.push(("DialCallSid".to_owned(), child.sid.clone()));
            fields.push(("DialBridged".to_owned(), child.answered.is_some().to_string()));
            if let (Some(seconds), true) = (child.duration_s(), child.answered.is_some()) {
                fields.push(("DialCallDuration".to_owned(), seconds.to_string()));
            }
        }
        self.go_to(base, action, dial.method, fields).await.map(Next::Document)
    }
}

/// Keeps the child's channels open while it is bridged.
struct ChildBooks {
    record: watch::Sender<CallRecord>,
    _timeline: watch::Sender<Vec<super::outcome::Moment>>,
}
