//! `Idempotency-Key`: the same request again gets the same answer, and nothing happens twice.

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use backend::{Backend, Idempotent};
use sha2::{Digest, Sha256};
use wire::error::{ErrorCode, FieldError};

use crate::{
    error::{Refusal, refuse},
    extract::bearer_token,
};

const HEADER: &str = "idempotency-key";
const LONGEST_KEY: usize = 64;
/// Larger than any request or answer of an endpoint that acts.
const MOST_BYTES: usize = 512 * 1024;

pub async fn once(State(backend): State<Backend>, request: Request, next: Next) -> Response {
    let acts = matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH | Method::DELETE);
    let Some(key) = request.headers().get(HEADER).filter(|_| acts) else {
        return next.run(request).await;
    };
    let key = match key.to_str() {
        Ok(key) if !key.is_empty() && key.len() <= LONGEST_KEY => key.to_owned(),
        _ => {
            let fields =
                vec![FieldError { field: "Idempotency-Key".into(), problem: "expected 1 to 64 characters".into() }];
            return refuse(ErrorCode::InvalidFields, "the idempotency key cannot be used", fields);
        }
    };
    let actor = match bearer_token(request.headers()) {
        Some(token) => match backend.authenticate(token).await {
            Ok(actor) => actor,
            Err(error) => return Refusal::from(error).into_response(),
        },
        // Open endpoints are not kept by key; signing in twice is no harm.
        None => return next.run(request).await,
    };
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, MOST_BYTES).await else {
        return refuse(ErrorCode::TooLarge, "the body is larger than 512 KiB", Vec::new());
    };
    let mut hash = Sha256::new();
    hash.update(parts.method.as_str());
    hash.update(parts.uri.path());
    hash.update(&bytes);
    let hash = hex_text(&hash.finalize());
    match backend.begin_once(&actor, &key, &hash).await {
        Ok(Idempotent::New) => {}
        Ok(Idempotent::Answered { status, body }) => return replay(status, body),
        Err(error) => return Refusal::from(error).into_response(),
    }
    let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    let (parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, MOST_BYTES).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    backend.finish_once(&actor, &key, parts.status.as_u16(), text).await;
    Response::from_parts(parts, Body::from(bytes))
}

fn hex_text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn replay(status: u16, body: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut response = (status, body).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert("idempotent-replay", HeaderValue::from_static("true"));
    response
}
