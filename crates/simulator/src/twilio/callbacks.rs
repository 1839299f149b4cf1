//! Status callbacks of one call, in order, unless they are to be out of order.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{
    account::Account,
    document::Method,
    record::{CallRecord, Status, rfc2822},
    webhooks::Fields,
};

/// How long a callback that is to change places waits for its partner.
const SWAP_WAIT: Duration = Duration::from_millis(700);

/// Who wants to be told what.
#[derive(Debug, Clone, Default)]
pub struct Subscription {
    pub url: Option<String>,
    pub method: Method,
    /// Words of `StatusCallbackEvent`.
    pub events: Vec<String>,
}

impl Subscription {
    /// Only the end of the call, as a number's status callback has it.
    pub fn to_end(url: Option<String>) -> Self {
        Self { url, method: Method::Post, events: vec!["completed".to_owned()] }
    }

    fn wants(&self, status: Status) -> bool {
        let event = match status {
            Status::Queued => return false,
            Status::Initiated => "initiated",
            Status::Ringing => "ringing",
            Status::InProgress => "answered",
            Status::Completed | Status::Busy | Status::Failed | Status::NoAnswer | Status::Canceled => "completed",
        };
        self.events.iter().any(|wanted| wanted == event)
    }
}

#[derive(Debug)]
pub struct Callbacks {
    account: Arc<Account>,
    subscription: Subscription,
    sequence: u32,
    queue: UnboundedSender<Delivery>,
}

/// A report on its way.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub url: String,
    pub method: Method,
    pub fields: Fields,
    /// For the debugger.
    pub call_sid: String,
}

/// Reports that go into it are sent in order, unless they are to be out of order.
pub fn open_queue(account: &Arc<Account>) -> UnboundedSender<Delivery> {
    let (queue, deliveries) = unbounded_channel();
    tokio::spawn(deliver(Arc::clone(account), deliveries));
    queue
}

impl Callbacks {
    pub fn new(account: &Arc<Account>, subscription: Subscription) -> Self {
        Self { account: Arc::clone(account), subscription, sequence: 0, queue: open_queue(account) }
    }

    pub fn status(&mut self, call: &CallRecord, now: Timestamp) {
        let Some(url) = self.subscription.url.clone().filter(|_| self.subscription.wants(call.status)) else { return };
        let mut fields = self.account.webhooks.call_fields(call);
        let mut add = |key: &str, value: String| fields.push((key.to_owned(), value));
        add("CallbackSource", "call-progress-events".to_owned());
        add("SequenceNumber", self.sequence.to_string());
        add("Timestamp", rfc2822(now));
        if let Some(code) = call.status.sip_code() {
            add("SipResponseCode", code.to_string());
        }
        if let Some(seconds) = call.duration_s() {
            add("CallDuration", seconds.to_string());
            add("Duration", ((seconds + 59) / 60).to_string());
        }
        self.sequence += 1;
        let delivery = Delivery { url, method: self.subscription.method, fields, call_sid: call.sid.clone() };
        let _stopped = self.queue.send(delivery);
    }
}

async fn deliver(account: Arc<Account>, mut deliveries: UnboundedReceiver<Delivery>) {
    while let Some(first) = deliveries.recv().await {
        let behaviour = account.lock().misbehaviour.clone();
        if behaviour.lost_callbacks {
            continue;
        }
        if let Some(late) = behaviour.late_callbacks {
            tokio::time::sleep(late).await;
        }
        let mut batch = vec![first];
        if behaviour.swapped_callbacks
            && let Ok(Some(second)) = tokio::time::timeout(SWAP_WAIT, deliveries.recv()).await
        {
            batch.insert(0, second);
        }
        for delivery in batch {
            if behaviour.forged_callbacks {
                forge(&account, &delivery).await;
            }
            post(&account, delivery.clone()).await;
            if behaviour.duplicate_callbacks {
                post(&account, delivery).await;
            }
        }
    }
}

async fn post(account: &Account, delivery: Delivery) {
    let Delivery { url, method, fields, call_sid } = delivery;
    match account.webhooks.send(&url, method, fields).await {
        Ok(answer) if answer.status >= 400 => {
            account.log(&call_sid, 11200, &format!("{url} answered HTTP {}", answer.status));
        }
        Ok(_) => {}
        Err(failure) => account.log(&call_sid, failure.code, &failure.message),
    }
}

async fn forge(account: &Account, delivery: &Delivery) {
    let mut fields = delivery.fields.clone();
    for (key, value) in &mut fields {
        match key.as_str() {
            "CallStatus" => *value = "completed".to_owned(),
            "SequenceNumber" => *value = "99".to_owned(),
            _ => {}
        }
    }
    if let Err(error) = account.webhooks.post_forged(&delivery.url, fields).await {
        account.log(&delivery.call_sid, 11205, &error.to_string());
    }
}
