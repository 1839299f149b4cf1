//! The board of stages: how many leads stand where.

use storage::leads::{LeadFilter as RowFilter, board};
use wire::lead_pages::{BoardColumn, BoardFilter};

use crate::{Actor, Backend, error::BackendError};

impl Backend {
    /// Stages that leads are in, by name.
    pub async fn lead_board(&self, actor: &Actor, query: BoardFilter) -> Result<Vec<BoardColumn>, BackendError> {
        let filter = RowFilter { owner_id: query.owner_id, campaign_id: query.campaign_id, ..RowFilter::default() };
        let columns = board::stages(self.store(), actor.scope, &filter).await?;
        Ok(columns
            .into_iter()
            .map(|column| BoardColumn {
                stage: column.stage,
                leads: column.leads,
                more: column.more,
                hot: column.hot,
                attempts: column.attempts,
            })
            .collect())
    }
}
