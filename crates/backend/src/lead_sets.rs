//! Many leads at once: tags, actions on all that fit a filter, and filters under a name.

mod apply;
mod bulk;
mod export;
mod run;
mod tags;
mod take_back;
mod views;

pub(crate) use run::{Running, forget_old, resume};

use storage::leads::LeadFilter as RowFilter;
use wire::lead_sets::LeadSetFilter;

use crate::{error::FieldChecks, leads::heat_row};

/// The filter as the store reads it.
fn row_filter(filter: LeadSetFilter) -> RowFilter {
    RowFilter {
        search: filter.search.filter(|text| !text.trim().is_empty()),
        stage: filter.stage,
        heat: filter.heat.map(heat_row),
        owner_id: filter.owner_id,
        campaign_id: filter.campaign_id,
        tag_id: filter.tag_id,
        oldest_first: false,
    }
}

fn check_filter(checks: &mut FieldChecks, filter: &LeadSetFilter) {
    checks.at_most(filter.search.as_deref().unwrap_or_default(), 200, "filter.search");
    checks.at_most(filter.stage.as_deref().unwrap_or_default(), 40, "filter.stage");
}
