//! What a turn of 20 ms sends.

use std::time::{Duration, Instant};

use media::{
    dtmf::{Digit, EventSender},
    frame::FRAME_20,
    rtp::{self, RtpHeader},
};

use super::{Heard, Leg};
use crate::{
    port::{CarrierFrame, FRAME_BYTES, FRAME_WIDE},
    rtp::RtpCodec,
};

/// A key is held so long, and the next one follows after as many turns.
const PRESS: Duration = Duration::from_millis(120);
const BETWEEN_PRESSES: u32 = 4;
/// Keys that wait to be pressed.
const MOST_PRESSES: usize = 64;
/// A gap between frames beyond which the next begins a new talk spurt.
const SPURT: Duration = Duration::from_millis(60);

impl Leg {
    /// Takes keys to press. False when events were not agreed on.
    pub(in crate::rtp) fn press(&mut self, digits: &str) -> bool {
        if self.route.as_ref().is_none_or(|route| route.events.is_none()) {
            return false;
        }
        let room = MOST_PRESSES.saturating_sub(self.speech.presses.len());
        self.speech.presses.extend(digits.chars().filter_map(Digit::from_char).take(room));
        true
    }

    /// One turn of 20 ms: takes a frame for the other side, and answers with the packet that is due, if one is. While the
    /// other side is silent by agreement its noise goes into `heard`.
    pub(in crate::rtp) fn turn(&mut self, frame: &CarrierFrame, now: Instant, heard: &mut Heard) -> Option<Vec<u8>> {
        self.fill_pause(heard);
        let route = self.route.as_ref()?;
        let clock = route.codec.clock();
        let step = clock / 50;
        let since = self.speech.last_turn.replace(now).map(|last| now.duration_since(last));
        match since {
            Some(since) if since < SPURT => self.speech.timestamp = self.speech.timestamp.wrapping_add(step),
            Some(since) => {
                let turns = u32::try_from(since.as_millis() / FRAME_20.as_millis()).unwrap_or(1).max(1);
                self.speech.timestamp = self.speech.timestamp.wrapping_add(step.wrapping_mul(turns));
                self.speech.spurt = true;
            }
            None => {}
        }
        if !route.sends {
            self.speech.spurt = true;
            self.speech.gathered.1 = 0;
            self.speech.gathered.0.clear();
            return None;
        }
        let (packet_ms, payload_type, events) = (route.packet_ms, route.payload_type, route.events);
        let whole = if route.codec == RtpCodec::Opus { 1 } else { (packet_ms / 20).clamp(1, 3) };
        if let Some(packet) = events.and_then(|(kind, clock)| self.press_turn(kind, clock)) {
            return Some(packet);
        }
        let speech = &mut self.speech;
        if speech.gathered.1 == 0 {
            speech.gathered.2 = speech.timestamp;
            speech.gathered.0.clear();
        }
        if !speech.encoder.as_mut()?.encode(frame, &mut speech.gathered.0) {
            return None;
        }
        speech.gathered.1 += 1;
        if speech.gathered.1 < whole {
            return None;
        }
        speech.gathered.1 = 0;
        let payload = std::mem::take(&mut speech.gathered.0);
        let (marker, timestamp) = (std::mem::take(&mut speech.spurt), speech.gathered.2);
        let packet = self.packet(marker, payload_type, timestamp, &payload);
        self.speech.gathered.0 = payload;
        packet
    }

    fn fill_pause(&mut self, heard: &mut Heard) {
        if let Some(noise) = &mut self.hearing.noise {
            let frame = if self.port.is_wide() { FRAME_WIDE } else { FRAME_BYTES };
            heard.sound.add(self.port, (0..frame).map(|_| noise.sample()));
        }
    }

    /// The packet of the key that is being pressed.
    fn press_turn(&mut self, payload_type: u8, clock: u32) -> Option<Vec<u8>> {
        let speech = &mut self.speech;
        if speech.press.is_none() {
            if speech.pause > 0 {
                speech.pause -= 1;
                return None;
            }
            let digit = speech.presses.pop_front()?;
            speech.press = Some(EventSender::new(digit, speech.timestamp, clock, FRAME_20, PRESS));
        }
        match speech.press.as_mut().and_then(Iterator::next) {
            Some(write) => {
                speech.spurt = true;
                self.packet(write.marker, payload_type, write.timestamp, &write.event.encode())
            }
            None => {
                (speech.press, speech.pause) = (None, BETWEEN_PRESSES);
                None
            }
        }
    }

    fn packet(&mut self, marker: bool, payload_type: u8, timestamp: u32, payload: &[u8]) -> Option<Vec<u8>> {
        let speech = &mut self.speech;
        let header = RtpHeader { marker, payload_type, seq: speech.seq, timestamp, ssrc: speech.ssrc };
        speech.seq = speech.seq.wrapping_add(1);
        speech.packets = speech.packets.wrapping_add(1);
        speech.octets = speech.octets.wrapping_add(u32::try_from(payload.len()).unwrap_or(0));
        let mut packet = Vec::with_capacity(12 + payload.len());
        rtp::write(header, payload, &mut packet);
        match (&mut self.sealed, self.route.as_ref().is_some_and(|route| route.seal.is_some())) {
            (Some(sealed), _) => sealed.seal(&packet),
            // Never in the clear when keys were agreed.
            (None, true) => None,
            (None, false) => Some(packet),
        }
    }
}
