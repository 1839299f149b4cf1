//! `switchboard import`: a file of this computer, into the store alone. A server may be running beside it.

use std::{io::Read, path::PathBuf, sync::Arc, time::Duration};

use domain::{
    ids::{CampaignId, ImportId, TenantId},
    imports::{ImportCounts, ImportEvent, ImportPlan, ImportState},
    time::UnixMillis,
};
use providers::outside::Reach;
use storage::{Store, TenantScope};
use tokio_util::sync::CancellationToken;

use super::{
    UNDO_MS,
    begin::{new_row, text_of},
    drive::check_plan,
    files::{Files, MOST_PART, Which},
    go,
    preview::{guess_plan, start_of},
    work::{Ended, Progress, Run},
};
use crate::{clock, error::BackendError};

/// What the person at the terminal asks for.
pub struct FileByHand {
    pub tenant: TenantId,
    pub data_folder: PathBuf,
    pub path: PathBuf,
    /// Guessed when there is none.
    pub plan: Option<ImportPlan>,
    /// Goes before that of the plan.
    pub campaign: Option<CampaignId>,
    pub dry_run: bool,
    /// The national registry may be in this network.
    pub private_targets: bool,
}

/// Told a few times a second: bytes read of how many, rows so far.
pub type HandProgress = Box<dyn Fn(u64, u64, u64) + Send + Sync>;

/// What it came to.
#[derive(Debug, Clone, PartialEq)]
pub struct HandImport {
    pub id: ImportId,
    pub plan: ImportPlan,
    pub counts: ImportCounts,
    pub took_ms: u64,
}

/// Takes a file in, or looks what would become of it. It stands in the history of imports and can be undone there.
///
/// # Errors
/// `NotFound` for a tenant or a file that is not there, `InvalidFields` for a plan that does not fit, and what went wrong with
/// the file in words.
pub async fn import_by_hand(store: &Store, file: FileByHand, tell: HandProgress) -> Result<HandImport, BackendError> {
    let scope = TenantScope::system(file.tenant);
    let tenant = storage::tenants::get(store, scope).await?.ok_or(BackendError::NotFound("tenant"))?;
    let words = |error: std::io::Error| BackendError::Upstream(format!("{}: {error}", file.path.display()));
    let bytes = std::fs::metadata(&file.path).map_err(words)?.len();
    let name = file.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let id = ImportId::new(clock::new_uuid());
    let files = Files::new(store, &file.data_folder, id);
    let mut row = new_row(id, name, bytes, None);
    keep(&file.path, files.clone(), bytes).await.map_err(words)?;
    row.received = bytes;
    go(&mut row, ImportEvent::FileComplete)?;
    let start = start_of(&files, bytes).map_err(words)?;
    let mut plan = file.plan.unwrap_or_else(|| guess_plan(&start, &tenant.country));
    plan.campaign_id = file.campaign.or(plan.campaign_id);
    check_plan(&plan, None)?;
    let event = if file.dry_run { ImportEvent::Rehearse } else { ImportEvent::Start };
    go(&mut row, event)?;
    row.plan = serde_json::to_value(&plan).ok();
    row.begun_at = Some(clock::now());
    storage::imports::insert(store, scope, &row).await?;
    let progress = Arc::<Progress>::default();
    let mut run = Run {
        store: store.clone(),
        scope,
        files: files.clone(),
        plan: plan.clone(),
        zone: tenant.zone,
        reach: Reach { private: file.private_targets },
        progress: Arc::clone(&progress),
        cancel: CancellationToken::new(),
        stop: CancellationToken::new(),
        import: row,
    };
    let begun = clock::now();
    run.begin(begun);
    let telling = tokio::spawn(tell_on(progress, tell));
    let ended = run.run(!file.dry_run).await;
    telling.abort();
    let outcome = match ended {
        Ok(Ended::Finished | Ended::Stopped | Ended::Cancelled) => Ok(()),
        Err(error) => Err(error.to_string()),
    };
    let now = clock::now();
    let event = match &outcome {
        Ok(()) => ImportEvent::Finished,
        Err(reason) => {
            run.import.failure = Some(reason.clone());
            ImportEvent::Fail { written: run.import.places.is_some() }
        }
    };
    if go(&mut run.import, event)? == ImportState::Undoing {
        run.undo().await.map_err(|error| BackendError::Upstream(error.to_string()))?;
        go(&mut run.import, ImportEvent::Finished)?;
    }
    run.import.finished_at = Some(now);
    run.import.undo_until = (!file.dry_run && outcome.is_ok()).then_some(UnixMillis(now.0 + UNDO_MS));
    storage::imports::update(store, scope, &run.import).await?;
    outcome.map_err(BackendError::Upstream)?;
    let counts = serde_json::from_value(run.import.counts.clone()).unwrap_or_default();
    Ok(HandImport { id, plan, counts, took_ms: u64::try_from(now.0 - begun.0).unwrap_or_default() })
}

async fn keep(path: &std::path::Path, files: Files, bytes: u64) -> std::io::Result<()> {
    let path = path.to_owned();
    let keeping = tokio::task::spawn_blocking(move || {
        let mut file = std::fs::File::open(path)?;
        let (mut buffer, mut offset) = (vec![0; MOST_PART], 0);
        while offset < bytes {
            let want = usize::try_from(bytes - offset).unwrap_or(usize::MAX).min(MOST_PART);
            file.read_exact(&mut buffer[..want])?;
            files.write_part(Which::Given, offset, &buffer[..want])?;
            offset += want as u64;
        }
        text_of(&files, bytes).map_err(std::io::Error::other)
    });
    keeping.await.map_err(std::io::Error::other)?
}

async fn tell_on(progress: Arc<Progress>, tell: HandProgress) {
    use std::sync::atomic::Ordering::Relaxed;
    let mut tick = tokio::time::interval(Duration::from_millis(250));
    loop {
        tick.tick().await;
        tell(progress.bytes.load(Relaxed), progress.total.load(Relaxed), progress.rows.load(Relaxed));
    }
}
