//! What the bridge reports, told to the calls and devices that it concerns.

use bridge::{BridgeEvent, PortId};
use domain::call::{CallEvent, Side};
use tokio::sync::mpsc;

use super::{farewell, figures::SecondOfSound, greeting, registry::Tell, voicemail};
use crate::{
    Backend, clock,
    recordings::{self, News},
};

/// Runs until the bridge or the server ends. What has to be written about recordings goes its own way, in order, so that nothing else
/// waits for the database.
pub async fn follow(backend: Backend, mut events: mpsc::UnboundedReceiver<BridgeEvent>) {
    let (news, of_recordings) = mpsc::unbounded_channel();
    let noting = tokio::spawn(recordings::note_all(backend.clone(), of_recordings));
    loop {
        tokio::select! {
            biased;
            event = events.recv() => match event {
                Some(event) => handle(&backend, event, &news).await,
                None => break,
            },
            () = backend.stopping().cancelled() => break,
        }
    }
    drop(news);
    if let Err(error) = noting.await {
        tracing::error!(%error, "recordings are not noted any more");
    }
}

fn side(backend: &Backend, port: PortId) -> Side {
    match backend.sip().device_port(port) {
        PortId::Session(_) => Side::Agent,
        PortId::Carrier(_) => Side::Customer,
    }
}

async fn handle(backend: &Backend, event: BridgeEvent, news: &mpsc::UnboundedSender<News>) {
    let calls = backend.calls();
    match event {
        BridgeEvent::SessionConnected { id } => backend.device_connected(id),
        BridgeEvent::SessionLost { id, reason } => {
            tracing::info!(session = %id, ?reason, "a device's sound is away");
            backend.device_lost(id);
        }
        BridgeEvent::SessionDtmf { id, digit } => backend.device_pressed(id, digit).await,
        BridgeEvent::CarrierDtmf { leg, digit } => {
            match backend.sip().device_port(PortId::Carrier(leg)) {
                // An agent's telephone.
                PortId::Session(session) => backend.device_pressed(session, digit).await,
                PortId::Carrier(_) => {
                    if let Some(call) = calls.call_of_leg(leg) {
                        backend.customer_pressed(call, digit);
                    }
                }
            }
        }
        BridgeEvent::PromptFinished { port: PortId::Carrier(leg), prompt, completed } => {
            let happened = match (prompt.as_str(), completed) {
                (greeting::PROMPT, true) => greeting::finished(leg),
                (voicemail::PROMPT, true) => CallEvent::VoicemailFinished { whole: true },
                // Nobody is there to hear the rest of it.
                (farewell::PROMPT, _) => CallEvent::FarewellFinished,
                // One that is cut off has lost its media, which is told by itself.
                _ => return,
            };
            if let Some(call) = calls.call_of_leg(leg) {
                calls.event(call, happened);
            }
        }
        BridgeEvent::PromptFinished { .. } => {}
        BridgeEvent::AudioHeard { room, port } => {
            calls.event(room, CallEvent::SideHeard { side: side(backend, port) });
        }
        BridgeEvent::PortSilent { room, port } => {
            calls.event(room, CallEvent::SideSilent { side: side(backend, port) });
        }
        BridgeEvent::Stats { room, late, mut ports } => {
            for (port, _) in &mut ports {
                *port = backend.sip().device_port(*port);
            }
            calls.tell(room, Tell::Sound(SecondOfSound { at: clock::now(), late, ports }));
        }
        BridgeEvent::RecordingStarted { room, resumed, .. } => {
            tracing::info!(call = %room, resumed, "recording");
            calls.event(room, CallEvent::RecordingStarted);
            tell(news, News::Started { call: room });
        }
        BridgeEvent::RecordingFinished { room, recording, path, bytes, sha256, duration_ms, gaps } => {
            calls.event(room, CallEvent::RecordingFinished);
            let finished = recordings::Finished { call: room, recording, path, bytes, sha256, duration_ms, gaps };
            tell(news, News::Finished(finished));
        }
        BridgeEvent::RecordingFailed { room, recording, error } => {
            tracing::error!(call = %room, %recording, %error, "the recording failed; the call goes on");
            calls.event(room, CallEvent::RecordingFailed { reason: error.clone() });
            tell(news, News::Failed { call: room, reason: error });
        }
    }
}

fn tell(news: &mpsc::UnboundedSender<News>, one: News) {
    if news.send(one).is_err() {
        tracing::error!("what happened to a recording could not be noted");
    }
}
