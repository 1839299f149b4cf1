//! What was learned from a call, as screens show it.

use domain::ids::CallId;
use storage::calls::AnalysisState;
use wire::{
    intelligence::{AcceptProposal, CallIntelligence, FieldProposal},
    leads::Lead,
};

use super::{TRANSCRIBE, masked};
use crate::{Actor, Backend, clock, error::BackendError, history, leads};

impl Backend {
    pub async fn call_intelligence(&self, actor: &Actor, id: CallId) -> Result<CallIntelligence, BackendError> {
        let row = self.readable_call(actor, id).await?;
        let store = self.store();
        let (transcript, stored, changes) = tokio::try_join!(
            storage::intelligence::transcript(store, actor.scope, id),
            storage::intelligence::analysis(store, actor.scope, id),
            storage::lead_changes::of_call(store, actor.scope, id),
        )?;
        let lead = match row.lead_id {
            Some(lead) => storage::leads::get(store, actor.scope, lead).await?,
            None => None,
        };
        let mut proposals: Vec<FieldProposal> = stored
            .as_ref()
            .and_then(|stored| serde_json::from_value(stored.proposals.reveal().clone()).ok())
            .unwrap_or_default();
        let mut analysis = stored.map(|stored| (stored.made_at, stored.analysis));
        if !actor.role.sees_contact_data() {
            proposals.iter_mut().for_each(masked::proposal);
            analysis.iter_mut().flat_map(|(_, analysis)| &mut analysis.fields).for_each(masked::field);
        }
        Ok(CallIntelligence {
            call_id: id,
            status: history::analysis(&row.analysis),
            transcript: transcript.map(|stored| stored.transcript),
            analysed_at_ms: analysis.as_ref().map(|(made_at, _)| *made_at),
            analysis: analysis.map(|(_, analysis)| analysis),
            changes: lead
                .map(|lead| changes.into_iter().map(|change| leads::change(actor, change, &lead)).collect())
                .unwrap_or_default(),
            proposals,
        })
    }

    pub async fn reprocess_call(&self, actor: &Actor, id: CallId) -> Result<(), BackendError> {
        actor.must_take_calls()?;
        self.call_row(actor, id).await?;
        if storage::recordings::of_call(self.store(), actor.scope, id).await?.is_none() {
            return Err(BackendError::Conflict("there is no recording of this call"));
        }
        self.analysis_progress(actor.scope, id, AnalysisState::Pending, None, None).await?;
        self.enqueue(actor.scope, TRANSCRIBE, id, &format!("{id}:{}", clock::now().0)).await?;
        self.audit(actor, "call.reprocess", &id.to_string(), serde_json::json!({})).await;
        Ok(())
    }

    /// Writes one proposed value, because a person said so.
    pub async fn accept_proposal(&self, actor: &Actor, id: CallId, body: AcceptProposal) -> Result<Lead, BackendError> {
        actor.must_take_calls()?;
        let row = self.call_row(actor, id).await?;
        let lead = row.lead_id.ok_or(BackendError::NotFound("lead"))?;
        let stored = storage::intelligence::analysis(self.store(), actor.scope, id)
            .await?
            .ok_or(BackendError::NotFound("analysis"))?;
        let mut proposals: Vec<FieldProposal> =
            serde_json::from_value(stored.proposals.reveal().clone()).unwrap_or_default();
        let index =
            proposals.iter().position(|one| one.field == body.field).ok_or(BackendError::NotFound("proposal"))?;
        let accepted = proposals.remove(index);
        let by = storage::lead_changes::ChangedBy::Person { user_id: actor.user, name: actor.name.clone() };
        let mut edit = leads::Edit::new(self.lead_row(actor, lead).await?, by);
        edit.set(&accepted.field, Some(&accepted.proposed));
        self.apply_edit(actor.scope, edit).await?;
        let left = serde_json::to_value(proposals).map_err(|error| BackendError::Internal(error.to_string()))?;
        let left = domain::pii::Personal::new(left);
        storage::intelligence::set_proposals(self.store(), actor.scope, id, stored.version, &left).await?;
        self.lead_for(actor, lead).await
    }
}
