//! How an analysis changes a lead: it fills what nobody has entered, proposes where a person has, and overwrites only what an
//! earlier analysis wrote.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    dispositions::Heat,
    intelligence::{Analysis, ExtractedField, FieldKey},
    pii::Personal,
};

/// Below it a value is only shown with the call.
pub const LEAST_SURE: f32 = 0.6;
/// Lead quality from which a lead is warm, and from which hot.
const WARM_FROM: u8 = 45;
const HOT_FROM: u8 = 75;

/// The lead as the rule needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadAsKnown {
    pub name: Personal<String>,
    pub email: Option<Personal<String>>,
    pub heat: Heat,
    pub fields: BTreeMap<String, String>,
    /// Fields (by the name under which changes are kept) whose present value came from an analysis.
    pub from_analysis: BTreeSet<String>,
}

/// One field of the lead, `name`, `email`, `heat` or `fields.<key>`, and its new value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub field: String,
    pub to: Personal<String>,
}

/// A value that waits for a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    pub field: String,
    pub current: Option<Personal<String>>,
    pub proposed: Personal<String>,
    pub quote: Personal<String>,
    pub at_s: f64,
    pub confidence: f32,
    pub engine: String,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct LeadUpdate {
    pub changes: Vec<Change>,
    pub proposals: Vec<Proposal>,
}

/// Where a fact is kept on the lead. Facts about the call itself are not kept there.
fn field_name(key: FieldKey) -> Option<String> {
    match key {
        FieldKey::CustomerName => Some("name".to_owned()),
        FieldKey::Email => Some("email".to_owned()),
        // The number is what the lead is known by; another one is a matter for people.
        FieldKey::Phone => Some("fields.other_phone".to_owned()),
        FieldKey::PainPoints | FieldKey::Objections => None,
        other => Some(format!("fields.{}", other.as_str())),
    }
}

fn present(lead: &LeadAsKnown, field: &str) -> Option<String> {
    let value = match field {
        "name" => Some(lead.name.reveal().clone()),
        "email" => lead.email.as_ref().map(|email| email.reveal().clone()),
        other => other.strip_prefix("fields.").and_then(|key| lead.fields.get(key).cloned()),
    };
    value.filter(|value| !value.trim().is_empty())
}

fn proposal(field: String, current: Option<String>, found: &ExtractedField) -> Proposal {
    Proposal {
        field,
        current: current.map(Personal::new),
        proposed: found.display.clone(),
        quote: found.evidence.quote.clone(),
        at_s: found.evidence.at_s,
        confidence: found.confidence,
        engine: found.engine.clone(),
    }
}

/// With `write` false everything is proposed and nothing changed.
pub fn decide(lead: &LeadAsKnown, analysis: &Analysis, write: bool) -> LeadUpdate {
    let mut update = LeadUpdate::default();
    for found in analysis.fields.iter().filter(|found| found.confidence >= LEAST_SURE) {
        let Some(field) = field_name(found.key) else { continue };
        let current = present(lead, &field);
        if current.as_deref().is_some_and(|current| same(current, found.display.reveal())) {
            continue;
        }
        let free = current.is_none() || lead.from_analysis.contains(&field);
        if write && free {
            update.changes.push(Change { field, to: found.display.clone() });
        } else {
            update.proposals.push(proposal(field, current, found));
        }
    }
    let heat = heat(analysis);
    // An analysis warms a lead up; cooling one down is a person's decision.
    if write && heat > lead.heat {
        update.changes.push(Change { field: "heat".to_owned(), to: Personal::new(heat_word(heat).to_owned()) });
    }
    update
}

fn same(a: &str, b: &str) -> bool {
    a.trim().eq_ignore_ascii_case(b.trim())
}

fn heat(analysis: &Analysis) -> Heat {
    match analysis.lead_quality.score {
        _ if analysis.hot_lead.hot => Heat::Hot,
        score if score >= HOT_FROM => Heat::Hot,
        score if score >= WARM_FROM => Heat::Warm,
        _ => Heat::Cold,
    }
}

pub const fn heat_word(heat: Heat) -> &'static str {
    match heat {
        Heat::Cold => "cold",
        Heat::Warm => "warm",
        Heat::Hot => "hot",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intelligence::{
        Engine, Evidence, FieldValue, FollowUp, HotLead, Intents, LeadQuality, NextAction, Priority, Sentiment,
        SentimentLabel,
    };

    fn found(key: FieldKey, display: &str, confidence: f32) -> ExtractedField {
        ExtractedField {
            key,
            value: FieldValue::Text { text: Personal::new(display.to_owned()) },
            display: Personal::new(display.to_owned()),
            evidence: Evidence { quote: Personal::new("words".to_owned()), at_s: 3.0, segment: 1 },
            asked: None,
            more: Vec::new(),
            confidence,
            engine: "rules".to_owned(),
        }
    }

    fn analysis(fields: Vec<ExtractedField>, quality: u8, hot: bool) -> Analysis {
        Analysis {
            summary_short: Personal::default(),
            summary_detailed: Personal::default(),
            language: None,
            sentiment: Sentiment { label: SentimentLabel::Neutral, score: 0.0, trend: [0.0; 3] },
            fields,
            intent: Intents::default(),
            key_topics: Vec::new(),
            action_items: Vec::new(),
            follow_up: FollowUp { needed: false, at: None, reason: String::new() },
            priority: Priority::Low,
            lead_quality: LeadQuality { score: quality, reasons: Vec::new() },
            conversion_probability: 0,
            next_best_action: NextAction { code: "close".into(), text: String::new() },
            hot_lead: HotLead { hot, why: Vec::new() },
            proposed_disposition: None,
            engine: Engine { name: "rules".into(), version: "1".into() },
        }
    }

    fn lead(fields: &[(&str, &str)]) -> LeadAsKnown {
        LeadAsKnown {
            name: Personal::new("Asha".to_owned()),
            email: None,
            heat: Heat::Warm,
            fields: fields.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            from_analysis: BTreeSet::new(),
        }
    }

    #[test]
    fn an_empty_field_is_filled_and_an_entered_one_is_only_proposed() {
        let analysis =
            analysis(vec![found(FieldKey::Budget, "₹60–70 lakh", 0.9), found(FieldKey::Bedrooms, "2 BHK", 0.9)], 0, false);
        let update = decide(&lead(&[("budget", "₹50 lakh")]), &analysis, true);
        assert_eq!(update.changes.len(), 1);
        assert_eq!(update.changes[0].field, "fields.bedrooms");
        assert_eq!(update.proposals.len(), 1);
        assert_eq!(update.proposals[0].field, "fields.budget");
    }

    #[test]
    fn a_value_of_an_earlier_analysis_is_replaced() {
        let analysis = analysis(vec![found(FieldKey::Budget, "₹80 lakh", 0.9)], 0, false);
        let mut known = lead(&[("budget", "₹70 lakh")]);
        known.from_analysis.insert("fields.budget".to_owned());
        assert_eq!(decide(&known, &analysis, true).changes.len(), 1);
    }

    #[test]
    fn what_is_not_sure_or_says_nothing_new_is_left_alone() {
        let unsure = analysis(vec![found(FieldKey::Budget, "₹80 lakh", 0.5)], 0, false);
        assert_eq!(decide(&lead(&[]), &unsure, true), LeadUpdate::default());
        let known = analysis(vec![found(FieldKey::CustomerName, " asha ", 0.9)], 0, false);
        assert_eq!(decide(&lead(&[]), &known, true), LeadUpdate::default());
    }

    #[test]
    fn a_lead_gets_hotter_by_itself_and_never_colder() {
        let hot = decide(&lead(&[]), &analysis(vec![], 10, true), true);
        assert_eq!(hot.changes[0].to.reveal(), "hot");
        assert_eq!(decide(&lead(&[]), &analysis(vec![], 10, false), true), LeadUpdate::default());
    }

    #[test]
    fn without_leave_to_write_everything_is_proposed() {
        let analysis = analysis(vec![found(FieldKey::Bedrooms, "2 BHK", 0.9)], 90, true);
        let update = decide(&lead(&[]), &analysis, false);
        assert!(update.changes.is_empty());
        assert_eq!(update.proposals.len(), 1);
    }
}
