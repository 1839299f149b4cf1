//! The whole phone against a server on loopback: the real bridge for sound, and the documented HTTP and live protocol.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

mod account;
#[cfg(target_os = "linux")]
mod devices;
#[cfg(target_os = "linux")]
mod hotplug;
mod live;
mod outbox;
mod server;
mod signal;
mod sound;
mod web;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{ids::UserId, pii::Personal};
use switchboard_phone::{AudioBackend, MemoryTokens, Phone, PhoneConfig, PhoneEvent, VirtualAudio, state::MediaKind};
use tokio::sync::broadcast;
use wire::accounts::{DeviceKind, SignIn};

pub use domain;

/// Polls until `condition` holds.
pub async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(15);
    while !condition() {
        assert!(Instant::now() < deadline, "{what} did not happen");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The first event that `pick` takes.
pub async fn event<T>(
    what: &str,
    events: &mut broadcast::Receiver<PhoneEvent>,
    mut pick: impl FnMut(PhoneEvent) -> Option<T>,
) -> T {
    let waited = tokio::time::timeout(Duration::from_secs(15), async {
        loop {
            if let Some(found) = pick(events.recv().await.expect("events are read in time")) {
                return found;
            }
        }
    });
    waited.await.unwrap_or_else(|_| panic!("{what} was not reported"))
}

pub struct TestPhone {
    pub phone: Phone,
    pub user: UserId,
    _data: tempfile::TempDir,
}

pub fn phone(server: &server::Server, audio: VirtualAudio) -> (Phone, tempfile::TempDir) {
    phone_with(server, AudioBackend::Virtual(audio), Duration::from_millis(20))
}

pub fn phone_with(server: &server::Server, audio: AudioBackend, frame: Duration) -> (Phone, tempfile::TempDir) {
    let data = tempfile::tempdir().expect("a folder");
    let phone = Phone::start(PhoneConfig {
        server_url: server.url(),
        data_dir: data.path().to_owned(),
        audio,
        token_store: Arc::new(MemoryTokens::default()),
        user_agent: "phone-test".to_owned(),
        frame,
    });
    (phone.expect("it starts"), data)
}

pub fn credentials(name: &str) -> SignIn {
    SignIn {
        email: format!("{name}@example.com"),
        password: Personal::new("correct horse battery".to_owned()),
        device: DeviceKind::Desktop,
    }
}

/// A phone that is signed in and connected.
pub async fn ready(server: &server::Server, name: &str, audio: VirtualAudio) -> TestPhone {
    sign_in(name, phone(server, audio)).await
}

pub async fn sign_in(name: &str, (phone, data): (Phone, tempfile::TempDir)) -> TestPhone {
    let me = phone.sign_in(credentials(name)).await.expect("signed in");
    until("the media session", || phone.state().media == MediaKind::Connected).await;
    TestPhone { phone, user: me.user.id, _data: data }
}
