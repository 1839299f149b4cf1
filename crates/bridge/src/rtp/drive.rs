//! The sockets of one leg. Decides nothing.

use std::{
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use domain::ids::LegId;
use tokio::{
    net::UdpSocket,
    sync::{mpsc, oneshot},
    time::{Interval, MissedTickBehavior},
};

use super::{
    LegCommand, RtpRoute, Seal,
    handshake::{HandshakeEnd, Step, is_handshake},
    line::{Line, Shared, send},
    pace,
};
use crate::{
    handle::BridgeHandle,
    port::{CarrierCodec, CarrierOptions, PortId},
};

/// RFC 3550 section 6.2: the least time between reports of two participants.
const REPORTS: Duration = Duration::from_secs(5);
/// The engine is told how the network is doing.
const FIGURES: Duration = Duration::from_secs(1);
/// More than any packet of sound.
const DATAGRAM: usize = 2_048;
/// Datagrams that are taken in before others have their turn.
const BATCH: usize = 32;

pub(super) struct Drive {
    bridge: BridgeHandle,
    id: LegId,
    line: Arc<Shared>,
    reports: UdpSocket,
    /// What the engine's port is of, and what ends when the engine lets go of it.
    port: Option<(CarrierCodec, oneshot::Receiver<()>)>,
    handshake: Option<HandshakeEnd>,
}

impl Drive {
    pub(super) fn new(bridge: BridgeHandle, id: LegId, sound: UdpSocket, reports: UdpSocket) -> Self {
        let line = Arc::new(Shared::new(id, sound));
        Self { bridge, id, line, reports, port: None, handshake: None }
    }

    /// Ends when the leg's owner has let go of it.
    pub(super) async fn run(mut self, mut orders: mpsc::UnboundedReceiver<LegCommand>) {
        let mut due = every(REPORTS);
        let mut figures = every(FIGURES);
        loop {
            tokio::select! {
                order = orders.recv() => match order {
                    Some(order) => self.obey(order).await,
                    None => break,
                },
                // The engine has stopped.
                () = let_go(&mut self.port) => break,
                ready = self.line.sound.readable() => {
                    if ready.is_err() { break }
                    self.take_in();
                }
                ready = self.reports.readable() => {
                    if ready.is_err() { break }
                    self.take_reports();
                }
                () = until(self.handshake.as_ref().and_then(HandshakeEnd::due)) => {
                    let step = self.handshake.as_mut().map(|handshake| handshake.wake(Instant::now()));
                    self.agree(step.unwrap_or_default());
                }
                _ = due.tick() => self.report(),
                _ = figures.tick() => self.tell_figures(),
            }
        }
    }

    async fn obey(&mut self, order: LegCommand) {
        match order {
            LegCommand::Route { route, done } => {
                self.begin_handshake(&route);
                // Keys come as events, or as tones from a side that did not agree on those.
                let keys_in_sound = route.events.is_none();
                let codec = self.line.state().leg.set_route(*route, Instant::now());
                if self.port.as_ref().is_none_or(|(of, _)| *of != codec) {
                    let (line, let_go) = Line::of(&self.line);
                    let input = self.bridge.open_line(self.id, CarrierOptions { codec, keys_in_sound }, line).await;
                    self.line.state().input = Some(input);
                    self.port = Some((codec, let_go));
                }
                // The asker may have gone.
                let _ = done.send(());
                let first = self.handshake.as_mut().map(HandshakeEnd::first);
                self.agree(first.unwrap_or_default());
            }
            LegCommand::Digits(digits) => {
                let pressed = self.line.state().leg.press(&digits);
                if !pressed {
                    self.bridge.send_dtmf(PortId::Carrier(self.id), digits);
                }
            }
            LegCommand::Figures(reply) => drop(reply.send(self.line.state().leg.figures(Instant::now()))),
        }
    }

    /// Keeps a handshake that goes on by the same plan; a new one begins once the leg knows the route.
    fn begin_handshake(&mut self, route: &RtpRoute) {
        let plan = match &route.seal {
            Some(Seal::Handshake(plan)) => Some(*plan),
            Some(Seal::Keys(_)) | None => None,
        };
        if self.handshake.as_ref().map(HandshakeEnd::plan) != plan {
            self.handshake = plan.and_then(|plan| HandshakeEnd::new(plan, Instant::now()));
        }
    }

    /// Carries out what came of a step of the handshake.
    fn agree(&mut self, step: Step) {
        let mut state = self.line.state();
        if let Some(keys) = step.keys {
            state.leg.seal_with(keys);
        }
        let agreed = state.leg.route.as_ref().map(|route| route.remote);
        drop(state);
        let target = self.handshake.as_ref().zip(agreed).map(|(handshake, agreed)| handshake.target(agreed));
        for packet in step.packets {
            if let Some(target) = target {
                send(&self.line.sound, &packet, target);
            }
        }
    }

    fn take_in(&mut self) {
        let (mut datagram, mut came) = ([0; DATAGRAM], 0);
        for _ in 0..BATCH {
            let taken = self.line.sound.try_recv_from(&mut datagram);
            came += u32::from(taken.is_ok());
            match taken {
                Ok((length, from)) if self.handshake.is_some() && is_handshake(&datagram[..length]) => {
                    let taken = self.handshake.as_mut();
                    let step = taken.map(|handshake| handshake.take(&datagram[..length], from, Instant::now()));
                    self.agree(step.unwrap_or_default());
                }
                Ok((length, from)) => self.line.state().hear(&datagram[..length], from),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                // Such as a report that nobody listens at the other end.
                Err(_) => {}
            }
        }
        pace::came(came);
    }

    fn take_reports(&mut self) {
        let mut datagram = [0; DATAGRAM];
        for _ in 0..BATCH {
            match self.reports.try_recv_from(&mut datagram) {
                Ok((length, _)) => self.line.state().leg.hear_report(&datagram[..length], Instant::now()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(_) => {}
            }
        }
    }

    fn report(&self) {
        let mut state = self.line.state();
        let report = state.leg.report(Instant::now()).zip(state.leg.report_target());
        drop(state);
        if let Some((report, (target, with_sound))) = report {
            send(if with_sound { &self.line.sound } else { &self.reports }, &report, target);
        }
    }

    fn tell_figures(&self) {
        let mut state = self.line.state();
        let network = state.leg.network(Instant::now());
        if let Some(input) = &mut state.input {
            input.network(network);
        }
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}

fn every(span: Duration) -> Interval {
    let mut interval = tokio::time::interval(span);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

async fn let_go(port: &mut Option<(CarrierCodec, oneshot::Receiver<()>)>) {
    match port {
        // Nothing is ever sent: it ends with the engine's end.
        Some((_, held)) => drop(held.await),
        None => std::future::pending().await,
    }
}
