//! `POST /webhooks/twilio/...`: the signature is checked, the request kept, and the answer given, in that order.

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use backend::{Backend, WebhookAnswer, WebhookRequest};

/// What Twilio has to say of a call. The signature covers the address and the form or, by `bodySHA256` in the address, the
/// JSON body; the same delivery is worked on once.
#[utoipa::path(
    post,
    path = "/webhooks/twilio/{kind}",
    operation_id = "webhooks_twilio",
    tag = "webhooks",
    params(
        (
            "kind" = String,
            Path,
            description = "`voice`, `outbound-answer` and `resume` ask for instructions; `message` is a text message; `status`, `amd`, `recording` and `stream-status` report"
        ),
        ("X-Twilio-Signature" = String, Header, description = "https://www.twilio.com/docs/usage/security#validating-requests"),
    ),
    request_body(
        content = String,
        content_type = "application/x-www-form-urlencoded",
        description = "the parameters of Twilio's webhooks, `AccountSid` among them; or the same as a JSON object"
    ),
    responses(
        (status = 200, description = "instructions in TwiML", content_type = "text/xml"),
        (status = 204, description = "taken"),
        (status = 400, description = "the body cannot be read"),
        (status = 403, description = "not signed by the carrier of a tenant here, or sent again long after"),
        (status = 404, description = "no such webhook"),
        (status = 503, description = "try again")
    )
)]
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
