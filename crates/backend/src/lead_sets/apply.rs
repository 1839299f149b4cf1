//! One batch of an action.

use std::collections::{BTreeMap, HashSet};

use domain::{
    assignment::Reason,
    ids::{AssignmentId, CampaignId, LeadId, TagId, UserId},
    lead_sets::{BulkActionKind, BulkOutcome},
    pii::Personal,
    time::UnixMillis,
};
use serde_json::json;
use storage::{
    StorageError, TenantScope, Tx,
    assignment::{Assignment, Cause},
    bulk_actions::Target,
    leads::{
        bulk::{Within, known},
        sets::{self, Member},
    },
};

use super::run::Batch;
use crate::clock;

/// Does the action to each of the leads.
///
/// # Errors
/// `Unique` when somebody else takes a number at this moment, `NoSuchReference` when what the action names is gone: nothing is
/// written then.
pub(super) async fn apply(
    tx: &mut Tx,
    scope: TenantScope,
    action: BulkActionKind,
    targets: &[Target],
    by: UserId,
    now: UnixMillis,
) -> Result<Batch, StorageError> {
    match action {
        BulkActionKind::Assign { to } => assign(tx, scope, to, targets, by, now).await,
        BulkActionKind::AddTag { tag_id } => tag(tx, scope, tag_id, true, targets).await,
        BulkActionKind::RemoveTag { tag_id } => tag(tx, scope, tag_id, false, targets).await,
        BulkActionKind::MoveToCampaign { campaign_id } => move_to(tx, scope, campaign_id, targets, now).await,
        BulkActionKind::Delete => delete(tx, scope, targets, now).await,
        // Nothing is changed; what is written is written beside the database.
        BulkActionKind::Export => Ok(Batch::default()),
    }
}

pub(super) fn ids(targets: &[Target]) -> Vec<LeadId> {
    targets.iter().map(|target| target.lead_id).collect()
}

pub(super) async fn members(
    tx: &mut Tx,
    scope: TenantScope,
    targets: &[Target],
) -> Result<BTreeMap<LeadId, Member>, StorageError> {
    let found = sets::members(tx, scope, &ids(targets)).await?;
    Ok(found.into_iter().map(|member| (member.id, member)).collect())
}

/// A change of owner as it is kept.
pub(super) fn gift(
    lead: LeadId,
    from: Option<UserId>,
    to: Option<UserId>,
    reason: &Reason,
    by: UserId,
    at: UnixMillis,
) -> Assignment {
    Assignment {
        id: AssignmentId::new(clock::new_uuid()),
        lead_id: lead,
        from_id: from,
        to_id: to,
        cause: Cause::Person,
        rule_id: None,
        version: None,
        reason: Personal::new(reason.clone()),
        by_id: Some(by),
        at,
    }
}

/// Who gave the leads to whom.
async fn gave(tx: &mut Tx, scope: TenantScope, by: UserId, to: Option<UserId>) -> Result<Reason, StorageError> {
    let name =
        async |tx: &mut Tx, id| Ok::<_, StorageError>(storage::users::get(tx, scope, id).await?.map(|user| user.name));
    let by = name(&mut *tx, by).await?.unwrap_or_default();
    let to = match to {
        Some(to) => Some(name(tx, to).await?.unwrap_or_default()),
        None => None,
    };
    Ok(Reason::Person { by, to })
}

async fn assign(
    tx: &mut Tx,
    scope: TenantScope,
    to: Option<UserId>,
    targets: &[Target],
    by: UserId,
    now: UnixMillis,
) -> Result<Batch, StorageError> {
    let reason = gave(tx, scope, by, to).await?;
    let members = members(tx, scope, targets).await?;
    let (mut batch, mut given) = (Batch::default(), Vec::new());
    for target in targets {
        match members.get(&target.lead_id) {
            Some(member) if member.owner_id != to => {
                given.push(gift(member.id, member.owner_id, to, &reason, by, now));
                batch.people.extend(member.owner_id);
                let before = json!({ "owner": member.owner_id });
                batch.settle(target, BulkOutcome::Changed, Some(before));
            }
            _ => batch.settle(target, BulkOutcome::Same, None),
        }
    }
    if !given.is_empty() {
        batch.people.extend(to);
    }
    storage::assignment::give(tx, scope, &given, now).await?;
    Ok(batch)
}

async fn tag(
    tx: &mut Tx,
    scope: TenantScope,
    tag: TagId,
    add: bool,
    targets: &[Target],
) -> Result<Batch, StorageError> {
    let ids = ids(targets);
    let changed = match add {
        true => storage::tags::give(tx, scope, tag, &ids).await?,
        false => storage::tags::take(tx, scope, tag, &ids).await?,
    };
    let mut batch = Batch::default();
    for target in targets {
        let outcome = if changed.contains(&target.lead_id) { BulkOutcome::Changed } else { BulkOutcome::Same };
        batch.settle(target, outcome, None);
    }
    Ok(batch)
}

/// Of these, the leads whose number no other lead of the campaign has.
pub(super) async fn free_in<'a>(
    tx: &mut Tx,
    scope: TenantScope,
    campaign: Option<CampaignId>,
    members: &[&'a Member],
) -> Result<Vec<&'a Member>, StorageError> {
    let numbers: Vec<_> = members.iter().map(|member| member.number.clone()).collect();
    let there = known(tx, scope, &numbers, Within::Campaign(campaign)).await?;
    let mut taken = HashSet::new();
    let free = |member: &&'a Member| !there.contains_key(&member.number) && taken.insert(member.number.clone());
    Ok(members.iter().copied().filter(free).collect())
}

async fn move_to(
    tx: &mut Tx,
    scope: TenantScope,
    campaign: Option<CampaignId>,
    targets: &[Target],
    now: UnixMillis,
) -> Result<Batch, StorageError> {
    let members = members(tx, scope, targets).await?;
    let elsewhere: Vec<&Member> = members.values().filter(|member| member.campaign_id != campaign).collect();
    let free: BTreeMap<LeadId, &Member> =
        free_in(tx, scope, campaign, &elsewhere).await?.into_iter().map(|member| (member.id, member)).collect();
    let moved: Vec<LeadId> = free.keys().copied().collect();
    sets::move_to(tx, scope, &moved, campaign, now).await?;
    let mut batch = Batch::default();
    for target in targets {
        match (members.get(&target.lead_id), free.get(&target.lead_id)) {
            (_, Some(member)) => {
                batch.people.extend(member.owner_id);
                batch.settle(target, BulkOutcome::Changed, Some(json!({ "campaign": member.campaign_id })));
            }
            (Some(member), None) if member.campaign_id != campaign => batch.settle(target, BulkOutcome::Kept, None),
            _ => batch.settle(target, BulkOutcome::Same, None),
        }
    }
    Ok(batch)
}

async fn delete(tx: &mut Tx, scope: TenantScope, targets: &[Target], now: UnixMillis) -> Result<Batch, StorageError> {
    let members = members(tx, scope, targets).await?;
    let there: Vec<LeadId> = members.keys().copied().collect();
    sets::delete(tx, scope, &there, now).await?;
    let mut batch = Batch::default();
    for target in targets {
        match members.get(&target.lead_id) {
            Some(member) => {
                batch.people.extend(member.owner_id);
                batch.settle(target, BulkOutcome::Changed, Some(member.line.clone()));
            }
            None => batch.settle(target, BulkOutcome::Same, None),
        }
    }
    Ok(batch)
}
