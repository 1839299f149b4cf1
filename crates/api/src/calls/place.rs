//! `POST /calls`

use axum::{Json, extract::State, http::StatusCode};
use backend::Backend;
use wire::{
    calls::{LiveCall, PlaceCall},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Calls a lead or a number. Never retried by itself.
#[utoipa::path(
    post,
    path = "/calls",
    operation_id = "calls_place",
    tag = "calls",
    security(("bearer" = [])),
    request_body = PlaceCall,
    responses((status = 201, body = LiveCall), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<PlaceCall>,
) -> ApiResult<(StatusCode, Json<LiveCall>)> {
    Ok((StatusCode::CREATED, Json(backend.place_call(&actor, body).await?)))
}
