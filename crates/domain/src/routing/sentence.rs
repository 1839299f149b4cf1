//! The decision in one sentence, addressed to the agent who gets the call.

use super::{AgentFacts, PartName, RoutingRequest, ScorePart, Strategy, rank};
use crate::time::UnixMillis;

type Scored<'a> = (&'a AgentFacts, Vec<ScorePart>);

pub(super) fn explain(request: &RoutingRequest, ranked: &[Scored<'_>], passed_over: usize, now: UnixMillis) -> String {
    let Some((chosen, parts)) = ranked.first() else {
        return match passed_over {
            0 => "Nobody belongs to this queue.".to_owned(),
            1 => "The only agent asked cannot take a call now.".to_owned(),
            several => format!("None of the {several} agents can take a call now."),
        };
    };
    let has = |name: PartName| parts.iter().any(|part| part.name == name);
    if request.only.is_some() {
        return "The call was passed on to you.".to_owned();
    }
    if has(PartName::Owner) {
        return "You look after this person.".to_owned();
    }
    if has(PartName::LastAgent) {
        return "You talked to this person last.".to_owned();
    }
    let reason = match request.rule.strategy {
        Strategy::RoundRobin => format!("You have been free longest ({})", span(rank::idle_ms(chosen, now))),
        Strategy::LeastBusy => format!("You have had fewest calls today ({})", chosen.calls_today),
        Strategy::Skill => by_skill(request, chosen, has(PartName::Skill)),
    };
    match ranked.len() {
        1 => "You are the only agent who is free.".to_owned(),
        free => format!("{reason} of {free} free agents."),
    }
}

fn by_skill(request: &RoutingRequest, chosen: &AgentFacts, skilled: bool) -> String {
    let mut fits = Vec::new();
    if skilled {
        let has = |skill: &&String| chosen.skills.iter().any(|own| own.eq_ignore_ascii_case(skill));
        let known: Vec<&str> = request.skills.iter().filter(has).map(String::as_str).collect();
        fits.push(format!("know {}", known.join(", ")));
    }
    if rank::speaks(request, chosen) {
        fits.push("speak the caller's language".to_owned());
    }
    if fits.is_empty() {
        "You have been free longest".to_owned()
    } else {
        format!("You {}: the best match", fits.join(" and "))
    }
}

fn span(ms: u64) -> String {
    match ms / 1000 {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..3600 => format!("{} min", seconds / 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}
