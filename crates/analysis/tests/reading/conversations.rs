//! Whole conversations between invented people, with what a careful reader takes from them.

use std::collections::BTreeSet;

use domain::intelligence::{ActionItem, Analysis, AnalysisInput, FieldKey, FieldValue, When};
use serde::Deserialize;
use switchboard_analysis::analyse;

use crate::common;

#[derive(Deserialize)]
struct Fixture {
    title: String,
    input: AnalysisInput,
    expect: Expect,
}

#[derive(Deserialize)]
struct Expect {
    facts: BTreeSet<String>,
    /// Keys whose free wording is not compared.
    #[serde(default)]
    ignore: Vec<FieldKey>,
    language: String,
    primary_intent: String,
    disposition: String,
    hot: bool,
    follow_up_at: Option<String>,
    appointment_utc: Option<jiff::Timestamp>,
    mood: Vec<String>,
    next_action: String,
    actions: Vec<Action>,
}

#[derive(Deserialize)]
struct Action {
    owner: String,
    /// Part of the task's words, letters of either case.
    text: String,
    due: Option<String>,
}

fn fixtures() -> Vec<Fixture> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()).collect()
}

fn name(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

fn moment(when: &When) -> String {
    when.local.strftime("%Y-%m-%dT%H:%M").to_string()
}

fn is(expected: &Action, found: &ActionItem) -> bool {
    name(found.owner) == expected.owner
        && found.text.reveal().to_lowercase().contains(&expected.text.to_lowercase())
        && found.due.as_ref().map(|due| due.date().to_string()) == expected.due
}

/// Conclusions that differ from what is expected, one line each.
fn differences(expect: &Expect, analysis: &Analysis) -> Vec<String> {
    let mut found = Vec::new();
    let mut same = |what: &str, expected: String, is: String| {
        if expected != is {
            found.push(format!("{what}: expected {expected}, is {is}"));
        }
    };
    let primary = analysis.intent.primary.as_ref();
    let disposition = analysis.proposed_disposition.as_ref();
    same("language", expect.language.clone(), analysis.language.clone().unwrap_or_default());
    same("intent", expect.primary_intent.clone(), primary.map_or(String::new(), |intent| name(intent.kind)));
    same("disposition", expect.disposition.clone(), disposition.map_or(String::new(), |d| d.code.clone()));
    same("hot", expect.hot.to_string(), analysis.hot_lead.hot.to_string());
    same("next action", expect.next_action.clone(), analysis.next_best_action.code.clone());
    same(
        "follow-up",
        expect.follow_up_at.clone().unwrap_or_default(),
        analysis.follow_up.at.as_ref().map(moment).unwrap_or_default(),
    );
    let label = name(analysis.sentiment.label);
    if !expect.mood.contains(&label) {
        found.push(format!("mood: expected one of {:?}, is {label}", expect.mood));
    }
    let unmet = expect.actions.iter().filter(|action| !analysis.action_items.iter().any(|item| is(action, item)));
    found.extend(unmet.map(|action| format!("no task {} {:?} due {:?}", action.owner, action.text, action.due)));
    let extra = analysis.action_items.iter().filter(|item| !expect.actions.iter().any(|action| is(action, item)));
    found.extend(extra.map(|item| format!("task not expected: {}", serde_json::to_string(item).unwrap())));
    let at = analysis.field(FieldKey::Appointment).map(|field| &field.value);
    let utc = expect.appointment_utc.map(|utc| utc.as_millisecond());
    if utc.is_some_and(|utc| !matches!(at, Some(FieldValue::Moment(when)) if when.at.0 == utc)) {
        found.push(format!("appointment: expected {utc:?}, is {at:?}"));
    }
    found
}

#[test]
fn facts_of_whole_conversations_are_found() {
    let mut tally = common::Tally::default();
    let fixtures = fixtures();
    for fixture in &fixtures {
        let analysis = analyse(&fixture.input.transcript, &fixture.input.context);
        let ignored = |fact: &String| fixture.expect.ignore.iter().any(|key| fact.starts_with(key.as_str()));
        let found = common::facts(&analysis).into_iter().filter(|fact| !ignored(fact)).collect();
        tally.count(&fixture.title, &found, &fixture.expect.facts);
    }
    tally.report(&format!("{} conversations", fixtures.len()));
    assert!(fixtures.len() >= 8);
    assert!(tally.precision() >= 0.9 && tally.recall() >= 0.9);
}

#[test]
fn conclusions_of_whole_conversations_are_right() {
    let mut wrong = Vec::new();
    for fixture in fixtures() {
        let analysis = analyse(&fixture.input.transcript, &fixture.input.context);
        println!("{}: {}", fixture.title, analysis.summary_detailed.reveal());
        wrong.extend(
            differences(&fixture.expect, &analysis).into_iter().map(|line| format!("{}: {line}", fixture.title)),
        );
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn two_readings_of_one_call_are_the_same() {
    for fixture in fixtures() {
        let AnalysisInput { transcript, context } = &fixture.input;
        let once = serde_json::to_string(&analyse(transcript, context)).unwrap();
        assert_eq!(once, serde_json::to_string(&analyse(transcript, context)).unwrap());
        let back: Analysis = serde_json::from_str(&once).unwrap();
        assert_eq!(serde_json::to_string(&back).unwrap(), once);
    }
}
