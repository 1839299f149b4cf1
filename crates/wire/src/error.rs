//! The one error shape of the API. The UI decides by `code`, never by `message`.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// What went wrong, one variant per thing the caller can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// 400: the body is not JSON, or not of the documented shape.
    MalformedBody,
    /// 422: the shape is right and a value is not; `fields` names each.
    InvalidFields,
    /// 401: no access token, or one that is not ours.
    NotSignedIn,
    /// 401: the access token has run out; refresh it.
    TokenExpired,
    /// 401: the refresh token was used before; every device of this sign-in has been signed out.
    TokenReused,
    /// 401: e-mail and password do not match.
    WrongCredentials,
    /// 429: too many tries; `retry_after_s` says when.
    TooManyTries,
    /// 403: the role does not allow it.
    NotAllowed,
    /// 404: no such thing in this tenant.
    NotFound,
    /// 409: it exists already (e-mail, number, name).
    AlreadyExists,
    /// 409: it has changed since it was read.
    Conflict,
    /// 409: the same idempotency key came with another body.
    IdempotencyMismatch,
    /// 409: the same request is being carried out now; send it again after `retry_after_s` for its answer.
    InProgress,
    /// 409: someone else took the call; `details.taken_by` names them.
    OfferTaken,
    /// 410: the offer ran out or the caller hung up.
    OfferGone,
    /// 409: the call is not in a state for this (already over, not answered yet).
    WrongCallState,
    /// 409: this carrier cannot do that in a live call.
    NotSupportedByCarrier,
    /// 403: the number is on the do-not-call list, or its lead is marked; `details.objection` says for how long.
    DoNotCall,
    /// 403: the person has withdrawn the consent to be called; `details.objection` names the purpose.
    ConsentWithdrawn,
    /// 403: the national registry has to be asked before the call, and does not answer; try again later.
    RegistryUnknown,
    /// 403: outside the calling hours where the person is; `details.opens_at_ms`.
    OutsideCallingHours,
    /// 409: another agent works on this lead, or on another with its number; `details` has `held_by` and `until_ms`.
    LeadHeld,
    /// 409: the number was dialed just now; `details.until_ms` says when it may be dialed again.
    JustDialed,
    /// 409: the lead was held for too long without a call, and is not held any more.
    LeaseOver,
    /// 409: no device of this agent is connected with sound.
    NoDevice,
    /// 409: no carrier, storage or engine is set up for this.
    NotConfigured,
    /// 502: a service outside refused or failed; the message is theirs, shortened.
    UpstreamFailed,
    /// 413: over the documented size.
    TooLarge,
    /// 503: the database or another part is not there now; try again.
    Unavailable,
    /// 500: a fault of ours, logged under `request_id`.
    Internal,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct FieldError {
    /// Path in the body, such as `members[2].email`.
    pub field: String,
    /// What is wrong and what is expected, in English.
    pub problem: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ApiError {
    pub code: ErrorCode,
    /// One sentence in English for logs and for screens without a text of their own.
    pub message: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldError>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
    /// Facts that belong to the code, such as `taken_by`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "Record<string, unknown> | null")]
    #[schema(value_type = Option<Object>)]
    pub details: Option<serde_json::Value>,
    pub request_id: String,
}
