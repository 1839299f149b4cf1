//! SIP trunks and telephones.

use domain::{
    ids::{ExtensionId, TrunkId, UserId},
    pii::Personal,
    time::UnixMillis,
    trunk::{CallerId, Limits, NumberFormat, PassingOn},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// How a trunk knows us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrunkKind {
    /// By the address that we call from; its calls come from addresses that are listed.
    #[default]
    Peer,
    /// We register with it by name and password.
    Register,
}

/// One SIP trunk as it is set up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct TrunkSettings {
    pub name: String,
    pub enabled: bool,
    /// The lowest is tried first.
    pub priority: u32,
    pub kind: TrunkKind,
    /// `sip.carrier.example`, with a port if it is not the usual one.
    pub host: String,
    /// `udp`, `tcp` or `tls`.
    pub transport: String,
    /// Requests go through it; empty for none.
    pub proxy: String,
    pub username: String,
    /// When it is not the user name.
    pub auth_name: String,
    /// Addresses that calls may come from, beside that of the host.
    pub peers: Vec<String>,
    /// `opus`, `g722`, `pcma`, `pcmu`, best first.
    pub codecs: Vec<String>,
    /// Sound is sealed (SRTP), or the call is not made.
    pub srtp: bool,
    /// ISO 3166 alpha-2: how numbers without a country code are read.
    pub country: String,
    pub number_format: NumberFormat,
    /// Dialed before every number.
    pub prefix: String,
    pub caller_id: CallerId,
    /// Names our number in `P-Asserted-Identity` too.
    pub asserted_identity: bool,
    /// What becomes of a caller whom an agent passes on to a number.
    #[serde(default)]
    pub passing_on: PassingOn,
    /// Asked so often whether it is there, in seconds; 0: never.
    pub keep_alive_s: u32,
    pub limits: Limits,
}

/// How a trunk is now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS, ToSchema)]
pub struct TrunkState {
    /// `None`: not known yet, or it is not asked.
    pub reachable: Option<bool>,
    pub round_trip_ms: Option<u32>,
    /// `None` for a trunk that we do not register with.
    pub registered: Option<bool>,
    pub problem: Option<String>,
    pub checked_at_ms: Option<UnixMillis>,
    pub calls_now: u32,
    /// Whole outgoing minutes of today.
    pub minutes_today: u32,
    /// Hundredths of the currency.
    pub spent_today: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Trunk {
    pub id: TrunkId,
    pub settings: TrunkSettings,
    pub has_password: bool,
    pub state: TrunkState,
}

/// A SIP telephone or softphone that stands for an agent's device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Extension {
    pub id: ExtensionId,
    /// What the telephone registers as; unique on this server.
    pub username: String,
    pub user_id: UserId,
    pub has_password: bool,
    /// Where it is registered from, without a port; none while it is not.
    pub registered_from: Option<String>,
    pub user_agent: Option<String>,
    pub expires_at_ms: Option<UnixMillis>,
}

/// Everything about SIP of one organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct SipSettings {
    pub trunks: Vec<Trunk>,
    pub extensions: Vec<Extension>,
    /// Where this server listens, such as `udp 0.0.0.0:5060`; empty while it does not.
    pub listens: Vec<String>,
    /// Why it does not listen.
    pub problem: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct TrunkInput {
    /// Absent for a new one.
    pub id: Option<TrunkId>,
    pub settings: TrunkSettings,
    /// Absent keeps the one that is stored.
    #[ts(as = "Option<String>")]
    #[schema(value_type = Option<String>)]
    pub password: Option<Personal<String>>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ExtensionInput {
    pub id: Option<ExtensionId>,
    pub username: String,
    pub user_id: UserId,
    #[ts(as = "Option<String>")]
    #[schema(value_type = Option<String>)]
    pub password: Option<Personal<String>>,
}

/// What is not in the lists is removed.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct SipSettingsInput {
    pub trunks: Vec<TrunkInput>,
    pub extensions: Vec<ExtensionInput>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct TestTrunk {
    pub trunk_id: TrunkId,
}
