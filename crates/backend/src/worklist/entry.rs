//! Leads of the worklist as the screen shows them.

use std::collections::BTreeMap;

use domain::{
    do_not_call::{Objection, RegistryAnswer, needs_asking},
    ids::{LeadId, UserId},
    time::UnixMillis,
    worklist::{self as rules, Candidate, Hindrance},
};
use storage::worklist::InLine;
use wire::{
    leads::Lead,
    worklist::{WorklistEntry, WorklistHindrance},
};

use super::Ground;
use crate::{
    Actor, Backend,
    error::BackendError,
    history,
    leads::{for_reader, shown},
    tasks,
};

impl Backend {
    /// Reads what belongs to the leads in a few statements for all of them.
    pub(super) async fn entries(
        &self,
        actor: &Actor,
        ground: &Ground,
        rows: Vec<InLine>,
        now: UnixMillis,
    ) -> Result<Vec<WorklistEntry>, BackendError> {
        let ids: Vec<LeadId> = rows.iter().map(|row| row.lead.id).collect();
        let (store, scope) = (self.store(), actor.scope);
        let (calls, callbacks, promises, mut tags) = tokio::try_join!(
            storage::calls::last_of(store, scope, &ids),
            storage::callbacks::open_of(store, scope, &ids),
            storage::tasks::open_of(store, scope, &ids),
            storage::tags::of_leads(store, scope, &ids),
        )?;
        let names = self.names_of_holders(actor, &rows).await?;
        let mut last: BTreeMap<_, _> = calls.into_iter().filter_map(|call| Some((call.lead_id?, call))).collect();
        // The soonest of each lead, which comes first.
        let mut callback = BTreeMap::new();
        for one in callbacks {
            callback.entry(one.lead_id).or_insert(one);
        }
        let mut promise = BTreeMap::new();
        for one in promises {
            if let Some(lead) = one.lead_id {
                promise.entry(lead).or_insert(one);
            }
        }
        let entry = |row: InLine| {
            let id = row.lead.id;
            let hindrance = hindrance(actor, ground, row.clone(), now);
            let reasons = rules::reasons(row.place, row.lead.heat.into(), row.lead.created_at, row.lead.attempts, now);
            WorklistEntry {
                kind: rules::kind_of(row.place.class),
                due_at_ms: rules::due_of(row.place.key),
                reasons,
                hindrance: hindrance.map(|one| told(one, &names)),
                last_call: last.remove(&id).map(history::brief),
                callback: callback.remove(&id).map(tasks::callback),
                promise: promise.remove(&id).map(tasks::task),
                shared: row.lead.owner_id.is_none(),
                lead: Lead { tags: tags.remove(&id).unwrap_or_default(), ..for_reader(actor, shown(row.lead)) },
            }
        };
        Ok(rows.into_iter().map(entry).collect())
    }

    async fn names_of_holders(&self, actor: &Actor, rows: &[InLine]) -> Result<BTreeMap<UserId, String>, BackendError> {
        let mut names = BTreeMap::new();
        for (holder, _) in rows.iter().filter_map(|row| row.held).filter(|(holder, _)| *holder != actor.user) {
            if !names.contains_key(&holder)
                && let Some(user) = storage::users::get(self.store(), actor.scope, holder).await?
            {
                names.insert(holder, user.name);
            }
        }
        Ok(names)
    }
}

/// The registry is asked when somebody calls, not when somebody looks.
pub(super) fn hindrance(actor: &Actor, ground: &Ground, mut row: InLine, now: UnixMillis) -> Option<Hindrance> {
    if needs_asking(row.objections.registry, now) {
        row.objections.registry = RegistryAnswer::NotUsed;
    }
    let lead = &row.lead;
    let candidate = Candidate {
        place: row.place,
        zone: &lead.zone,
        objections: &row.objections,
        attempts: lead.attempts,
        campaign_id: lead.campaign_id,
        campaign: ground.state_of(lead.campaign_id),
        hours: ground.hours_of(lead.campaign_id),
        held: row.held.filter(|(holder, _)| *holder != actor.user),
        dialed_at: row.dialed_at,
    };
    rules::may_call_now(&candidate, &ground.rules, now).err()
}

fn told(hindrance: Hindrance, names: &BTreeMap<UserId, String>) -> WorklistHindrance {
    match hindrance {
        Hindrance::DoNotCall { objection: Objection::Marked } => WorklistHindrance::DoNotCall { until_ms: None },
        Hindrance::DoNotCall { objection: Objection::Listed { until, .. } } => {
            WorklistHindrance::DoNotCall { until_ms: until }
        }
        Hindrance::DoNotCall { objection: Objection::Withdrawn { purpose } } => {
            WorklistHindrance::ConsentWithdrawn { purpose }
        }
        Hindrance::DoNotCall { objection: Objection::InRegistry { until } } => {
            WorklistHindrance::InRegistry { until_ms: until }
        }
        Hindrance::DoNotCall { objection: Objection::RegistryUnknown } => {
            WorklistHindrance::DoNotCall { until_ms: None }
        }
        Hindrance::CampaignNotActive => WorklistHindrance::CampaignNotActive,
        Hindrance::TriesUsed { most } => WorklistHindrance::TriesUsed { most },
        Hindrance::NotDue { due_at } => WorklistHindrance::NotDue { due_at_ms: due_at },
        Hindrance::Closed { opens_at } => WorklistHindrance::Closed { opens_at_ms: opens_at },
        Hindrance::JustDialed { until } => WorklistHindrance::JustDialed { until_ms: until },
        Hindrance::Held { by, until } => {
            WorklistHindrance::Held { by: names.get(&by).cloned().unwrap_or_default(), until_ms: until }
        }
    }
}
