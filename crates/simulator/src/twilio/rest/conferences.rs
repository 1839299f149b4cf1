//! Conferences and their participants. <https://www.twilio.com/docs/voice/api/conference-participant-resource>

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
};
use serde_json::{Value, json};

use super::form::Form;
use crate::twilio::{
    account::Account,
    announcement::{self, Announcement},
    document::{Conference, Dial, Document, Method, Target, Verb},
    errors::RestError,
    handle::Command,
    live_call::{self, FirstDocument},
    rooms::Seat,
};

fn shown(account: &Account, conference: &str, call_sid: &str, seat: &Seat, status: &str) -> Value {
    json!({
        "account_sid": account.config.account_sid,
        "call_sid": call_sid,
        "label": seat.label,
        "conference_sid": conference,
        "muted": seat.muted,
        "hold": seat.hold,
        "coaching": seat.coaches.is_some(),
        "call_sid_to_coach": seat.coaches,
        "end_conference_on_exit": seat.ends,
        "start_conference_on_enter": seat.starts,
        "status": status,
        "queue_time": null,
    })
}

pub async fn list(State(account): State<Arc<Account>>) -> Json<Value> {
    let rooms = account.rooms();
    let all: Vec<Value> = rooms
        .all()
        .map(|room| json!({ "sid": room.sid, "friendly_name": room.name, "status": "in-progress" }))
        .collect();
    Json(json!({ "conferences": all, "page": 0, "next_page_uri": null }))
}

/// Calls a telephone into the room.
pub async fn add(
    State(account): State<Arc<Account>>,
    Path((_, conference)): Path<(String, String)>,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), RestError> {
    let form = Form::parse(&body);
    let name = account.rooms().room_mut(&conference).map(|room| room.name.clone());
    let name = name.ok_or_else(|| RestError::not_found(&conference))?;
    let owned = form.text("From").is_some_and(|from| account.lock().numbers.contains_key(from));
    let is = |key: &str, usual: bool| form.text(key).map_or(usual, |text| text == "true");
    let noun = Conference {
        name,
        label: form.text("Label").map(str::to_owned),
        muted: is("Muted", false),
        starts: is("StartConferenceOnEnter", true),
        ends: is("EndConferenceOnExit", false),
        coaches: coached(&form)?,
        silent_wait: false,
        status_callback: None,
        status_events: Vec::new(),
    };
    let seat = Seat::of(&noun);
    let dial = Dial {
        action: None,
        method: Method::Post,
        timeout_s: 30,
        caller_id: None,
        target: Target::Conference(noun),
        status_callback: None,
        status_events: Vec::new(),
    };
    let document = Document { url: "about:blank".to_owned(), verbs: vec![Verb::Dial(dial)] };
    let order = form.order_of(owned, FirstDocument::Inline(document))?;
    let handle = live_call::start_outbound(&account, order);
    let shown = shown(&account, &conference, handle.sid(), &seat, "queued");
    Ok((StatusCode::CREATED, Json(shown)))
}

/// `Coaching` without a `CallSidToCoach` is refused, as Twilio does.
fn coached(form: &Form) -> Result<Option<String>, RestError> {
    match (form.text("Coaching"), form.text("CallSidToCoach")) {
        (Some("true"), Some(sid)) => Ok(Some(sid.to_owned())),
        (Some("true"), None) => Err(RestError::new(400, 21260, "CallSidToCoach is required when Coaching")),
        _ => Ok(None),
    }
}

pub async fn update(
    State(account): State<Arc<Account>>,
    Path((_, conference, file)): Path<(String, String, String)>,
    body: Bytes,
) -> Result<Json<Value>, RestError> {
    let form = Form::parse(&body);
    let coaches = coached(&form)?;
    let named = file.strip_suffix(".json").unwrap_or_default();
    let changed = {
        let mut rooms = account.rooms();
        let room = rooms.room_mut(&conference).ok_or_else(|| RestError::not_found(&file))?;
        let call = room.call_of(named).ok_or_else(|| RestError::not_found(&file))?;
        let set = |key: &str, place: &mut bool| {
            if let Some(text) = form.text(key) {
                *place = text == "true";
            }
        };
        let seat = room.change(&call, |seat| {
            set("Muted", &mut seat.muted);
            set("Hold", &mut seat.hold);
            set("EndConferenceOnExit", &mut seat.ends);
            if form.text("Coaching").is_some() {
                seat.coaches = coaches;
            }
        });
        seat.map(|seat| (call, seat))
    };
    let (call, seat) = changed.ok_or_else(|| RestError::not_found(&file))?;
    if let Some(url) = form.text("AnnounceUrl") {
        let method = Method::read(form.text("AnnounceMethod"));
        announcement::play_later(
            &account,
            Announcement { conference: conference.clone(), call: call.clone(), url: url.to_owned(), method },
        );
    }
    Ok(Json(shown(&account, &conference, &call, &seat, "connected")))
}

/// Puts a participant out: their call ends.
pub async fn remove(
    State(account): State<Arc<Account>>,
    Path((_, conference, file)): Path<(String, String, String)>,
) -> Result<StatusCode, RestError> {
    let named = file.strip_suffix(".json").unwrap_or_default();
    let call = account.rooms().room_mut(&conference).and_then(|room| room.call_of(named));
    let handle = call.and_then(|call| account.lock().calls.get(&call).cloned());
    handle.ok_or_else(|| RestError::not_found(&file))?.tell(Command::HangUp);
    Ok(StatusCode::NO_CONTENT)
}
