//! Load on a server in a process of its own: simulated customers call all at once, virtual agents answer with the real phone
//! engine, and every call is looked at from all sides afterwards.

mod figures;

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use serde_json::json;
use simulator::{
    agent::{AgentError, AgentReport, AgentScripts, Disposition},
    customer::{CustomerScript, ScriptError},
    load::{self as calls, CallCheck, Crew, LoadRun, Observer, ObserverError},
    twilio::{CallOutcome, PlaceError},
};
use wire::calls::CallRow;

use crate::{
    process::Usage,
    standalone::{Server, Standalone, StandaloneError, StandalonePlan},
};
pub use figures::{Figures, ServerFigures};

/// Signing in and the first probe of thirty phones, with room for slow machines.
const AGENTS_WITHIN: Duration = Duration::from_secs(120);
/// From the end of the last call to the last analysis.
const KEPT_WITHIN: Duration = Duration::from_secs(300);
/// Numbers that are set aside for fiction in the demo's country.
const CUSTOMERS: usize = 20_000;

#[derive(Debug, Clone)]
pub struct LoadPlan {
    /// A `switchboard` program for the server.
    pub program: PathBuf,
    /// A folder without data in it.
    pub data_dir: PathBuf,
    /// Empty is SQLite.
    pub database: String,
    pub calls: usize,
    pub agents: u32,
    /// So long after the first call the server is killed and started again.
    pub kill_after: Option<Duration>,
}

#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error(transparent)]
    Standalone(#[from] StandaloneError),
    #[error("a virtual agent cannot work: {0}")]
    Agent(#[from] AgentError),
    #[error(transparent)]
    Observer(#[from] ObserverError),
    #[error(transparent)]
    Script(#[from] ScriptError),
    #[error(transparent)]
    Place(#[from] PlaceError),
    #[error("the server's address cannot be read: {0}")]
    Address(#[from] url::ParseError),
}

/// # Errors
/// [`LoadError`] when there was nothing to measure. Calls that went wrong are in the figures.
pub async fn run(plan: &LoadPlan) -> Result<Figures, LoadError> {
    let standalone = StandalonePlan {
        program: plan.program.clone(),
        data_dir: plan.data_dir.clone(),
        database: plan.database.clone(),
        agents: plan.agents,
    };
    let mut world = Standalone::start(&standalone).await?;
    let server = world.base_url.parse()?;
    let admin = &world.accounts.admin;
    let observer = Observer::sign_in(&server, &admin.email, &admin.password, &plan.data_dir.join("observer")).await?;
    let accounts: Vec<_> = world.agents.iter().map(|agent| (agent.email.clone(), agent.password.clone())).collect();
    let outcome = disposition();
    let crew = Crew::start(&server, &accounts, &plan.data_dir, &AgentScripts::bundled()?, Some(&outcome)).await?;
    observer.agents_available(accounts.len(), AGENTS_WITHIN).await?;
    let customers = customers(&observer, plan.calls).await?;
    let call_plan = calls::LoadPlan::of(&world.accounts.number, &customers, plan.calls);

    let meter = Meter::start(&world);
    let carrier = &world.services.carrier;
    let (ran, crashed) = tokio::join!(calls::run(carrier, &call_plan), crash(&mut world.server, plan.kill_after));
    crashed?;
    let LoadRun { report, outcomes } = ran?;
    // The figures of a process that is gone cannot be read.
    let server_figures = if plan.kill_after.is_none() { meter.stop(&world, &outcomes) } else { None };
    let rows = observer.calls().await?;
    let mut kept = Vec::new();
    for row in &rows {
        kept.push(observer.kept(row.id, KEPT_WITHIN).await?);
    }
    let memory = world.server.process().and_then(crate::process::ServerProcess::usage).map(|usage| usage.memory_mb);
    let agents = crew.stop().await;
    let checks = tokio::task::spawn_blocking({
        let (outcomes, agents) = (outcomes.clone(), agents.clone());
        move || check_all(&outcomes, &agents, &kept)
    })
    .await
    .unwrap_or_default();
    Ok(Figures::of(plan, report, &rows, checks, &agents, server_figures.map(|figures| figures.with_memory(memory))))
}

async fn crash(server: &mut Server, after: Option<Duration>) -> Result<(), StandaloneError> {
    if let Some(after) = after {
        tokio::time::sleep(after).await;
        server.kill().await?;
        server.start_again().await?;
    }
    Ok(())
}

/// The scripts of the customers, in turn. Each customer is a lead, so that the agent knows whom they talk to.
async fn customers(observer: &Observer, count: usize) -> Result<Vec<std::sync::Arc<CustomerScript>>, LoadError> {
    let scripts = [CustomerScript::asha()?, CustomerScript::rohan()?];
    let mut customers = Vec::new();
    for n in 0..count {
        let script = &scripts[n % scripts.len()];
        let number = format!("+9198000{:05}", CUSTOMERS + n);
        let lead = json!({ "name": format!("{} {n}", script.name), "phone": number });
        observer.post::<serde_json::Value>("/leads", lead).await?;
        customers.push(script.calling_from(&number));
    }
    Ok(customers)
}

fn disposition() -> Disposition {
    Disposition {
        code: "interested".to_owned(),
        sub_code: Some("wants_details".to_owned()),
        notes: "SIMULATED".to_owned(),
        fields: Default::default(),
    }
}

/// Calls that ended nowhere, or that no agent had, have no check.
fn check_all(
    outcomes: &[std::sync::Arc<CallOutcome>],
    agents: &[AgentReport],
    kept: &[calls::KeptCall],
) -> Vec<CallCheck> {
    let one = |kept: &calls::KeptCall| {
        let sid = kept.detail.provider_call_id.as_deref()?;
        let outcome = outcomes.iter().find(|outcome| outcome.record.sid == sid)?;
        let talk = agents.iter().flat_map(|agent| &agent.calls).find(|call| call.call == kept.detail.row.id)?;
        Some(calls::check(outcome, talk, kept))
    };
    kept.iter().filter_map(one).collect()
}

/// What the server used while the calls ran.
struct Meter {
    before: Option<Usage>,
    began: Instant,
}

impl Meter {
    fn usage(world: &Standalone) -> Option<Usage> {
        world.server.process()?.usage()
    }

    fn start(world: &Standalone) -> Self {
        Self { before: Self::usage(world), began: Instant::now() }
    }

    fn stop(self, world: &Standalone, outcomes: &[std::sync::Arc<CallOutcome>]) -> Option<ServerFigures> {
        let cpu_s = Self::usage(world)?.cpu_s - self.before?.cpu_s;
        let length = |outcome: &std::sync::Arc<CallOutcome>| outcome.timeline.last().map_or(0, |moment| moment.at_ms);
        let minutes = outcomes.iter().map(length).sum::<u64>() as f64 / 60_000.0;
        Some(ServerFigures::new(cpu_s, minutes, self.began.elapsed()))
    }
}

/// How long each caller waited for the answer of an agent, as history has it.
fn waits(rows: &[CallRow]) -> calls::Spread {
    calls::Spread::of(rows.iter().filter(|row| row.talk_ms > 0).map(|row| row.wait_ms).collect())
}
