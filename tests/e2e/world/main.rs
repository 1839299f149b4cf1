//! A demo server whose customers call when they are told to: one command as JSON on each line of stdin, one answer on
//! each line of stdout. For the drivers of the real window and of Chromium.
//!
//! usage: switchboard-e2e-world DATA_DIR MEDIA_PORT [UI_DIR]
//!
//! `{"do":"call","script":"asha"}` -> `{"sid"}` · `{"do":"cue","sid","cue"}` · `{"do":"hang_up","sid"}` ·
//! `{"do":"outcome","sid","wav"}` waits for the end of the call and writes what the customer said (left) and heard
//! (right) · `{"do":"stop"}`.

use std::{
    io::Write,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use serde_json::{Value, json};
use server::{
    Config, Running,
    config::MediaConfig,
    demo::{Demo, DemoAccount},
};
use simulator::{
    customer::CustomerScript,
    twilio::{CallHandle, SimulatedTwilio},
};
use tokio::io::{AsyncBufReadExt, BufReader};

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the world ended");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let data_dir = PathBuf::from(arguments.next().ok_or("DATA_DIR is missing")?);
    let media_port: u16 = arguments.next().ok_or("MEDIA_PORT is missing")?.parse()?;
    let loopback = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let config = Config {
        data_dir: data_dir.clone(),
        listen: loopback(0),
        ui_dir: arguments.next().map(PathBuf::from).unwrap_or_default(),
        media: MediaConfig { udp: loopback(media_port), advertise: Vec::new() },
        ..Config::default()
    };
    let running = Running::start(&config, true).await?;
    let demo = Demo::start(&running, &data_dir).await?;
    say(&json!({
        "port": running.address.port(),
        "media_port": media_port,
        "number": demo.accounts.number,
        "agent": account(&demo.accounts.agent),
        "second_agent": account(&demo.accounts.second_agent),
        "supervisor": account(&demo.accounts.supervisor),
        "admin": account(&demo.accounts.admin),
    }))?;
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let command: Value = serde_json::from_str(&line)?;
        if command["do"] == "stop" {
            break;
        }
        let answer = match obey(&demo.carrier, &demo.accounts.number, &command).await {
            Ok(answer) => answer,
            Err(error) => json!({ "error": error.to_string() }),
        };
        say(&answer)?;
    }
    demo.stop();
    running.stop().await;
    Ok(())
}

async fn obey(carrier: &Arc<SimulatedTwilio>, number: &str, command: &Value) -> Result<Value, Failure> {
    let text = |name: &str| command[name].as_str().ok_or_else(|| format!("{name} is missing"));
    let call = || -> Result<CallHandle, Failure> {
        let sid = text("sid")?;
        Ok(carrier.call(sid).ok_or_else(|| format!("no call {sid}"))?)
    };
    match text("do")? {
        "call" => {
            let script = script(text("script")?)?;
            let from = script.number.clone();
            Ok(json!({ "sid": carrier.place_inbound_call(&from, number, script)?.sid() }))
        }
        "cue" => {
            call()?.cue(text("cue")?);
            Ok(json!({}))
        }
        "hang_up" => {
            call()?.hang_up();
            Ok(json!({}))
        }
        "outcome" => {
            let outcome = call()?.outcome().await.ok_or("the simulated account is gone")?;
            outcome.customer.write_wav(Path::new(text("wav")?))?;
            Ok(
                json!({ "ended_by": format!("{:?}", outcome.ended_by), "script": format!("{:?}", outcome.customer.script) }),
            )
        }
        other => Err(format!("{other} is not a command").into()),
    }
}

fn script(name: &str) -> Result<Arc<CustomerScript>, Failure> {
    Ok(match name {
        "asha" => CustomerScript::asha()?,
        "rohan" => CustomerScript::rohan()?,
        "not-interested" => CustomerScript::not_interested()?,
        "chirps" => CustomerScript::chirps()?,
        _ => return Err(format!("no script {name}").into()),
    })
}

fn account(account: &DemoAccount) -> Value {
    json!({ "name": account.name, "email": account.email, "password": account.password.reveal() })
}

fn say(answer: &Value) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{answer}")?;
    out.flush()
}
