//! Calls that come and go on a server in a process of its own, while its memory and open files are watched.
//!
//! Customers are always as many as asked for: whoever has hung up is followed by another. A few agents with the real phone
//! engine take calls; the other customers wait with music until they have had enough.

mod trend;

use std::{
    fmt,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use serde::Serialize;
use simulator::{
    agent::{AgentScripts, Disposition},
    customer::CustomerScript,
    load::{Crew, Observer},
    twilio::SimulatedTwilio,
};
use tokio::task::JoinSet;

use crate::{
    load::LoadError,
    standalone::{Standalone, StandalonePlan},
};
pub use trend::Trend;

const AGENTS_WITHIN: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// From one new call to the next at the beginning.
const BETWEEN_CALLS: Duration = Duration::from_millis(100);
/// The first calls fill pools and caches; only what comes after this share of the time counts.
const WARM_UP: f64 = 0.3;
/// What caches, pools and the moment of looking may differ by, as a share and in MB and files. A few kilobytes or one file for
/// each call would be many times that after an hour.
const SHARE_ALLOWED: f64 = 0.1;
const MEMORY_ALLOWED_MB: f64 = 12.0;
const FILES_ALLOWED: f64 = 32.0;
/// Customers call again: as many people as this.
const PEOPLE: usize = 500;

#[derive(Debug, Clone)]
pub struct SoakPlan {
    /// A `switchboard` program for the server.
    pub program: PathBuf,
    /// A folder without data in it.
    pub data_dir: PathBuf,
    /// Empty is SQLite.
    pub database: String,
    /// Customers on the line at any time.
    pub calls: usize,
    pub agents: u32,
    pub length: Duration,
}

/// The server at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Look {
    pub at_s: f64,
    pub memory_mb: f64,
    pub open_files: usize,
    pub ended_calls: u64,
}

#[derive(Debug, Clone, Serialize)]
pub struct SoakFigures {
    pub calls: usize,
    pub agents: u32,
    pub ended_calls: u64,
    pub answered_calls: u64,
    /// Of one core, on average.
    pub cpu_share: f64,
    pub memory_mb: Trend,
    pub open_files: Trend,
    pub looks: Vec<Look>,
}

impl SoakFigures {
    /// Neither grew beyond what caches and chance account for, and calls went through all the time.
    pub fn is_flat(&self) -> bool {
        self.answered_calls > 0
            && self.memory_mb.rise() <= MEMORY_ALLOWED_MB.max(self.memory_mb.early * SHARE_ALLOWED)
            && self.open_files.rise() <= FILES_ALLOWED.max(self.open_files.early * SHARE_ALLOWED)
    }
}

impl fmt::Display for SoakFigures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "calls at any time {} with {} agents", self.calls, self.agents)?;
        writeln!(f, "calls ended       {}, {} of them answered", self.ended_calls, self.answered_calls)?;
        writeln!(f, "server            {:.0} % of a core", self.cpu_share * 100.0)?;
        writeln!(f, "memory            {} MB", self.memory_mb)?;
        write!(f, "open files        {}", self.open_files)
    }
}

/// # Errors
/// [`LoadError`] when there was nothing to measure.
pub async fn run(plan: &SoakPlan) -> Result<SoakFigures, LoadError> {
    let mut world = Standalone::start(&StandalonePlan {
        program: plan.program.clone(),
        data_dir: plan.data_dir.clone(),
        database: plan.database.clone(),
        agents: plan.agents,
    })
    .await?;
    let server = world.base_url.parse()?;
    let admin = &world.accounts.admin;
    let observer = Observer::sign_in(&server, &admin.email, &admin.password, &plan.data_dir.join("observer")).await?;
    let accounts: Vec<_> = world.agents.iter().map(|agent| (agent.email.clone(), agent.password.clone())).collect();
    let outcome = Disposition {
        code: "interested".to_owned(),
        sub_code: Some("wants_details".to_owned()),
        notes: "SIMULATED".to_owned(),
        fields: Default::default(),
    };
    let crew = Crew::start(&server, &accounts, &plan.data_dir, &AgentScripts::bundled()?, Some(&outcome)).await?;
    observer.agents_available(accounts.len(), AGENTS_WITHIN).await?;

    let rolling = Rolling {
        carrier: &world.services.carrier,
        number: &world.accounts.number,
        scripts: [CustomerScript::asha()?, CustomerScript::rohan()?],
        placed: 0,
    };
    let usage = || world.server.process().and_then(crate::process::ServerProcess::usage);
    let (began, before) = (Instant::now(), usage());
    let mut looks = Vec::new();
    let ended = rolling
        .run(plan, |ended_calls| {
            looks.extend(usage().map(|now| Look {
                at_s: began.elapsed().as_secs_f64(),
                memory_mb: now.memory_mb,
                open_files: now.open_files,
                ended_calls,
            }));
        })
        .await?;
    let cpu_s = usage().zip(before).map_or(0.0, |(now, before)| now.cpu_s - before.cpu_s);
    let took = began.elapsed();
    let answered = crew.stop().await.iter().map(|report| report.calls.len() as u64).sum();
    world.server.kill().await?;
    let counted: Vec<&Look> = looks.iter().filter(|look| look.at_s >= took.as_secs_f64() * WARM_UP).collect();
    let trend =
        |value: fn(&Look) -> f64| Trend::of(&counted.iter().map(|look| (look.at_s, value(look))).collect::<Vec<_>>());
    Ok(SoakFigures {
        calls: plan.calls,
        agents: plan.agents,
        ended_calls: ended,
        answered_calls: answered,
        cpu_share: cpu_s / took.as_secs_f64(),
        memory_mb: trend(|look| look.memory_mb),
        open_files: trend(|look| look.open_files as f64),
        looks,
    })
}

struct Rolling<'a> {
    carrier: &'a SimulatedTwilio,
    number: &'a str,
    scripts: [Arc<CustomerScript>; 2],
    placed: usize,
}

impl Rolling<'_> {
    /// Keeps so many calls going until the time is over; `look` is called again and again with the number of ended ones.
    async fn run(mut self, plan: &SoakPlan, mut look: impl FnMut(u64)) -> Result<u64, LoadError> {
        let end = tokio::time::Instant::now() + plan.length;
        let mut calls = JoinSet::new();
        let mut looks = tokio::time::interval(LOOK_EVERY);
        let mut fill = tokio::time::interval(BETWEEN_CALLS);
        let mut ended = 0;
        loop {
            tokio::select! {
                () = tokio::time::sleep_until(end) => break,
                _ = looks.tick() => look(ended),
                Some(_) = calls.join_next() => ended += 1,
                _ = fill.tick(), if calls.len() < plan.calls => self.place(&mut calls)?,
            }
        }
        Ok(ended)
    }

    fn place(&mut self, calls: &mut JoinSet<()>) -> Result<(), LoadError> {
        let n = self.placed;
        self.placed += 1;
        let number = format!("+9198000{:05}", 20_000 + n % PEOPLE);
        let script = self.scripts[n % self.scripts.len()].calling_from(&number);
        let call = self.carrier.place_inbound_call(&number, self.number, script)?;
        let patience = patience(n);
        calls.spawn(async move {
            if tokio::time::timeout(patience, call.outcome()).await.is_err() {
                call.hang_up();
                call.outcome().await;
            }
        });
        Ok(())
    }
}

/// 20 to 60 seconds, spread evenly over the callers.
const fn patience(n: usize) -> Duration {
    Duration::from_secs(20 + (n as u64 * 17) % 41)
}
