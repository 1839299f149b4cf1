//! A call as JSON: snake case, dates in RFC 2822, numbers as text.

use serde_json::{Value, json};

use crate::twilio::{
    account::Account,
    record::{CallRecord, Status, rfc2822},
};

pub fn call(account: &Account, call: &CallRecord) -> Value {
    let account_sid = &account.config.account_sid;
    // The event of the same name has no status of its own in the API.
    let status = if call.status == Status::Initiated { Status::Queued } else { call.status };
    let uri = format!("/2010-04-01/Accounts/{account_sid}/Calls/{}", call.sid);
    json!({
        "sid": call.sid,
        "account_sid": account_sid,
        "api_version": "2010-04-01",
        "parent_call_sid": call.parent_sid,
        "to": call.to,
        "to_formatted": call.to,
        "from": call.from,
        "from_formatted": call.from,
        "status": status.as_str(),
        "direction": call.direction.as_str(),
        "start_time": call.answered.map(rfc2822),
        "end_time": call.ended.map(rfc2822),
        "duration": call.duration_s().map(|seconds| seconds.to_string()),
        "price": null,
        "price_unit": "USD",
        "answered_by": call.answered_by,
        "caller_name": null,
        "forwarded_from": null,
        "queue_time": call.queue_ms.to_string(),
        "date_created": rfc2822(call.created),
        "date_updated": rfc2822(call.ended.or(call.answered).unwrap_or(call.created)),
        "uri": format!("{uri}.json"),
        "subresource_uris": {"recordings": format!("{uri}/Recordings.json")},
    })
}
