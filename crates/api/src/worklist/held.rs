//! `GET /worklist/held`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{error::ApiError, worklist::HeldLead};

use crate::{error::ApiResult, extract::SignedIn};

/// The leads that the reader holds.
#[utoipa::path(
    get,
    path = "/worklist/held",
    operation_id = "worklist_held",
    tag = "worklist",
    security(("bearer" = [])),
    responses((status = 200, body = Vec<HeldLead>), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<Vec<HeldLead>>> {
    Ok(Json(backend.held_leads(&actor).await?))
}
