//! Numbers that must not be called.

use domain::{ids::DncId, masking, phone_number::E164, pii::Personal};
use storage::dnc::DncEntry as DncRow;
use wire::{
    config::{AddDnc, DncEntry},
    page::{Page, SearchQuery},
};

use crate::{
    Actor, Backend, clock,
    error::{BackendError, FieldChecks},
    paging,
};

fn shown(actor: &Actor, row: DncRow) -> DncEntry {
    let number = row.number.into_inner();
    DncEntry {
        id: row.id,
        number: if actor.role.sees_contact_data() { number } else { masking::mask_number(&number) },
        reason: row.reason,
        source: row.source,
        added_by: row.added_by_name,
        added_at_ms: row.added_at,
    }
}

impl Backend {
    pub async fn list_do_not_call(&self, actor: &Actor, query: SearchQuery) -> Result<Page<DncEntry>, BackendError> {
        let request = paging::request(query.cursor.as_deref(), query.limit)?;
        let page = storage::dnc::list(self.store(), actor.scope, query.search.as_deref(), request).await?;
        Ok(paging::page(page, |row| shown(actor, row)))
    }

    pub async fn add_do_not_call(&self, actor: &Actor, body: AddDnc) -> Result<DncEntry, BackendError> {
        actor.must_take_calls()?;
        let mut checks = FieldChecks::default();
        checks.text(&body.reason, 200, "reason");
        checks.done()?;
        let number = E164::parse(&body.number, Some(&actor.country))
            .map_err(|error| BackendError::field("number", error.to_string()))?;
        let row = DncRow {
            id: DncId::new(clock::new_uuid()),
            number: Personal::new(number.as_str().to_owned()),
            reason: body.reason.trim().to_owned(),
            source: "agent".to_owned(),
            added_by: Some(actor.user),
            added_by_name: Some(actor.name.clone()),
            added_at: clock::now(),
        };
        storage::dnc::add(self.store(), actor.scope, &row).await?;
        storage::leads::set_do_not_call(self.store(), actor.scope, &row.number, true).await?;
        self.audit(actor, "do_not_call.add", &row.id.to_string(), serde_json::json!({})).await;
        Ok(shown(actor, row))
    }

    pub async fn remove_do_not_call(&self, actor: &Actor, id: DncId) -> Result<(), BackendError> {
        actor.must_supervise()?;
        let number =
            storage::dnc::remove(self.store(), actor.scope, id).await?.ok_or(BackendError::NotFound("entry"))?;
        storage::leads::set_do_not_call(self.store(), actor.scope, &number, false).await?;
        self.audit(actor, "do_not_call.remove", &id.to_string(), serde_json::json!({})).await;
        Ok(())
    }
}
