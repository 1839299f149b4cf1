//! The sockets of one leg. Decides nothing.

use std::{
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};

use domain::ids::LegId;
use tokio::{
    net::UdpSocket,
    sync::mpsc,
    time::{Interval, MissedTickBehavior},
};

use super::{
    LegCommand, RtpRoute, Seal,
    handshake::{HandshakeEnd, Step, is_handshake},
    leg::{Heard, Leg},
    pace,
};
use crate::{
    handle::BridgeHandle,
    port::{CarrierCodec, CarrierFrame, CarrierOptions, CarrierOut, CarrierPort, PortId},
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
    leg: Leg,
    sound: UdpSocket,
    reports: UdpSocket,
    port: Option<(CarrierCodec, CarrierPort)>,
    heard: Heard,
    handshake: Option<HandshakeEnd>,
}

impl Drive {
    pub(super) fn new(bridge: BridgeHandle, id: LegId, sound: UdpSocket, reports: UdpSocket) -> Self {
        let leg = Leg::new(id, Instant::now());
        Self { bridge, id, leg, sound, reports, port: None, heard: Heard::default(), handshake: None }
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
                out = next_out(&mut self.port) => match out {
                    Some(CarrierOut::Frame(frame)) => self.turn(&frame),
                    // What has been sent is on its way.
                    Some(CarrierOut::Clear) => {}
                    // The engine has stopped.
                    None => break,
                },
                ready = self.sound.readable() => {
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
                let codec = self.leg.set_route(*route, Instant::now());
                if self.port.as_ref().is_none_or(|(of, _)| *of != codec) {
                    // Keys come as events, or as tones from a side that did not agree on those.
                    let keys_in_sound = self.leg.route.as_ref().is_some_and(|route| route.events.is_none());
                    let options = CarrierOptions { codec, keys_in_sound };
                    self.port = Some((codec, self.bridge.open_carrier(self.id, options).await));
                }
                // The asker may have gone.
                let _ = done.send(());
                let first = self.handshake.as_mut().map(HandshakeEnd::first);
                self.agree(first.unwrap_or_default());
            }
            LegCommand::Digits(digits) => {
                if !self.leg.press(&digits) {
                    self.bridge.send_dtmf(PortId::Carrier(self.id), digits);
                }
            }
            LegCommand::Figures(reply) => drop(reply.send(self.leg.figures(Instant::now()))),
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
        if let Some(keys) = step.keys {
            self.leg.seal_with(keys);
        }
        let agreed = self.leg.route.as_ref().map(|route| route.remote);
        let target = self.handshake.as_ref().zip(agreed).map(|(handshake, agreed)| handshake.target(agreed));
        for packet in step.packets {
            if let Some(target) = target {
                send(&self.sound, &packet, target);
            }
        }
    }

    fn turn(&mut self, frame: &CarrierFrame) {
        let packet = self.leg.turn(frame, Instant::now(), &mut self.heard);
        self.hand_over();
        if let (Some(packet), Some(target)) = (packet, self.leg.target()) {
            send(&self.sound, &packet, target);
        }
    }

    fn take_in(&mut self) {
        let (mut datagram, mut came) = ([0; DATAGRAM], 0);
        for _ in 0..BATCH {
            let taken = self.sound.try_recv_from(&mut datagram);
            came += u32::from(taken.is_ok());
            match taken {
                Ok((length, from)) if self.handshake.is_some() && is_handshake(&datagram[..length]) => {
                    let taken = self.handshake.as_mut();
                    let step = taken.map(|handshake| handshake.take(&datagram[..length], from, Instant::now()));
                    self.agree(step.unwrap_or_default());
                }
                Ok((length, from)) => self.leg.hear(&datagram[..length], from, Instant::now(), &mut self.heard),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                // Such as a report that nobody listens at the other end.
                Err(_) => {}
            }
        }
        pace::came(came);
        self.hand_over();
    }

    fn take_reports(&mut self) {
        let mut datagram = [0; DATAGRAM];
        for _ in 0..BATCH {
            match self.reports.try_recv_from(&mut datagram) {
                Ok((length, _)) => self.leg.hear_report(&datagram[..length], Instant::now()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(_) => {}
            }
        }
    }

    /// Gives the engine what was heard.
    fn hand_over(&mut self) {
        if let Some((_, port)) = &mut self.port {
            if !self.heard.sound.law.is_empty() {
                port.input.push(&self.heard.sound.law);
            }
            if !self.heard.sound.wide.is_empty() {
                port.input.push_wide(&self.heard.sound.wide);
            }
            for key in &self.heard.keys {
                port.input.dtmf(*key);
            }
        }
        self.heard.sound.clear();
        self.heard.keys.clear();
    }

    fn report(&mut self) {
        if let (Some(report), Some((target, with_sound))) = (self.leg.report(Instant::now()), self.leg.report_target())
        {
            send(if with_sound { &self.sound } else { &self.reports }, &report, target);
        }
    }

    fn tell_figures(&mut self) {
        if let Some((_, port)) = &self.port {
            port.input.network(self.leg.network(Instant::now()));
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

async fn next_out(port: &mut Option<(CarrierCodec, CarrierPort)>) -> Option<CarrierOut> {
    match port {
        Some((_, port)) => port.output.recv().await,
        None => std::future::pending().await,
    }
}

/// A packet that the system does not take now is lost, as on the network.
fn send(socket: &UdpSocket, packet: &[u8], target: SocketAddr) {
    if let Err(error) = socket.try_send_to(packet, target) {
        tracing::debug!(%error, "a packet was not sent");
    }
}
