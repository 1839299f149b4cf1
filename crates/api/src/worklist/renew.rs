//! `POST /worklist/{id}/renew`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::LeadId;
use wire::{
    error::ApiError,
    worklist::{LeaseState, RenewLease},
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Goes on holding a lead.
#[utoipa::path(
    post,
    path = "/worklist/{id}/renew",
    operation_id = "worklist_renew",
    tag = "worklist",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = RenewLease,
    responses((status = 200, body = LeaseState), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<LeadId>,
    Body(body): Body<RenewLease>,
) -> ApiResult<Json<LeaseState>> {
    Ok(Json(backend.renew_lease(&actor, id, body).await?))
}
