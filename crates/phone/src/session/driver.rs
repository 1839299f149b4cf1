use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{ids::MediaSessionId, time::UnixMillis};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;
use webrtc::peer_connection::RTCSessionDescription;

use super::{
    Effect, Input, MediaPlan, MediaSignalling, PacketThread, Relays, SignallingError, State,
    peer::{Peer, PeerEvent},
    web::{self, WebError, WebLink},
};
use crate::{
    clock::unix_now,
    sound::{SoundCommand, SoundEngine},
    state::MediaKind,
};

const TICK: Duration = Duration::from_millis(50);
/// The server has this long to name its relays before the offer goes without them.
const RELAYS_WITHIN: Duration = Duration::from_secs(1);
/// From the offer of a restart to its answer.
const ANSWER_WITHIN: Duration = Duration::from_millis(3_500);

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
    /// Sound goes over the web because UDP does not get through.
    pub over_web: bool,
}

impl MediaStatus {
    pub(crate) const NONE: Self = Self { kind: MediaKind::None, id: None, lost_since: None, over_web: false };
}

enum Done {
    Peer(PeerEvent),
    Opened(Result<(Arc<Peer>, MediaSessionId), String>),
    /// The offer of restart `number`, and its answer.
    Answered {
        number: u64,
        agreed: Result<Box<(RTCSessionDescription, String)>, SignallingError>,
    },
}

enum WebDone {
    Opened(Result<WebLink, WebError>),
    Lost,
}

/// What a media session is made with.
pub(crate) struct Session {
    pub signalling: Arc<dyn MediaSignalling>,
    pub sound: SoundEngine,
    /// `host:port` to bind to, asked anew for each connection.
    pub bind: Arc<dyn Fn() -> String + Send + Sync>,
    pub packets: Arc<PacketThread>,
}

struct Driver {
    with: Session,
    plan: MediaPlan,
    started: Instant,
    takes_calls: bool,
    peer: Option<Arc<Peer>>,
    /// Counts connections: news of an older one is not heard.
    current: u64,
    /// Counts restarts of ICE: only the answer to the last is of use.
    restart: u64,
    done: mpsc::UnboundedSender<(u64, Done)>,
    web: Option<WebLink>,
    /// Counts sound sockets and attempts to open one.
    current_web: u64,
    opening_web: Option<JoinHandle<()>>,
    web_done: mpsc::UnboundedSender<(u64, WebDone)>,
    status: watch::Sender<MediaStatus>,
    lost_at: Option<(Duration, UnixMillis)>,
}

/// Keeps a media session until `stop`.
pub(crate) async fn run(
    with: Session,
    mut input: mpsc::UnboundedReceiver<MediaInput>,
    status: watch::Sender<MediaStatus>,
    stop: CancellationToken,
) {
    let (done, mut results) = mpsc::unbounded_channel();
    let (web_done, mut web_results) = mpsc::unbounded_channel();
    let mut driver = Driver {
        with,
        plan: MediaPlan::default(),
        started: Instant::now(),
        takes_calls: false,
        peer: None,
        current: 0,
        restart: 0,
        done,
        web: None,
        current_web: 0,
        opening_web: None,
        web_done,
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
            Some((attempt, done)) = web_results.recv() => driver.on_web(attempt, done).await,
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
                Effect::Restart(id) => self.restart(id),
                Effect::OpenWeb(id) => self.open_web(id),
                Effect::CloseWeb => self.close_web(),
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
                self.with.signalling.close(id).await;
            }
            return;
        }
        let input = match done {
            Done::Peer(PeerEvent::Connected) => Input::PeerConnected,
            Done::Peer(PeerEvent::Disconnected) => Input::PeerDisconnected,
            Done::Peer(PeerEvent::Failed) => Input::PeerFailed,
            Done::Opened(Ok((peer, id))) => {
                self.peer = Some(peer);
                self.route();
                Input::Opened(id)
            }
            Done::Opened(Err(reason)) => {
                tracing::info!(reason, "no media session");
                Input::OpenFailed
            }
            Done::Answered { number, .. } if number != self.restart => return,
            Done::Answered { agreed: Ok(agreed), .. } => {
                let (offer, answer) = *agreed;
                // Told before the new path can be, so that its success is not taken for that of the old one.
                self.step(Input::Restarted).await;
                self.commit(offer, answer);
                return;
            }
            Done::Answered { agreed: Err(SignallingError::Unknown), .. } => Input::Unknown,
            Done::Answered { agreed: Err(SignallingError::Failed(reason)), .. } => {
                tracing::info!(reason, "ICE could not be restarted");
                Input::RestartFailed
            }
        };
        self.step(input).await;
    }

    async fn on_web(&mut self, attempt: u64, done: WebDone) {
        if attempt != self.current_web {
            return;
        }
        let input = match done {
            WebDone::Opened(Ok(link)) => {
                self.web = Some(link);
                self.route();
                Input::WebUp
            }
            WebDone::Opened(Err(error)) => {
                tracing::debug!(%error, "no sound socket");
                match error {
                    WebError::Unknown => Input::Unknown,
                    WebError::Refused(_) => Input::WebRefused,
                    WebError::Failed(_) => Input::WebFailed,
                }
            }
            WebDone::Lost => {
                self.close_web();
                Input::WebLost
            }
        };
        self.step(input).await;
    }

    /// Sound goes where it gets through. Without a socket that is the path by UDP, working or not: the first packet that
    /// gets through shows that it does.
    fn route(&self) {
        let by_udp = self.peer.as_ref().map(|peer| peer.outlet());
        let outlet = self.web.as_ref().map(|web| &web.outlet).or(by_udp);
        self.with.sound.tell(SoundCommand::Outlet(outlet.cloned()));
        // A socket loses nothing, and takes plain packets only.
        if let (None, Some(peer)) = (&self.web, &self.peer) {
            self.with.sound.tell(SoundCommand::Agreed(peer.agreed()));
        }
    }

    fn open(&mut self) {
        self.current += 1;
        let (signalling, sound, done) = (Arc::clone(&self.with.signalling), self.with.sound.clone(), self.done.clone());
        let (bind, packets) = (Arc::clone(&self.with.bind), Arc::clone(&self.with.packets));
        let (takes_calls, connection) = (self.takes_calls, self.current);
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
            let relays = relays(signalling.as_ref()).await;
            let bind = bind();
            let made = packets.run(async move { Peer::new(&bind, relays, sound, events).await });
            let opened = match made.await {
                Ok(Ok(peer)) => open(signalling.as_ref(), peer, takes_calls).await,
                Ok(Err(error)) => Err(error.to_string()),
                Err(error) => Err(error.to_string()),
            };
            // The driver is gone when this fails.
            let _ = done.send((connection, Done::Opened(opened)));
        });
    }

    fn restart(&mut self, id: MediaSessionId) {
        let Some(peer) = self.peer.clone() else { return };
        self.restart += 1;
        let (signalling, done, connection) = (Arc::clone(&self.with.signalling), self.done.clone(), self.current);
        let number = self.restart;
        tokio::spawn(async move {
            if peer.needs_new_relays() {
                peer.set_relays(relays(signalling.as_ref()).await).await;
            }
            let agreed = agree(signalling.as_ref(), &peer, id).await.map(Box::new);
            // The driver is gone when this fails.
            let _ = done.send((connection, Done::Answered { number, agreed }));
        });
    }

    fn commit(&self, offer: RTCSessionDescription, answer: String) {
        let Some(peer) = self.peer.clone() else { return };
        tokio::spawn(async move {
            if let Err(error) = peer.commit(offer, answer).await {
                tracing::info!(%error, "the restarted path could not be used");
            }
        });
    }

    fn open_web(&mut self, id: MediaSessionId) {
        self.close_web();
        let (signalling, sound) = (Arc::clone(&self.with.signalling), self.with.sound.clone());
        let (done, attempt) = (self.web_done.clone(), self.current_web);
        self.opening_web = Some(tokio::spawn(async move {
            let lost = done.clone();
            let opened = async {
                let (address, token) = signalling.sound_socket().await?;
                let socket = web::connect(&address, token, id).await?;
                Ok(web::carry(socket, sound, move || drop(lost.send((attempt, WebDone::Lost)))))
            };
            // The driver is gone when this fails.
            let _ = done.send((attempt, WebDone::Opened(opened.await)));
        }));
    }

    /// Ends the sound socket, or the attempt to open it.
    fn close_web(&mut self) {
        self.current_web += 1;
        if let Some(opening) = self.opening_web.take() {
            opening.abort();
        }
        if let Some(link) = self.web.take() {
            self.route();
            drop(link);
        }
    }

    async fn close(&mut self, id: Option<MediaSessionId>) {
        self.current += 1;
        self.close_web();
        self.with.sound.tell(SoundCommand::Outlet(None));
        if let Some(peer) = self.peer.take() {
            peer.close().await;
        }
        if let Some(id) = id {
            let signalling = Arc::clone(&self.with.signalling);
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
            _ if state.carries() => MediaKind::Connected,
            _ if lost.is_some() => MediaKind::Reconnecting,
            _ => MediaKind::Connecting,
        };
        let lost_since = self.lost_at.map(|(_, at)| at);
        let status = MediaStatus { kind, id: state.id(), lost_since, over_web: self.plan.over_web() };
        self.status.send_if_modified(|current| std::mem::replace(current, status) != status);
    }
}

async fn relays(signalling: &dyn MediaSignalling) -> Relays {
    match tokio::time::timeout(RELAYS_WITHIN, signalling.relays()).await {
        Ok(Ok(answer)) => Relays::new(answer, Instant::now()),
        Ok(Err(error)) => {
            tracing::info!(%error, "the server named no relays");
            Relays::default()
        }
        Err(_) => Relays::default(),
    }
}

async fn open(
    signalling: &dyn MediaSignalling,
    peer: Peer,
    takes_calls: bool,
) -> Result<(Arc<Peer>, MediaSessionId), String> {
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

/// The offer of an ICE restart, and the server's answer.
async fn agree(
    signalling: &dyn MediaSignalling,
    peer: &Peer,
    id: MediaSessionId,
) -> Result<(RTCSessionDescription, String), SignallingError> {
    let offer = peer.restart_offer().await.map_err(|error| SignallingError::Failed(error.to_string()))?;
    let answer = tokio::time::timeout(ANSWER_WITHIN, signalling.renegotiate(id, offer.sdp.clone())).await;
    let answer = answer.map_err(|_| SignallingError::Failed("no answer in time".to_owned()))??;
    Ok((offer, answer))
}
