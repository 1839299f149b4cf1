//! `POST /intake-keys`

use axum::{Json, extract::State, http::StatusCode};
use backend::Backend;
use wire::{
    error::ApiError,
    intake::{IntakeKeyInput, IntakeKeyMade},
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Makes a key. Its secret is in this answer and nowhere else.
#[utoipa::path(
    post,
    path = "/intake-keys",
    operation_id = "intake_keys_create",
    tag = "intake_keys",
    security(("bearer" = [])),
    request_body = IntakeKeyInput,
    responses((status = 201, body = IntakeKeyMade), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<IntakeKeyInput>,
) -> ApiResult<(StatusCode, Json<IntakeKeyMade>)> {
    Ok((StatusCode::CREATED, Json(backend.create_intake_key(&actor, body).await?)))
}
