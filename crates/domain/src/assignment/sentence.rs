//! A decision in one sentence, as it is kept with the lead.

use super::{Condition, Decision, LeadView, NotBy, Operator, RuleSet, Strategy};

/// `agent` names the one who gets the lead. English; what it is made of is kept beside it for other languages.
pub fn sentence(set: &RuleSet, version: u32, view: &LeadView, decision: &Decision, agent: Option<&str>) -> String {
    let agent = agent.unwrap_or("nobody");
    match decision {
        Decision::Keeps { .. } => format!("{agent} keeps this lead: owners keep their leads."),
        Decision::Given { rule, passed, .. } => {
            let Some(rule) = set.rules.get(*rule) else { return format!("Given to {agent}.") };
            let mut held = Vec::new();
            rule.when.held_by(view, &mut held);
            let why = held.iter().map(|one| comparison(one)).collect::<Vec<_>>().join(" and ");
            let why = if why.is_empty() { "it takes every lead".to_owned() } else { why };
            let how = strategy(rule.strategy);
            format!("“{}” (version {version}) gave it to {agent} {how}: {why}{}.", rule.name, over(set, passed))
        }
        Decision::Fallback { to: Some(_), passed } => {
            format!("No rule gave this lead (version {version}), so {agent} got it{}.", over(set, passed))
        }
        Decision::Fallback { to: None, passed } => {
            format!("No rule gave this lead to anybody (version {version}){}.", over(set, passed))
        }
    }
}

fn strategy(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::RoundRobin => "in turn",
        Strategy::LeastLoaded => "who has fewest open leads",
        Strategy::SourceOwner => "who is named for its source",
        Strategy::Language => "who speaks the language",
        Strategy::Random => "by lot",
    }
}

fn over(set: &RuleSet, passed: &[(usize, NotBy)]) -> String {
    let each = |(place, why): &(usize, NotBy)| {
        let name = set.rules.get(*place).map_or("?", |rule| rule.name.as_str());
        format!("“{name}” fits too, but {}", not_by(*why))
    };
    if passed.is_empty() {
        String::new()
    } else {
        format!("; {}", passed.iter().map(each).collect::<Vec<_>>().join("; "))
    }
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

fn comparison(condition: &Condition) -> String {
    let Condition::Field { field, operator, values } = condition else { return String::new() };
    let name = field.strip_prefix("fields.").unwrap_or(field).replace('_', " ");
    let values = values.join(" or ");
    match operator {
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
