//! The decision in one sentence, about the agent who gets the call: it is read by them and by supervisors.

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
        return "Chosen by whoever passed the call on.".to_owned();
    }
    if has(PartName::Owner) {
        return "Owner of this lead.".to_owned();
    }
    if has(PartName::LastAgent) {
        return "The last to talk to this person.".to_owned();
    }
    let reason = match request.rule.strategy {
        Strategy::RoundRobin => format!("Free longest ({})", span(rank::idle_ms(chosen, now))),
        Strategy::LeastBusy => format!("Fewest calls today ({})", chosen.calls_today),
        Strategy::Skill => by_skill(request, chosen, has(PartName::Skill)),
    };
    match ranked.len() {
        1 => "The only agent who is free.".to_owned(),
        free => format!("{reason} of {free} free agents."),
    }
}

fn by_skill(request: &RoutingRequest, chosen: &AgentFacts, skilled: bool) -> String {
    let mut fits = Vec::new();
    if skilled {
        let has = |skill: &&String| chosen.skills.iter().any(|own| own.eq_ignore_ascii_case(skill));
        let known: Vec<&str> = request.skills.iter().filter(has).map(String::as_str).collect();
        fits.push(format!("knows {}", known.join(", ")));
    }
    if rank::speaks(request, chosen) {
        fits.push("speaks the caller's language".to_owned());
    }
    if fits.is_empty() {
        "Free longest".to_owned()
    } else {
        let fits = fits.join(" and ");
        format!("{}{}: the best match", fits[..1].to_uppercase(), &fits[1..])
    }
}

fn span(ms: u64) -> String {
    match ms / 1000 {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..3600 => format!("{} min", seconds / 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}
