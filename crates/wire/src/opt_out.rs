//! By what people say that they do not want to be contacted, and the national registry.

use domain::{consent::Channel, pii::Personal, time::UnixMillis};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// Asks for a link by which a person opts out without signing in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct AskOptOutLink {
    pub channel: Channel,
    /// 1 to 40 of `a-z 0-9 - _`.
    pub purpose: String,
}

/// A link for the foot of an e-mail, and for its `List-Unsubscribe` header (RFC 8058).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct OptOutLink {
    pub url: String,
    pub expires_at_ms: UnixMillis,
}

/// By what the national registry is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegistryKind {
    #[default]
    Off,
    /// By a request for each number: `POST` of `{"numbers": [...]}`, answered by `{"listed": [...]}`.
    Http,
    /// By a list that was uploaded.
    List,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct RegistrySettings {
    pub kind: RegistryKind,
    pub url: String,
    pub has_token: bool,
    /// How long an answer, or a list from its upload on, is good.
    pub valid_days: u32,
    /// Numbers of the list.
    pub listed: u64,
    /// Null: no list.
    pub list_until_ms: Option<UnixMillis>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct RegistrySettingsInput {
    pub kind: RegistryKind,
    /// `https://`
    pub url: String,
    /// For `Authorization: Bearer`. Absent keeps the one that is stored.
    #[serde(default)]
    #[ts(as = "Option<String>")]
    #[schema(value_type = Option<String>)]
    pub token: Option<Personal<String>>,
    /// 1 to 366.
    pub valid_days: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct RegistryUpload {
    /// One number in each line, at most 5,000 lines.
    pub text: String,
    /// Those of before are taken off.
    pub replace: bool,
}

/// Asks the registry about one number now, whatever was answered before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct TestRegistry {
    pub number: String,
}
