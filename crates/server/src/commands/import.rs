//! `switchboard import`: leads from a file, without a browser.

use std::path::PathBuf;

use backend::{FileByHand, import_by_hand};
use clap::Args;
use domain::{
    ids::{CampaignId, TenantId},
    imports::{ImportCounts, ImportPlan},
};
use storage::{Store, TenantScope};

use super::{Place, Problem, output};
use crate::{config::Config, open};

#[derive(Args)]
pub struct ImportArguments {
    #[command(flatten)]
    place: Place,
    /// CSV (any encoding and separator) or .xlsx.
    file: PathBuf,
    /// Name or id of the tenant; not needed while there is one only.
    #[arg(long)]
    tenant: Option<String>,
    /// Name or id of the campaign that the leads go to; goes before that of the mapping.
    #[arg(long)]
    campaign: Option<String>,
    /// JSON file with a mapping, as the app keeps it; without one the columns are guessed.
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// Looks what would become of each row, and writes no lead.
    #[arg(long)]
    dry_run: bool,
    /// Prints the mapping that was used, as JSON.
    #[arg(long)]
    print_mapping: bool,
}

pub(super) async fn run(arguments: ImportArguments) -> Result<(), Problem> {
    let config = arguments.place.load()?;
    output::start_log(&config.log);
    let plan = arguments.mapping.as_deref().map(read_mapping).transpose()?;
    if !arguments.file.is_file() {
        return Err(format!("there is no file {}", arguments.file.display()).into());
    }
    // The store alone: a server may be running beside it.
    let (store, _) = open::store(&config).await?;
    let done = import(&store, &config, arguments, plan).await;
    store.close().await;
    done
}

fn read_mapping(path: &std::path::Path) -> Result<ImportPlan, Problem> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{} is no mapping: {error}", path.display()).into())
}

async fn import(
    store: &Store,
    config: &Config,
    arguments: ImportArguments,
    plan: Option<ImportPlan>,
) -> Result<(), Problem> {
    let tenant = tenant(store, arguments.tenant.as_deref()).await?;
    let campaign = match &arguments.campaign {
        Some(campaign) => Some(self::campaign(store, tenant, campaign).await?),
        None => None,
    };
    let file = FileByHand {
        tenant,
        data_folder: config.data_dir.clone(),
        path: arguments.file,
        plan,
        campaign,
        dry_run: arguments.dry_run,
        private_targets: config.private_targets,
    };
    let done = import_by_hand(store, file, Box::new(output::say_progress)).await.map_err(output::in_words)?;
    if arguments.print_mapping {
        output::say_json(&serde_json::to_value(&done.plan)?);
    }
    for line in in_words(&done.counts, done.took_ms, arguments.dry_run) {
        output::say(&line);
    }
    output::say(&format!("import {}", done.id));
    Ok(())
}

fn in_words(counts: &ImportCounts, took_ms: u64, dry_run: bool) -> Vec<String> {
    let would = if dry_run { "would be " } else { "" };
    let per_second = counts.rows * 1000 / took_ms.max(1);
    vec![
        format!("{} rows in {}.{} s, {per_second} a second", counts.rows, took_ms / 1000, took_ms % 1000 / 100),
        format!("{} {would}new", counts.new),
        format!("{} {would}updated", counts.updated),
        format!("{} known before, left as they are", counts.known),
        format!("{} twice in the file", counts.twice),
        format!("{} on the do-not-call list", counts.listed),
        format!("{} not possible", counts.invalid),
        format!("{} taken in with a doubtful value", counts.doubtful),
    ]
}

async fn tenant(store: &Store, wanted: Option<&str>) -> Result<TenantId, Problem> {
    let all = storage::tenants::all(store).await?;
    let fits = |one: &&storage::tenants::Tenant| {
        wanted.is_none_or(|wanted| one.name.eq_ignore_ascii_case(wanted) || one.id.to_string() == wanted)
    };
    let mut found = all.iter().filter(fits);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one.id),
        (None, _) => Err("there is no such tenant; `switchboard user add --tenant NAME` makes the first".into()),
        (Some(_), Some(_)) => {
            let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
            Err(format!("say which tenant with --tenant: {}", names.join(", ")).into())
        }
    }
}

async fn campaign(store: &Store, tenant: TenantId, wanted: &str) -> Result<CampaignId, Problem> {
    let all = storage::campaigns::list(store, TenantScope::system(tenant)).await?;
    let found = all.iter().find(|one| one.name.eq_ignore_ascii_case(wanted) || one.id.to_string() == wanted);
    let names = || all.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ");
    found.map(|one| one.id).ok_or_else(|| format!("there is no campaign {wanted}; there are: {}", names()).into())
}
