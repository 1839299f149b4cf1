//! Tenants, users, sign-in.

use domain::{
    ids::{SessionId, TenantId, UserId},
    pii::Personal,
    role::Role,
    time::UnixMillis,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// Whether the server has a tenant yet, and how it presents itself before sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct SetupStatus {
    /// True until the first tenant and its admin exist: show the first-run screen.
    pub needs_setup: bool,
    pub version: String,
    /// Demo server: sample people and a labelled simulator.
    pub demo: bool,
}

/// Makes a tenant and its first admin, and signs them in.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct RegisterTenant {
    /// 1 to 100 characters.
    pub tenant_name: String,
    /// ISO 3166 code used for numbers written without a country, such as `IN`.
    pub country: String,
    /// IANA name, such as `Asia/Kolkata`.
    pub zone: String,
    pub name: String,
    pub email: String,
    /// 12 to 200 characters.
    #[ts(as = "String")]
    #[schema(value_type = String)]
    pub password: Personal<String>,
    pub device: DeviceKind,
}

/// Where the session lives: a browser keeps its refresh token in an HttpOnly cookie, the app in the OS keychain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    Desktop,
    Browser,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct SignIn {
    pub email: String,
    #[ts(as = "String")]
    #[schema(value_type = String)]
    pub password: Personal<String>,
    pub device: DeviceKind,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct RefreshRequest {
    /// Left out by browsers, whose token is in the cookie.
    #[ts(as = "Option<String>")]
    #[schema(value_type = Option<String>)]
    pub refresh_token: Option<Personal<String>>,
    /// 16 to 64 characters that nobody can guess, made before a token is sent and kept beside it until the answer is there:
    /// the same token with the same attempt is answered with the same next token, as long as that one has not been used.
    /// Without it, or with another one, a second use of a token ends the sign-in.
    #[serde(default)]
    #[ts(as = "Option<String>")]
    #[schema(value_type = Option<String>)]
    pub attempt: Option<Personal<String>>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct SignedIn {
    /// JWT for `Authorization: Bearer`, good for 15 minutes.
    #[ts(as = "String")]
    #[schema(value_type = String)]
    pub access_token: Personal<String>,
    pub expires_in_s: u32,
    /// Present for `device: desktop` only. Each works once; the answer to a refresh carries the next. See
    /// [`RefreshRequest::attempt`] for an answer that is lost.
    #[ts(as = "Option<String>")]
    #[schema(value_type = Option<String>)]
    pub refresh_token: Option<Personal<String>>,
    pub me: Me,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Me {
    pub user: User,
    pub tenant: Tenant,
    pub session_id: SessionId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Tenant {
    pub id: TenantId,
    pub name: String,
    pub country: String,
    pub zone: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UiTheme {
    System,
    Light,
    Dark,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UiLocale {
    En,
    Hi,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct User {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub active: bool,
    pub skills: Vec<String>,
    /// BCP 47 tags that the agent can talk in.
    pub languages: Vec<String>,
    /// Outside phone, E.164.
    pub phone: Option<String>,
    pub extension: Option<String>,
    pub max_concurrent_calls: u32,
    pub locale: UiLocale,
    pub theme: UiTheme,
    pub created_at_ms: UnixMillis,
    pub last_seen_at_ms: Option<UnixMillis>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct CreateUser {
    pub name: String,
    pub email: String,
    pub role: Role,
    #[ts(as = "String")]
    #[schema(value_type = String)]
    pub password: Personal<String>,
    #[serde(default)]
    pub skills: Vec<String>,
    #[serde(default)]
    pub languages: Vec<String>,
    pub phone: Option<String>,
    pub extension: Option<String>,
}

/// Absent fields stay as they are.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS, ToSchema)]
#[serde(default)]
#[ts(optional_fields)]
pub struct UpdateUser {
    pub name: Option<String>,
    pub role: Option<Role>,
    pub active: Option<bool>,
    #[ts(as = "Option<String>")]
    #[schema(value_type = Option<String>)]
    pub password: Option<Personal<String>>,
    pub skills: Option<Vec<String>>,
    pub languages: Option<Vec<String>>,
    pub phone: Option<String>,
    pub extension: Option<String>,
    pub max_concurrent_calls: Option<u32>,
}

/// What users may change about themselves.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS, ToSchema)]
#[serde(default)]
#[ts(optional_fields)]
pub struct UpdateMe {
    pub name: Option<String>,
    pub locale: Option<UiLocale>,
    pub theme: Option<UiTheme>,
    pub change_password: Option<ChangePassword>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ChangePassword {
    #[ts(as = "String")]
    #[schema(value_type = String)]
    pub current: Personal<String>,
    #[ts(as = "String")]
    #[schema(value_type = String)]
    pub new: Personal<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct SessionInfo {
    pub id: SessionId,
    pub device: DeviceKind,
    pub user_agent: String,
    pub created_at_ms: UnixMillis,
    pub last_used_at_ms: UnixMillis,
    pub current: bool,
}
