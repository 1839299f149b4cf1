//! `switchboard simulate`

use clap::Args;

use super::{Problem, demo, output};
use crate::{
    config::LogConfig,
    faults::{self, CarrierKind, FaultPlan},
};

#[derive(Args)]
pub struct SimulateArguments {
    #[command(flatten)]
    demo: demo::DemoArguments,
    /// So many calls come by themselves, on a server of their own; then says what was lost.
    #[arg(long)]
    calls: Option<usize>,
    /// Whose protocol the simulated carrier speaks.
    #[arg(long, value_enum, default_value = "twilio", requires = "calls")]
    carrier: CarrierKind,
    /// The carrier reports twice, late, in another order or not at all; its sockets break or go dead, its network is slow, its
    /// interface answers 429 and 5xx, it contradicts itself, and forgers knock.
    #[arg(long, requires = "calls")]
    faults: bool,
    /// Agents who take the calls.
    #[arg(long, default_value_t = 6, requires = "calls", value_parser = clap::value_parser!(u32).range(1..=200))]
    agents: u32,
}

pub(super) async fn run(arguments: SimulateArguments) -> Result<(), Problem> {
    let Some(calls) = arguments.calls else {
        return demo::run(arguments.demo, demo::Callers::WhenTold).await;
    };
    output::start_log(&LogConfig { filter: "error,rtc_dtls=error".to_owned(), json: false });
    let folder = std::env::temp_dir().join(format!("switchboard-faults-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let SimulateArguments { carrier, faults, agents, .. } = arguments;
    let plan = FaultPlan { carrier, calls, agents, faults, data_dir: folder.clone() };
    let report = faults::run(&plan, &|progress| output::say_step(&progress)).await?;
    output::say(&report.to_string());
    if report.lost() > 0 {
        return Err(format!("something was lost; the data are in {}", folder.display()).into());
    }
    std::fs::remove_dir_all(folder)?;
    Ok(())
}
