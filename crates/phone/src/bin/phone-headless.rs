//! A phone without a window: signs in, answers what is offered, and prints figures. For measuring and for load.
//!
//! Nothing here decides anything about calls; it presses the keys that a person would press.

use std::{
    io::Write,
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use clap::Parser;
use domain::{ids::CallId, pii::Personal};
use switchboard_phone::{
    AudioBackend, DeviceOptions, MemoryTokens, Phone, PhoneConfig, PhoneEvent, VirtualAudio,
    state::{DeviceKind, MediaKind, Processing},
};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use url::Url;
use wire::{
    accounts::{DeviceKind as ClientKind, SignIn},
    agents::AskedAgentState,
    live::{LiveEvent, ServerMessage},
};

/// Signs in and answers calls by itself.
#[derive(Debug, Parser)]
struct Options {
    /// Server, such as http://127.0.0.1:8080.
    #[arg(long, env = "SWITCHBOARD_SERVER")]
    server: Url,
    #[arg(long, env = "SWITCHBOARD_EMAIL")]
    email: String,
    #[arg(long, env = "SWITCHBOARD_PASSWORD", hide_env_values = true)]
    password: String,
    /// Folder for settings and outbox; a temporary one when left out.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Use the system's microphone and speaker. Without it the phone says the file of `--say`, or nothing.
    #[arg(long)]
    devices: bool,
    /// Device ids; see the log at start.
    #[arg(long)]
    input: Option<String>,
    #[arg(long)]
    output: Option<String>,
    /// Echo cancellation, noise suppression and gain off.
    #[arg(long)]
    raw: bool,
    /// WAV file that a virtual phone says over and over: mono, 16 bit, 48 kHz.
    #[arg(long)]
    say: Option<PathBuf>,
    /// WAV file that gets what a virtual phone hears.
    #[arg(long)]
    hear: Option<PathBuf>,
    /// Milliseconds of sound per packet: 10 or 20.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(10..=20))]
    frame_ms: u64,
    /// Milliseconds between callbacks of a device.
    #[arg(long, default_value_t = 10)]
    period_ms: u64,
    /// Wait this long before answering.
    #[arg(long, default_value_t = 0)]
    answer_after_ms: u64,
    /// Hang up this long after answering; 0 waits for the other side.
    #[arg(long, default_value_t = 0)]
    talk_ms: u64,
    /// Take no calls: be signed in, with sound ready, for a supervisor who listens or whispers.
    #[arg(long)]
    stand_by: bool,
    /// A JSON line with the figures and the media session on standard output once a second.
    #[arg(long)]
    figures: bool,
    /// End after this many seconds; 0 runs until interrupted.
    #[arg(long, default_value_t = 0)]
    seconds: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into()))
        .with_writer(std::io::stderr)
        .init();
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        tracing::debug!("a TLS provider was installed before");
    }
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error, "phone-headless ends");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), String> {
    let data_dir = options
        .data
        .clone()
        .unwrap_or_else(|| std::env::temp_dir().join(format!("phone-headless-{}", std::process::id())));
    let phone = Phone::start(PhoneConfig {
        server_url: options.server.clone(),
        data_dir,
        audio: audio(&options)?,
        token_store: Arc::new(MemoryTokens::default()),
        user_agent: concat!("phone-headless/", env!("CARGO_PKG_VERSION")).to_owned(),
        frame: Duration::from_millis(options.frame_ms),
    })
    .map_err(|error| error.to_string())?;
    if options.raw {
        phone.set_processing(Processing::NONE);
    }
    for (kind, id) in [(DeviceKind::Input, &options.input), (DeviceKind::Output, &options.output)] {
        if id.is_some() {
            phone.choose_device(kind, id.as_deref());
        }
    }
    let events = phone.events();
    let password = Personal::new(options.password.clone());
    let sign_in = SignIn { email: options.email.clone(), password, device: ClientKind::Desktop };
    let me = phone.sign_in(sign_in).await.map_err(|error| error.to_string())?;
    tracing::info!(user = %me.user.id, "signed in");
    if !options.stand_by {
        // Without a way for the sound the server takes nobody for available.
        while phone.state().media != MediaKind::Connected {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        phone.set_agent_state(&AskedAgentState::Available).await.map_err(|error| error.to_string())?;
        tracing::info!("available");
    }

    let end = async {
        match options.seconds {
            0 => std::future::pending().await,
            seconds => tokio::time::sleep(Duration::from_secs(seconds)).await,
        }
    };
    tokio::select! {
        () = end => {}
        () = attend(&phone, events, &options) => {}
        () = tell_figures(&phone), if options.figures => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    tracing::info!(figures = ?phone.figures(), "at the end");
    phone.sign_out().await;
    Ok(())
}

/// Until nobody reads them.
async fn tell_figures(phone: &Phone) {
    let mut second = tokio::time::interval(Duration::from_secs(1));
    loop {
        second.tick().await;
        let line = serde_json::json!({ "figures": phone.figures(), "media_session_id": phone.media_session_id() });
        if writeln!(std::io::stdout(), "{line}").is_err() {
            return;
        }
    }
}

async fn attend(phone: &Phone, mut events: Receiver<PhoneEvent>, options: &Options) {
    let mut report = tokio::time::interval(Duration::from_secs(5));
    let mut last_path = None;
    loop {
        let event = tokio::select! {
            event = events.recv() => event,
            _ = report.tick() => {
                tracing::info!(figures = ?phone.figures(), state = ?phone.state().media, "figures");
                continue;
            }
        };
        match event {
            Ok(PhoneEvent::Live(ServerMessage::Event { event: LiveEvent::Offer { offer }, .. })) => {
                tokio::spawn(take(
                    phone.clone(),
                    offer.call_id,
                    offer.fence,
                    Duration::from_millis(options.answer_after_ms),
                    Duration::from_millis(options.talk_ms),
                ));
            }
            Ok(PhoneEvent::State(state)) => {
                let path = (state.media, state.over_web);
                if last_path.replace(path) != Some(path) {
                    tracing::info!(media = ?state.media, over_web = state.over_web, "sound path");
                }
                tracing::debug!(?state, "state");
            }
            Ok(PhoneEvent::SignedOut { reason }) => {
                tracing::error!(?reason, "signed out");
                return;
            }
            Ok(_) => {}
            Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "events were missed"),
            Err(RecvError::Closed) => return,
        }
    }
}

async fn take(phone: Phone, call: CallId, fence: u32, wait: Duration, talk: Duration) {
    tokio::time::sleep(wait).await;
    let asked = Instant::now();
    match phone.answer(call, fence).await {
        Ok(_) => tracing::info!(%call, took = ?asked.elapsed(), "answered"),
        Err(error) => {
            tracing::warn!(%call, %error, "not answered");
            return;
        }
    }
    if !talk.is_zero() {
        tokio::time::sleep(talk).await;
        if let Err(error) = phone.hang_up(call).await {
            tracing::warn!(%call, %error, "hanging up");
        }
    }
}

fn audio(options: &Options) -> Result<AudioBackend, String> {
    if options.devices {
        return Ok(AudioBackend::Devices(DeviceOptions { period: Duration::from_millis(options.period_ms) }));
    }
    let said = options.say.as_ref().map(read_wav).transpose()?.unwrap_or_default();
    let mut writer = options.hear.as_ref().map(new_wav).transpose()?;
    let mut position = 0;
    let microphone = move |out: &mut [i16]| {
        for sample in out {
            *sample = said.get(position).copied().unwrap_or(0);
            position = if position + 1 < said.len() { position + 1 } else { 0 };
        }
    };
    let speaker = move |pcm: &[i16]| {
        let Some(file) = &mut writer else { return };
        let written = pcm.iter().try_for_each(|sample| file.write_sample(*sample)).and_then(|()| file.flush());
        if let Err(error) = written {
            tracing::error!(%error, "what is heard is not written any more");
            writer = None;
        }
    };
    Ok(AudioBackend::Virtual(VirtualAudio::new(microphone, speaker)))
}

fn read_wav(path: &PathBuf) -> Result<Vec<i16>, String> {
    let named = |problem: String| format!("{}: {problem}", path.display());
    let reader = hound::WavReader::open(path).map_err(|error| named(error.to_string()))?;
    let spec = reader.spec();
    if (spec.channels, spec.sample_rate, spec.bits_per_sample) != (1, 48_000, 16) {
        return Err(named(format!("expected mono, 48000 Hz, 16 bit; it is {spec:?}")));
    }
    reader.into_samples().collect::<Result<_, _>>().map_err(|error| named(error.to_string()))
}

fn new_wav(path: &PathBuf) -> Result<hound::WavWriter<std::io::BufWriter<std::fs::File>>, String> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 48_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    hound::WavWriter::create(path, spec).map_err(|error| format!("{}: {error}", path.display()))
}
