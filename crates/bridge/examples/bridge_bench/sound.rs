//! What the peers say: the simulator's spoken lines, and the noise of a quiet room.

use std::sync::Arc;

use media::{
    codec::{EncoderSettings, MAX_PACKET, OpusEncoder},
    frame::WIDEBAND,
    g711::Law,
    resample::Upsampler,
};

use crate::Failure;

/// Mu-law, 8 kHz.
static LINES: &[u8] = include_bytes!("../../../simulator/voices/lines.ulaw");
/// Twenty seconds.
const FRAMES: usize = 1_000;
const NARROW: usize = 160;
const WIDE: usize = 320;

pub type Packets = Arc<[Arc<[u8]>]>;

/// 20 ms each.
pub struct Sounds {
    pub opus: Packets,
    pub quiet: Packets,
    pub pcmu: Packets,
}

impl Sounds {
    pub fn make() -> Result<Self, Failure> {
        let lines = &LINES[..FRAMES * NARROW];
        let narrow: Vec<i16> = lines.iter().map(|byte| Law::Pcmu.decode(*byte)).collect();
        let mut wide = vec![0; 2 * narrow.len()];
        Upsampler::default().process(&narrow, &mut wide);
        let mut state = 1_u32;
        // About -68 dBFS, as a microphone in an office has it.
        let noise: Vec<i16> = (0..wide.len())
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 27) as i16 - 16
            })
            .collect();
        let pcmu = lines.chunks_exact(NARROW).map(Arc::from).collect();
        Ok(Self { opus: encoded(&wide)?, quiet: encoded(&noise)?, pcmu })
    }
}

fn encoded(pcm: &[i16]) -> Result<Packets, Failure> {
    let mut encoder = OpusEncoder::new(EncoderSettings::voice(WIDEBAND))?;
    let mut packet = [0; MAX_PACKET];
    let mut packets: Vec<Arc<[u8]>> = Vec::new();
    for frame in pcm.chunks_exact(WIDE) {
        let length = encoder.encode(frame, &mut packet)?;
        packets.push(packet[..length].into());
    }
    Ok(packets.into())
}
