//! The event log of a call: appended to in one transaction with the row that lists show, and read back for replay.

use domain::{
    ids::{CallId, CampaignId, LeadId, QueueId, UserId},
    pii::Personal,
    time::UnixMillis,
};
use serde_json::Value;

use crate::{
    calls::{CallStatus, Direction},
    error::{Result, StorageError},
    recordings::RecordingState,
    scope::TenantScope,
    seal::{Column, Subject, add_terms, number_terms, write_terms},
    sql::{On, Unit, args},
};

/// The part of a call's row that follows from its events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Projection {
    pub status: CallStatus,
    /// Nothing more will happen, wrap-up included.
    pub closed: bool,
    pub provider_call_id: Option<String>,
    pub lead_id: Option<LeadId>,
    pub agent_id: Option<UserId>,
    pub queue_id: Option<QueueId>,
    pub campaign_id: Option<CampaignId>,
    pub came_by: Vec<String>,
    pub queued_at: Option<UnixMillis>,
    pub answered_at: Option<UnixMillis>,
    pub ended_at: Option<UnixMillis>,
    pub wait_ms: u64,
    pub ring_ms: u64,
    pub talk_ms: u64,
}

/// What never changes about a call.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCall {
    pub id: CallId,
    pub direction: Direction,
    pub provider: String,
    /// E.164, or what the carrier sends for a withheld number.
    pub customer_number: Personal<String>,
    pub started_at: UnixMillis,
    pub simulated: bool,
    /// `off` or `recording` to begin with.
    pub recording: RecordingState,
    /// The call machine's own facts, for replay.
    pub facts: Personal<Value>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    pub at: UnixMillis,
    /// Word for lists and translation.
    pub kind: String,
    pub data: Personal<Value>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct StoredEvent {
    /// From 1, without gaps.
    pub seq: u32,
    pub at: UnixMillis,
    pub kind: String,
    pub data: Personal<Value>,
}

/// What a replay starts from.
#[derive(Debug, Clone, PartialEq)]
pub struct Log {
    pub facts: Personal<Value>,
    pub events: Vec<StoredEvent>,
}

impl Log {
    /// Number of the last event; 0 for none.
    pub fn last_seq(&self) -> u32 {
        self.events.last().map_or(0, |event| event.seq)
    }
}

/// Makes the call with its first events.
///
/// # Errors
/// `Unique` when the id or the carrier's call id is there already, `NoSuchReference` when lead, agent, queue or campaign
/// are not in this tenant.
pub async fn create(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    call: &NewCall,
    events: &[NewEvent],
    projection: &Projection,
) -> Result<u32> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    let keys = on.keys();
    let seals = keys.of(scope, call.id);
    let sql = "INSERT INTO calls (tenant_id, id, event_seq, status, closed, provider_call_id, lead_id, agent_id, queue_id, \
               campaign_id, came_by, queued_at_ms, answered_at_ms, ended_at_ms, wait_ms, ring_ms, talk_ms, facts, \
               direction, provider, customer_number, started_at_ms, simulated, recording_state, hot, analysis_state) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, \
               $22, $23, $24, FALSE, 'none')";
    let mut args = written(scope, call.id, events.len(), projection);
    args.extend(args![
        seals.seal_json(Column::CALL_FACTS, &call.facts)?,
        call.direction,
        &call.provider,
        seals.seal(Column::CALL_CUSTOMER, call.customer_number.reveal())?,
        call.started_at,
        call.simulated,
        call.recording,
    ]);
    on.write(sql, args).await?;
    let terms = number_terms(call.customer_number.reveal());
    add_terms(&mut on, scope, Subject::Call, &call.id.to_string(), terms).await?;
    let seq = insert_events(&mut on, scope, call.id, 0, events).await?;
    unit.finish().await?;
    Ok(seq)
}

/// Appends events and writes the projection, and whom the call is with when that has changed, if `expected_seq` is still the
/// number of the last event. Returns the new one.
///
/// # Errors
/// `Conflict` when something was appended since, or the call is not there; `Unique` when the carrier's call id belongs to
/// another call. Nothing is written then.
pub async fn append(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    call: CallId,
    expected_seq: u32,
    events: &[NewEvent],
    (projection, customer): (&Projection, Option<&Personal<String>>),
) -> Result<u32> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    // A lead that was made for the call after it began is no part of its log, and stays.
    // The row is taken first, so that two writers queue here and the second sees the first one's number.
    let sql = "UPDATE calls SET event_seq = event_seq + $3, status = $4, closed = $5, provider_call_id = $6, \
               lead_id = COALESCE($7, lead_id), agent_id = $8, queue_id = $9, campaign_id = $10, came_by = $11, queued_at_ms = $12, answered_at_ms = $13, \
               ended_at_ms = $14, wait_ms = $15, ring_ms = $16, talk_ms = $17 \
               WHERE tenant_id = $1 AND id = $2 AND event_seq = $18";
    let mut args = written(scope, call, events.len(), projection);
    args.extend(args![expected_seq]);
    if on.write(sql, args).await? == 0 {
        return Err(StorageError::Conflict { what: "call" });
    }
    if let Some(number) = customer {
        let sealed = on.keys().of(scope, call).seal(Column::CALL_CUSTOMER, number.reveal())?;
        let sql = "UPDATE calls SET customer_number = $3, lead_id = $4 WHERE tenant_id = $1 AND id = $2";
        on.write(sql, args![scope, call, sealed, projection.lead_id]).await?;
        write_terms(&mut on, scope, Subject::Call, &call.to_string(), number_terms(number.reveal())).await?;
    }
    let seq = insert_events(&mut on, scope, call, expected_seq, events).await?;
    unit.finish().await?;
    Ok(seq)
}

/// `$1` to `$17`.
fn written(scope: TenantScope, call: CallId, events: usize, projection: &Projection) -> Vec<crate::sql::Arg> {
    args![
        scope,
        call,
        i64::try_from(events).unwrap_or(i64::MAX),
        projection.status,
        projection.closed,
        &projection.provider_call_id,
        projection.lead_id,
        projection.agent_id,
        projection.queue_id,
        projection.campaign_id,
        projection.came_by.as_slice(),
        projection.queued_at,
        projection.answered_at,
        projection.ended_at,
        projection.wait_ms,
        projection.ring_ms,
        projection.talk_ms,
    ]
}

async fn insert_events(
    on: &mut On<'_>,
    scope: TenantScope,
    call: CallId,
    after: u32,
    events: &[NewEvent],
) -> Result<u32> {
    let keys = on.keys();
    let mut seq = after;
    for event in events {
        seq += 1;
        let data = keys.of(scope, format_args!("{call}/{seq}")).seal_json(Column::EVENT_DATA, &event.data)?;
        let sql =
            "INSERT INTO call_events (tenant_id, call_id, seq, at_ms, kind, data) VALUES ($1, $2, $3, $4, $5, $6)";
        on.write(sql, args![scope, call, seq, event.at, &event.kind, data]).await?;
    }
    Ok(seq)
}

/// Everything that replay needs; `None` when there is no such call.
pub async fn load(on: impl Into<On<'_>>, scope: TenantScope, call: CallId) -> Result<Option<Log>> {
    let mut on = on.into();
    let sql = "SELECT facts FROM calls WHERE tenant_id = $1 AND id = $2";
    let Some(row) = on.read(sql, args![scope, call]).await? else { return Ok(None) };
    let facts = on.keys().of(scope, call).read_json(Column::CALL_FACTS, &row, "facts")?;
    Ok(Some(Log { facts, events: events(on, scope, call).await? }))
}

/// In order.
pub async fn events(on: impl Into<On<'_>>, scope: TenantScope, call: CallId) -> Result<Vec<StoredEvent>> {
    let mut on = on.into();
    let keys = on.keys();
    let sql = "SELECT seq, at_ms, kind, data FROM call_events WHERE tenant_id = $1 AND call_id = $2 ORDER BY seq";
    let mut events = Vec::new();
    for row in on.read_all(sql, args![scope, call]).await? {
        let seq: u32 = row.number("seq")?;
        let data = keys.of(scope, format_args!("{call}/{seq}")).read_json(Column::EVENT_DATA, &row, "data")?;
        events.push(StoredEvent { seq, at: row.at("at_ms")?, kind: row.text("kind")?, data });
    }
    Ok(events)
}
