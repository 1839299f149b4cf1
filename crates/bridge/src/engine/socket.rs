//! A session whose sound goes over a WebSocket for as long as UDP does not get through.

use std::time::{Duration, Instant};

use domain::ids::MediaSessionId;
use media::dtmf::Digit;
use tokio::sync::mpsc;

use super::{
    Engine,
    gate::Loudness,
    numbering::{Numbering, Numbers},
    session::{Inbound, Packet},
};
use crate::{
    event::BridgeEvent,
    handle::SessionError,
    port::PortId,
    socket::{SocketHeard, SocketOut},
};

/// Sound that comes by UDP this soon after the socket was attached was on its way before; later it means that the device
/// has gone back to UDP.
const SETTLE: Duration = Duration::from_millis(300);
/// Each attachment has its own range of numbers, so that nothing takes two streams for one.
const NUMBERS: u64 = 1 << 40;

pub(super) struct Attached {
    pub(super) attachment: u64,
    pub(super) since: Instant,
    frames: mpsc::Sender<SocketOut>,
    pub(super) numbering: Numbering,
}

impl Attached {
    /// False when the socket did not take it in time.
    pub(super) fn write(&self, numbers: Numbers, packet: std::sync::Arc<[u8]>) -> bool {
        self.frames.try_send(SocketOut { time: numbers.time, packet }).is_ok()
    }
}

impl Engine {
    pub(super) fn attach_socket(
        &mut self,
        id: MediaSessionId,
        frames: mpsc::Sender<SocketOut>,
        now: Instant,
    ) -> Result<u64, SessionError> {
        let session = self.sessions.get_mut(&id).ok_or(SessionError::Unknown)?;
        self.attachments += 1;
        let attachment = self.attachments;
        session.socket = Some(Attached { attachment, since: now, frames, numbering: Numbering::default() });
        session.switch_path();
        session.heard(now.duration_since(self.origin));
        self.take_inbound(id, Inbound::Connected, now);
        Ok(attachment)
    }

    pub(super) fn detach_socket(&mut self, id: MediaSessionId, attachment: u64) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        if session.socket.as_ref().is_some_and(|socket| socket.attachment == attachment) {
            session.socket = None;
            session.switch_path();
            if !session.rtc.is_alive() {
                self.lose(id);
            }
        }
    }

    pub(super) fn socket_heard(&mut self, id: MediaSessionId, attachment: u64, heard: SocketHeard, now: Instant) {
        let since_start = now.duration_since(self.origin);
        let Some(session) = self.sessions.get_mut(&id) else { return };
        if session.socket.as_ref().is_none_or(|socket| socket.attachment != attachment) {
            return;
        }
        session.heard(since_start);
        if !std::mem::replace(&mut session.connected, true) {
            self.report(BridgeEvent::SessionConnected { id });
        }
        match heard {
            SocketHeard::Alive => {}
            SocketHeard::Audio { seq, time, packet } => {
                let seq = attachment * NUMBERS + u64::from(seq);
                let (time, header) = (u64::from(time), Loudness::default());
                self.take_audio(id, &Packet { seq, time, header, payload: packet, arrived: now }, now);
            }
            SocketHeard::Key { time, event } => {
                let Some(session) = self.sessions.get_mut(&id) else { return };
                session.tally.last_in = Some(now);
                if let Some(digit) = session.pressed(time, &event).map(Digit::as_char) {
                    self.report(BridgeEvent::SessionDtmf { id, digit });
                }
            }
        }
    }

    /// Sound came by UDP. False when it is of no use because the device talks over a socket.
    pub(super) fn back_on_udp(&mut self, id: MediaSessionId, now: Instant) -> bool {
        let Some(session) = self.sessions.get_mut(&id) else { return false };
        let Some(socket) = &session.socket else { return true };
        if now.saturating_duration_since(socket.since) < SETTLE {
            return false;
        }
        session.socket = None;
        session.switch_path();
        true
    }

    pub(super) fn over_socket(&self, port: PortId) -> bool {
        match port {
            PortId::Session(id) => self.sessions.get(&id).is_some_and(|session| session.socket.is_some()),
            PortId::Carrier(_) => false,
        }
    }
}
