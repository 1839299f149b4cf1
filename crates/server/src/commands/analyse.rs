//! `switchboard analyse`

use std::{io::Read, path::PathBuf};

use clap::Args;
use domain::{intelligence::AnalysisInput, pii::Personal};

use super::{Problem, output};

#[derive(Args)]
pub struct AnalyseArguments {
    /// JSON with language, call_date, zone, tenant_country and segments (speaker, start_s, end_s, text); `-` reads
    /// standard input.
    file: PathBuf,
    /// Base address of an OpenAI-compatible service; without it the built-in rules read alone.
    #[arg(long, requires = "model")]
    engine_url: Option<String>,
    #[arg(long)]
    model: Option<String>,
    #[arg(long, env = "SWITCHBOARD_ENGINE_KEY", hide_env_values = true)]
    engine_key: Option<String>,
}

pub(super) async fn run(arguments: AnalyseArguments) -> Result<(), Problem> {
    let text = read(&arguments.file)?;
    let input: AnalysisInput = serde_json::from_str(&text)
        .map_err(|error| format!("{} is not a transcript: {error}", arguments.file.display()))?;
    let engine = match (arguments.engine_url, arguments.model) {
        (Some(url), Some(model)) => Some((url, model, arguments.engine_key.map(Personal::new))),
        _ => None,
    };
    let analysis = backend::analyse_transcript(&input, engine).await?;
    output::say(&serde_json::to_string_pretty(&analysis)?);
    Ok(())
}

fn read(file: &PathBuf) -> Result<String, Problem> {
    if file.as_os_str() == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        return Ok(text);
    }
    std::fs::read_to_string(file).map_err(|error| format!("cannot read {}: {error}", file.display()).into())
}
