//! Why a lead is whose it is: as data for every language, and as the English sentence that is kept beside it.

use serde::{Deserialize, Serialize};

use super::{Condition, Decision, LeadView, NotBy, Operator, RuleSet, Strategy};

/// A comparison of the rule that the lead met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema), ts(rename = "AssignmentMatch"), schema(as = AssignmentMatch))]
pub struct Met {
    pub field: String,
    pub operator: Operator,
    pub values: Vec<String>,
}

/// A rule before it that fits too and gave the lead to nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema), ts(rename = "AssignmentPassed"), schema(as = AssignmentPassed))]
pub struct Passed {
    pub rule: String,
    pub why: NotBy,
}

/// Why a lead is whose it is. Rules and people have the names that they had then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema), ts(rename = "AssignmentReason"), schema(as = AssignmentReason))]
pub enum Reason {
    /// Owners keep their leads.
    Keeps { agent: String },
    /// A rule gave it. Without `met` it takes every lead.
    Rule { rule: String, version: u32, agent: String, strategy: Strategy, met: Vec<Met>, passed: Vec<Passed> },
    /// No rule gave it, and nobody is there for that case when `agent` is absent.
    Fallback { version: u32, agent: Option<String>, passed: Vec<Passed> },
    /// Its owner left, and no rule gave it to anybody.
    OwnerLeft { left: String },
    /// A supervisor gave on what somebody left.
    GivenOn { left: String },
    /// A person gave it to somebody, or took it from its owner when `to` is absent.
    Person { by: String, to: Option<String> },
    /// Its owner does not speak the customer's language.
    Language { language: String, speaks: String, does_not: String },
    /// An action on many leads was undone.
    Undone,
    /// Kept before reasons were data.
    Said { sentence: String },
}

impl Reason {
    /// `agent` names the one who gets the lead.
    pub fn of(set: &RuleSet, version: u32, view: &LeadView, decision: &Decision, agent: Option<&str>) -> Self {
        let name = || agent.unwrap_or("nobody").to_owned();
        match decision {
            Decision::Keeps { .. } => Self::Keeps { agent: name() },
            Decision::Given { rule: place, passed, .. } => {
                let rule = &set.rules[*place];
                let mut held = Vec::new();
                rule.when.held_by(view, &mut held);
                Self::Rule {
                    rule: rule.name.clone(),
                    version,
                    agent: name(),
                    strategy: rule.strategy,
                    met: held.into_iter().filter_map(met).collect(),
                    passed: over(set, passed),
                }
            }
            Decision::Fallback { to, passed } => {
                Self::Fallback { version, agent: to.map(|_| name()), passed: over(set, passed) }
            }
        }
    }

    /// English.
    pub fn sentence(&self) -> String {
        match self {
            Self::Keeps { agent } => format!("{agent} keeps this lead: owners keep their leads."),
            Self::Rule { rule, version, agent, strategy, met, passed } => {
                let why = met.iter().map(comparison).collect::<Vec<_>>().join(" and ");
                let why = if why.is_empty() { "it takes every lead".to_owned() } else { why };
                let how = how(*strategy);
                format!("“{rule}” (version {version}) gave it to {agent} {how}: {why}{}.", but(passed))
            }
            Self::Fallback { version, agent: Some(agent), passed } => {
                format!("No rule gave this lead (version {version}), so {agent} got it{}.", but(passed))
            }
            Self::Fallback { version, agent: None, passed } => {
                format!("No rule gave this lead to anybody (version {version}){}.", but(passed))
            }
            Self::OwnerLeft { left } => format!("{left} left, and no rule gave this lead to anybody."),
            Self::GivenOn { left } => format!("A supervisor gave on the leads of {left}."),
            Self::Person { by, to: Some(to) } => format!("{by} gave this lead to {to}."),
            Self::Person { by, to: None } => format!("{by} took this lead from its owner."),
            Self::Language { language, speaks, does_not } => {
                format!("{speaks} speaks {language}, and {does_not} does not.")
            }
            Self::Undone => "This lead was given back: the action on many leads was undone.".to_owned(),
            Self::Said { sentence } => sentence.clone(),
        }
    }
}

fn met(condition: &Condition) -> Option<Met> {
    match condition {
        Condition::Field { field, operator, values } => {
            Some(Met { field: field.clone(), operator: *operator, values: values.clone() })
        }
        Condition::All { .. } | Condition::Any { .. } => None,
    }
}

fn over(set: &RuleSet, passed: &[(usize, NotBy)]) -> Vec<Passed> {
    passed.iter().map(|(place, why)| Passed { rule: set.rules[*place].name.clone(), why: *why }).collect()
}

const fn how(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::RoundRobin => "in turn",
        Strategy::LeastLoaded => "who has fewest open leads",
        Strategy::SourceOwner => "who is named for its source",
        Strategy::Language => "who speaks the language",
        Strategy::Random => "by lot",
    }
}

fn but(passed: &[Passed]) -> String {
    passed.iter().map(|one| format!("; “{}” fits too, but {}", one.rule, not_by(one.why))).collect()
}

const fn not_by(why: NotBy) -> &'static str {
    match why {
        NotBy::NobodyLeft => "nobody is left in it",
        NotBy::OpenFull => "everyone has as many open leads as it allows",
        NotBy::DayFull => "everyone got as many leads today as it allows",
        NotBy::OutsideHours => "it is outside its hours",
        NotBy::NoSourceOwner => "nobody is named for this source",
        NotBy::NoSpeaker => "nobody in it speaks the language",
    }
}

fn comparison(met: &Met) -> String {
    let name = met.field.strip_prefix("fields.").unwrap_or(&met.field).replace('_', " ");
    let values = met.values.join(" or ");
    match met.operator {
        Operator::Is => format!("{name} is {values}"),
        Operator::IsNot => format!("{name} is not {values}"),
        Operator::Contains => format!("{name} contains {values}"),
        Operator::StartsWith => format!("{name} begins with {values}"),
        Operator::AtLeast => format!("{name} is at least {values}"),
        Operator::AtMost => format!("{name} is at most {values}"),
        Operator::IsSet => format!("{name} is known"),
        Operator::IsNotSet => format!("{name} is not known"),
    }
}
