//! `PATCH /callbacks/{id}`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::CallbackId;
use wire::{
    error::ApiError,
    tasks::{Callback, UpdateCallback},
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Moves a callback to another hour, ticks it off, or opens it again.
#[utoipa::path(
    patch,
    path = "/callbacks/{id}",
    operation_id = "callbacks_update",
    tag = "callbacks",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = UpdateCallback,
    responses((status = 200, body = Callback), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CallbackId>,
    Body(body): Body<UpdateCallback>,
) -> ApiResult<Json<Callback>> {
    Ok(Json(backend.update_callback(&actor, id, body).await?))
}
