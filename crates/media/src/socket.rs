//! Sound over a WebSocket, for networks that let no UDP through: the frames, how much may be under way, and which of
//! what comes in is new. Pure.
//!
//! A frame is one binary message: kind, sequence number, timestamp at 48 kHz (all big-endian), payload. A stream over
//! TCP loses nothing and keeps its order, but a bad network makes it wait: whoever sends therefore drops sound that
//! would only make the far end later ([`Backlog`]).

use std::{collections::VecDeque, time::Duration};

use crate::codec::MAX_PACKET;

const SOUND: u8 = 1;
const KEY: u8 = 2;
const ACKNOWLEDGED: u8 = 3;
/// Kind, sequence number, timestamp.
const HEADER: usize = 9;
/// The longest frame that is one.
pub const MAX_FRAME: usize = HEADER + MAX_PACKET;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame<'a> {
    /// One Opus packet.
    Sound { seq: u32, time: u32, packet: &'a [u8] },
    /// One report of a key (RFC 4733 section 2.3); `time` is where the key was pressed.
    Key { seq: u32, time: u32, event: &'a [u8] },
    /// Everything up to `seq` has arrived. Also says that the line stands.
    Acknowledged { seq: u32 },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    #[error("{0} bytes are not a frame of sound")]
    Length(usize),
    #[error("kind {0} is not known")]
    Kind(u8),
}

impl<'a> Frame<'a> {
    /// # Errors
    /// [`FrameError`]: not a frame of this protocol.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FrameError> {
        let length = FrameError::Length(bytes.len());
        let (kind, rest) = bytes.split_first().ok_or(length)?;
        let (seq, rest) = rest.split_first_chunk::<4>().ok_or(length)?;
        let seq = u32::from_be_bytes(*seq);
        if *kind == ACKNOWLEDGED {
            return if rest.is_empty() { Ok(Self::Acknowledged { seq }) } else { Err(length) };
        }
        let (time, payload) = rest.split_first_chunk::<4>().ok_or(length)?;
        let time = u32::from_be_bytes(*time);
        if payload.is_empty() || payload.len() > MAX_PACKET {
            return Err(length);
        }
        match *kind {
            SOUND => Ok(Self::Sound { seq, time, packet: payload }),
            KEY => Ok(Self::Key { seq, time, event: payload }),
            other => Err(FrameError::Kind(other)),
        }
    }

    pub fn to_bytes(self) -> Vec<u8> {
        let (kind, seq, rest) = match self {
            Self::Sound { seq, time, packet } => (SOUND, seq, Some((time, packet))),
            Self::Key { seq, time, event } => (KEY, seq, Some((time, event))),
            Self::Acknowledged { seq } => (ACKNOWLEDGED, seq, None),
        };
        let mut bytes = Vec::with_capacity(HEADER + rest.map_or(0, |(_, payload)| payload.len()));
        bytes.push(kind);
        bytes.extend_from_slice(&seq.to_be_bytes());
        if let Some((time, payload)) = rest {
            bytes.extend_from_slice(&time.to_be_bytes());
            bytes.extend_from_slice(payload);
        }
        bytes
    }
}

/// Both ends acknowledge this often when something came, and show that they are there at [`ALIVE_EVERY`].
pub const ACKNOWLEDGE_EVERY: Duration = Duration::from_millis(100);
pub const ALIVE_EVERY: Duration = Duration::from_secs(1);
/// A line from which nothing came for this long is dead.
pub const DEAD_AFTER: Duration = Duration::from_secs(3);

/// Sound may be this much later than the fastest that this line was; what comes on top is dropped.
const PATIENCE: Duration = Duration::from_millis(300);
/// The same until the first acknowledgement has come.
const FIRST_PATIENCE: Duration = Duration::from_secs(1);

/// What has been sent and not acknowledged. Buffers on the way (the system's, a proxy's) take seconds of sound before
/// they push back, so the far end's word is the only measure.
#[derive(Debug, Default)]
pub struct Backlog {
    next: u32,
    waiting: VecDeque<(u32, Duration)>,
    /// The shortest time from a frame to its acknowledgement.
    fastest: Option<Duration>,
    dropped: u64,
}

impl Backlog {
    /// The number of the next frame; `None`: drop this one, the line is behind.
    pub fn admit(&mut self, now: Duration) -> Option<u32> {
        let patience = self.fastest.map_or(FIRST_PATIENCE, |fastest| fastest + PATIENCE);
        if self.waiting.front().is_some_and(|(_, sent)| now.saturating_sub(*sent) > patience) {
            self.dropped += 1;
            return None;
        }
        self.next += 1;
        self.waiting.push_back((self.next, now));
        Some(self.next)
    }

    /// A number that was never given is ignored.
    pub fn acknowledged(&mut self, seq: u32, now: Duration) {
        if seq > self.next {
            return;
        }
        while let Some((_, sent)) = self.waiting.pop_front_if(|(number, _)| *number <= seq) {
            let took = now.saturating_sub(sent);
            self.fastest = Some(self.fastest.map_or(took, |fastest| fastest.min(took)));
        }
    }

    /// Frames that were not sent because the line was behind.
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }
}

/// Which frames are new: a stream keeps its order, so a number that does not grow has been there before.
#[derive(Debug, Default)]
pub struct Arrivals {
    highest: u32,
    acknowledged: u32,
    said: Duration,
}

impl Arrivals {
    /// False for a frame that was there before, or never can have been sent.
    pub const fn take(&mut self, seq: u32) -> bool {
        let new = seq > self.highest;
        if new {
            self.highest = seq;
        }
        new
    }

    /// The acknowledgement that is due.
    pub fn due(&mut self, now: Duration) -> Option<Frame<'static>> {
        let since = now.saturating_sub(self.said);
        let news = self.highest > self.acknowledged && since >= ACKNOWLEDGE_EVERY;
        if !news && since < ALIVE_EVERY {
            return None;
        }
        self.acknowledged = self.highest;
        self.said = now;
        Some(Frame::Acknowledged { seq: self.highest })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn frames_come_back_as_they_went() {
        for frame in [
            Frame::Sound { seq: 7, time: u32::MAX, packet: &[1, 2, 3] },
            Frame::Key { seq: 1, time: 960, event: &[5, 0x8A, 3, 192] },
            Frame::Acknowledged { seq: u32::MAX },
        ] {
            assert_eq!(Frame::parse(&frame.to_bytes()), Ok(frame));
        }
    }

    #[test]
    fn what_is_no_frame_is_refused_by_name() {
        assert_eq!(Frame::parse(&[]), Err(FrameError::Length(0)));
        assert_eq!(Frame::parse(&[SOUND, 0, 0]), Err(FrameError::Length(3)));
        assert_eq!(Frame::parse(&[SOUND, 0, 0, 0, 1, 0, 0, 0, 0]), Err(FrameError::Length(9)), "no sound in it");
        assert_eq!(Frame::parse(&[9, 0, 0, 0, 1, 0, 0, 0, 0, 1]), Err(FrameError::Kind(9)));
        assert_eq!(Frame::parse(&[ACKNOWLEDGED, 0, 0, 0, 1, 0]), Err(FrameError::Length(6)));
        let long = vec![SOUND; MAX_FRAME + 1];
        assert_eq!(Frame::parse(&long), Err(FrameError::Length(MAX_FRAME + 1)));
    }

    #[test]
    fn a_line_that_stands_still_gets_no_more_sound_until_it_has_caught_up() {
        let mut backlog = Backlog::default();
        for n in 0..50 {
            assert_eq!(backlog.admit(ms(n * 20)), Some(n as u32 + 1));
            backlog.acknowledged(n as u32 + 1, ms(n * 20 + 40));
        }
        let sent = (50..100).filter(|n| backlog.admit(ms(n * 20)).is_some()).count();
        assert!((15..=18).contains(&sent), "{sent} frames (20 ms each) were under way on a dead line");
        assert_eq!(backlog.dropped(), 50 - sent as u64);
        backlog.acknowledged(50 + sent as u32, ms(2_500));
        assert!(backlog.admit(ms(2_500)).is_some(), "it caught up");
    }

    #[test]
    fn a_far_server_is_not_taken_for_a_slow_line() {
        let mut backlog = Backlog::default();
        for n in 0..500_u64 {
            assert!(backlog.admit(ms(n * 20)).is_some(), "frame {n}");
            if n >= 30 {
                backlog.acknowledged(n as u32 - 29, ms(n * 20));
            }
        }
    }

    #[test]
    fn a_replayed_frame_is_not_new() {
        let mut arrivals = Arrivals::default();
        assert!(arrivals.take(1) && arrivals.take(2) && !arrivals.take(2) && !arrivals.take(1) && !arrivals.take(0));
        assert!(arrivals.take(9), "some were dropped by the sender");
        assert_eq!(arrivals.due(ms(100)), Some(Frame::Acknowledged { seq: 9 }));
        assert_eq!(arrivals.due(ms(900)), None, "nothing new");
        assert_eq!(arrivals.due(ms(1_100)), Some(Frame::Acknowledged { seq: 9 }), "it is still there");
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_parser(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
            if let Ok(frame) = Frame::parse(&bytes) {
                prop_assert_eq!(frame.to_bytes(), bytes);
            }
        }

        /// Whatever is acknowledged, what is under way stays within what the line's patience allows.
        #[test]
        fn what_is_under_way_is_bounded(steps in proptest::collection::vec((0_u64..100, any::<u32>(), any::<bool>()), 1..500)) {
            let (mut backlog, mut now) = (Backlog::default(), Duration::ZERO);
            for (wait, seq, honest) in steps {
                now += ms(wait);
                let first = backlog.waiting.front().copied();
                if backlog.admit(now).is_some() && let Some((_, sent)) = first {
                    let patience = backlog.fastest.map_or(FIRST_PATIENCE, |fastest| fastest + PATIENCE);
                    prop_assert!(now - sent <= patience);
                }
                backlog.acknowledged(if honest { seq % (backlog.next + 1) } else { seq }, now);
            }
        }
    }
}
