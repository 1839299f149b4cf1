//! What people look at, at a steady rate: each request begins at its time, whether those before it are done or not.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use domain::ids::LeadId;
use storage::{
    PageRequest, StorageError, Store, TenantScope,
    leads::{self, Heat, LeadFilter},
    testing::Engine,
    worklist::{self, Line, LineFilter},
};

use crate::{
    Failure,
    ground::{self, Ground, NOW, quantile},
};

/// As the server counts.
const MOST_COUNTED: u32 = 250;
const KINDS: [&str; 7] = ["list", "filter", "search name", "search number", "detail", "worklist", "worklist counts"];

async fn ask(store: &Store, scope: TenantScope, kind: &str, n: usize, ground: &Known) -> Result<(), StorageError> {
    let page = PageRequest::new(None, Some(50));
    match kind {
        "list" => drop(leads::list(store, scope, &LeadFilter::default(), page).await?),
        "filter" => {
            let filter = LeadFilter {
                heat: Some(Heat::Hot),
                stage: Some("interested".into()),
                owner_id: Some(ground.lines[n % ground.lines.len()].1),
                ..LeadFilter::default()
            };
            drop(leads::list(store, scope, &filter, page).await?);
        }
        "search name" => {
            let search = Some(["kavya harbour", "zoya", "ish", "rohit pine"][n % 4].to_owned());
            drop(leads::list(store, scope, &LeadFilter { search, ..LeadFilter::default() }, page).await?);
        }
        "search number" => {
            let search = Some(format!("{:06}", n * 7919 % 10_000));
            drop(leads::list(store, scope, &LeadFilter { search, ..LeadFilter::default() }, page).await?);
        }
        "detail" => drop(leads::get(store, scope, ground.leads[n * 31 % ground.leads.len()]).await?),
        "worklist" => {
            let line = ground.lines[n % ground.lines.len()].0;
            drop(worklist::list(store, scope, &[line], &LineFilter::default(), page, NOW).await?);
        }
        _ => {
            let line = ground.lines[n % ground.lines.len()].0;
            worklist::count(store, scope, &[line], MOST_COUNTED, NOW).await?;
        }
    }
    Ok(())
}

struct Known {
    lines: Vec<(Line, domain::ids::UserId)>,
    leads: Vec<LeadId>,
}

async fn known(ground: &Ground) -> Result<Known, Failure> {
    let page = PageRequest::new(None, Some(200));
    let first = leads::list(&*ground.store, ground.scope, &LeadFilter::default(), page).await?;
    Ok(Known {
        lines: ground.agents.iter().map(|agent| (Line::Owner(*agent), *agent)).collect(),
        leads: first.items.iter().map(|lead| lead.id).collect(),
    })
}

pub async fn run(engine: Engine, leads: u32, seconds: u32, rate: u32) -> Result<String, Failure> {
    let ground = ground::make(engine, leads, 200, true, true).await?;
    let known = Arc::new(known(&ground).await?);
    let began = tokio::time::Instant::now();
    let mut asked = Vec::new();
    for n in 0..(seconds * rate) as usize {
        let at = began + Duration::from_secs_f64(n as f64 / f64::from(rate));
        let (store, scope, known) = (ground.store.clone(), ground.scope, Arc::clone(&known));
        asked.push(tokio::spawn(async move {
            tokio::time::sleep_until(at).await;
            let (kind, begin) = (KINDS[n % KINDS.len()], Instant::now());
            ask(&store, scope, kind, n, &known).await?;
            Ok::<_, StorageError>((kind, begin.elapsed().as_secs_f64() * 1000.0))
        }));
    }
    let mut times: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for one in asked {
        let (kind, ms) = one.await??;
        times.entry(kind).or_default().push(ms);
        times.entry("all").or_default().push(ms);
    }
    let mut lines = vec![format!(
        "leads {}: {leads} leads, {rate} requests/s for {seconds} s; written in {:.0} s",
        ground.store.engine(),
        ground.seeded_s
    )];
    for (kind, mut all) in times {
        let (p50, p95, p99) = (quantile(&mut all, 0.5), quantile(&mut all, 0.95), quantile(&mut all, 0.99));
        lines.push(format!("  {kind:<16} p50 {p50:7.1} ms  p95 {p95:7.1} ms  p99 {p99:7.1} ms  ({})", all.len()));
    }
    Ok(lines.join("\n"))
}
