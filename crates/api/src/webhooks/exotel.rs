//! `/webhooks/exotel/{tenant}/{secret}/{kind}`: who asks is checked, the request kept, and the answer given, in that order.

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use backend::{Backend, ExotelRequest, WebhookAnswer};
use domain::ids::TenantId;

use crate::extract::ClientAddress;

/// What the applets of a flow ask and tell. Exotel signs nothing: the path holds a secret.
#[utoipa::path(
    get,
    path = "/webhooks/exotel/{tenant}/{secret}/{kind}",
    operation_id = "webhooks_exotel_ask",
    tag = "webhooks",
    params(
        ("tenant" = String, Path, description = "whose account"),
        ("secret" = String, Path, description = "as Settings > Carrier shows it"),
        (
            "kind" = String,
            Path,
            description = "`passthru` and `after_voicebot` choose a branch by 200 or 302; `greeting`, `gather` and `voicebot` are answered; `ended` and `status` report"
        ),
    ),
    responses(
        (status = 200, description = "the first branch, a text, or JSON, as the applet takes it"),
        (status = 204, description = "taken"),
        (status = 302, description = "the second branch of a Passthru"),
        (status = 400, description = "the request cannot be read"),
        (status = 403, description = "not an address of a tenant here, or sent again long after"),
        (status = 404, description = "no such webhook"),
        (status = 503, description = "try again")
    )
)]
pub async fn ask(
    State(backend): State<Backend>,
    Path(path): Path<(String, String, String)>,
    address: ClientAddress,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    answer(backend, path, address, &uri, &headers, &Bytes::new()).await
}

/// The same, of flows that post.
#[utoipa::path(
    post,
    path = "/webhooks/exotel/{tenant}/{secret}/{kind}",
    operation_id = "webhooks_exotel_tell",
    tag = "webhooks",
    params(
        ("tenant" = String, Path, description = "whose account"),
        ("secret" = String, Path, description = "as Settings > Carrier shows it"),
        ("kind" = String, Path, description = "as with GET; `status.{call}.{party}` is what calls of ours report to"),
    ),
    request_body(
        content = String,
        content_type = "multipart/form-data",
        description = "parts, a form, or a JSON object with the same fields"
    ),
    responses(
        (status = 200, description = "as with GET"),
        (status = 204, description = "taken"),
        (status = 400, description = "the request cannot be read"),
        (status = 403, description = "not an address of a tenant here, or sent again long after"),
        (status = 404, description = "no such webhook"),
        (status = 503, description = "try again")
    )
)]
pub async fn tell(
    State(backend): State<Backend>,
    Path(path): Path<(String, String, String)>,
    address: ClientAddress,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answer(backend, path, address, &uri, &headers, &body).await
}

async fn answer(
    backend: Backend,
    (tenant, secret, kind): (String, String, String),
    ClientAddress(from): ClientAddress,
    uri: &Uri,
    headers: &HeaderMap,
    body: &Bytes,
) -> Response {
    let Ok(tenant) = tenant.parse::<TenantId>() else { return StatusCode::FORBIDDEN.into_response() };
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let request = ExotelRequest {
        tenant,
        secret,
        kind,
        from,
        query: uri.query().unwrap_or_default().to_owned(),
        content_type: content_type.unwrap_or_default().to_owned(),
        body: body.to_vec(),
    };
    let WebhookAnswer { status, content_type, body } = backend.exotel_webhook(request).await;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, content_type)], body).into_response()
}
