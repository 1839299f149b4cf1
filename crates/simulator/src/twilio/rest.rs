//! The account's REST API: create, update, fetch and list calls, their recordings, conferences and their participants, send
//! messages, list
//! and update numbers, fetch the account.

mod conferences;
mod form;
mod json;
mod messages;
mod numbers;
mod recordings;

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, RawQuery, Request, State},
    http::{StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{
    SimulatedTwilio,
    account::Account,
    config::RestFailure,
    errors::RestError,
    handle::{Command, Instructions},
    live_call,
    record::Status,
};
use form::Form;

pub fn router(account: Arc<Account>) -> Router {
    let calls = "/2010-04-01/Accounts/{account}/Calls.json";
    let call = "/2010-04-01/Accounts/{account}/Calls/{call}";
    Router::new()
        .route("/2010-04-01/Accounts/{account}", get(fetch_account))
        .route(calls, get(list_calls).post(create_call))
        .route(call, get(fetch_call).post(update_call))
        .route("/2010-04-01/Accounts/{account}/Messages.json", post(messages::send))
        .route("/2010-04-01/Accounts/{account}/IncomingPhoneNumbers.json", get(numbers::list))
        .route("/2010-04-01/Accounts/{account}/IncomingPhoneNumbers/{number}", post(numbers::update))
        .route(
            "/2010-04-01/Accounts/{account}/Recordings/{recording}",
            get(recordings::media).delete(recordings::remove),
        )
        .route(&format!("{call}/Recordings.json"), get(recordings::list).post(recordings::start))
        .route(&format!("{call}/Recordings/{{recording}}"), post(recordings::update))
        .route("/2010-04-01/Accounts/{account}/Conferences.json", get(conferences::list))
        .route("/2010-04-01/Accounts/{account}/Conferences/{conference}/Participants.json", post(conferences::add))
        .route(
            "/2010-04-01/Accounts/{account}/Conferences/{conference}/Participants/{participant}",
            post(conferences::update).delete(conferences::remove),
        )
        .fallback(async |request: Request| RestError::not_found(request.uri().path()))
        .layer(middleware::from_fn_with_state(Arc::clone(&account), guard))
        .with_state(account)
}

/// Checks the credentials, and fails when it is told to.
async fn guard(State(account): State<Arc<Account>>, request: Request, next: Next) -> Response {
    let expected = STANDARD.encode(format!("{}:{}", account.config.account_sid, account.config.auth_token.reveal()));
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if given.and_then(|given| given.strip_prefix("Basic ")) != Some(&expected) {
        return RestError::unauthorised().into_response();
    }
    let path = request.uri().path().to_owned();
    if !path.contains(&format!("/Accounts/{}", account.config.account_sid)) {
        return RestError::not_found(&path).into_response();
    }
    account.webhooks.travel().await;
    match account.take_rest_failure() {
        Some(RestFailure::TooManyRequests) => {
            let error = RestError::new(429, 20429, "Too Many Requests").into_response();
            ([("Twilio-Concurrent-Requests", "100")], error).into_response()
        }
        Some(RestFailure::ComeBackAfter { seconds }) => {
            let error = RestError::new(429, 20429, "Too Many Requests").into_response();
            ([(header::RETRY_AFTER, seconds.to_string())], error).into_response()
        }
        Some(RestFailure::ServerError) => RestError::new(500, 20500, "Internal Server Error").into_response(),
        Some(RestFailure::PlacedButServerError) => {
            next.run(request).await;
            RestError::new(500, 20500, "Internal Server Error").into_response()
        }
        None => next.run(request).await,
    }
}

async fn fetch_account(
    State(account): State<Arc<Account>>,
    Path(file): Path<String>,
) -> Result<Json<Value>, RestError> {
    if file != format!("{}.json", account.config.account_sid) {
        return Err(RestError::not_found(&file));
    }
    Ok(Json(json!({
        "sid": account.config.account_sid,
        "friendly_name": SimulatedTwilio::LABEL,
        "status": "active",
        "type": "Full",
    })))
}

async fn create_call(State(account): State<Arc<Account>>, body: Bytes) -> Result<(StatusCode, Json<Value>), RestError> {
    let form = Form::parse(&body);
    let owned = form.text("From").is_some_and(|from| account.lock().numbers.contains_key(from));
    let order = form.order(owned)?;
    let handle = live_call::start_outbound(&account, order);
    Ok((StatusCode::CREATED, Json(json::call(&account, &handle.record()))))
}

async fn fetch_call(
    State(account): State<Arc<Account>>,
    Path((_, file)): Path<(String, String)>,
) -> Result<Json<Value>, RestError> {
    let handle = find(&account, &file)?;
    Ok(Json(json::call(&account, &handle.record())))
}

async fn list_calls(State(account): State<Arc<Account>>, RawQuery(query): RawQuery) -> Json<Value> {
    let filter = Form::parse(query.unwrap_or_default().as_bytes());
    let state = account.lock();
    let fits = |wanted: Option<&str>, value: &str| wanted.is_none_or(|wanted| wanted == value);
    let records = state.order.iter().rev().filter_map(|sid| state.calls.get(sid)).map(|handle| handle.record());
    let calls: Vec<Value> = records
        .filter(|record| {
            fits(filter.text("To"), &record.to)
                && fits(filter.text("From"), &record.from)
                && fits(filter.text("Status"), record.status.as_str())
        })
        .take(filter.text("PageSize").and_then(|size| size.parse().ok()).unwrap_or(50))
        .map(|record| json::call(&account, &record))
        .collect();
    Json(json!({"calls": calls, "page": 0, "next_page_uri": null}))
}

async fn update_call(
    State(account): State<Arc<Account>>,
    Path((_, file)): Path<(String, String)>,
    body: Bytes,
) -> Result<Json<Value>, RestError> {
    let handle = find(&account, &file)?;
    let record = handle.record();
    if record.status.is_final() {
        return Err(RestError::not_found(&file));
    }
    let form = Form::parse(&body);
    match form.text("Status") {
        Some("completed") => handle.tell(Command::HangUp),
        Some("canceled") if matches!(record.status, Status::Queued | Status::Initiated | Status::Ringing) => {
            handle.tell(Command::HangUp);
        }
        Some(other) => return Err(RestError::new(400, 21218, format!("Invalid status {other}"))),
        None => handle.tell(Command::Redirect(instructions(&form)?)),
    }
    Ok(Json(json::call(&account, &record)))
}

fn instructions(form: &Form) -> Result<Instructions, RestError> {
    match form.first_document()? {
        live_call::FirstDocument::Url { url, method } => Ok(Instructions::Url { url, method }),
        live_call::FirstDocument::Inline(document) => Ok(Instructions::Inline(document)),
    }
}

fn find(account: &Account, file: &str) -> Result<super::CallHandle, RestError> {
    let sid = file.strip_suffix(".json").unwrap_or_default();
    account.lock().calls.get(sid).cloned().ok_or_else(|| RestError::not_found(file))
}
