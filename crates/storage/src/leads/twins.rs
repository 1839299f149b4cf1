//! Leads that are probably the same person as another.

use domain::ids::LeadId;

use super::{Lead, read, search::of_email, terms};
use crate::{
    error::Result,
    scope::TenantScope,
    sql::{On, Select, args},
};

/// What two leads have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    Number,
    Email,
}

/// Leads that have one of these numbers (E.164), first or second, or the e-mail address of `lead`; each once, at most `most`.
pub async fn of_lead(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    lead: &Lead,
    numbers: &[&str],
    most: usize,
) -> Result<Vec<(Lead, Likeness)>> {
    let mut on = on.into();
    let keys = on.keys();
    let mut found: Vec<(Lead, Likeness)> = Vec::new();
    let mut add = |rows: Vec<crate::sql::Row>, like: Likeness| -> Result<()> {
        for row in rows {
            let twin: LeadId = row.id("id")?;
            if twin != lead.id && found.len() < most && !found.iter().any(|(one, _)| one.id == twin) {
                found.push((read(&row, &keys, scope)?, like));
            }
        }
        Ok(())
    };
    let limit = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
    for number in numbers {
        let hash = terms::hash(&keys, scope, number);
        let sql = super::select!(
            " AND substr(l.phone_hash, 1, 11) = substr($2, 1, 11) AND l.phone_hash = $2 ORDER BY l.place DESC LIMIT $3"
        );
        add(on.read_all(sql, args![scope, &hash, limit]).await?, Likeness::Number)?;
        let sql = super::select!(
            " AND l.id IN (SELECT n.lead_id FROM lead_numbers n WHERE n.tenant_id = $1 \
             AND substr(n.number_hash, 1, 11) = substr($2, 1, 11) AND n.number_hash = $2) ORDER BY l.place DESC LIMIT $3"
        );
        add(on.read_all(sql, args![scope, &hash, limit]).await?, Likeness::Number)?;
    }
    if let Some(email) = lead.email.as_ref().filter(|email| !email.reveal().trim().is_empty()) {
        let places = of_email(&mut on, scope, email.reveal()).await?;
        // Some of them may be deleted.
        for part in places.chunks(most.saturating_add(1)) {
            let select = Select::new(super::select!(""), scope).and_in("l.place", part.iter().copied());
            let rows = select.rows(&mut on, " ORDER BY l.place DESC", part.len()).await?;
            let enough = rows.len() == part.len();
            add(rows, Likeness::Email)?;
            if enough {
                break;
            }
        }
    }
    Ok(found)
}
