//! Tells speech from silence, music and tones on a telephone line.
//!
//! Speech in this band has hissing sounds (s, t, f) with many zero crossings; hold music and call progress tones have
//! none. A stretch of sound counts as speech only when some were heard in it.

use media::level::rms_dbfs;

use super::Listen;
use crate::{FRAME_MS, FRAME_SAMPLES, Frame};

/// Quieter frames are silence.
const SOUND_DBFS: f32 = -45.0;
/// Hisses are quieter than vowels.
const HISS_DBFS: f32 = -52.0;
/// Zero crossings in a frame: 44 are 1.1 kHz, above the notes of the music loop and the call progress tones.
const HISS_CROSSINGS: usize = 44;
/// Hissing frames that make a stretch of sound speech.
const HISSES: u32 = 2;
/// Sound without a hiss for this long after speech is music.
const HISS_PAUSE_MS: u64 = 2_500;
/// A gap that does not end a stretch of sound.
const GAP_MS: u64 = 400;

/// Speech that was heard, in milliseconds since the ear was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpeechSpan {
    pub start_ms: u64,
    pub end_ms: u64,
    /// On a bridged line, not an announcement.
    pub person: bool,
}

#[derive(Debug, Default)]
pub struct Ear {
    frames: u64,
    stretch: Option<Stretch>,
    spans: Vec<SpeechSpan>,
    square_sum: f64,
    peak: u16,
}

/// Sound with short gaps in it.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    start_ms: u64,
    last_sound_ms: u64,
    last_hiss_ms: u64,
    sound_ms: u64,
    hisses: u32,
    person: bool,
}

impl Ear {
    pub fn hear(&mut self, frame: &Frame, person: bool) {
        let now_ms = self.frames * FRAME_MS;
        self.frames += 1;
        self.square_sum += frame.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>();
        self.peak = self.peak.max(media::level::peak(frame));
        let level = rms_dbfs(frame);
        let hiss = level > HISS_DBFS && crossings(frame) >= HISS_CROSSINGS;
        let end_ms = now_ms + FRAME_MS;
        // An agent who answers at once would otherwise be one stretch with the announcement and the music before.
        if self.stretch.is_some_and(|stretch| stretch.person != person) {
            let ended = self.stretch.take();
            self.spans.extend(ended.and_then(Stretch::speech));
        }
        if level > SOUND_DBFS || (hiss && self.stretch.is_some()) {
            let stretch = self.stretch.get_or_insert(Stretch {
                start_ms: now_ms,
                last_sound_ms: end_ms,
                last_hiss_ms: now_ms,
                sound_ms: 0,
                hisses: 0,
                person,
            });
            stretch.last_sound_ms = end_ms;
            stretch.sound_ms += FRAME_MS;
            if hiss {
                stretch.hisses += 1;
                stretch.last_hiss_ms = end_ms;
            }
        }
        if let Some(stretch) = self.stretch
            && end_ms - stretch.last_sound_ms > GAP_MS
        {
            self.stretch = None;
            self.spans.extend(stretch.speech());
        }
    }

    /// Speech so far, the current stretch included.
    pub fn speech(&self) -> Vec<SpeechSpan> {
        self.spans.iter().copied().chain(self.stretch.and_then(|stretch| stretch.speech())).collect()
    }

    /// Whether a turn of speech that ended after `since_ms` is followed by the silence (or music) that was asked for.
    pub fn utterance_ended(&self, since_ms: u64, listen: &Listen) -> bool {
        let now_ms = self.frames * FRAME_MS;
        let spans = self.speech();
        let mut counted = spans.iter().filter(|span| {
            span.end_ms > since_ms
                && (span.person || listen.announcements)
                && span.end_ms - span.start_ms.max(since_ms) >= listen.min_speech_ms
        });
        counted.next_back().is_some_and(|span| now_ms >= span.end_ms + listen.silence_ms)
    }

    /// Level of everything heard, silence included.
    pub fn rms_dbfs(&self) -> f32 {
        let samples = self.frames as f64 * FRAME_SAMPLES as f64;
        if samples == 0.0 || self.square_sum == 0.0 {
            return media::level::FLOOR_DBFS;
        }
        (10.0 * (self.square_sum / samples / 32_768_f64.powi(2)).log10()) as f32
    }

    pub fn peak(&self) -> u16 {
        self.peak
    }
}

impl Stretch {
    fn speech(self) -> Option<SpeechSpan> {
        if self.hisses < HISSES {
            return None;
        }
        let end_ms = self.last_sound_ms.min(self.last_hiss_ms + HISS_PAUSE_MS);
        Some(SpeechSpan { start_ms: self.start_ms, end_ms, person: self.person })
    }
}

fn crossings(frame: &Frame) -> usize {
    frame.windows(2).filter(|pair| (pair[0] < 0) != (pair[1] < 0)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SILENCE, voices};

    fn hear_all(ear: &mut Ear, pcm: &[i16]) {
        for chunk in pcm.chunks(FRAME_SAMPLES) {
            let mut frame = SILENCE;
            frame[..chunk.len()].copy_from_slice(chunk);
            ear.hear(&frame, true);
        }
    }

    #[test]
    fn every_voice_is_heard_as_speech_for_nearly_its_whole_length() {
        for line in voices::all() {
            let mut ear = Ear::default();
            hear_all(&mut ear, &[0; 8000]);
            hear_all(&mut ear, &line.pcm());
            hear_all(&mut ear, &[0; 8000]);
            let spans = ear.speech();
            let first = spans.first().unwrap_or_else(|| panic!("{} was not heard", line.id));
            let last = spans.last().unwrap();
            assert!(first.start_ms.abs_diff(1000) <= 150, "{} starts at {}", line.id, first.start_ms);
            assert!(last.end_ms.abs_diff(1000 + line.duration_ms()) <= 250, "{} ends at {}", line.id, last.end_ms);
        }
    }

    #[test]
    fn music_and_call_progress_tones_are_not_speech() {
        for (name, pcm) in [
            ("hold music", media::tones::hold_music(8000).repeat(3)),
            ("ringback", media::tones::ringback(8000).repeat(3)),
            ("busy", media::tones::busy(8000).repeat(5)),
            ("beep", media::tones::beep(8000)),
        ] {
            let mut ear = Ear::default();
            hear_all(&mut ear, &pcm);
            assert_eq!(ear.speech(), [], "{name}");
        }
    }

    fn listen() -> Listen {
        Listen {
            silence_ms: 900,
            min_speech_ms: 300,
            timeout_ms: 0,
            on_timeout: Default::default(),
            announcements: false,
        }
    }

    #[test]
    fn an_agent_who_speaks_into_the_music_behind_the_greeting_has_had_a_turn() {
        let mut ear = Ear::default();
        for chunk in voices::line("agent-asha-1").unwrap().pcm().chunks_exact(FRAME_SAMPLES) {
            ear.hear(chunk.try_into().unwrap(), false);
        }
        hear_all(&mut ear, &media::tones::hold_music(8000)[..4000]);
        hear_all(&mut ear, &voices::line("agent-asha-1").unwrap().pcm());
        assert!(!ear.utterance_ended(0, &listen()));
        hear_all(&mut ear, &[0; 8000]);
        assert!(ear.utterance_ended(0, &listen()));
    }

    #[test]
    fn a_turn_ends_when_music_takes_over() {
        let listen = listen();
        let mut ear = Ear::default();
        hear_all(&mut ear, &voices::line("agent-asha-3").unwrap().pcm());
        assert!(!ear.utterance_ended(0, &listen));
        hear_all(&mut ear, &media::tones::hold_music(8000));
        assert!(ear.utterance_ended(0, &listen));
    }

    #[test]
    fn levels_are_those_of_what_was_heard() {
        let mut ear = Ear::default();
        assert_eq!(ear.rms_dbfs(), media::level::FLOOR_DBFS);
        hear_all(&mut ear, &super::super::sounds::tone(1000.0, 1000, -20.0));
        assert!((ear.rms_dbfs() + 20.0).abs() < 0.2, "{}", ear.rms_dbfs());
    }
}
