//! What an RTP leg makes of each packet and each turn of 20 ms. No sockets, and the time is handed in.

mod hearing;
mod reports;
mod speech;

use std::{
    collections::VecDeque,
    net::SocketAddr,
    time::{Duration, Instant},
};

use domain::ids::LegId;
use media::{
    dtmf::{Digit, EventReceiver, EventSender},
    rtp::{Jitter, Order, Ordered},
    seq::Reception,
};

use self::hearing::Noise;
use super::{
    RtpRoute, Seal,
    coder::{Decoder, Encoder, Sound},
    keys::Sealed,
};
use crate::port::CarrierCodec;

/// What came out of a packet or a turn.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub sound: Sound,
    pub keys: Vec<char>,
}

/// Our stream.
struct Speech {
    encoder: Option<Encoder>,
    seq: u16,
    ssrc: u32,
    timestamp: u32,
    last_turn: Option<Instant>,
    /// Payload of frames that wait for the rest of their packet, their number, and the time of the first.
    gathered: (Vec<u8>, u32, u32),
    spurt: bool,
    presses: VecDeque<Digit>,
    press: Option<EventSender>,
    pause: u32,
    packets: u32,
    octets: u32,
}

/// Theirs.
struct Hearing {
    decoder: Option<Decoder>,
    order: Order,
    reception: Reception,
    /// The same, for the figures of each second.
    second: Reception,
    jitter: Jitter,
    ssrc: Option<u32>,
    events: EventReceiver,
    keys: (Option<Instant>, u32),
    noise: Option<Noise>,
    last_in: Instant,
    source: Option<SocketAddr>,
    source_heard: Instant,
    sender_report: Option<(u32, Instant)>,
    interval: (u64, u64),
    packets: u64,
    refused: u64,
}

pub(super) struct Leg {
    name: String,
    started: Instant,
    pub(super) route: Option<RtpRoute>,
    port: CarrierCodec,
    sealed: Option<Sealed>,
    speech: Speech,
    hearing: Hearing,
    round_trip: Option<Duration>,
    far: Option<(f32, Duration)>,
    scratch: Vec<Ordered>,
}

impl Leg {
    pub(super) fn new(leg: LegId, now: Instant) -> Self {
        let random = leg.as_uuid().as_u128();
        Self {
            // An opaque name: it tells nothing of the call or of this machine.
            name: format!("{:016x}", (random >> 32) as u64),
            started: now,
            route: None,
            port: CarrierCodec::Pcmu,
            sealed: None,
            speech: Speech {
                encoder: None,
                seq: (random >> 16) as u16 & 0x7FFF,
                ssrc: random as u32,
                timestamp: (random >> 8) as u32,
                last_turn: None,
                gathered: (Vec::new(), 0, 0),
                spurt: true,
                presses: VecDeque::new(),
                press: None,
                pause: 0,
                packets: 0,
                octets: 0,
            },
            hearing: Hearing {
                decoder: None,
                order: Order::default(),
                reception: Reception::default(),
                second: Reception::default(),
                jitter: Jitter::default(),
                ssrc: None,
                events: EventReceiver::default(),
                keys: (None, 0),
                noise: None,
                last_in: now,
                source: None,
                source_heard: now,
                sender_report: None,
                interval: (0, 0),
                packets: 0,
                refused: 0,
            },
            round_trip: None,
            far: None,
            scratch: Vec::new(),
        }
    }

    /// What is agreed from now on. The answer is what the engine's port has to be of.
    pub(super) fn set_route(&mut self, route: RtpRoute, now: Instant) -> CarrierCodec {
        let before = self.route.as_ref();
        if before.is_none_or(|before| before.codec != route.codec) {
            self.speech.encoder = match Encoder::new(route.codec) {
                Ok(encoder) => Some(encoder),
                Err(error) => {
                    tracing::error!(%error, "a codec could not be set up; the leg stays silent");
                    None
                }
            };
            self.speech.gathered.1 = 0;
            self.speech.gathered.0.clear();
        }
        if before.is_none_or(|before| before.remote != route.remote) {
            self.hearing.source = None;
        }
        match &route.seal {
            None => self.sealed = None,
            Some(Seal::Keys(keys)) if self.sealed.as_ref().is_some_and(|sealed| sealed.is_of(keys)) => {}
            Some(Seal::Keys(keys)) => self.sealed = Sealed::new(keys.clone()),
            // The keys stay for as long as the two ends are the same.
            Some(Seal::Handshake(_)) if before.is_some_and(|before| before.seal == route.seal) => {}
            Some(Seal::Handshake(_)) => self.sealed = None,
        }
        self.port = route.codec.port();
        self.hearing.decoder = None;
        self.hearing.last_in = now;
        self.route = Some(route);
        self.port
    }

    /// The two ends have agreed on keys.
    pub(super) fn seal_with(&mut self, sealed: Sealed) {
        self.sealed = Some(sealed);
    }

    /// Nothing leaves, and nothing is believed, before there are keys.
    fn awaits_keys(&self) -> bool {
        self.sealed.is_none() && self.route.as_ref().is_some_and(|route| route.seal.is_some())
    }

    /// Where sound is to be sent.
    pub(super) fn target(&self) -> Option<SocketAddr> {
        Some(self.hearing.source.unwrap_or(self.route.as_ref()?.remote))
    }

    /// Where reports are to be sent; `true` through the port for sound.
    pub(super) fn report_target(&self) -> Option<(SocketAddr, bool)> {
        let route = self.route.as_ref()?;
        if route.multiplexed {
            return self.target().map(|target| (target, true));
        }
        // Behind address translation the port above the one that sound comes from is the best guess.
        let guess = self.hearing.source.filter(|source| *source != route.remote);
        let target = guess.map(|source| SocketAddr::new(source.ip(), source.port().saturating_add(1)));
        Some((target.unwrap_or(route.remote_reports), false))
    }
}

#[cfg(test)]
#[path = "leg_tests.rs"]
mod tests;
