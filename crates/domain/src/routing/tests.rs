use proptest::{prelude::*, strategy::Strategy as _};
use uuid::Uuid;

use super::{Strategy, *};

const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

const fn user(n: u128) -> UserId {
    UserId::new(Uuid::from_u128(n))
}

fn agent(n: u128, idle_s: i64) -> AgentFacts {
    AgentFacts {
        id: user(n),
        name: format!("Agent {n}"),
        state: AgentStateName::Available,
        idle_since: UnixMillis(NOW.0 - idle_s * 1000),
        calls_today: 0,
        skills: Vec::new(),
        languages: vec!["en".to_owned()],
        active_calls: 0,
        max_calls: 1,
        reachable: true,
    }
}

fn request(strategy: Strategy) -> RoutingRequest {
    RoutingRequest {
        call_id: CallId::new(Uuid::from_u128(500)),
        queue_id: Some(QueueId::new(Uuid::from_u128(70))),
        rule: Rule { strategy, version: 3 },
        skills: Vec::new(),
        language: None,
        owner: None,
        last_agent: None,
        exclude: Vec::new(),
        only: None,
    }
}

fn chosen(request: &RoutingRequest, agents: &[AgentFacts]) -> Option<UserId> {
    route(request, agents, NOW).chosen
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn round_robin_takes_whoever_has_been_free_longest() {
    let agents = [agent(1, 30), agent(2, 130), agent(3, 129)];
    let decision = route(&request(Strategy::RoundRobin), &agents, NOW);
    assert_eq!(decision.chosen, Some(user(2)));
    assert_eq!(decision.sentence, "Free longest (2 min) of 3 free agents.");
    let order: Vec<_> = decision.candidates.iter().map(|candidate| candidate.user_id).collect();
    assert_eq!(order, [user(2), user(3), user(1)]);
}

#[test]
fn least_busy_takes_whoever_had_fewest_calls_today() {
    let agents = [
        AgentFacts { calls_today: 101, ..agent(1, 900) },
        AgentFacts { calls_today: 100, ..agent(2, 10) },
        AgentFacts { calls_today: 100, ..agent(3, 20) },
    ];
    let decision = route(&request(Strategy::LeastBusy), &agents, NOW);
    assert_eq!(decision.chosen, Some(user(3)), "of two with as few calls, the one who is free longer");
    assert_eq!(decision.sentence, "Fewest calls today (100) of 3 free agents.");
}

#[test]
fn skill_adds_up_skills_language_owner_and_idle_time() {
    let request = RoutingRequest {
        skills: words(&["loans", "villas"]),
        language: Some("hi-Latn".into()),
        owner: Some(user(3)),
        ..request(Strategy::Skill)
    };
    let agents = [
        AgentFacts { skills: words(&["Loans", "villas"]), languages: words(&["hi"]), ..agent(1, 50) },
        AgentFacts { skills: words(&["loans"]), ..agent(2, 100) },
        AgentFacts { skills: words(&["loans"]), ..agent(3, 0) },
    ];
    let decision = route(&request, &agents, NOW);
    let scores: Vec<_> = decision.candidates.iter().map(|candidate| (candidate.user_id, candidate.score)).collect();
    assert_eq!(scores, [(user(1), Some(60)), (user(3), Some(55)), (user(2), Some(35))]);
    assert_eq!(
        decision.sentence,
        "Knows loans, villas and speaks the caller's language: the best match of 3 free agents."
    );
    let part = |name, points| ScorePart { name, points };
    let parts = [part(PartName::Skill, 30), part(PartName::Language, 20), part(PartName::Idle, 10)];
    assert_eq!(decision.candidates[0].parts, parts);
}

#[test]
fn the_owner_goes_first_and_then_whoever_talked_to_them_last() {
    let agents = [agent(1, 100), agent(2, 0), agent(3, 80)];
    for strategy in [Strategy::RoundRobin, Strategy::LeastBusy] {
        let asked = RoutingRequest { owner: Some(user(2)), last_agent: Some(user(1)), ..request(strategy) };
        let decision = route(&asked, &agents, NOW);
        assert_eq!(decision.chosen, Some(user(2)));
        assert_eq!(decision.sentence, "Owner of this lead.");
    }
    let asked = RoutingRequest { last_agent: Some(user(3)), ..request(Strategy::RoundRobin) };
    let decision = route(&asked, &agents, NOW);
    assert_eq!(decision.chosen, Some(user(3)));
    assert_eq!(decision.sentence, "The last to talk to this person.");
}

#[test]
fn everybody_who_is_passed_over_is_named_with_the_reason() {
    let with = |n, state| AgentFacts { state, ..agent(n, 10) };
    let agents = [
        with(1, AgentStateName::Offline),
        with(2, AgentStateName::Break),
        with(3, AgentStateName::Unreachable),
        with(4, AgentStateName::Reserved),
        AgentFacts { active_calls: 1, ..with(5, AgentStateName::OnCall) },
        with(6, AgentStateName::WrapUp),
        AgentFacts { reachable: false, ..agent(7, 10) },
        agent(8, 10),
        agent(9, 10),
        AgentFacts { skills: words(&["loans"]), ..agent(10, 10) },
    ];
    let request = RoutingRequest { exclude: vec![user(8)], skills: words(&["loans"]), ..request(Strategy::Skill) };
    let decision = route(&request, &agents, NOW);
    assert_eq!(decision.chosen, Some(user(10)));
    assert_eq!(decision.sentence, "The only agent who is free.");
    let reasons: Vec<_> = decision.candidates.iter().filter_map(|candidate| candidate.passed_over).collect();
    assert_eq!(
        reasons.iter().map(|reason| reason.as_str()).collect::<Vec<_>>(),
        [
            "offline",
            "break",
            "unreachable",
            "reserved",
            "on_call",
            "in_wrap_up",
            "unreachable",
            "declined",
            "lacks_skill"
        ]
    );
}

#[test]
fn an_agent_who_may_have_two_calls_can_take_a_second() {
    let busy = AgentFacts { state: AgentStateName::OnCall, active_calls: 1, max_calls: 2, ..agent(1, 10) };
    assert_eq!(chosen(&request(Strategy::RoundRobin), std::slice::from_ref(&busy)), Some(user(1)));
    let full = AgentFacts { active_calls: 2, ..busy };
    assert_eq!(chosen(&request(Strategy::RoundRobin), &[full]), None);
}

#[test]
fn a_transfer_to_one_person_considers_nobody_else() {
    let asked = RoutingRequest { only: Some(user(2)), skills: words(&["loans"]), ..request(Strategy::Skill) };
    let decision = route(&asked, &[agent(1, 900), agent(2, 1)], NOW);
    assert_eq!(decision.chosen, Some(user(2)));
    assert_eq!(decision.sentence, "Chosen by whoever passed the call on.");
    assert_eq!(decision.candidates[1].passed_over, Some(PassedOver::NotAsked));
}

#[test]
fn when_nobody_can_take_it_the_sentence_says_so() {
    let sentence = |agents: &[AgentFacts]| route(&request(Strategy::RoundRobin), agents, NOW).sentence;
    let away = |n| AgentFacts { state: AgentStateName::Break, ..agent(n, 0) };
    assert_eq!(sentence(&[]), "Nobody belongs to this queue.");
    assert_eq!(sentence(&[away(1)]), "The only agent asked cannot take a call now.");
    assert_eq!(sentence(&[away(1), away(2)]), "None of the 2 agents can take a call now.");
}

#[test]
fn equals_are_told_apart_by_id_whatever_their_order() {
    let (one, two) = (agent(1, 60), agent(2, 60));
    for agents in [[one.clone(), two.clone()], [two, one]] {
        for strategy in [Strategy::RoundRobin, Strategy::LeastBusy, Strategy::Skill] {
            assert_eq!(chosen(&request(strategy), &agents), Some(user(1)));
        }
    }
}

#[test]
fn a_stored_decision_is_the_same_byte_for_byte_when_it_is_made_again() {
    let stored = r#"{"call_id":"00000000-0000-0000-0000-0000000001f4","at":1800000000000,"rule":{"strategy":"skill","version":3},"chosen":"00000000-0000-0000-0000-000000000001","sentence":"Knows loans: the best match of 2 free agents.","candidates":[{"user_id":"00000000-0000-0000-0000-000000000001","name":"Agent 1","score":50,"parts":[{"name":"skill","points":30},{"name":"idle","points":20}],"passed_over":null},{"user_id":"00000000-0000-0000-0000-000000000002","name":"Agent 2","score":30,"parts":[{"name":"skill","points":30}],"passed_over":null},{"user_id":"00000000-0000-0000-0000-000000000003","name":"Agent 3","score":null,"parts":[],"passed_over":"in_wrap_up"}]}"#;
    let request = RoutingRequest { skills: words(&["loans"]), ..request(Strategy::Skill) };
    let agents = [
        AgentFacts { skills: words(&["loans"]), ..agent(1, 25) },
        AgentFacts { skills: words(&["loans"]), idle_since: UnixMillis(NOW.0 + 5), ..agent(2, 0) },
        AgentFacts { state: AgentStateName::WrapUp, ..agent(3, 100) },
    ];
    let question = serde_json::to_string(&(&request, &agents)).unwrap();
    let (request, agents): (RoutingRequest, Vec<AgentFacts>) = serde_json::from_str(&question).unwrap();
    let decision = route(&request, &agents, NOW);
    let again = serde_json::to_string(&decision).unwrap();
    assert_eq!(again, stored);
    assert_eq!(serde_json::from_str::<Decision>(&again).unwrap(), decision);
}

fn any_agent() -> impl proptest::strategy::Strategy<Value = AgentFacts> {
    let state = prop::sample::select(vec![
        AgentStateName::Offline,
        AgentStateName::Available,
        AgentStateName::Available,
        AgentStateName::Available,
        AgentStateName::Reserved,
        AgentStateName::OnCall,
        AgentStateName::WrapUp,
        AgentStateName::Break,
        AgentStateName::Unreachable,
    ]);
    let skills = prop::sample::subsequence(words(&["loans", "villas", "rent"]), 0..=3);
    (1..60u128, state, -10..5_000i64, 0..200u32, skills, 0..3u32, any::<bool>()).prop_map(
        |(n, state, idle_s, calls_today, skills, active_calls, reachable)| AgentFacts {
            state,
            calls_today,
            skills,
            active_calls,
            reachable,
            ..agent(n, idle_s)
        },
    )
}

proptest! {
    #[test]
    fn whoever_is_chosen_can_take_the_call_and_nobody_better_was_left_out(
        agents in prop::collection::btree_map(1..60u128, any_agent(), 0..12),
        strategy in prop::sample::select(vec![Strategy::RoundRobin, Strategy::LeastBusy, Strategy::Skill]),
        skills in prop::sample::subsequence(words(&["loans", "villas"]), 0..=2),
        owner in prop::option::of((1..60u128).prop_map(user)),
        last_agent in prop::option::of((1..60u128).prop_map(user)),
        exclude in prop::collection::vec((1..60u128).prop_map(user), 0..4),
        shift in 0..12usize,
    ) {
        let agents: Vec<_> = agents.into_iter().map(|(n, facts)| AgentFacts { id: user(n), ..facts }).collect();
        let request = RoutingRequest { skills, owner, last_agent, exclude, ..request(strategy) };
        let decision = route(&request, &agents, NOW);

        prop_assert_eq!(decision.candidates.len(), agents.len());
        let free = |facts: &&AgentFacts| facts.reachable
            && facts.active_calls < facts.max_calls
            && matches!(facts.state, AgentStateName::Available | AgentStateName::OnCall)
            && !request.exclude.contains(&facts.id);
        let mut able: Vec<_> = agents.iter().filter(free).collect();
        if strategy == Strategy::Skill && !request.skills.is_empty() {
            able.retain(|facts| facts.skills.iter().any(|skill| request.skills.contains(skill)));
        }
        prop_assert_eq!(decision.chosen.is_some(), !able.is_empty());
        if let Some(id) = decision.chosen {
            let best = able.iter().find(|facts| facts.id == id).expect("the chosen one is able");
            let (mine, preferred) = (decision.candidates[0].score, [request.owner, request.last_agent]);
            prop_assert!(decision.candidates.iter().all(|candidate| candidate.score <= mine));
            if strategy == Strategy::RoundRobin && !preferred.iter().flatten().any(|id| able.iter().any(|facts| facts.id == *id)) {
                prop_assert!(able.iter().all(|facts| facts.idle_since >= best.idle_since));
            }
            if strategy != Strategy::Skill && let Some(owner) = able.iter().find(|facts| Some(facts.id) == request.owner) {
                prop_assert_eq!(id, owner.id);
            }
        }
        // The order in which agents are handed in does not matter.
        let mut turned = agents;
        let middle = if turned.is_empty() { 0 } else { shift % turned.len() };
        turned.rotate_left(middle);
        prop_assert_eq!(route(&request, &turned, NOW), decision);
    }
}
