//! What people write about a lead.

use domain::{
    ids::{LeadId, NoteId},
    pii::Personal,
};
use storage::lead_notes::LeadNote as NoteRow;
use wire::{
    lead_pages::{AddLeadNote, LeadNote},
    page::{Page, PageQuery},
};

use crate::{
    Actor, Backend, clock,
    error::{BackendError, FieldChecks},
    paging,
};

const MOST_CHARACTERS: usize = 4_000;
const UNDO_MS: i64 = 24 * 3600 * 1000;

fn shown(row: NoteRow) -> LeadNote {
    LeadNote {
        id: row.id,
        lead_id: row.lead_id,
        text: row.text.into_inner(),
        made_by_id: row.made_by,
        made_by: row.made_by_name,
        created_at_ms: row.created_at,
    }
}

impl Backend {
    /// Newest first.
    pub async fn list_lead_notes(
        &self,
        actor: &Actor,
        lead: LeadId,
        query: PageQuery,
    ) -> Result<Page<LeadNote>, BackendError> {
        let request = paging::request(query.cursor.as_deref(), query.limit)?;
        let lead = self.lead_row(actor, lead).await?;
        let page = storage::lead_notes::of_lead(self.store(), actor.scope, lead.id, request).await?;
        Ok(paging::page(page, shown))
    }

    pub async fn add_lead_note(
        &self,
        actor: &Actor,
        lead: LeadId,
        body: AddLeadNote,
    ) -> Result<LeadNote, BackendError> {
        actor.must_take_calls()?;
        FieldChecks::default().text(&body.text, MOST_CHARACTERS, "text").done()?;
        let lead = self.lead_row(actor, lead).await?;
        let row = NoteRow {
            id: NoteId::new(clock::new_uuid()),
            lead_id: lead.id,
            text: Personal::new(body.text.trim().to_owned()),
            made_by: actor.user,
            made_by_name: actor.name.clone(),
            created_at: clock::now(),
            removed_at: None,
        };
        storage::lead_notes::insert(self.store(), actor.scope, &row).await?;
        self.lead_changed(actor.scope, lead.id);
        Ok(shown(row))
    }

    /// Hides it; it can be brought back for a day.
    pub async fn remove_lead_note(&self, actor: &Actor, id: NoteId) -> Result<(), BackendError> {
        let row = self.note_to_change(actor, id).await?;
        if row.removed_at.is_some() {
            return Err(BackendError::NotFound("note"));
        }
        storage::lead_notes::set_removed(self.store(), actor.scope, id, Some(clock::now())).await?;
        self.audit(actor, "lead.note.remove", &row.lead_id.to_string(), serde_json::json!({ "note": id })).await;
        self.lead_changed(actor.scope, row.lead_id);
        Ok(())
    }

    /// One that is there stays.
    pub async fn restore_lead_note(&self, actor: &Actor, id: NoteId) -> Result<LeadNote, BackendError> {
        let row = self.note_to_change(actor, id).await?;
        if let Some(removed) = row.removed_at {
            if clock::now().0 >= removed.0 + UNDO_MS {
                return Err(BackendError::Conflict(
                    "a removed note can be brought back for 24 hours, and they are over",
                ));
            }
            storage::lead_notes::set_removed(self.store(), actor.scope, id, None).await?;
            self.audit(actor, "lead.note.restore", &row.lead_id.to_string(), serde_json::json!({ "note": id })).await;
            self.lead_changed(actor.scope, row.lead_id);
        }
        Ok(shown(row))
    }

    /// One's own, or anybody's for supervisors.
    async fn note_to_change(&self, actor: &Actor, id: NoteId) -> Result<NoteRow, BackendError> {
        actor.must_take_calls()?;
        let row =
            storage::lead_notes::get(self.store(), actor.scope, id).await?.ok_or(BackendError::NotFound("note"))?;
        self.lead_row(actor, row.lead_id).await?;
        if row.made_by != actor.user {
            actor.must_supervise()?;
        }
        Ok(row)
    }
}
