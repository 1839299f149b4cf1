//! The lines that virtual people can say, with their sound.
//!
//! Made with espeak-ng from `voices/lines.tsv` by `voices/make-voices`; see `docs/voices.md`.

use std::{collections::BTreeMap, sync::LazyLock};

use media::g711::Law;

static SOUND: &[u8] = include_bytes!("../voices/lines.ulaw");
static INDEX: &str = include_str!("../voices/index.tsv");
static TEXTS: &str = include_str!("../voices/lines.tsv");

static LINES: LazyLock<BTreeMap<&'static str, VoiceLine>> = LazyLock::new(|| {
    let speakers = read_texts();
    let mut lines = BTreeMap::new();
    for row in INDEX.lines() {
        let mut cells = row.split('\t');
        let entry = || -> Option<(&'static str, VoiceLine)> {
            let id = cells.next()?;
            let offset: usize = cells.next()?.parse().ok()?;
            let samples: usize = cells.next()?.parse().ok()?;
            let (speaker, language, text) = *speakers.get(id)?;
            Some((id, VoiceLine { id, speaker, language, text, mulaw: SOUND.get(offset..offset + samples)? }))
        }();
        lines.extend(entry);
    }
    lines
});

/// Whose line it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    Customer,
    Agent,
    System,
}

/// One spoken line.
#[derive(Debug, Clone, Copy)]
pub struct VoiceLine {
    pub id: &'static str,
    pub speaker: Speaker,
    /// ISO 639-1: `en` or `hi`.
    pub language: &'static str,
    /// Exactly what is said, Hindi in Latin letters.
    pub text: &'static str,
    mulaw: &'static [u8],
}

impl VoiceLine {
    /// 8 kHz mono.
    pub fn pcm(&self) -> Vec<i16> {
        self.mulaw.iter().map(|byte| Law::Pcmu.decode(*byte)).collect()
    }

    pub fn duration_ms(&self) -> u64 {
        self.mulaw.len() as u64 * 1000 / u64::from(crate::LINE_RATE)
    }
}

/// All lines, ordered by id.
pub fn all() -> impl Iterator<Item = &'static VoiceLine> {
    LINES.values()
}

pub fn line(id: &str) -> Option<&'static VoiceLine> {
    LINES.get(id)
}

/// The line that says this text; case, punctuation and spacing do not matter.
pub fn line_saying(text: &str) -> Option<&'static VoiceLine> {
    let wanted = plain_words(text);
    all().find(|line| plain_words(line.text) == wanted)
}

fn plain_words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

fn read_texts() -> BTreeMap<&'static str, (Speaker, &'static str, &'static str)> {
    let mut texts = BTreeMap::new();
    for row in TEXTS.lines().filter(|row| !row.starts_with('#')) {
        let cells: Vec<&'static str> = row.split('\t').collect();
        if let [id, speaker, voice, _speed, _pitch, text, ..] = cells[..] {
            let speaker = match speaker {
                "customer" => Speaker::Customer,
                "agent" => Speaker::Agent,
                _ => Speaker::System,
            };
            let language = if voice.starts_with("hi") { "hi" } else { "en" };
            texts.insert(id, (speaker, language, text));
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_written_line_has_its_sound() {
        let written = TEXTS.lines().filter(|row| !row.starts_with('#')).count();
        assert_eq!(all().count(), written);
        for line in all() {
            assert!((1_000..8_000).contains(&line.duration_ms()), "{} lasts {} ms", line.id, line.duration_ms());
            let level = media::level::rms_dbfs(&line.pcm());
            assert!((-32.0..-14.0).contains(&level), "{} has {level} dBFS", line.id);
        }
        let used: usize = all().map(|line| line.mulaw.len()).sum();
        assert_eq!(used, SOUND.len());
    }

    #[test]
    fn a_line_is_found_by_what_it_says() {
        let found = line_saying("this call is RECORDED, for quality and training").unwrap();
        assert_eq!(found.id, "system-recorded");
        assert!(line_saying("something that nobody recorded").is_none());
    }
}
