//! `PUT /intake-keys/{id}`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::IntakeKeyId;
use wire::{
    error::ApiError,
    intake::{IntakeKey, IntakeKeyInput},
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Changes what a key does; its secret stays.
#[utoipa::path(
    put,
    path = "/intake-keys/{id}",
    operation_id = "intake_keys_update",
    tag = "intake_keys",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = IntakeKeyInput,
    responses((status = 200, body = IntakeKey), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<IntakeKeyId>,
    Body(body): Body<IntakeKeyInput>,
) -> ApiResult<Json<IntakeKey>> {
    Ok(Json(backend.update_intake_key(&actor, id, body).await?))
}
