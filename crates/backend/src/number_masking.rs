//! Virtual numbers between people and agents: pools, mappings, and who is reached by which.

use domain::{
    ids::{LeadId, MappingId, NumberId, PoolId, UserId},
    number_masking::{Choice, Mapping, Pair, choose},
    phone_number::E164,
};
use storage::{
    StorageError, TenantScope,
    number_masking::{Pool as PoolRow, ShownMapping},
    numbers::{Number as NumberRow, Provider},
};
use wire::{
    live::{LiveEvent, Notice, NoticeLevel},
    masking::{AskMapping, MaskingMapping, MaskingPool, MaskingPoolInput},
    page::{Page, PageQuery},
};

use crate::{
    Actor, Backend, clock,
    error::{BackendError, FieldChecks},
    live::Audience,
    paging,
};

mod messages;
mod reach;

pub(crate) use messages::{RELAY, relay};
pub(crate) use reach::{Meant, asked_for, sentence};

const MOST_POOLS: usize = 50;
const MOST_NUMBERS: usize = 500;
const SHORTEST_S: u32 = 3600;
const LONGEST_S: u32 = 90 * 24 * 3600;
/// Somebody else may take the same number at the same moment.
const MOST_TRIES: usize = 5;

/// A virtual number that is mapped now.
pub(crate) struct Virtual {
    pub mapping: MappingId,
    pub number: NumberRow,
}

impl Backend {
    pub async fn masking_pools(&self, actor: &Actor) -> Result<Vec<MaskingPool>, BackendError> {
        actor.must_supervise()?;
        let rows = storage::number_masking::pools(self.store(), actor.scope).await?;
        let live = storage::number_masking::live(self.store(), actor.scope, clock::now()).await?;
        let numbers = storage::numbers::list(self.store(), actor.scope).await?;
        let shown = |row: PoolRow| {
            let mappings = live.iter().filter(|mapping| row.numbers.contains(&mapping.number)).count();
            let of_twilio =
                |number: &NumberRow| number.provider == Provider::Twilio && row.numbers.contains(&number.id);
            MaskingPool {
                id: row.id,
                name: row.name,
                lasts_s: row.lasts_s,
                on: row.on,
                mappings: u32::try_from(mappings).unwrap_or(u32::MAX),
                takes_messages: numbers.iter().any(of_twilio),
                number_ids: row.numbers,
            }
        };
        Ok(rows.into_iter().map(shown).collect())
    }

    fn pool_row(body: MaskingPoolInput, id: PoolId) -> Result<PoolRow, BackendError> {
        let mut checks = FieldChecks::default();
        checks.text(&body.name, 60, "name");
        checks.require(body.number_ids.len() <= MOST_NUMBERS, "number_ids", "expected at most 500 numbers");
        let lasts = (SHORTEST_S..=LONGEST_S).contains(&body.lasts_s);
        checks.require(lasts, "lasts_s", "expected 3600 (an hour) to 7776000 (90 days)");
        checks.done()?;
        let mut numbers = body.number_ids;
        numbers.sort_unstable();
        numbers.dedup();
        let name = body.name.trim().to_owned();
        Ok(PoolRow { id, name, lasts_s: body.lasts_s, on: body.on, numbers, created_at: clock::now() })
    }

    async fn pool_shown(&self, actor: &Actor, id: PoolId) -> Result<MaskingPool, BackendError> {
        let pools = self.masking_pools(actor).await?;
        pools.into_iter().find(|pool| pool.id == id).ok_or(BackendError::NotFound("pool"))
    }

    pub async fn create_masking_pool(
        &self,
        actor: &Actor,
        body: MaskingPoolInput,
    ) -> Result<MaskingPool, BackendError> {
        actor.must_configure()?;
        let row = Self::pool_row(body, PoolId::new(clock::new_uuid()))?;
        if storage::number_masking::pools(self.store(), actor.scope).await?.len() >= MOST_POOLS {
            return Err(BackendError::Conflict("there are 50 pools already; delete one first"));
        }
        storage::number_masking::insert_pool(self.store(), actor.scope, &row).await?;
        self.settings_changed(actor, "masking_pool.create", &row.id.to_string()).await;
        self.pool_shown(actor, row.id).await
    }

    pub async fn update_masking_pool(
        &self,
        actor: &Actor,
        id: PoolId,
        body: MaskingPoolInput,
    ) -> Result<MaskingPool, BackendError> {
        actor.must_configure()?;
        let row = Self::pool_row(body, id)?;
        if !storage::number_masking::update_pool(self.store(), actor.scope, &row).await? {
            return Err(BackendError::NotFound("pool"));
        }
        self.settings_changed(actor, "masking_pool.update", &id.to_string()).await;
        self.pool_shown(actor, id).await
    }

    pub async fn delete_masking_pool(&self, actor: &Actor, id: PoolId) -> Result<(), BackendError> {
        actor.must_configure()?;
        if !storage::number_masking::remove_pool(self.store(), actor.scope, id).await? {
            return Err(BackendError::NotFound("pool"));
        }
        self.settings_changed(actor, "masking_pool.delete", &id.to_string()).await;
        Ok(())
    }

    pub async fn masking_mappings(
        &self,
        actor: &Actor,
        query: PageQuery,
    ) -> Result<Page<MaskingMapping>, BackendError> {
        actor.must_supervise()?;
        let request = paging::request(query.cursor.as_deref(), query.limit)?;
        let page = storage::number_masking::page(self.store(), actor.scope, clock::now(), request).await?;
        let mut items = Vec::with_capacity(page.items.len());
        for row in page.items {
            items.push(self.mapping_shown(actor.scope, row).await?);
        }
        Ok(Page { items, next: page.next.map(storage::Cursor::encode) })
    }

    async fn mapping_shown(&self, scope: TenantScope, row: ShownMapping) -> Result<MaskingMapping, BackendError> {
        let lead = storage::leads::get(self.store(), scope, row.lead_id).await?;
        Ok(MaskingMapping {
            id: row.id,
            number: row.number,
            lead_id: row.lead_id,
            lead_name: lead.map(|lead| lead.name.reveal().clone()).unwrap_or_default(),
            agent_id: row.agent_id,
            agent_name: row.agent_name,
            created_at_ms: row.created_at,
            expires_at_ms: row.expires_at,
        })
    }

    /// The virtual number between the asker and a lead, whom they can reach by it from their own telephone.
    pub async fn make_mapping(&self, actor: &Actor, body: AskMapping) -> Result<MaskingMapping, BackendError> {
        actor.must_take_calls()?;
        let lead = self.lead_row(actor, body.lead_id).await?;
        let number = E164::from_carrier(lead.phone.reveal())
            .map_err(|error| BackendError::field("lead_id", error.to_string()))?;
        let mapped = self.virtual_number(actor.scope, lead.id, &number, actor.user).await?;
        let mapped = mapped.ok_or(BackendError::NotConfigured("no virtual number is free; ask an admin for more"))?;
        let now = clock::now();
        let live = storage::number_masking::live(self.store(), actor.scope, now).await?;
        let expires_at = live.iter().find(|one| one.id == mapped.mapping).map_or(now, |one| one.expires_at);
        Ok(MaskingMapping {
            id: mapped.mapping,
            number: mapped.number.number,
            lead_id: lead.id,
            lead_name: lead.name.reveal().clone(),
            agent_id: actor.user,
            agent_name: actor.name.clone(),
            created_at_ms: now,
            expires_at_ms: expires_at,
        })
    }

    pub async fn end_mapping(&self, actor: &Actor, id: MappingId) -> Result<(), BackendError> {
        actor.must_supervise()?;
        if !storage::number_masking::end(self.store(), actor.scope, id, clock::now()).await? {
            return Err(BackendError::NotFound("mapping"));
        }
        self.audit(actor, "masking_mapping.end", &id.to_string(), serde_json::json!({})).await;
        Ok(())
    }

    /// The number that stands between the two from now on; none where no pool is on, or all of its numbers are in use for one of
    /// the two: the customer then sees one of the organisation's own numbers.
    pub(crate) async fn virtual_number(
        &self,
        scope: TenantScope,
        lead: LeadId,
        to: &E164,
        agent: UserId,
    ) -> Result<Option<Virtual>, BackendError> {
        let pools = storage::number_masking::pools(self.store(), scope).await?;
        let pools: Vec<_> = pools.into_iter().filter(|pool| pool.on && !pool.numbers.is_empty()).collect();
        if pools.is_empty() {
            return Ok(None);
        }
        let all: Vec<NumberId> = pools.iter().flat_map(|pool| pool.numbers.iter().copied()).collect();
        let lead_telephone = storage::number_masking::telephone(self.store(), scope, to.as_str());
        let phone = self.phone_of(scope, agent).await?;
        let agent_telephone =
            phone.map(|phone| storage::number_masking::telephone(self.store(), scope, phone.as_str()));
        let pair = Pair { lead, agent, lead_telephone: &lead_telephone, agent_telephone: agent_telephone.as_deref() };
        for _ in 0..MOST_TRIES {
            let now = clock::now();
            let live = storage::number_masking::live(self.store(), scope, now).await?;
            let lasts = |number: NumberId| {
                let pool = pools.iter().find(|pool| pool.numbers.contains(&number));
                std::time::Duration::from_secs(pool.map_or(SHORTEST_S, |pool| pool.lasts_s).into())
            };
            let (mapping, number) = match choose(&all, &live, &pair, now) {
                Choice::Keep { mapping, number } => {
                    let until = now.plus(lasts(number));
                    if !storage::number_masking::lengthen(self.store(), scope, mapping, until, now).await? {
                        continue;
                    }
                    (mapping, number)
                }
                Choice::Take { number } => {
                    let mapping = Mapping {
                        id: MappingId::new(clock::new_uuid()),
                        number,
                        lead,
                        agent,
                        lead_telephone: lead_telephone.clone(),
                        agent_telephone: agent_telephone.clone(),
                        expires_at: now.plus(lasts(number)),
                    };
                    match storage::number_masking::insert(self.store(), scope, &mapping, now).await {
                        Ok(()) => (mapping.id, number),
                        Err(StorageError::Unique { .. }) => continue,
                        Err(error) => return Err(error.into()),
                    }
                }
                Choice::NoneFree => {
                    self.say_none_free(scope);
                    return Ok(None);
                }
                Choice::SameTelephone => return Ok(None),
            };
            let number = storage::numbers::get(self.store(), scope, number).await?;
            return Ok(number.map(|number| Virtual { mapping, number }));
        }
        Ok(None)
    }

    fn say_none_free(&self, scope: TenantScope) {
        let notice = Notice {
            level: NoticeLevel::Warning,
            code: "no_virtual_number_free".to_owned(),
            text: "All virtual numbers are in use for this person or this agent; add numbers to the pool.".to_owned(),
            call_id: None,
        };
        self.feed().publish(scope.tenant(), Audience::Supervisors, LiveEvent::Notice { notice });
    }
}
