//! Recordings of the account. <https://www.twilio.com/docs/voice/api/recording>

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::form::Form;
use crate::twilio::{
    account::Account,
    errors::RestError,
    record::Status,
    recorders::{self, State as RecordingState},
};

fn shown(account: &Account, call_sid: &str, sid: &str, state: RecordingState) -> Value {
    json!({
        "sid": sid,
        "account_sid": account.config.account_sid,
        "call_sid": call_sid,
        "status": state.as_str(),
        "channels": 2,
        "source": "StartCallRecordingAPI",
        "uri": format!("/2010-04-01/Accounts/{}/Recordings/{sid}.json", account.config.account_sid),
    })
}

/// Of one call, newest first.
pub async fn list(State(account): State<Arc<Account>>, Path((_, call_sid)): Path<(String, String)>) -> Json<Value> {
    let running = account.recorders().running(&call_sid);
    let mut all: Vec<Value> = running.into_iter().map(|(sid, state)| shown(&account, &call_sid, &sid, state)).collect();
    let state = account.lock();
    let kept = state.recordings.iter().rev().filter(|(_, kept)| kept.call_sid == call_sid);
    all.extend(kept.map(|(sid, _)| shown(&account, &call_sid, sid, RecordingState::Completed)));
    Json(json!({ "recordings": all, "page": 0, "next_page_uri": null }))
}

pub async fn start(
    State(account): State<Arc<Account>>,
    Path((_, call_sid)): Path<(String, String)>,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), RestError> {
    let live = account.lock().calls.get(&call_sid).is_some_and(|call| call.record().status == Status::InProgress);
    if !live {
        return Err(RestError::new(404, 21220, "Requested resource is not eligible for recording"));
    }
    let url = Form::parse(&body).text("RecordingStatusCallback").map(str::to_owned);
    let started = account.recorders().start(&call_sid, url);
    let (sid, state) = started.ok_or_else(|| RestError::new(400, 21220, "The call is being recorded already"))?;
    Ok((StatusCode::CREATED, Json(shown(&account, &call_sid, &sid, state))))
}

pub async fn update(
    State(account): State<Arc<Account>>,
    Path((_, call_sid, file)): Path<(String, String, String)>,
    body: Bytes,
) -> Result<Json<Value>, RestError> {
    let changed = match Form::parse(&body).text("Status") {
        Some("paused") => account.recorders().set(&call_sid, RecordingState::Paused),
        Some("in-progress") => account.recorders().set(&call_sid, RecordingState::InProgress),
        Some("stopped") => recorders::finish(&account, &call_sid),
        _ => return Err(RestError::new(400, 20001, "Status is paused, in-progress or stopped")),
    };
    let (sid, state) = changed.ok_or_else(|| RestError::not_found(&file))?;
    Ok(Json(shown(&account, &call_sid, &sid, state)))
}

/// The sound.
pub async fn media(
    State(account): State<Arc<Account>>,
    Path((_, file)): Path<(String, String)>,
) -> Result<Response, RestError> {
    let sid = file.strip_suffix(".wav").unwrap_or_default();
    let sound = account.lock().recordings.get(sid).map(|kept| kept.wav.clone()).filter(|wav| !wav.is_empty());
    let sound = sound.ok_or_else(|| RestError::not_found(&file))?;
    Ok(([(header::CONTENT_TYPE, "audio/x-wav")], sound).into_response())
}

pub async fn remove(
    State(account): State<Arc<Account>>,
    Path((_, file)): Path<(String, String)>,
) -> Result<StatusCode, RestError> {
    let sid = file.strip_suffix(".json").unwrap_or_default();
    let was_there = account.lock().recordings.remove(sid).is_some();
    if was_there { Ok(StatusCode::NO_CONTENT) } else { Err(RestError::not_found(&file)) }
}
