//! The agent's worklist, and handing out the next lead.

mod entry;
mod hold;
mod next;
mod rules;
mod together;

use std::collections::BTreeMap;

use domain::{
    ids::{CampaignId, UserId},
    windows::CallingHours,
    worklist::{CampaignState, HandOutRules},
};
use storage::{
    TenantScope,
    worklist::{Line, LineFilter, Sort},
};
use wire::{
    page::Page,
    worklist::{WorklistCounts, WorklistEntry, WorklistFilter, WorklistSort},
};

pub(crate) use hold::{Dialer, Hold, hold_to_dial};
pub(crate) use together::Counters;

use crate::{Actor, Backend, campaigns, clock, error::BackendError, leads, paging};

/// Counted up to it; nobody reads "12,431 fresh".
const MOST_COUNTED: u32 = 250;

/// What handing out needs to know of the tenant, read once for a request.
pub(crate) struct Ground {
    pub rules: HandOutRules,
    pub hours: CallingHours,
    pub campaigns: BTreeMap<CampaignId, (CampaignState, CallingHours)>,
    /// Campaigns whose leads without an owner the agent may take.
    pub pools: Vec<CampaignId>,
}

impl Ground {
    pub fn hours_of(&self, campaign: Option<CampaignId>) -> &CallingHours {
        campaign.and_then(|id| self.campaigns.get(&id)).map_or(&self.hours, |(_, hours)| hours)
    }

    pub fn state_of(&self, campaign: Option<CampaignId>) -> Option<CampaignState> {
        campaign.and_then(|id| self.campaigns.get(&id)).map(|(state, _)| *state)
    }

    pub fn lines(&self, owner: UserId) -> Vec<Line> {
        std::iter::once(Line::Owner(owner)).chain(self.pools.iter().copied().map(Line::Campaign)).collect()
    }
}

pub(crate) fn rule_hours(hours: &wire::config::CallingHours) -> CallingHours {
    CallingHours { days: hours.days.clone(), from_minute: hours.from_minute, to_minute: hours.to_minute }
}

fn state(text: &str) -> CampaignState {
    match text {
        "active" => CampaignState::Active,
        "paused" => CampaignState::Paused,
        "completed" => CampaignState::Completed,
        _ => CampaignState::Draft,
    }
}

impl Backend {
    pub(crate) async fn ground(&self, scope: TenantScope, owner: UserId) -> Result<Ground, BackendError> {
        let rows = storage::campaigns::list(self.store(), scope).await?;
        let mut ground = Ground {
            rules: self.hand_out_rules(scope).await?,
            hours: rule_hours(&self.hours_without_campaign(scope).await?),
            campaigns: BTreeMap::new(),
            pools: Vec::new(),
        };
        for row in rows {
            let state = state(&row.state);
            if state == CampaignState::Active && row.agent_ids.contains(&owner) {
                ground.pools.push(row.id);
            }
            ground.campaigns.insert(row.id, (state, rule_hours(&campaigns::hours_of(&row)?)));
        }
        Ok(ground)
    }

    /// Whose worklist is asked for.
    fn worklist_owner(&self, actor: &Actor, asked: Option<UserId>) -> Result<UserId, BackendError> {
        actor.must_take_calls()?;
        match asked {
            Some(other) if other != actor.user => actor.must_supervise().map(|()| other),
            _ => Ok(actor.user),
        }
    }

    pub async fn list_worklist(
        &self,
        actor: &Actor,
        query: WorklistFilter,
    ) -> Result<Page<WorklistEntry>, BackendError> {
        let owner = self.worklist_owner(actor, query.owner_id)?;
        let request = paging::request(query.cursor.as_deref(), query.limit)?;
        let ground = self.ground(actor.scope, owner).await?;
        let filter = LineFilter {
            kind: query.kind,
            heat: query.heat.map(leads::heat_row),
            source: query.source.filter(|source| !source.is_empty()),
            campaign_id: query.campaign_id,
            created_from: query.created_from_ms,
            search: query.search.filter(|text| !text.trim().is_empty()),
        };
        let (store, now, lines) = (self.store(), clock::now(), ground.lines(owner));
        let sort = match query.sort.unwrap_or_default() {
            WorklistSort::Best => None,
            WorklistSort::Newest => Some(Sort::Newest),
            WorklistSort::Oldest => Some(Sort::Oldest),
            WorklistSort::LongestSilent => Some(Sort::LongestSilent),
            WorklistSort::FewestAttempts => Some(Sort::FewestAttempts),
        };
        let page = match sort {
            None => storage::worklist::list(store, actor.scope, &lines, &filter, request, now).await?,
            Some(sort) => storage::worklist::sorted(store, actor.scope, &lines, &filter, sort, request, now).await?,
        };
        let items = self.entries(actor, &ground, page.items, now).await?;
        Ok(Page { items, next: page.next.map(storage::Cursor::encode) })
    }

    /// Takes what the list takes; only the owner makes a difference.
    pub async fn worklist_counts(&self, actor: &Actor, query: WorklistFilter) -> Result<WorklistCounts, BackendError> {
        paging::request(query.cursor.as_deref(), query.limit)?;
        let owner = self.worklist_owner(actor, query.owner_id)?;
        let ground = self.ground(actor.scope, owner).await?;
        let lines = ground.lines(owner);
        let counts = storage::worklist::count(self.store(), actor.scope, &lines, MOST_COUNTED, clock::now()).await?;
        Ok(WorklistCounts { fresh: counts.fresh, callback: counts.callback, retry: counts.retry, due: counts.due })
    }
}
