//! Sets of outcomes: made, changed, copied and put away, each version kept.

use domain::{
    dispositions::{self as outcomes, SetKind, SetProblem},
    ids::DispositionSetId,
};
use serde_json::Value;
use storage::disposition_sets::{DispositionSet as SetRow, SetVersion};
use wire::{
    calls::DispositionEffect,
    config::Disposition,
    dispositions::{
        ArchiveDispositionSet, CopyDispositionSet, DispositionSet, DispositionSetInput, DispositionSetVersion,
        DispositionTemplate, TryDispositions,
    },
    error::FieldError,
};

use crate::{
    Actor, Backend,
    campaigns::{as_wire, read, write},
    clock,
    error::{BackendError, FieldChecks},
    wrap_up,
};

/// Of one organisation, those that were put away among them.
const MOST_SETS: usize = 200;

/// The outcomes as the rules take them, checked.
///
/// # Errors
/// Everything that is wrong with them, under `field`.
pub(crate) fn checked(set: &[Disposition], field: &str) -> Result<Vec<outcomes::Disposition>, BackendError> {
    let set: Vec<outcomes::Disposition> =
        serde::Deserialize::deserialize(write(&set)?).map_err(|error| BackendError::field(field, error.to_string()))?;
    let told = |one: SetProblem| FieldError { field: format!("{field}{}", one.field), problem: one.problem };
    outcomes::check_set(&set)
        .map_err(|problems| BackendError::InvalidFields(problems.into_iter().map(told).collect()))?;
    Ok(set)
}

fn shown(row: SetRow, campaigns: Vec<String>) -> Result<DispositionSet, BackendError> {
    Ok(DispositionSet {
        id: row.id,
        name: row.name,
        kind: row.kind,
        dispositions: read(&row.body, "dispositions")?,
        campaigns,
        made_by: row.made_by_name,
        made_at_ms: row.made_at,
        archived_at_ms: row.archived_at,
        version: row.version,
    })
}

fn shown_version(row: SetVersion) -> Result<DispositionSetVersion, BackendError> {
    Ok(DispositionSetVersion {
        version: row.version,
        dispositions: read(&row.body, "dispositions")?,
        made_by: row.made_by_name,
        made_at_ms: row.made_at,
    })
}

fn check_name(name: &str) -> Result<(), BackendError> {
    let mut checks = FieldChecks::default();
    checks.text(name, 60, "name");
    checks.done()
}

impl Backend {
    async fn set_row(&self, actor: &Actor, id: DispositionSetId) -> Result<SetRow, BackendError> {
        storage::disposition_sets::get(self.store(), actor.scope, id).await?.ok_or(BackendError::NotFound("set"))
    }

    /// Names of the campaigns that have each set now.
    async fn campaigns_of_sets(&self, actor: &Actor) -> Result<Vec<(DispositionSetId, String)>, BackendError> {
        let had = storage::disposition_sets::sets_of_campaigns(self.store(), actor.scope).await?;
        let campaigns = storage::campaigns::list(self.store(), actor.scope).await?;
        let name = |(campaign, set)| Some((set, campaigns.iter().find(|one| one.id == campaign)?.name.clone()));
        Ok(had.into_iter().filter_map(name).collect())
    }

    async fn with_campaigns(&self, actor: &Actor, row: SetRow) -> Result<DispositionSet, BackendError> {
        let all = self.campaigns_of_sets(actor).await?;
        let id = row.id;
        shown(row, all.into_iter().filter(|(set, _)| *set == id).map(|(_, name)| name).collect())
    }

    pub async fn list_disposition_sets(&self, actor: &Actor) -> Result<Vec<DispositionSet>, BackendError> {
        actor.must_configure()?;
        let all = self.campaigns_of_sets(actor).await?;
        let rows = storage::disposition_sets::list(self.store(), actor.scope).await?;
        let names = |id| all.iter().filter(|(set, _)| *set == id).map(|(_, name)| name.clone()).collect();
        rows.into_iter().map(|row| (names(row.id), row)).map(|(names, row)| shown(row, names)).collect()
    }

    pub async fn get_disposition_set(
        &self,
        actor: &Actor,
        id: DispositionSetId,
    ) -> Result<DispositionSet, BackendError> {
        actor.must_configure()?;
        let row = self.set_row(actor, id).await?;
        self.with_campaigns(actor, row).await
    }

    /// With which outcomes a set of each kind begins.
    pub async fn disposition_templates(&self, actor: &Actor) -> Result<Vec<DispositionTemplate>, BackendError> {
        actor.must_configure()?;
        let template = |kind| Ok(DispositionTemplate { kind, dispositions: as_wire(&outcomes::set_of(kind))? });
        SetKind::ALL.into_iter().map(template).collect()
    }

    async fn keep_new_set(
        &self,
        actor: &Actor,
        name: &str,
        kind: SetKind,
        body: Value,
    ) -> Result<DispositionSet, BackendError> {
        if storage::disposition_sets::list(self.store(), actor.scope).await?.len() >= MOST_SETS {
            return Err(BackendError::Conflict("there are 200 sets already"));
        }
        let row = SetRow {
            id: DispositionSetId::new(clock::new_uuid()),
            name: name.trim().to_owned(),
            kind,
            body,
            version: 1,
            made_by: actor.user,
            made_by_name: actor.name.clone(),
            made_at: clock::now(),
            archived_at: None,
        };
        storage::disposition_sets::insert(self.store(), actor.scope, &row).await?;
        self.settings_changed(actor, "disposition_set.create", &row.id.to_string()).await;
        shown(row, Vec::new())
    }

    pub async fn create_disposition_set(
        &self,
        actor: &Actor,
        body: DispositionSetInput,
    ) -> Result<DispositionSet, BackendError> {
        actor.must_configure()?;
        check_name(&body.name)?;
        let set = checked(&body.dispositions, "dispositions")?;
        self.keep_new_set(actor, &body.name, body.kind, write(&set)?).await
    }

    /// Keeps a new version. Calls that have begun keep the one they had.
    pub async fn update_disposition_set(
        &self,
        actor: &Actor,
        id: DispositionSetId,
        body: DispositionSetInput,
    ) -> Result<DispositionSet, BackendError> {
        actor.must_configure()?;
        check_name(&body.name)?;
        let set = checked(&body.dispositions, "dispositions")?;
        let mut row = self.set_row(actor, id).await?;
        row.version = body.version.unwrap_or(row.version);
        row.name = body.name.trim().to_owned();
        (row.kind, row.body) = (body.kind, write(&set)?);
        (row.made_by, row.made_by_name, row.made_at) = (actor.user, actor.name.clone(), clock::now());
        row.version = storage::disposition_sets::update(self.store(), actor.scope, &row).await?;
        self.settings_changed(actor, "disposition_set.update", &id.to_string()).await;
        self.with_campaigns(actor, row).await
    }

    pub async fn copy_disposition_set(
        &self,
        actor: &Actor,
        id: DispositionSetId,
        body: CopyDispositionSet,
    ) -> Result<DispositionSet, BackendError> {
        actor.must_configure()?;
        check_name(&body.name)?;
        let row = self.set_row(actor, id).await?;
        self.keep_new_set(actor, &body.name, row.kind, row.body).await
    }

    /// Puts a set away, so that no campaign can choose it, or takes it out again.
    pub async fn archive_disposition_set(
        &self,
        actor: &Actor,
        id: DispositionSetId,
        body: ArchiveDispositionSet,
    ) -> Result<DispositionSet, BackendError> {
        actor.must_configure()?;
        let row = self.set_row(actor, id).await?;
        let mut set = self.with_campaigns(actor, row).await?;
        if body.archived && !set.campaigns.is_empty() {
            return Err(BackendError::Conflict("campaigns have this set: give them another one first"));
        }
        set.archived_at_ms = body.archived.then(clock::now);
        storage::disposition_sets::archive(self.store(), actor.scope, id, set.archived_at_ms).await?;
        self.settings_changed(actor, "disposition_set.archive", &id.to_string()).await;
        Ok(set)
    }

    pub async fn list_disposition_set_versions(
        &self,
        actor: &Actor,
        id: DispositionSetId,
    ) -> Result<Vec<DispositionSetVersion>, BackendError> {
        actor.must_configure()?;
        self.set_row(actor, id).await?;
        let rows = storage::disposition_sets::versions(self.store(), actor.scope, id).await?;
        rows.into_iter().map(shown_version).collect()
    }

    /// What an outcome of a set that is being edited would bring about, for a lead who has been tried once.
    pub async fn try_dispositions(
        &self,
        actor: &Actor,
        body: TryDispositions,
    ) -> Result<Vec<DispositionEffect>, BackendError> {
        actor.must_configure()?;
        let set = checked(&body.dispositions, "dispositions")?;
        wrap_up::tried(&set, &body.input, &actor.zone)
    }
}
