//! `POST /leads/{id}/opt-out-link`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::LeadId;
use wire::{
    error::ApiError,
    opt_out::{AskOptOutLink, OptOutLink},
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// A link by which this person opts out without signing in, for the foot of an e-mail and its List-Unsubscribe header.
#[utoipa::path(
    post,
    path = "/leads/{id}/opt-out-link",
    operation_id = "leads_opt_out_link",
    tag = "leads",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = AskOptOutLink,
    responses((status = 200, body = OptOutLink), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<LeadId>,
    Body(body): Body<AskOptOutLink>,
) -> ApiResult<Json<OptOutLink>> {
    Ok(Json(backend.opt_out_link(&actor, id, body).await?))
}
