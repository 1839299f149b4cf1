//! Finding sealed rows: keyed hashes of name words and their beginnings, and of the last digits of numbers.

use std::collections::BTreeSet;

use domain::ids::TenantId;
use sqlx::AssertSqlSafe;

use super::Keyring;
use crate::{
    error::Result,
    scope::TenantScope,
    sql::{Arg, On, args},
};

/// Beginnings of a word from this many characters on can be searched for.
const SHORTEST_PREFIX: usize = 3;
const LONGEST_PREFIX: usize = 12;
/// Last digits from this many on can be searched for.
const SHORTEST_DIGITS: usize = 4;
const MOST_QUERY_TERMS: usize = 4;
/// Of one note.
const MOST_NOTE_TERMS: usize = 100;

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
}

/// What a term leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    Lead,
    /// Words of notes about a lead.
    LeadNote,
    Call,
    DoNotCall,
}

impl Subject {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::LeadNote => "lead_note",
            Self::Call => "call",
            Self::DoNotCall => "dnc",
        }
    }
}

/// Words of a name and their beginnings.
pub(crate) fn name_terms(name: &str) -> BTreeSet<String> {
    let mut terms = BTreeSet::new();
    for word in words(name) {
        let characters: Vec<char> = word.chars().collect();
        for length in SHORTEST_PREFIX..=LONGEST_PREFIX.min(characters.len()) {
            terms.insert(format!("n:{}", characters[..length].iter().collect::<String>()));
        }
        terms.insert(format!("n:{word}"));
    }
    terms
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

/// A whole e-mail address.
pub(crate) fn email_term(email: &str) -> String {
    format!("e:{}", email.trim().to_lowercase())
}

/// What a person typed into a search box: an e-mail address, last digits of a number, or words of a name, all of which
/// have to fit.
/// `None` when nothing was typed.
pub(crate) fn query_terms(typed: &str) -> Option<Vec<String>> {
    let typed = typed.trim();
    if typed.is_empty() {
        return None;
    }
    if typed.contains('@') {
        return Some(vec![email_term(typed)]);
    }
    if !typed.chars().any(char::is_alphabetic) && typed.chars().any(|c| c.is_ascii_digit()) {
        let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
        return Some(vec![format!("d:{digits}")]);
    }
    let terms: Vec<String> = words(typed).take(MOST_QUERY_TERMS).map(|word| format!("n:{word}")).collect();
    // Only marks such as `%`: a term that nothing has, instead of no condition at all.
    Some(if terms.is_empty() { vec!["n:".to_owned()] } else { terms })
}

fn words(text: &str) -> impl Iterator<Item = String> {
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

/// Whole words of a note, besides those of the notes before.
pub(crate) async fn add_note_terms(on: &mut On<'_>, scope: TenantScope, lead: &str, note: &str) -> Result<()> {
    let long_enough = |word: &String| word.chars().count() >= SHORTEST_PREFIX;
    let terms: BTreeSet<String> =
        words(note).filter(long_enough).take(MOST_NOTE_TERMS).map(|word| format!("n:{word}")).collect();
    add_terms(on, scope, Subject::LeadNote, lead, terms).await
}

async fn add_terms(
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
    fn what_is_typed_meets_what_is_kept() {
        let mut kept: BTreeSet<String> =
            name_terms("Asha Marigold-Rao").into_iter().chain(number_terms("+919812300021")).collect();
        kept.insert(email_term("Asha@Example.com"));
        for typed in ["asha", "asha@example.COM", "MARI", "rao asha", "0021", "98123 00021", "+91 98123-00021"] {
            assert!(query_terms(typed).unwrap().iter().all(|term| kept.contains(term)), "{typed}");
        }
        for typed in ["ashok", "as", "021", "1234", "asha verma"] {
            assert!(!query_terms(typed).unwrap().iter().all(|term| kept.contains(term)), "{typed}");
        }
        assert_eq!(query_terms("  "), None);
    }

    #[test]
    fn words_of_other_scripts_are_found() {
        let kept = name_terms("सुनीता शर्मा");
        assert!(query_terms("शर्मा").unwrap().iter().all(|term| kept.contains(term)));
    }
}
