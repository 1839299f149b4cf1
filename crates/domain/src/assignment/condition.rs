//! Which leads a rule is for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How a field is compared. Texts are compared without regard to case and outer blanks; numbers as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema), ts(rename = "LeadOperator"), schema(as = LeadOperator))]
pub enum Operator {
    /// One of the values.
    Is,
    IsNot,
    Contains,
    StartsWith,
    /// At least the first value.
    AtLeast,
    AtMost,
    /// It is filled in.
    IsSet,
    IsNotSet,
}

/// A tree of comparisons. An empty `all` is always so, an empty `any` never.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema), ts(rename = "LeadCondition"), schema(as = LeadCondition))]
pub enum Condition {
    All {
        #[cfg_attr(feature = "schema", schema(no_recursion))]
        of: Vec<Condition>,
    },
    Any {
        #[cfg_attr(feature = "schema", schema(no_recursion))]
        of: Vec<Condition>,
    },
    Field {
        field: String,
        operator: Operator,
        values: Vec<String>,
    },
}

impl Default for Condition {
    fn default() -> Self {
        Self::All { of: Vec::new() }
    }
}

/// A lead as conditions see it: texts by name. Names are those of the list's filters (`source`, `language`, `heat`, `stage`,
/// `campaign`, `zone`, `country`, `attempts`) and `fields.<key>` for everything else that is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeadView {
    pub texts: BTreeMap<String, String>,
}

impl LeadView {
    pub fn get(&self, field: &str) -> Option<&str> {
        self.texts.get(field).map(|text| text.trim()).filter(|text| !text.is_empty())
    }
}

impl Condition {
    pub fn holds(&self, lead: &LeadView) -> bool {
        match self {
            Self::All { of } => of.iter().all(|one| one.holds(lead)),
            Self::Any { of } => of.iter().any(|one| one.holds(lead)),
            Self::Field { field, operator, values } => compare(lead.get(field), *operator, values),
        }
    }

    /// The comparisons that made it hold, for the explanation.
    pub fn held_by<'c>(&'c self, lead: &LeadView, found: &mut Vec<&'c Self>) {
        match self {
            Self::All { of } => of.iter().for_each(|one| one.held_by(lead, found)),
            Self::Any { of } => {
                if let Some(one) = of.iter().find(|one| one.holds(lead)) {
                    one.held_by(lead, found);
                }
            }
            Self::Field { .. } => found.push(self),
        }
    }

    /// Always so, whatever the lead.
    pub fn is_always(&self) -> bool {
        match self {
            Self::All { of } => of.iter().all(Self::is_always),
            Self::Any { of } => of.iter().any(Self::is_always),
            Self::Field { .. } => false,
        }
    }

    /// Every field that is asked for.
    pub fn fields(&self) -> Vec<&str> {
        match self {
            Self::All { of } | Self::Any { of } => of.iter().flat_map(Self::fields).collect(),
            Self::Field { field, .. } => vec![field],
        }
    }

    /// Levels of the tree.
    pub fn depth(&self) -> usize {
        match self {
            Self::All { of } | Self::Any { of } => 1 + of.iter().map(Self::depth).max().unwrap_or(0),
            Self::Field { .. } => 1,
        }
    }
}

fn compare(value: Option<&str>, operator: Operator, values: &[String]) -> bool {
    let any = |test: &dyn Fn(&str, &str) -> bool| {
        value.is_some_and(|value| {
            let value = value.to_lowercase();
            values.iter().any(|asked| test(&value, &asked.trim().to_lowercase()))
        })
    };
    match operator {
        Operator::Is => any(&|value, asked| value == asked),
        // Of what is not known, nobody knows that it is something else; who asks for "not X" means everybody else.
        Operator::IsNot => !any(&|value, asked| value == asked),
        Operator::Contains => any(&|value, asked| !asked.is_empty() && value.contains(asked)),
        Operator::StartsWith => any(&|value, asked| !asked.is_empty() && value.starts_with(asked)),
        Operator::AtLeast => number(value, values).is_some_and(|(value, asked)| value >= asked),
        Operator::AtMost => number(value, values).is_some_and(|(value, asked)| value <= asked),
        Operator::IsSet => value.is_some(),
        Operator::IsNotSet => value.is_none(),
    }
}

fn number(value: Option<&str>, values: &[String]) -> Option<(f64, f64)> {
    let read = |text: &str| text.replace([',', ' '], "").parse::<f64>().ok().filter(|number| number.is_finite());
    Some((read(value?)?, read(values.first()?)?))
}
