//! How the analysis of a call changes a lead, and how a change is taken back.
//!
//! Nothing that a person typed is overwritten. What is sure enough fills empty fields and renews what an earlier analysis
//! said; the rest is proposed, with the words it came from, for a person to accept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    dispositions::Heat,
    ids::{CallId, UserId},
    intelligence::{Analysis, Evidence, ExtractedField, FieldKey},
    pii::Personal,
};

/// Below it a fact is proposed and not written.
pub const MIN_CONFIDENCE: f32 = 0.6;
/// From this quality on a lead is at least warm.
pub const WARM_QUALITY: u8 = 50;

/// Who set a field last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SetBy {
    Person {
        user_id: UserId,
    },
    Analysis {
        call_id: CallId,
        engine: String,
    },
    /// The result of a call, which an agent chose.
    Disposition {
        call_id: CallId,
    },
    Import,
    /// A stand-in that the system made, such as the number in place of a name.
    StandIn,
}

/// The lead as the rule sees it. Fields go by the names under which changes are kept: `name`, `email`, `heat`,
/// `fields.<key>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadRecord {
    pub heat: Heat,
    /// Texts of `name`, `email` and `fields.<key>`; absent or blank is empty.
    pub texts: BTreeMap<String, Personal<String>>,
    /// A field without an entry was given by somebody, unless it is empty.
    pub set_by: BTreeMap<String, SetBy>,
}

/// Why a fact is not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposedBecause {
    /// Somebody gave the present value.
    GivenByPerson,
    LowConfidence,
    /// The number identifies the person; only people change it.
    Identity,
}

/// One field with its present and its new value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    pub field: String,
    pub from: Option<Personal<String>>,
    pub to: Personal<String>,
    /// 0..1; 1 for what follows from the analysis as a whole.
    pub confidence: f32,
    /// The words it was taken from.
    pub evidence: Option<Evidence>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    pub change: FieldChange,
    pub because: ProposedBecause,
}

/// A field is in one of the two lists at most, in the order of [`FieldKey`] with heat last.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LeadUpdate {
    pub changes: Vec<FieldChange>,
    pub proposals: Vec<Proposal>,
}

/// The name under which changes of the field are kept.
pub fn field_name(key: FieldKey) -> String {
    match key {
        FieldKey::CustomerName => "name".to_owned(),
        FieldKey::Email => "email".to_owned(),
        _ => format!("fields.{}", key.as_str()),
    }
}

/// What the analysis makes of the lead. Facts that say what is there already are left out.
pub fn update(lead: &LeadRecord, analysis: &Analysis) -> LeadUpdate {
    let mut update = LeadUpdate::default();
    for fact in &analysis.fields {
        judge(lead, fact, &mut update);
    }
    judge_heat(lead, analysis, &mut update);
    update
}

fn judge(lead: &LeadRecord, fact: &ExtractedField, update: &mut LeadUpdate) {
    let field = field_name(fact.key);
    let from = lead.texts.get(&field).filter(|text| !text.reveal().trim().is_empty()).cloned();
    let to = fact.display.clone();
    if to.reveal().trim().is_empty() || from.as_ref().is_some_and(|from| same(from.reveal(), to.reveal())) {
        return;
    }
    let because = match lead.set_by.get(&field) {
        _ if fact.key == FieldKey::Phone => Some(ProposedBecause::Identity),
        _ if fact.confidence.is_nan() || fact.confidence < MIN_CONFIDENCE => Some(ProposedBecause::LowConfidence),
        Some(SetBy::Analysis { .. } | SetBy::StandIn) => None,
        Some(SetBy::Person { .. } | SetBy::Disposition { .. } | SetBy::Import) | None => {
            from.as_ref().map(|_| ProposedBecause::GivenByPerson)
        }
    };
    let evidence = Some(fact.evidence.clone());
    let change = FieldChange { field, from, to, confidence: fact.confidence, evidence };
    match because {
        None => update.changes.push(change),
        Some(because) => update.proposals.push(Proposal { change, because }),
    }
}

/// Hot when the analysis says so, else warm from [`WARM_QUALITY`] on, else cold. A lead that people made hotter is not cooled
/// by one conversation, but only proposed to be.
fn judge_heat(lead: &LeadRecord, analysis: &Analysis, update: &mut LeadUpdate) {
    let to = match analysis {
        Analysis { hot_lead, .. } if hot_lead.hot => Heat::Hot,
        Analysis { lead_quality, .. } if lead_quality.score >= WARM_QUALITY => Heat::Warm,
        Analysis { .. } => Heat::Cold,
    };
    if to == lead.heat {
        return;
    }
    let text = |heat: Heat| Personal::new(heat.as_str().to_owned());
    let change = FieldChange {
        field: "heat".to_owned(),
        from: Some(text(lead.heat)),
        to: text(to),
        confidence: 1.0,
        evidence: None,
    };
    match lead.set_by.get("heat") {
        Some(SetBy::Person { .. }) => {
            update.proposals.push(Proposal { change, because: ProposedBecause::GivenByPerson });
        }
        Some(SetBy::Analysis { .. } | SetBy::Disposition { .. } | SetBy::Import | SetBy::StandIn) | None => {
            update.changes.push(change);
        }
    }
}

/// Spelling is not a change: case and spaces do not count.
fn same(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    plain(one) == plain(other)
}

/// What taking back a change comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undo<'a> {
    /// Put this value back; `None` empties the field.
    Restore {
        to: Option<&'a str>,
    },
    /// The field was changed again since: a person decides between the two.
    ChangedSince {
        before: Option<&'a str>,
        now: Option<&'a str>,
    },
    AlreadyUndone,
}

/// `from` and `to` are the change's, `now` is the field's present value. Blank and absent are the same.
pub fn undo<'a>(from: Option<&'a str>, to: Option<&str>, now: Option<&'a str>, undone: bool) -> Undo<'a> {
    let filled = |text: &&str| !text.trim().is_empty();
    match (undone, now.filter(filled) == to.filter(filled)) {
        (true, _) => Undo::AlreadyUndone,
        (false, true) => Undo::Restore { to: from },
        (false, false) => Undo::ChangedSince { before: from, now },
    }
}

#[cfg(test)]
mod tests;
