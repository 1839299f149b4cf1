//! The outside of the bridge.

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use domain::ids::{CallId, LegId, MediaSessionId, RecordingId};
use media::socket::{Arrivals, Backlog};
use str0m::{Rtc, change::SdpOffer};
use tokio::sync::{mpsc, oneshot};

use crate::{
    config::{BridgeConfig, BridgeError},
    counters::{CounterSnapshot, Counters},
    engine::{self, Command, Orders, transport},
    event::{BridgeEvent, PortStats},
    plan::RoomPlan,
    port::{self, CarrierInput, CarrierOptions, CarrierPort, OUTPUT_FRAMES, Outlet, PortId},
    recorder::left_over::{self, EndedRecording, LeftOverError},
    rtp::Line,
    socket::{self, SoundSocket},
};

/// Name of a prompt, chosen by whoever plays it and given back when it has been played.
pub type PromptId = String;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    #[error("the offer is not usable SDP: {0}")]
    BadOffer(String),
    #[error("the offer has no audio with Opus")]
    NoAudio,
    #[error("there is no such session; open it anew")]
    Unknown,
    #[error("the bridge has stopped")]
    Stopped,
}

/// When each session was last heard of, in microseconds since the bridge's start; 0 for never.
pub(crate) type LastHeard = Arc<Mutex<HashMap<MediaSessionId, Arc<AtomicU64>>>>;

/// Cheap to clone. The bridge stops when the last one is dropped; recordings then stay in the spool as they are.
#[derive(Debug, Clone)]
pub struct BridgeHandle {
    commands: Orders,
    counters: Arc<Counters>,
    last_heard: LastHeard,
    candidates: Arc<[SocketAddr]>,
    spool: Arc<Path>,
    origin: Instant,
}

/// Binds the port and starts the threads.
///
/// # Errors
/// [`BridgeError`]: the port is taken, the spool cannot be written, or the system has no thread left.
pub async fn start(config: BridgeConfig) -> Result<(BridgeHandle, mpsc::UnboundedReceiver<BridgeEvent>), BridgeError> {
    let (events, events_out) = mpsc::unbounded_channel();
    let counters = Arc::new(Counters::default());
    let spool = Arc::from(config.spool.as_path());
    let started = engine::start(config, events, Arc::clone(&counters))?;
    let handle = BridgeHandle {
        commands: started.commands,
        counters,
        last_heard: started.last_heard,
        candidates: started.candidates.into(),
        spool,
        origin: started.origin,
    };
    Ok((handle, events_out))
}

impl BridgeHandle {
    /// Answers a device's offer. The connection is kept for all calls of the device, until
    /// [`close_session`](Self::close_session); a session that had the same id is replaced.
    ///
    /// # Errors
    /// [`SessionError::BadOffer`], [`SessionError::NoAudio`], [`SessionError::Stopped`].
    pub async fn open_session(&self, id: MediaSessionId, offer_sdp: String) -> Result<String, SessionError> {
        let offer = parse(&offer_sdp)?;
        // Keys and certificate are made here, on the caller's thread: the audio thread only gets the finished object.
        let mut rtc = transport::new_rtc(&self.candidates, Instant::now());
        let answer = transport::accept(&mut rtc, offer)?;
        let short = transport::asks_for_short_packets(&offer_sdp);
        self.ask(|reply| Command::OpenSession { id, rtc: Box::new(rtc), short, reply }).await?;
        Ok(answer)
    }

    /// Answers a further offer of the same connection, as for an ICE restart. The keys stay.
    ///
    /// # Errors
    /// As [`open_session`](Self::open_session), and [`SessionError::Unknown`] when the connection is gone.
    pub async fn renegotiate(&self, id: MediaSessionId, offer_sdp: String) -> Result<String, SessionError> {
        let offer = parse(&offer_sdp)?;
        self.ask(|reply| Command::Renegotiate { id, offer: Box::new(offer), reply }).await?
    }

    pub fn close_session(&self, id: MediaSessionId) {
        self.tell(Command::CloseSession(id));
    }

    /// Carries the session's sound over a WebSocket from now on, in place of UDP; its place in a room stays. A socket that
    /// it had before is ended. UDP takes over again when the socket is dropped or the device sends sound by UDP.
    ///
    /// # Errors
    /// [`SessionError::Unknown`], [`SessionError::Stopped`].
    pub async fn attach_socket(&self, session: MediaSessionId) -> Result<SoundSocket, SessionError> {
        let (frames_in, frames) = mpsc::channel(socket::OUTPUT_FRAMES);
        let attachment = self.ask(|reply| Command::AttachSocket { session, frames: frames_in, reply }).await??;
        Ok(SoundSocket {
            session,
            attachment,
            commands: self.commands.clone(),
            frames,
            counters: Arc::clone(&self.counters),
            opened: tokio::time::Instant::now(),
            backlog: Backlog::default(),
            arrivals: Arrivals::default(),
            garbage: 0,
            rate: (0, 0),
        })
    }

    /// Where devices send to.
    pub fn candidates(&self) -> &[SocketAddr] {
        &self.candidates
    }

    /// When anything (a connectivity check, audio or a report) last came from the session.
    pub fn last_heard(&self, id: MediaSessionId) -> Option<Instant> {
        let micros = self.last_heard.lock().unwrap_or_else(PoisonError::into_inner).get(&id)?.load(Relaxed);
        (micros > 0).then(|| self.origin + Duration::from_micros(micros))
    }

    pub fn session_alive(&self, id: MediaSessionId, within: Duration) -> bool {
        self.last_heard(id).is_some_and(|at| at.elapsed() <= within)
    }

    /// Makes a port for a carrier's stream, of the form that its codec asks for. A port that the leg had before is replaced,
    /// of whatever form that was; the leg keeps its place in the room, and what is being played to it.
    pub async fn open_carrier(&self, leg: LegId, options: CarrierOptions) -> CarrierPort {
        let (frames, output) = mpsc::channel(OUTPUT_FRAMES);
        let input = self.open_port(leg, options, Outlet::Queue(frames)).await;
        CarrierPort { leg, input, output }
    }

    /// As [`open_carrier`](Self::open_carrier), for a leg whose frames go to the network at once. The line is dropped when the
    /// bridge has stopped.
    pub(crate) async fn open_line(&self, leg: LegId, options: CarrierOptions, line: Line) -> CarrierInput {
        self.open_port(leg, options, Outlet::Line(line)).await
    }

    async fn open_port(&self, leg: LegId, options: CarrierOptions, outlet: Outlet) -> CarrierInput {
        let (sound, arrived) = port::ring(options.codec);
        let dropped = Arc::new(AtomicU64::new(0));
        let input =
            CarrierInput::new(leg, sound, self.commands.clone(), Arc::clone(&self.counters), Arc::clone(&dropped));
        // When the bridge has stopped, the outlet ends at once, which tells its owner.
        let _ = self.ask(|reply| Command::OpenCarrier { leg, options, arrived, outlet, dropped, reply }).await;
        input
    }

    pub fn apply_room(&self, room: CallId, plan: RoomPlan) {
        self.tell(Command::ApplyRoom { room, plan });
    }

    /// Takes everybody out and finishes the recording.
    pub fn close_room(&self, room: CallId) {
        self.tell(Command::CloseRoom(room));
    }

    /// Plays 8 kHz mono samples to one port, in a room or not, instead of everything else that it would hear. A prompt
    /// that was playing is cut off.
    pub fn play(&self, port: PortId, prompt: PromptId, pcm: Arc<[i16]>) {
        self.tell(Command::Play { port, prompt, pcm });
    }

    pub fn stop_prompt(&self, port: PortId) {
        self.tell(Command::StopPrompt(port));
    }

    /// Plays the dual tones of `digits` to one port; other characters are left out.
    pub fn send_dtmf(&self, port: PortId, digits: String) {
        self.tell(Command::SendDtmf { port, digits });
    }

    /// Sends a session's own sound back to it after `delay` (`None`: no more). Ends by itself after a minute, and when the
    /// session comes into a room. False when there is no such session, or it is in a room.
    pub async fn set_loop(&self, id: MediaSessionId, delay: Option<Duration>) -> bool {
        self.ask(|reply| Command::Loop { id, delay, reply }).await.unwrap_or(false)
    }

    /// How long a session that hears itself waits for it; `None` when it does not.
    pub async fn looped(&self, id: MediaSessionId) -> Option<Duration> {
        self.ask(|reply| Command::Looped { id, reply }).await.ok().flatten()
    }

    /// The figures of the last full second. `None` for an unknown port.
    pub async fn stats(&self, port: PortId) -> Option<PortStats> {
        self.ask(|reply| Command::Stats { port, reply }).await.ok().flatten()
    }

    /// Recordings that are in the spool, those of an earlier process among them.
    ///
    /// # Errors
    /// The spool cannot be read.
    pub fn left_over_recordings(&self) -> io::Result<Vec<RecordingId>> {
        left_over::list(&self.spool)
    }

    /// Ends a recording of an earlier process where that process died. For one that goes on, put it into the plan of its
    /// room instead.
    ///
    /// # Errors
    /// [`LeftOverError`]; the file stays.
    pub async fn end_left_over(&self, id: RecordingId) -> Result<EndedRecording, LeftOverError> {
        let spool = Arc::clone(&self.spool);
        let ended = tokio::task::spawn_blocking(move || left_over::end(&spool, id)).await;
        ended.map_err(io::Error::other)?
    }

    /// Takes away the file of a recording that is known to be kept elsewhere.
    ///
    /// # Errors
    /// The file cannot be removed.
    pub async fn remove_left_over(&self, id: RecordingId) -> io::Result<()> {
        let spool = Arc::clone(&self.spool);
        tokio::task::spawn_blocking(move || left_over::remove(&spool, id)).await.map_err(io::Error::other)?
    }

    pub fn counters(&self) -> CounterSnapshot {
        self.counters.snapshot()
    }

    fn tell(&self, command: Command) {
        if self.commands.send(command).is_err() {
            tracing::error!("the audio thread has stopped; a command was lost");
        }
    }

    async fn ask<T>(&self, command: impl FnOnce(oneshot::Sender<T>) -> Command) -> Result<T, SessionError> {
        let (reply, answer) = oneshot::channel();
        self.commands.send(command(reply)).map_err(|_| SessionError::Stopped)?;
        answer.await.map_err(|_| SessionError::Stopped)
    }
}

pub(crate) fn parse(offer_sdp: &str) -> Result<SdpOffer, SessionError> {
    SdpOffer::from_sdp_string(offer_sdp).map_err(|error| SessionError::BadOffer(error.to_string()))
}

/// Both the handle and the engine's commands carry it between threads.
const _: fn() = || {
    fn is_send<T: Send>() {}
    is_send::<Rtc>();
};
