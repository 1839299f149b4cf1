//! Answering-machine detection whose verdict comes beside the call.

use std::{sync::Arc, time::Duration};

use super::{
    account::Account,
    callbacks::{self, Delivery},
    config::Destination,
    document::Method,
    record::CallRecord,
};

#[derive(Debug, Clone)]
pub struct MachineDetection {
    /// Asynchronous when set; otherwise the call waits for the verdict.
    pub verdict_url: Option<String>,
}

/// Posts the verdict when it is due, with what goes wrong with callbacks; the answer is ignored, as Twilio does.
pub fn tell_later(account: &Arc<Account>, call: CallRecord, url: String, destination: &Destination) {
    let queue = callbacks::open_queue(account);
    let account_sid = account.config.account_sid.clone();
    let (answered_by, detection_ms) = (destination.answered_by, destination.detection_ms);
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(detection_ms)).await;
        let fields = [
            ("CallSid", call.sid.clone()),
            ("AccountSid", account_sid),
            ("AnsweredBy", answered_by.to_owned()),
            ("MachineDetectionDuration", detection_ms.to_string()),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into();
        let _stopped = queue.send(Delivery { url, method: Method::Post, fields, call_sid: call.sid });
    });
}
