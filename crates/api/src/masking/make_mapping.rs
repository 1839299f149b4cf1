//! `POST /masking/mappings`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    error::ApiError,
    masking::{AskMapping, MaskingMapping},
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// The virtual number between the asker and a lead, by which each reaches the other.
#[utoipa::path(
    post,
    path = "/masking/mappings",
    operation_id = "masking_make_mapping",
    tag = "masking",
    security(("bearer" = [])),
    request_body = AskMapping,
    responses((status = 200, body = MaskingMapping), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<AskMapping>,
) -> ApiResult<Json<MaskingMapping>> {
    Ok(Json(backend.make_mapping(&actor, body).await?))
}
