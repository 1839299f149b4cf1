//! What the two threads of a leg share: the engine speaks through it in its own turn, so that no other thread has to be woken
//! for each packet, and the thread of all legs brings what is heard.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Instant,
};

use domain::ids::LegId;
use tokio::{net::UdpSocket, sync::oneshot};

use super::leg::{Heard, Leg};
use crate::port::{CarrierFrame, CarrierInput};

pub(super) struct Shared {
    pub(super) sound: UdpSocket,
    state: Mutex<State>,
}

/// Held for as long as one packet takes.
pub(super) struct State {
    pub(super) leg: Leg,
    pub(super) heard: Heard,
    /// Of the engine's port, once there is one.
    pub(super) input: Option<CarrierInput>,
}

impl Shared {
    pub(super) fn new(id: LegId, sound: UdpSocket) -> Self {
        let state = State { leg: Leg::new(id, Instant::now()), heard: Heard::default(), input: None };
        Self { sound, state: Mutex::new(state) }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn speak(&self, frame: &CarrierFrame) {
        let mut state = self.state();
        let State { leg, heard, .. } = &mut *state;
        let packet = leg.turn(frame, Instant::now(), heard);
        let target = leg.target();
        state.hand_over();
        drop(state);
        if let (Some(packet), Some(target)) = (packet, target) {
            send(&self.sound, &packet, target);
        }
    }
}

impl State {
    pub(super) fn hear(&mut self, datagram: &[u8], from: SocketAddr) {
        self.leg.hear(datagram, from, Instant::now(), &mut self.heard);
        self.hand_over();
    }

    /// Gives the engine what was heard.
    fn hand_over(&mut self) {
        let Heard { sound, keys } = &mut self.heard;
        if let Some(input) = &mut self.input {
            if !sound.law.is_empty() {
                input.push(&sound.law);
            }
            if !sound.wide.is_empty() {
                input.push_wide(&sound.wide);
            }
            keys.iter().for_each(|key| input.dtmf(*key));
        }
        sound.clear();
        keys.clear();
    }
}

/// The engine's end.
pub(crate) struct Line {
    shared: Weak<Shared>,
    /// Tells the leg that the engine has let go of it.
    _held: oneshot::Sender<()>,
}

impl Line {
    /// And what ends when the engine lets go of the line.
    pub(super) fn of(shared: &Arc<Shared>) -> (Self, oneshot::Receiver<()>) {
        let (held, let_go) = oneshot::channel();
        (Self { shared: Arc::downgrade(shared), _held: held }, let_go)
    }

    /// Sends one turn of 20 ms on its way. Never waits for the network.
    pub(crate) fn speak(&self, frame: &CarrierFrame) {
        if let Some(shared) = self.shared.upgrade() {
            shared.speak(frame);
        }
    }

    /// The leg's owner has let go of it.
    pub(crate) fn is_gone(&self) -> bool {
        self.shared.strong_count() == 0
    }
}

/// A packet that the system does not take now is lost, as on the network.
pub(super) fn send(socket: &UdpSocket, packet: &[u8], target: SocketAddr) {
    if let Err(error) = socket.try_send_to(packet, target) {
        tracing::debug!(%error, "a packet was not sent");
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::port::FRAME_BYTES;

    async fn shared() -> Arc<Shared> {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        Arc::new(Shared::new(LegId::new(Uuid::from_u128(7)), socket))
    }

    #[tokio::test]
    async fn a_line_whose_leg_has_ended_is_gone_and_speaking_to_it_does_nothing() {
        let shared = shared().await;
        let (line, _let_go) = Line::of(&shared);
        assert!(!line.is_gone());
        drop(shared);
        assert!(line.is_gone());
        line.speak(&CarrierFrame::Law([0x55; FRAME_BYTES]));
    }

    #[tokio::test]
    async fn a_leg_is_told_when_the_engine_lets_go_of_its_line() {
        let shared = shared().await;
        let (line, mut let_go) = Line::of(&shared);
        assert_eq!(let_go.try_recv(), Err(oneshot::error::TryRecvError::Empty));
        drop(line);
        assert_eq!(let_go.try_recv(), Err(oneshot::error::TryRecvError::Closed));
    }
}
