//! How many leads are in which stage. However many there are, a bounded number of rows is looked at.

use super::{LeadFilter, conditions};
use crate::{
    error::Result,
    scope::TenantScope,
    sql::{On, Row, Select, args},
};

/// Leads of a filter that are counted one by one.
const MOST_SCANNED: u64 = 20_000;
/// Of one stage, where the index of stages is asked.
const MOST_OF_STAGE: u64 = 2_000;
/// Stages that an organisation can have on its board.
const MOST_STAGES: usize = 40;

/// One column of the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageCount {
    pub stage: String,
    pub leads: u64,
    /// There are more than were counted, here and in the sums.
    pub more: bool,
    pub hot: u64,
    /// Tries to reach the people, together.
    pub attempts: u64,
}

macro_rules! count {
    ($where:literal) => {
        concat!(
            "SELECT x.stage, COUNT(*) AS leads, CAST(SUM(CASE WHEN x.heat = 'hot' THEN 1 ELSE 0 END) AS BIGINT) AS hot, ",
            "CAST(SUM(x.attempts) AS BIGINT) AS attempts FROM (SELECT l.stage, l.heat, l.attempts FROM leads l ",
            "WHERE l.tenant_id = $1 AND l.deleted_at_ms IS NULL",
            $where
        )
    };
}

/// Stages by name with their counts, of leads that fit owner and campaign of the filter.
pub async fn stages(on: impl Into<On<'_>>, scope: TenantScope, filter: &LeadFilter) -> Result<Vec<StageCount>> {
    let mut on = on.into();
    let filter = LeadFilter { owner_id: filter.owner_id, campaign_id: filter.campaign_id, ..LeadFilter::default() };
    let select = conditions(Select::new(count!(""), scope), &filter)
        .then(" ORDER BY l.created_at_ms DESC, l.id DESC LIMIT 20001) x GROUP BY x.stage");
    let mut columns: Vec<StageCount> = select.all(&mut on, "x.stage").await?.iter().map(read).collect::<Result<_>>()?;
    let seen: u64 = columns.iter().map(|column| column.leads).sum();
    if seen <= MOST_SCANNED {
        return Ok(columns);
    }
    columns.iter_mut().for_each(|column| column.more = true);
    if filter == LeadFilter::default() {
        let fresh = columns.into_iter().filter(|column| column.stage == "new");
        let mut all: Vec<StageCount> = fresh.collect();
        for stage in others(&mut on, scope).await? {
            all.extend(of_stage(&mut on, scope, &stage).await?);
        }
        all.sort_by(|one, other| one.stage.cmp(&other.stage));
        return Ok(all);
    }
    Ok(columns)
}

/// Stages beside `new`, by name: each is one step in the index.
async fn others(on: &mut On<'_>, scope: TenantScope) -> Result<Vec<String>> {
    let (mut found, mut after) = (Vec::new(), String::new());
    while found.len() < MOST_STAGES {
        let sql =
            "SELECT stage FROM leads WHERE tenant_id = $1 AND stage > $2 AND stage <> 'new' ORDER BY stage LIMIT 1";
        let Some(row) = on.read(sql, args![scope, &after]).await? else { break };
        after = row.text("stage")?;
        found.push(after.clone());
    }
    Ok(found)
}

async fn of_stage(on: &mut On<'_>, scope: TenantScope, stage: &str) -> Result<Option<StageCount>> {
    let select = Select::new(count!(" AND l.stage <> 'new'"), scope)
        .and("l.stage = ", stage, "")
        .then(" ORDER BY l.created_at_ms DESC, l.id DESC LIMIT 2001) x GROUP BY x.stage");
    let column = select.all(on, "x.stage").await?.first().map(read).transpose()?;
    Ok(column.map(|column| StageCount { more: column.leads > MOST_OF_STAGE, ..column }))
}

fn read(row: &Row) -> Result<StageCount> {
    Ok(StageCount {
        stage: row.text("stage")?,
        leads: row.number("leads")?,
        more: false,
        hot: row.number("hot")?,
        attempts: row.number("attempts")?,
    })
}
