//! `GET /leads/board`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    error::ApiError,
    lead_pages::{BoardColumn, BoardFilter},
};

use crate::{
    error::ApiResult,
    extract::{Params, SignedIn},
};

/// Stages that leads are in, with counts. The leads of each are pages of the list.
#[utoipa::path(
    get,
    path = "/leads/board",
    operation_id = "leads_board",
    tag = "leads",
    security(("bearer" = [])),
    params(BoardFilter),
    responses((status = 200, body = Vec<BoardColumn>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Params(query): Params<BoardFilter>,
) -> ApiResult<Json<Vec<BoardColumn>>> {
    Ok(Json(backend.lead_board(&actor, query).await?))
}
