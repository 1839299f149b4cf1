//! Who changed which field of a lead, from what to what, and undo.

use domain::{
    ids::{CallId, CrmConnectorId, ImportId, LeadChangeId, LeadId, UserId},
    pii::Personal,
    time::UnixMillis,
};

use crate::{
    error::{Result, StorageError},
    leads::{self, Lead},
    scope::TenantScope,
    seal::{Column, Keyring},
    sql::{On, Row, Unit, args},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangedBy {
    Person {
        user_id: UserId,
        /// Filled in on reading.
        name: String,
    },
    Analysis {
        call_id: CallId,
        engine: String,
    },
    Disposition {
        call_id: CallId,
    },
    /// `None` for one of an older version, which did not keep it.
    Import {
        import_id: Option<ImportId>,
    },
    /// A CRM. `lost`: what the CRM said was older than what stands here; `from` keeps it.
    Crm {
        connector_id: CrmConnectorId,
        /// Filled in on reading; empty when it is not there any more.
        name: String,
        lost: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadChange {
    pub id: LeadChangeId,
    pub lead_id: LeadId,
    /// `name`, `phone`, `email`, `language`, `stage`, `heat`, `owner`, `campaign`, `language`, `zone`, `source`, `source_detail`, `fields.<key>`,
    /// or `merged` with the name of the lead that was made one with this one.
    pub field: String,
    pub from: Option<Personal<String>>,
    pub to: Option<Personal<String>>,
    pub by: ChangedBy,
    pub at: UnixMillis,
    pub undone_at: Option<UnixMillis>,
    /// By how many merges it came to this lead; those of others are told, and not undone.
    pub merges: u32,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT x.id, x.lead_id, x.field, x.old_value, x.new_value, x.by_kind, x.user_id, u.name AS user_name, ",
            "x.call_id, x.engine, x.import_id, x.at_ms, x.undone_at_ms, x.merges, x.connector_id, x.crm_lost, k.name AS connector_name ",
            "FROM lead_changes x LEFT JOIN users u ON u.tenant_id = x.tenant_id AND u.id = x.user_id ",
            "LEFT JOIN crm_connectors k ON k.tenant_id = x.tenant_id AND k.id = x.connector_id WHERE x.tenant_id = $1",
            $tail
        )
    };
}

/// Writes the lead and what changed, together. Returns the lead's new version.
///
/// # Errors
/// As [`leads::update`]; then neither is written.
pub async fn apply(on: impl Into<On<'_>>, scope: TenantScope, lead: &Lead, changes: &[LeadChange]) -> Result<u32> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    let version = leads::update(On::from_ref(&mut on), scope, lead).await?;
    for change in changes {
        insert(&mut on, scope, change).await?;
    }
    unit.finish().await?;
    Ok(version)
}

/// Writes the lead as it was before `change`, and marks that as undone by `by`, or by the system. Returns the lead's new version.
///
/// # Errors
/// `Conflict` when the change was undone before or is not there, or the lead has changed since it was read.
pub async fn undo(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    change: LeadChangeId,
    lead: &Lead,
    by: impl Into<Option<UserId>>,
    now: UnixMillis,
) -> Result<u32> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    let sql = "UPDATE lead_changes SET undone_at_ms = $4, undone_by = $5 \
               WHERE tenant_id = $1 AND id = $2 AND lead_id = $3 AND undone_at_ms IS NULL";
    if on.write(sql, args![scope, change, lead.id, now, by.into()]).await? == 0 {
        return Err(StorageError::Conflict { what: "change" });
    }
    let version = leads::update(On::from_ref(&mut on), scope, lead).await?;
    unit.finish().await?;
    Ok(version)
}

/// Marks these changes of a lead as undone, together with what they belong to.
pub async fn mark_undone(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    changes: &[LeadChangeId],
    by: UserId,
    now: UnixMillis,
) -> Result<()> {
    let mut on = on.into();
    for change in changes {
        let sql = "UPDATE lead_changes SET undone_at_ms = $3, undone_by = $4 \
                   WHERE tenant_id = $1 AND id = $2 AND undone_at_ms IS NULL";
        on.write(sql, args![scope, *change, now, by]).await?;
    }
    Ok(())
}

async fn insert(on: &mut On<'_>, scope: TenantScope, change: &LeadChange) -> Result<()> {
    let keys = on.keys();
    let seals = keys.of(scope, change.id);
    let (kind, user, call, engine, import) = match &change.by {
        ChangedBy::Person { user_id, .. } => ("person", Some(*user_id), None, None, None),
        ChangedBy::Analysis { call_id, engine } => ("analysis", None, Some(*call_id), Some(engine.as_str()), None),
        ChangedBy::Disposition { call_id } => ("disposition", None, Some(*call_id), None, None),
        ChangedBy::Import { import_id } => ("import", None, None, None, *import_id),
        ChangedBy::Crm { .. } => ("crm", None, None, None, None),
    };
    let (connector, lost) = match &change.by {
        ChangedBy::Crm { connector_id, lost, .. } => (Some(*connector_id), *lost),
        _ => (None, false),
    };
    let sql = "INSERT INTO lead_changes (tenant_id, id, lead_id, field, old_value, new_value, by_kind, user_id, call_id, \
               engine, at_ms, import_id, connector_id, crm_lost) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    let args = args![
        scope,
        change.id,
        change.lead_id,
        &change.field,
        seals.seal_personal(Column::CHANGE_OLD, change.from.as_ref())?,
        seals.seal_personal(Column::CHANGE_NEW, change.to.as_ref())?,
        kind,
        user,
        call,
        engine,
        change.at,
        import,
        connector,
        lost,
    ];
    on.write(sql, args).await?;
    Ok(())
}

pub async fn get(on: impl Into<On<'_>>, scope: TenantScope, id: LeadChangeId) -> Result<Option<LeadChange>> {
    let mut on = on.into();
    let row = on.read(select!(" AND x.id = $2"), args![scope, id]).await?;
    row.map(|row| read(&row, &on.keys(), scope)).transpose()
}

/// Newest first; at most 200.
pub async fn of_lead(on: impl Into<On<'_>>, scope: TenantScope, lead: LeadId) -> Result<Vec<LeadChange>> {
    let mut on = on.into();
    let sql = select!(" AND x.lead_id = $2 ORDER BY x.at_ms DESC, x.id DESC LIMIT 200");
    let rows = on.read_all(sql, args![scope, lead]).await?;
    rows.iter().map(|row| read(row, &on.keys(), scope)).collect()
}

/// What the analysis or the outcome of a call changed, oldest first.
pub async fn of_call(on: impl Into<On<'_>>, scope: TenantScope, call: CallId) -> Result<Vec<LeadChange>> {
    let mut on = on.into();
    let rows = on.read_all(select!(" AND x.call_id = $2 ORDER BY x.at_ms, x.id"), args![scope, call]).await?;
    rows.iter().map(|row| read(row, &on.keys(), scope)).collect()
}

/// What an import changed and nobody undid, by id behind `after`; at most `most`.
pub async fn of_import(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    import: ImportId,
    after: Option<LeadChangeId>,
    most: u32,
) -> Result<Vec<LeadChange>> {
    let mut on = on.into();
    let sql = select!(" AND x.import_id = $2 AND x.undone_at_ms IS NULL AND x.id > $3 ORDER BY x.id LIMIT $4");
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let rows = on.read_all(sql, args![scope, import, after, most]).await?;
    rows.iter().map(|row| read(row, &on.keys(), scope)).collect()
}

fn read(row: &Row, keys: &Keyring, scope: TenantScope) -> Result<LeadChange> {
    let id: LeadChangeId = row.id("id")?;
    let seals = keys.of(scope, id);
    let by = match row.text("by_kind")?.as_str() {
        "person" => {
            ChangedBy::Person { user_id: row.id("user_id")?, name: row.opt_text("user_name")?.unwrap_or_default() }
        }
        "analysis" => {
            ChangedBy::Analysis { call_id: row.id("call_id")?, engine: row.opt_text("engine")?.unwrap_or_default() }
        }
        "disposition" => ChangedBy::Disposition { call_id: row.id("call_id")? },
        "import" => ChangedBy::Import { import_id: row.opt_id("import_id")? },
        "crm" => ChangedBy::Crm {
            connector_id: row.id("connector_id")?,
            name: row.opt_text("connector_name")?.unwrap_or_default(),
            lost: row.bool("crm_lost")?,
        },
        other => return Err(StorageError::corrupt("lead_changes.by_kind", format!("unknown value {other:?}"))),
    };
    Ok(LeadChange {
        id,
        lead_id: row.id("lead_id")?,
        field: row.text("field")?,
        from: seals.read_some(Column::CHANGE_OLD, row, "old_value")?,
        to: seals.read_some(Column::CHANGE_NEW, row, "new_value")?,
        by,
        at: row.at("at_ms")?,
        undone_at: row.opt_at("undone_at_ms")?,
        merges: row.number("merges")?,
    })
}
