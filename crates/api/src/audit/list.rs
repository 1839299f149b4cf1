//! `GET /audit`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    config::AuditEntry,
    error::ApiError,
    page::{Page, PageQuery},
};

use crate::{
    error::ApiResult,
    extract::{Params, SignedIn},
};

/// Who did what, newest first (admins).
#[utoipa::path(
    get,
    path = "/audit",
    operation_id = "audit_list",
    tag = "audit",
    security(("bearer" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<AuditEntry>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Params(query): Params<PageQuery>,
) -> ApiResult<Json<Page<AuditEntry>>> {
    Ok(Json(backend.list_audit(&actor, query).await?))
}
