//! Calls that were.

use domain::{
    ids::{CallId, LeadId},
    masking,
    pii::Personal,
    role::Role,
    routing::{Decision, PassedOver},
};
use serde::Deserialize;
use storage::{
    PageRequest,
    calls::{
        AnalysisState, Call as CallRowStored, CallFilter as RowFilter, CallStatus as StatusRow,
        Direction as DirectionRow,
    },
    recordings::RecordingState as RecordingRow,
};
use wire::{
    calls::{
        CallDetail, CallEventRow, CallFilter, CallRow, CallStatus, Candidate, Cost, Direction, RoutingDecision, Span,
    },
    intelligence::AnalysisStatus,
    page::Page,
    recordings::{CallOutcomeBrief, RecordingState},
};

use crate::{Actor, Backend, error::BackendError, paging};

const fn status(status: StatusRow) -> CallStatus {
    match status {
        StatusRow::Greeting => CallStatus::Greeting,
        StatusRow::Queued => CallStatus::Queued,
        StatusRow::Ringing => CallStatus::Ringing,
        StatusRow::InProgress => CallStatus::InProgress,
        StatusRow::Completed => CallStatus::Completed,
        StatusRow::Abandoned => CallStatus::Abandoned,
        StatusRow::NoAnswer => CallStatus::NoAnswer,
        StatusRow::Busy => CallStatus::Busy,
        StatusRow::Failed => CallStatus::Failed,
        StatusRow::Cancelled => CallStatus::Cancelled,
    }
}

const fn status_row(status: CallStatus) -> StatusRow {
    match status {
        CallStatus::Greeting => StatusRow::Greeting,
        CallStatus::Queued => StatusRow::Queued,
        CallStatus::Ringing => StatusRow::Ringing,
        CallStatus::InProgress => StatusRow::InProgress,
        CallStatus::Completed => StatusRow::Completed,
        CallStatus::Abandoned => StatusRow::Abandoned,
        CallStatus::NoAnswer => StatusRow::NoAnswer,
        CallStatus::Busy => StatusRow::Busy,
        CallStatus::Failed => StatusRow::Failed,
        CallStatus::Cancelled => StatusRow::Cancelled,
    }
}

const fn direction(direction: DirectionRow) -> Direction {
    match direction {
        DirectionRow::Inbound => Direction::Inbound,
        DirectionRow::Outbound => Direction::Outbound,
    }
}

pub(crate) fn recording(state: RecordingRow, reason: Option<String>) -> RecordingState {
    match state {
        RecordingRow::Off => RecordingState::Off,
        RecordingRow::Recording => RecordingState::Recording,
        RecordingRow::Paused => RecordingState::Paused,
        RecordingRow::Storing => RecordingState::Storing,
        RecordingRow::Stored => RecordingState::Stored,
        RecordingRow::NotStored => RecordingState::NotStored { reason: reason.unwrap_or_else(|| "unknown".to_owned()) },
    }
}

pub(crate) fn analysis(progress: &storage::calls::AnalysisProgress) -> AnalysisStatus {
    let reason = || progress.reason.clone().unwrap_or_else(|| "not_asked".to_owned());
    match progress.state {
        AnalysisState::None => AnalysisStatus::None { reason: reason() },
        AnalysisState::Pending => AnalysisStatus::Pending,
        AnalysisState::Transcribing => AnalysisStatus::Transcribing,
        AnalysisState::Analysing => AnalysisStatus::Analysing,
        AnalysisState::Completed => AnalysisStatus::Completed,
        AnalysisState::Failed => {
            AnalysisStatus::Failed { reason: reason(), message: progress.message.clone().unwrap_or_default() }
        }
    }
}

pub(crate) fn brief(row: CallRowStored) -> CallOutcomeBrief {
    CallOutcomeBrief {
        call_id: row.id,
        at_ms: row.started_at,
        direction: direction(row.direction),
        status: status(row.status),
        agent_name: row.agent_name,
        talk_s: u32::try_from(row.talk_ms / 1000).unwrap_or(u32::MAX),
        disposition: row.disposition,
        summary: row.conclusion.summary.map(Personal::into_inner),
    }
}

fn shown(actor: &Actor, row: CallRowStored) -> CallRow {
    let number = row.customer_number.into_inner();
    CallRow {
        id: row.id,
        direction: direction(row.direction),
        status: status(row.status),
        started_at_ms: row.started_at,
        ended_at_ms: row.ended_at,
        customer_name: row.lead_name.map(Personal::into_inner),
        customer_number: if actor.role.sees_contact_data() { number } else { masking::mask_number(&number) },
        lead_id: row.lead_id,
        agent_id: row.agent_id,
        agent_name: row.agent_name,
        queue_name: row.queue_name,
        campaign_name: row.campaign_name,
        wait_ms: row.wait_ms,
        ring_ms: row.ring_ms,
        talk_ms: row.talk_ms,
        disposition: row.disposition,
        sentiment: row.conclusion.sentiment,
        lead_quality: row.conclusion.lead_quality,
        hot: row.conclusion.hot,
        summary: row.conclusion.summary.map(Personal::into_inner),
        recording: recording(row.recording, row.recording_reason),
        analysis: analysis(&row.analysis),
        simulated: row.simulated,
    }
}

/// A stored decision: what was asked, who was there, what was decided.
#[derive(Deserialize)]
struct DecisionBody {
    decision: Decision,
    took_us: u64,
}

fn decision(row: &storage::routing::RoutingDecision) -> Option<RoutingDecision> {
    let body = DecisionBody::deserialize(&row.body).ok()?;
    let made = body.decision;
    Some(RoutingDecision {
        call_id: made.call_id,
        at_ms: made.at,
        rule: made.rule.strategy.as_str().to_owned(),
        rule_version: made.rule.version,
        chosen: made.chosen,
        sentence: made.sentence,
        candidates: made
            .candidates
            .into_iter()
            .map(|one| Candidate {
                user_id: one.user_id,
                name: one.name,
                #[expect(clippy::cast_precision_loss, reason = "a score of at most some hundred points")]
                score: one.score.map(|score| score as f32),
                parts: one.parts.iter().map(|part| format!("{} {}", part.name.as_str(), part.points)).collect(),
                passed_over: one.passed_over.map(|why: PassedOver| why.as_str().to_owned()),
            })
            .collect(),
        took_us: body.took_us,
    })
}

/// From and to of each hold, in the order of the log.
fn holds(events: &[storage::call_log::StoredEvent]) -> Vec<Span> {
    let mut holds: Vec<Span> = Vec::new();
    for event in events {
        let open = holds.last_mut().filter(|span| span.to_ms.is_none());
        match (event.kind.as_str(), open) {
            ("hold_started", None) => holds.push(Span { from_ms: event.at, to_ms: None }),
            ("hold_ended" | "customer_hung_up" | "agent_hung_up" | "provider_ended" | "carrier_swept", Some(span)) => {
                span.to_ms = Some(event.at);
            }
            _ => {}
        }
    }
    holds
}

impl Backend {
    /// A call that the actor may work on: telecallers on their own, the admins' roles on all of the tenant.
    pub(crate) async fn call_row(&self, actor: &Actor, id: CallId) -> Result<CallRowStored, BackendError> {
        let row = self.stored_call(actor, id).await?;
        self.has_part(actor, &row).await?.then_some(row).ok_or(BackendError::NotFound("call"))
    }

    /// A call that the actor may read: besides, those of the leads that a telecaller deals with.
    pub(crate) async fn readable_call(&self, actor: &Actor, id: CallId) -> Result<CallRowStored, BackendError> {
        let row = self.stored_call(actor, id).await?;
        let may = self.has_part(actor, &row).await?
            || actor.role == Role::Telecaller && self.deals_with(actor, row.lead_id).await?;
        may.then_some(row).ok_or(BackendError::NotFound("call"))
    }

    async fn stored_call(&self, actor: &Actor, id: CallId) -> Result<CallRowStored, BackendError> {
        storage::calls::get(self.store(), actor.scope, id).await?.ok_or(BackendError::NotFound("call"))
    }

    async fn has_part(&self, actor: &Actor, row: &CallRowStored) -> Result<bool, BackendError> {
        match actor.role {
            Role::TenantAdmin | Role::Manager | Role::Viewer => Ok(true),
            Role::Telecaller => Ok(row.agent_id == Some(actor.user) || self.took_part(actor, row.id).await?),
            Role::FieldAgent => Ok(false),
        }
    }

    /// Whether an agent had the call before it was passed on.
    async fn took_part(&self, actor: &Actor, id: CallId) -> Result<bool, BackendError> {
        let decisions = storage::routing::of_call(self.store(), actor.scope, id).await?;
        Ok(decisions.iter().any(|one| one.chosen == Some(actor.user)))
    }

    /// Whether a lead is the agent's own, or came to the agent in a call: what was said before is then part of the work.
    async fn deals_with(&self, actor: &Actor, lead: Option<LeadId>) -> Result<bool, BackendError> {
        let Some(lead) = lead else { return Ok(false) };
        let store = self.store();
        if storage::leads::get(store, actor.scope, lead).await?.is_some_and(|lead| lead.owner_id == Some(actor.user)) {
            return Ok(true);
        }
        let with_lead = RowFilter { lead_id: Some(lead), agent_id: Some(actor.user), ..RowFilter::default() };
        let one = PageRequest::new(None, Some(1));
        Ok(!storage::calls::list(store, actor.scope, &with_lead, one).await?.items.is_empty())
    }

    pub async fn list_calls(&self, actor: &Actor, query: CallFilter) -> Result<Page<CallRow>, BackendError> {
        if actor.role == Role::FieldAgent {
            return Err(BackendError::NotAllowed);
        }
        let request = paging::request(query.cursor.as_deref(), query.limit)?;
        let own = (actor.role == Role::Telecaller).then_some(actor.user);
        let filter = RowFilter {
            status: query.status.map(status_row),
            direction: query.direction.map(|direction| match direction {
                Direction::Inbound => DirectionRow::Inbound,
                Direction::Outbound => DirectionRow::Outbound,
            }),
            agent_id: own.or(query.agent_id),
            queue_id: query.queue_id,
            lead_id: query.lead_id,
            disposition: query.disposition,
            from: query.from_ms,
            to: query.to_ms,
            search: query.search.filter(|text| !text.trim().is_empty()),
        };
        let page = storage::calls::list(self.store(), actor.scope, &filter, request).await?;
        Ok(paging::page(page, |row| shown(actor, row)))
    }

    pub async fn get_call(&self, actor: &Actor, id: CallId) -> Result<CallDetail, BackendError> {
        let row = self.readable_call(actor, id).await?;
        let store = self.store();
        let (events, why, notes, receipt, cost) = tokio::try_join!(
            storage::call_log::events(store, actor.scope, id),
            storage::routing::latest(store, actor.scope, id),
            storage::notes::of_call(store, actor.scope, id),
            storage::recordings::of_call(store, actor.scope, id),
            storage::calls::cost(store, actor.scope, id),
        )?;
        let holds = holds(&events);
        Ok(CallDetail {
            came_by: row.came_by.clone(),
            provider: row.provider.clone(),
            provider_call_id: row.provider_call_id.clone(),
            notes: notes.into_iter().map(|note| note.text.into_inner()).collect::<Vec<_>>().join("\n\n"),
            sub_disposition: row.sub_disposition.clone(),
            dispositioned_at_ms: row.dispositioned_at,
            receipt: receipt.map(crate::recordings::receipt),
            why: why.as_ref().and_then(decision),
            holds,
            cost: cost.map(|cost| Cost { amount: cost.amount, unit: cost.unit }),
            events: events.into_iter().map(|event| self.event_shown(actor, event)).collect(),
            row: shown(actor, row),
        })
    }

    fn event_shown(&self, actor: &Actor, event: storage::call_log::StoredEvent) -> CallEventRow {
        let mut data = event.data.into_inner();
        if !actor.role.sees_contact_data() {
            mask_numbers(&mut data);
        }
        CallEventRow { seq: event.seq, at_ms: event.at, kind: event.kind, data }
    }
}

/// Masks every text in an event that is a phone number, such as the target of a transfer.
fn mask_numbers(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) => {
            let digits = text.strip_prefix('+').unwrap_or_default();
            if digits.len() >= 7 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
                *text = masking::mask_number(text);
            }
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(mask_numbers),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(mask_numbers),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_anywhere_in_an_event_is_masked() {
        let mut data = serde_json::json!({ "to": { "kind": "number", "number": "+14155550134" }, "n": 5 });
        mask_numbers(&mut data);
        assert!(!data.to_string().contains("4155550"), "{data}");
        assert_eq!(data["n"], 5);
    }
}
