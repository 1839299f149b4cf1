//! Agents who ask for their next lead at once. Half of the leads are their own, half are the campaign's, which all of them want.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU32, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use domain::{
    dispositions::Heat,
    ids::{LeadId, UserId},
    time::UnixMillis,
    worklist::{Kind, Standing},
};
use storage::{
    StorageError, Store, TenantScope,
    leases::Terms,
    testing::Engine,
    worklist::{self, Ask, Candidate, Given, Line},
};
use tokio::sync::{mpsc, oneshot};

use crate::{
    Failure,
    ground::{self, NOW, quantile},
};

const TERMS: Terms = Terms { span: Duration::from_secs(300), gap: Duration::from_secs(60) };

struct Race {
    store: Store,
    scope: TenantScope,
    left: AtomicU32,
    /// A millisecond passes with each round, so that no two have the same instant.
    clock: AtomicI64,
    /// Each lead, as it was handed out.
    given: Mutex<HashSet<LeadId>>,
    doubles: AtomicU32,
    lost_races: AtomicU32,
    rounds: AtomicU32,
    asks: mpsc::Sender<Asked>,
}

struct Asked {
    who: UserId,
    lines: [Line; 2],
    answer: oneshot::Sender<Given>,
}

/// Serves all who ask at the same time together, as the server does.
async fn serve(race: Arc<Race>, mut asks: mpsc::Receiver<Asked>) -> Result<(), StorageError> {
    let mut waiting: Vec<Asked> = Vec::new();
    while asks.recv_many(&mut waiting, usize::MAX).await > 0 {
        let now = UnixMillis(NOW.0 + race.clock.fetch_add(1, Relaxed));
        let mut yes = vec![|_: &Candidate| true; waiting.len()];
        let mut all: Vec<Ask<'_>> = waiting
            .iter()
            .zip(&mut yes)
            .map(|(asked, may_have)| Ask { who: asked.who, lines: &asked.lines, kind: None, may_have })
            .collect();
        let given = match worklist::hand_out(&race.store, race.scope, &mut all, TERMS, now).await {
            Err(StorageError::Conflict { .. }) => vec![Given::Lost; all.len()],
            given => given?,
        };
        race.rounds.fetch_add(1, Relaxed);
        for (asked, given) in waiting.drain(..).zip(given) {
            let _ = asked.answer.send(given);
        }
    }
    Ok(())
}

impl Race {
    async fn next(&self, who: UserId, lines: [Line; 2]) -> Option<LeadId> {
        loop {
            let (answer, given) = oneshot::channel();
            self.asks.send(Asked { who, lines, answer }).await.ok()?;
            match given.await.ok()? {
                Given::Lead { id, .. } => return Some(id),
                Given::Lost => self.lost_races.fetch_add(1, Relaxed),
                Given::Nobody => return None,
            };
        }
    }

    /// The outcome puts the lead into the line of tomorrow.
    async fn outcome(&self, lead: LeadId) -> Result<(), StorageError> {
        let due_at = Some(UnixMillis(NOW.0 + 86_400_000_000));
        let standing = Standing { kind: Kind::Retry, heat: Heat::Cold, due_at, created_at: NOW };
        worklist::put(&self.store, self.scope, lead, Some(standing)).await
    }
}

pub async fn run(engine: Engine, leads: u32, claims: u32, agents: u32) -> Result<String, Failure> {
    let ground = ground::make(engine, leads, agents, false, false).await?;
    let (asks, asked) = mpsc::channel(agents.max(1) as usize);
    let race = Arc::new(Race {
        store: ground.store.clone(),
        scope: ground.scope,
        left: AtomicU32::new(claims),
        clock: AtomicI64::new(0),
        given: Mutex::new(HashSet::new()),
        doubles: AtomicU32::new(0),
        lost_races: AtomicU32::new(0),
        rounds: AtomicU32::new(0),
        asks,
    });
    let serving = tokio::spawn(serve(Arc::clone(&race), asked));
    let began = Instant::now();
    let mut workers = Vec::new();
    for who in ground.agents.iter().copied() {
        let (race, campaign) = (Arc::clone(&race), ground.campaign);
        workers.push(tokio::spawn(async move {
            let lines = [Line::Owner(who), Line::Campaign(campaign)];
            let mut times = Vec::new();
            while race.left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok() {
                let asked = Instant::now();
                let Some(lead) = race.next(who, lines).await else { break };
                times.push(asked.elapsed().as_secs_f64() * 1000.0);
                if !race.given.lock().unwrap_or_else(PoisonError::into_inner).insert(lead) {
                    race.doubles.fetch_add(1, Relaxed);
                }
                race.outcome(lead).await?;
            }
            Ok::<_, StorageError>(times)
        }));
    }
    let mut times = Vec::new();
    for worker in workers {
        times.extend(worker.await??);
    }
    let seconds = began.elapsed().as_secs_f64();
    if serving.is_finished() {
        serving.await??;
    } else {
        serving.abort();
    }
    Ok(format!(
        "claims {}: {} leads, {} agents, {} claims each with its outcome in {seconds:.1} s = {:.0} claims/s; p50 {:.1} ms, p95 {:.1} ms; \
         {:.0} served together; double claims {}, races lost {}; leads written in {:.0} s",
        ground.store.engine(),
        leads,
        agents,
        times.len(),
        times.len() as f64 / seconds,
        quantile(&mut times.clone(), 0.5),
        quantile(&mut times, 0.95),
        f64::from(claims) / f64::from(race.rounds.load(Relaxed).max(1)),
        race.doubles.load(Relaxed),
        race.lost_races.load(Relaxed),
        ground.seeded_s,
    ))
}
