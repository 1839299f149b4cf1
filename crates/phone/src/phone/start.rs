use std::sync::{Arc, Mutex};

use tokio::sync::{broadcast, mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::{
    AudioBackend, Phone, PhoneConfig, Shared, StartError,
    core::{Core, Inlets},
};
use crate::{
    api::ApiClient,
    devices::Devices,
    live, network,
    outbox::Outbox,
    session::{self, MediaStatus, PacketThread, Session},
    settings::Settings,
    sound::SoundEngine,
    state::{Connection, ConnectionKind, PhoneState, Processing},
};

/// Events kept for a reader that is behind.
const EVENTS: usize = 4_096;

pub(super) fn start(config: PhoneConfig) -> Result<Phone, StartError> {
    let settings = Settings::load(&config.data_dir);
    let (api, ended) = ApiClient::new(&config.server_url, &config.user_agent, config.token_store)?;
    let (outbox, outbox_changes) = Outbox::open(&config.data_dir)?;
    let (device_reports, reports) = mpsc::unbounded_channel();
    let (sound, devices) = match config.audio {
        AudioBackend::Virtual(ends) => (SoundEngine::start(Some(ends), config.frame, Processing::NONE)?, None),
        AudioBackend::Devices(options) => {
            let sound = SoundEngine::start(None, config.frame, settings.processing)?;
            let devices = Devices::start(options, settings.clone(), sound.clone(), device_reports)
                .map_err(StartError::Devices)?;
            (sound, Some(devices))
        }
    };
    let stop = CancellationToken::new();
    let (live_input, live_inbox) = mpsc::unbounded_channel();
    let (live_output, live_events) = mpsc::unbounded_channel();
    let (media_input, media_inbox) = mpsc::unbounded_channel();
    let (media_status, media) = watch::channel(MediaStatus::NONE);
    let (core_input, core_inbox) = mpsc::unbounded_channel();
    let server = config.server_url.clone();
    let bind = Arc::new(move || network::media_bind(network::address_towards(&server)));

    tokio::spawn(live::run(api.clone(), live_inbox, live_output, stop.child_token()));
    tokio::spawn(outbox.clone().run(api.clone(), stop.child_token()));
    let packets = Arc::new(PacketThread::start().map_err(StartError::Packets)?);
    let media_session = Session { signalling: Arc::new(api.clone()), sound: sound.clone(), bind, packets };
    tokio::spawn(session::run(media_session, media_inbox, media_status, stop.child_token()));

    let state = PhoneState {
        processing: settings.processing,
        chosen: settings.chosen(),
        preferences: settings.preferences(),
        ..PhoneState::default()
    };
    let shared = Arc::new(Shared {
        server_url: config.server_url,
        data_dir: config.data_dir,
        api,
        outbox,
        sound,
        devices,
        settings: Mutex::new(settings),
        state: Mutex::new(state),
        connection: Mutex::new(Connection { connection: ConnectionKind::Offline, since_ms: None }),
        me: Mutex::new(None),
        media: media.clone(),
        events: broadcast::channel(EVENTS).0,
        core: core_input,
        checking: Arc::default(),
    });
    let inlets = Inlets {
        inputs: core_inbox,
        live: live_events,
        ended,
        devices: reports,
        outbox: outbox_changes,
        media,
        to_live: live_input,
        to_media: media_input,
    };
    tokio::spawn(Core::new(Arc::clone(&shared), inlets).run(stop.child_token()));
    Ok(Phone { shared, _stop: Arc::new(stop.drop_guard()) })
}
