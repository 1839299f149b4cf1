//! The REST interface.

use std::{sync::Arc, time::Instant};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, RawQuery, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{
    Asked, Crm, SimulatedCrm,
    config::{Access, Paging},
    records::now_ms,
};

const MOST_IN_PAGE: usize = 500;

pub fn router(crm: Arc<Crm>) -> Router {
    Router::new()
        .route("/api/leads", get(list).post(create))
        .route("/api/leads/{id}", get(show).patch(update).put(update))
        .fallback(async || refused(StatusCode::NOT_FOUND, "The route could not be found."))
        .layer(middleware::from_fn_with_state(Arc::clone(&crm), guard))
        .with_state(crm)
}

fn refused(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "message": message }))).into_response()
}

fn knows(access: &Access, headers: &HeaderMap) -> bool {
    let expected = match access {
        Access::Bearer(token) => format!("Bearer {}", token.reveal()),
        Access::Basic { user, password } => {
            format!("Basic {}", STANDARD.encode(format!("{user}:{}", password.reveal())))
        }
    };
    headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()) == Some(&expected)
}

/// What keeps a request from being worked on: credentials, failures on purpose, the limit, in that order.
fn hindrance(crm: &Crm, headers: &HeaderMap) -> Option<Response> {
    if !knows(&crm.config.access, headers) {
        return Some(refused(StatusCode::UNAUTHORIZED, "Unauthenticated."));
    }
    let mut state = crm.lock();
    let asked = u32::try_from(state.asked.len()).unwrap_or(u32::MAX);
    if state.misbehaviour.down_after.is_some_and(|after| asked >= after) {
        return Some(refused(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"));
    }
    if !state.misbehaviour.next.is_empty() {
        let status = state.misbehaviour.next.remove(0);
        return Some(refused(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY), "Simulated failure"));
    }
    let limit = state.limit?;
    let (since, count) =
        state.window.filter(|(since, _)| since.elapsed() < limit.within).unwrap_or((Instant::now(), 0));
    state.window = Some((since, count + 1));
    if count < limit.requests {
        return None;
    }
    let left = limit.within.saturating_sub(since.elapsed()).as_millis().div_ceil(1000).max(1);
    let answer = refused(StatusCode::TOO_MANY_REQUESTS, "Too Many Attempts.");
    Some(([(header::RETRY_AFTER, left.to_string())], answer).into_response())
}

async fn guard(State(crm): State<Arc<Crm>>, request: Request, next: Next) -> Response {
    let (method, uri) = (request.method().to_string(), request.uri().clone());
    let mut answer = match hindrance(&crm, request.headers()) {
        Some(answer) => answer,
        None => next.run(request).await,
    };
    answer.headers_mut().insert("x-simulated", HeaderValue::from_static(SimulatedCrm::LABEL));
    let query = uri.query().unwrap_or_default().to_owned();
    let asked = Asked { method, path: uri.path().to_owned(), query, status: answer.status().as_u16() };
    crm.lock().asked.push(asked);
    answer
}

/// What a page is asked by.
struct Wanted {
    page: usize,
    size: usize,
    since_ms: Option<i64>,
}

fn wanted(query: &str) -> Result<Wanted, &'static str> {
    let mut wanted = Wanted { page: 1, size: 15, since_ms: None };
    for (name, text) in form_urlencoded::parse(query.as_bytes()) {
        let number = || text.parse::<usize>().ok().filter(|number| *number > 0);
        match name.as_ref() {
            "page" => wanted.page = number().ok_or("page")?,
            "per_page" => wanted.size = number().ok_or("per_page")?.min(MOST_IN_PAGE),
            "updated_since" => {
                let at: jiff::Timestamp = text.parse().map_err(|_| "updated_since")?;
                wanted.since_ms = Some(at.as_millisecond());
            }
            _ => {}
        }
    }
    Ok(wanted)
}

fn invalid(field: &str, problem: &str) -> Response {
    let body = json!({ "message": format!("The {field} {problem}."), "errors": { field: [problem] } });
    (StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response()
}

async fn list(State(crm): State<Arc<Crm>>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let Wanted { page, size, since_ms } = match wanted(&query) {
        Ok(wanted) => wanted,
        Err(field) => return invalid(field, "is invalid"),
    };
    let mut state = crm.lock();
    let ids = state.records.since(since_ms, crm.config.order);
    let (total, last_page) = (ids.len(), ids.len().div_ceil(size).max(1));
    let here: Vec<u64> = ids.into_iter().skip((page - 1) * size).take(size).collect();
    let data: Vec<Value> = here.iter().filter_map(|id| state.records.get(*id)).collect();
    if state.misbehaviour.moves_while_paging {
        if let Some(first) = here.first() {
            state.records.change(*first, json!({ "moved": page }), now_ms());
        }
        if let Some(second) = here.get(1).filter(|_| page.is_multiple_of(3)) {
            state.records.remove(*second);
        }
    }
    // As the program sees itself behind a proxy.
    let at = |page: usize, rest: &str| format!("http://crm.internal/api/leads?page={page}{rest}");
    let rest: String = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name != "page")
        .map(|(name, text)| format!("&{name}={}", form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>()))
        .collect();
    let more = page < last_page;
    let body = match crm.config.paging {
        Paging::Resource => json!({ "data": data,
            "links": { "first": at(1, &rest), "last": at(last_page, &rest),
                "prev": (page > 1).then(|| at(page - 1, &rest)), "next": more.then(|| at(page + 1, &rest)) },
            "meta": { "current_page": page, "last_page": last_page, "per_page": size, "total": total } }),
        Paging::Simple => json!({ "current_page": page, "data": data, "per_page": size,
            "next_page_url": more.then(|| at(page + 1, "")) }),
    };
    Json(body).into_response()
}

fn missing(id: &str) -> Response {
    refused(StatusCode::NOT_FOUND, &format!("No query results for model [Lead] {id}"))
}

async fn show(State(crm): State<Arc<Crm>>, Path(id): Path<String>) -> Response {
    let found = id.parse().ok().and_then(|id| crm.lock().records.get(id));
    found.map_or_else(|| missing(&id), |record| Json(json!({ "data": record })).into_response())
}

/// A record has a number, and an e-mail address holds an `@`.
fn checked(body: &Bytes, is_new: bool) -> Result<Value, Box<Response>> {
    let bad = |response| Err(Box::new(response));
    let Ok(fields @ Value::Object(_)) = serde_json::from_slice::<Value>(body) else {
        return bad(refused(StatusCode::BAD_REQUEST, "Malformed JSON."));
    };
    let mobile = &fields["contact"]["mobile"];
    let named = fields["contact"].get("mobile").is_some();
    if (is_new || named) && mobile.as_str().is_none_or(|text| text.trim().is_empty()) {
        return bad(invalid("contact.mobile", "field is required"));
    }
    if fields["contact"]["email"].as_str().is_some_and(|text| !text.contains('@')) {
        return bad(invalid("contact.email", "must be a valid email address"));
    }
    Ok(fields)
}

async fn create(State(crm): State<Arc<Crm>>, body: Bytes) -> Response {
    let fields = match checked(&body, true) {
        Ok(fields) => fields,
        Err(response) => return *response,
    };
    let mut state = crm.lock();
    let id = state.records.add(fields, now_ms());
    if state.misbehaviour.made_but_failed > 0 {
        state.misbehaviour.made_but_failed -= 1;
        return refused(StatusCode::INTERNAL_SERVER_ERROR, "Server Error");
    }
    (StatusCode::CREATED, Json(json!({ "data": state.records.get(id) }))).into_response()
}

async fn update(State(crm): State<Arc<Crm>>, Path(id): Path<String>, body: Bytes) -> Response {
    let fields = match checked(&body, false) {
        Ok(fields) => fields,
        Err(response) => return *response,
    };
    let changed = id.parse().ok().and_then(|id| crm.lock().records.change(id, fields, now_ms()));
    changed.map_or_else(|| missing(&id), |record| Json(json!({ "data": record })).into_response())
}
