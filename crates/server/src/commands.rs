//! One module for each thing the program does.

mod analyse;
mod demo;
mod doctor;
mod import;
mod keys;
mod load;
mod migrate;
mod output;
mod seed;
mod serve;
mod simulate;
mod soak;
mod user;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use crate::config::Config;

/// A call centre on one computer, or for many.
#[derive(Parser)]
#[command(name = "switchboard", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Serves the API, the screens, the carriers' webhooks and the sound.
    Serve(serve::Serve),
    /// Serves a demo tenant whose simulated customers call; prints whom to sign in as.
    Demo(demo::DemoArguments),
    /// As demo, but customers call when standard input says so: one JSON object a line. With `--calls`, so many customers call a
    /// server of their own by a simulated carrier, and what was lost is printed.
    Simulate(simulate::SimulateArguments),
    /// Many simulated customers and agents at once on a server of their own; prints what came of every call.
    Load(load::LoadArguments),
    /// Calls that come and go for minutes or hours on a server of their own; prints whether its memory and open files stay
    /// flat.
    Soak(soak::SoakArguments),
    /// Makes the demo tenant with three months of calls.
    Seed(seed::SeedArguments),
    /// Takes leads in from a CSV or .xlsx file, or looks what would become of its rows.
    Import(import::ImportArguments),
    /// Users of a tenant.
    #[command(subcommand)]
    User(user::UserCommand),
    /// Keys that seal what is stored.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Reads a transcript and prints the analysis as JSON.
    Analyse(analyse::AnalyseArguments),
    /// Checks ports, database, storage, keys and devices, and says what to do.
    Doctor(Place),
    /// Brings the database to this version.
    Migrate(Place),
}

/// Where the configuration and the data are.
#[derive(Args, Clone)]
pub struct Place {
    /// Configuration file; see switchboard.example.toml.
    #[arg(long)]
    pub config: Option<PathBuf>,
    /// Data folder; goes before the file.
    #[arg(long)]
    pub data_dir: Option<PathBuf>,
}

impl Place {
    fn load(&self) -> Result<Config, Problem> {
        let mut config = Config::load(self.config.as_deref(), &std::env::vars().collect())?;
        if let Some(folder) = &self.data_dir {
            config.data_dir.clone_from(folder);
        }
        Ok(config)
    }
}

/// Why a command did not succeed, in words for whoever typed it.
pub type Problem = Box<dyn std::error::Error + Send + Sync>;

/// The whole program: reads the command line, does it, and says what is in the way.
pub async fn main() -> ExitCode {
    match run(Arguments::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            output::say_problem(&problem);
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<(), Problem> {
    match command {
        Command::Serve(serve) => serve::run(serve).await,
        Command::Demo(demo) => demo::run(demo, demo::Callers::ByThemselves).await,
        Command::Simulate(simulate) => simulate::run(simulate).await,
        Command::Load(load) => load::run(load).await,
        Command::Soak(soak) => soak::run(soak).await,
        Command::Seed(seed) => seed::run(seed).await,
        Command::Import(import) => import::run(import).await,
        Command::User(user) => user::run(user).await,
        Command::Keys(keys) => keys::run(keys),
        Command::Analyse(analyse) => analyse::run(analyse).await,
        Command::Doctor(place) => doctor::run(&place).await,
        Command::Migrate(place) => migrate::run(&place).await,
    }
}
