//! Looking leads up.

use domain::{ids::LeadId, lead_sets::LeadSort};
use storage::{
    TenantScope,
    leads::{Lead as LeadRow, LeadFilter as RowFilter},
};
use wire::{
    leads::{Lead, LeadFilter},
    page::Page,
};

use super::{for_reader, heat_row, shown};
use crate::{Actor, Backend, error::BackendError, paging};

impl Backend {
    pub async fn list_leads(&self, actor: &Actor, query: LeadFilter) -> Result<Page<Lead>, BackendError> {
        let request = paging::request(query.cursor.as_deref(), query.limit)?;
        let filter = RowFilter {
            search: query.search.filter(|text| !text.trim().is_empty()),
            stage: query.stage,
            heat: query.heat.map(heat_row),
            owner_id: query.owner_id,
            campaign_id: query.campaign_id,
            tag_id: query.tag_id,
            oldest_first: query.sort == Some(LeadSort::Oldest),
        };
        let page = storage::leads::list(self.store(), actor.scope, &filter, request).await?;
        let mut page = paging::page(page, |row| for_reader(actor, shown(row)));
        self.put_tags(actor.scope, &mut page.items).await?;
        Ok(page)
    }

    pub(crate) async fn lead_row(&self, actor: &Actor, id: LeadId) -> Result<LeadRow, BackendError> {
        storage::leads::get(self.store(), actor.scope, id).await?.ok_or(BackendError::NotFound("lead"))
    }

    /// As this person may see it, with its tags.
    pub(crate) async fn lead_for(&self, actor: &Actor, id: LeadId) -> Result<Lead, BackendError> {
        self.shown_with_tags(actor, self.lead_row(actor, id).await?).await
    }

    pub(crate) async fn shown_with_tags(&self, actor: &Actor, row: LeadRow) -> Result<Lead, BackendError> {
        let mut lead = for_reader(actor, shown(row));
        self.put_tags(actor.scope, std::slice::from_mut(&mut lead)).await?;
        Ok(lead)
    }

    pub(crate) async fn put_tags(&self, scope: TenantScope, leads: &mut [Lead]) -> Result<(), BackendError> {
        let ids: Vec<LeadId> = leads.iter().map(|lead| lead.id).collect();
        let mut tags = storage::tags::of_leads(self.store(), scope, &ids).await?;
        for lead in leads {
            lead.tags = tags.remove(&lead.id).unwrap_or_default();
        }
        Ok(())
    }
}
