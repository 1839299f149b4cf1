//! Values bound to `$1`, `$2`, … Nulls keep their type, because PostgreSQL refuses a text null for a number column.

use std::collections::BTreeMap;

use domain::{
    ids::{
        AssignmentId, AuditId, BulkActionId, CallId, CallbackId, CampaignId, ConsentId, CrmConnectorId, CrmProblemId,
        DeliveryId, DispositionSetId, DncId, ImportId, InboxId, IntakeKeyId, JobId, LeadChangeId, LeadFileId, LeadId,
        LeadMergeId, LeadViewId, MappingId, NoteId, NumberId, PoolId, QueueId, RecordingId, SessionId, TagId, TaskId,
        TenantId, TrunkId, UserId, VoicemailId,
    },
    role::Role,
    time::UnixMillis,
};

use crate::scope::TenantScope;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Arg {
    Text(Option<String>),
    Int(Option<i64>),
    Bool(bool),
}

impl Arg {
    pub(crate) const fn is_null(&self) -> bool {
        matches!(self, Self::Text(None) | Self::Int(None))
    }
}

macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::sql::Arg::from($value)),*] };
}
pub(crate) use args;

macro_rules! from {
    ($($type:ty, $value:ident => $arg:expr;)+) => {$(
        impl From<$type> for Arg {
            fn from($value: $type) -> Self {
                $arg
            }
        }
    )+};
}

from! {
    &str, v => Self::Text(Some(v.to_owned()));
    String, v => Self::Text(Some(v));
    &String, v => Self::Text(Some(v.clone()));
    Option<&str>, v => Self::Text(v.map(ToOwned::to_owned));
    Option<String>, v => Self::Text(v);
    &Option<String>, v => Self::Text(v.clone());
    i64, v => Self::Int(Some(v));
    u32, v => Self::Int(Some(i64::from(v)));
    u64, v => Self::Int(Some(i64::try_from(v).unwrap_or(i64::MAX)));
    i32, v => Self::Int(Some(i64::from(v)));
    Option<i64>, v => Self::Int(v);
    Option<u32>, v => Self::Int(v.map(i64::from));
    Option<i32>, v => Self::Int(v.map(i64::from));
    Option<u64>, v => Self::Int(v.map(|v| i64::try_from(v).unwrap_or(i64::MAX)));
    bool, v => Self::Bool(v);
    UnixMillis, v => Self::Int(Some(v.0));
    Option<UnixMillis>, v => Self::Int(v.map(|v| v.0));
    TenantScope, v => Self::from(v.tenant());
    Role, v => Self::from(v.as_str());
    &[String], v => Self::Text(Some(serde_json::Value::from(v.to_vec()).to_string()));
    &serde_json::Value, v => Self::Text(Some(v.to_string()));
    &BTreeMap<String, String>, v => Self::Text(Some(json_object(v)));
}

fn json_object(map: &BTreeMap<String, String>) -> String {
    map.iter().map(|(k, v)| (k.clone(), serde_json::Value::from(v.as_str()))).collect::<serde_json::Value>().to_string()
}

macro_rules! ids {
    ($($id:ty),+ $(,)?) => {$(
        impl From<$id> for Arg {
            fn from(id: $id) -> Self {
                Self::Text(Some(id.to_string()))
            }
        }

        impl From<Option<$id>> for Arg {
            fn from(id: Option<$id>) -> Self {
                Self::Text(id.map(|id| id.to_string()))
            }
        }
    )+};
}

ids!(
    AssignmentId,
    AuditId,
    BulkActionId,
    CallId,
    CallbackId,
    CampaignId,
    ConsentId,
    CrmConnectorId,
    CrmProblemId,
    DeliveryId,
    DispositionSetId,
    DncId,
    ImportId,
    InboxId,
    IntakeKeyId,
    JobId,
    LeadChangeId,
    LeadFileId,
    LeadId,
    LeadMergeId,
    LeadViewId,
    MappingId,
    NoteId,
    NumberId,
    PoolId,
    QueueId,
    RecordingId,
    SessionId,
    TagId,
    TaskId,
    TenantId,
    TrunkId,
    VoicemailId,
    UserId,
);
