//! Whether somebody in a large room speaks. Pure.
//!
//! Whoever does not is not decoded and not mixed; all who only listen then hear the same, which is encoded once.

use std::time::Duration;

use media::codec;

/// In dB relative to full scale.
type Level = i8;

/// What the sender wrote into a packet's header about its loudness (RFC 6464).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Loudness {
    pub(super) level: Option<Level>,
    pub(super) voice: Option<bool>,
}

/// As loud as that is somebody who speaks, whatever the sender's voice detection says.
const LOUD: Level = -45;
/// Quieter than that is nobody.
const FAINT: Level = -65;
/// Opus packets up to this length are silence (RFC 6716 section 2.1.9), also in the music modes.
const SILENT_PACKET: usize = 3;
/// Longer than the pauses between words, so that nothing is cut off in a sentence.
const HOLD: Duration = Duration::from_millis(600);

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Gate {
    open_until: Duration,
}

impl Gate {
    /// A packet came. What its header does not tell, the encoder's own flag in the payload does.
    pub(super) fn hear_packet(&mut self, header: Loudness, payload: &[u8], now: Duration) {
        let flag = header.voice.or_else(|| codec::says_voice(payload)).unwrap_or(payload.len() > SILENT_PACKET);
        let speaks = match header.level {
            Some(level) => level > LOUD || (flag && level > FAINT),
            None => flag,
        };
        self.hear(speaks, now);
    }

    /// Samples came, of this level in dBFS.
    pub(super) fn hear_level(&mut self, dbfs: f32, now: Duration) {
        self.hear(dbfs > f32::from(LOUD), now);
    }

    fn hear(&mut self, speaks: bool, now: Duration) {
        if speaks {
            self.open_until = now + HOLD;
        }
    }

    pub(super) fn is_open(&self, now: Duration) -> bool {
        now < self.open_until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    /// 20 ms of linear prediction: configuration 9, with its voice flag set and not set.
    const VOICE: [u8; 8] = [9 << 3, 0x80, 1, 2, 3, 4, 5, 6];
    const NOISE: [u8; 8] = [9 << 3, 0x3F, 1, 2, 3, 4, 5, 6];

    #[test]
    fn a_voice_opens_the_gate_and_a_pause_between_words_does_not_close_it() {
        let mut gate = Gate::default();
        assert!(!gate.is_open(SECOND));
        gate.hear_packet(Loudness::default(), &VOICE, SECOND);
        gate.hear_packet(Loudness::default(), &NOISE, SECOND + HOLD / 2);
        assert!(gate.is_open(SECOND + HOLD * 9 / 10));
        assert!(!gate.is_open(SECOND + HOLD));
    }

    #[test]
    fn the_header_is_believed_before_the_payload() {
        for (level, voice, payload, open) in [
            (Some(-20), None, NOISE, true),
            (Some(-60), Some(true), NOISE, true),
            (Some(-60), Some(false), VOICE, false),
            (Some(-127), Some(true), VOICE, false),
            (None, Some(false), VOICE, false),
        ] {
            let mut gate = Gate::default();
            gate.hear_packet(Loudness { level, voice }, &payload, SECOND);
            assert_eq!(gate.is_open(SECOND), open, "{level:?} {voice:?}");
        }
    }

    #[test]
    fn music_modes_are_heard_unless_they_are_silent() {
        for (payload, open) in [(&[0xF8, 1, 2, 3, 4][..], true), (&[0xF8, 0xFF, 0xFE], false), (&[], false)] {
            let mut gate = Gate::default();
            gate.hear_packet(Loudness::default(), payload, SECOND);
            assert_eq!(gate.is_open(SECOND), open, "{payload:?}");
        }
    }
}
