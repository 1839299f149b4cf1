//! `POST /webhooks/twilio/...`: the signature is checked, the request kept, and the answer given, in that order.

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use backend::{Backend, WebhookAnswer, WebhookRequest};

pub async fn handler(
    State(backend): State<Backend>,
    Path(kind): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let header_text =
        |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let request = WebhookRequest {
        kind,
        path_and_query: uri.path_and_query().map_or_else(String::new, ToString::to_string),
        signature: header_text("x-twilio-signature"),
        content_type: header_text("content-type"),
        body: body.to_vec(),
    };
    let WebhookAnswer { status, content_type, body } = backend.twilio_webhook(request).await;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, content_type)], body).into_response()
}
