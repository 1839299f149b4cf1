//! The agent's worklist: leads in the order in which they are to be called, and the lease on the one that is being worked.

use domain::{
    ids::{CampaignId, LeadId, UserId},
    time::UnixMillis,
    worklist::{Kind, Reason},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

use crate::{
    leads::{Heat, Lead, LeadCard},
    recordings::CallOutcomeBrief,
    tasks::{Callback, Task},
};

/// In which order the worklist is shown; handing out always takes the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorklistSort {
    /// Due promises, then hot before warm before cold.
    #[default]
    Best,
    /// Who came in last.
    Newest,
    Oldest,
    /// With whom nobody has talked for longest.
    LongestSilent,
    FewestAttempts,
}

/// Filters of the worklist; all optional, combined with and.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema, IntoParams)]
#[serde(default)]
#[ts(optional_fields)]
#[into_params(parameter_in = Query)]
pub struct WorklistFilter {
    pub kind: Option<Kind>,
    pub heat: Option<Heat>,
    pub source: Option<String>,
    pub campaign_id: Option<CampaignId>,
    /// Came in at or after this instant.
    pub created_from_ms: Option<UnixMillis>,
    /// Words of the name or of notes, or the last digits of the number.
    pub search: Option<String>,
    pub sort: Option<WorklistSort>,
    /// Of whom; only supervisors may see another's. One's own when absent.
    pub owner_id: Option<UserId>,
    pub cursor: Option<String>,
    /// 1 to 200; 50 when absent.
    pub limit: Option<u32>,
}

/// Why a lead must not be called now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WorklistHindrance {
    /// Null: for ever.
    DoNotCall {
        until_ms: Option<UnixMillis>,
    },
    /// The person does not want to be called for this purpose.
    ConsentWithdrawn {
        purpose: String,
    },
    /// The number is in the national registry.
    InRegistry {
        until_ms: UnixMillis,
    },
    CampaignNotActive,
    TriesUsed {
        most: u32,
    },
    NotDue {
        due_at_ms: UnixMillis,
    },
    /// Outside calling hours where the person is; null when they never open.
    Closed {
        opens_at_ms: Option<UnixMillis>,
    },
    JustDialed {
        until_ms: UnixMillis,
    },
    /// Somebody else works on the lead, or on another with its number.
    Held {
        by: String,
        until_ms: UnixMillis,
    },
}

/// One lead of the worklist.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct WorklistEntry {
    pub lead: Lead,
    pub kind: Kind,
    /// Null for a fresh lead that may be called at once.
    pub due_at_ms: Option<UnixMillis>,
    /// Why it stands here, the weightiest reason first.
    pub reasons: Vec<Reason>,
    /// Null: it may be called now.
    pub hindrance: Option<WorklistHindrance>,
    pub last_call: Option<CallOutcomeBrief>,
    pub callback: Option<Callback>,
    /// The soonest open task.
    pub promise: Option<Task>,
    /// It belongs to nobody yet and goes to whoever takes it.
    pub shared: bool,
}

/// Leads of each kind; from 250 on it may be more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct WorklistCounts {
    pub fresh: u32,
    pub callback: u32,
    pub retry: u32,
    /// Of all these, whose time has come.
    pub due: u32,
}

/// Asks for the next lead. The one that is held already stays held.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(default)]
#[ts(optional_fields)]
pub struct AskNext {
    pub kind: Option<Kind>,
    pub campaign_id: Option<CampaignId>,
}

/// A lead that is held for the one who asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct HeldLead {
    pub entry: WorklistEntry,
    pub card: LeadCard,
    /// To be shown when the lead is dialed: an older one is refused.
    pub fence: i64,
    pub held_until_ms: UnixMillis,
}

/// The next lead, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NextLead {
    Lead {
        lead: Box<HeldLead>,
    },
    /// Nobody is to be called now.
    None {
        /// Leads whose time has come and that must not be called now nevertheless, among the first that were looked at.
        closed: u32,
        campaign_not_active: u32,
        tries_used: u32,
        /// On the do-not-call list for a while, or without consent.
        do_not_call: u32,
        /// When calling hours open for the first of those.
        opens_at_ms: Option<UnixMillis>,
    },
}

/// Goes on holding a lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct RenewLease {
    pub fence: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct LeaseState {
    pub lead_id: LeadId,
    pub fence: i64,
    pub held_until_ms: UnixMillis,
}

/// Lets go of a lead without a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(optional_fields)]
pub struct SkipLead {
    pub fence: i64,
    /// It comes again after so long; at once for somebody else when absent.
    #[serde(default)]
    pub again_in_minutes: Option<u32>,
}

/// How leads are handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct HandOutSettings {
    /// No number is dialed twice within it, 0 to 86400.
    pub min_gap_s: u32,
    /// Tries without an answer after which a lead is not handed out any more, 1 to 100.
    pub most_attempts: u32,
    /// How long a lead is held for the agent who got it, 60 to 3600.
    pub lease_s: u32,
}
