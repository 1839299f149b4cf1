//! Two leads that were made one are two again.

use std::collections::BTreeSet;

use domain::{
    ids::{LeadChangeId, LeadMergeId},
    lead_merge,
    time::UnixMillis,
    worklist::is_over,
};
use storage::{
    Tx,
    lead_changes::ChangedBy,
    lead_merges::LeadMerge as MergeRow,
    leads::{Lead as LeadRow, OtherNumber, numbers, sets},
    leases::{self, Subject},
};
use wire::leads::Lead;

use super::{
    hold,
    kept::{Was, kept, other_number, was},
};
use crate::{Actor, Backend, clock, error::BackendError, leads::Edit};

impl Backend {
    /// What was merged is there again, and has what came from it. Of the lead that stayed, fields that somebody has changed since stay
    /// as they are.
    pub async fn undo_lead_merge(&self, actor: &Actor, id: LeadMergeId) -> Result<Lead, BackendError> {
        actor.must_supervise()?;
        let merge =
            storage::lead_merges::get(self.store(), actor.scope, id).await?.ok_or(BackendError::NotFound("merge"))?;
        if clock::now() >= merge.undo_until {
            return Err(BackendError::Conflict("a merge can be undone for 24 hours, and they are over"));
        }
        let mut tx = self.store().begin().await?;
        if let Err(error) = self.take_apart(&mut tx, actor, &merge).await {
            tx.undo().await?;
            return Err(error);
        }
        tx.commit().await?;
        let told = serde_json::json!({ "merge": id, "merged": merge.merged_id });
        self.audit(actor, "lead.merge.undo", &merge.kept_id.to_string(), told).await;
        self.lead_changed(actor.scope, merge.kept_id);
        self.lead_changed(actor.scope, merge.merged_id);
        self.lead_for(actor, merge.kept_id).await
    }

    async fn take_apart(&self, tx: &mut Tx, actor: &Actor, merge: &MergeRow) -> Result<(), BackendError> {
        const GONE: BackendError =
            BackendError::Conflict("one of the two was deleted or merged since; bring it back first");
        let (scope, now, was) = (actor.scope, clock::now(), was(merge)?);
        if !storage::lead_merges::mark_undone(tx, scope, merge.id, actor.user, now).await? {
            return Err(BackendError::Conflict("this merge was undone before"));
        }
        let held = sets::members(tx, scope, &[merge.kept_id]).await?;
        let there = sets::deleted(tx, scope, &[merge.merged_id]).await?;
        if held.is_empty() || there.is_empty() {
            return Err(GONE);
        }
        let lead = storage::leads::get(&mut *tx, scope, merge.kept_id).await?.ok_or(GONE)?;
        if storage::lead_merges::in_a_call(&mut *tx, scope, [merge.kept_id, merge.merged_id]).await? {
            return Err(BackendError::Conflict("a call with this lead goes on; undo it when it is over"));
        }
        let fence = hold(tx, actor, &lead, now).await?;
        let number = lead.phone.clone();
        let others = numbers::of_lead(&mut *tx, scope, lead.id).await?;
        let restored = self.restored(tx, actor, &was, lead, &others, now).await?;
        let taken = |(change, field): &(LeadChangeId, String)| {
            let undone = field == "merged" || Edit::value(&restored, field) == was.before.values.get(field).cloned();
            undone.then_some(*change)
        };
        let changes: Vec<LeadChangeId> = was.changes.iter().filter_map(taken).collect();
        storage::lead_changes::mark_undone(&mut *tx, scope, &changes, actor.user, now).await?;
        sets::restore(tx, scope, merge.merged_id, &was.merged_line).await?;
        storage::lead_merges::move_back(tx, scope, merge).await?;
        if !self.promise_first(tx, actor, &restored).await? && !is_over(&restored.stage, restored.do_not_call) {
            sets::set_line(tx, scope, restored.id, &was.line).await?;
        }
        let subject = Subject { lead: merge.kept_id, number: &number };
        leases::release(&mut *tx, scope, subject, actor.user, Some(fence), now).await?;
        Ok(())
    }

    /// Writes the lead that stayed as it was, but for what somebody has changed since.
    async fn restored(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        was: &Was,
        lead: LeadRow,
        others: &[OtherNumber],
        now: UnixMillis,
    ) -> Result<LeadRow, BackendError> {
        let (before, after, is) = (&was.before, &was.after, kept(&lead, others));
        let person = ChangedBy::Person { user_id: actor.user, name: actor.name.clone() };
        let mut edit = Edit::new(lead, person);
        let names: BTreeSet<&String> = before.values.keys().chain(after.values.keys()).collect();
        for name in names {
            let [old, merged, present] = [before, after, &is].map(|one| one.values.get(name));
            let value = *lead_merge::restored(&old, &merged, &present);
            if value != present {
                edit.set(name, value.map(String::as_str));
            }
        }
        let zone_stays = is.values.get("zone") != after.values.get("zone");
        let phone_stays = is.values.get("phone") != after.values.get("phone");
        let asked = storage::objections::of_number(&mut *tx, actor.scope, &edit.row.phone).await?;
        let row = LeadRow {
            zone_source: if zone_stays { is.zone_source.clone() } else { before.zone_source.clone() },
            phone_kind: if phone_stays { is.phone_kind.clone() } else { before.phone_kind.clone() },
            phone_extension: if phone_stays { is.phone_extension.clone() } else { before.phone_extension.clone() },
            do_not_call: before.do_not_call
                || (is.do_not_call && !after.do_not_call)
                || asked.for_ever(edit.row.campaign_id),
            // Tries since then stay counted.
            attempts: is.attempts.saturating_sub(after.attempts.saturating_sub(before.attempts)),
            priority: *lead_merge::restored(&before.priority, &after.priority, &is.priority),
            last_contact_at: *lead_merge::restored(
                &before.last_contact_at,
                &after.last_contact_at,
                &is.last_contact_at,
            ),
            updated_at: now,
            ..edit.row
        };
        storage::leads::update(&mut *tx, actor.scope, &row).await?;
        if is.others == after.others {
            let back: Vec<OtherNumber> = before.others.iter().map(other_number).collect();
            numbers::set(&mut *tx, actor.scope, row.id, &back).await?;
        }
        Ok(row)
    }
}
