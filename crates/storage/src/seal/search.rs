//! Finding sealed rows: keyed hashes of whole values, and of the last digits of numbers. Leads: `leads::terms`.

use std::collections::BTreeSet;

use domain::ids::TenantId;
use sqlx::AssertSqlSafe;

use super::Keyring;
use crate::{
    error::Result,
    scope::TenantScope,
    sql::{Arg, On, args},
};

/// Last digits from this many on can be searched for.
const SHORTEST_DIGITS: usize = 4;
/// Of one note.
const MOST_NOTE_TERMS: usize = 100;
/// Words of notes from this many characters on can be searched for.
const SHORTEST_WORD: usize = 3;

/// What a keyed hash beside a sealed column is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HashOf {
    /// Lower case, unique over all tenants, because sign-in knows no tenant yet.
    SignInEmail,
    Email,
    Phone,
}

impl Keyring {
    pub(crate) fn look_up(&self, of: HashOf, scope: Option<TenantScope>, value: &str) -> String {
        let tenant = scope.map(TenantScope::tenant);
        match of {
            HashOf::SignInEmail => self.hash("sign-in", None, &value.trim().to_lowercase()),
            HashOf::Email => self.hash("email", tenant, &value.trim().to_lowercase()),
            HashOf::Phone => self.hash("phone", tenant, value),
        }
    }

    fn term(&self, tenant: TenantId, term: &str) -> String {
        let mut hash = self.hash("term", Some(tenant), term);
        // 132 bits are plenty to tell terms apart.
        hash.truncate(22);
        hash
    }

    /// A term of a lead: 63 bits tell terms well enough apart, as every find is looked at again.
    pub(crate) fn lead_term(&self, scope: TenantScope, term: &str) -> i64 {
        let bytes = self.hash_bytes("lead-term", Some(scope.tenant()), term);
        let (first, _) = bytes.split_at(8);
        first.iter().fold(0, |sum, byte| sum << 8 | i64::from(*byte)) & i64::MAX
    }
}

/// What a term leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Words of notes about a lead.
    LeadNote,
    Call,
    DoNotCall,
}

impl Subject {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::LeadNote => "lead_note",
            Self::Call => "call",
            Self::DoNotCall => "dnc",
        }
    }
}

/// The last 4, 5, 6 … digits of a number, up to all of them.
pub(crate) fn number_terms(number: &str) -> BTreeSet<String> {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    (0..digits.len())
        .map(|from| &digits[from..])
        .filter(|end| end.len() >= SHORTEST_DIGITS)
        .map(|end| format!("d:{end}"))
        .collect()
}

/// Last digits that a person typed; `None` when nothing was typed.
pub(crate) fn query_terms(typed: &str) -> Option<Vec<String>> {
    let typed = typed.trim();
    if typed.is_empty() {
        return None;
    }
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    // Without digits: a term that nothing has, instead of no condition at all.
    Some(vec![format!("d:{digits}")])
}

/// In lower case, without the marks between them.
pub(crate) fn words(text: &str) -> impl Iterator<Item = String> {
    let parts = text.split(|c: char| c.is_whitespace() || c.is_ascii_punctuation());
    parts.filter(|word| !word.is_empty()).map(str::to_lowercase)
}

impl Keyring {
    pub(crate) fn hashed_terms(&self, scope: TenantScope, terms: impl IntoIterator<Item = String>) -> Vec<String> {
        terms.into_iter().map(|term| self.term(scope.tenant(), &term)).collect()
    }
}

/// Replaces what `id` is found by.
pub(crate) async fn write_terms(
    on: &mut On<'_>,
    scope: TenantScope,
    subject: Subject,
    id: &str,
    terms: BTreeSet<String>,
) -> Result<()> {
    forget_terms(on, scope, subject, id).await?;
    add_terms(on, scope, subject, id, terms).await
}

/// What a person typed, as whole words of notes.
pub(crate) fn note_terms(typed: &str) -> Vec<String> {
    words(typed).map(|word| format!("n:{word}")).collect()
}

/// Whole words of a note, besides those of the notes before.
pub(crate) async fn add_note_terms(on: &mut On<'_>, scope: TenantScope, lead: &str, note: &str) -> Result<()> {
    let long_enough = |word: &String| word.chars().count() >= SHORTEST_WORD;
    let terms: BTreeSet<String> =
        words(note).filter(long_enough).take(MOST_NOTE_TERMS).map(|word| format!("n:{word}")).collect();
    add_terms(on, scope, Subject::LeadNote, lead, terms).await
}

/// For what is found by nothing else yet, or besides it.
pub(crate) async fn add_terms(
    on: &mut On<'_>,
    scope: TenantScope,
    subject: Subject,
    id: &str,
    terms: BTreeSet<String>,
) -> Result<()> {
    let terms = on.keys().hashed_terms(scope, terms);
    if terms.is_empty() {
        return Ok(());
    }
    let rows: Vec<String> = (0..terms.len()).map(|n| format!("($1, $2, $3, ${})", n + 4)).collect();
    let sql = format!(
        "INSERT INTO search_terms (tenant_id, subject, subject_id, term) VALUES {} ON CONFLICT DO NOTHING",
        rows.join(", ")
    );
    let mut args = args![scope, subject.as_str(), id];
    args.extend(terms.into_iter().map(Arg::from));
    // Only parameter numbers were put into the text.
    on.write(AssertSqlSafe(sql), args).await?;
    Ok(())
}

pub(crate) async fn forget_terms(on: &mut On<'_>, scope: TenantScope, subject: Subject, id: &str) -> Result<()> {
    let sql = "DELETE FROM search_terms WHERE tenant_id = $1 AND subject = $2 AND subject_id = $3";
    on.write(sql, args![scope, subject.as_str(), id]).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_digits_that_are_typed_meet_what_is_kept() {
        let kept = number_terms("+919812300021");
        for typed in ["0021", "98123 00021", "+91 98123-00021"] {
            assert!(query_terms(typed).unwrap().iter().all(|term| kept.contains(term)), "{typed}");
        }
        for typed in ["021", "1234", "asha"] {
            assert!(!query_terms(typed).unwrap().iter().all(|term| kept.contains(term)), "{typed}");
        }
        assert_eq!(query_terms("  "), None);
    }
}
