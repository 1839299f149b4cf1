//! An agent at a desk: the real phone engine with a tone for a voice.

use std::{sync::Arc, time::Duration};

use domain::pii::Personal;
use phone::{AudioBackend, MemoryTokens, Phone, PhoneConfig, PhoneEvent, VirtualAudio};
use tokio::sync::broadcast::Receiver;
use wire::{
    accounts::{DeviceKind, SignIn},
    agents::AskedAgentState,
    calls::Offer,
    live::{LiveEvent, ServerMessage},
};

use crate::{
    PASSWORD, PATIENCE, TestServer,
    sound::{Ear, PHONE_RATE, Tone},
};

pub struct Desk {
    pub phone: Phone,
    pub voice: Tone,
    pub ear: Ear,
    events: Receiver<PhoneEvent>,
    _folder: tempfile::TempDir,
}

impl Desk {
    /// Signed in; not yet available. The voice is a tone of 1000 Hz.
    pub async fn sign_in(server: &TestServer, email: &str) -> Self {
        Self::sign_in_with(server, email, Personal::new(PASSWORD.to_owned())).await
    }

    pub async fn sign_in_with(server: &TestServer, email: &str, password: Personal<String>) -> Self {
        let (voice, ear) = (Tone::of(1_000), Ear::at(PHONE_RATE));
        let hears = ear.clone();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let phone = Phone::start(PhoneConfig {
            server_url: url::Url::parse(&server.running.base_url).expect("the server has an address"),
            data_dir: folder.path().to_owned(),
            audio: AudioBackend::Virtual(VirtualAudio::new(voice.source(PHONE_RATE), move |pcm| hears.hear(pcm))),
            token_store: Arc::new(MemoryTokens::default()),
            user_agent: "test".to_owned(),
            frame: Duration::from_millis(20),
        })
        .expect("the phone starts");
        let events = phone.events();
        let sign_in = SignIn { email: email.to_owned(), password, device: DeviceKind::Desktop };
        phone.sign_in(sign_in).await.expect("the agent signs in");
        Self { phone, voice, ear, events, _folder: folder }
    }

    /// Available for calls; returns when the server has it so.
    pub async fn available(&self) {
        let began = std::time::Instant::now();
        // Until the first probe is answered the server takes nobody's word for it.
        loop {
            let status =
                self.phone.set_agent_state(&AskedAgentState::Available).await.expect("a state can be asked for");
            if status.state == wire::agents::AgentState::Available && status.has_device {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "the agent is not available: {status:?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// The next live event that `pick` takes.
    pub async fn event<T>(&mut self, what: &str, mut pick: impl FnMut(LiveEvent) -> Option<T>) -> T {
        let waited = tokio::time::timeout(PATIENCE, async {
            loop {
                if let Ok(PhoneEvent::Live(ServerMessage::Event { event, .. })) = self.events.recv().await
                    && let Some(found) = pick(event)
                {
                    return found;
                }
            }
        });
        waited.await.unwrap_or_else(|_| panic!("{what} did not come"))
    }

    /// Every message of the live connection that has come so far, as JSON.
    pub fn live_so_far(&mut self) -> Vec<String> {
        let mut all = Vec::new();
        while let Ok(event) = self.events.try_recv() {
            if let PhoneEvent::Live(message) = event {
                all.push(serde_json::to_string(&message).expect("a message of the live connection is JSON"));
            }
        }
        all
    }

    pub async fn offer(&mut self) -> Offer {
        let pick = |event| match event {
            LiveEvent::Offer { offer } => Some(*offer),
            _ => None,
        };
        self.event("an offer", pick).await
    }

    pub async fn answer_next(&mut self) -> Offer {
        let offer = self.offer().await;
        self.phone.answer(offer.call_id, offer.fence).await.expect("the agent answers");
        offer
    }
}
