//! The account's REST API: connect calls, tell about them, numbers, recordings.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Request, State},
    http::{StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{
    account::Account,
    call::{self, Order, Record},
    words::{self, e164, national},
};

pub fn router(account: Arc<Account>) -> Router {
    Router::new()
        .route("/v1/Accounts/{sid}/Calls/connect.json", post(connect))
        .route("/v1/Accounts/{sid}/Calls/{call}", get(details))
        .route("/v1/Accounts/{sid}/Calls.json", get(list))
        .route("/v2_beta/Accounts/{sid}/IncomingPhoneNumbers", get(numbers))
        .route("/recordings/{file}", get(recording))
        .fallback(async || refused(StatusCode::NOT_FOUND, "No such resource"))
        .layer(middleware::from_fn_with_state(Arc::clone(&account), guard))
        .with_state(account)
}

fn refused(status: StatusCode, message: &str) -> Response {
    let body = json!({ "RestException": { "Status": status.as_u16(), "Message": message, "Code": 1000 } });
    (status, Json(body)).into_response()
}

async fn guard(State(account): State<Arc<Account>>, request: Request, next: Next) -> Response {
    let (key, token) = (account.config.api_key.reveal(), account.config.api_token.reveal());
    let expected = STANDARD.encode(format!("{key}:{token}"));
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if given.and_then(|given| given.strip_prefix("Basic ")) != Some(&expected) {
        return refused(StatusCode::UNAUTHORIZED, "Authentication failed");
    }
    let path = request.uri().path().to_owned();
    if path.contains("/Accounts/") && !path.contains(&format!("/Accounts/{}/", account.config.account_sid)) {
        return refused(StatusCode::NOT_FOUND, "No such account");
    }
    account.travel().await;
    let failure = {
        let failures = &mut account.lock().misbehaviour.rest;
        if failures.is_empty() { None } else { Some(failures.remove(0)) }
    };
    match failure.and_then(|status| StatusCode::from_u16(status).ok()) {
        Some(status) => refused(status, "Simulated failure"),
        None => next.run(request).await,
    }
}

fn shown(record: &Record) -> Value {
    let seconds = record.ended.map(|ended| {
        let from = record.answered.unwrap_or(ended);
        (ended.as_second() - from.as_second()).max(0).to_string()
    });
    json!({ "Sid": record.sid, "ParentCallSid": null, "DateCreated": words::time(record.created),
        "DateUpdated": words::time(jiff::Timestamp::now()), "AccountSid": "simulated", "To": national(&record.to),
        "From": national(&record.from), "PhoneNumberSid": national(&record.from), "Status": record.status,
        "StartTime": words::time(record.created), "EndTime": record.ended.map(words::time), "Duration": seconds,
        "Price": record.ended.map(|_| "0.60"), "Direction": record.direction.as_str(), "AnsweredBy": null,
        "ForwardedFrom": null, "CallerName": null, "RecordingUrl": record.recording_url })
}

async fn connect(State(account): State<Arc<Account>>, body: Bytes) -> Response {
    let form: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let text =
        |name: &str| form.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.clone());
    let (Some(from), Some(caller_id)) = (text("From"), text("CallerId")) else {
        return refused(StatusCode::BAD_REQUEST, "Mandatory Parameter missing");
    };
    let caller_id = e164(&caller_id);
    if !account.config.numbers.contains(&caller_id) {
        return refused(StatusCode::BAD_REQUEST, "CallerId is not a number of this account");
    }
    let to = text("To").map(|to| e164(&to));
    let flow =
        format!("http://my.exotel.com/{}/exoml/start_voice/{}", account.config.account_sid, account.config.flow_id);
    if to.is_none() && text("Url").as_ref() != Some(&flow) {
        return refused(StatusCode::BAD_REQUEST, "Url has to be a flow of this account");
    }
    let order = Order {
        from: e164(&from),
        to,
        caller_id,
        reference: text("CustomField"),
        status_url: text("StatusCallback"),
        events: form
            .iter()
            .filter(|(key, _)| key.starts_with("StatusCallbackEvents"))
            .map(|(_, value)| value.clone())
            .collect(),
        record: text("Record").as_deref() == Some("true"),
        ring: Duration::from_secs(text("TimeOut").and_then(|text| text.parse().ok()).unwrap_or(30)),
    };
    let handle = call::start_outbound(&account, order);
    Json(json!({ "Call": shown(&handle.record()) })).into_response()
}

async fn details(State(account): State<Arc<Account>>, Path((_, file)): Path<(String, String)>) -> Response {
    let sid = file.strip_suffix(".json").unwrap_or_default();
    match account.call(sid) {
        Some(call) => Json(json!({ "Call": shown(&call.record()) })).into_response(),
        None => refused(StatusCode::NOT_FOUND, "No such call"),
    }
}

async fn list(State(account): State<Arc<Account>>) -> Json<Value> {
    let calls: Vec<Value> = account.lock().calls.iter().rev().take(50).map(|call| shown(&call.record())).collect();
    Json(json!({ "Metadata": { "Total": calls.len(), "PageSize": 50, "NextPageUri": null }, "Calls": calls }))
}

async fn numbers(State(account): State<Arc<Account>>) -> Json<Value> {
    let one = |number: &String| {
        json!({ "sid": format!("pn{}", number.trim_start_matches('+')), "phone_number": national(number),
            "friendly_name": "SIMULATED", "voice_url": "" })
    };
    Json(json!({ "incoming_phone_numbers": account.config.numbers.iter().map(one).collect::<Vec<_>>() }))
}

async fn recording(State(account): State<Arc<Account>>, Path(file): Path<String>) -> Response {
    let sid = file.strip_suffix(".wav").unwrap_or_default();
    match account.lock().recordings.get(sid) {
        Some(sound) => ([(header::CONTENT_TYPE, "audio/x-wav")], sound.clone()).into_response(),
        None => refused(StatusCode::NOT_FOUND, "No such recording"),
    }
}
