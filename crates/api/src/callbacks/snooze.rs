//! `POST /callbacks/{id}/snooze`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::CallbackId;
use wire::{
    error::ApiError,
    tasks::{Callback, SnoozeFollowUp},
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Puts the reminder of a callback off. The promised hour stays.
#[utoipa::path(
    post,
    path = "/callbacks/{id}/snooze",
    operation_id = "callbacks_snooze",
    tag = "callbacks",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = SnoozeFollowUp,
    responses((status = 200, body = Callback), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CallbackId>,
    Body(body): Body<SnoozeFollowUp>,
) -> ApiResult<Json<Callback>> {
    Ok(Json(backend.snooze_callback(&actor, id, body).await?))
}
