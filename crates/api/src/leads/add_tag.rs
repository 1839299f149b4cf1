//! `PUT /leads/{id}/tags/{tag_id}`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::{LeadId, TagId};
use wire::{error::ApiError, leads::Lead};

use crate::{
    error::ApiResult,
    extract::{Ids, SignedIn},
};

/// Gives a lead a tag.
#[utoipa::path(
    put,
    path = "/leads/{id}/tags/{tag_id}",
    operation_id = "leads_add_tag",
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
    Ok(Json(backend.tag_lead(&actor, id, tag).await?))
}
