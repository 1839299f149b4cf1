//! Filters of the lead list under a name.

use domain::{ids::LeadViewId, lead_sets::LeadSort, pii::Personal};
use storage::lead_views::LeadView as ViewRow;
use wire::lead_sets::{LeadView, SaveLeadView};

use super::check_filter;
use crate::{
    Actor, Backend, clock,
    error::{BackendError, FieldChecks},
};

/// Views that one person can keep.
const MOST: u32 = 100;

fn shown(row: ViewRow) -> Result<LeadView, BackendError> {
    let corrupt = |error: serde_json::Error| BackendError::Internal(format!("a view cannot be read: {error}"));
    Ok(LeadView {
        id: row.id,
        name: row.name,
        filter: serde_json::from_value(row.filter.into_inner()).map_err(corrupt)?,
        sort: LeadSort::parse(&row.sort).unwrap_or_default(),
        shared: row.shared,
        made_by_id: row.made_by,
        made_by: row.made_by_name,
    })
}

fn check(actor: &Actor, body: &SaveLeadView) -> Result<(), BackendError> {
    if body.shared {
        actor.must_supervise()?;
    }
    let mut checks = FieldChecks::default();
    checks.text(&body.name, 60, "name");
    check_filter(&mut checks, &body.filter);
    checks.done()
}

fn written(row: ViewRow, body: SaveLeadView) -> Result<ViewRow, BackendError> {
    let filter = serde_json::to_value(body.filter).map_err(|error| BackendError::Internal(error.to_string()))?;
    Ok(ViewRow {
        name: body.name.trim().to_owned(),
        filter: Personal::new(filter),
        sort: body.sort.as_str().to_owned(),
        shared: body.shared,
        ..row
    })
}

impl Backend {
    /// One's own and those that are shared, by name.
    pub async fn list_lead_views(&self, actor: &Actor) -> Result<Vec<LeadView>, BackendError> {
        storage::lead_views::seen_by(self.store(), actor.scope, actor.user).await?.into_iter().map(shown).collect()
    }

    pub async fn create_lead_view(&self, actor: &Actor, body: SaveLeadView) -> Result<LeadView, BackendError> {
        check(actor, &body)?;
        if storage::lead_views::count_of(self.store(), actor.scope, actor.user).await? >= MOST {
            return Err(BackendError::Conflict("you have 100 views already; remove one first"));
        }
        let empty = ViewRow {
            id: LeadViewId::new(clock::new_uuid()),
            name: String::new(),
            filter: Personal::default(),
            sort: String::new(),
            shared: false,
            made_by: actor.user,
            made_by_name: actor.name.clone(),
            created_at: clock::now(),
        };
        let row = written(empty, body)?;
        storage::lead_views::insert(self.store(), actor.scope, &row).await?;
        shown(row)
    }

    pub async fn update_lead_view(
        &self,
        actor: &Actor,
        id: LeadViewId,
        body: SaveLeadView,
    ) -> Result<LeadView, BackendError> {
        let row = self.view_to_change(actor, id).await?;
        check(actor, &body)?;
        let row = written(row, body)?;
        if !storage::lead_views::update(self.store(), actor.scope, &row).await? {
            return Err(BackendError::NotFound("view"));
        }
        shown(row)
    }

    pub async fn delete_lead_view(&self, actor: &Actor, id: LeadViewId) -> Result<(), BackendError> {
        self.view_to_change(actor, id).await?;
        if storage::lead_views::remove(self.store(), actor.scope, id).await? {
            Ok(())
        } else {
            Err(BackendError::NotFound("view"))
        }
    }

    /// One's own; supervisors may change what others have shared. What one does not see is not there.
    async fn view_to_change(&self, actor: &Actor, id: LeadViewId) -> Result<ViewRow, BackendError> {
        let row =
            storage::lead_views::get(self.store(), actor.scope, id).await?.ok_or(BackendError::NotFound("view"))?;
        if row.made_by == actor.user {
            return Ok(row);
        }
        if !row.shared {
            return Err(BackendError::NotFound("view"));
        }
        actor.must_supervise()?;
        Ok(row)
    }
}
