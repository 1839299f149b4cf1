//! Ids of everything that is stored. All are UUIDs (version 7 when made by a driver), written in hyphenated lower case.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A text that is not a UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id: expected a UUID such as 0190f3c2-7d5e-7cc0-a1b2-3c4d5e6f7081")]
pub struct InvalidId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema), ts(type = "string"), schema(value_type = String, format = "uuid"))]
        pub struct $name(Uuid);

        impl $name {
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0.hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::try_parse(text).map(Self).map_err(|_| InvalidId)
            }
        }
    )+};
}

ids! {
    /// One organisation; every stored row carries one.
    TenantId,
    UserId,
    /// A family of refresh tokens: one sign-in on one device.
    SessionId,
    QueueId,
    CampaignId,
    /// A phone number that the tenant owns.
    NumberId,
    LeadId,
    /// One change of one field of a lead.
    LeadChangeId,
    CallId,
    /// One party's connection within a call.
    LegId,
    /// A device's WebRTC connection to the bridge; it outlives single calls.
    MediaSessionId,
    RecordingId,
    TaskId,
    CallbackId,
    JobId,
    DncId,
    NoteId,
    AuditId,
    InboxId,
    /// One change of a lead's owner.
    AssignmentId,
    /// A SIP trunk of a tenant.
    TrunkId,
    /// A SIP telephone's place in the tenant's list.
    ExtensionId,
    /// One stored answer to "why did this call go to me?".
    DecisionId,
    /// A recorded message that is left on answering machines.
    VoicemailId,
    /// The outcomes that agents of some campaigns choose from.
    DispositionSetId,
    /// One file of leads that is taken in.
    ImportId,
    /// One word of a person about being contacted.
    ConsentId,
    /// By which a form or a program hands leads in.
    IntakeKeyId,
    /// One telling of the organisation's own program.
    DeliveryId,
    /// One CRM that leads are kept in step with.
    CrmConnectorId,
    /// One record or lead that could not be kept in step.
    CrmProblemId,
    TagId,
    /// One action on many leads.
    BulkActionId,
    /// Numbers that stand between people and agents.
    PoolId,
    /// One of them between one person and one agent.
    MappingId,
    /// A filter of the lead list under a name.
    LeadViewId,
    /// Two leads that were made one.
    LeadMergeId,
    /// A file that lies with a lead.
    LeadFileId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_what_it_writes() {
        let id = CallId::new(Uuid::from_u128(7));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("7".parse::<CallId>(), Err(InvalidId));
    }
}
