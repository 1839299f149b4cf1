use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::intelligence::{
    Engine, FieldValue, FollowUp, HotLead, Intents, LeadQuality, NextAction, Priority, Sentiment, SentimentLabel,
};

const CALL: CallId = CallId::new(Uuid::from_u128(1));

fn fact(key: FieldKey, text: &str, confidence: f32) -> ExtractedField {
    ExtractedField {
        key,
        value: FieldValue::Text { text: Personal::new(text.to_owned()) },
        display: Personal::new(text.to_owned()),
        evidence: Evidence { quote: Personal::new(text.to_owned()), at_s: 3.0, segment: 1 },
        asked: None,
        more: Vec::new(),
        confidence,
        engine: "rules".to_owned(),
    }
}

fn analysis(fields: Vec<ExtractedField>, score: u8, hot: bool) -> Analysis {
    let empty = || Personal::new(String::new());
    Analysis {
        summary_short: empty(),
        summary_detailed: empty(),
        language: None,
        sentiment: Sentiment { label: SentimentLabel::Neutral, score: 0.0, trend: [0.0; 3] },
        fields,
        intent: Intents::default(),
        key_topics: Vec::new(),
        action_items: Vec::new(),
        follow_up: FollowUp { needed: false, at: None, reason: String::new() },
        priority: Priority::Low,
        lead_quality: LeadQuality { score, reasons: Vec::new() },
        conversion_probability: 0,
        next_best_action: NextAction { code: String::new(), text: String::new() },
        hot_lead: HotLead { hot, why: Vec::new() },
        proposed_disposition: None,
        engine: Engine { name: "rules".to_owned(), version: "1".to_owned() },
    }
}

fn lead(texts: &[(&str, &str, Option<SetBy>)]) -> LeadRecord {
    let text =
        |(field, text, _): &(&str, &str, Option<SetBy>)| ((*field).to_owned(), Personal::new((*text).to_owned()));
    LeadRecord {
        heat: Heat::Cold,
        texts: texts.iter().map(text).collect(),
        set_by: texts.iter().filter_map(|(field, _, by)| Some(((*field).to_owned(), by.clone()?))).collect(),
    }
}

fn person() -> Option<SetBy> {
    Some(SetBy::Person { user_id: UserId::new(Uuid::from_u128(2)) })
}

fn earlier_analysis() -> Option<SetBy> {
    Some(SetBy::Analysis { call_id: CALL, engine: "rules".into() })
}

fn written(update: &LeadUpdate) -> Vec<(&str, &str)> {
    update.changes.iter().map(|change| (change.field.as_str(), change.to.reveal().as_str())).collect()
}

fn proposed(update: &LeadUpdate) -> Vec<(&str, ProposedBecause)> {
    update.proposals.iter().map(|proposal| (proposal.change.field.as_str(), proposal.because)).collect()
}

#[test]
fn empty_fields_are_filled_with_what_is_sure_enough() {
    let facts = vec![
        fact(FieldKey::CustomerName, "Asha Marigold", 0.9),
        fact(FieldKey::Budget, "₹60–70 lakh", 0.6),
        fact(FieldKey::Bedrooms, "3", 0.59),
    ];
    let update = update(&lead(&[("name", "  ", None)]), &analysis(facts, 0, false));
    assert_eq!(written(&update), [("name", "Asha Marigold"), ("fields.budget", "₹60–70 lakh")]);
    assert_eq!(proposed(&update), [("fields.bedrooms", ProposedBecause::LowConfidence)]);
    assert_eq!(update.changes[0].evidence.as_ref().unwrap().segment, 1);
}

#[test]
fn what_somebody_gave_is_never_overwritten() {
    for by in [person(), Some(SetBy::Import), Some(SetBy::Disposition { call_id: CALL }), None] {
        let lead = lead(&[("fields.budget", "80 lakh", by)]);
        let update = update(&lead, &analysis(vec![fact(FieldKey::Budget, "60 lakh", 1.0)], 0, false));
        assert_eq!(written(&update), []);
        assert_eq!(proposed(&update), [("fields.budget", ProposedBecause::GivenByPerson)]);
        assert_eq!(update.proposals[0].change.from.as_ref().unwrap().reveal(), "80 lakh");
    }
}

#[test]
fn what_an_earlier_analysis_or_a_stand_in_said_is_renewed() {
    for by in [earlier_analysis(), Some(SetBy::StandIn)] {
        let lead = lead(&[("name", "+91 98123 00021", by)]);
        let update = update(&lead, &analysis(vec![fact(FieldKey::CustomerName, "Asha", 0.8)], 0, false));
        assert_eq!(written(&update), [("name", "Asha")]);
    }
}

#[test]
fn the_same_in_other_letters_is_no_change() {
    let lead = lead(&[("name", "asha  MARIGOLD", person())]);
    let update = update(&lead, &analysis(vec![fact(FieldKey::CustomerName, "Asha Marigold", 0.9)], 0, false));
    assert_eq!(update, LeadUpdate::default());
}

#[test]
fn another_number_is_only_proposed() {
    let update = update(&lead(&[]), &analysis(vec![fact(FieldKey::Phone, "+919812300022", 1.0)], 0, false));
    assert_eq!(proposed(&update), [("fields.phone", ProposedBecause::Identity)]);
}

#[test]
fn heat_follows_the_hot_flag_and_the_quality() {
    for (score, hot, want) in [(10, true, Heat::Hot), (50, false, Heat::Warm)] {
        let update = update(&lead(&[]), &analysis(Vec::new(), score, hot));
        assert_eq!(written(&update), [("heat", want.as_str())]);
    }
    assert_eq!(update(&lead(&[]), &analysis(Vec::new(), 49, false)), LeadUpdate::default());
    let mut kept = lead(&[]);
    kept.heat = Heat::Hot;
    kept.set_by.insert("heat".into(), person().unwrap());
    let update = update(&kept, &analysis(Vec::new(), 10, false));
    assert_eq!(proposed(&update), [("heat", ProposedBecause::GivenByPerson)]);
}

#[test]
fn a_change_is_taken_back_while_its_value_still_stands() {
    assert_eq!(undo(Some("80"), Some("60"), Some("60"), false), Undo::Restore { to: Some("80") });
    assert_eq!(undo(None, Some("60"), Some("60"), false), Undo::Restore { to: None });
    assert_eq!(undo(Some("80"), None, Some(""), false), Undo::Restore { to: Some("80") });
    let changed = Undo::ChangedSince { before: Some("80"), now: Some("70") };
    assert_eq!(undo(Some("80"), Some("60"), Some("70"), false), changed);
    assert_eq!(undo(Some("80"), Some("60"), Some("60"), true), Undo::AlreadyUndone);
}

proptest! {
    #[test]
    fn only_empty_fields_and_those_of_machines_are_written(
        key in prop::sample::select(FieldKey::ALL.to_vec()),
        old in prop::option::of("[a-z ]{0,8}"),
        by in prop::option::of(prop::sample::select(vec![0, 1, 2, 3])),
        confidence in 0.0..1.0f32,
    ) {
        let by = by.and_then(|n| [person(), earlier_analysis(), Some(SetBy::Import), Some(SetBy::StandIn)][n].clone());
        let field = field_name(key);
        let lead = match &old {
            Some(old) => lead(&[(field.as_str(), old.as_str(), by.clone())]),
            None => lead(&[]),
        };
        let update = update(&lead, &analysis(vec![fact(key, "new value", confidence)], 0, false));
        let empty = old.is_none_or(|old| old.trim().is_empty());
        let of_machine = matches!(by, Some(SetBy::Analysis { .. } | SetBy::StandIn));
        let wrote = !update.changes.is_empty();
        prop_assert_eq!(wrote, (empty || of_machine) && confidence >= MIN_CONFIDENCE && key != FieldKey::Phone);
        prop_assert_eq!(update.changes.len() + update.proposals.len(), 1);
    }
}
