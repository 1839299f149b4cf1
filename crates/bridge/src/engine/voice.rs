//! 20 ms of one speaker, and the hold music, at both rates that are needed.

use std::sync::Arc;

use media::{
    codec::{CodecError, EncoderSettings, MAX_PACKET, OpusEncoder},
    frame::{NARROWBAND, WIDEBAND},
    tones,
};

pub(super) const NARROW: usize = 160;
pub(super) const WIDE: usize = 320;

#[derive(Debug, Clone)]
pub(super) struct Voice {
    pub(super) narrow: [i16; NARROW],
    pub(super) wide: [i16; WIDE],
}

impl Voice {
    pub(super) const SILENT: Self = Self { narrow: [0; NARROW], wide: [0; WIDE] };
}

/// The loop, made and encoded once for everybody on hold.
pub(super) struct Music {
    narrow: Vec<i16>,
    wide: Vec<i16>,
    packets: Vec<Arc<[u8]>>,
}

impl Music {
    pub(super) fn compose() -> Result<Self, CodecError> {
        let (narrow, wide) = (tones::hold_music(NARROWBAND), tones::hold_music(WIDEBAND));
        let mut encoder = OpusEncoder::new(EncoderSettings { fec: false, ..EncoderSettings::voice(WIDEBAND) })?;
        let mut packets = Vec::new();
        // The first round only brings the encoder into the state in which the loop comes round again.
        for _ in 0..2 {
            packets.clear();
            for frame in wide.chunks_exact(WIDE) {
                let mut packet = [0; MAX_PACKET];
                let length = encoder.encode(frame, &mut packet)?;
                packets.push(packet[..length].into());
            }
        }
        Ok(Self { narrow, wide, packets })
    }

    fn index(&self, turn: u64) -> usize {
        (turn % self.packets.len().max(1) as u64) as usize
    }

    pub(super) fn packet(&self, turn: u64) -> Arc<[u8]> {
        Arc::clone(&self.packets[self.index(turn)])
    }

    pub(super) fn narrow(&self, turn: u64) -> &[i16] {
        let at = self.index(turn) * NARROW;
        &self.narrow[at..at + NARROW]
    }

    pub(super) fn wide(&self, turn: u64) -> &[i16] {
        let at = self.index(turn) * WIDE;
        &self.wide[at..at + WIDE]
    }
}
