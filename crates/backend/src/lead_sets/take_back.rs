//! One batch of an action is undone, but for leads that somebody has changed again since.

use std::collections::BTreeMap;

use domain::{
    assignment::Reason,
    ids::{CampaignId, LeadId, TagId, UserId},
    lead_sets::{BulkActionKind, BulkOutcome},
    time::UnixMillis,
};
use serde_json::Value;
use storage::{
    StorageError, TenantScope, Tx,
    bulk_actions::Target,
    leads::sets::{self, Member},
};

use super::{
    apply::{free_in, gift, ids, members},
    run::Batch,
};

/// Takes the action back from each of these leads, which it changed.
///
/// # Errors
/// `Unique` when somebody else takes a number at this moment: nothing is written then.
pub(super) async fn take_back(
    tx: &mut Tx,
    scope: TenantScope,
    action: BulkActionKind,
    targets: &[Target],
    by: UserId,
    now: UnixMillis,
) -> Result<Batch, StorageError> {
    match action {
        BulkActionKind::Assign { to } => give_back(tx, scope, to, targets, by, now).await,
        BulkActionKind::AddTag { tag_id } => {
            let taken = storage::tags::take(tx, scope, tag_id, &ids(targets)).await?;
            Ok(undone(targets, |target| taken.contains(&target.lead_id)))
        }
        BulkActionKind::RemoveTag { tag_id } => tag_again(tx, scope, tag_id, targets).await,
        BulkActionKind::MoveToCampaign { campaign_id } => move_back(tx, scope, campaign_id, targets, now).await,
        BulkActionKind::Delete => bring_back(tx, scope, targets).await,
        BulkActionKind::Export => Ok(Batch::default()),
    }
}

fn undone(targets: &[Target], is: impl Fn(&Target) -> bool) -> Batch {
    let mut batch = Batch::default();
    for target in targets.iter().filter(|target| is(target)) {
        batch.settle(target, BulkOutcome::Undone, None);
    }
    batch
}

/// An id that was noted under this name; `None` also for none.
fn noted<T: std::str::FromStr>(target: &Target, name: &str) -> Option<T> {
    target.undo_data.as_ref()?.get(name)?.as_str()?.parse().ok()
}

async fn give_back(
    tx: &mut Tx,
    scope: TenantScope,
    to: Option<UserId>,
    targets: &[Target],
    by: UserId,
    now: UnixMillis,
) -> Result<Batch, StorageError> {
    let members = members(tx, scope, targets).await?;
    let still = |target: &Target| members.get(&target.lead_id).is_some_and(|member| member.owner_id == to);
    let mut batch = undone(targets, still);
    let back = |target: &&Target| still(target);
    let given: Vec<_> = targets
        .iter()
        .filter(back)
        .map(|target| gift(target.lead_id, to, noted(target, "owner"), &Reason::Undone, by, now))
        .collect();
    batch.people.extend(given.iter().flat_map(|one| [one.from_id, one.to_id]).flatten());
    storage::assignment::give(tx, scope, &given, now).await?;
    Ok(batch)
}

async fn tag_again(tx: &mut Tx, scope: TenantScope, tag: TagId, targets: &[Target]) -> Result<Batch, StorageError> {
    // A tag that is gone meanwhile does not come back.
    if storage::tags::get(&mut *tx, scope, tag).await?.is_none() {
        return Ok(Batch::default());
    }
    let given = storage::tags::give(tx, scope, tag, &ids(targets)).await?;
    Ok(undone(targets, |target| given.contains(&target.lead_id)))
}

async fn move_back(
    tx: &mut Tx,
    scope: TenantScope,
    campaign: Option<CampaignId>,
    targets: &[Target],
    now: UnixMillis,
) -> Result<Batch, StorageError> {
    let members = members(tx, scope, targets).await?;
    let mut of_campaign: BTreeMap<Option<CampaignId>, Vec<&Member>> = BTreeMap::new();
    for target in targets {
        if let Some(member) = members.get(&target.lead_id).filter(|member| member.campaign_id == campaign) {
            of_campaign.entry(noted(target, "campaign")).or_default().push(member);
        }
    }
    let mut moved = Vec::new();
    for (before, there) in of_campaign {
        let free: Vec<LeadId> = free_in(tx, scope, before, &there).await?.iter().map(|member| member.id).collect();
        sets::move_to(tx, scope, &free, before, now).await?;
        moved.extend(free);
    }
    let mut batch = undone(targets, |target| moved.contains(&target.lead_id));
    batch.people.extend(moved.iter().filter_map(|id| members.get(id)?.owner_id));
    Ok(batch)
}

async fn bring_back(tx: &mut Tx, scope: TenantScope, targets: &[Target]) -> Result<Batch, StorageError> {
    let deleted = sets::deleted(tx, scope, &ids(targets)).await?;
    let mut of_campaign: BTreeMap<Option<CampaignId>, Vec<&Member>> = BTreeMap::new();
    for member in &deleted {
        of_campaign.entry(member.campaign_id).or_default().push(member);
    }
    let lines: BTreeMap<LeadId, &Value> =
        targets.iter().filter_map(|target| Some((target.lead_id, target.undo_data.as_ref()?))).collect();
    let mut back = Vec::new();
    for (campaign, there) in of_campaign {
        for member in free_in(tx, scope, campaign, &there).await? {
            sets::restore(tx, scope, member.id, lines.get(&member.id).copied().unwrap_or(&Value::Null)).await?;
            back.push(member);
        }
    }
    let mut batch = undone(targets, |target| back.iter().any(|member| member.id == target.lead_id));
    batch.people.extend(back.iter().filter_map(|member| member.owner_id));
    Ok(batch)
}
