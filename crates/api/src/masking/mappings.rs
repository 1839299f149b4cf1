//! `GET /masking/mappings`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    error::ApiError,
    masking::MaskingMapping,
    page::{Page, PageQuery},
};

use crate::{
    error::ApiResult,
    extract::{Params, SignedIn},
};

/// Who is reached by which virtual number now, the newest first (admins and managers).
#[utoipa::path(
    get,
    path = "/masking/mappings",
    operation_id = "masking_mappings",
    tag = "masking",
    security(("bearer" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<MaskingMapping>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Params(query): Params<PageQuery>,
) -> ApiResult<Json<Page<MaskingMapping>>> {
    Ok(Json(backend.masking_mappings(&actor, query).await?))
}
