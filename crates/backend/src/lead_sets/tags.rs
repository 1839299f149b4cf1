//! The organisation's tags, and the tags of one lead.

use domain::{
    ids::{LeadId, TagId},
    lead_sets::{MOST_TAGS, MOST_WORD, TagColour, word, word_key},
};
use storage::{StorageError, tags::Tag as TagRow};
use wire::{
    lead_sets::{SaveTag, Tag},
    leads::Lead,
};

use crate::{
    Actor, Backend, clock,
    error::{BackendError, FieldChecks},
};

/// Leads that lose a removed tag in one statement.
const AT_ONCE: u32 = 1_000;
/// Somebody may give the tag to a lead while it is removed.
const TRIES: usize = 5;

fn shown(row: TagRow) -> Result<Tag, BackendError> {
    let colour = TagColour::parse(&row.colour)
        .ok_or_else(|| BackendError::Internal(format!("unknown colour {}", row.colour)))?;
    Ok(Tag { id: row.id, word: row.word, colour })
}

fn row(id: TagId, body: &SaveTag) -> Result<TagRow, BackendError> {
    let mut checks = FieldChecks::default();
    checks.text(&body.word, MOST_WORD, "word").done()?;
    Ok(TagRow {
        id,
        word: word(&body.word),
        word_key: word_key(&body.word),
        colour: body.colour.as_str().to_owned(),
        created_at: clock::now(),
    })
}

impl Backend {
    /// All of them, by word.
    pub async fn list_tags(&self, actor: &Actor) -> Result<Vec<Tag>, BackendError> {
        storage::tags::list(self.store(), actor.scope).await?.into_iter().map(shown).collect()
    }

    pub async fn create_tag(&self, actor: &Actor, body: SaveTag) -> Result<Tag, BackendError> {
        actor.must_supervise()?;
        let row = row(TagId::new(clock::new_uuid()), &body)?;
        if storage::tags::list(self.store(), actor.scope).await?.len() >= MOST_TAGS {
            return Err(BackendError::Conflict("there are 200 tags already; remove one first"));
        }
        storage::tags::insert(self.store(), actor.scope, &row).await?;
        self.audit(actor, "tag.create", &row.id.to_string(), serde_json::json!({ "word": row.word })).await;
        shown(row)
    }

    pub async fn update_tag(&self, actor: &Actor, id: TagId, body: SaveTag) -> Result<Tag, BackendError> {
        actor.must_supervise()?;
        let row = row(id, &body)?;
        if !storage::tags::update(self.store(), actor.scope, &row).await? {
            return Err(BackendError::NotFound("tag"));
        }
        self.audit(actor, "tag.update", &id.to_string(), serde_json::json!({ "word": row.word })).await;
        shown(row)
    }

    /// Takes it from every lead, and away.
    pub async fn delete_tag(&self, actor: &Actor, id: TagId) -> Result<(), BackendError> {
        actor.must_supervise()?;
        let tag = self.tag_row(actor, id).await?;
        for _ in 0..TRIES {
            while storage::tags::take_from_some(self.store(), actor.scope, id, AT_ONCE).await? > 0 {}
            match storage::tags::remove(self.store(), actor.scope, id).await {
                Err(StorageError::NoSuchReference) => {}
                removed => {
                    removed?;
                    self.audit(actor, "tag.delete", &id.to_string(), serde_json::json!({ "word": tag.word })).await;
                    return Ok(());
                }
            }
        }
        Err(BackendError::Conflict("leads are being given this tag; try again"))
    }

    pub(super) async fn tag_row(&self, actor: &Actor, id: TagId) -> Result<TagRow, BackendError> {
        storage::tags::get(self.store(), actor.scope, id).await?.ok_or(BackendError::NotFound("tag"))
    }

    /// Gives a lead a tag; one that it has already stays.
    pub async fn tag_lead(&self, actor: &Actor, lead: LeadId, tag: TagId) -> Result<Lead, BackendError> {
        actor.must_take_calls()?;
        self.lead_row(actor, lead).await?;
        self.tag_row(actor, tag).await?;
        let changed = storage::tags::give(self.store(), actor.scope, tag, &[lead]).await?;
        self.tags_changed(actor, lead, !changed.is_empty()).await
    }

    /// Takes a tag from a lead; one that it does not have is no mistake.
    pub async fn untag_lead(&self, actor: &Actor, lead: LeadId, tag: TagId) -> Result<Lead, BackendError> {
        actor.must_take_calls()?;
        self.lead_row(actor, lead).await?;
        self.tag_row(actor, tag).await?;
        let changed = storage::tags::take(self.store(), actor.scope, tag, &[lead]).await?;
        self.tags_changed(actor, lead, !changed.is_empty()).await
    }

    async fn tags_changed(&self, actor: &Actor, lead: LeadId, changed: bool) -> Result<Lead, BackendError> {
        if changed {
            self.lead_changed(actor.scope, lead);
        }
        self.lead_for(actor, lead).await
    }
}
