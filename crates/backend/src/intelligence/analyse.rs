//! The job that reads a transcript.

use domain::{
    ids::{CallId, TaskId},
    intelligence::{Analysis, CallContext, Owner},
    pii::Personal,
};
use jiff::Timestamp;
use storage::{
    TenantScope,
    calls::{AnalysisState, Call as CallRow, Conclusion},
    tasks::{Task as TaskRow, TaskStatus},
};
use wire::live::{LiveEvent, Notice, NoticeLevel};

use super::{apply, model};
use crate::{Backend, clock, error::BackendError, jobs::JobError, live::Audience};

pub(crate) async fn analyse(backend: &Backend, scope: TenantScope, call: CallId) -> Result<(), JobError> {
    let store = backend.store();
    let Some(row) = storage::calls::get(store, scope, call).await? else {
        return Err(JobError::Never("the call is not known".to_owned()));
    };
    let Some(stored) = storage::intelligence::transcript(store, scope, call).await? else {
        return Err(JobError::Never("there is no transcript".to_owned()));
    };
    let engines = backend.engines(scope).await?;
    let context = backend.context_of(scope, &row).await?;
    let mut analysis = analysis::analyse(&stored.transcript, &context);
    if let Some((language_model, _)) = &engines.language {
        analysis = model::read(language_model.as_ref(), &stored.transcript, analysis).await?;
    }
    let proposals = apply::to_lead(backend, scope, &row, &analysis, engines.update_leads).await?;
    let proposals = serde_json::to_value(proposals).map_err(|error| JobError::Never(error.to_string()))?;
    let proposals = Personal::new(proposals);
    storage::intelligence::put_analysis(store, scope, call, &analysis, &proposals, clock::now()).await?;
    conclude(backend, scope, &row, &analysis).await?;
    backend.analysis_progress(scope, call, AnalysisState::Completed, None, None).await?;
    Ok(())
}

#[expect(clippy::cast_possible_truncation, reason = "a score between -1 and 1, times 100")]
fn percent(score: f32) -> i32 {
    (score * 100.0).round() as i32
}

async fn conclude(backend: &Backend, scope: TenantScope, row: &CallRow, analysis: &Analysis) -> Result<(), JobError> {
    let conclusion = Conclusion {
        sentiment: Some(percent(analysis.sentiment.score)),
        lead_quality: Some(u32::from(analysis.lead_quality.score)),
        hot: analysis.hot_lead.hot,
        summary: Some(analysis.summary_short.clone()),
    };
    storage::calls::set_conclusion(backend.store(), scope, row.id, &conclusion).await?;
    make_tasks(backend, scope, row, analysis).await?;
    if let Some(agent) = row.agent_id {
        let code = if analysis.hot_lead.hot { "hot_lead" } else { "analysis_ready" };
        let notice = Notice {
            level: NoticeLevel::Info,
            code: code.to_owned(),
            text: "The summary of a call is ready.".to_owned(),
            call_id: Some(row.id),
        };
        backend.feed().publish(scope.tenant(), Audience::User(agent), LiveEvent::Notice { notice });
    }
    Ok(())
}

/// What the agent promised becomes a task; running the analysis again makes none twice.
async fn make_tasks(backend: &Backend, scope: TenantScope, row: &CallRow, analysis: &Analysis) -> Result<(), JobError> {
    let filter = storage::tasks::TaskFilter { call_id: Some(row.id), ..Default::default() };
    let there = storage::tasks::list(backend.store(), scope, &filter, storage::PageRequest::new(None, None)).await?;
    for item in analysis.action_items.iter().filter(|item| item.owner == Owner::Agent) {
        let known = there
            .items
            .iter()
            .any(|task| task.quote.as_ref().is_some_and(|quote| quote.reveal() == item.evidence.quote.reveal()));
        if known {
            continue;
        }
        let task = TaskRow {
            id: TaskId::new(clock::new_uuid()),
            lead_id: row.lead_id,
            lead_name: None,
            call_id: Some(row.id),
            owner_id: row.agent_id,
            owner_name: None,
            text: item.text.clone(),
            due_at: item.due.as_ref().map(|due| due.at),
            remind_at: item.due.as_ref().map(|due| due.at),
            zone: None,
            made_by: "analysis".to_owned(),
            quote: Some(item.evidence.quote.clone()),
            status: TaskStatus::Open,
            created_at: clock::now(),
        };
        storage::tasks::insert(backend.store(), scope, &task).await?;
        if let Some(owner) = row.agent_id {
            backend.tasks_changed(scope.tenant(), owner);
        }
    }
    Ok(())
}

impl Backend {
    /// Date, zone and country that give the words of a call their meaning.
    async fn context_of(&self, scope: TenantScope, row: &CallRow) -> Result<CallContext, BackendError> {
        let tenant = storage::tenants::get(self.store(), scope).await?.ok_or(BackendError::NotFound("tenant"))?;
        let zone = match row.lead_id {
            Some(lead) => storage::leads::get(self.store(), scope, lead).await?.map(|lead| lead.zone),
            None => None,
        };
        let at = Timestamp::from_millisecond(row.started_at.0).unwrap_or(Timestamp::UNIX_EPOCH);
        let zone = zone.unwrap_or(tenant.zone);
        CallContext::new(&at.to_string(), &zone, &tenant.country)
            .map_err(|error| BackendError::Internal(error.to_string()))
    }

    /// The language to listen for: the lead's.
    pub(super) async fn language_of(&self, scope: TenantScope, call: CallId) -> Result<Option<String>, BackendError> {
        let row = storage::calls::get(self.store(), scope, call).await?;
        match row.and_then(|row| row.lead_id) {
            Some(lead) => Ok(storage::leads::get(self.store(), scope, lead).await?.and_then(|lead| lead.language)),
            None => Ok(None),
        }
    }
}
