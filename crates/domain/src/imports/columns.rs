//! Which column goes where.

use serde::{Deserialize, Serialize};

use super::{DateOrder, ImportPlan};

/// Where a column goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    LeaveOut,
    Name,
    Phone,
    PhoneExtension,
    Country,
    Email,
    Language,
    Pincode,
    Priority,
    Source,
    SourceDetail,
    DoNotCall,
    Field {
        key: String,
        /// For dates: how they are written. They are kept as YYYY-MM-DD.
        dates: Option<DateOrder>,
    },
}

/// [`Target`] as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub enum TargetName {
    LeaveOut,
    /// Several such columns, such as first and last name, are put together in their order.
    Name,
    /// The first number that is there is the lead's; others are kept beside it.
    Phone,
    PhoneExtension,
    /// Of this row's numbers: a code such as IN, +91, or a name.
    Country,
    Email,
    Language,
    Pincode,
    /// 0 to 100, the highest first.
    Priority,
    Source,
    SourceDetail,
    /// Yes in some form: the lead is not to be called.
    DoNotCall,
    /// A fact of its own, under `key`.
    Field,
}

/// One column of the file. It is known by its name; of columns with one name the n-th rule means the n-th column. In a
/// file without a header the rules go by place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct ColumnRule {
    pub column: String,
    pub to: TargetName,
    /// Of a fact: 1 to 40 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub key: Option<String>,
    /// Of a fact that is a date: how it is written. It is kept as YYYY-MM-DD.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub dates: Option<DateOrder>,
}

impl ColumnRule {
    pub fn new(column: String, target: Target) -> Self {
        use TargetName as N;
        let (to, key, dates) = match target {
            Target::LeaveOut => (N::LeaveOut, None, None),
            Target::Name => (N::Name, None, None),
            Target::Phone => (N::Phone, None, None),
            Target::PhoneExtension => (N::PhoneExtension, None, None),
            Target::Country => (N::Country, None, None),
            Target::Email => (N::Email, None, None),
            Target::Language => (N::Language, None, None),
            Target::Pincode => (N::Pincode, None, None),
            Target::Priority => (N::Priority, None, None),
            Target::Source => (N::Source, None, None),
            Target::SourceDetail => (N::SourceDetail, None, None),
            Target::DoNotCall => (N::DoNotCall, None, None),
            Target::Field { key, dates } => (N::Field, Some(key), dates),
        };
        Self { column, to, key, dates }
    }

    pub fn target(&self) -> Target {
        match self.to {
            TargetName::LeaveOut => Target::LeaveOut,
            TargetName::Name => Target::Name,
            TargetName::Phone => Target::Phone,
            TargetName::PhoneExtension => Target::PhoneExtension,
            TargetName::Country => Target::Country,
            TargetName::Email => Target::Email,
            TargetName::Language => Target::Language,
            TargetName::Pincode => Target::Pincode,
            TargetName::Priority => Target::Priority,
            TargetName::Source => Target::Source,
            TargetName::SourceDetail => Target::SourceDetail,
            TargetName::DoNotCall => Target::DoNotCall,
            TargetName::Field => Target::Field { key: self.key.clone().unwrap_or_default(), dates: self.dates },
        }
    }
}

/// Why a mapping does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingProblem {
    #[error("no column goes to the telephone number; a lead needs one")]
    NoPhone,
    #[error("the file has no column {0:?}, from which the telephone number was to come")]
    PhoneColumnMissing(String),
    #[error("only one column can go to {0}")]
    Twice(&'static str),
    #[error("{0:?} is no name for a field: expected 1 to 40 characters")]
    Key(String),
    #[error("at most {0} columns can be kept as fields of their own; leave some out")]
    TooManyFields(usize),
    #[error("{0:?} is not a country code such as IN")]
    Country(String),
}

/// Facts that a lead keeps at most.
pub const MOST_FIELDS: usize = 60;

/// The mapping of one file, by the place of the column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    pub targets: Vec<Target>,
    pub country: String,
}

const fn single(target: &Target) -> Option<&'static str> {
    Some(match target {
        Target::PhoneExtension => "the extension",
        Target::Country => "the country",
        Target::Email => "the e-mail address",
        Target::Language => "the language",
        Target::Pincode => "the pincode",
        Target::Priority => "the priority",
        Target::Source => "the source",
        Target::SourceDetail => "the source's detail",
        Target::DoNotCall => "do not call",
        Target::LeaveOut | Target::Name | Target::Phone | Target::Field { .. } => return None,
    })
}

impl Columns {
    /// Fits the rules of a plan to the columns of a file. Columns without a rule are left out.
    ///
    /// # Errors
    /// All that is wrong at once.
    pub fn fit(plan: &ImportPlan, header: &[String]) -> Result<Self, Vec<MappingProblem>> {
        let mut problems = Vec::new();
        let mut targets = vec![Target::LeaveOut; header.len()];
        let mut taken = vec![false; header.len()];
        let mut phone_missing = None;
        for (place, rule) in plan.columns.iter().enumerate() {
            let named = |n: &usize| !taken[*n] && header[*n].trim().eq_ignore_ascii_case(rule.column.trim());
            let at = if plan.reading.header {
                (0..header.len()).find(named)
            } else {
                (place < header.len()).then_some(place)
            };
            match at {
                Some(at) => {
                    taken[at] = true;
                    targets[at] = rule.target();
                }
                None if rule.to == TargetName::Phone => phone_missing = Some(rule.column.clone()),
                None => {}
            }
        }
        if !targets.contains(&Target::Phone) {
            problems.push(phone_missing.map_or(MappingProblem::NoPhone, MappingProblem::PhoneColumnMissing));
        }
        let mut seen: Vec<&'static str> = Vec::new();
        for target in &targets {
            if let Some(name) = single(target) {
                if seen.contains(&name) {
                    problems.push(MappingProblem::Twice(name));
                }
                seen.push(name);
            }
            if let Target::Field { key, .. } = target
                && (key.trim().is_empty() || key.chars().count() > 40)
            {
                problems.push(MappingProblem::Key(key.clone()));
            }
        }
        if targets.iter().filter(|target| matches!(target, Target::Field { .. })).count() > MOST_FIELDS {
            problems.push(MappingProblem::TooManyFields(MOST_FIELDS));
        }
        if super::numbers::country_of(&plan.country).is_none() {
            problems.push(MappingProblem::Country(plan.country.clone()));
        }
        problems.dedup();
        if problems.is_empty() { Ok(Self { targets, country: plan.country.clone() }) } else { Err(problems) }
    }
}
