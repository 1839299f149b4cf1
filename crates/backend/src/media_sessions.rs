//! Sound of devices: opened after sign-in, kept for all calls.

use bridge::{SessionError, SoundSocket};
use domain::{call::CallEvent, ids::MediaSessionId};
use wire::media::{DroppedMedia, MediaSession, OpenMediaSession, RenegotiateMediaSession};

use crate::{Actor, Backend, clock, devices::Device, error::BackendError};

const LONGEST_SDP: usize = 64 * 1024;

fn sdp_error(error: SessionError) -> BackendError {
    match error {
        SessionError::BadOffer(problem) => BackendError::field("sdp_offer", problem),
        SessionError::NoAudio => BackendError::field("sdp_offer", SessionError::NoAudio.to_string()),
        SessionError::Unknown => BackendError::NotFound("media session"),
        SessionError::Stopped => BackendError::Unavailable,
    }
}

fn check(sdp: &str) -> Result<(), BackendError> {
    if sdp.len() > LONGEST_SDP {
        return Err(BackendError::field("sdp_offer", "expected at most 64 KiB"));
    }
    Ok(())
}

impl Backend {
    pub async fn open_media_session(
        &self,
        actor: &Actor,
        body: OpenMediaSession,
    ) -> Result<MediaSession, BackendError> {
        check(&body.sdp_offer)?;
        let takes_calls = body.takes_calls && actor.role.takes_calls();
        if !takes_calls && !actor.role.supervises() {
            return Err(BackendError::NotAllowed);
        }
        let id = MediaSessionId::new(clock::new_uuid());
        let device = Device {
            session: id,
            tenant: actor.tenant,
            user: actor.user,
            sign_in: actor.session,
            takes_calls,
            connected: false,
            opened: 0,
        };
        // Known before the bridge can report that it is connected.
        let replaced = self.devices().open(device);
        match self.bridge().open_session(id, body.sdp_offer).await {
            Ok(sdp_answer) => {
                for old in replaced {
                    self.bridge().close_session(old);
                }
                Ok(MediaSession { id, sdp_answer })
            }
            Err(error) => {
                self.devices().close(id);
                self.device_reports().forget(id);
                Err(sdp_error(error))
            }
        }
    }

    pub async fn renegotiate_media_session(
        &self,
        actor: &Actor,
        id: MediaSessionId,
        body: RenegotiateMediaSession,
    ) -> Result<MediaSession, BackendError> {
        check(&body.sdp_offer)?;
        self.own_device(actor, id)?;
        let sdp_answer = self.bridge().renegotiate(id, body.sdp_offer).await.map_err(sdp_error)?;
        Ok(MediaSession { id, sdp_answer })
    }

    /// Carries the session's sound over a WebSocket, in place of UDP.
    pub async fn open_sound_socket(&self, actor: &Actor, id: MediaSessionId) -> Result<SoundSocket, BackendError> {
        self.own_device(actor, id)?;
        self.bridge().attach_socket(id).await.map_err(sdp_error)
    }

    pub async fn close_media_session(&self, actor: &Actor, id: MediaSessionId) -> Result<(), BackendError> {
        let device = self.own_device(actor, id)?;
        self.devices().close(id);
        self.device_reports().forget(id);
        self.bridge().close_session(id);
        self.device_gone(device);
        Ok(())
    }

    /// What was dropped at the media ports; for admins.
    pub fn dropped_media(&self, actor: &Actor) -> Result<DroppedMedia, BackendError> {
        actor.must_configure()?;
        let dropped = self.bridge().counters();
        Ok(DroppedMedia {
            since_ms: self.started_at(),
            socket_messages: self.carrier_garbage(),
            malformed_datagrams: dropped.malformed,
            unknown_datagrams: dropped.unknown_source,
            refused_datagrams: dropped.refused,
            bad_payloads: dropped.bad_payload,
            socket_frames: dropped.socket_garbage,
            late_frames: dropped.socket_late,
            ignored_packets: dropped.rtp_ignored,
            overrun_bytes: dropped.carrier_overrun,
        })
    }

    pub(crate) fn own_device(&self, actor: &Actor, id: MediaSessionId) -> Result<Device, BackendError> {
        self.devices()
            .get(id)
            .filter(|device| device.tenant == actor.tenant && device.user == actor.user)
            .ok_or(BackendError::NotFound("media session"))
    }

    /// The bridge says that sound can flow.
    pub(crate) fn device_connected(&self, id: MediaSessionId) {
        let Some(device) = self.devices().set_connected(id, true) else { return };
        for call in self.calls().of_tenant(device.tenant) {
            self.calls().event(call, CallEvent::DeviceBack { agent: device.user, session: id });
        }
        self.show_agent_soon(device);
    }

    /// Beside whoever reports it: showing reads the database, which may be away.
    fn show_agent_soon(&self, device: Device) {
        let backend = self.clone();
        tokio::spawn(async move { backend.agent_shown(device.tenant, device.user).await });
    }

    /// The bridge hears nothing of it any more.
    pub(crate) fn device_lost(&self, id: MediaSessionId) {
        if let Some(device) = self.devices().set_connected(id, false) {
            self.device_gone(device);
        }
    }

    pub(crate) fn device_gone(&self, device: Device) {
        for call in self.calls().of_tenant(device.tenant) {
            self.calls().event(call, CallEvent::DeviceLost { session: device.session });
        }
        self.show_agent_soon(device);
    }

    /// Keys that an agent presses during a call go to the customer's side.
    pub(crate) async fn device_pressed(&self, id: MediaSessionId, digit: char) {
        let Some(device) = self.devices().get(id) else { return };
        let scope = storage::TenantScope::system(device.tenant);
        let call = storage::agents::get(self.store(), scope, device.user).await.ok().flatten();
        if let Some(call) = call.and_then(|agent| agent.call_id) {
            self.send_keys(call, digit.to_string());
        }
    }
}
