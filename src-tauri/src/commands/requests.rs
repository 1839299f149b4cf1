use domain::{ids::UserId, time::UnixMillis};
use phone::{Entry, Method, OutboxError, state::OutboxStatus};
use serde::Serialize;
use serde_json::Value;
use tauri::{State, ipc::Response};
use uuid::Uuid;
use wire::error::{ApiError, ErrorCode};

use super::{Refusal, Reply, engine};
use crate::shell::Shell;

#[derive(Debug, Serialize)]
pub struct Answer {
    status: u16,
    body: Value,
}

/// `path` is relative to `/api/v1`, such as `/calls?limit=50`.
#[tauri::command]
pub async fn api_request(
    shell: State<'_, Shell>,
    method: String,
    path: String,
    body: Option<Value>,
    idempotency_key: Option<Uuid>,
) -> Reply<Answer> {
    let phone = engine(&shell).await?.phone;
    let answer = phone.request(verb(&method)?, &path, body, idempotency_key).await?;
    Ok(Answer { status: answer.status, body: answer.body })
}

/// `path` is relative to the server's root, as in a signed address. Answers with an `ArrayBuffer`.
#[tauri::command]
pub async fn api_bytes(shell: State<'_, Shell>, path: String) -> Reply<Response> {
    let bytes = engine(&shell).await?.phone.bytes(&path).await?;
    Ok(Response::new(bytes.to_vec()))
}

/// Keeps a result until the server has it. Returns once it is on the disk.
#[tauri::command]
pub async fn outbox_put(
    shell: State<'_, Shell>,
    id: Uuid,
    user: UserId,
    method: String,
    path: String,
    body: Option<Value>,
    made_at_ms: UnixMillis,
) -> Reply<()> {
    let phone = engine(&shell).await?.phone;
    verb(&method)?;
    let entry = Entry { id, user, method, path, body: body.unwrap_or_default(), made_at_ms };
    phone.outbox_put(entry).await.map_err(not_kept)
}

/// What waits, and what was refused for good, of the person who is signed in. Also event `outbox` at each change.
#[tauri::command]
pub async fn outbox_state(shell: State<'_, Shell>) -> Reply<OutboxStatus> {
    Ok(engine(&shell).await?.phone.outbox_status())
}

/// Sends once more what the server had refused.
#[tauri::command]
pub async fn outbox_again(shell: State<'_, Shell>, id: Uuid) -> Reply<()> {
    engine(&shell).await?.phone.outbox_again(id).await.map_err(not_kept)
}

/// Forgets what the server had refused.
#[tauri::command]
pub async fn outbox_discard(shell: State<'_, Shell>, id: Uuid) -> Reply<()> {
    engine(&shell).await?.phone.outbox_discard(id).await.map_err(not_kept)
}

fn not_kept(error: OutboxError) -> Refusal {
    Refusal::NoAnswer(error.to_string())
}

fn verb(method: &str) -> Result<Method, Refusal> {
    match method {
        "GET" => Ok(Method::GET),
        "POST" => Ok(Method::POST),
        "PUT" => Ok(Method::PUT),
        "PATCH" => Ok(Method::PATCH),
        "DELETE" => Ok(Method::DELETE),
        _ => Err(Refusal::Server(Box::new(ApiError {
            code: ErrorCode::MalformedBody,
            message: "method: expected GET, POST, PUT, PATCH or DELETE".into(),
            fields: Vec::new(),
            retry_after_s: None,
            details: None,
            request_id: String::new(),
        }))),
    }
}
