//! RFC 4733 named events.

use std::time::Duration;

use super::Digit;

/// The four-byte payload of section 2.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    pub digit: Digit,
    /// Set on the last three packets.
    pub end: bool,
    /// Tone level as -dBm0, 0 (loudest) to 63.
    pub volume: u8,
    /// Length so far in RTP clock units.
    pub duration: u16,
}

impl Event {
    pub fn encode(self) -> [u8; 4] {
        let [high, low] = self.duration.to_be_bytes();
        [self.digit.event_code(), (u8::from(self.end) << 7) | (self.volume & 0x3F), high, low]
    }

    /// `None` when the payload is short or names an event that is not a key.
    pub fn decode(payload: &[u8]) -> Option<Self> {
        let [code, flags, high, low, ..] = *payload else { return None };
        Some(Self {
            digit: Digit::from_event_code(code)?,
            end: flags & 0x80 != 0,
            volume: flags & 0x3F,
            duration: u16::from_be_bytes([high, low]),
        })
    }
}

/// What the sender puts into its next packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventWrite {
    pub event: Event,
    /// Timestamp of the digit's start: the same in all its packets (section 2.5.1.1).
    pub timestamp: u32,
    /// RTP marker: the first packet of a digit.
    pub marker: bool,
}

/// Packets of one key press: one per tick while it lasts, then the end three times (section 2.5.1.4).
#[derive(Debug, Clone, Copy)]
pub struct EventSender {
    digit: Digit,
    timestamp: u32,
    step: u32,
    ticks: u32,
    sent: u32,
}

impl EventSender {
    const ENDS: u32 = 3;

    /// `timestamp`: RTP time of the key press; `clock`: RTP clock rate; `tick`: time between packets; `length`: how
    /// long the key is held, at least one tick.
    pub fn new(digit: Digit, timestamp: u32, clock: u32, tick: Duration, length: Duration) -> Self {
        let ticks = length.as_micros().div_ceil(tick.as_micros().max(1)).max(1);
        Self {
            digit,
            timestamp,
            step: crate::frame::samples(clock, tick) as u32,
            ticks: u32::try_from(ticks).unwrap_or(u32::MAX),
            sent: 0,
        }
    }
}

impl Iterator for EventSender {
    type Item = EventWrite;

    fn next(&mut self) -> Option<EventWrite> {
        if self.sent >= self.ticks + Self::ENDS - 1 {
            return None;
        }
        self.sent += 1;
        let end = self.sent >= self.ticks;
        let duration = u16::try_from(self.sent.min(self.ticks) * self.step).unwrap_or(u16::MAX);
        let event = Event { digit: self.digit, end, volume: 10, duration };
        Some(EventWrite { event, timestamp: self.timestamp, marker: self.sent == 1 })
    }
}

/// Turns packets into key presses: each press is reported once, at its first packet that arrives.
#[derive(Debug, Clone, Copy, Default)]
pub struct EventReceiver {
    current: Option<u32>,
}

impl EventReceiver {
    /// `timestamp`: of the RTP packet that carried `payload`.
    pub fn receive(&mut self, timestamp: u32, payload: &[u8]) -> Option<Digit> {
        let event = Event::decode(payload)?;
        if self.current.is_some_and(|current| timestamp.wrapping_sub(current) as i32 <= 0) {
            return None;
        }
        self.current = Some(timestamp);
        Some(event.digit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn five() -> EventSender {
        EventSender::new(
            Digit::from_char('5').unwrap(),
            4_000,
            48_000,
            Duration::from_millis(20),
            Duration::from_millis(100),
        )
    }

    #[test]
    fn a_press_is_sent_with_growing_duration_and_three_ends() {
        let writes: Vec<EventWrite> = five().collect();
        assert_eq!(writes.len(), 7);
        assert_eq!(writes.iter().filter(|w| w.event.end).count(), 3);
        assert_eq!(writes.iter().filter(|w| w.marker).count(), 1);
        assert_eq!(writes[0].event.encode(), [5, 10, 0x03, 0xC0]);
        assert_eq!(writes[6].event.encode(), [5, 0x8A, 0x12, 0xC0]);
        assert!(writes.iter().all(|w| w.timestamp == 4_000));
    }

    #[test]
    fn a_press_is_reported_once_whichever_of_its_packets_arrive() {
        for lost in 0..127_u32 {
            let mut receiver = EventReceiver::default();
            let heard: Vec<Digit> = five()
                .enumerate()
                .filter(|(i, _)| lost & (1 << i) == 0)
                .filter_map(|(_, w)| receiver.receive(w.timestamp, &w.event.encode()))
                .collect();
            assert_eq!(heard.len(), 1, "loss pattern {lost:b}");
        }
    }

    #[test]
    fn the_same_key_twice_is_two_presses() {
        let mut receiver = EventReceiver::default();
        let payload = Event { digit: Digit::from_char('1').unwrap(), end: false, volume: 10, duration: 160 }.encode();
        assert!(receiver.receive(u32::MAX - 5, &payload).is_some());
        assert!(receiver.receive(u32::MAX - 5, &payload).is_none());
        assert!(receiver.receive(10, &payload).is_some());
    }

    #[test]
    fn other_events_and_short_payloads_are_no_keys() {
        assert_eq!(Event::decode(&[16, 0, 0, 0]), None);
        assert_eq!(Event::decode(&[1, 0, 0]), None);
    }
}
