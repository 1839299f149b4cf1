use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{ids::MediaSessionId, time::UnixMillis};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::{
    Effect, Input, MediaPlan, MediaSignalling, SignallingError, State,
    peer::{Peer, PeerEvent},
};
use crate::{
    clock::unix_now,
    sound::{SoundCommand, SoundEngine},
    state::MediaKind,
};

const TICK: Duration = Duration::from_millis(100);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MediaInput {
    /// Keep a session; it takes calls, or only listens in.
    Want {
        takes_calls: bool,
    },
    Unwanted,
    /// See [`Input::Suspect`].
    Suspect,
}

/// What the rest of the phone sees of the media session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MediaStatus {
    pub kind: MediaKind,
    /// Set while the server knows a session that sound can go through.
    pub id: Option<MediaSessionId>,
    pub lost_since: Option<UnixMillis>,
}

impl MediaStatus {
    pub(crate) const NONE: Self = Self { kind: MediaKind::None, id: None, lost_since: None };
}

enum Done {
    Peer(PeerEvent),
    Opened(Result<(Arc<Peer>, MediaSessionId), String>),
    Mended(Result<(), SignallingError>),
}

struct Driver {
    signalling: Arc<dyn MediaSignalling>,
    sound: SoundEngine,
    /// `host:port` to bind to, asked anew for each connection.
    bind: Arc<dyn Fn() -> String + Send + Sync>,
    plan: MediaPlan,
    started: Instant,
    takes_calls: bool,
    peer: Option<Arc<Peer>>,
    /// Counts connections: news of an older one is not heard.
    current: u64,
    done: mpsc::UnboundedSender<(u64, Done)>,
    status: watch::Sender<MediaStatus>,
    lost_at: Option<(Duration, UnixMillis)>,
}

/// Keeps a media session until `stop`.
pub(crate) async fn run(
    signalling: Arc<dyn MediaSignalling>,
    sound: SoundEngine,
    bind: Arc<dyn Fn() -> String + Send + Sync>,
    mut input: mpsc::UnboundedReceiver<MediaInput>,
    status: watch::Sender<MediaStatus>,
    stop: CancellationToken,
) {
    let (done, mut results) = mpsc::unbounded_channel();
    let mut driver = Driver {
        signalling,
        sound,
        bind,
        plan: MediaPlan::default(),
        started: Instant::now(),
        takes_calls: false,
        peer: None,
        current: 0,
        done,
        status,
        lost_at: None,
    };
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            _ = tick.tick() => driver.step(Input::Tick).await,
            Some((connection, done)) = results.recv() => driver.on_done(connection, done).await,
            told = input.recv() => match told {
                None => break,
                Some(MediaInput::Want { takes_calls }) => {
                    driver.takes_calls = takes_calls;
                    driver.step(Input::Want(true)).await;
                }
                Some(MediaInput::Unwanted) => driver.step(Input::Want(false)).await,
                Some(MediaInput::Suspect) => driver.step(Input::Suspect).await,
            },
        }
    }
    driver.step(Input::Want(false)).await;
}

impl Driver {
    async fn step(&mut self, input: Input) {
        let before = self.plan.state();
        let effects = self.plan.step(input, self.started.elapsed(), rand::random());
        if before != self.plan.state() {
            tracing::info!(from = ?before, to = ?self.plan.state(), ?input, "media session");
        }
        for effect in effects {
            match effect {
                Effect::Open => self.open(),
                Effect::Mend(id) => self.mend(id),
                Effect::Close(id) => self.close(id).await,
            }
        }
        self.publish();
    }

    async fn on_done(&mut self, connection: u64, done: Done) {
        if connection != self.current {
            if let Done::Opened(Ok((peer, id))) = done {
                // Nobody waits for it any more, and the server should not keep it either.
                peer.close().await;
                self.signalling.close(id).await;
            }
            return;
        }
        let input = match done {
            Done::Peer(PeerEvent::Connected) => Input::PeerConnected,
            Done::Peer(PeerEvent::Disconnected) => Input::PeerDisconnected,
            Done::Peer(PeerEvent::Failed) => Input::PeerFailed,
            Done::Opened(Ok((peer, id))) => {
                self.sound.tell(SoundCommand::Outlet(Some(peer.outlet().clone())));
                self.peer = Some(peer);
                Input::Opened(id)
            }
            Done::Opened(Err(reason)) => {
                tracing::info!(reason, "no media session");
                Input::OpenFailed
            }
            Done::Mended(Ok(())) => Input::Mended,
            Done::Mended(Err(SignallingError::Unknown)) => Input::MendUnknown,
            Done::Mended(Err(SignallingError::Failed(reason))) => {
                tracing::info!(reason, "the media session could not be mended");
                Input::MendFailed
            }
        };
        self.step(input).await;
    }

    fn open(&mut self) {
        self.current += 1;
        let (signalling, sound, done) = (Arc::clone(&self.signalling), self.sound.clone(), self.done.clone());
        let (bind, takes_calls, connection) = (Arc::clone(&self.bind), self.takes_calls, self.current);
        let (events, mut from_peer) = mpsc::unbounded_channel();
        let forward = self.done.clone();
        tokio::spawn(async move {
            while let Some(event) = from_peer.recv().await {
                if forward.send((connection, Done::Peer(event))).is_err() {
                    return;
                }
            }
        });
        tokio::spawn(async move {
            let opened = open(signalling.as_ref(), &bind(), sound, events, takes_calls).await;
            // The driver is gone when this fails.
            let _ = done.send((connection, Done::Opened(opened)));
        });
    }

    fn mend(&self, id: MediaSessionId) {
        let Some(peer) = self.peer.clone() else { return };
        let (signalling, done, connection) = (Arc::clone(&self.signalling), self.done.clone(), self.current);
        tokio::spawn(async move {
            let mended = mend(signalling.as_ref(), &peer, id).await;
            // The driver is gone when this fails.
            let _ = done.send((connection, Done::Mended(mended)));
        });
    }

    async fn close(&mut self, id: Option<MediaSessionId>) {
        self.current += 1;
        self.sound.tell(SoundCommand::Outlet(None));
        if let Some(peer) = self.peer.take() {
            peer.close().await;
        }
        if let Some(id) = id {
            let signalling = Arc::clone(&self.signalling);
            // A server that cannot be reached must not hold up the next try.
            tokio::spawn(async move { signalling.close(id).await });
        }
    }

    fn publish(&mut self) {
        let lost = self.plan.lost_since();
        self.lost_at = match (lost, self.lost_at) {
            (None, _) => None,
            (Some(since), Some(known)) if known.0 == since => Some(known),
            (Some(since), _) => Some((since, unix_now())),
        };
        let state = self.plan.state();
        let kind = match state {
            State::Off => MediaKind::None,
            State::Connected { .. } => MediaKind::Connected,
            _ if lost.is_some() => MediaKind::Reconnecting,
            State::Mending { .. } | State::Disconnected { .. } => MediaKind::Reconnecting,
            State::Opening { .. } | State::Connecting { .. } | State::Waiting { .. } => MediaKind::Connecting,
        };
        let status = MediaStatus { kind, id: state.id(), lost_since: self.lost_at.map(|(_, at)| at) };
        self.status.send_if_modified(|current| std::mem::replace(current, status) != status);
    }
}

async fn open(
    signalling: &dyn MediaSignalling,
    bind: &str,
    sound: SoundEngine,
    events: mpsc::UnboundedSender<PeerEvent>,
    takes_calls: bool,
) -> Result<(Arc<Peer>, MediaSessionId), String> {
    let peer = Peer::new(bind, sound, events).await.map_err(|error| error.to_string())?;
    let agreed = async {
        let offer = peer.offer().await.map_err(|error| error.to_string())?;
        let session = signalling.open(offer, takes_calls).await.map_err(|error| error.to_string())?;
        peer.accept(session.sdp_answer).await.map_err(|error| error.to_string())?;
        Ok(session.id)
    };
    match agreed.await {
        Ok(id) => Ok((Arc::new(peer), id)),
        Err(reason) => {
            peer.close().await;
            Err(reason)
        }
    }
}

async fn mend(signalling: &dyn MediaSignalling, peer: &Peer, id: MediaSessionId) -> Result<(), SignallingError> {
    let failed = |error: super::peer::PeerError| SignallingError::Failed(error.to_string());
    let offer = peer.restart_offer().await.map_err(failed)?;
    let answer = signalling.renegotiate(id, offer).await?;
    peer.accept(answer).await.map_err(failed)
}
