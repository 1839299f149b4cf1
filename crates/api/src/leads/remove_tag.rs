//! `DELETE /leads/{id}/tags/{tag_id}`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::{LeadId, TagId};
use wire::{error::ApiError, leads::Lead};

use crate::{
    error::ApiResult,
    extract::{Ids, SignedIn},
};

/// Takes a tag from a lead.
#[utoipa::path(
    delete,
    path = "/leads/{id}/tags/{tag_id}",
    operation_id = "leads_remove_tag",
    tag = "leads",
    security(("bearer" = [])),
    params(("id" = String, Path), ("tag_id" = String, Path)),
    responses((status = 200, body = Lead), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Ids(id, tag): Ids<LeadId, TagId>,
) -> ApiResult<Json<Lead>> {
    Ok(Json(backend.untag_lead(&actor, id, tag).await?))
}
