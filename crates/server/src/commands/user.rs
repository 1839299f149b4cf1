//! `switchboard user add`: a way in when nobody can sign in any more.

use clap::{Args, Subcommand};
use domain::{pii::Personal, role::Role};

use super::{Place, Problem, output};
use crate::open;

#[derive(Subcommand)]
pub enum UserCommand {
    /// Adds a user to a tenant, or makes the first tenant with its admin.
    Add(Add),
}

#[derive(Args)]
pub struct Add {
    #[command(flatten)]
    place: Place,
    #[arg(long)]
    name: String,
    #[arg(long)]
    email: String,
    /// tenant_admin, manager, telecaller, field_agent or viewer.
    #[arg(long, default_value = "tenant_admin")]
    role: String,
    /// At least 12 characters.
    #[arg(long, env = "SWITCHBOARD_USER_PASSWORD")]
    password: String,
    /// E-mail of somebody in the tenant; not needed while there is one tenant only.
    #[arg(long)]
    tenant_of: Option<String>,
}

pub(super) async fn run(command: UserCommand) -> Result<(), Problem> {
    let UserCommand::Add(add) = command;
    let config = add.place.load()?;
    output::start_log(&config.log);
    let role = Role::parse(&add.role).ok_or_else(|| format!("no role {}", add.role))?;
    // The store alone: a server may be running, with calls that are nobody else's business.
    let (store, _) = open::store(&config).await?;
    let password = Personal::new(add.password);
    let added =
        backend::add_user_by_hand(&store, &add.name, &add.email, role, password, add.tenant_of.as_deref()).await;
    store.close().await;
    added?;
    output::say(&format!("{} can sign in as {}.", add.email, role.as_str()));
    Ok(())
}
