//! `switchboard keys rotate`

use clap::Subcommand;

use super::{Place, Problem, output};
use crate::keys;

#[derive(Subcommand)]
pub enum KeysCommand {
    /// Puts a fresh sealing key in front of the old ones in keys.toml. The server takes it up at its next start and moves
    /// what is stored to it. Back the file up again.
    Rotate(Place),
}

pub(super) fn run(command: KeysCommand) -> Result<(), Problem> {
    let KeysCommand::Rotate(place) = command;
    let config = place.load()?;
    let next = keys::rotate(&config.data_dir)?;
    let file = config.data_dir.join(keys::FILE);
    output::say(&format!(
        "{} has the new sealing key {next}. Restart the server: it moves the stored data to it. Back the file up.",
        file.display()
    ));
    Ok(())
}
