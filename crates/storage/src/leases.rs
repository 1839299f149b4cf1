//! Who holds a lead and its number. Each function is one conditional write on two rows, the rule being
//! [`domain::worklist::lease`]: when it does not hold for both, nothing is written.

use std::{collections::HashMap, time::Duration};

use domain::{
    ids::{LeadId, UserId},
    pii::Personal,
    time::UnixMillis,
    worklist::lease::{Lease, Rows},
};
use serde_json::{Value, json};

use crate::{
    error::{Result, StorageError},
    scope::TenantScope,
    seal::HashOf,
    sql::{On, Row, Tx, Unit, args},
};

const LEAD: &str = "lead";
const NUMBER: &str = "number";

/// A lead with the number that would be dialed.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub lead: LeadId,
    /// E.164.
    pub number: &'a Personal<String>,
}

/// How long a lease lasts, and the gap between two calls to one number.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    pub span: Duration,
    pub gap: Duration,
}

/// Takes both for `who`; the fence, or `None` when one of them is another's or the number was dialed within the gap.
///
/// # Errors
/// `NoSuchReference` when `who` is not in this tenant.
pub async fn claim(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    subject: Subject<'_>,
    who: UserId,
    terms: Terms,
    now: UnixMillis,
) -> Result<Option<i64>> {
    let on = on.into();
    let hash = on.keys().look_up(HashOf::Phone, Some(scope), subject.number.reveal());
    let mut unit = Unit::of(on).await?;
    let claim = Claim { lead: subject.lead, number_hash: &hash, who };
    let took = take(&mut unit.on(), scope, &[claim], terms, now).await?.pop().unwrap_or_default();
    Ok(if settle(unit, took.rows).await? { took.fence } else { None })
}

/// A lead and the hash of its number, which somebody wants to hold.
#[derive(Clone, Copy)]
pub(crate) struct Claim<'a> {
    pub lead: LeadId,
    pub number_hash: &'a str,
    pub who: UserId,
}

/// Takes several at once, no lead and no number of which is there twice; each fence, or `None` as [`claim`] has it.
///
/// # Errors
/// `Conflict` when another server got one half of one of them: begin the transaction again. `NoSuchReference` as [`claim`].
pub(crate) async fn claim_all(
    tx: &mut Tx,
    scope: TenantScope,
    claims: &[Claim<'_>],
    terms: Terms,
    now: UnixMillis,
) -> Result<Vec<Option<i64>>> {
    let took = take(&mut On::from(tx), scope, claims, terms, now).await?;
    let whole = took.into_iter().map(|took| match took {
        Took { rows: 2, fence } => Ok(fence),
        Took { rows: 0, .. } => Ok(None),
        Took { .. } => Err(StorageError::Conflict { what: "lease" }),
    });
    whole.collect()
}

/// What became of a claim: of its two rows so many were written.
#[derive(Clone, Copy, Default)]
struct Took {
    rows: u64,
    fence: Option<i64>,
}

async fn take(
    on: &mut On<'_>,
    scope: TenantScope,
    claims: &[Claim<'_>],
    terms: Terms,
    now: UnixMillis,
) -> Result<Vec<Took>> {
    // The last condition holds when another server has written in between: then the rows that were looked at are old. The order
    // is that of all who take several, so that none waits for one who waits for it.
    // Questions about one row each on PostgreSQL: of a plain join it makes a table of all leases there are.
    macro_rules! taken {
        ($each:literal, $lead:literal, $number:literal) => {
            concat!(
                "WITH c AS (SELECT value->>0 AS lead, value->>1 AS number, value->>2 AS holder FROM ",
                $each,
                "), m AS (SELECT c.lead, c.number, c.holder, COALESCE(CASE WHEN l.fence > n.fence THEN l.fence END, n.fence, \
                 l.fence, 0) AS top FROM c LEFT JOIN ",
                $lead,
                " LEFT JOIN ",
                $number,
                " \
                 WHERE (l.until_ms IS NULL OR l.until_ms <= $3 OR l.holder = c.holder) \
                 AND (n.until_ms IS NULL OR n.until_ms <= $3 OR n.holder = c.holder) \
                 AND (n.dialed_at_ms IS NULL OR n.dialed_at_ms <= $5)) \
                 INSERT INTO leases (tenant_id, kind, subject, holder, fence, until_ms) \
                 SELECT $1, v.kind, CASE v.kind WHEN 'lead' THEN m.lead ELSE m.number END AS subject, m.holder, \
                 CASE WHEN m.top >= $3 THEN m.top + 1 ELSE $3 END, $4 \
                 FROM m CROSS JOIN (SELECT 'lead' AS kind UNION ALL SELECT 'number') v WHERE TRUE ORDER BY v.kind, subject \
                 ON CONFLICT (tenant_id, kind, subject) DO UPDATE SET \
                 holder = excluded.holder, until_ms = excluded.until_ms, fence = excluded.fence \
                 WHERE leases.fence < excluded.fence AND (leases.until_ms <= $3 OR leases.holder = excluded.holder) \
                 RETURNING subject, fence"
            )
        };
    }
    let sql = on.pick(
        taken!(
            "json_each($2)",
            "leases l ON l.tenant_id = $1 AND l.kind = 'lead' AND l.subject = c.lead",
            "leases n ON n.tenant_id = $1 AND n.kind = 'number' AND n.subject = c.number"
        ),
        taken!(
            "json_array_elements($2::json) AS c(value)",
            "LATERAL (SELECT * FROM leases x WHERE x.tenant_id = $1 AND x.kind = 'lead' AND x.subject = c.lead OFFSET 0) l ON TRUE",
            "LATERAL (SELECT * FROM leases x WHERE x.tenant_id = $1 AND x.kind = 'number' AND x.subject = c.number OFFSET 0) n \
             ON TRUE"
        ),
    );
    let one = |claim: &Claim<'_>| json!([claim.lead.to_string(), claim.number_hash, claim.who.to_string()]);
    let all: Value = claims.iter().map(one).collect();
    let args = args![scope, &all, now, now.plus(terms.span), before(now, terms.gap)];
    let mut written: HashMap<String, i64> = HashMap::new();
    for row in on.write_returning_all(sql, args).await? {
        written.insert(row.text("subject")?, row.int("fence")?);
    }
    let took = claims.iter().map(|claim| {
        let halves = [written.get(&claim.lead.to_string()), written.get(claim.number_hash)];
        let fences = halves.into_iter().flatten();
        Took { rows: fences.clone().count() as u64, fence: fences.copied().next() }
    });
    Ok(took.collect())
}

/// Both rows or none. Half of it can only be where two servers race; inside somebody's transaction that has to end.
async fn settle(unit: Unit<'_>, rows: u64) -> Result<bool> {
    match (rows, unit) {
        (2, unit) => unit.finish().await.map(|()| true),
        (0, _) | (_, Unit::Own(_)) => Ok(false),
        (_, Unit::Callers(_)) => Err(StorageError::Conflict { what: "lease" }),
    }
}

/// Goes on holding until `now` and the span, never shorter than before. False when the lease is over or another's.
pub async fn renew(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    subject: Subject<'_>,
    who: UserId,
    fence: i64,
    span: Duration,
    now: UnixMillis,
) -> Result<bool> {
    let on = on.into();
    let hash = on.keys().look_up(HashOf::Phone, Some(scope), subject.number.reveal());
    let mut unit = Unit::of(on).await?;
    let sql = "UPDATE leases SET until_ms = CASE WHEN until_ms < $6 THEN $6 ELSE until_ms END \
               WHERE tenant_id = $1 AND ((kind = 'lead' AND subject = $2) OR (kind = 'number' AND subject = $3)) \
               AND holder = $4 AND fence = $5 AND until_ms > $7 \
               AND 2 = (SELECT COUNT(*) FROM leases x WHERE x.tenant_id = $1 AND x.holder = $4 AND x.fence = $5 \
               AND x.until_ms > $7 AND ((x.kind = 'lead' AND x.subject = $2) OR (x.kind = 'number' AND x.subject = $3)))";
    let args = args![scope, subject.lead, hash, who, fence, now.plus(span), now];
    let rows = unit.on().write(sql, args).await?;
    settle(unit, rows).await
}

/// The number is dialed: only by the present holder, and not within the gap. The lease goes on for the span.
pub async fn dial(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    subject: Subject<'_>,
    who: UserId,
    fence: i64,
    terms: Terms,
    now: UnixMillis,
) -> Result<bool> {
    let on = on.into();
    let hash = on.keys().look_up(HashOf::Phone, Some(scope), subject.number.reveal());
    let mut unit = Unit::of(on).await?;
    let sql = "UPDATE leases SET until_ms = CASE WHEN until_ms < $6 THEN $6 ELSE until_ms END, \
               dialed_at_ms = CASE WHEN kind = 'number' THEN $7 ELSE dialed_at_ms END \
               WHERE tenant_id = $1 AND ((kind = 'lead' AND subject = $2) OR (kind = 'number' AND subject = $3)) \
               AND holder = $4 AND fence = $5 AND until_ms > $7 AND (dialed_at_ms IS NULL OR dialed_at_ms <= $8) \
               AND 2 = (SELECT COUNT(*) FROM leases x WHERE x.tenant_id = $1 AND x.holder = $4 AND x.fence = $5 \
               AND x.until_ms > $7 AND (x.dialed_at_ms IS NULL OR x.dialed_at_ms <= $8) \
               AND ((x.kind = 'lead' AND x.subject = $2) OR (x.kind = 'number' AND x.subject = $3)))";
    let until = now.plus(terms.span);
    let args = args![scope, subject.lead, hash, who, fence, until, now, before(now, terms.gap)];
    let rows = unit.on().write(sql, args).await?;
    settle(unit, rows).await
}

/// Lets go; false when the lease was over or another's already. Without a fence: of whatever `who` has on the lead, because
/// its outcome is saved or the call could not be made.
pub async fn release(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    subject: Subject<'_>,
    who: UserId,
    fence: Option<i64>,
    now: UnixMillis,
) -> Result<bool> {
    let mut on = on.into();
    let hash = on.keys().look_up(HashOf::Phone, Some(scope), subject.number.reveal());
    // The number's row may be under another lead of the same person by now; that one has another fence.
    let sql = "UPDATE leases SET until_ms = $6 WHERE tenant_id = $1 AND holder = $4 AND until_ms > $6 \
               AND ((kind = 'lead' AND subject = $2) OR (kind = 'number' AND subject = $3)) AND fence = COALESCE($5, \
               (SELECT x.fence FROM leases x WHERE x.tenant_id = $1 AND x.kind = 'lead' AND x.subject = $2 AND x.holder = $4))";
    Ok(on.write(sql, args![scope, subject.lead, hash, who, fence, now]).await? > 0)
}

/// What was marked as dialed at `marked` under this fence was not.
pub async fn not_dialed(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    subject: Subject<'_>,
    fence: i64,
    marked: UnixMillis,
) -> Result<()> {
    let mut on = on.into();
    let hash = on.keys().look_up(HashOf::Phone, Some(scope), subject.number.reveal());
    let sql = "UPDATE leases SET dialed_at_ms = NULL WHERE tenant_id = $1 AND kind = 'number' AND subject = $2 \
               AND fence = $3 AND dialed_at_ms = $4";
    on.write(sql, args![scope, hash, fence, marked]).await?;
    Ok(())
}

/// Ends it at `until` at the latest, whoever holds it.
pub async fn shorten(on: impl Into<On<'_>>, scope: TenantScope, subject: Subject<'_>, until: UnixMillis) -> Result<()> {
    let mut on = on.into();
    let hash = on.keys().look_up(HashOf::Phone, Some(scope), subject.number.reveal());
    let sql = "UPDATE leases SET until_ms = $4 WHERE tenant_id = $1 AND until_ms > $4 \
               AND ((kind = 'lead' AND subject = $2) OR (kind = 'number' AND subject = $3))";
    on.write(sql, args![scope, subject.lead, hash, until]).await?;
    Ok(())
}

/// Lets go of everything that `who` holds; returns how many leads.
pub async fn release_all(on: impl Into<On<'_>>, scope: TenantScope, who: UserId, now: UnixMillis) -> Result<u64> {
    let sql = "UPDATE leases SET until_ms = $3 WHERE tenant_id = $1 AND holder = $2 AND until_ms > $3";
    Ok(on.into().write(sql, args![scope, who, now]).await? / 2)
}

/// The rows of a lead and of its number, whatever their age.
pub async fn rows(on: impl Into<On<'_>>, scope: TenantScope, subject: Subject<'_>) -> Result<Rows> {
    let mut on = on.into();
    let hash = on.keys().look_up(HashOf::Phone, Some(scope), subject.number.reveal());
    let sql = "SELECT kind, holder, fence, until_ms, dialed_at_ms FROM leases \
               WHERE tenant_id = $1 AND ((kind = 'lead' AND subject = $2) OR (kind = 'number' AND subject = $3))";
    let mut found = Rows::default();
    for row in on.read_all(sql, args![scope, subject.lead, hash]).await? {
        let lease = read(&row)?;
        match row.text("kind")?.as_str() {
            LEAD => found.lead = Some(lease),
            NUMBER => found.number = Some(lease),
            _ => {}
        }
    }
    Ok(found)
}

/// The leads that `who` holds now, with fence and end, the soonest end first.
pub async fn held_by(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    who: UserId,
    now: UnixMillis,
) -> Result<Vec<(LeadId, Lease)>> {
    let sql = "SELECT subject, holder, fence, until_ms, dialed_at_ms FROM leases \
               WHERE tenant_id = $1 AND holder = $2 AND kind = 'lead' AND until_ms > $3 ORDER BY until_ms, subject";
    let rows = on.into().read_all(sql, args![scope, who, now]).await?;
    rows.iter().map(|row| Ok((row.id("subject")?, read(row)?))).collect()
}

/// Forgets rows that ended and were dialed before `before`, of every tenant; returns how many.
pub async fn purge(on: impl Into<On<'_>>, before: UnixMillis) -> Result<u64> {
    let sql = "DELETE FROM leases WHERE until_ms < $1 AND (dialed_at_ms IS NULL OR dialed_at_ms < $1)";
    on.into().write(sql, args![before]).await
}

fn read(row: &Row) -> Result<Lease> {
    Ok(Lease {
        holder: row.id("holder")?,
        fence: row.int("fence")?,
        until: row.at("until_ms")?,
        dialed_at: row.opt_at("dialed_at_ms")?,
    })
}

/// The latest instant of a dial that is a gap ago.
pub(crate) fn before(now: UnixMillis, gap: Duration) -> UnixMillis {
    UnixMillis(now.0.saturating_sub(i64::try_from(gap.as_millis()).unwrap_or(i64::MAX)))
}
