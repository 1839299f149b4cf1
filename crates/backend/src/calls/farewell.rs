//! Last sentences, in the number's language: as text for carriers that speak, and as sound for legs on which the bridge does.
//! More languages are more rows. The sound is made from `voices/lines.tsv`; see docs/voices.md.

use std::{sync::Arc, time::Duration};

use domain::call::Farewell;
use media::g711::Law;

/// Name of the prompt in the bridge.
pub(super) const PROMPT: &str = "farewell";
/// The other side may have its ear on the line a little after it was answered.
const BEFORE: Duration = Duration::from_millis(300);
/// What is on its way arrives before the call ends.
const AFTER: Duration = Duration::from_millis(500);
const SAMPLES_PER_MS: usize = 8;

/// One sentence.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    #[cfg(test)]
    id: &'static str,
    pub text: &'static str,
    /// Mu-law, 8 kHz.
    mulaw: &'static [u8],
}

macro_rules! line {
    ($id:literal, $text:literal) => {
        Line {
            #[cfg(test)]
            id: $id,
            text: $text,
            mulaw: include_bytes!(concat!("../../voices/", $id, ".ulaw")),
        }
    };
}

impl Line {
    /// 8 kHz, with silence at both ends.
    pub(super) fn pcm(&self) -> Arc<[i16]> {
        let silence = |span: Duration| std::iter::repeat_n(0, span.as_millis() as usize * SAMPLES_PER_MS);
        let spoken = self.mulaw.iter().map(|byte| Law::Pcmu.decode(*byte));
        silence(BEFORE).chain(spoken).chain(silence(AFTER)).collect()
    }
}

pub(super) fn line(farewell: Farewell, language: &str) -> Line {
    let hindi = language.starts_with("hi");
    match (farewell, hindi) {
        (Farewell::AllBusy, false) => line!("all-busy-en", "All our lines are busy. We will call you back. Goodbye."),
        (Farewell::AllBusy, true) => {
            line!("all-busy-hi", "हमारी सभी लाइनें व्यस्त हैं। हम आपको वापस फ़ोन करेंगे। धन्यवाद।")
        }
        (Farewell::NoRoute, false) => line!("no-route-en", "This number is not in service at present. Goodbye."),
        (Farewell::NoRoute, true) => line!("no-route-hi", "यह नंबर अभी सेवा में नहीं है। धन्यवाद।"),
        (Farewell::AgentLost, false) => {
            line!("agent-lost-en", "We have lost the connection to your agent. We will call you back. Goodbye.")
        }
        (Farewell::AgentLost, true) => {
            line!("agent-lost-hi", "आपके एजेंट से संपर्क टूट गया है। हम आपको वापस फ़ोन करेंगे। धन्यवाद।")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = include_str!("../../voices/lines.tsv");

    #[test]
    fn what_is_spoken_is_what_is_written_and_ends_before_the_call_does() {
        for farewell in [Farewell::AllBusy, Farewell::NoRoute, Farewell::AgentLost] {
            for language in ["en", "hi"] {
                let line = line(farewell, language);
                let cells = LINES.lines().map(|row| row.split('\t').collect::<Vec<_>>());
                let row = cells.into_iter().find(|cells| cells[0] == line.id).expect("a row");
                assert_eq!((row[5], row[6]), (line.text, ""), "{}", line.id);
                assert!(line.id.ends_with(language), "{}", line.id);
                let pcm = line.pcm();
                let loud = pcm.iter().filter(|sample| sample.unsigned_abs() > 1_000).count();
                assert!(loud > pcm.len() / 10, "{}: {loud} of {}", line.id, pcm.len());
                let spoken = Duration::from_millis((pcm.len() / SAMPLES_PER_MS) as u64);
                assert!(spoken < domain::call::FAREWELL_LIMIT / 2, "{}: {spoken:?}", line.id);
            }
        }
    }
}
