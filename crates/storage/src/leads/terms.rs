//! What a lead is found by: keyed hashes of the beginnings of the words of its name and of its last digits.
//!
//! `lead_terms` may hold more than is true, for a lead that was renamed or is gone: whoever finds something by it opens the
//! lead and asks [`Typed::fits`].

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use domain::{ids::TenantId, pii::Personal};

use super::{Lead, read};
use crate::{
    db::Store,
    error::{Result, StorageError},
    scope::TenantScope,
    seal::{HashOf, Keyring, words},
    sql::{On, Unit, args},
};

/// Beginnings of these lengths are kept; a word that is shorter is kept whole.
const PREFIXES: [usize; 3] = [3, 5, 8];
const LAST_DIGITS: usize = 4;
const MOST_WORDS: usize = 4;

/// Terms of a name and of numbers.
pub(super) fn of_lead<'a>(
    keys: &Keyring,
    scope: TenantScope,
    name: &str,
    numbers: impl IntoIterator<Item = &'a str>,
) -> Vec<i64> {
    Terms::new(keys, scope).of_lead(name, numbers)
}

/// Terms of many leads: beginnings of names come again and again, and are hashed once.
pub(super) struct Terms<'k> {
    keys: &'k Keyring,
    scope: TenantScope,
    names: HashMap<String, i64>,
    text: String,
}

impl<'k> Terms<'k> {
    pub(super) fn new(keys: &'k Keyring, scope: TenantScope) -> Self {
        Self { keys, scope, names: HashMap::new(), text: String::new() }
    }

    pub(super) fn of_lead<'a>(&mut self, name: &str, numbers: impl IntoIterator<Item = &'a str>) -> Vec<i64> {
        let mut terms = Vec::with_capacity(8);
        for word in words(name) {
            let whole = word.chars().count();
            let lengths = PREFIXES.into_iter().filter(|length| *length <= whole);
            for length in lengths.chain((whole < PREFIXES[0]).then_some(whole)) {
                terms.push(self.of_name(word.chars().take(length)));
            }
        }
        for number in numbers {
            if let Some(last) = number.len().checked_sub(LAST_DIGITS).and_then(|from| number.get(from..)) {
                self.text.clear();
                self.text.push_str("d:");
                self.text.push_str(last);
                terms.push(self.keys.lead_term(self.scope, &self.text));
            }
        }
        terms.sort_unstable();
        terms.dedup();
        terms
    }

    fn of_name(&mut self, beginning: impl Iterator<Item = char>) -> i64 {
        self.text.clear();
        self.text.push_str("n:");
        self.text.extend(beginning);
        if let Some(term) = self.names.get(&self.text) {
            return *term;
        }
        let term = self.keys.lead_term(self.scope, &self.text);
        self.names.insert(self.text.clone(), term);
        term
    }
}

/// What a person typed into a search box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Typed {
    Email(Personal<String>),
    /// At least four.
    Digits(Personal<String>),
    /// Of a name: each has to be the beginning of a word of it.
    Words(Personal<Vec<String>>),
    /// Too short, or marks only: nothing fits.
    Nothing,
}

impl Typed {
    /// `None` when nothing was typed.
    pub(crate) fn read(typed: &str) -> Option<Self> {
        let typed = typed.trim();
        if typed.is_empty() {
            return None;
        }
        if typed.contains('@') {
            return Some(Self::Email(Personal::new(typed.to_owned())));
        }
        if !typed.chars().any(char::is_alphabetic) {
            let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
            let enough = digits.len() >= LAST_DIGITS;
            return Some(if enough { Self::Digits(Personal::new(digits)) } else { Self::Nothing });
        }
        let words: Vec<String> = words(typed).take(MOST_WORDS).collect();
        Some(if words.is_empty() { Self::Nothing } else { Self::Words(Personal::new(words)) })
    }

    /// All of them lead to whatever fits.
    pub(super) fn terms(&self, keys: &Keyring, scope: TenantScope) -> Vec<i64> {
        match self {
            Self::Email(_) | Self::Nothing => Vec::new(),
            Self::Digits(digits) => {
                let digits = digits.reveal();
                vec![keys.lead_term(scope, &format!("d:{}", &digits[digits.len() - LAST_DIGITS..]))]
            }
            Self::Words(words) => words
                .reveal()
                .iter()
                .map(|word| {
                    let whole = word.chars().count();
                    let length = PREFIXES.into_iter().rev().find(|length| *length <= whole).unwrap_or(whole);
                    let start: String = word.chars().take(length).collect();
                    keys.lead_term(scope, &format!("n:{start}"))
                })
                .collect(),
        }
    }

    /// Whether it is really about this lead. A word of one or two letters stands for a whole word.
    pub(crate) fn fits(&self, name: &str, numbers: &[&str], email: Option<&str>) -> bool {
        match self {
            Self::Nothing => false,
            Self::Email(typed) => {
                email.is_some_and(|email| email.trim().to_lowercase() == typed.reveal().to_lowercase())
            }
            Self::Digits(digits) => numbers.iter().any(|number| number.ends_with(digits.reveal())),
            Self::Words(typed) => {
                let words: Vec<String> = words(name).collect();
                let fits = |typed: &String| match typed.chars().count() {
                    ..3 => words.contains(typed),
                    _ => words.iter().any(|word| word.starts_with(typed.as_str())),
                };
                typed.reveal().iter().all(fits)
            }
        }
    }
}

/// Adds what a lead is found by now.
pub(super) async fn write(on: &mut On<'_>, scope: TenantScope, place: i64, lead: &Lead) -> Result<()> {
    let terms = of_lead(&on.keys(), scope, lead.name.reveal(), [lead.phone.reveal().as_str()]);
    add(on, scope, terms.into_iter().map(|term| (term, place, String::new())).collect()).await
}

/// Rows of `lead_terms`.
pub(super) async fn add(on: &mut On<'_>, scope: TenantScope, rows: Vec<(i64, i64, String)>) -> Result<()> {
    let args = rows.into_iter().flat_map(|(term, place, places)| args![scope, term, place, places]).collect();
    on.insert_rows("lead_terms", &["tenant_id", "term", "from_place", "places"], args, " ON CONFLICT DO NOTHING").await
}

/// Packs places by their terms: one row for each term, `from_place` being the first place and `places` the differences to
/// the next ones as LEB128 in base 64. The result is sorted.
pub(super) fn pack(mut pairs: Vec<(i64, i64)>) -> Vec<(i64, i64, String)> {
    pairs.sort_unstable();
    pairs.dedup();
    let mut rows = Vec::new();
    let mut bytes = Vec::new();
    for same in pairs.chunk_by(|one, other| one.0 == other.0) {
        bytes.clear();
        for two in same.windows(2) {
            let mut step = u64::try_from(two[1].1 - two[0].1).unwrap_or_default();
            while step >= 0x80 {
                bytes.push(u8::try_from(step & 0x7f).unwrap_or_default() | 0x80);
                step >>= 7;
            }
            bytes.push(u8::try_from(step).unwrap_or_default());
        }
        rows.push((same[0].0, same[0].1, STANDARD_NO_PAD.encode(&bytes)));
    }
    rows
}

fn unpack(from: i64, places: &str, into: &mut Vec<i64>) -> Result<()> {
    into.push(from);
    if places.is_empty() {
        return Ok(());
    }
    let bad = || StorageError::corrupt("lead_terms.places", "not a list of places");
    let (mut place, mut step, mut shift) = (from, 0_u64, 0);
    for byte in STANDARD_NO_PAD.decode(places).map_err(|_| bad())? {
        step |= u64::from(byte & 0x7f).checked_shl(shift).ok_or_else(bad)?;
        shift += 7;
        if byte < 0x80 {
            place = i64::try_from(step).ok().and_then(|step| place.checked_add(step)).ok_or_else(bad)?;
            into.push(place);
            (step, shift) = (0, 0);
        }
    }
    Ok(())
}

/// Places of the leads that all the terms lead to, highest first.
pub(super) async fn places(on: &mut On<'_>, scope: TenantScope, terms: &[i64]) -> Result<Vec<i64>> {
    let mut found: Option<Vec<i64>> = None;
    for term in terms {
        let sql = "SELECT from_place, places FROM lead_terms WHERE tenant_id = $1 AND term = $2";
        let mut places = Vec::new();
        for row in on.read_all(sql, args![scope, *term]).await? {
            unpack(row.int("from_place")?, &row.text("places")?, &mut places)?;
        }
        places.sort_unstable();
        places.dedup();
        found = Some(match found {
            None => places,
            Some(mut before) => {
                before.retain(|place| places.binary_search(place).is_ok());
                before
            }
        });
    }
    let mut found = found.unwrap_or_default();
    found.reverse();
    Ok(found)
}

/// How many leads are made searchable in one transaction.
const AT_ONCE: i64 = 2_000;

/// Makes the leads at `from..=to` searchable, of one import or of all of the tenant.
pub(super) async fn index(on: &mut On<'_>, scope: TenantScope, from: i64, to: i64) -> Result<()> {
    let sql = super::select!(" AND l.place BETWEEN $2 AND $3");
    let keys = on.keys();
    let mut pairs = Vec::new();
    for row in on.read_all(sql, args![scope, from, to]).await? {
        let (place, lead) = (row.int("place")?, read(&row, &keys, scope)?);
        let terms = of_lead(&keys, scope, lead.name.reveal(), [lead.phone.reveal().as_str()]);
        pairs.extend(terms.into_iter().map(|term| (term, place)));
    }
    add(on, scope, pack(pairs)).await
}

/// Moves the terms of an older version, which kept them apart for each lead, to `lead_terms`. Does nothing when there are none.
///
/// # Errors
/// `Corrupt` when a lead cannot be opened.
pub async fn rebuild(store: &Store) -> Result<()> {
    loop {
        let sql = "SELECT tenant_id FROM search_terms WHERE subject = 'lead' LIMIT 1";
        let Some(row) = On::from(store).read(sql, vec![]).await? else { return Ok(()) };
        let scope = TenantScope::system(row.id::<TenantId>("tenant_id")?);
        let sql =
            "SELECT COALESCE(MIN(place), 0) AS first, COALESCE(MAX(place), -1) AS last FROM leads WHERE tenant_id = $1";
        let span = On::from(store).read(sql, args![scope]).await?.ok_or(StorageError::Conflict { what: "lead" })?;
        let (mut from, last) = (span.int("first")?, span.int("last")?);
        while from <= last {
            let mut unit = Unit::of(On::from(store)).await?;
            index(&mut unit.on(), scope, from, from + AT_ONCE - 1).await?;
            unit.finish().await?;
            from += AT_ONCE;
        }
        let sql = "DELETE FROM search_terms WHERE tenant_id = $1 AND subject = 'lead'";
        On::from(store).write(sql, args![scope]).await?;
    }
}

/// Hash under which a number is looked up, and its short form of the indexes.
pub(super) fn hash(keys: &Keyring, scope: TenantScope, e164: &str) -> String {
    keys.look_up(HashOf::Phone, Some(scope), e164)
}

/// Terms by place, for what is written many at a time.
#[derive(Debug, Default)]
pub(super) struct Pairs(Vec<(i64, i64)>);

impl Pairs {
    pub(super) fn add(&mut self, place: i64, terms: &[i64]) {
        self.0.extend(terms.iter().map(|term| (*term, place)));
    }

    pub(super) fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn take(&mut self) -> Vec<(i64, i64, String)> {
        pack(std::mem::take(&mut self.0))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn scope() -> TenantScope {
        TenantScope::system(TenantId::new(uuid::Uuid::from_u128(1)))
    }

    fn finds(keys: &Keyring, typed: &str) -> bool {
        let (name, number) = ("Asha Marigold-Rao", "+919812300021");
        let typed = Typed::read(typed).unwrap();
        let kept = of_lead(keys, scope(), name, [number]);
        let terms = typed.terms(keys, scope());
        !terms.is_empty()
            && terms.iter().all(|term| kept.contains(term))
            && typed.fits(name, &[number], Some("Asha@Example.com"))
    }

    #[test]
    fn what_is_typed_meets_what_is_kept() {
        let keys = Keyring::generate();
        for typed in
            ["asha", "MARI", "marig", "marigo", "marigold", "rao asha", "0021", "98123 00021", "+91 98123-00021"]
        {
            assert!(finds(&keys, typed), "{typed}");
        }
        for typed in ["ashok", "as", "021", "1234", "asha verma", "mart", "marigolds", "%"] {
            assert!(!finds(&keys, typed), "{typed}");
        }
        assert_eq!(Typed::read("  "), None);
        let email = Typed::read("asha@example.COM").unwrap();
        assert!(email.fits("", &[], Some("Asha@Example.com")) && !email.fits("", &[], None));
    }

    #[test]
    fn words_of_other_scripts_are_found() {
        let keys = Keyring::generate();
        let kept = of_lead(&keys, scope(), "सुनीता शर्मा", []);
        let typed = Typed::read("शर्मा").unwrap();
        assert!(typed.terms(&keys, scope()).iter().all(|term| kept.contains(term)));
        assert!(typed.fits("सुनीता शर्मा", &[], None));
    }

    #[test]
    fn packed_places_read_back() {
        let rows = pack(vec![(7, 900), (7, 3), (5, 1), (7, 130), (7, 131), (7, 130)]);
        assert_eq!(rows.iter().map(|row| (row.0, row.1)).collect::<Vec<_>>(), [(5, 1), (7, 3)]);
        let mut places = Vec::new();
        unpack(rows[1].1, &rows[1].2, &mut places).unwrap();
        assert_eq!(places, [3, 130, 131, 900]);
        assert!(matches!(unpack(1, "!", &mut places), Err(StorageError::Corrupt { .. })));
        assert!(matches!(
            unpack(1, &STANDARD_NO_PAD.encode([0xff; 12]), &mut places),
            Err(StorageError::Corrupt { .. })
        ));
    }

    #[test]
    fn terms_are_kept_for_each_name_by_itself() {
        // A map keeps the test from depending on the order of hashes.
        let keys = Keyring::generate();
        let mut names = BTreeMap::new();
        for name in ["Om", "Om Om", "Li Wei"] {
            names.insert(name, of_lead(&keys, scope(), name, []));
        }
        assert_eq!(names["Om"].len(), 1);
        assert_eq!(names["Om Om"], names["Om"]);
        assert_eq!(names["Li Wei"].len(), 2);
    }
}
