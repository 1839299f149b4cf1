//! Who holds a lead and its telephone number. A lease ends by itself; its fence tells the present holder from a stale one.
//!
//! The store carries each of these out as one conditional write on two rows, the lead's and the number's, which all campaigns
//! share. So no lead is worked by two agents, and no number is dialed twice within the gap.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{ids::UserId, time::UnixMillis};

/// The row of one lead or of one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Lease {
    pub holder: UserId,
    /// Rises with each claim, over the row's whole life and also when an old row was cleared away: never below the
    /// instant of the claim.
    pub fence: i64,
    /// The lease is over from this instant on.
    pub until: UnixMillis,
    pub dialed_at: Option<UnixMillis>,
}

impl Lease {
    pub fn is_held(&self, now: UnixMillis) -> bool {
        self.until > now
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Somebody else has it.
    #[error("held by another agent")]
    Held { by: UserId, until: UnixMillis },
    /// The number was dialed less than the gap ago.
    #[error("this number was dialed just now")]
    JustDialed { until: UnixMillis },
    /// The lease that this fence stood for is over.
    #[error("the lease is over")]
    Stale,
}

/// Both rows of a lead; `None` for one that nobody has ever held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rows {
    pub lead: Option<Lease>,
    pub number: Option<Lease>,
}

/// Takes the lead and its number. Who holds them already gets them again, under a new fence.
///
/// # Errors
/// `Held`, `JustDialed`.
pub fn claim(rows: Rows, who: UserId, span: Duration, gap: Duration, now: UnixMillis) -> Result<(Rows, i64), Refusal> {
    for row in [rows.lead, rows.number].into_iter().flatten() {
        if row.is_held(now) && row.holder != who {
            return Err(Refusal::Held { by: row.holder, until: row.until });
        }
    }
    if let Some(until) = gap_ends(rows.number, gap).filter(|until| *until > now) {
        return Err(Refusal::JustDialed { until });
    }
    let fence = [rows.lead, rows.number].into_iter().flatten().map(|row| row.fence + 1).fold(now.0, i64::max);
    let until = now.plus(span);
    let row = |before: Option<Lease>| {
        Some(Lease { holder: who, fence, until, dialed_at: before.and_then(|before| before.dialed_at) })
    };
    Ok((Rows { lead: row(rows.lead), number: row(rows.number) }, fence))
}

/// Goes on holding.
///
/// # Errors
/// `Stale` when the lease ran out or is another's.
pub fn renew(rows: Rows, who: UserId, fence: i64, span: Duration, now: UnixMillis) -> Result<Rows, Refusal> {
    held_under(rows, who, fence, now)?;
    let longer = |row: Option<Lease>| row.map(|row| Lease { until: row.until.max(now.plus(span)), ..row });
    Ok(Rows { lead: longer(rows.lead), number: longer(rows.number) })
}

/// The number is dialed now.
///
/// # Errors
/// `Stale` when the lease ran out or is another's, `JustDialed` within the gap.
pub fn dial(
    rows: Rows,
    who: UserId,
    fence: i64,
    span: Duration,
    gap: Duration,
    now: UnixMillis,
) -> Result<Rows, Refusal> {
    held_under(rows, who, fence, now)?;
    if let Some(until) = gap_ends(rows.number, gap).filter(|until| *until > now) {
        return Err(Refusal::JustDialed { until });
    }
    let rows = renew(rows, who, fence, span, now)?;
    let number = rows.number.map(|row| Lease { dialed_at: Some(now), ..row });
    Ok(Rows { number, ..rows })
}

/// Lets go. Nothing changes when the lease is another's already.
pub fn release(rows: Rows, who: UserId, fence: i64, now: UnixMillis) -> Rows {
    if held_under(rows, who, fence, now).is_err() {
        return rows;
    }
    let over = |row: Option<Lease>| row.map(|row| Lease { until: now, ..row });
    Rows { lead: over(rows.lead), number: over(rows.number) }
}

fn held_under(rows: Rows, who: UserId, fence: i64, now: UnixMillis) -> Result<(), Refusal> {
    let mine = |row: Option<Lease>| row.is_some_and(|row| row.holder == who && row.fence == fence && row.is_held(now));
    if mine(rows.lead) && mine(rows.number) { Ok(()) } else { Err(Refusal::Stale) }
}

fn gap_ends(number: Option<Lease>, gap: Duration) -> Option<UnixMillis> {
    number?.dialed_at.map(|at| at.plus(gap))
}

#[cfg(test)]
mod tests;
