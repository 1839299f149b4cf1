//! `switchboard seed`

use clap::Args;
use domain::pii::Personal;

use super::{Place, Problem, output};
use crate::{
    running::Running,
    seed::{self, SeedPlan},
};

#[derive(Args)]
pub struct SeedArguments {
    #[command(flatten)]
    place: Place,
    /// The same number makes the same tenant.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, default_value_t = 2_150)]
    calls: u32,
    #[arg(long, default_value_t = 10)]
    agents: u32,
    /// Password of everybody in it, at least 12 characters.
    #[arg(long, env = "SWITCHBOARD_SEED_PASSWORD")]
    password: String,
}

pub(super) async fn run(arguments: SeedArguments) -> Result<(), Problem> {
    let mut config = arguments.place.load()?;
    output::start_log(&config.log);
    config.listen.set_port(0);
    config.media.udp.set_port(0);
    let running = Running::start(&config, false).await?;
    let plan = SeedPlan {
        seed: arguments.seed,
        calls: arguments.calls,
        agents: arguments.agents,
        password: Personal::new(arguments.password),
        ..SeedPlan::default()
    };
    let made = seed::tenant(&running.backend, &plan).await;
    running.stop().await;
    let accounts = made.map_err(output::in_words)?;
    output::say(&format!(
        "{} with {} calls. Sign in as {}, {} or {}.",
        plan.tenant_name, plan.calls, accounts.admin.email, accounts.supervisor.email, accounts.agent.email
    ));
    Ok(())
}
