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
    worklist::{self, Line},
};

use crate::{
    Failure,
    ground::{self, NOW, quantile},
};

const TERMS: Terms = Terms { span: Duration::from_secs(300), gap: Duration::from_secs(60) };

struct Race {
    store: Store,
    scope: TenantScope,
    left: AtomicU32,
    /// A millisecond passes with each claim, so that no two have the same instant.
    clock: AtomicI64,
    /// Each lead with its fence, as it was handed out.
    given: Mutex<HashSet<LeadId>>,
    doubles: AtomicU32,
    lost_races: AtomicU32,
}

impl Race {
    async fn take(&self, line: Line, class: u8, who: UserId) -> Result<Option<LeadId>, StorageError> {
        let now = UnixMillis(NOW.0 + self.clock.fetch_add(1, Relaxed));
        let mut tx = self.store.begin().await?;
        for one in worklist::candidates(&mut tx, self.scope, (line, class), None, TERMS, 4, now).await? {
            if worklist::claim(&mut tx, self.scope, &one, who, TERMS, now).await?.is_some() {
                tx.commit().await?;
                return Ok(Some(one.id));
            }
        }
        Ok(None)
    }

    async fn next(&self, who: UserId, lines: [Line; 2]) -> Result<Option<LeadId>, StorageError> {
        let now = UnixMillis(NOW.0 + self.clock.load(Relaxed));
        for (line, class) in worklist::peopled(&self.store, self.scope, &lines, now).await? {
            loop {
                match self.take(line, class, who).await {
                    Ok(Some(lead)) => return Ok(Some(lead)),
                    Ok(None) => break,
                    Err(StorageError::Conflict { .. } | StorageError::Unavailable(_)) => {
                        self.lost_races.fetch_add(1, Relaxed);
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(None)
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
    let race = Arc::new(Race {
        store: ground.store.clone(),
        scope: ground.scope,
        left: AtomicU32::new(claims),
        clock: AtomicI64::new(0),
        given: Mutex::new(HashSet::new()),
        doubles: AtomicU32::new(0),
        lost_races: AtomicU32::new(0),
    });
    let began = Instant::now();
    let mut workers = Vec::new();
    for who in ground.agents.iter().copied() {
        let (race, campaign) = (Arc::clone(&race), ground.campaign);
        workers.push(tokio::spawn(async move {
            let lines = [Line::Owner(who), Line::Campaign(campaign)];
            let mut times = Vec::new();
            while race.left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok() {
                let asked = Instant::now();
                let Some(lead) = race.next(who, lines).await? else { break };
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
    Ok(format!(
        "claims {}: {} leads, {} agents, {} claims each with its outcome in {seconds:.1} s = {:.0} claims/s; p50 {:.1} ms, p95 {:.1} ms; \
         double claims {}, races lost {}; leads written in {:.0} s",
        ground.store.engine(),
        leads,
        agents,
        times.len(),
        times.len() as f64 / seconds,
        quantile(&mut times.clone(), 0.5),
        quantile(&mut times, 0.95),
        race.doubles.load(Relaxed),
        race.lost_races.load(Relaxed),
        ground.seeded_s,
    ))
}
