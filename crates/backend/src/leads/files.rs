//! Files that lie with a lead: kept sealed in the data folder, handed out by an address that is signed and runs out soon.

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use domain::{
    ids::{LeadFileId, LeadId, TenantId},
    lead_files::{FileKind, MOST_BYTES, MOST_FILES, clean_name, kind_of},
    pii::Personal,
    time::UnixMillis,
};
use storage::{TenantScope, lead_files::LeadFile as FileRow};
use wire::{
    lead_pages::{AddLeadFile, LeadFile},
    recordings::SignedUrl,
};

use crate::{
    Actor, Backend, clock,
    downloads::{Download, SHORT, What},
    error::{BackendError, FieldChecks},
    sealed_parts::SealedParts,
};

/// A removed file can be brought back for a day, and lies there a day longer.
const UNDO_MS: i64 = 24 * 3600 * 1000;
/// Files that are taken away at once.
const AT_ONCE: u32 = 200;

fn kind(row: &FileRow) -> Result<FileKind, BackendError> {
    FileKind::parse(&row.kind).ok_or_else(|| BackendError::Internal(format!("unknown kind of file {}", row.kind)))
}

fn shown(row: FileRow) -> Result<LeadFile, BackendError> {
    Ok(LeadFile {
        id: row.id,
        lead_id: row.lead_id,
        kind: kind(&row)?,
        name: row.name.into_inner(),
        bytes: row.bytes,
        made_by_id: row.made_by,
        made_by: row.made_by_name,
        created_at_ms: row.created_at,
    })
}

impl Backend {
    fn file_parts(&self, tenant: TenantId, id: LeadFileId) -> SealedParts {
        let folder = self.options().data_folder.join("lead-files").join(tenant.to_string()).join(id.to_string());
        SealedParts::new(self.store(), &folder, &format!("lead-files.{tenant}.{id}"), "part")
    }

    /// Newest first.
    pub async fn list_lead_files(&self, actor: &Actor, lead: LeadId) -> Result<Vec<LeadFile>, BackendError> {
        actor.must_take_calls()?;
        let lead = self.lead_row(actor, lead).await?;
        let rows = storage::lead_files::of_lead(self.store(), actor.scope, lead.id).await?;
        rows.into_iter().map(shown).collect()
    }

    pub async fn add_lead_file(
        &self,
        actor: &Actor,
        lead: LeadId,
        body: AddLeadFile,
    ) -> Result<LeadFile, BackendError> {
        actor.must_take_calls()?;
        FieldChecks::default().at_most(&body.name, 255, "name").done()?;
        let data = STANDARD
            .decode(body.data.as_bytes())
            .map_err(|_| BackendError::field("data", "expected base 64 with padding"))?;
        if data.len() > MOST_BYTES {
            return Err(BackendError::field("data", "the file is larger than 10 MB"));
        }
        let kind = kind_of(&data).ok_or_else(|| {
            BackendError::field("data", "the file is none of PDF, PNG, JPEG, GIF, WebP, Word, Excel or text")
        })?;
        let lead = self.lead_row(actor, lead).await?;
        let row = FileRow {
            id: LeadFileId::new(clock::new_uuid()),
            lead_id: lead.id,
            name: Personal::new(clean_name(&body.name, kind)),
            kind: kind.as_str().to_owned(),
            bytes: data.len() as u64,
            made_by: actor.user,
            made_by_name: actor.name.clone(),
            created_at: clock::now(),
            removed_at: None,
        };
        let parts = self.file_parts(actor.tenant, row.id);
        let kept = parts.clone();
        let write = move || {
            let mut writer = kept.writer();
            std::io::Write::write_all(&mut writer, &data)?;
            writer.finish()
        };
        tokio::task::spawn_blocking(write).await.map_err(|error| BackendError::Internal(error.to_string()))?.map_err(
            |error| {
                tracing::error!(%error, "the disk does not keep a file of a lead");
                BackendError::Unavailable
            },
        )?;
        let inserted = storage::lead_files::insert(self.store(), actor.scope, &row, MOST_FILES).await;
        if !matches!(inserted, Ok(true)) {
            drop(parts.remove());
            inserted?;
            return Err(BackendError::Conflict("there are 50 files already; remove one first"));
        }
        let told = serde_json::json!({ "file": row.id, "kind": row.kind, "bytes": row.bytes });
        self.audit(actor, "lead.file.add", &lead.id.to_string(), told).await;
        self.lead_changed(actor.scope, lead.id);
        shown(row)
    }

    pub async fn lead_file_url(&self, actor: &Actor, id: LeadFileId) -> Result<SignedUrl, BackendError> {
        actor.must_take_calls()?;
        let row = self.lead_file_row(actor, id).await?;
        if row.removed_at.is_some() {
            return Err(BackendError::NotFound("file"));
        }
        self.audit(actor, "lead.file.link", &row.lead_id.to_string(), serde_json::json!({ "file": id })).await;
        Ok(self.signed_file(actor.scope, What::LeadFile(id), clock::now().plus(SHORT)))
    }

    /// Hides it; it can be brought back for a day.
    pub async fn remove_lead_file(&self, actor: &Actor, id: LeadFileId) -> Result<(), BackendError> {
        let row = self.file_to_change(actor, id).await?;
        if row.removed_at.is_some() {
            return Err(BackendError::NotFound("file"));
        }
        storage::lead_files::set_removed(self.store(), actor.scope, id, Some(clock::now())).await?;
        self.audit(actor, "lead.file.remove", &row.lead_id.to_string(), serde_json::json!({ "file": id })).await;
        self.lead_changed(actor.scope, row.lead_id);
        Ok(())
    }

    /// One that is there stays.
    pub async fn restore_lead_file(&self, actor: &Actor, id: LeadFileId) -> Result<LeadFile, BackendError> {
        let row = self.file_to_change(actor, id).await?;
        if let Some(removed) = row.removed_at {
            if clock::now().0 >= removed.0 + UNDO_MS {
                return Err(BackendError::Conflict(
                    "a removed file can be brought back for 24 hours, and they are over",
                ));
            }
            storage::lead_files::set_removed(self.store(), actor.scope, id, None).await?;
            self.audit(actor, "lead.file.restore", &row.lead_id.to_string(), serde_json::json!({ "file": id })).await;
            self.lead_changed(actor.scope, row.lead_id);
        }
        shown(row)
    }

    /// Also one that is removed; not one of a lead that is not there.
    async fn lead_file_row(&self, actor: &Actor, id: LeadFileId) -> Result<FileRow, BackendError> {
        let row =
            storage::lead_files::get(self.store(), actor.scope, id).await?.ok_or(BackendError::NotFound("file"))?;
        self.lead_row(actor, row.lead_id).await?;
        Ok(row)
    }

    /// One's own, or anybody's for supervisors.
    async fn file_to_change(&self, actor: &Actor, id: LeadFileId) -> Result<FileRow, BackendError> {
        actor.must_take_calls()?;
        let row = self.lead_file_row(actor, id).await?;
        if row.made_by != actor.user {
            actor.must_supervise()?;
        }
        Ok(row)
    }

    /// Of an address that was signed before; a file that was removed since is not there.
    pub(crate) async fn lead_file_content(&self, scope: TenantScope, id: LeadFileId) -> Result<Download, BackendError> {
        let row = storage::lead_files::get(self.store(), scope, id).await?;
        let row = row.filter(|row| row.removed_at.is_none()).ok_or(BackendError::NotFound("file"))?;
        let lead = storage::leads::get(self.store(), scope, row.lead_id).await?;
        lead.ok_or(BackendError::NotFound("file"))?;
        let media_type = kind(&row)?.media_type();
        let parts = self.file_parts(scope.tenant(), id);
        Ok(Download::new(row.name.into_inner(), media_type, Some(row.bytes), move |put| {
            for offset in parts.offsets()? {
                put(Bytes::from(parts.read(offset)?.unwrap_or_default()))?;
            }
            Ok(())
        }))
    }

    /// After a rotation: seals the files of leads anew. Returns how many parts were.
    pub async fn reseal_files(&self) -> Result<u64, BackendError> {
        let (mut moved, mut after) = (0, None);
        while let Some((tenant, id)) = storage::lead_files::next(self.store(), after).await? {
            let parts = self.file_parts(tenant, id);
            let done = tokio::task::spawn_blocking(move || parts.reseal()).await;
            let done = done.map_err(|error| BackendError::Internal(error.to_string()))?;
            moved += done.map_err(|error| BackendError::Internal(error.to_string()))?;
            after = Some((tenant, id));
        }
        Ok(moved)
    }
}

/// Files that were removed and can no more be brought back, and those of leads that are gone.
pub(crate) async fn forget_old(backend: &Backend, now: UnixMillis) {
    let before = UnixMillis(now.0 - 2 * UNDO_MS);
    let mut gone = 0;
    loop {
        let found = match storage::lead_files::removed_before(backend.store(), before, AT_ONCE).await {
            Ok(found) if found.is_empty() => break,
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(%error, "removed files of leads could not be taken away; tomorrow again");
                break;
            }
        };
        for (tenant, id) in found {
            let parts = backend.file_parts(tenant, id);
            let removed = tokio::task::spawn_blocking(move || parts.remove()).await;
            let forgotten = match removed {
                Ok(Ok(())) => storage::lead_files::forget(backend.store(), TenantScope::system(tenant), id).await,
                _ => Err(storage::StorageError::Io("the data folder".to_owned())),
            };
            if let Err(error) = forgotten {
                tracing::warn!(file = %id, %error, "a removed file of a lead could not be taken away; tomorrow again");
                return;
            }
            gone += 1;
        }
    }
    if gone > 0 {
        tracing::info!(gone, "removed files of leads are taken away");
    }
}
