//! How the records of one CRM are read and written.

use serde::{Deserialize, Serialize};

use super::path::{has_place, is_path};
use crate::{
    imports::{ColumnRule, DateOrder, Duplicates, KnownWithin, MappingProblem, TargetName},
    intake::IntakePlan,
};

/// A field of a lead that can be kept in step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub enum CrmField {
    /// Several such rules, such as first and last name, are put together in their order.
    Name,
    /// The first number that is there is the lead's.
    Phone,
    Email,
    Language,
    Pincode,
    Stage,
    /// Said by either side it holds on both, and neither side takes it back for the other.
    DoNotCall,
    /// Read and written when a lead or a record is made.
    Source,
    /// As the source.
    SourceDetail,
    /// A fact of its own, under `key`.
    Field,
}

/// Which way a field goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub enum CrmFlow {
    #[default]
    Both,
    /// From the CRM to the lead.
    Pull,
    /// From the lead to the CRM.
    Push,
}

impl CrmFlow {
    pub const fn pulls(self) -> bool {
        matches!(self, Self::Both | Self::Pull)
    }

    pub const fn pushes(self) -> bool {
        matches!(self, Self::Both | Self::Push)
    }
}

/// One field of the CRM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct CrmRule {
    /// Where it stands in a record: names with dots between, such as `contact.mobile`; a number is a place in a list.
    pub path: String,
    pub to: CrmField,
    /// Of a fact: 1 to 40 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub key: Option<String>,
    /// Of a fact that is a date: how the CRM writes it. It is kept as YYYY-MM-DD.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub dates: Option<DateOrder>,
    #[serde(default)]
    pub flow: CrmFlow,
}

impl CrmRule {
    /// The name under which changes of the lead's field are kept.
    pub fn field(&self) -> String {
        match self.to {
            CrmField::Name => "name".to_owned(),
            CrmField::Phone => "phone".to_owned(),
            CrmField::Email => "email".to_owned(),
            CrmField::Language => "language".to_owned(),
            CrmField::Pincode => "fields.pincode".to_owned(),
            CrmField::Stage => "stage".to_owned(),
            CrmField::DoNotCall => "do_not_call".to_owned(),
            CrmField::Source => "source".to_owned(),
            CrmField::SourceDetail => "source_detail".to_owned(),
            CrmField::Field => format!("fields.{}", self.key.as_deref().unwrap_or_default().trim()),
        }
    }

    /// Whether the two sides are compared and the newest wins; what is not is read and written once, or only ever turned on.
    pub const fn is_compared(&self) -> bool {
        !matches!(self.to, CrmField::DoNotCall | CrmField::Source | CrmField::SourceDetail)
    }

    /// As the rules of files have it; the stage is none of theirs.
    fn column(&self) -> ColumnRule {
        let to = match self.to {
            CrmField::Name => TargetName::Name,
            CrmField::Phone => TargetName::Phone,
            CrmField::Email => TargetName::Email,
            CrmField::Language => TargetName::Language,
            CrmField::Pincode => TargetName::Pincode,
            CrmField::Stage => TargetName::LeaveOut,
            CrmField::DoNotCall => TargetName::DoNotCall,
            CrmField::Source => TargetName::Source,
            CrmField::SourceDetail => TargetName::SourceDetail,
            CrmField::Field => TargetName::Field,
        };
        ColumnRule { column: self.path.clone(), to, key: self.key.clone(), dates: self.dates }
    }
}

/// What the fields of records mean, and what becomes of known people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct CrmPlan {
    pub rules: Vec<CrmRule>,
    /// ISO 3166 alpha-2: of numbers without a country.
    pub country: String,
    /// Of a record that is seen for the first time, whose number a lead has.
    #[serde(default)]
    pub duplicates: Duplicates,
    #[serde(default)]
    pub known_within: KnownWithin,
}

/// How `updated since` is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub enum SinceAs {
    /// `2026-11-26T09:30:00Z`
    #[default]
    Iso8601,
    UnixSeconds,
}

/// Which leads the CRM is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub enum CrmPush {
    Nothing,
    /// Those that it has.
    #[default]
    Known,
    /// Those, and all others are made there.
    All,
}

/// How the CRM's interface looks. Paths are below the base address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct CrmApi {
    /// Lists records with GET and makes one with POST; below it, a record has its id as its name: `/api/leads`.
    pub list_path: String,
    /// Where the records stand in a page; empty: the answer is the list.
    pub items_path: String,
    /// Where a single record stands in an answer; empty: the answer is the record.
    pub record_path: String,
    pub id_path: String,
    /// When the record was changed last.
    pub updated_path: String,
    pub since_param: String,
    #[serde(default)]
    pub since_as: SinceAs,
    pub page_param: String,
    pub size_param: String,
    /// Records in a page: 1 to 500.
    pub page_size: u32,
    /// Sent with each request for a page, such as `sort=id`.
    #[serde(default)]
    pub extra_query: String,
    /// Changes are sent with PUT in place of PATCH.
    #[serde(default)]
    pub put: bool,
    /// Where a webhook of the CRM names the record.
    pub hook_id_path: String,
}

/// What does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanProblem {
    #[error("no field of the CRM goes to the telephone number; a lead needs one")]
    NoPhone,
    #[error("{0:?} is no path: expected names with dots between, such as contact.mobile")]
    Path(String),
    #[error("{0:?} is a place in a list, which can only be read: choose from the CRM")]
    WrittenPlace(String),
    #[error("only one field can go to {0}")]
    Twice(String),
    #[error("{0}")]
    Mapping(#[from] MappingProblem),
}

impl CrmPlan {
    /// As forms are read.
    pub(super) fn as_form(&self) -> IntakePlan {
        IntakePlan {
            columns: self.rules.iter().map(CrmRule::column).collect(),
            country: self.country.clone(),
            duplicates: self.duplicates,
            known_within: self.known_within,
            honeypot: String::new(),
            consents: Vec::new(),
        }
    }

    /// # Errors
    /// All that does not fit.
    pub fn check(&self) -> Result<(), Vec<PlanProblem>> {
        let mut problems = Vec::new();
        for (n, rule) in self.rules.iter().enumerate() {
            if !is_path(&rule.path) {
                problems.push(PlanProblem::Path(rule.path.clone()));
            } else if rule.flow.pushes() && has_place(&rule.path) {
                problems.push(PlanProblem::WrittenPlace(rule.path.clone()));
            }
            let several = matches!(rule.to, CrmField::Name | CrmField::Phone);
            if !several && self.rules[..n].iter().any(|other| other.field() == rule.field()) {
                problems.push(PlanProblem::Twice(rule.field()));
            }
        }
        if !self.rules.iter().any(|rule| rule.to == CrmField::Phone && rule.flow.pulls()) {
            problems.push(PlanProblem::NoPhone);
        }
        if let Err(more) = self.as_form().check() {
            let told =
                more.into_iter().filter(|one| !matches!(one, MappingProblem::NoPhone | MappingProblem::Twice(_)));
            problems.extend(told.map(PlanProblem::Mapping));
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// Names of the fields that are compared, each once with its way.
    pub fn compared(&self) -> Vec<(String, CrmFlow)> {
        let mut fields: Vec<(String, CrmFlow)> = Vec::new();
        for rule in self.rules.iter().filter(|rule| rule.is_compared()) {
            let field = rule.field();
            if !fields.iter().any(|(known, _)| *known == field) {
                fields.push((field, rule.flow));
            }
        }
        fields
    }
}
