//! Transcripts and analyses, sealed whole. A new run replaces the one before.

use domain::{
    ids::CallId,
    intelligence::{Analysis, Transcript},
    pii::Personal,
    time::UnixMillis,
};
use serde_json::Value;

use crate::{
    error::Result,
    scope::TenantScope,
    seal::Column,
    sql::{On, args},
};

#[derive(Debug, Clone, PartialEq)]
pub struct StoredTranscript {
    pub transcript: Transcript,
    pub made_at: UnixMillis,
}

#[derive(Debug, Clone, PartialEq)]
pub struct StoredAnalysis {
    pub analysis: Analysis,
    /// JSON list of values that wait for a person, because another person had entered something else.
    pub proposals: Personal<Value>,
    pub made_at: UnixMillis,
    /// 1 for the first run; rises with each write.
    pub version: u32,
}

/// # Errors
/// `NoSuchReference` when the call is not in this tenant.
pub async fn put_transcript(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    call: CallId,
    transcript: &Transcript,
    now: UnixMillis,
) -> Result<()> {
    let mut on = on.into();
    let body = on.keys().of(scope, call).seal_json(Column::TRANSCRIPT_BODY, transcript)?;
    let sql = "INSERT INTO transcripts (tenant_id, call_id, body, engine, made_at_ms) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (tenant_id, call_id) DO UPDATE SET body = excluded.body, engine = excluded.engine, \
               made_at_ms = excluded.made_at_ms";
    on.write(sql, args![scope, call, body, &transcript.engine, now]).await?;
    Ok(())
}

pub async fn transcript(on: impl Into<On<'_>>, scope: TenantScope, call: CallId) -> Result<Option<StoredTranscript>> {
    let mut on = on.into();
    let sql = "SELECT body, made_at_ms FROM transcripts WHERE tenant_id = $1 AND call_id = $2";
    let Some(row) = on.read(sql, args![scope, call]).await? else { return Ok(None) };
    let transcript = on.keys().of(scope, call).read_json(Column::TRANSCRIPT_BODY, &row, "body")?;
    Ok(Some(StoredTranscript { transcript, made_at: row.at("made_at_ms")? }))
}

/// # Errors
/// `NoSuchReference` when the call is not in this tenant.
pub async fn put_analysis(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    call: CallId,
    analysis: &Analysis,
    proposals: &Personal<Value>,
    now: UnixMillis,
) -> Result<()> {
    let mut on = on.into();
    let keys = on.keys();
    let seals = keys.of(scope, call);
    let sql = "INSERT INTO analyses (tenant_id, call_id, body, proposals, engine, made_at_ms, version) \
               VALUES ($1, $2, $3, $4, $5, $6, 1) ON CONFLICT (tenant_id, call_id) DO UPDATE SET body = excluded.body, \
               proposals = excluded.proposals, engine = excluded.engine, made_at_ms = excluded.made_at_ms, \
               version = analyses.version + 1";
    let args = args![
        scope,
        call,
        seals.seal_json(Column::ANALYSIS_BODY, analysis)?,
        seals.seal_json(Column::ANALYSIS_PROPOSALS, proposals)?,
        &analysis.engine.name,
        now,
    ];
    on.write(sql, args).await?;
    Ok(())
}

pub async fn analysis(on: impl Into<On<'_>>, scope: TenantScope, call: CallId) -> Result<Option<StoredAnalysis>> {
    let mut on = on.into();
    let sql = "SELECT body, proposals, made_at_ms, version FROM analyses WHERE tenant_id = $1 AND call_id = $2";
    let Some(row) = on.read(sql, args![scope, call]).await? else { return Ok(None) };
    let keys = on.keys();
    let seals = keys.of(scope, call);
    Ok(Some(StoredAnalysis {
        analysis: seals.read_json(Column::ANALYSIS_BODY, &row, "body")?,
        proposals: seals.read_json(Column::ANALYSIS_PROPOSALS, &row, "proposals")?,
        made_at: row.at("made_at_ms")?,
        version: row.number("version")?,
    }))
}

/// Writes the proposals that are left, if the analysis is still the one of `version`. False when it is not.
pub async fn set_proposals(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    call: CallId,
    version: u32,
    proposals: &Personal<Value>,
) -> Result<bool> {
    let mut on = on.into();
    let sealed = on.keys().of(scope, call).seal_json(Column::ANALYSIS_PROPOSALS, proposals)?;
    let sql = "UPDATE analyses SET proposals = $4, version = version + 1 \
               WHERE tenant_id = $1 AND call_id = $2 AND version = $3";
    Ok(on.write(sql, args![scope, call, version, sealed]).await? == 1)
}
