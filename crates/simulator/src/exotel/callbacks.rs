//! Status callbacks, in whichever of the three content types comes next.

use serde_json::{Value, json};

use super::{
    call::{Happening, LiveCall, Order, Record},
    words,
};

const KINDS: [&str; 3] = ["multipart/form-data", "application/x-www-form-urlencoded", "application/json"];

impl LiveCall {
    /// `event`: `answered` or `terminal`.
    pub async fn report(&mut self, order: &Order, event: &'static str, status: &'static str) {
        let Some(url) = order.status_url.clone() else { return };
        if !order.events.is_empty() && !order.events.iter().any(|wanted| wanted == event) {
            return;
        }
        let behaviour = self.account.behaviour();
        if event == "terminal" && behaviour.no_final_report {
            return;
        }
        if let Some(late) = behaviour.late_reports {
            tokio::time::sleep(late).await;
        }
        let record = self.see();
        let body = body(&record, order, event, status);
        let times = if behaviour.duplicate_reports { 2 } else { 1 };
        for n in 0..times {
            // The sample says JSON was asked for; what comes is what the day brings.
            self.account.travel().await;
            let kind = KINDS[(record.happened.len() + n) % KINDS.len()];
            match send(&self.account.http, &url, kind, &body).await {
                Ok(status) => self.note(Happening::Reported { event, content_type: kind, status }),
                Err(error) => self.account.complain(format!("status: {error}")),
            }
        }
    }
}

fn body(record: &Record, order: &Order, event: &str, status: &str) -> Value {
    let talked = record.answered.map_or(0, |answered| {
        let end = record.ended.unwrap_or_else(jiff::Timestamp::now);
        (end.as_second() - answered.as_second()).max(0)
    });
    let mut body = json!({ "CallSid": record.sid, "DateUpdated": words::time(jiff::Timestamp::now()), "Status": status,
        "RecordingUrl": record.recording_url });
    // Only calls between two numbers are told about in full.
    if order.to.is_some() {
        let leg = |by: &str| json!({ "OnCallDuration": talked, "Status": status, "AnsweredBy": by });
        for (key, value) in [
            ("EventType", json!(event)),
            ("DateCreated", json!(words::time(record.created))),
            ("To", json!(words::national(&record.to))),
            ("From", json!(words::national(&order.from))),
            ("PhoneNumberSid", json!(words::national(&order.caller_id))),
            ("StartTime", json!(words::time(record.created))),
            ("EndTime", json!(record.ended.map_or_else(|| "0000-00-00 00:00:00".to_owned(), words::time))),
            ("ConversationDuration", json!(talked)),
            ("Direction", json!("outbound-api")),
            ("CustomField", json!(record.reference)),
            ("Legs", json!([leg("HUMAN"), leg("Human")])),
        ] {
            body[key] = value;
        }
    }
    body
}

async fn send(http: &reqwest::Client, url: &str, kind: &str, body: &Value) -> Result<u16, reqwest::Error> {
    let request = match kind {
        "application/json" => http.post(url).json(body),
        "multipart/form-data" => {
            let mut text = String::new();
            for (key, value) in flat("", body) {
                text.push_str(&format!(
                    "--simulated\r\nContent-Disposition: form-data; name=\"{key}\"\r\n\r\n{value}\r\n"
                ));
            }
            text.push_str("--simulated--\r\n");
            http.post(url).header("content-type", "multipart/form-data; boundary=simulated").body(text)
        }
        _ => http.post(url).form(&flat("", body)),
    };
    Ok(request.send().await?.status().as_u16())
}

/// `Legs[0][Status]`; nothing is the text `null`.
fn flat(name: &str, value: &Value) -> Vec<(String, String)> {
    let inner = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}[{key}]") };
    match value {
        Value::Object(fields) => fields.iter().flat_map(|(key, value)| flat(&inner(key), value)).collect(),
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(at, value)| flat(&inner(&at.to_string()), value)).collect()
        }
        Value::String(text) => vec![(name.to_owned(), text.clone())],
        other => vec![(name.to_owned(), other.to_string())],
    }
}
