//! What the tests kill: the server program as it is, or a phone that answers by itself.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use domain::pii::Personal;
use phone::{AudioBackend, FileTokens, Phone, PhoneConfig, PhoneEvent, VirtualAudio};
use serde::Deserialize;
use switchboard_tests::chirps::Chirp;
use wire::{
    accounts::{DeviceKind, SignIn},
    agents::AskedAgentState,
    live::{LiveEvent, ServerMessage},
};

/// The argument behind `phone`, as JSON.
#[derive(Deserialize)]
struct PhoneOrder {
    server: String,
    /// Keeps token and outbox from one run to the next.
    folder: PathBuf,
    email: String,
    password: Personal<String>,
    /// Gets what is heard: 16 bit, mono, 48 kHz.
    heard: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("phone") => {
            let order = arguments.next().unwrap_or_default();
            run_phone(serde_json::from_str(&order).expect("an order for a phone")).await;
            ExitCode::SUCCESS
        }
        _ => server::commands::main().await,
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).expect("somebody reads what the phone says");
}

/// Signed in as before, or anew; then answers every offer until it is killed.
async fn run_phone(order: PhoneOrder) {
    let mut heard = BufWriter::new(File::create(&order.heard).expect("a file for what is heard"));
    let speaker = move |pcm: &[i16]| {
        let bytes: Vec<u8> = pcm.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        heard.write_all(&bytes).and_then(|()| heard.flush()).expect("what is heard can be written");
    };
    let phone = Phone::start(PhoneConfig {
        server_url: order.server.parse().expect("the address of a server"),
        data_dir: order.folder.clone(),
        audio: AudioBackend::Virtual(VirtualAudio::new(Chirp::Falling.microphone(), speaker)),
        token_store: Arc::new(FileTokens::new(order.folder.join("token"))),
        user_agent: "test".to_owned(),
        frame: Duration::from_millis(20),
    })
    .expect("the phone starts");
    let mut events = phone.events();
    if phone.restore().await.expect("the server answers").is_some() {
        say("restored");
    } else {
        let sign_in = SignIn { email: order.email, password: order.password, device: DeviceKind::Desktop };
        phone.sign_in(sign_in).await.expect("the agent signs in");
        phone.set_agent_state(&AskedAgentState::Available).await.expect("the agent asks for calls");
        say("signed in");
    }
    while let Ok(event) = events.recv().await {
        if let PhoneEvent::Live(ServerMessage::Event { event: LiveEvent::Offer { offer }, .. }) = event {
            match phone.answer(offer.call_id, offer.fence).await {
                Ok(_) => say(&format!("answered {}", offer.call_id)),
                Err(error) => say(&format!("not answered: {error}")),
            }
        }
    }
}
