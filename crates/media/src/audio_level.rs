//! What a packet's header says about its loudness (RFC 6464), for those who do not decode everybody.

use crate::level::rms_of;

/// Name of the header extension in SDP.
pub const URI: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
/// A voice is louder than the quiet between its words by this, in dB.
const ABOVE_QUIET: f32 = 12.0;
/// Quieter is nobody, in dBFS.
const FAINT: f32 = -65.0;
/// By so much the quiet is taken to grow with each 10 ms in which it is not quieter, in dB: 2 in a second.
const GROWS: f32 = 0.02;

/// The extension's one byte: bit 7 says whether it is a voice, the others how far below full scale, in dB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AudioLevel(pub u8);

impl AudioLevel {
    pub const SILENCE: Self = Self(127);

    const fn of(dbfs: f32, voice: bool) -> Self {
        // A cast saturates: louder than full scale is 0.
        let below = (0.5 - dbfs) as u8;
        Self(if below > 127 { 127 } else { below } | ((voice as u8) << 7))
    }

    pub const fn dbfs(self) -> i8 {
        -((self.0 & 0x7F) as i8)
    }

    /// The louder of two, and a voice if one of them is.
    #[must_use]
    pub const fn louder(self, other: Self) -> Self {
        let (mine, theirs) = (self.0 & 0x7F, other.0 & 0x7F);
        Self((if mine < theirs { mine } else { theirs }) | ((self.0 | other.0) & 0x80))
    }

    pub const fn is_voice(self) -> bool {
        self.0 & 0x80 != 0
    }
}

/// Tells voices from the quiet of their room. Pure.
#[derive(Debug, Clone, Copy)]
pub struct VoiceMeter {
    /// In dBFS.
    quiet: f32,
}

impl Default for VoiceMeter {
    fn default() -> Self {
        Self { quiet: FAINT }
    }
}

impl VoiceMeter {
    /// Of 10 ms of samples between -1 and 1.
    pub fn measure(&mut self, block: &[f32]) -> AudioLevel {
        let dbfs = rms_of(block);
        self.quiet = dbfs.max(FAINT).min(self.quiet + GROWS);
        AudioLevel::of(dbfs, dbfs > self.quiet + ABOVE_QUIET)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(dbfs: f32) -> Vec<f32> {
        let amplitude = 10_f32.powf(dbfs / 20.0);
        (0..480).map(|n| if n % 2 == 0 { amplitude } else { -amplitude }).collect()
    }

    #[test]
    fn silence_is_as_low_as_can_be_said() {
        let level = VoiceMeter::default().measure(&[0.0; 480]);
        assert_eq!((level.dbfs(), level.is_voice()), (-96, false));
        assert_eq!(AudioLevel::SILENCE.dbfs(), -127);
    }

    #[test]
    fn a_voice_is_told_from_the_noise_of_its_room_also_when_it_is_quiet() {
        for (room, voice) in [(-80.0, -48.0), (-60.0, -40.0), (-45.0, -25.0)] {
            let mut meter = VoiceMeter::default();
            for _ in 0..1_000 {
                meter.measure(&noise(room));
            }
            assert!(!meter.measure(&noise(room)).is_voice(), "{room}");
            for _ in 0..200 {
                assert!(meter.measure(&noise(voice)).is_voice(), "{voice} in {room}");
            }
            assert_eq!(meter.measure(&noise(voice)).dbfs(), voice as i8);
            assert!(!meter.measure(&noise(room)).is_voice(), "{room}");
        }
    }

    #[test]
    fn a_fan_that_is_switched_on_is_no_voice_for_long() {
        let mut meter = VoiceMeter::default();
        for _ in 0..500 {
            meter.measure(&noise(-70.0));
        }
        let voices = (0..1_000).filter(|_| meter.measure(&noise(-40.0)).is_voice()).count();
        assert!((1..=700).contains(&voices), "{voices} of 1000");
    }
}
