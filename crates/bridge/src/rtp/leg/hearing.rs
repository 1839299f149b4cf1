//! What is made of a packet that came.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use media::rtp::{self, Ordered, RtpHeader};

use super::{Heard, Leg};
use crate::rtp::coder::Decoder;

/// Nobody presses more keys in a second.
pub(super) const MOST_KEYS_A_SECOND: u32 = 20;
/// A stream that comes from elsewhere is believed when the old place has been silent for so long.
pub(super) const MOVES_AFTER: Duration = Duration::from_secs(2);
/// Lost packets in a row that are made up.
const MOST_CONCEALED: u16 = 10;

/// Comfort noise of the other side while it is silent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Noise {
    amplitude: i32,
    random: u32,
}

impl Noise {
    /// `level`: noise level as -dBov (RFC 3389 section 3.1).
    fn of(level: u8) -> Self {
        // Evenly spread samples up to a peak have an RMS of the peak over the square root of three.
        let peak = 32_768.0 * 10_f32.powf(-f32::from(level & 0x7F) / 20.0) * 1.732;
        Self { amplitude: (peak as i32).clamp(0, 8_000), random: 0x2545_F491 }
    }

    pub(super) fn sample(&mut self) -> i16 {
        // xorshift (Marsaglia 2003): it has to sound like noise, no more.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        let spread = 2 * self.amplitude + 1;
        i16::try_from(i32::from((self.random >> 16) as u16) * spread / 65_536 - self.amplitude).unwrap_or(0)
    }
}

impl Leg {
    /// Takes a datagram that came to the port for sound.
    pub(in crate::rtp) fn hear(&mut self, datagram: &[u8], from: SocketAddr, now: Instant, heard: &mut Heard) {
        if rtp::is_report(datagram) {
            return self.hear_report(datagram, now);
        }
        let opened;
        let packet = match &mut self.sealed {
            None if self.route.as_ref().is_some_and(|route| route.seal.is_some()) => return self.refuse(),
            None => datagram,
            Some(sealed) => match sealed.open(datagram) {
                Some(clear) => {
                    opened = clear;
                    opened.as_slice()
                }
                None => return self.refuse(),
            },
        };
        let Some((header, payload)) = rtp::parse(packet) else { return self.refuse() };
        let Some(route) = &self.route else { return self.refuse() };
        let is_event = route.events.is_some_and(|(of, _)| of == header.payload_type);
        let is_noise = route.comfort_noise == Some(header.payload_type);
        let codec = route.accepted.iter().find(|(of, _)| *of == header.payload_type).map(|(_, codec)| *codec);
        if !(is_event || is_noise || codec.is_some()) || !self.is_believed(from, now) {
            return self.refuse();
        }
        self.hearing.ssrc = Some(header.ssrc);
        self.hearing.last_in = now;
        self.hearing.packets += 1;
        if let Some(codec) = codec {
            let since = now.duration_since(self.started);
            let units = since.as_micros() * u128::from(codec.clock()) / 1_000_000;
            self.hearing.jitter.take(header.timestamp, units as u64);
        }
        let mut ordered = std::mem::take(&mut self.scratch);
        ordered.clear();
        let seq = self.hearing.order.push(header, payload, &mut ordered);
        self.hearing.reception.record(seq);
        self.hearing.second.record(seq);
        for one in ordered.drain(..) {
            match one {
                Ordered::Packet { header, payload } => self.play(header, &payload, now, heard),
                Ordered::Lost(count) => self.conceal(count, heard),
            }
        }
        self.scratch = ordered;
    }

    pub(super) fn refuse(&mut self) {
        self.hearing.refused += 1;
    }

    /// Sound goes back to where it comes from (RFC 4961). Once known, another place is believed when it is the one that was
    /// agreed on, or when the old one has fallen silent: a translator may have given the stream a new port.
    fn is_believed(&mut self, from: SocketAddr, now: Instant) -> bool {
        let hearing = &mut self.hearing;
        let moved = match hearing.source {
            Some(source) if source == from => false,
            Some(_) => {
                let agreed = self.route.as_ref().is_some_and(|route| route.remote == from);
                if !agreed && now.duration_since(hearing.source_heard) < MOVES_AFTER {
                    return false;
                }
                true
            }
            None => true,
        };
        if moved {
            hearing.source = Some(from);
        }
        hearing.source_heard = now;
        true
    }

    fn play(&mut self, header: RtpHeader, payload: &[u8], now: Instant, heard: &mut Heard) {
        let Some(route) = &self.route else { return };
        if route.events.is_some_and(|(of, _)| of == header.payload_type) {
            if let Some(key) = self.hearing.events.receive(header.timestamp, payload)
                && self.may_press(now)
            {
                heard.keys.push(key.as_char());
            }
            return;
        }
        if route.comfort_noise == Some(header.payload_type) {
            self.hearing.noise = payload.first().map(|level| Noise::of(*level));
            return;
        }
        let Some((_, codec)) = route.accepted.iter().find(|(of, _)| *of == header.payload_type) else { return };
        if self.hearing.decoder.as_ref().is_none_or(|decoder| decoder.codec() != *codec) {
            self.hearing.decoder = Decoder::new(*codec, self.port).ok();
        }
        self.hearing.noise = None;
        if let Some(decoder) = &mut self.hearing.decoder {
            // What is no sound of the codec adds nothing.
            decoder.decode(payload, &mut heard.sound);
        }
    }

    fn conceal(&mut self, count: u16, heard: &mut Heard) {
        let Some(decoder) = &mut self.hearing.decoder else { return };
        // What the codec cannot make up is the engine's to fill: it repeats the last frame at half its strength.
        for _ in 0..count.min(MOST_CONCEALED) {
            decoder.conceal(&mut heard.sound);
        }
    }

    fn may_press(&mut self, now: Instant) -> bool {
        let (since, count) = &mut self.hearing.keys;
        if since.is_none_or(|since| now.duration_since(since) >= Duration::from_secs(1)) {
            (*since, *count) = (Some(now), 0);
        }
        *count += 1;
        *count <= MOST_KEYS_A_SECOND
    }
}
