//! `GET /webhook-deliveries`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    error::ApiError,
    intake::WebhookDelivery,
    page::{Page, PageQuery},
};

use crate::{
    error::ApiResult,
    extract::{Params, SignedIn},
};

/// What was told of leads, and how that ended, newest first.
#[utoipa::path(
    get,
    path = "/webhook-deliveries",
    operation_id = "webhook_deliveries_list",
    tag = "webhook_deliveries",
    security(("bearer" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<WebhookDelivery>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Params(query): Params<PageQuery>,
) -> ApiResult<Json<Page<WebhookDelivery>>> {
    Ok(Json(backend.list_webhook_deliveries(&actor, query).await?))
}
