//! One telephone call of the account: its record, its line, and who may tell it what.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::{
    sync::{
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
        watch,
    },
    time::{Instant, Interval, MissedTickBehavior},
};

use super::{account::Account, words};
use crate::{
    FRAME_MS, Frame,
    customer::{Customer, CustomerScript},
    party::{Party, PartyReport},
    twilio::Direction,
};

/// Who or what ended a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    Customer,
    /// The flow came to its end.
    Flow,
    /// The called telephone was busy, was not answered or does not exist.
    NotAnswered,
    /// The application could not be asked.
    Application(String),
    TimeLimit,
    Stopped,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    Asked {
        applet: &'static str,
        status: u16,
    },
    Greeting {
        text: String,
    },
    StreamOpened,
    /// The application sent the first audible frame.
    StreamAudio,
    StreamClosed,
    Reported {
        event: &'static str,
        content_type: &'static str,
        status: u16,
    },
}

#[derive(Debug, Clone)]
pub struct Record {
    pub sid: String,
    /// E.164.
    pub from: String,
    pub to: String,
    pub direction: Direction,
    pub reference: Option<String>,
    /// Exotel's word.
    pub status: &'static str,
    pub created: Timestamp,
    pub answered: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    pub recording_url: Option<String>,
    pub happened: Vec<Happening>,
}

#[derive(Debug, Clone)]
pub struct CallOutcome {
    pub record: Record,
    pub ended: Ended,
    pub customer: PartyReport,
}

#[derive(Debug)]
pub enum Command {
    Cue(String),
    Press(String),
    HangUp,
}

#[derive(Debug, Clone)]
pub struct CallHandle {
    sid: String,
    pub(super) record: watch::Receiver<Record>,
    outcome: watch::Receiver<Option<Arc<CallOutcome>>>,
    commands: UnboundedSender<Command>,
}

impl CallHandle {
    pub fn sid(&self) -> &str {
        &self.sid
    }

    pub fn record(&self) -> Record {
        self.record.borrow().clone()
    }

    pub fn cue(&self, cue: &str) {
        self.tell(Command::Cue(cue.to_owned()));
    }

    pub fn press(&self, digits: &str) {
        self.tell(Command::Press(digits.to_owned()));
    }

    pub fn hang_up(&self) {
        self.tell(Command::HangUp);
    }

    fn tell(&self, command: Command) {
        let _over = self.commands.send(command);
    }

    /// `None` when the account was dropped before.
    pub async fn outcome(&self) -> Option<Arc<CallOutcome>> {
        let mut outcome = self.outcome.clone();
        let ended = outcome.wait_for(Option::is_some).await.ok()?;
        ended.clone()
    }

    /// Waits until something has happened, at most `within`.
    pub async fn wait_for(&self, within: Duration, is_it: impl Fn(&Happening) -> bool) -> bool {
        let mut record = self.record.clone();
        let found = |record: &Record| record.happened.iter().any(&is_it);
        tokio::time::timeout(within, record.wait_for(found)).await.is_ok_and(|reached| reached.is_ok())
    }
}

/// A call while it runs.
pub struct LiveCall {
    pub account: Arc<Account>,
    pub record: watch::Sender<Record>,
    pub party: Party,
    pub keys: Vec<char>,
    commands: UnboundedReceiver<Command>,
    clock: Interval,
    ends_at: Instant,
}

/// The customer has gone, or the call is to stop.
pub struct Over(pub Ended);

impl LiveCall {
    /// Waits until the next 20 ms are due and plays them to the customer; gives what the customer said.
    pub async fn frame(&mut self, heard: &Frame, person: bool) -> Result<Frame, Over> {
        loop {
            tokio::select! {
                biased;
                command = self.commands.recv() => match command {
                    Some(Command::Cue(cue)) => self.party.cue(&cue),
                    Some(Command::Press(digits)) => self.keys.extend(digits.chars()),
                    Some(Command::HangUp) => return Err(Over(Ended::Customer)),
                    None => return Err(Over(Ended::Stopped)),
                },
                _ = self.clock.tick() => break,
            }
        }
        if Instant::now() >= self.ends_at {
            return Err(Over(Ended::TimeLimit));
        }
        let tick = self.party.exchange(heard, person);
        self.keys.extend(tick.keys);
        if tick.hangs_up { Err(Over(Ended::Customer)) } else { Ok(tick.frame) }
    }

    /// The customer hears silence while something else is awaited.
    pub async fn meanwhile<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Over> {
        tokio::pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return Ok(done),
                frame = self.frame(&crate::SILENCE, false) => drop(frame?),
            }
        }
    }

    pub fn note(&self, what: Happening) {
        self.record.send_modify(|record| record.happened.push(what));
    }

    pub fn see(&self) -> Record {
        self.record.borrow().clone()
    }

    /// Takes the telephone up: frames begin now.
    pub fn lift(&mut self) {
        self.clock = clock();
        self.record.send_modify(|record| {
            record.status = "in-progress";
            record.answered = Some(Timestamp::now());
        });
    }
}

fn clock() -> Interval {
    let mut clock = tokio::time::interval(Duration::from_millis(FRAME_MS));
    clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
    clock
}

/// What an outbound call was asked for.
#[derive(Debug)]
pub struct Order {
    /// E.164; of a flow, the customer, else the first telephone.
    pub from: String,
    /// E.164; none for a flow.
    pub to: Option<String>,
    pub caller_id: String,
    pub reference: Option<String>,
    pub status_url: Option<String>,
    pub events: Vec<String>,
    pub record: bool,
    pub ring: Duration,
}

struct Opened {
    call: LiveCall,
    handle: CallHandle,
    outcome: watch::Sender<Option<Arc<CallOutcome>>>,
}

fn open(account: &Arc<Account>, record: Record, script: &Arc<CustomerScript>) -> Opened {
    let (commands, receiver) = unbounded_channel();
    let sid = record.sid.clone();
    let (record, seen) = watch::channel(record);
    let (outcome, outcome_seen) = watch::channel(None);
    let handle = CallHandle { sid, record: seen, outcome: outcome_seen, commands };
    let call = LiveCall {
        account: Arc::clone(account),
        record,
        party: Party::new(Customer::new(script)),
        keys: Vec::new(),
        commands: receiver,
        clock: clock(),
        ends_at: Instant::now() + account.config.longest_call,
    };
    account.lock().calls.push(handle.clone());
    Opened { call, handle, outcome }
}

fn record(from: &str, to: &str, direction: Direction, reference: Option<String>) -> Record {
    Record {
        sid: uuid::Uuid::now_v7().simple().to_string(),
        from: from.to_owned(),
        to: to.to_owned(),
        direction,
        reference,
        status: "queued",
        created: Timestamp::now(),
        answered: None,
        ended: None,
        recording_url: None,
        happened: Vec::new(),
    }
}

fn finish(call: LiveCall, ended: Ended, status: &'static str, outcome: &watch::Sender<Option<Arc<CallOutcome>>>) {
    call.record.send_modify(|record| {
        record.status = status;
        record.ended = Some(Timestamp::now());
    });
    let record = call.see();
    let customer = call.party.into_report(0);
    outcome.send_replace(Some(Arc::new(CallOutcome { record, ended, customer })));
}

pub fn start_inbound(account: &Arc<Account>, from: &str, to: &str, script: Arc<CustomerScript>) -> CallHandle {
    let Opened { mut call, handle, outcome } = open(account, record(from, to, Direction::Inbound, None), &script);
    tokio::spawn(async move {
        call.lift();
        let ended = call.run_flow().await;
        call.tell_end(&ended).await;
        finish(call, ended, "completed", &outcome);
    });
    handle
}

/// The application calls a telephone and sends it into the flow, or joins two.
pub fn start_outbound(account: &Arc<Account>, order: Order) -> CallHandle {
    let (number, other) = match &order.to {
        Some(to) => (to.clone(), Some(order.from.clone())),
        None => (order.from.clone(), None),
    };
    let destination = account.lock().destinations.get(&number).cloned();
    let script =
        destination.as_ref().map_or_else(|| CustomerScript::silent(&number), |found| Arc::clone(&found.script));
    let record = record(&order.caller_id, &number, Direction::OutboundApi, order.reference.clone());
    let Opened { mut call, handle, outcome } = open(account, record, &script);
    tokio::spawn(async move {
        let (ended, status) = match other {
            Some(first) => call.run_two(&first, destination.as_ref(), &order).await,
            None => call.run_outbound_flow(destination.as_ref(), &order).await,
        };
        finish(call, ended, status, &outcome);
    });
    handle
}

impl Record {
    /// Fields that every applet's request has.
    pub fn fields(&self) -> Vec<(String, String)> {
        let outbound = self.direction != Direction::Inbound;
        let (from, to) = (words::national(&self.from), words::national(&self.to));
        let direction = if outbound { "outbound-dial" } else { "incoming" };
        let mut fields: Vec<(String, String)> = [
            ("CallSid", self.sid.as_str()),
            ("CallFrom", &from),
            ("CallTo", &to),
            ("Direction", direction),
            ("Created", &words::created(self.created)),
            ("DialCallDuration", "0"),
            ("StartTime", &words::time(self.created)),
            // Nobody knows the end in the middle of a call; Exotel writes this for it.
            ("EndTime", "1970-01-01 05:30:00"),
            ("CallType", "call-attempt"),
            ("flow_id", "123456"),
            ("tenant_id", "9876"),
            ("From", &from),
            ("To", &to),
            ("CurrentTime", &words::time(Timestamp::now())),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
        if let Some(reference) = &self.reference {
            fields.push(("CustomField".to_owned(), reference.clone()));
        }
        fields
    }
}
