//! `POST /webhooks/crm/{tenant}/{connector}/{secret}`: a CRM says that a record has changed.

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use backend::{Backend, CrmHook, WebhookAnswer};

/// Names a record that has changed; it is then read from the CRM. The path holds a secret, and nothing that is posted is believed
/// but the id.
#[utoipa::path(
    post,
    path = "/webhooks/crm/{tenant}/{connector}/{secret}",
    operation_id = "webhooks_crm",
    tag = "webhooks",
    params(
        ("tenant" = String, Path, description = "whose CRM"),
        ("connector" = String, Path, description = "which"),
        ("secret" = String, Path, description = "as Settings > CRM shows it"),
    ),
    request_body(
        content((Object = "application/json"), (String = "application/x-www-form-urlencoded")),
        description = "the record's id, where the settings say"
    ),
    responses(
        (status = 202, description = "taken"),
        (status = 400, description = "the request names no record"),
        (status = 403, description = "not an address of a tenant here"),
        (status = 429, description = "too many records wait"),
        (status = 503, description = "try again")
    )
)]
pub async fn handler(
    State(backend): State<Backend>,
    Path((tenant, connector, secret)): Path<(String, String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (Ok(tenant), Ok(connector)) = (tenant.parse(), connector.parse()) else {
        return StatusCode::FORBIDDEN.into_response();
    };
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_owned();
    let hook = CrmHook { tenant, connector, secret, content_type, body: body.to_vec() };
    let WebhookAnswer { status, content_type, body } = backend.crm_hook(hook).await;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, content_type)], body).into_response()
}
