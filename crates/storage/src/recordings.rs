//! Recordings and the proof of what was kept.

use domain::{
    ids::{CallId, RecordingId, TenantId},
    time::UnixMillis,
};
use serde_json::Value;

use crate::{
    error::Result,
    scope::TenantScope,
    sql::{On, Row, Unit, args, text_keys},
};

text_keys! {
    RecordingState {
        Off = "off",
        Recording = "recording",
        Paused = "paused",
        /// Finished; being uploaded and read back.
        Storing = "storing",
        /// Read back, and the hash agreed.
        Stored = "stored",
        NotStored = "not_stored",
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    pub id: RecordingId,
    pub call_id: CallId,
    pub state: RecordingState,
    /// Why it is not stored, such as `disk_full`.
    pub reason: Option<String>,
    /// The file that the recorder writes, relative to the data folder; gone once stored elsewhere.
    pub local_path: Option<String>,
    pub location: Option<String>,
    pub expected_bytes: Option<u64>,
    pub stored_bytes: Option<u64>,
    /// Lower-case hex.
    pub sha256: Option<String>,
    pub read_back_at: Option<UnixMillis>,
    pub duration_ms: Option<u64>,
    /// Talk time that should be in it.
    pub expected_ms: Option<u64>,
    /// JSON list of gaps.
    pub gaps: Value,
    pub channels: u32,
    pub started_at: UnixMillis,
    pub updated_at: UnixMillis,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT tenant_id, id, call_id, state, reason, local_path, location, expected_bytes, stored_bytes, sha256, ",
            "read_back_at_ms, duration_ms, expected_ms, gaps, channels, started_at_ms, updated_at_ms FROM recordings WHERE ",
            $tail
        )
    };
}

/// Makes or replaces the receipt of a call's recording, and shows its state on the call's row.
///
/// # Errors
/// `NoSuchReference` when the call is not in this tenant.
pub async fn put(on: impl Into<On<'_>>, scope: TenantScope, recording: &Recording) -> Result<()> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    let sql = "INSERT INTO recordings (tenant_id, id, call_id, state, reason, local_path, location, expected_bytes, \
               stored_bytes, sha256, read_back_at_ms, duration_ms, expected_ms, gaps, channels, started_at_ms, updated_at_ms) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) \
               ON CONFLICT (tenant_id, call_id) DO UPDATE SET state = excluded.state, reason = excluded.reason, \
               local_path = excluded.local_path, location = excluded.location, expected_bytes = excluded.expected_bytes, \
               stored_bytes = excluded.stored_bytes, sha256 = excluded.sha256, read_back_at_ms = excluded.read_back_at_ms, \
               duration_ms = excluded.duration_ms, expected_ms = excluded.expected_ms, gaps = excluded.gaps, \
               channels = excluded.channels, updated_at_ms = excluded.updated_at_ms";
    let args = args![
        scope,
        recording.id,
        recording.call_id,
        recording.state,
        &recording.reason,
        &recording.local_path,
        &recording.location,
        recording.expected_bytes,
        recording.stored_bytes,
        &recording.sha256,
        recording.read_back_at,
        recording.duration_ms,
        recording.expected_ms,
        &recording.gaps,
        recording.channels,
        recording.started_at,
        recording.updated_at,
    ];
    on.write(sql, args).await?;
    let sql = "UPDATE calls SET recording_state = $3, recording_reason = $4 WHERE tenant_id = $1 AND id = $2";
    on.write(sql, args![scope, recording.call_id, recording.state, &recording.reason]).await?;
    unit.finish().await
}

pub async fn of_call(on: impl Into<On<'_>>, scope: TenantScope, call: CallId) -> Result<Option<Recording>> {
    let sql = select!("tenant_id = $1 AND call_id = $2");
    on.into().read(sql, args![scope, call]).await?.as_ref().map(read).transpose()
}

/// For restart: recordings of every tenant in a state, oldest first.
pub async fn everywhere(on: impl Into<On<'_>>, state: RecordingState) -> Result<Vec<(TenantId, Recording)>> {
    let rows = on.into().read_all(select!("state = $1 ORDER BY started_at_ms, id"), args![state]).await?;
    rows.iter().map(|row| Ok((row.id("tenant_id")?, read(row)?))).collect()
}

/// Keeps the peaks for drawing. False when the call has no recording.
pub async fn set_waveform(on: impl Into<On<'_>>, scope: TenantScope, call: CallId, waveform: &Value) -> Result<bool> {
    let sql = "UPDATE recordings SET waveform = $3 WHERE tenant_id = $1 AND call_id = $2";
    Ok(on.into().write(sql, args![scope, call, waveform]).await? == 1)
}

pub async fn waveform(on: impl Into<On<'_>>, scope: TenantScope, call: CallId) -> Result<Option<Value>> {
    let sql = "SELECT waveform FROM recordings WHERE tenant_id = $1 AND call_id = $2";
    on.into().read(sql, args![scope, call]).await?.map_or(Ok(None), |row| row.opt_json("waveform"))
}

fn read(row: &Row) -> Result<Recording> {
    Ok(Recording {
        id: row.id("id")?,
        call_id: row.id("call_id")?,
        state: row.key("state")?,
        reason: row.opt_text("reason")?,
        local_path: row.opt_text("local_path")?,
        location: row.opt_text("location")?,
        expected_bytes: row.opt_number("expected_bytes")?,
        stored_bytes: row.opt_number("stored_bytes")?,
        sha256: row.opt_text("sha256")?,
        read_back_at: row.opt_at("read_back_at_ms")?,
        duration_ms: row.opt_number("duration_ms")?,
        expected_ms: row.opt_number("expected_ms")?,
        gaps: row.json("gaps")?,
        channels: row.number("channels")?,
        started_at: row.at("started_at_ms")?,
        updated_at: row.at("updated_at_ms")?,
    })
}
