//! Mappings that are kept for the next file of a source.

use domain::imports::ImportPlan;
use storage::{TenantScope, imports::Mapping};
use wire::imports::{ImportMapping, MappingQuery, SaveImportMapping};

use super::drive::check_plan;
use crate::{
    Actor, Backend, clock,
    error::{BackendError, FieldChecks},
};

impl Backend {
    pub(super) async fn keep_mapping(
        &self,
        scope: TenantScope,
        name: &str,
        plan: &ImportPlan,
    ) -> Result<ImportMapping, BackendError> {
        let mut checks = FieldChecks::default();
        checks.text(name, 80, "name");
        checks.done()?;
        let name = name.trim().to_owned();
        let json = serde_json::to_value(plan).map_err(|error| BackendError::Internal(error.to_string()))?;
        let mapping = Mapping { name: name.clone(), plan: json, used_at: clock::now() };
        storage::imports::save_mapping(self.store(), scope, &mapping).await?;
        Ok(ImportMapping { name, plan: plan.clone(), used_at_ms: mapping.used_at })
    }

    pub async fn save_import_mapping(
        &self,
        actor: &Actor,
        body: SaveImportMapping,
    ) -> Result<ImportMapping, BackendError> {
        actor.must_supervise()?;
        FieldChecks::default().text(&body.name, 80, "name").done()?;
        check_plan(&body.plan, None)?;
        self.keep_mapping(actor.scope, &body.name, &body.plan).await
    }

    /// The last used first. One that this version cannot read is left out.
    pub async fn list_import_mappings(&self, actor: &Actor) -> Result<Vec<ImportMapping>, BackendError> {
        actor.must_supervise()?;
        let rows = storage::imports::mappings(self.store(), actor.scope).await?;
        let read = |row: Mapping| {
            let plan = serde_json::from_value(row.plan).ok()?;
            Some(ImportMapping { name: row.name, plan, used_at_ms: row.used_at })
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }

    pub async fn remove_import_mapping(&self, actor: &Actor, query: MappingQuery) -> Result<(), BackendError> {
        actor.must_supervise()?;
        if storage::imports::remove_mapping(self.store(), actor.scope, &query.name).await? {
            Ok(())
        } else {
            Err(BackendError::NotFound("mapping"))
        }
    }
}
