//! `GET /imports/template`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{error::ApiError, imports::FilePart};

use crate::{error::ApiResult, extract::SignedIn};

/// A file to fill in.
#[utoipa::path(
    get,
    path = "/imports/template",
    operation_id = "imports_template",
    tag = "imports",
    security(("bearer" = [])),
    responses((status = 200, body = FilePart), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<FilePart>> {
    Ok(Json(backend.import_template(&actor)?))
}
