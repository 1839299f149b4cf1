//! `POST /tenants`

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use backend::Backend;
use wire::{
    accounts::{RegisterTenant, SignedIn},
    error::ApiError,
};

use crate::{
    auth::cookie,
    error::ApiResult,
    extract::{Body, ClientAddress},
};

/// Makes a tenant and its first admin, and signs them in.
#[utoipa::path(
    post,
    path = "/tenants",
    operation_id = "tenants_register",
    tag = "auth",
    request_body = RegisterTenant,
    responses((status = 201, body = SignedIn), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Body(body): Body<RegisterTenant>,
) -> ApiResult<Response> {
    let device = body.device;
    let signed_in = backend.register_tenant(body, address, cookie::user_agent(&headers)).await?;
    let (cookies, signed_in) = cookie::hand_out(device, signed_in, backend.is_public_https());
    Ok((StatusCode::CREATED, cookies, Json(signed_in)).into_response())
}
