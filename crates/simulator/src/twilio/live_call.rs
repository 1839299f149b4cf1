//! One call from its first ring to its last webhook.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::{
    sync::{mpsc::unbounded_channel, watch},
    time::Instant,
};

use super::{
    account::Account,
    amd::{self, MachineDetection},
    callbacks::{Callbacks, Subscription},
    config::{Answer, Destination, Number},
    document::{Document, Method, Verb},
    handle::CallHandle,
    line::{Line, Stop},
    outcome::{CallOutcome, EndedBy, Happening, Moment},
    record::{CallRecord, Direction, Status},
    recorders,
};
use crate::customer::CustomerScript;

/// What the application asked for when it created a call.
#[derive(Debug)]
pub struct Order {
    pub to: String,
    pub from: String,
    pub first: FirstDocument,
    pub fallback_url: Option<String>,
    pub ring: Duration,
    pub time_limit: Option<Duration>,
    pub detection: Option<MachineDetection>,
    pub callbacks: Subscription,
    pub send_digits: Option<String>,
}

#[derive(Debug)]
pub enum FirstDocument {
    Url { url: String, method: Method },
    Inline(Document),
}

pub struct LiveCall {
    pub account: Arc<Account>,
    pub line: Line,
    pub fallback_url: Option<String>,
    record: watch::Sender<CallRecord>,
    timeline: watch::Sender<Vec<Moment>>,
    callbacks: Callbacks,
    born: Instant,
    lifted_ms: u64,
}

/// The two ends of a new call's books.
struct Opened {
    call: LiveCall,
    handle: CallHandle,
    outcome: watch::Sender<Option<Arc<CallOutcome>>>,
}

fn open(
    account: &Arc<Account>,
    record: CallRecord,
    script: Arc<CustomerScript>,
    callbacks: Subscription,
    longest: Duration,
) -> Opened {
    let (commands, receiver) = unbounded_channel();
    let sid = record.sid.clone();
    let (record, record_seen) = watch::channel(record);
    let (timeline, timeline_seen) = watch::channel(Vec::new());
    let (outcome, outcome_seen) = watch::channel(None);
    let handle = CallHandle { sid, record: record_seen, timeline: timeline_seen, outcome: outcome_seen, commands };
    let call = LiveCall {
        account: Arc::clone(account),
        line: Line::new(script, receiver, account.config.pace, longest),
        fallback_url: None,
        record,
        timeline,
        callbacks: Callbacks::new(account, callbacks),
        born: Instant::now(),
        lifted_ms: 0,
    };
    Opened { call, handle, outcome }
}

/// A customer calls a number of the account.
pub fn start_inbound(account: &Arc<Account>, from: &str, number: Number, script: Arc<CustomerScript>) -> CallHandle {
    let record = CallRecord::new(from, &number.number, Direction::Inbound, Timestamp::now());
    let told = Subscription::to_end(number.status_callback.clone());
    let Opened { mut call, handle, outcome } = open(account, record, script, told, account.config.longest_call);
    account.add_call(&handle, false);
    call.fallback_url = number.fallback_url.clone();
    tokio::spawn(async move {
        let ended = call.run_inbound(&number.voice_url).await;
        call.finish(ended, &outcome);
    });
    handle
}

/// The application calls somebody.
pub fn start_outbound(account: &Arc<Account>, order: Order) -> CallHandle {
    let record = CallRecord::new(&order.from, &order.to, Direction::OutboundApi, Timestamp::now());
    let destination = account.destination(&order.to);
    let script = destination.as_ref().map_or_else(|| CustomerScript::silent(&order.to), |d| Arc::clone(&d.script));
    let longest = order.time_limit.unwrap_or(account.config.longest_call);
    let Opened { mut call, handle, outcome } = open(account, record, script, order.callbacks.clone(), longest);
    account.add_call(&handle, true);
    call.fallback_url = order.fallback_url.clone();
    tokio::spawn(async move {
        let ended = call.run_outbound(order, destination).await;
        call.finish(ended, &outcome);
    });
    handle
}

impl LiveCall {
    pub fn record(&self) -> CallRecord {
        self.record.borrow().clone()
    }

    pub fn now_ms(&self) -> u64 {
        self.born.elapsed().as_millis() as u64
    }

    pub fn note(&self, what: Happening) {
        let at_ms = self.now_ms();
        self.timeline.send_modify(|moments| moments.push(Moment { at_ms, what }));
    }

    /// Writes a line into the debugger.
    pub fn complain(&self, code: u32, message: &str) {
        self.account.log(&self.record.borrow().sid, code, message);
        self.note(Happening::Error { code, message: message.to_owned() });
    }

    fn set_status(&mut self, status: Status) {
        let now = Timestamp::now();
        self.record.send_modify(|record| {
            record.status = status;
            if status == Status::InProgress {
                record.answered = Some(now);
            }
            if status.is_final() {
                record.ended = Some(now);
            }
        });
        self.note(Happening::Status(status));
        let record = self.record();
        self.callbacks.status(&record, now);
    }

    async fn run_inbound(&mut self, voice_url: &str) -> (EndedBy, Status) {
        self.set_status(Status::Ringing);
        self.line.lift();
        let first = match self.fetch(voice_url, Method::Post, Vec::new()).await {
            Ok(document) => document,
            Err(Stop::Replace(instructions)) => match self.follow(instructions).await {
                Ok(document) => document,
                Err(ended) => return (ended, Status::Canceled),
            },
            // The error announcement is only played to a call that was answered.
            Err(Stop::End(ended @ EndedBy::ApplicationError { .. })) => return (ended, Status::Failed),
            Err(Stop::End(ended)) => return (ended, Status::Canceled),
        };
        if let Some(Verb::Reject { busy }) = first.verbs.first() {
            self.note(Happening::Verb("Reject"));
            return (EndedBy::Rejected, if *busy { Status::Busy } else { Status::Failed });
        }
        self.set_status(Status::InProgress);
        (self.run_documents(first).await, Status::Completed)
    }

    async fn run_outbound(&mut self, order: Order, destination: Option<Destination>) -> (EndedBy, Status) {
        match self.reach(&order, destination.as_ref()).await {
            Ok(()) => {}
            Err(unreached) => return unreached,
        }
        self.lifted_ms = self.now_ms();
        self.line.lift();
        self.set_status(Status::InProgress);
        let ended = match self.answered(order, destination.as_ref()).await {
            Ok(document) => self.run_documents(document).await,
            Err(Stop::Replace(instructions)) => match self.follow(instructions).await {
                Ok(document) => self.run_documents(document).await,
                Err(ended) => ended,
            },
            Err(Stop::End(ended)) => ended,
        };
        (ended, Status::Completed)
    }

    /// Queue, dial and ring until somebody answers.
    async fn reach(&mut self, order: &Order, destination: Option<&Destination>) -> Result<(), (EndedBy, Status)> {
        let canceled = |stop| match stop {
            Stop::End(ended) => (ended, Status::Canceled),
            // A call that nobody has answered cannot be sent elsewhere.
            Stop::Replace(_) => (EndedBy::Api, Status::Canceled),
        };
        let queued = self.account.reserve_start();
        self.record.send_modify(|record| record.queue_ms = queued.as_millis() as u64);
        self.line.ring(queued).await.map_err(canceled)?;
        self.set_status(Status::Initiated);
        let Some(destination) = destination.filter(|destination| destination.answer != Answer::Fails) else {
            return Err((EndedBy::NotAnswered, Status::Failed));
        };
        self.set_status(Status::Ringing);
        let ringing = match destination.answer {
            Answer::Never => order.ring,
            Answer::Picks | Answer::Busy | Answer::Fails => Duration::from_millis(destination.ring_ms).min(order.ring),
        };
        self.line.ring(ringing).await.map_err(canceled)?;
        let gave_up = Duration::from_millis(destination.ring_ms) > order.ring;
        match destination.answer {
            Answer::Picks if !gave_up => Ok(()),
            Answer::Busy if !gave_up => Err((EndedBy::NotAnswered, Status::Busy)),
            Answer::Picks | Answer::Busy | Answer::Never | Answer::Fails => {
                Err((EndedBy::NotAnswered, Status::NoAnswer))
            }
        }
    }

    /// From the answer to the first document.
    async fn answered(&mut self, order: Order, destination: Option<&Destination>) -> Result<Document, Stop> {
        // Twilio ignores detection when keys are to be sent.
        let detection = order.detection.filter(|_| order.send_digits.is_none());
        if let (Some(detection), Some(destination)) = (detection, destination) {
            match detection.verdict_url {
                Some(url) => amd::tell_later(&self.account, self.record(), url, destination),
                None => {
                    self.line.silence(Duration::from_millis(destination.detection_ms)).await?;
                    self.record.send_modify(|record| record.answered_by = Some(destination.answered_by));
                }
            }
        }
        match order.first {
            FirstDocument::Url { url, method } => self.fetch(&url, method, Vec::new()).await,
            FirstDocument::Inline(document) => Ok(document),
        }
    }

    fn finish(mut self, (ended_by, status): (EndedBy, Status), outcome: &watch::Sender<Option<Arc<CallOutcome>>>) {
        self.set_status(status);
        let record = self.record();
        recorders::finish(&self.account, &record.sid);
        let timeline = self.timeline.borrow().clone();
        let customer = self.line.into_report(self.lifted_ms);
        outcome.send_replace(Some(Arc::new(CallOutcome { record, ended_by, timeline, customer })));
    }
}
