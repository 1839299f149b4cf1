//! Calls as lists show them. The first half of a row is the projection of its event log and is written only by
//! [`crate::call_log`]; the rest is what agents and the analysis add.

use domain::{
    ids::{CallId, CampaignId, LeadId, QueueId, TenantId, UserId},
    pii::Personal,
    time::UnixMillis,
};

use crate::{
    error::Result,
    leads::{self, Typed},
    page::{Page, PageRequest},
    recordings::RecordingState,
    scope::TenantScope,
    seal::{Column, Keyring, query_terms},
    sql::{On, Order, Row, Select, args, text_keys},
};

text_keys! {
    Direction {
        Inbound = "inbound",
        Outbound = "outbound",
    }
}

text_keys! {
    /// The last six are final.
    CallStatus {
        Greeting = "greeting",
        Queued = "queued",
        Ringing = "ringing",
        InProgress = "in_progress",
        Completed = "completed",
        Abandoned = "abandoned",
        NoAnswer = "no_answer",
        Busy = "busy",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

text_keys! {
    AnalysisState {
        None = "none",
        Pending = "pending",
        Transcribing = "transcribing",
        Analysing = "analysing",
        Completed = "completed",
        Failed = "failed",
    }
}

/// `reason` and `message` as the wire has them for `none` and `failed`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnalysisProgress {
    pub state: AnalysisState,
    pub reason: Option<String>,
    pub message: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub id: CallId,
    pub direction: Direction,
    pub status: CallStatus,
    /// Nothing more will happen: the call is over and so is its wrap-up.
    pub closed: bool,
    /// Number of the last event.
    pub event_seq: u32,
    pub provider: String,
    pub provider_call_id: Option<String>,
    /// E.164, or what the carrier sends for a withheld number.
    pub customer_number: Personal<String>,
    pub lead_id: Option<LeadId>,
    pub lead_name: Option<Personal<String>>,
    pub agent_id: Option<UserId>,
    pub agent_name: Option<String>,
    pub queue_id: Option<QueueId>,
    pub queue_name: Option<String>,
    pub campaign_id: Option<CampaignId>,
    pub campaign_name: Option<String>,
    pub came_by: Vec<String>,
    pub started_at: UnixMillis,
    pub queued_at: Option<UnixMillis>,
    pub answered_at: Option<UnixMillis>,
    pub ended_at: Option<UnixMillis>,
    pub wait_ms: u64,
    pub ring_ms: u64,
    pub talk_ms: u64,
    pub simulated: bool,
    pub disposition: Option<String>,
    pub sub_disposition: Option<String>,
    pub dispositioned_at: Option<UnixMillis>,
    pub conclusion: Conclusion,
    pub recording: RecordingState,
    pub recording_reason: Option<String>,
    pub analysis: AnalysisProgress,
}

/// What the carrier asks for a call, in its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cost {
    /// Decimal text, not below zero.
    pub amount: String,
    /// ISO 4217; empty where the carrier does not say.
    pub unit: String,
}

/// What lists show of an analysis.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conclusion {
    /// -100 to 100.
    pub sentiment: Option<i32>,
    pub lead_quality: Option<u32>,
    pub hot: bool,
    pub summary: Option<Personal<String>>,
}

/// All optional, combined with and. Times bound `started_at`, `from` inclusive and `to` exclusive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallFilter {
    pub status: Option<CallStatus>,
    pub direction: Option<Direction>,
    pub agent_id: Option<UserId>,
    pub queue_id: Option<QueueId>,
    pub lead_id: Option<LeadId>,
    pub disposition: Option<String>,
    pub from: Option<UnixMillis>,
    pub to: Option<UnixMillis>,
    /// Words of the lead's name or their beginnings (from 3 letters), or the last digits of the number (from 4).
    pub search: Option<String>,
}

/// Answer figures of a queue since some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueFigures {
    pub answered: u32,
    pub answered_in_target: u32,
    pub abandoned: u32,
}

/// Whose call an outside id belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundCall {
    pub tenant: TenantId,
    pub call: CallId,
    /// `call` for the call itself, else what [`add_leg`] was given.
    pub role: String,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT c.id, c.direction, c.status, c.closed, c.event_seq, c.provider, c.provider_call_id, c.customer_number, ",
            "c.lead_id, l.name AS lead_name, c.agent_id, u.name AS agent_name, c.queue_id, q.name AS queue_name, ",
            "c.campaign_id, k.name AS campaign_name, c.came_by, c.started_at_ms, c.queued_at_ms, c.answered_at_ms, ",
            "c.ended_at_ms, c.wait_ms, c.ring_ms, c.talk_ms, c.simulated, c.disposition, c.sub_disposition, ",
            "c.dispositioned_at_ms, c.sentiment, c.lead_quality, c.hot, c.summary, c.recording_state, c.recording_reason, ",
            "c.analysis_state, c.analysis_reason, c.analysis_message FROM calls c ",
            "LEFT JOIN leads l ON l.tenant_id = c.tenant_id AND l.id = c.lead_id AND l.deleted_at_ms IS NULL ",
            "LEFT JOIN users u ON u.tenant_id = c.tenant_id AND u.id = c.agent_id ",
            "LEFT JOIN queues q ON q.tenant_id = c.tenant_id AND q.id = c.queue_id ",
            "LEFT JOIN campaigns k ON k.tenant_id = c.tenant_id AND k.id = c.campaign_id WHERE c.tenant_id = $1",
            $tail
        )
    };
}

pub async fn get(on: impl Into<On<'_>>, scope: TenantScope, id: CallId) -> Result<Option<Call>> {
    let mut on = on.into();
    let row = on.read(select!(" AND c.id = $2"), args![scope, id]).await?;
    row.map(|row| read(&row, &on.keys(), scope)).transpose()
}

/// Calls are looked for of so many leads of a name, the newest.
const MOST_LEADS: usize = 400;

/// Newest first.
pub async fn list(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    filter: &CallFilter,
    page: PageRequest,
) -> Result<Page<Call>> {
    let mut on = on.into();
    let keys = on.keys();
    let mut select = Select::new(select!(""), scope)
        .and_some("c.status = ", filter.status)
        .and_some("c.direction = ", filter.direction)
        .and_some("c.agent_id = ", filter.agent_id)
        .and_some("c.queue_id = ", filter.queue_id)
        .and_some("c.lead_id = ", filter.lead_id)
        .and_some("c.disposition = ", filter.disposition.as_deref())
        .and_some("c.started_at_ms >= ", filter.from)
        .and_some("c.started_at_ms < ", filter.to);
    match filter.search.as_deref().and_then(Typed::read) {
        None => {}
        Some(typed @ (Typed::Words(_) | Typed::Email(_))) => {
            let leads = leads::ids_of(&mut on, scope, &typed, MOST_LEADS).await?;
            select = select.and_any_of("c.lead_id", &leads, leads.len());
        }
        Some(Typed::Digits(_) | Typed::Nothing) => {
            for term in keys.hashed_terms(scope, filter.search.as_deref().and_then(query_terms).into_iter().flatten()) {
                let before = "c.id IN (SELECT t.subject_id FROM search_terms t WHERE t.tenant_id = $1 \
                              AND t.subject = 'call' AND t.term = ";
                select = select.and(before, term, ")");
            }
        }
    }
    let order = Order { by: "c.started_at_ms", id: "c.id", newest_first: true };
    let read = |row: &Row| {
        let call = read(row, &keys, scope)?;
        let place = (call.started_at.0, call.id.as_uuid());
        Ok((call, place.0, place.1))
    };
    select.page(&mut on, order, page, read).await
}

/// The last call of each of these leads that has ended.
pub async fn last_of(on: impl Into<On<'_>>, scope: TenantScope, leads: &[LeadId]) -> Result<Vec<Call>> {
    let mut on = on.into();
    let keys = on.keys();
    let last = "c.id = (SELECT k.id FROM calls k WHERE k.tenant_id = c.tenant_id AND k.lead_id = c.lead_id \
                AND k.ended_at_ms IS NOT NULL ORDER BY k.started_at_ms DESC, k.id DESC LIMIT 1)";
    let select = Select::new(select!(""), scope).and_in("c.lead_id", leads.iter().copied()).and_where(last);
    let rows = select.rows(&mut on, "", leads.len()).await?;
    rows.iter().map(|row| read(row, &keys, scope)).collect()
}

/// Calls of the tenant that are not closed, oldest first.
pub async fn open(on: impl Into<On<'_>>, scope: TenantScope) -> Result<Vec<Call>> {
    let mut on = on.into();
    let sql = select!(" AND c.closed = FALSE ORDER BY c.started_at_ms, c.id");
    let rows = on.read_all(sql, args![scope]).await?;
    rows.iter().map(|row| read(row, &on.keys(), scope)).collect()
}

/// For restart: every call of every tenant that is not closed.
pub async fn open_everywhere(on: impl Into<On<'_>>) -> Result<Vec<(TenantId, CallId)>> {
    let sql = "SELECT tenant_id, id FROM calls WHERE closed = FALSE ORDER BY started_at_ms, id";
    let rows = on.into().read_all(sql, vec![]).await?;
    rows.iter().map(|row| Ok((row.id("tenant_id")?, row.id("id")?))).collect()
}

pub async fn count_of_lead(on: impl Into<On<'_>>, scope: TenantScope, lead: LeadId) -> Result<u32> {
    let sql = "SELECT COUNT(*) AS n FROM calls WHERE tenant_id = $1 AND lead_id = $2";
    on.into().read(sql, args![scope, lead]).await?.map_or(Ok(0), |row| row.number("n"))
}

/// For a webhook: the call of a carrier's call id or leg id, over all tenants.
pub async fn by_provider(on: impl Into<On<'_>>, provider: &str, outside_id: &str) -> Result<Option<FoundCall>> {
    let sql = "SELECT tenant_id, id AS call_id, 'call' AS role FROM calls WHERE provider = $1 AND provider_call_id = $2 \
               UNION ALL SELECT tenant_id, call_id, role FROM provider_legs WHERE provider = $1 AND provider_leg_id = $2 \
               LIMIT 1";
    let row = on.into().read(sql, args![provider, outside_id]).await?;
    let read =
        |row: Row| Ok(FoundCall { tenant: row.id("tenant_id")?, call: row.id("call_id")?, role: row.text("role")? });
    row.map(read).transpose()
}

/// Remembers another outside id of a call (a transfer's leg, a media stream). Saying it again does nothing.
///
/// # Errors
/// `NoSuchReference` when the call is not in this tenant.
pub async fn add_leg(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    call: CallId,
    provider: &str,
    outside_id: &str,
    role: &str,
    now: UnixMillis,
) -> Result<()> {
    let sql = "INSERT INTO provider_legs (tenant_id, call_id, provider, provider_leg_id, role, created_at_ms) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (provider, provider_leg_id) DO NOTHING";
    on.into().write(sql, args![scope, call, provider, outside_id, role, now]).await?;
    Ok(())
}

/// False when there is no such call.
pub async fn set_cost(on: impl Into<On<'_>>, scope: TenantScope, call: CallId, cost: &Cost) -> Result<bool> {
    let sql = "UPDATE calls SET cost_amount = $3, cost_unit = $4 WHERE tenant_id = $1 AND id = $2";
    Ok(on.into().write(sql, args![scope, call, &cost.amount, &cost.unit]).await? == 1)
}

/// Nothing until the carrier has billed it.
pub async fn cost(on: impl Into<On<'_>>, scope: TenantScope, call: CallId) -> Result<Option<Cost>> {
    let sql = "SELECT cost_amount, cost_unit FROM calls WHERE tenant_id = $1 AND id = $2";
    let row = on.into().read(sql, args![scope, call]).await?;
    let Some(row) = row else { return Ok(None) };
    let unit = row.opt_text("cost_unit")?.unwrap_or_default();
    Ok(row.opt_text("cost_amount")?.map(|amount| Cost { amount, unit }))
}

/// Of the calls that entered the queue since `since`.
pub async fn queue_figures(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    queue: QueueId,
    since: UnixMillis,
    target_ms: u64,
) -> Result<QueueFigures> {
    let sql = "SELECT CAST(COALESCE(SUM(CASE WHEN answered_at_ms IS NOT NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS answered, \
               CAST(COALESCE(SUM(CASE WHEN answered_at_ms IS NOT NULL AND wait_ms <= $4 THEN 1 ELSE 0 END), 0) AS BIGINT) \
               AS in_target, CAST(COALESCE(SUM(CASE WHEN status = 'abandoned' THEN 1 ELSE 0 END), 0) AS BIGINT) AS abandoned \
               FROM calls WHERE tenant_id = $1 AND queue_id = $2 AND started_at_ms >= $3 AND queued_at_ms IS NOT NULL";
    let Some(row) = on.into().read(sql, args![scope, queue, since, target_ms]).await? else {
        return Ok(QueueFigures::default());
    };
    Ok(QueueFigures {
        answered: row.number("answered")?,
        answered_in_target: row.number("in_target")?,
        abandoned: row.number("abandoned")?,
    })
}

/// False when there is no such call.
pub async fn set_analysis(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    id: CallId,
    progress: &AnalysisProgress,
) -> Result<bool> {
    let sql = "UPDATE calls SET analysis_state = $3, analysis_reason = $4, analysis_message = $5 \
               WHERE tenant_id = $1 AND id = $2";
    let args = args![scope, id, progress.state, &progress.reason, &progress.message];
    Ok(on.into().write(sql, args).await? == 1)
}

/// Gives a call to a lead that was made after it began. False when there is no such call.
///
/// # Errors
/// `NoSuchReference` when the lead is not in this tenant.
pub async fn set_lead(on: impl Into<On<'_>>, scope: TenantScope, id: CallId, lead: LeadId) -> Result<bool> {
    let sql = "UPDATE calls SET lead_id = $3 WHERE tenant_id = $1 AND id = $2";
    Ok(on.into().write(sql, args![scope, id, lead]).await? == 1)
}

/// False when there is no such call.
pub async fn set_conclusion(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    id: CallId,
    conclusion: &Conclusion,
) -> Result<bool> {
    let mut on = on.into();
    let summary = on.keys().of(scope, id).seal_personal(Column::CALL_SUMMARY, conclusion.summary.as_ref())?;
    let sql =
        "UPDATE calls SET sentiment = $3, lead_quality = $4, hot = $5, summary = $6 WHERE tenant_id = $1 AND id = $2";
    let args = args![scope, id, conclusion.sentiment, conclusion.lead_quality, conclusion.hot, summary];
    Ok(on.write(sql, args).await? == 1)
}

pub(crate) fn read(row: &Row, keys: &Keyring, scope: TenantScope) -> Result<Call> {
    let id: CallId = row.id("id")?;
    let seals = keys.of(scope, id);
    let lead_id: Option<LeadId> = row.opt_id("lead_id")?;
    Ok(Call {
        id,
        direction: row.key("direction")?,
        status: row.key("status")?,
        closed: row.bool("closed")?,
        event_seq: row.number("event_seq")?,
        provider: row.text("provider")?,
        provider_call_id: row.opt_text("provider_call_id")?,
        customer_number: seals.read(Column::CALL_CUSTOMER, row, "customer_number")?,
        lead_id,
        lead_name: match lead_id {
            Some(lead) => keys.of(scope, lead).read_some(Column::LEAD_NAME, row, "lead_name")?,
            None => None,
        },
        agent_id: row.opt_id("agent_id")?,
        agent_name: row.opt_text("agent_name")?,
        queue_id: row.opt_id("queue_id")?,
        queue_name: row.opt_text("queue_name")?,
        campaign_id: row.opt_id("campaign_id")?,
        campaign_name: row.opt_text("campaign_name")?,
        came_by: row.json("came_by")?,
        started_at: row.at("started_at_ms")?,
        queued_at: row.opt_at("queued_at_ms")?,
        answered_at: row.opt_at("answered_at_ms")?,
        ended_at: row.opt_at("ended_at_ms")?,
        wait_ms: row.number("wait_ms")?,
        ring_ms: row.number("ring_ms")?,
        talk_ms: row.number("talk_ms")?,
        simulated: row.bool("simulated")?,
        disposition: row.opt_text("disposition")?,
        sub_disposition: row.opt_text("sub_disposition")?,
        dispositioned_at: row.opt_at("dispositioned_at_ms")?,
        conclusion: Conclusion {
            sentiment: row.opt_number("sentiment")?,
            lead_quality: row.opt_number("lead_quality")?,
            hot: row.bool("hot")?,
            summary: seals.read_some(Column::CALL_SUMMARY, row, "summary")?,
        },
        recording: row.key("recording_state")?,
        recording_reason: row.opt_text("recording_reason")?,
        analysis: AnalysisProgress {
            state: row.key("analysis_state")?,
            reason: row.opt_text("analysis_reason")?,
            message: row.opt_text("analysis_message")?,
        },
    })
}
