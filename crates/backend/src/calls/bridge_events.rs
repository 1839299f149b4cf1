//! What the bridge reports, told to the calls and devices that it concerns.

use bridge::{BridgeEvent, PortId};
use domain::{
    call::{CallEvent, Side},
    ids::RecordingId,
};
use tokio::sync::mpsc;

use super::{figures::SecondOfSound, registry::Tell};
use crate::{Backend, clock, recordings};

/// Runs until the bridge ends.
pub async fn follow(backend: Backend, mut events: mpsc::UnboundedReceiver<BridgeEvent>) {
    while let Some(event) = events.recv().await {
        handle(&backend, event).await;
    }
}

const fn side(port: PortId) -> Side {
    match port {
        PortId::Session(_) => Side::Agent,
        PortId::Carrier(_) => Side::Customer,
    }
}

async fn handle(backend: &Backend, event: BridgeEvent) {
    let calls = backend.calls();
    match event {
        BridgeEvent::SessionConnected { id } => backend.device_connected(id).await,
        BridgeEvent::SessionLost { id, reason } => {
            tracing::info!(session = %id, ?reason, "a device's sound is away");
            backend.device_lost(id).await;
        }
        BridgeEvent::SessionDtmf { id, digit } => backend.device_pressed(id, digit).await,
        BridgeEvent::CarrierDtmf { leg, digit } => {
            if let Some(call) = calls.call_of_leg(leg) {
                calls.event(call, CallEvent::DigitReceived { digit });
            }
        }
        BridgeEvent::PromptFinished { .. } => {}
        BridgeEvent::AudioHeard { room, port } => {
            calls.event(room, CallEvent::SideHeard { side: side(port) });
        }
        BridgeEvent::PortSilent { room, port } => {
            calls.event(room, CallEvent::SideSilent { side: side(port) });
        }
        BridgeEvent::Stats { room, ports } => {
            calls.tell(room, Tell::Sound(SecondOfSound { at: clock::now(), ports }));
        }
        BridgeEvent::RecordingStarted { room, resumed, .. } => {
            tracing::info!(call = %room, resumed, "recording");
            recordings::started(backend, room).await;
        }
        BridgeEvent::RecordingFinished { room, recording, path, bytes, sha256, duration_ms, gaps } => {
            calls.event(room, CallEvent::RecordingFinished);
            let finished = recordings::Finished { call: room, recording, path, bytes, sha256, duration_ms, gaps };
            recordings::finished(backend, finished).await;
        }
        BridgeEvent::RecordingFailed { room, recording, error } => failed(backend, room, recording, error).await,
    }
}

async fn failed(backend: &Backend, room: domain::ids::CallId, recording: RecordingId, error: String) {
    tracing::error!(call = %room, %recording, %error, "the recording failed; the call goes on");
    backend.calls().event(room, CallEvent::RecordingFailed { reason: error.clone() });
    recordings::not_stored(backend, room, &error).await;
}
