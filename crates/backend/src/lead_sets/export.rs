//! Leads in a file: written a batch at a time as rows, sealed, and formatted only when somebody takes the file away, so that the
//! fields of all are known by then and nothing is held in memory.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use bytes::Bytes;
use domain::{
    ids::{BulkActionId, CampaignId, LeadId, TagId, TenantId},
    lead_sets::{BulkActionKind, BulkOutcome, BulkState},
    time::UnixMillis,
};
use serde::{Deserialize, Serialize};
use storage::{
    StorageError, TenantScope,
    bulk_actions::{BulkAction as BulkRow, Target},
    leads::{self, OtherNumber},
};
use wire::{leads::Lead, recordings::SignedUrl};

use super::{bulk::state_of, run::Batch};
use crate::{
    Actor, Backend, clock,
    downloads::{Download, What},
    error::BackendError,
    leads::{mask, shown},
    sealed_parts::{FileError, SealedParts},
};

/// Leads of one part, each of which may have 60 fields of 1,000 characters.
pub(super) const AT_ONCE: u32 = 250;
const FILE_MS: i64 = 24 * 3600 * 1000;
/// Fields of people's own that get a column; a spreadsheet has 16,384 (ECMA-376).
const MOST_OWN: usize = 500;

/// Named as a file that is taken in names them.
const COLUMNS: [&str; 18] = [
    "Name",
    "Mobile",
    "Other number",
    "E-mail",
    "Stage",
    "Heat",
    "Owner",
    "Campaign",
    "Source",
    "Source detail",
    "Language",
    "Time zone",
    "Tags",
    "Priority",
    "Calls",
    "Last contact",
    "Came in",
    "Do not call",
];

/// One lead as it will stand in the file.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    cells: Vec<String>,
    own: BTreeMap<String, String>,
}

/// Names of what leads name.
struct Names {
    tags: BTreeMap<TagId, String>,
    campaigns: BTreeMap<CampaignId, String>,
}

fn moment(at: UnixMillis) -> String {
    jiff::Timestamp::from_millisecond(at.0).map(|at| at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()).unwrap_or_default()
}

fn line(lead: Lead, priority: u32, others: &[OtherNumber], names: &Names) -> Line {
    let heat = serde_json::to_value(lead.heat).ok().and_then(|heat| heat.as_str().map(str::to_owned));
    let tags: Vec<&str> = lead.tags.iter().filter_map(|tag| names.tags.get(tag).map(String::as_str)).collect();
    let numbers: Vec<String> = others
        .iter()
        .map(|other| match lead.masked {
            true => domain::masking::mask_number(other.number.reveal()),
            false => other.number.reveal().clone(),
        })
        .collect();
    let cells = vec![
        lead.name,
        lead.phone,
        numbers.join("; "),
        lead.email.unwrap_or_default(),
        lead.stage,
        heat.unwrap_or_default(),
        lead.owner_name.unwrap_or_default(),
        lead.campaign_id.and_then(|id| names.campaigns.get(&id).cloned()).unwrap_or_default(),
        lead.source.unwrap_or_default(),
        lead.source_detail.unwrap_or_default(),
        lead.language.unwrap_or_default(),
        lead.zone,
        tags.join("; "),
        priority.to_string(),
        lead.attempts.to_string(),
        lead.last_contact_at_ms.map(moment).unwrap_or_default(),
        moment(lead.created_at_ms),
        if lead.do_not_call { "yes" } else { "no" }.to_owned(),
    ];
    Line { cells, own: lead.fields }
}

fn csv_line(line: &Line, own: &BTreeSet<String>) -> String {
    let mut text = String::new();
    let extra = own.iter().map(|key| line.own.get(key).map_or("", String::as_str));
    tables::write_row(line.cells.iter().map(String::as_str).chain(extra), &mut text);
    text
}

fn read(parts: &SealedParts, offset: u64) -> io::Result<Vec<Line>> {
    let plain = parts.read(offset)?.unwrap_or_default();
    serde_json::from_slice(&plain).map_err(io::Error::other)
}

/// All parts twice: which fields there are, and then the rows. One part is held.
fn write(parts: &SealedParts, put: &mut dyn FnMut(Bytes) -> io::Result<()>) -> io::Result<()> {
    let offsets = parts.offsets()?;
    let mut own = BTreeSet::new();
    for offset in &offsets {
        own.extend(read(parts, *offset)?.into_iter().flat_map(|line| line.own.into_keys()));
        while own.len() > MOST_OWN {
            own.pop_last();
        }
    }
    // Spreadsheet programs take a file for UTF-8 by this mark.
    let mut head = "\u{feff}".to_owned();
    tables::write_row(COLUMNS.into_iter().chain(own.iter().map(String::as_str)), &mut head);
    put(Bytes::from(head))?;
    for offset in &offsets {
        let text: String = read(parts, *offset)?.iter().map(|line| csv_line(line, &own)).collect();
        put(Bytes::from(text))?;
    }
    Ok(())
}

fn storage_error(error: &FileError) -> StorageError {
    StorageError::Io(error.to_string())
}

/// The instant until which the file of an action can be taken away; `None` when it has none.
pub(super) fn file_until(row: &BulkRow) -> Option<UnixMillis> {
    let kind: BulkActionKind = serde_json::from_value(row.action.clone()).ok()?;
    let done = state_of(row).ok()? == BulkState::Done;
    let finished = row.finished_at.filter(|_| done && kind == BulkActionKind::Export)?;
    Some(UnixMillis(finished.0 + FILE_MS))
}

impl Backend {
    fn export_parts(&self, tenant: TenantId, id: BulkActionId) -> SealedParts {
        let folder = self.options().data_folder.join("exports").join(tenant.to_string()).join(id.to_string());
        SealedParts::new(self.store(), &folder, &format!("exports.{tenant}.{id}"), "rows")
    }

    /// Writes a batch of leads into the file of the action, as whoever asked for it may see them now.
    pub(super) async fn export_batch(
        &self,
        scope: TenantScope,
        row: &BulkRow,
        targets: &[Target],
    ) -> Result<Batch, StorageError> {
        let store = self.store();
        let ids: Vec<LeadId> = targets.iter().map(|target| target.lead_id).collect();
        let sees =
            storage::users::get(store, scope, row.made_by).await?.is_some_and(|user| user.role.sees_contact_data());
        let names = Names {
            tags: storage::tags::list(store, scope).await?.into_iter().map(|tag| (tag.id, tag.word)).collect(),
            campaigns: storage::campaigns::list(store, scope)
                .await?
                .into_iter()
                .map(|one| (one.id, one.name))
                .collect(),
        };
        let others = leads::numbers::of_leads(store, scope, &ids).await?;
        let mut tags = storage::tags::of_leads(store, scope, &ids).await?;
        let mut found: BTreeMap<LeadId, Line> = BTreeMap::new();
        for row in leads::of_ids(store, scope, &ids).await? {
            let (id, priority) = (row.id, row.priority);
            let mut lead = shown(row);
            lead.tags = tags.remove(&id).unwrap_or_default();
            if !sees {
                mask(&mut lead);
            }
            found.insert(id, line(lead, priority, others.get(&id).map(Vec::as_slice).unwrap_or_default(), &names));
        }
        let mut batch = Batch::default();
        let mut lines = Vec::with_capacity(targets.len());
        for target in targets {
            match found.remove(&target.lead_id) {
                Some(line) => {
                    lines.push(line);
                    batch.settle(target, BulkOutcome::Exported, None);
                }
                None => batch.settle(target, BulkOutcome::Same, None),
            }
        }
        let parts = self.export_parts(scope.tenant(), row.id);
        let offset = targets.first().map_or(0, |target| target.position);
        let kept = tokio::task::spawn_blocking(move || {
            let plain = serde_json::to_vec(&lines).map_err(io::Error::other)?;
            parts.write(offset, &plain)
        });
        let kept = kept.await.map_err(|error| StorageError::Io(error.to_string()))?;
        kept.map_err(|error| storage_error(&error))?;
        Ok(batch)
    }

    /// An address at which the file of an export can be taken away, as long as it is kept.
    pub async fn export_url(&self, actor: &Actor, id: BulkActionId) -> Result<SignedUrl, BackendError> {
        let row = self.bulk_row(actor, id).await?;
        let until = file_until(&row).ok_or(BackendError::NotFound("file"))?;
        if clock::now() >= until {
            return Err(BackendError::Conflict("the file of an export is kept for 24 hours, and they are over"));
        }
        self.audit(actor, "export.link", &id.to_string(), serde_json::json!({})).await;
        Ok(self.signed_file(actor.scope, What::Export(id), until))
    }

    pub(crate) async fn export_content(&self, scope: TenantScope, id: BulkActionId) -> Result<Download, BackendError> {
        let row = storage::bulk_actions::get(self.store(), scope, id).await?.ok_or(BackendError::NotFound("file"))?;
        let until = file_until(&row).filter(|until| clock::now() < *until).ok_or(BackendError::NotFound("file"))?;
        let parts = self.export_parts(scope.tenant(), id);
        let day = moment(UnixMillis(until.0 - FILE_MS)).get(..10).unwrap_or_default().to_owned();
        let name = format!("leads {day}.csv");
        Ok(Download::new(name, "text/csv; charset=utf-8", None, move |put| write(&parts, put)))
    }
}

/// Files that can be taken away no more, and those of exports that did not come to their end.
pub(super) async fn forget_old(backend: &Backend, now: UnixMillis) {
    let folder = backend.options().data_folder.join("exports");
    let listed = tokio::task::spawn_blocking(move || all(&folder)).await.unwrap_or_default();
    for (tenant, id) in listed {
        let row = match storage::bulk_actions::get(backend.store(), TenantScope::system(tenant), id).await {
            Ok(row) => row,
            Err(error) => {
                tracing::warn!(%error, "old exports could not be looked at; tomorrow again");
                return;
            }
        };
        let working = row.as_ref().is_some_and(|row| state_of(row).is_ok_and(BulkState::is_working));
        let wanted = row.as_ref().and_then(file_until).is_some_and(|until| now < until);
        if !working && !wanted {
            let parts = backend.export_parts(tenant, id);
            if !matches!(tokio::task::spawn_blocking(move || parts.remove()).await, Ok(Ok(()))) {
                tracing::warn!(action = %id, "the file of an export could not be removed; tomorrow again");
            }
        }
    }
}

fn all(folder: &std::path::Path) -> Vec<(TenantId, BulkActionId)> {
    let inside = |folder: &std::path::Path| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect::<Vec<_>>()
    };
    let tenants = inside(folder).into_iter().filter_map(|name| name.parse::<TenantId>().ok());
    let of = |tenant: TenantId| {
        let ids = inside(&folder.join(tenant.to_string()));
        ids.into_iter().filter_map(move |id| Some((tenant, id.parse().ok()?)))
    };
    tenants.flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_line(own: &[(&str, &str)]) -> Line {
        let own = own.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect();
        Line { cells: vec!["=cmd()".into(), "+919812300021".into()], own }
    }

    #[test]
    fn each_row_has_every_field_and_no_formula() {
        let own = BTreeSet::from(["budget".to_owned(), "floor".to_owned()]);
        assert_eq!(csv_line(&a_line(&[("floor", "-2")]), &own), "\"'=cmd()\",+919812300021,,\"'-2\"\r\n");
        assert_eq!(csv_line(&a_line(&[("budget", "\t@x")]), &own), "\"'=cmd()\",+919812300021,\"'\t@x\",\r\n");
    }

    #[test]
    fn moments_are_told_in_utc() {
        assert_eq!(moment(UnixMillis(1_800_000_000_000)), "2027-01-15 08:00:00Z");
    }
}
