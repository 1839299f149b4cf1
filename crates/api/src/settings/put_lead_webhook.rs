//! `PUT /settings/lead-webhook`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    error::ApiError,
    intake::{LeadWebhook, LeadWebhookInput},
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Changes where new leads are told. A secret that is made is in this answer and nowhere else.
#[utoipa::path(
    put,
    path = "/settings/lead-webhook",
    operation_id = "settings_put_lead_webhook",
    tag = "settings",
    security(("bearer" = [])),
    request_body = LeadWebhookInput,
    responses((status = 200, body = LeadWebhook), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<LeadWebhookInput>,
) -> ApiResult<Json<LeadWebhook>> {
    Ok(Json(backend.update_lead_webhook(&actor, body).await?))
}
