//! Rules that give out leads of nobody, decided and written.

use std::{
    collections::{BTreeMap, VecDeque},
    time::{Duration, Instant},
};

use domain::{
    assignment::{Agent, Condition, Ground as Rules, LeadView, Operator, Reason, Rule, RuleSet, Strategy, decide},
    ids::{AssignmentId, UserId},
    pii::Personal,
};
use storage::{
    StorageError,
    assignment::{self, Assignable, Assignment, Cause},
    testing::Engine,
};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::{
    Failure,
    ground::{self, NOW},
};

/// As many as the server gives out in one transaction.
const CHUNK: u32 = 1000;
/// And as many such transactions at the same time.
const IN_FLIGHT: usize = 2;
/// How many found an owner, and whose turn it is after them.
type Written = Result<(u64, BTreeMap<Uuid, UserId>), StorageError>;

const SOURCES: [&str; 8] = ["Facebook", "Website", "Portal", "Newspaper", "Friend", "Fair", "Radio", "Walk-in"];

/// Each rule has its own share of the agents and takes leads by source and budget; the last takes the rest for everybody.
fn rules(agents: &[UserId], count: usize) -> RuleSet {
    let rule = |n: usize| {
        let field = |field: &str, operator, value: String| Condition::Field {
            field: field.to_owned(),
            operator,
            values: vec![value],
        };
        let last = n + 1 == count;
        let source = field("source", Operator::Is, SOURCES[n % SOURCES.len()].to_owned());
        let budget = field("fields.budget", Operator::AtLeast, format!("{}", (n / SOURCES.len()) * 8_000_000));
        Rule {
            id: Uuid::from_u128(n as u128 + 1),
            name: format!("Rule {n}"),
            on: true,
            when: Condition::All { of: if last { vec![] } else { vec![source, budget] } },
            strategy: if n.is_multiple_of(2) { Strategy::LeastLoaded } else { Strategy::RoundRobin },
            agent_ids: agents.to_vec(),
            group_ids: vec![],
            source_owners: BTreeMap::new(),
            seed: 0,
            most_open: None,
            most_per_day: None,
            hours: None,
        }
    };
    RuleSet { on: true, rules: (0..count).map(rule).collect(), ..RuleSet::default() }
}

fn decide_one(set: &RuleSet, lead: &Assignable, state: &mut Rules) -> Assignment {
    let mut texts = BTreeMap::from([("source".to_owned(), lead.source.clone().unwrap_or_default())]);
    texts.extend(lead.fields.reveal().iter().map(|(key, text)| (format!("fields.{key}"), text.clone())));
    let view = LeadView { texts };
    let decision = decide(set, lead.id, &view, None, &[], state, NOW);
    Assignment {
        id: AssignmentId::new(Uuid::now_v7()),
        lead_id: lead.id,
        from_id: None,
        to_id: decision.to(),
        cause: Cause::Rule,
        rule_id: None,
        version: Some(1),
        reason: Personal::new(Reason::of(set, 1, &view, &decision, Some("somebody"))),
        by_id: None,
        at: NOW,
    }
}

pub async fn run(engine: Engine, leads: u32, agents: u32, count: usize) -> Result<String, Failure> {
    let ground = ground::make(engine, leads, agents, false, false).await?;
    let (store, scope) = (&*ground.store, ground.scope);
    let set = rules(&ground.agents, count);
    let agent = |id: &UserId| {
        let agent = Agent { name: id.to_string(), active: true, languages: vec![], open: 0, today: 0 };
        (*id, agent)
    };
    let mut state = Rules {
        agents: ground.agents.iter().map(agent).collect(),
        turns: BTreeMap::new(),
        zone: "Asia/Kolkata".into(),
    };
    let began = Instant::now();
    let (mut given, mut deciding) = (0, Duration::ZERO);
    let mut writing: VecDeque<JoinHandle<Written>> = VecDeque::new();
    let mut next_written = async |writing: &mut VecDeque<JoinHandle<Written>>| {
        if let Some(first) = writing.pop_front() {
            let (some, turns) = first.await??;
            assignment::put_turns(store, scope, &turns).await?;
            given += some;
        }
        Ok::<_, Failure>(())
    };
    let mut after = None;
    while let (waiting, Some(last)) = assignment::waiting(store, scope, after, NOW, CHUNK).await? {
        after = Some(last);
        let decided = Instant::now();
        let rows: Vec<Assignment> = waiting.iter().map(|lead| decide_one(&set, lead, &mut state)).collect();
        deciding += decided.elapsed();
        if writing.len() == IN_FLIGHT {
            next_written(&mut writing).await?;
        }
        let (store, turns) = (store.clone(), state.turns.clone());
        writing.push_back(tokio::spawn(async move {
            let mut tx = store.begin().await?;
            let given = assignment::give(&mut tx, scope, &rows, NOW).await?;
            tx.commit().await?;
            Ok((given, turns))
        }));
    }
    while !writing.is_empty() {
        next_written(&mut writing).await?;
    }
    let seconds = began.elapsed().as_secs_f64();
    let open = state.agents.values().map(|agent| agent.open);
    let (least, most) = (open.clone().min().unwrap_or(0), open.max().unwrap_or(0));
    let fair = f64::from(leads) / f64::from(agents);
    Ok(format!(
        "assign {}: {given} leads over {agents} agents by {count} rules in {seconds:.1} s ({:.1} s of it deciding); \
         an agent has {least} to {most}, fair is {fair:.0} ({:.2} % off)",
        ground.store.engine(),
        deciding.as_secs_f64(),
        (f64::from(most) - fair).max(fair - f64::from(least)) / fair * 100.0,
    ))
}
