use proptest::prelude::{prop, prop_assert, proptest};

use super::*;
use crate::{ids::LeadId, time::UnixMillis};

/// Friday 2026-11-20, 12:45 UTC: 18:15 in Kolkata.
const NOW: UnixMillis = UnixMillis(1_795_178_700_000);

fn user(n: u128) -> UserId {
    UserId::new(Uuid::from_u128(n))
}

fn lead(n: u128) -> LeadId {
    LeadId::new(Uuid::from_u128(n))
}

fn view(texts: &[(&str, &str)]) -> LeadView {
    LeadView { texts: texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect() }
}

fn is(field: &str, values: &[&str]) -> Condition {
    compare(field, Operator::Is, values)
}

fn compare(field: &str, operator: Operator, values: &[&str]) -> Condition {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    Condition::Field { field: field.to_owned(), operator, values }
}

fn rule(n: u128, strategy: Strategy, agents: &[u128]) -> Rule {
    Rule {
        id: Uuid::from_u128(n),
        name: format!("Rule {n}"),
        on: true,
        when: Condition::default(),
        strategy,
        agent_ids: agents.iter().copied().map(user).collect(),
        group_ids: Vec::new(),
        source_owners: BTreeMap::new(),
        seed: 7,
        most_open: None,
        most_per_day: None,
        hours: None,
    }
}

fn set(rules: Vec<Rule>) -> RuleSet {
    RuleSet { on: true, rules, ..RuleSet::default() }
}

fn ground(agents: u128) -> Ground {
    let agent = |n: u128| Agent {
        name: format!("Agent {n}"),
        active: true,
        languages: vec![if n.is_multiple_of(2) { "hi-IN".to_owned() } else { "en".to_owned() }],
        open: 0,
        today: 0,
    };
    let agents = (1..=agents).map(|n| (user(n), agent(n))).collect();
    Ground { agents, turns: BTreeMap::new(), zone: "Asia/Kolkata".to_owned() }
}

fn given(set: &RuleSet, view: &LeadView, ground: &mut Ground, n: u128) -> Option<u128> {
    decide(set, lead(n), view, None, &[], ground, NOW).to().map(|id| id.as_uuid().as_u128())
}

#[test]
fn conditions_compare_texts_and_numbers_and_are_joined_with_and_and_or() {
    let lead = view(&[("source", " Facebook Ad "), ("fields.budget", "70,00,000"), ("language", "hi")]);
    let holds = |condition: Condition| condition.holds(&lead);
    assert!(holds(is("source", &["portal", "facebook ad"])));
    assert!(!holds(is("source", &["facebook"])));
    assert!(holds(compare("source", Operator::Contains, &["book"])));
    assert!(holds(compare("source", Operator::StartsWith, &["FACE"])));
    assert!(holds(compare("fields.budget", Operator::AtLeast, &["5000000"])));
    assert!(!holds(compare("fields.budget", Operator::AtMost, &["5000000"])));
    assert!(!holds(compare("language", Operator::AtLeast, &["5"])), "a word is no number");
    assert!(
        holds(compare("fields.city", Operator::IsNot, &["Pune"])),
        "of whom no city is known is not in Pune's rule"
    );
    assert!(holds(compare("fields.city", Operator::IsNotSet, &[])) && holds(compare("language", Operator::IsSet, &[])));
    assert!(!holds(compare("source", Operator::Contains, &[""])), "nothing is in no text");
    let either = Condition::Any { of: vec![is("language", &["ta"]), is("source", &["facebook ad"])] };
    assert!(holds(Condition::All { of: vec![is("language", &["hi"]), either] }));
    assert!(holds(Condition::All { of: vec![] }) && !holds(Condition::Any { of: vec![] }));
}

#[test]
fn the_first_rule_that_fits_gives_and_one_that_is_off_does_not() {
    let mut rules = vec![rule(1, Strategy::RoundRobin, &[1]), rule(2, Strategy::RoundRobin, &[2])];
    rules[0].when = is("language", &["hi"]);
    let mut ground = ground(2);
    assert_eq!(given(&set(rules.clone()), &view(&[("language", "hi")]), &mut ground, 1), Some(1));
    assert_eq!(given(&set(rules.clone()), &view(&[("language", "en")]), &mut ground, 2), Some(2));
    rules[0].on = false;
    assert_eq!(given(&set(rules), &view(&[("language", "hi")]), &mut ground, 3), Some(2));
}

#[test]
fn agents_take_turns_and_the_turn_goes_on_when_somebody_leaves() {
    let set = set(vec![rule(1, Strategy::RoundRobin, &[3, 1, 2])]);
    let mut ground = ground(3);
    let turns: Vec<_> = (0..4).map(|n| given(&set, &view(&[]), &mut ground, n).unwrap()).collect();
    assert_eq!(turns, [3, 1, 2, 3]);
    ground.agents.get_mut(&user(1)).unwrap().active = false;
    assert_eq!(given(&set, &view(&[]), &mut ground, 5), Some(2));
    assert_eq!(given(&set, &view(&[]), &mut ground, 6), Some(3));
}

#[test]
fn each_strategy_chooses_as_it_says() {
    let mut ground = ground(4);
    ground.agents.get_mut(&user(1)).unwrap().open = 5;
    ground.agents.get_mut(&user(2)).unwrap().open = 2;
    let one = |strategy, agents: &[u128]| set(vec![rule(1, strategy, agents)]);
    assert_eq!(given(&one(Strategy::LeastLoaded, &[1, 2]), &view(&[]), &mut ground, 1), Some(2));
    let speaks = one(Strategy::Language, &[1, 2, 4]);
    assert_eq!(given(&speaks, &view(&[("language", "hi")]), &mut ground, 2), Some(4), "the least loaded speaker");
    assert_eq!(given(&speaks, &view(&[("language", "en-GB")]), &mut ground, 3), Some(1));
    assert_eq!(given(&speaks, &view(&[("language", "ta")]), &mut ground, 4), None);
    assert_eq!(given(&speaks, &view(&[]), &mut ground, 4), None);
    let mut by_source = one(Strategy::SourceOwner, &[]);
    by_source.rules[0].source_owners = BTreeMap::from([("Facebook".to_owned(), user(3))]);
    assert_eq!(given(&by_source, &view(&[("source", "facebook")]), &mut ground, 5), Some(3));
    assert_eq!(given(&by_source, &view(&[("source", "portal")]), &mut ground, 6), None);
    let lot = one(Strategy::Random, &[1, 2, 3, 4]);
    let drawn: Vec<_> = (0..40).map(|n| given(&lot, &view(&[]), &mut ground, n)).collect();
    let again: Vec<_> = (0..40).map(|n| given(&lot, &view(&[]), &mut ground, n)).collect();
    assert_eq!(drawn, again, "the same seed, the same lot");
    assert!((1..=4).all(|n| drawn.contains(&Some(n))));
}

#[test]
fn caps_hours_and_groups_are_kept_and_the_next_rule_gets_its_turn() {
    let mut first = rule(1, Strategy::RoundRobin, &[]);
    first.group_ids = vec![Uuid::from_u128(9)];
    first.most_per_day = Some(1);
    let mut set = set(vec![first, rule(2, Strategy::RoundRobin, &[3])]);
    set.groups = vec![AgentGroup { id: Uuid::from_u128(9), name: "Sales".into(), agent_ids: vec![user(1), user(2)] }];
    let mut ground = ground(3);
    let turns: Vec<_> = (0..3).map(|n| given(&set, &view(&[]), &mut ground, n).unwrap()).collect();
    assert_eq!(turns, [1, 2, 3]);
    let decision = decide(&set, lead(9), &view(&[]), None, &[], &mut ground, NOW);
    assert_eq!(decision, Decision::Given { to: user(3), rule: 1, passed: vec![(0, NotBy::DayFull)] });
    // Until 18:00 on the organisation's clock; it is 18:15.
    set.rules[1].hours = Some(CallingHours { days: vec![1, 2, 3, 4, 5], from_minute: 540, to_minute: 1080 });
    let decision = decide(&set, lead(10), &view(&[]), None, &[], &mut ground, NOW);
    assert_eq!(decision.to(), None);
    assert!(decision.may_change_by_itself());
    set.rules[0].most_per_day = None;
    set.rules[0].most_open = Some(1);
    assert_eq!(given(&set, &view(&[]), &mut ground, 11), None, "both have one open lead");
}

#[test]
fn an_owner_keeps_the_lead_while_owners_keep_their_leads_and_they_work_here() {
    let mut set = set(vec![rule(1, Strategy::RoundRobin, &[2])]);
    set.sticky = true;
    let mut ground = ground(2);
    let owned = |set: &RuleSet, ground: &mut Ground| decide(set, lead(1), &view(&[]), Some(user(1)), &[], ground, NOW);
    assert_eq!(owned(&set, &mut ground), Decision::Keeps { owner: user(1), because: Kept::Sticky });
    ground.agents.get_mut(&user(1)).unwrap().active = false;
    ground.agents.get_mut(&user(1)).unwrap().open = 1;
    assert_eq!(owned(&set, &mut ground).to(), Some(user(2)));
    assert_eq!((ground.agents[&user(1)].open, ground.agents[&user(2)].open), (0, 1));
}

#[test]
fn a_lead_that_lay_idle_does_not_go_round_in_a_circle() {
    let mut set = set(vec![rule(1, Strategy::RoundRobin, &[1, 2])]);
    set.sticky = true;
    let mut ground = ground(3);
    let mut had = Vec::new();
    let mut owner = None;
    let mut way = Vec::new();
    for _ in 0..4 {
        let decision = decide(&set, lead(1), &view(&[]), owner, &had, &mut ground, NOW);
        way.push(decision.to());
        had.extend(decision.to());
        owner = decision.to();
    }
    assert_eq!(way, [Some(user(1)), Some(user(2)), None, None], "both had it: nobody gets it a second time");
    set.fallback = Fallback::Agents { agent_ids: vec![user(3)] };
    assert_eq!(decide(&set, lead(1), &view(&[]), None, &had, &mut ground, NOW).to(), Some(user(3)));
}

#[test]
fn what_a_set_will_not_do_is_said() {
    let mut gone = rule(1, Strategy::RoundRobin, &[8, 9]);
    gone.when = is("source", &["x"]);
    let half = rule(3, Strategy::RoundRobin, &[1, 9]);
    let never = rule(4, Strategy::RoundRobin, &[1]);
    let mut all = set(vec![gone, rule(2, Strategy::SourceOwner, &[]), half, never]);
    all.fallback = Fallback::Agents { agent_ids: vec![user(9)] };
    all.idle_days = Some(3);
    let expected = [
        Warning::Nobody { rule: 0 },
        Warning::NoSources { rule: 1 },
        Warning::LeftAgents { rule: 2, count: 1 },
        Warning::NeverReached { rule: 3, because_of: 2 },
        Warning::NoFallback,
        Warning::OnlyOneAgent,
    ];
    assert_eq!(warnings(&all, &ground(2).agents), expected);
    assert_eq!(warnings(&set(vec![rule(1, Strategy::RoundRobin, &[1, 2])]), &ground(2).agents), []);
}

#[test]
fn a_decision_is_told_in_one_sentence() {
    let mut rules = vec![rule(1, Strategy::RoundRobin, &[1]), rule(2, Strategy::Language, &[2])];
    rules[0].most_per_day = Some(0);
    rules[1].when = Condition::All { of: vec![is("source", &["Facebook"]), is("language", &["hi"])] };
    let set = set(rules);
    let lead_view = view(&[("source", "Facebook"), ("language", "hi")]);
    let mut ground = ground(2);
    let decision = decide(&set, lead(1), &lead_view, None, &[], &mut ground, NOW);
    assert_eq!(
        Reason::of(&set, 14, &lead_view, &decision, Some("Mira")).sentence(),
        "“Rule 2” (version 14) gave it to Mira who speaks the language: source is Facebook and language is hi; \
         “Rule 1” fits too, but everyone got as many leads today as it allows."
    );
}

proptest! {
    #[test]
    fn whatever_the_rules_nobody_gets_more_than_the_caps_or_gets_a_lead_who_has_left(
        caps in prop::collection::vec((prop::option::of(0u32..6), prop::option::of(0u32..6)), 1..5),
        leads in 1u128..60,
        left in 1u128..6,
    ) {
        let rules = caps.iter().enumerate().map(|(n, (open, day))| {
            let mut rule = rule(n as u128 + 1, Strategy::RoundRobin, &[1, 2, 3, 4, 5]);
            (rule.most_open, rule.most_per_day) = (*open, *day);
            rule
        });
        let set = set(rules.collect());
        let mut ground = ground(5);
        ground.agents.get_mut(&user(left)).unwrap().active = false;
        for n in 0..leads {
            let before = ground.clone();
            if let Decision::Given { to, rule, .. } = decide(&set, lead(n), &view(&[]), None, &[], &mut ground, NOW) {
                let rule = &set.rules[rule];
                let agent = &before.agents[&to];
                prop_assert!(agent.active);
                prop_assert!(rule.most_open.is_none_or(|most| agent.open < most));
                prop_assert!(rule.most_per_day.is_none_or(|most| agent.today < most));
            }
        }
    }

    #[test]
    fn turns_and_loads_are_fair_to_one(strategy in prop::sample::select(vec![Strategy::RoundRobin, Strategy::LeastLoaded]), leads in 1u128..300, agents in 1u128..20) {
        let set = set(vec![rule(1, strategy, &(1..=agents).collect::<Vec<_>>())]);
        let mut ground = ground(agents);
        for n in 0..leads {
            given(&set, &view(&[]), &mut ground, n);
        }
        let open: Vec<u32> = ground.agents.values().map(|agent| agent.open).collect();
        prop_assert!(open.iter().max().unwrap() - open.iter().min().unwrap() <= 1, "{open:?}");
    }
}
