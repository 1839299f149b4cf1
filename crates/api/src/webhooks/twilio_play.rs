//! `GET /webhooks/twilio/play/{token}`

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use backend::Backend;
use wire::error::ApiError;

use crate::error::ApiResult;

/// What Twilio plays in a call: a recorded message, or keys. The token in the address is signed and runs out.
#[utoipa::path(
    get,
    path = "/webhooks/twilio/play/{token}",
    operation_id = "webhooks_twilio_play",
    tag = "webhooks",
    params(("token" = String, Path)),
    responses(
        (status = 200, description = "sound as WAV, or keys in TwiML", content_type = "audio/wav"),
        (status = "4XX", body = ApiError)
    )
)]
pub async fn handler(State(backend): State<Backend>, Path(token): Path<String>) -> ApiResult<Response> {
    let played = backend.played(&token).await?;
    Ok(([(header::CONTENT_TYPE, played.content_type)], played.body).into_response())
}
