//! Scores and order.

use std::cmp::Reverse;

use super::{
    AgentFacts, AgentStateName, Candidate, Decision, PartName, PassedOver, RoutingRequest, ScorePart, Strategy,
    sentence,
};
use crate::time::UnixMillis;

const OWNER: u32 = 40;
const SKILL: u32 = 30;
const LANGUAGE: u32 = 20;
/// Below `OWNER - MEASURE`, so that the owner always goes before the last agent.
const LAST_AGENT: u32 = 15;
/// Most points for the strategy's own measure: having been free longest, or having had fewest calls.
const MEASURE: u32 = 20;

/// Decides. Pure: the same arguments give the same decision, byte for byte.
///
/// Among those who can take the call the highest score wins; equal scores go by the strategy's exact measure (free longest,
/// or fewest calls and then free longest), then by id. Points: owner of the lead 40, last agent 15; round robin adds up to 20
/// for being free (a share of the longest), least busy up to 20 for few calls, skill up to 30 for the share of the asked
/// skills, 20 for the language and up to 20 for being free.
pub fn route(request: &RoutingRequest, agents: &[AgentFacts], now: UnixMillis) -> Decision {
    let (mut able, mut unable) = (Vec::new(), Vec::new());
    for agent in agents {
        match passed_over(request, agent) {
            None => able.push(agent),
            Some(reason) => unable.push((agent, reason)),
        }
    }
    let scale = Scale::of(&able, now);
    let mut scored: Vec<(&AgentFacts, Vec<ScorePart>)> =
        able.into_iter().map(|agent| (agent, parts(request, agent, &scale, now))).collect();
    scored.sort_by_key(|(agent, parts)| {
        let measure = match request.rule.strategy {
            Strategy::LeastBusy => agent.calls_today,
            Strategy::RoundRobin | Strategy::Skill => 0,
        };
        (Reverse(total(parts)), measure, agent.idle_since, agent.id)
    });
    unable.sort_by_key(|(agent, _)| agent.id);

    let sentence = sentence::explain(request, &scored, unable.len(), now);
    let chosen = scored.first().map(|(agent, _)| agent.id);
    let ranked = scored.into_iter().map(|(agent, parts)| Candidate {
        user_id: agent.id,
        name: agent.name.clone(),
        score: Some(total(&parts)),
        parts,
        passed_over: None,
    });
    let passed = unable.into_iter().map(|(agent, reason)| Candidate {
        user_id: agent.id,
        name: agent.name.clone(),
        score: None,
        parts: Vec::new(),
        passed_over: Some(reason),
    });
    Decision {
        call_id: request.call_id,
        at: now,
        rule: request.rule,
        chosen,
        sentence,
        candidates: ranked.chain(passed).collect(),
    }
}

fn passed_over(request: &RoutingRequest, agent: &AgentFacts) -> Option<PassedOver> {
    if request.only.is_some_and(|only| only != agent.id) {
        return Some(PassedOver::NotAsked);
    }
    match agent.state {
        AgentStateName::Offline => return Some(PassedOver::Offline),
        AgentStateName::Break => return Some(PassedOver::Break),
        AgentStateName::Unreachable => return Some(PassedOver::Unreachable),
        AgentStateName::Reserved => return Some(PassedOver::Reserved),
        AgentStateName::WrapUp => return Some(PassedOver::InWrapUp),
        AgentStateName::OnCall if agent.active_calls >= agent.max_calls => return Some(PassedOver::OnCall),
        AgentStateName::Available if agent.active_calls >= agent.max_calls => return Some(PassedOver::OnCall),
        AgentStateName::OnCall | AgentStateName::Available => {}
    }
    if !agent.reachable {
        return Some(PassedOver::Unreachable);
    }
    if request.exclude.contains(&agent.id) {
        return Some(PassedOver::Declined);
    }
    let by_skill = request.rule.strategy == Strategy::Skill && request.only.is_none();
    (by_skill && !request.skills.is_empty() && matched(request, agent) == 0).then_some(PassedOver::LacksSkill)
}

/// What the shares of the measure are taken of.
struct Scale {
    longest_idle_ms: u64,
    most_calls: u32,
}

impl Scale {
    fn of(able: &[&AgentFacts], now: UnixMillis) -> Self {
        Self {
            longest_idle_ms: able.iter().map(|agent| idle_ms(agent, now)).max().unwrap_or(0),
            most_calls: able.iter().map(|agent| agent.calls_today).max().unwrap_or(0),
        }
    }
}

fn parts(request: &RoutingRequest, agent: &AgentFacts, scale: &Scale, now: UnixMillis) -> Vec<ScorePart> {
    let owner = if request.owner == Some(agent.id) { OWNER } else { 0 };
    let last_agent = if request.last_agent == Some(agent.id) { LAST_AGENT } else { 0 };
    let idle = share(idle_ms(agent, now), scale.longest_idle_ms, MEASURE);
    let mut points = vec![(PartName::Owner, owner), (PartName::LastAgent, last_agent)];
    match request.rule.strategy {
        Strategy::RoundRobin => points.push((PartName::Idle, idle)),
        Strategy::LeastBusy => {
            let fewer = scale.most_calls - agent.calls_today;
            points.push((PartName::FewCalls, share(fewer.into(), scale.most_calls.into(), MEASURE)));
        }
        Strategy::Skill => {
            let skill = share(matched(request, agent), request.skills.len() as u64, SKILL);
            let language = if speaks(request, agent) { LANGUAGE } else { 0 };
            points.extend([(PartName::Skill, skill), (PartName::Language, language), (PartName::Idle, idle)]);
        }
    }
    points.into_iter().filter(|(_, points)| *points > 0).map(|(name, points)| ScorePart { name, points }).collect()
}

/// `most` points for the whole, rounded down; none of nothing.
fn share(part: u64, whole: u64, most: u32) -> u32 {
    let points = part.saturating_mul(u64::from(most)).checked_div(whole).unwrap_or(0);
    u32::try_from(points).unwrap_or(most).min(most)
}

fn total(parts: &[ScorePart]) -> u32 {
    parts.iter().map(|part| part.points).sum()
}

/// Milliseconds since the agent became free.
pub(super) fn idle_ms(agent: &AgentFacts, now: UnixMillis) -> u64 {
    u64::try_from(now.since(agent.idle_since).as_millis()).unwrap_or(u64::MAX)
}

fn matched(request: &RoutingRequest, agent: &AgentFacts) -> u64 {
    let has = |skill: &&String| agent.skills.iter().any(|own| own.eq_ignore_ascii_case(skill));
    request.skills.iter().filter(has).count() as u64
}

pub(super) fn speaks(request: &RoutingRequest, agent: &AgentFacts) -> bool {
    let Some(asked) = request.language.as_deref().map(primary) else { return false };
    agent.languages.iter().any(|own| primary(own).eq_ignore_ascii_case(asked))
}

fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}
