//! `switchboard user add`: a way in when nobody can sign in any more.

use backend::{AddTo, ByHand, error::BackendError};
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
    /// Makes the first tenant, with this name and this user as its admin.
    #[arg(long, conflicts_with = "tenant_of")]
    tenant: Option<String>,
    /// Of the new tenant, ISO 3166: the meaning of numbers without a country.
    #[arg(long, default_value = "IN", requires = "tenant")]
    country: String,
    /// Of the new tenant, IANA.
    #[arg(long, default_value = "Asia/Kolkata", requires = "tenant")]
    zone: String,
}

impl Add {
    fn to(&self) -> AddTo {
        match (&self.tenant_of, &self.tenant) {
            (Some(colleague), _) => AddTo::TenantOf(colleague.clone()),
            (None, Some(name)) => {
                AddTo::First { name: name.clone(), country: self.country.clone(), zone: self.zone.clone() }
            }
            (None, None) => AddTo::Only,
        }
    }
}

fn role(text: &str) -> Result<Role, String> {
    let all = Role::ALL.map(Role::as_str).join(", ");
    Role::parse(text).ok_or_else(|| format!("there is no role {text}; there are {all}"))
}

pub(super) async fn run(command: UserCommand) -> Result<(), Problem> {
    let UserCommand::Add(add) = command;
    let config = add.place.load()?;
    output::start_log(&config.log);
    let (role, to) = (role(&add.role)?, add.to());
    // The store alone: a server may be running, with calls that are nobody else's business.
    let (store, _) = open::store(&config).await?;
    let user = ByHand { name: add.name, email: add.email.clone(), role, password: Personal::new(add.password) };
    let added = backend::add_user_by_hand(&store, user, to).await;
    store.close().await;
    added.map_err(|error| match error {
        BackendError::NotFound(_) => "nobody has the e-mail address of --tenant-of".into(),
        other => output::in_words(other),
    })?;
    output::say(&format!("{} can sign in as {}.", add.email, role.as_str()));
    Ok(())
}
