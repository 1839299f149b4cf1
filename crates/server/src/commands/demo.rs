//! `switchboard demo` and `switchboard simulate`

use std::path::PathBuf;

use clap::Args;
use serde::Deserialize;
use serde_json::json;
use simulator::{
    customer::CustomerScript,
    twilio::{CallHandle, Happening},
};
use tokio::io::{AsyncBufReadExt, BufReader};

use super::{Place, Problem, output, serve};
use crate::{demo::Demo, running::Running};

#[derive(Args)]
pub struct DemoArguments {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    addresses: serve::Addresses,
}

pub(super) enum Callers {
    /// Whenever the demo agent is free.
    ByThemselves,
    /// When a line of standard input says so.
    WhenTold,
}

/// A line of standard input.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Order {
    /// `script`: `asha`, `rohan`, `chirps`, `steady`, `not_interested`, `silent`; `from` replaces the script's own number;
    /// what the customer said (left) and heard (right) is written to the WAV file `wav` when the call is over.
    Call {
        script: String,
        #[serde(default)]
        from: Option<String>,
        #[serde(default)]
        wav: Option<PathBuf>,
    },
    HangUp {
        sid: String,
    },
    Press {
        sid: String,
        digits: String,
    },
    /// Goes on with a script that waits for this word.
    Cue {
        sid: String,
        cue: String,
    },
}

pub(super) async fn run(arguments: DemoArguments, callers: Callers) -> Result<(), Problem> {
    let mut config = arguments.place.load()?;
    arguments.addresses.apply(&mut config);
    output::start_log(&config.log);
    let running = Running::start(&config, true).await?;
    let demo = Demo::start(&running, &config.data_dir).await?;
    let accounts = serde_json::to_value(&demo.accounts)?;
    let media = running.backend.bridge().candidates().first().map(ToString::to_string);
    output::say_json(&json!({
        "ready": true, "url": running.base_url, "media": media, "accounts": accounts, "simulated": true
    }));
    match callers {
        Callers::ByThemselves => {
            demo.call_by_themselves(&running);
            serve::wait_for_end().await;
        }
        Callers::WhenTold => {
            tokio::select! {
                () = obey(&demo) => {}
                () = serve::wait_for_end() => {}
            }
        }
    }
    demo.stop();
    running.stop().await;
    Ok(())
}

/// Carries out standard input until it ends.
async fn obey(demo: &Demo) {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        match serde_json::from_str::<Order>(&line) {
            Err(error) => output::say_json(&json!({ "error": format!("not an order: {error}") })),
            Ok(order) => carry_out(demo, order),
        }
    }
}

fn carry_out(demo: &Demo, order: Order) {
    let known = |sid: &str| demo.carrier.call(sid);
    let result = match order {
        Order::Call { script, from, wav } => call(demo, &script, from, wav),
        Order::HangUp { sid } => known(&sid).map(|call| call.hang_up()).ok_or_else(|| "no such call".to_owned()),
        Order::Press { sid, digits } => {
            known(&sid).map(|call| call.press(&digits)).ok_or_else(|| "no such call".to_owned())
        }
        Order::Cue { sid, cue } => known(&sid).map(|call| call.cue(&cue)).ok_or_else(|| "no such call".to_owned()),
    };
    if let Err(error) = result {
        output::say_json(&json!({ "error": error }));
    }
}

fn call(demo: &Demo, script: &str, from: Option<String>, wav: Option<PathBuf>) -> Result<(), String> {
    let script = match script {
        "asha" => CustomerScript::asha(),
        "rohan" => CustomerScript::rohan(),
        "chirps" => CustomerScript::chirps(),
        "steady" => CustomerScript::steady(),
        "not_interested" => CustomerScript::not_interested(),
        "silent" => Ok(CustomerScript::silent("+919800000099")),
        other => {
            return Err(format!("no script {other}; expected asha, rohan, chirps, steady, not_interested or silent"));
        }
    }
    .map_err(|error| error.to_string())?;
    let from = from.unwrap_or_else(|| script.number.clone());
    let placed = demo.carrier.place_inbound_call(&from, &demo.accounts.number, script);
    let call = placed.map_err(|error| error.to_string())?;
    // The zero of the timeline and of the sound file below.
    let at_ms = jiff::Timestamp::now().as_millisecond();
    output::say_json(&json!({ "placed": call.sid(), "from": from, "at_ms": at_ms }));
    tokio::spawn(report(call, wav));
    Ok(())
}

/// Says what became of a call when it is over.
async fn report(call: CallHandle, wav: Option<PathBuf>) {
    let Some(outcome) = call.outcome().await else { return };
    if let Some(Err(error)) = wav.map(|path| outcome.customer.write_wav(&path)) {
        output::say_json(&json!({ "error": format!("the customer's sound is not written: {error}") }));
    }
    let timeline: Vec<_> = outcome.timeline.iter().map(|moment| moment_shown(moment.at_ms, &moment.what)).collect();
    output::say_json(&json!({
        "over": call.sid(), "status": format!("{:?}", call.record().status), "timeline": timeline
    }));
}

fn moment_shown(at_ms: u64, what: &Happening) -> serde_json::Value {
    json!({ "at_ms": at_ms, "what": format!("{what:?}") })
}
