//! `GET /settings/lead-webhook`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{error::ApiError, intake::LeadWebhook};

use crate::{error::ApiResult, extract::SignedIn};

/// Where the organisation's own program is told of new leads.
#[utoipa::path(
    get,
    path = "/settings/lead-webhook",
    operation_id = "settings_get_lead_webhook",
    tag = "settings",
    security(("bearer" = [])),
    responses((status = 200, body = LeadWebhook), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<LeadWebhook>> {
    Ok(Json(backend.lead_webhook(&actor).await?))
}
