//! Two leads that are one person: who they may be, and making them one.

mod kept;
mod undo;

use std::collections::BTreeSet;

use domain::{
    ids::{LeadId, LeadMergeId, UserId},
    lead_merge::{self, MergeRefusal},
    pii::Personal,
    time::UnixMillis,
    worklist::{Kind, Standing, is_over},
};
use storage::{
    Tx,
    lead_changes::ChangedBy,
    lead_merges::LeadMerge as MergeRow,
    leads::{Lead as LeadRow, OtherNumber, numbers, sets, twins},
    leases::{self, Subject, Terms},
};
use wire::{
    lead_pages::{LeadDuplicate, LeadMerge, Likeness, MergeLeads},
    leads::Lead,
};

use super::{changes::Edit, for_reader, shown};
use crate::{
    Actor, Backend, clock,
    error::{BackendError, FieldChecks},
};
use kept::{Was, kept, side, was};

const MOST_SUGGESTED: usize = 10;
const UNDO_MS: i64 = 24 * 3600 * 1000;
/// As many as a lead has fields.
const MOST_TAKEN: usize = 100;
/// The two are held while they are made one, so that nobody is given one of them at the same moment.
const HELD: Terms = Terms { span: std::time::Duration::from_secs(1), gap: std::time::Duration::ZERO };
const MERGES_AT_ONCE: u32 = 200;

impl From<MergeRefusal> for BackendError {
    fn from(refusal: MergeRefusal) -> Self {
        match refusal {
            MergeRefusal::UnknownField(_) => Self::field("take", "names a field that neither lead has"),
            MergeRefusal::TooManyNumbers => {
                Self::Conflict("the two have more than 20 other numbers together; remove some first")
            }
        }
    }
}

/// Where the lead stands after its promises came together.
fn standing(row: &LeadRow, due_at: UnixMillis) -> Option<Standing> {
    let promised =
        Standing { kind: Kind::Callback, heat: row.heat.into(), due_at: Some(due_at), created_at: row.created_at };
    (!is_over(&row.stage, row.do_not_call)).then_some(promised)
}

impl Backend {
    /// Leads with a number or the e-mail address of this one.
    pub async fn lead_duplicates(&self, actor: &Actor, id: LeadId) -> Result<Vec<LeadDuplicate>, BackendError> {
        let row = self.lead_row(actor, id).await?;
        let others = numbers::of_lead(self.store(), actor.scope, id).await?;
        let all: Vec<&str> = std::iter::once(row.phone.reveal().as_str())
            .chain(others.iter().map(|other| other.number.reveal().as_str()))
            .collect();
        let found = twins::of_lead(self.store(), actor.scope, &row, &all, MOST_SUGGESTED).await?;
        let (rows, why): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        let mut leads: Vec<Lead> = rows.into_iter().map(|row| for_reader(actor, shown(row))).collect();
        self.put_tags(actor.scope, &mut leads).await?;
        let because = |like| match like {
            twins::Likeness::Number => Likeness::Number,
            twins::Likeness::Email => Likeness::Email,
        };
        Ok(leads.into_iter().zip(why).map(|(lead, like)| LeadDuplicate { lead, because: because(like) }).collect())
    }

    /// What was made one with this lead, the newest first.
    pub async fn list_lead_merges(&self, actor: &Actor, id: LeadId) -> Result<Vec<LeadMerge>, BackendError> {
        let row = self.lead_row(actor, id).await?;
        let merges = storage::lead_merges::into_lead(self.store(), actor.scope, row.id).await?;
        let shown = |row: MergeRow| {
            Ok(LeadMerge {
                id: row.id,
                kept_id: row.kept_id,
                merged_id: row.merged_id,
                merged_name: was(&row)?.merged_name,
                made_by: row.made_by_name,
                at_ms: row.at,
                undo_until_ms: row.undo_until,
                undone_at_ms: row.undone_at,
            })
        };
        merges.into_iter().map(shown).collect()
    }

    /// The two are one from then on; the other is hidden.
    pub async fn merge_leads(&self, actor: &Actor, id: LeadId, body: MergeLeads) -> Result<Lead, BackendError> {
        actor.must_supervise()?;
        let mut checks = FieldChecks::default();
        checks.require(body.other_id != id, "other_id", "expected another lead");
        checks.require(body.take.len() <= MOST_TAKEN, "take", "expected at most 100 fields");
        checks.done()?;
        let take: BTreeSet<String> = body.take.into_iter().collect();
        let mut tx = self.store().begin().await?;
        let done = self.merge_in(&mut tx, actor, id, body.other_id, &take).await;
        let (row, people) = match done {
            Ok(done) => done,
            Err(error) => {
                tx.undo().await?;
                return Err(error);
            }
        };
        tx.commit().await?;
        let told = serde_json::json!({ "merged": body.other_id, "taken": take });
        self.audit(actor, "lead.merge", &id.to_string(), told).await;
        self.lead_changed(actor.scope, id);
        self.lead_changed(actor.scope, body.other_id);
        self.leads_changed_for(actor.scope, people.into_iter());
        self.shown_with_tags(actor, row).await
    }

    /// The lead as it is then, and whose lists have changed. Read within the transaction: a moment later it may have been merged
    /// into a third one.
    async fn merge_in(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        id: LeadId,
        other_id: LeadId,
        take: &BTreeSet<String>,
    ) -> Result<(LeadRow, Vec<UserId>), BackendError> {
        let (scope, now) = (actor.scope, clock::now());
        let members = sets::members(tx, scope, &[id, other_id]).await?;
        let line = |of: LeadId| members.iter().find(|member| member.id == of).map(|member| member.line.clone());
        let (Some(own_line), Some(merged_line)) = (line(id), line(other_id)) else {
            return Err(BackendError::NotFound("lead"));
        };
        let lead = storage::leads::get(&mut *tx, scope, id).await?.ok_or(BackendError::NotFound("lead"))?;
        let other = storage::leads::get(&mut *tx, scope, other_id).await?.ok_or(BackendError::NotFound("lead"))?;
        if storage::lead_merges::in_a_call(&mut *tx, scope, [id, other_id]).await? {
            return Err(BackendError::Conflict("a call with one of the two goes on; merge them when it is over"));
        }
        let fences = [hold(tx, actor, &lead, now).await?, hold(tx, actor, &other, now).await?];
        let others = numbers::of_lead(&mut *tx, scope, id).await?;
        let merged_others = numbers::of_lead(&mut *tx, scope, other_id).await?;
        let plan = lead_merge::merge(&side(&lead, &others), &side(&other, &merged_others), take)?;

        sets::delete(tx, scope, &[other_id], now).await?;
        let before = kept(&lead, &others);
        let person = ChangedBy::Person { user_id: actor.user, name: actor.name.clone() };
        let mut edit = Edit::new(lead.clone(), person);
        for (field, to) in &plan.taken {
            if !edit.set(field, to.as_ref().map(|to| to.reveal().as_str())) {
                return Err(BackendError::field("take", "names a field that neither lead has"));
            }
        }
        if plan.taken.contains_key("zone") {
            edit.row.zone_source.clone_from(&other.zone_source);
        }
        edit.merged(other.name.reveal());
        edit.row = LeadRow {
            phone_kind: plan.phone_kind,
            phone_extension: plan.phone_extension,
            do_not_call: plan.do_not_call,
            attempts: plan.attempts,
            priority: plan.priority,
            last_contact_at: plan.last_contact_at,
            updated_at: now,
            ..edit.row
        };
        edit.write(&mut *tx, scope).await?;
        let all: Vec<OtherNumber> = plan
            .others
            .into_iter()
            .map(|one| OtherNumber { number: one.number, kind: one.kind, extension: one.extension })
            .collect();
        numbers::set(&mut *tx, scope, id, &all).await?;
        let was = Was {
            merged_name: other.name.reveal().clone(),
            before,
            after: kept(&edit.row, &all),
            line: own_line,
            merged_line,
            changes: edit.noted().map(|(change, field)| (change, field.to_owned())).collect(),
        };
        let merge = MergeRow {
            id: LeadMergeId::new(clock::new_uuid()),
            kept_id: id,
            merged_id: other_id,
            was: Personal::new(serde_json::to_value(was).map_err(|error| BackendError::Internal(error.to_string()))?),
            made_by: actor.user,
            made_by_name: actor.name.clone(),
            at: now,
            undo_until: UnixMillis(now.0 + UNDO_MS),
            undone_at: None,
        };
        storage::lead_merges::insert(&mut *tx, scope, &merge).await?;
        storage::lead_merges::move_all(tx, scope, &merge).await?;
        self.promise_first(tx, actor, &edit.row).await?;
        for (held, fence) in [&lead, &other].into_iter().zip(fences) {
            let subject = Subject { lead: held.id, number: &held.phone };
            leases::release(&mut *tx, scope, subject, actor.user, Some(fence), now).await?;
        }
        let merged = storage::leads::get(&mut *tx, scope, id).await?.ok_or(BackendError::NotFound("lead"))?;
        let people = [lead.owner_id, other.owner_id, merged.owner_id].into_iter().flatten().collect();
        Ok((merged, people))
    }

    /// Puts the lead where its soonest promise belongs, when it has one.
    async fn promise_first(&self, tx: &mut Tx, actor: &Actor, row: &LeadRow) -> Result<bool, BackendError> {
        let open = storage::callbacks::open_of(&mut *tx, actor.scope, &[row.id]).await?;
        let Some(first) = open.first() else { return Ok(false) };
        storage::worklist::put(&mut *tx, actor.scope, row.id, standing(row, first.due_at)).await?;
        Ok(true)
    }
}

/// The fence under which the lead is held until the transaction ends. Refused while anybody holds it or its number.
async fn hold(tx: &mut Tx, actor: &Actor, lead: &LeadRow, now: UnixMillis) -> Result<i64, BackendError> {
    let subject = Subject { lead: lead.id, number: &lead.phone };
    let rows = leases::rows(&mut *tx, actor.scope, subject).await?;
    let mine_for_a_moment = |until: UnixMillis| until == now.plus(HELD.span);
    let held = [rows.lead, rows.number]
        .into_iter()
        .flatten()
        .find(|one| one.until > now && !(one.holder == actor.user && mine_for_a_moment(one.until)));
    if let Some(lease) = held {
        let holder = storage::users::get(&mut *tx, actor.scope, lease.holder).await?;
        return Err(BackendError::LeadHeld {
            by: holder.map(|user| user.name).unwrap_or_default(),
            until: lease.until,
        });
    }
    leases::claim(&mut *tx, actor.scope, subject, actor.user, HELD, now)
        .await?
        .ok_or(BackendError::Conflict("somebody is taking one of the two at this moment; try again"))
}

/// Merges that can be undone no more.
pub(crate) async fn forget_old(backend: &Backend, now: UnixMillis) {
    let before = UnixMillis(now.0 - 2 * UNDO_MS);
    loop {
        match storage::lead_merges::forget(backend.store(), before, MERGES_AT_ONCE).await {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "old merges could not be forgotten; tomorrow again");
                break;
            }
        }
    }
}
