//! `POST /intake/leads`: forms and programs hand leads in by a key.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use backend::{Backend, HandedIn};
use wire::{
    error::ApiError,
    intake::{IntakeAnswer, IntakeOutcome},
};

use crate::{error::ApiResult, extract::bearer_token};

/// Takes a lead in. The fields are those of the form; the key says what they mean. With an `Idempotency-Key` the same request
/// has the same answer; without one the same number from the same source within ten minutes is the same form.
#[utoipa::path(
    post,
    path = "/intake/leads",
    operation_id = "intake_leads",
    tag = "intake",
    security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 64 characters")),
    request_body(
        content((Object = "application/json"), (String = "application/x-www-form-urlencoded")),
        description = "the fields of the form, and UTM parameters"
    ),
    responses(
        (status = 200, description = "known already, or left out", body = IntakeAnswer),
        (status = 201, description = "a new lead", body = IntakeAnswer),
        (status = "4XX", description = "`invalid_fields` names the fields of the form", body = ApiError)
    )
)]
pub async fn handler(
    State(backend): State<Backend>,
    headers: HeaderMap,
    body: Bytes,
) -> ApiResult<(StatusCode, Json<IntakeAnswer>)> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let handed = HandedIn {
        key: bearer_token(&headers).map(str::to_owned),
        request_key: text("idempotency-key"),
        content_type: text("content-type").unwrap_or_default(),
        body: body.to_vec(),
    };
    let answer = backend.hand_in(handed).await?;
    let status = if answer.outcome == IntakeOutcome::New { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(answer)))
}
