//! Records and leads that could not be kept in step, each once with the last reason.

use domain::{
    ids::{CrmConnectorId, CrmProblemId, LeadId},
    time::UnixMillis,
};

use crate::{
    error::Result,
    page::{Page, PageRequest},
    scope::TenantScope,
    sql::{On, Order, Row, Select, args},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub id: CrmProblemId,
    pub external_id: Option<String>,
    pub lead_id: Option<LeadId>,
    pub code: String,
    /// A path, a status or an id; never a word of a person.
    pub detail: String,
    pub times: u32,
    pub at: UnixMillis,
}

/// What a problem is about: the record where one is known, else the lead.
fn subject(external_id: Option<&str>, lead_id: Option<LeadId>) -> String {
    match (external_id, lead_id) {
        (Some(record), _) => format!("record:{record}"),
        (None, Some(lead)) => format!("lead:{lead}"),
        (None, None) => "nameless".to_owned(),
    }
}

/// Replaces the reason before it, and counts.
pub async fn put(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    connector: CrmConnectorId,
    problem: &Problem,
) -> Result<()> {
    let sql = "INSERT INTO crm_problems (tenant_id, id, connector_id, subject, external_id, lead_id, code, detail, times, at_ms) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9) ON CONFLICT (tenant_id, connector_id, subject) DO UPDATE SET \
               lead_id = excluded.lead_id, code = excluded.code, detail = excluded.detail, times = crm_problems.times + 1, \
               at_ms = excluded.at_ms";
    let Problem { id, external_id, lead_id, code, detail, at, .. } = problem;
    let about = subject(external_id.as_deref(), *lead_id);
    let args = args![scope, *id, connector, about, external_id, *lead_id, code, detail, *at];
    on.into().write(sql, args).await?;
    Ok(())
}

/// It is in step now.
pub async fn solved(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    connector: CrmConnectorId,
    external_id: Option<&str>,
    lead_id: Option<LeadId>,
) -> Result<()> {
    let sql = "DELETE FROM crm_problems WHERE tenant_id = $1 AND connector_id = $2 AND (subject = $3 OR subject = $4)";
    let record = subject(external_id, lead_id);
    let lead = lead_id.map_or_else(|| record.clone(), |_| subject(None, lead_id));
    on.into().write(sql, args![scope, connector, record, lead]).await?;
    Ok(())
}

/// Newest first.
pub async fn list(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    connector: CrmConnectorId,
    page: PageRequest,
) -> Result<Page<Problem>> {
    let head = "SELECT id, external_id, lead_id, code, detail, times, at_ms FROM crm_problems WHERE tenant_id = $1";
    let order = Order { by: "at_ms", id: "id", newest_first: true };
    let read = |row: &Row| {
        let problem = read(row)?;
        let place = (problem.at.0, problem.id.as_uuid());
        Ok((problem, place.0, place.1))
    };
    let select = Select::new(head, scope).and("connector_id = ", connector, "");
    select.page(&mut on.into(), order, page, read).await
}

pub async fn count(on: impl Into<On<'_>>, scope: TenantScope, connector: CrmConnectorId) -> Result<u64> {
    let sql = "SELECT COUNT(*) AS problems FROM crm_problems WHERE tenant_id = $1 AND connector_id = $2";
    on.into().read(sql, args![scope, connector]).await?.map_or(Ok(0), |row| row.number("problems"))
}

fn read(row: &Row) -> Result<Problem> {
    Ok(Problem {
        id: row.id("id")?,
        external_id: row.opt_text("external_id")?,
        lead_id: row.opt_id("lead_id")?,
        code: row.text("code")?,
        detail: row.text("detail")?,
        times: row.number("times")?,
        at: row.at("at_ms")?,
    })
}
