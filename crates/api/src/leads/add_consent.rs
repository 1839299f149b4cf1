//! `POST /leads/{id}/consents`

use axum::{Json, extract::State, http::StatusCode};
use backend::Backend;
use domain::ids::LeadId;
use wire::{
    error::ApiError,
    leads::{AddConsent, ConsentRecord},
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Keeps what the person says now. Who has withdrawn the consent to calls is not called.
#[utoipa::path(
    post,
    path = "/leads/{id}/consents",
    operation_id = "leads_add_consent",
    tag = "leads",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = AddConsent,
    responses((status = 201, body = ConsentRecord), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<LeadId>,
    Body(body): Body<AddConsent>,
) -> ApiResult<(StatusCode, Json<ConsentRecord>)> {
    Ok((StatusCode::CREATED, Json(backend.add_consent(&actor, id, body).await?)))
}
