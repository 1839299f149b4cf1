//! The `webrtc` side of a media session.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use bytes::Bytes;
use media::{audio_level, frame::FRAME_20};
use rtc::{
    ice::mdns::MulticastDnsMode,
    peer_connection::configuration::RTCOfferOptions,
    rtp_transceiver::rtp_sender::{
        RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters,
        RTCRtpHeaderExtensionCapability, RtpCodecKind,
    },
};
use tokio::{sync::mpsc, task::JoinSet};
use webrtc::{
    media_stream::{
        MediaStreamTrack,
        track_local::{TrackLocal, static_rtp::TrackLocalStaticRTP},
        track_remote::{TrackRemote, TrackRemoteEvent},
    },
    peer_connection::{
        MediaEngine, PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCConfigurationBuilder,
        RTCIceConnectionState, RTCIceServer, RTCIceTransportPolicy, RTCPeerConnectionState, RTCSessionDescription,
        Registry, SettingEngineBuilder, configure_rtcp_reports,
    },
};

use super::{
    Relays, agreement,
    ceiling::{self, Ceiling},
    feedback,
    renumber::Renumber,
};
use crate::sound::{
    Agreement, EVENT_PAYLOAD, OPUS_PAYLOAD, RED_PAYLOAD, RTP_CLOCK, RtpIn, RtpOut, SoundCommand, SoundEngine,
};

/// No sign of life for this long counts as disconnected.
const DISCONNECTED_AFTER: Duration = Duration::from_millis(1_500);
const FAILED_AFTER: Duration = Duration::from_secs(25);
const KEEP_ALIVE: Duration = Duration::from_millis(500);
/// Between two checks of a path, and how many are sent before it counts as dead (6 s).
const CHECK_EVERY: Duration = Duration::from_millis(50);
const CHECKS: u16 = 120;
/// A relay is taken when nothing direct has answered by then.
const RELAY_AFTER: Duration = Duration::from_millis(500);
/// Packets between the sound thread and the network: 640 ms at 10 ms each.
const OUTLET: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PeerEvent {
    Connected,
    Disconnected,
    Failed,
}

#[derive(Debug, thiserror::Error)]
#[error("the WebRTC connection failed: {0}")]
pub(super) struct PeerError(String);

impl From<webrtc::error::Error> for PeerError {
    fn from(error: webrtc::error::Error) -> Self {
        Self(error.to_string())
    }
}

/// One connection, from its offer to its end.
pub(super) struct Peer {
    connection: Arc<dyn PeerConnection>,
    outlet: mpsc::Sender<RtpOut>,
    agreed: Mutex<Agreement>,
    relays: Mutex<Relays>,
    tasks: Arc<Mutex<JoinSet<()>>>,
}

struct Handler {
    events: mpsc::UnboundedSender<PeerEvent>,
    sound: SoundEngine,
    tasks: Arc<Mutex<JoinSet<()>>>,
    /// DTLS is through, so a connected ICE means packets flow.
    secured: std::sync::atomic::AtomicBool,
}

impl Handler {
    fn tell(&self, event: PeerEvent) {
        // The driver dropped this connection when nobody listens.
        let _ = self.events.send(event);
    }
}

#[async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_ice_connection_state_change(&self, state: RTCIceConnectionState) {
        tracing::debug!(%state, "ICE");
        // After a restart the connection as a whole may never have left "connected".
        let connected = matches!(state, RTCIceConnectionState::Connected | RTCIceConnectionState::Completed);
        if connected && self.secured.load(std::sync::atomic::Ordering::Relaxed) {
            self.tell(PeerEvent::Connected);
        }
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        tracing::debug!(%state, "media connection");
        match state {
            RTCPeerConnectionState::Connected => {
                self.secured.store(true, std::sync::atomic::Ordering::Relaxed);
                self.tell(PeerEvent::Connected);
            }
            RTCPeerConnectionState::Disconnected => self.tell(PeerEvent::Disconnected),
            RTCPeerConnectionState::Failed => self.tell(PeerEvent::Failed),
            _ => {}
        }
    }

    async fn on_track(&self, track: Arc<dyn TrackRemote>) {
        let sound = self.sound.clone();
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).spawn(async move {
            while let Some(event) = track.poll().await {
                match event {
                    TrackRemoteEvent::OnRtpPacket(packet) => {
                        let header = packet.header;
                        let red = header.payload_type == RED_PAYLOAD;
                        if (red || header.payload_type == OPUS_PAYLOAD) && !packet.payload.is_empty() {
                            sound.tell(SoundCommand::Packet(RtpIn {
                                arrived: Instant::now(),
                                seq: header.sequence_number,
                                timestamp: header.timestamp,
                                red,
                                payload: packet.payload,
                            }));
                        }
                    }
                    TrackRemoteEvent::OnEnded => break,
                    _ => {}
                }
            }
        });
    }
}

fn opus(short: bool) -> RTCRtpCodecParameters {
    let rtp_codec = RTCRtpCodec {
        mime_type: "audio/opus".to_owned(),
        clock_rate: RTP_CLOCK,
        // RFC 7587 section 7: always written as two, whatever is sent.
        channels: 2,
        sdp_fmtp_line: format!("minptime=10;ptime={};useinbandfec=1;usedtx=1", if short { 10 } else { 20 }),
        rtcp_feedback: Vec::new(),
    };
    RTCRtpCodecParameters { rtp_codec, payload_type: OPUS_PAYLOAD }
}

/// Opus with copies of earlier frames (RFC 2198 section 5), as browsers write it.
fn red() -> RTCRtpCodecParameters {
    let rtp_codec = RTCRtpCodec {
        mime_type: "audio/red".to_owned(),
        clock_rate: RTP_CLOCK,
        channels: 2,
        sdp_fmtp_line: format!("{OPUS_PAYLOAD}/{OPUS_PAYLOAD}"),
        rtcp_feedback: Vec::new(),
    };
    RTCRtpCodecParameters { rtp_codec, payload_type: RED_PAYLOAD }
}

/// At the clock of Opus only: two rates would make offers that some answerers refuse.
fn events() -> RTCRtpCodecParameters {
    let rtp_codec = RTCRtpCodec {
        mime_type: "audio/telephone-event".to_owned(),
        clock_rate: RTP_CLOCK,
        channels: 0,
        sdp_fmtp_line: "0-16".to_owned(),
        rtcp_feedback: Vec::new(),
    };
    RTCRtpCodecParameters { rtp_codec, payload_type: EVENT_PAYLOAD }
}

impl Peer {
    /// `bind`: addresses for the sockets; `0.0.0.0:0` stands for each interface there is at the time.
    pub(super) async fn new(
        bind: &str,
        relays: Relays,
        sound: SoundEngine,
        events_to: mpsc::UnboundedSender<PeerEvent>,
    ) -> Result<Self, PeerError> {
        let mut engine = MediaEngine::default();
        let short = sound.frame() < FRAME_20;
        engine.register_codec(opus(short), RtpCodecKind::Audio)?;
        engine.register_codec(red(), RtpCodecKind::Audio)?;
        engine.register_codec(events(), RtpCodecKind::Audio)?;
        let level = RTCRtpHeaderExtensionCapability { uri: audio_level::URI.to_owned() };
        engine.register_header_extension(level, RtpCodecKind::Audio, None)?;
        let settings = SettingEngineBuilder::default()
            .with_include_loopback_candidate(true)
            .with_discard_local_candidates_during_ice_restart(true)
            // The bridge has no names. Looking them up needs a route to everybody, which a machine that changes its network
            // may not have at that moment.
            .with_multicast_dns_mode(MulticastDnsMode::Disabled)
            .with_ice_timeouts(Some(DISCONNECTED_AFTER), Some(FAILED_AFTER), Some(KEEP_ALIVE))
            .with_ice_connection_attempts(Some(CHECK_EVERY), Some(CHECKS))
            .with_relay_acceptance_min_wait(Some(RELAY_AFTER))
            .build();
        let ssrc: u32 = rand::random();
        let encoding = RTCRtpEncodingParameters {
            rtp_coding_parameters: RTCRtpCodingParameters { ssrc: Some(ssrc), ..Default::default() },
            codec: opus(short).rtp_codec,
            ..Default::default()
        };
        let track = Arc::new(TrackLocalStaticRTP::new(MediaStreamTrack::new(
            "phone".to_owned(),
            "microphone".to_owned(),
            "microphone".to_owned(),
            RtpCodecKind::Audio,
            vec![encoding],
        )));
        let tasks = Arc::new(Mutex::new(JoinSet::new()));
        let handler = Handler {
            events: events_to,
            sound: sound.clone(),
            tasks: Arc::clone(&tasks),
            secured: std::sync::atomic::AtomicBool::new(false),
        };
        let reports = configure_rtcp_reports(Registry::new()).with(ceiling::SLOT, Ceiling::new(sound.clone()));
        let connection: Arc<dyn PeerConnection> = Arc::new(
            PeerConnectionBuilder::new()
                .with_media_engine(engine)
                .with_interceptor_registry(reports)
                .with_setting_engine(settings)
                .with_configuration(configuration(&relays))
                .with_handler(Arc::new(handler))
                .with_udp_addrs(vec![bind.to_owned()])
                .build()
                .await?,
        );
        connection.add_track(Arc::clone(&track) as Arc<dyn TrackLocal>).await?;
        for transceiver in connection.get_transceivers().await {
            // Without this the offer leaves these out, and what is sent with them vanishes unseen.
            transceiver.set_codec_preferences(vec![opus(short), red(), events()]).await?;
        }
        let (outlet, packets) = mpsc::channel(OUTLET);
        let mut running = tasks.lock().unwrap_or_else(PoisonError::into_inner);
        running.spawn(send_packets(track, packets, ssrc));
        running.spawn(feedback::watch(Arc::downgrade(&connection), sound));
        drop(running);
        Ok(Self { connection, outlet, agreed: Mutex::new(Agreement::PLAIN), relays: Mutex::new(relays), tasks })
    }

    /// An offer, and candidates begin to be gathered. It does not wait for them, nor carry any: the bridge's address is in
    /// its answer, and it learns ours from the first check (RFC 8445 section 7.3.1.3).
    pub(super) async fn offer(&self) -> Result<String, PeerError> {
        let offer = self.connection.create_offer(None).await?;
        self.connection.set_local_description(offer.clone()).await?;
        Ok(offer.sdp)
    }

    /// An offer with new ICE credentials. Until it is [committed](Self::commit) the old path goes on.
    pub(super) async fn restart_offer(&self) -> Result<RTCSessionDescription, PeerError> {
        let options = RTCOfferOptions { ice_restart: true };
        Ok(self.connection.create_offer(Some(options)).await?)
    }

    /// Ends the old path and checks the new one, on new sockets.
    pub(super) async fn commit(&self, offer: RTCSessionDescription, answer: String) -> Result<(), PeerError> {
        self.connection.set_local_description(offer).await?;
        self.accept(answer).await
    }

    /// Whether the credentials of the relays are about to run out.
    pub(super) fn needs_new_relays(&self) -> bool {
        self.relays.lock().unwrap_or_else(PoisonError::into_inner).are_old(Instant::now())
    }

    /// Servers and credentials for the next time that candidates are gathered.
    pub(super) async fn set_relays(&self, relays: Relays) {
        if let Err(error) = self.connection.set_configuration(configuration(&relays)).await {
            tracing::info!(%error, "the relays stay as they were");
            return;
        }
        *self.relays.lock().unwrap_or_else(PoisonError::into_inner) = relays;
    }

    pub(super) async fn accept(&self, answer: String) -> Result<(), PeerError> {
        *self.agreed.lock().unwrap_or_else(PoisonError::into_inner) = agreement::of(&answer);
        let answer = RTCSessionDescription::answer(answer)?;
        Ok(self.connection.set_remote_description(answer).await?)
    }

    pub(super) const fn outlet(&self) -> &mpsc::Sender<RtpOut> {
        &self.outlet
    }

    /// What the answer allows to be sent to the outlet.
    pub(super) fn agreed(&self) -> Agreement {
        *self.agreed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn close(&self) {
        if let Err(error) = self.connection.close().await {
            tracing::debug!(%error, "closing a media connection");
        }
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
    }
}

fn configuration(relays: &Relays) -> webrtc::peer_connection::RTCConfiguration {
    let servers = relays.servers.iter().map(|server| RTCIceServer {
        urls: server.urls.clone(),
        username: server.username.clone(),
        credential: server.credential.reveal().clone(),
    });
    let policy = if relays.only { RTCIceTransportPolicy::Relay } else { RTCIceTransportPolicy::All };
    RTCConfigurationBuilder::default().with_ice_servers(servers.collect()).with_ice_transport_policy(policy).build()
}

async fn send_packets(track: Arc<TrackLocalStaticRTP>, mut packets: mpsc::Receiver<RtpOut>, ssrc: u32) {
    let mut numbers = Renumber::default();
    while let Some(packet) = packets.recv().await {
        let mut header = rtc::rtp::Header {
            version: 2,
            marker: packet.marker,
            payload_type: packet.payload_type,
            sequence_number: numbers.next(packet.seq),
            timestamp: packet.timestamp,
            ssrc,
            ..Default::default()
        };
        if let Some((number, level)) = packet.level
            && let Err(error) = header.set_extension(number, Bytes::copy_from_slice(&[level.0]))
        {
            tracing::trace!(%error, "a level was not told");
        }
        if let Err(error) = track.write_rtp(rtc::rtp::Packet { header, payload: packet.payload }).await {
            tracing::trace!(%error, "a packet was not sent");
        }
    }
}
