//! What the CRM is told of a lead.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{CrmField, CrmPlan, CrmRule, Texts, path::put};

/// The body of a request that sets these fields (`None`: all that are pushed). What is empty is null. A name is spread over its
/// rules: a word each, and the last has the rest.
pub fn body_of(plan: &CrmPlan, texts: &Texts, only: Option<&BTreeSet<String>>) -> Value {
    let mut body = Map::new();
    let wanted = |rule: &&CrmRule| rule.flow.pushes() && only.is_none_or(|only| only.contains(&rule.field()));
    let text = |rule: &CrmRule| texts.get(&rule.field()).map(|text| text.reveal().as_str()).unwrap_or_default();
    let names: Vec<&CrmRule> = plan.rules.iter().filter(wanted).filter(|rule| rule.to == CrmField::Name).collect();
    if let Some(first) = names.first() {
        for (rule, part) in names.iter().zip(spread(text(first), names.len())) {
            put(&mut body, &rule.path, Value::String(part));
        }
    }
    let mut number_is_told = false;
    for rule in plan.rules.iter().filter(wanted).filter(|rule| rule.to != CrmField::Name) {
        // Of several places for numbers the first is the lead's; the others stay as they are.
        if rule.to == CrmField::Phone && std::mem::replace(&mut number_is_told, true) {
            continue;
        }
        let value = match (rule.to, text(rule)) {
            (CrmField::DoNotCall, text) => Value::Bool(text == "true"),
            (_, "") => Value::Null,
            (_, text) => Value::String(text.to_owned()),
        };
        put(&mut body, &rule.path, value);
    }
    Value::Object(body)
}

fn spread(name: &str, parts: usize) -> Vec<String> {
    let words: Vec<&str> = name.split_whitespace().collect();
    let mut spread: Vec<String> = words.iter().take(parts.saturating_sub(1)).map(|word| (*word).to_owned()).collect();
    spread.push(words.get(parts.saturating_sub(1)..).unwrap_or_default().join(" "));
    spread.resize(parts, String::new());
    spread
}
