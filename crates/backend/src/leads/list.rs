//! Looking leads up.

use domain::ids::LeadId;
use storage::leads::{Lead as LeadRow, LeadFilter as RowFilter};
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
        };
        let page = storage::leads::list(self.store(), actor.scope, &filter, request).await?;
        Ok(paging::page(page, |row| for_reader(actor, shown(row))))
    }

    pub(crate) async fn lead_row(&self, actor: &Actor, id: LeadId) -> Result<LeadRow, BackendError> {
        storage::leads::get(self.store(), actor.scope, id).await?.ok_or(BackendError::NotFound("lead"))
    }
}
