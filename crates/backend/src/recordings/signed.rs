//! Links to sound that work without a token until they run out.

use std::time::Duration;

use domain::ids::CallId;
use wire::recordings::AudioFormat;

use crate::signed_link::Opens;

/// Life of a link.
pub(super) const LINK_LIFE: Duration = Duration::from_secs(600);

/// The sound of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sound {
    pub call: CallId,
    pub format: AudioFormat,
}

impl Opens for Sound {
    const KIND: &'static str = "recording-link";

    fn written(&self) -> String {
        let format = match self.format {
            AudioFormat::Ogg => "ogg",
            AudioFormat::Wav => "wav",
        };
        format!("{}.{format}", self.call)
    }

    fn read(text: &str) -> Option<Self> {
        let (call, format) = text.split_once('.')?;
        let format = match format {
            "ogg" => AudioFormat::Ogg,
            "wav" => AudioFormat::Wav,
            _ => return None,
        };
        Some(Self { call: call.parse().ok()?, format })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::signed_link::tests::opens;

    #[test]
    fn a_link_opens_its_own_recording() {
        let call = CallId::new(Uuid::from_u128(2));
        for format in [AudioFormat::Wav, AudioFormat::Ogg] {
            opens(&Sound { call, format }, &[("0002.", "0003.")]);
        }
    }
}
