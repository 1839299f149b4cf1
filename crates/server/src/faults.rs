//! A carrier that does everything wrong that carriers do: calls come, its reports come twice, late, in another order or not at
//! all, its sockets break, forgers knock; and then every call of the carrier's books is looked for in ours.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use serde::Serialize;
use simulator::{
    agent::{AgentScripts, Disposition},
    customer::CustomerScript,
    exotel::{self, Flow, SimulatedExotel},
    load::{Crew, LoadPlan, Observer},
    twilio::{self, RestFailure},
};
use tokio::sync::mpsc;
use wire::{
    calls::{CallRow, CallStatus},
    config::{NumberInput, NumberProvider},
    recordings::RecordingState,
};

use crate::{
    config::{Config, MediaConfig},
    demo::DemoAccounts,
    keys::random_hex,
    load::LoadError,
    running::{Running, StartError},
    seed::{self, SeedPlan},
    services::Services,
};

const AGENTS_WITHIN: Duration = Duration::from_secs(120);
/// From the end of the last call at the carrier to the last row of ours: a carrier that reports nothing is asked by then.
const SETTLED_WITHIN: Duration = Duration::from_secs(180);
const LONGEST_CALL: Duration = Duration::from_secs(180);
/// Kinds of faults, one after the other.
pub const TWILIO_FAULTS: usize = 10;
pub const EXOTEL_FAULTS: usize = 12;

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum CarrierKind {
    Twilio,
    Exotel,
}

#[derive(Debug, Clone)]
pub struct FaultPlan {
    pub carrier: CarrierKind,
    pub calls: usize,
    pub agents: u32,
    pub faults: bool,
    /// A folder without data in it.
    pub data_dir: PathBuf,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Calls begin.
    Begins { agents: u32 },
    /// So many calls have ended at the carrier.
    Ended { calls: usize, of: usize },
    /// All have ended there; rows and recordings are waited for.
    Settles,
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Begins { agents } => write!(f, "{agents} agents are available; calls begin"),
            Self::Ended { calls, of } => write!(f, "{calls} of {of} calls have ended"),
            Self::Settles => write!(f, "waiting for what is written of them"),
        }
    }
}

/// Told of progress.
pub type Tell<'a> = &'a (dyn Fn(Progress) + Send + Sync);

/// What one call came to at the carrier.
struct Carried {
    sid: String,
    ended: String,
    /// Nobody ended it: it would go on, and cost.
    cut_off: bool,
}

/// What was lost, call by call.
#[derive(Debug, Clone, Serialize)]
pub struct FaultReport {
    pub carrier: &'static str,
    pub faults: bool,
    pub calls: usize,
    pub answered: usize,
    pub stored: usize,
    /// Calls of the carrier without a row of ours.
    pub without_row: Vec<String>,
    /// Calls of the carrier with several rows.
    pub doubled: Vec<String>,
    /// Rows that say that the call goes on.
    pub not_over: Vec<String>,
    /// Calls that went on at the carrier until they were cut off.
    pub never_ended: Vec<String>,
    /// Calls that no agent took, though there were never more than agents.
    pub not_answered: Vec<String>,
    /// Calls that an agent took, without their recording.
    pub without_recording: Vec<String>,
}

impl FaultReport {
    pub fn lost(&self) -> usize {
        self.without_row.len()
            + self.doubled.len()
            + self.not_over.len()
            + self.never_ended.len()
            + self.not_answered.len()
            + self.without_recording.len()
    }
}

impl fmt::Display for FaultReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults = if self.faults { "with faults" } else { "without faults" };
        writeln!(
            f,
            "SIMULATED {}, {faults}: {} calls, {} answered, {} stored",
            self.carrier, self.calls, self.answered, self.stored
        )?;
        for (what, calls) in [
            ("without a row", &self.without_row),
            ("with several rows", &self.doubled),
            ("never over here", &self.not_over),
            ("never ended at the carrier", &self.never_ended),
            ("not answered", &self.not_answered),
            ("answered, recording not stored", &self.without_recording),
        ] {
            writeln!(
                f,
                "  {what}: {}{}",
                calls.len(),
                if calls.is_empty() { String::new() } else { format!(" {calls:?}") }
            )?;
        }
        match self.lost() {
            0 => write!(f, "lost: nothing"),
            lost => write!(f, "lost: {lost}"),
        }
    }
}

enum Account {
    Twilio(Services),
    Exotel(SimulatedExotel),
}

/// # Errors
/// [`LoadError`] when there was nothing to measure. What was lost is in the report.
pub async fn run(plan: &FaultPlan, tell: Tell<'_>) -> Result<FaultReport, LoadError> {
    let any = Config::default().listen;
    let config = Config {
        data_dir: plan.data_dir.clone(),
        listen: (any.ip(), 0).into(),
        media: MediaConfig { udp: (any.ip(), 0).into(), ..MediaConfig::default() },
        ..Config::default()
    };
    let running = Running::start(&config, false).await.map_err(crate::standalone::StandaloneError::from)?;
    let report = on(&running, plan, tell).await;
    running.stop().await;
    report
}

async fn on(running: &Running, plan: &FaultPlan, tell: Tell<'_>) -> Result<FaultReport, LoadError> {
    let password = domain::pii::Personal::new(format!("faults-{}", random_hex(8)));
    let seeding = SeedPlan { password, agents: plan.agents, calls: 0, ..SeedPlan::default() };
    let (accounts, account) =
        set_up(running, &seeding, plan.carrier).await.map_err(crate::standalone::StandaloneError::from)?;
    let server = running.base_url.parse()?;
    let admin = &accounts.admin;
    let observer = Observer::sign_in(&server, &admin.email, &admin.password, &plan.data_dir.join("observer")).await?;
    let agents: Vec<_> = seed::agents(&seeding).into_iter().map(|agent| (agent.email, agent.password)).collect();
    let crew = crew(&server, &agents, &plan.data_dir).await?;
    observer.agents_available(agents.len(), AGENTS_WITHIN).await?;
    tell(Progress::Begins { agents: plan.agents });
    let scripts = [CustomerScript::not_interested()?];
    let customers = LoadPlan::of(&accounts.number, &scripts, plan.calls).customers;
    let carried = place(&account, plan, (&accounts.number, &customers), tell).await?;
    tell(Progress::Settles);
    let rows = settled(&observer, plan.calls).await?;
    crew.stop().await;
    Ok(compare(plan, &carried, &with_ids(&observer, rows).await?))
}

async fn set_up(
    running: &Running,
    seeding: &SeedPlan,
    carrier: CarrierKind,
) -> Result<(DemoAccounts, Account), StartError> {
    let backend = &running.backend;
    let accounts = seed::tenant(backend, seeding).await?;
    let admin = seed::sign_in(backend, &accounts.admin).await?;
    let services = Services::start(backend, &admin).await?;
    if carrier == CarrierKind::Twilio {
        services.announce(&accounts.number, &running.base_url);
        return Ok((accounts, Account::Twilio(services)));
    }
    let internal =
        |error: exotel::StartError| StartError::Backend(backend::error::BackendError::Internal(error.to_string()));
    let (key, token) = (random_hex(8), random_hex(16));
    let config = exotel::Config {
        numbers: vec![accounts.number.clone()],
        ..exotel::Config::on_loopback("simulated1", &key, &token)
    };
    let flow = config.flow_id.clone();
    let simulated = SimulatedExotel::start(config).await.map_err(internal)?;
    let credentials = (domain::pii::Personal::new(key), domain::pii::Personal::new(token));
    let applets = backend.use_simulated_exotel(&admin, "simulated1", credentials, &simulated.base_url(), &flow).await?;
    simulated.set_flow(Flow::of(applets.iter().map(|one| (one.applet.as_str(), one.url.as_str()))));
    for number in backend.list_numbers(&admin).await? {
        let input = NumberInput {
            number: number.number,
            label: number.label,
            queue_id: number.queue_id,
            campaign_id: number.campaign_id,
            greeting: number.greeting,
            greeting_message_id: None,
            language: number.language,
            provider: NumberProvider::Exotel,
            media: number.media,
        };
        backend.update_number(&admin, number.id, input).await?;
    }
    Ok((accounts, Account::Exotel(simulated)))
}

async fn crew(
    server: &url::Url,
    agents: &[(String, domain::pii::Personal<String>)],
    folder: &Path,
) -> Result<Crew, LoadError> {
    let outcome = Disposition {
        code: "interested".to_owned(),
        sub_code: Some("wants_details".to_owned()),
        notes: "SIMULATED".to_owned(),
        fields: Default::default(),
    };
    Ok(Crew::start(server, agents, folder, &AgentScripts::bundled()?, Some(&outcome)).await?)
}

/// What the carrier does wrong while the `n`th call begins, and until the next one does.
fn twilio_faults(n: usize) -> twilio::Misbehaviour {
    let calm = twilio::Misbehaviour::default();
    match n % TWILIO_FAULTS {
        0 => twilio::Misbehaviour { duplicate_callbacks: true, ..calm },
        1 => twilio::Misbehaviour { late_callbacks: Some(Duration::from_secs(2)), ..calm },
        2 => twilio::Misbehaviour { swapped_callbacks: true, ..calm },
        3 => twilio::Misbehaviour { lost_callbacks: true, ..calm },
        4 => twilio::Misbehaviour { forged_callbacks: true, ..calm },
        5 => twilio::Misbehaviour { break_stream_after: Some(Duration::from_secs(4)), ..calm },
        6 => twilio::Misbehaviour { half_open_stream_after: Some(Duration::from_secs(4)), ..calm },
        7 => twilio::Misbehaviour { bunched_frames: Some(Duration::from_millis(200)), ..calm },
        8 => twilio::Misbehaviour { slow_network: Some(Duration::from_secs(2)), ..calm },
        _ => twilio::Misbehaviour {
            rest: vec![
                RestFailure::TooManyRequests,
                RestFailure::ComeBackAfter { seconds: 1 },
                RestFailure::ServerError,
                RestFailure::ServerError,
            ],
            ..calm
        },
    }
}

fn exotel_faults(n: usize) -> exotel::Misbehaviour {
    let calm = exotel::Misbehaviour::default();
    match n % EXOTEL_FAULTS {
        0 => exotel::Misbehaviour { duplicate_reports: true, ..calm },
        1 => exotel::Misbehaviour { late_reports: Some(Duration::from_secs(2)), ..calm },
        2 => exotel::Misbehaviour { stale_reports: true, ..calm },
        3 => exotel::Misbehaviour { no_final_report: true, ..calm },
        4 => exotel::Misbehaviour { forged_requests: true, duplicate_reports: true, ..calm },
        5 => exotel::Misbehaviour { break_stream_after: Some(Duration::from_secs(4)), ..calm },
        6 => exotel::Misbehaviour { half_open_stream_after: Some(Duration::from_secs(4)), ..calm },
        7 => exotel::Misbehaviour { slow_network: Some(Duration::from_secs(1)), ..calm },
        8 => exotel::Misbehaviour { rest: vec![429, 503, 500], no_final_report: true, ..calm },
        9 => exotel::Misbehaviour { passthru_posts_json: true, ..calm },
        10 => exotel::Misbehaviour { camel_case_stream: true, ..calm },
        _ => exotel::Misbehaviour { mulaw_stream: true, ..calm },
    }
}

async fn place(
    account: &Account,
    plan: &FaultPlan,
    (number, customers): (&str, &[Arc<CustomerScript>]),
    tell: Tell<'_>,
) -> Result<Vec<Carried>, LoadError> {
    let (ended, mut ends) = mpsc::unbounded_channel();
    let of = customers.len();
    let mut told = 0;
    let mut calls = tokio::task::JoinSet::new();
    // No more at once than agents: who waits too long in the queue was not lost by a fault.
    let places = Arc::new(tokio::sync::Semaphore::new(plan.agents as usize));
    for (n, customer) in customers.iter().enumerate() {
        let place = Arc::clone(&places).acquire_owned().await;
        let (script, ended) = (Arc::clone(customer), ended.clone());
        match account {
            Account::Twilio(services) => {
                if plan.faults {
                    services.carrier.misbehave(twilio_faults(n));
                }
                let call = services.carrier.place_inbound_call(&customer.number, number, script)?;
                calls.spawn(async move {
                    let _place = place;
                    let cut_off = tokio::time::timeout(LONGEST_CALL, call.outcome()).await.is_err();
                    if cut_off {
                        call.hang_up();
                    }
                    let how = call.outcome().await.map(|outcome| format!("{:?}", outcome.ended_by));
                    let _ = ended.send(());
                    Carried { sid: call.sid().to_owned(), ended: how.unwrap_or_default(), cut_off }
                });
            }
            Account::Exotel(carrier) => {
                if plan.faults {
                    carrier.misbehave(exotel_faults(n));
                }
                let call = carrier.place_inbound_call(&customer.number, number, script);
                calls.spawn(async move {
                    let _place = place;
                    let cut_off = tokio::time::timeout(LONGEST_CALL, call.outcome()).await.is_err();
                    if cut_off {
                        call.hang_up();
                    }
                    let how = call.outcome().await.map(|outcome| format!("{:?}", outcome.ended));
                    let _ = ended.send(());
                    Carried { sid: call.sid().to_owned(), ended: how.unwrap_or_default(), cut_off }
                });
            }
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        while ends.try_recv().is_ok() {
            told += 1;
            tell(Progress::Ended { calls: told, of });
        }
    }
    drop(ended);
    while ends.recv().await.is_some() {
        told += 1;
        tell(Progress::Ended { calls: told, of });
    }
    Ok(calls.join_all().await)
}

/// Rows when all of them are over and what was recorded is stored, or as they are when that does not come.
async fn settled(observer: &Observer, calls: usize) -> Result<Vec<CallRow>, LoadError> {
    let until = tokio::time::Instant::now() + SETTLED_WITHIN;
    loop {
        let rows = observer.calls().await?;
        let done = |row: &CallRow| {
            is_over(row) && !matches!(row.recording, RecordingState::Storing | RecordingState::Recording)
        };
        if (rows.len() >= calls && rows.iter().all(done)) || tokio::time::Instant::now() >= until {
            return Ok(rows);
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

fn is_over(row: &CallRow) -> bool {
    !matches!(row.status, CallStatus::Greeting | CallStatus::Queued | CallStatus::Ringing | CallStatus::InProgress)
}

/// Rows with the carrier's ids of them.
async fn with_ids(observer: &Observer, rows: Vec<CallRow>) -> Result<Vec<(String, CallRow)>, LoadError> {
    let mut known = Vec::new();
    for row in rows {
        let detail: wire::calls::CallDetail = observer.get(&format!("/calls/{}", row.id)).await?;
        known.push((detail.provider_call_id.unwrap_or_default(), row));
    }
    Ok(known)
}

fn compare(plan: &FaultPlan, carried: &[Carried], rows: &[(String, CallRow)]) -> FaultReport {
    let of = |sid: &str| rows.iter().filter(|(id, _)| id == sid).count();
    let name = |call: &Carried| format!("{} ({})", call.sid, call.ended);
    let answered: Vec<&CallRow> = rows.iter().map(|(_, row)| row).filter(|row| row.talk_ms > 0).collect();
    let stored = |row: &&&CallRow| row.recording == RecordingState::Stored;
    FaultReport {
        carrier: match plan.carrier {
            CarrierKind::Twilio => "Twilio",
            CarrierKind::Exotel => "Exotel",
        },
        faults: plan.faults,
        calls: carried.len(),
        answered: answered.len(),
        stored: answered.iter().filter(stored).count(),
        without_row: carried.iter().filter(|call| of(&call.sid) == 0).map(name).collect(),
        doubled: carried.iter().filter(|call| of(&call.sid) > 1).map(name).collect(),
        not_over: rows.iter().filter(|(_, row)| !is_over(row)).map(|(sid, _)| sid.clone()).collect(),
        never_ended: carried.iter().filter(|call| call.cut_off).map(name).collect(),
        not_answered: rows.iter().filter(|(_, row)| row.talk_ms == 0).map(|(sid, _)| sid.clone()).collect(),
        without_recording: answered
            .iter()
            .filter(|row| row.recording != RecordingState::Stored)
            .map(|row| row.id.to_string())
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// As the server shows it.
    fn row(n: u128, status: &str, recording: &str, talk_ms: u64) -> CallRow {
        serde_json::from_value(json!({
            "id": uuid::Uuid::from_u128(n), "direction": "inbound", "status": status, "started_at_ms": 1, "ended_at_ms": null,
            "customer_name": null, "customer_number": "+919812300021", "lead_id": null, "agent_id": null,
            "agent_name": null, "queue_name": null, "campaign_name": null, "wait_ms": 0, "ring_ms": 0,
            "talk_ms": talk_ms, "disposition": null, "sentiment": null, "lead_quality": null, "hot": false,
            "summary": null, "recording": { "kind": recording }, "analysis": { "kind": "pending" }, "simulated": true
        }))
        .unwrap()
    }

    #[test]
    fn each_way_to_lose_a_call_is_named() {
        let plan =
            FaultPlan { carrier: CarrierKind::Exotel, calls: 4, agents: 1, faults: true, data_dir: PathBuf::new() };
        let carried = |sid: &str, cut_off| Carried { sid: sid.to_owned(), ended: "Hangup".to_owned(), cut_off };
        let calls = [carried("whole", false), carried("twice", false), carried("nowhere", false), carried("on", true)];
        let rows = [
            ("whole".to_owned(), row(1, "completed", "stored", 9_000)),
            ("twice".to_owned(), row(2, "completed", "stored", 9_000)),
            ("twice".to_owned(), row(3, "completed", "recording", 9_000)),
            ("on".to_owned(), row(4, "in_progress", "off", 0)),
        ];
        let report = compare(&plan, &calls, &rows);
        assert_eq!((report.calls, report.answered, report.stored, report.lost()), (4, 3, 2, 6));
        assert_eq!(
            (&*report.without_row, &*report.doubled),
            (&["nowhere (Hangup)".to_owned()][..], &["twice (Hangup)".to_owned()][..])
        );
        assert_eq!(
            (&*report.not_over, &*report.never_ended),
            (&["on".to_owned()][..], &["on (Hangup)".to_owned()][..])
        );
        assert_eq!(report.not_answered, ["on".to_owned()]);
        assert_eq!(report.without_recording, [uuid::Uuid::from_u128(3).to_string()]);
        assert!(report.to_string().ends_with("lost: 6"), "{report}");
        let report = compare(&plan, &calls[..1], &rows[..1]);
        assert!(report.lost() == 0 && report.to_string().ends_with("lost: nothing"), "{report}");
    }
}
