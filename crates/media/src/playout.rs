//! A jitter buffer with its Opus decoder: packets in, evenly flowing samples out.

use std::time::Duration;

use crate::{
    codec::{CodecError, OpusDecoder, packet_samples},
    frame::FULLBAND,
    jitter::{Admission, Arrival, JitterBuffer, JitterCounts, JitterSettings, Pull},
    level::peak,
};

/// 120 ms at 48 kHz, the longest Opus packet.
const LONGEST: usize = 5_760;
/// Peak below which a frame may be skipped unheard (-50 dBFS).
const QUIET_PEAK: u16 = 100;

/// Mono. `P` is the payload: cheap to clone, and readable as bytes.
#[derive(Debug)]
pub struct OpusPlayout<P> {
    jitter: JitterBuffer<P>,
    decoder: OpusDecoder,
    ready: Vec<i16>,
    scratch: Vec<i16>,
    bad_packets: u64,
}

impl<P: Clone + AsRef<[u8]>> OpusPlayout<P> {
    /// `rate`: of the samples that come out.
    ///
    /// # Errors
    /// [`CodecError::UnsupportedFormat`].
    pub fn new(settings: JitterSettings, rate: u32) -> Result<Self, CodecError> {
        Ok(Self {
            jitter: JitterBuffer::new(settings),
            decoder: OpusDecoder::new(rate, 1)?,
            ready: Vec::with_capacity(LONGEST * 2),
            scratch: vec![0; LONGEST],
            bad_packets: 0,
        })
    }

    /// Takes the payload of an RTP packet that arrived at `now`.
    ///
    /// # Errors
    /// [`CodecError::BadPacket`] when it is not Opus; it is counted and otherwise ignored.
    pub fn push(&mut self, seq: u16, timestamp: u32, payload: P, now: Duration) -> Result<Admission, CodecError> {
        let length = packet_samples(payload.as_ref(), FULLBAND).inspect_err(|_| self.bad_packets += 1)?;
        let duration = u32::try_from(length).unwrap_or(0);
        Ok(self.jitter.push(Arrival { seq, timestamp, duration, payload }, now))
    }

    /// Fills `out` with what is to be heard from `now` on. Answers whether any of it came from a packet (as opposed to
    /// being made up or silent).
    pub fn fill(&mut self, now: Duration, out: &mut [i16]) -> bool {
        let mut heard = false;
        while self.ready.len() < out.len() {
            let ahead = Duration::from_micros(self.ready.len() as u64 * 1_000_000 / u64::from(self.decoder.rate()));
            heard |= self.decode_next(now + ahead);
        }
        out.copy_from_slice(&self.ready[..out.len()]);
        self.ready.drain(..out.len());
        heard
    }

    fn decode_next(&mut self, now: Duration) -> bool {
        let quiet = peak(&self.scratch) < QUIET_PEAK;
        let pull = self.jitter.pull(now, quiet);
        let (decoded, duration, heard) = match pull {
            Pull::Packet(packet) => {
                let decoded = self.decoder.decode(packet.as_ref(), sized(&mut self.scratch, LONGEST));
                (decoded, None, true)
            }
            Pull::Fec { next, duration } => {
                let samples = self.samples(duration);
                let decoded = self.decoder.decode_fec(next.as_ref(), sized(&mut self.scratch, samples));
                (decoded, Some(samples), true)
            }
            Pull::Conceal { duration } => {
                let samples = self.samples(duration);
                (self.decoder.conceal(sized(&mut self.scratch, samples)), Some(samples), false)
            }
            Pull::Silence { duration } => {
                let samples = self.samples(duration);
                sized(&mut self.scratch, samples).fill(0);
                (Ok(samples), Some(samples), false)
            }
        };
        // A packet that cannot be decoded costs its own 20 ms and nothing else.
        let fallback = duration.unwrap_or_else(|| self.samples(FULLBAND / 50));
        let samples = decoded.unwrap_or_else(|_| {
            self.bad_packets += 1;
            sized(&mut self.scratch, fallback).fill(0);
            fallback
        });
        self.scratch.truncate(samples.max(1));
        self.ready.extend_from_slice(&self.scratch[..samples]);
        heard
    }

    /// Clock units to samples, in whole steps of 2.5 ms (all that the decoder can make up), at least one.
    fn samples(&self, duration: u32) -> usize {
        let steps = (duration / (FULLBAND / 400)).max(1);
        (steps * self.decoder.rate() / 400) as usize
    }

    /// Forgets what was received, as after a change of the sender.
    pub fn restart(&mut self) {
        self.jitter.restart();
        self.ready.clear();
    }

    pub fn counts(&self) -> JitterCounts {
        self.jitter.counts()
    }

    pub fn delay(&self) -> Duration {
        self.jitter.delay()
    }

    /// How long packets are meant to wait at present; compare with [`delay`](Self::delay).
    pub fn target(&self) -> Duration {
        self.jitter.target()
    }

    pub fn jitter(&self) -> Duration {
        self.jitter.jitter()
    }

    /// Payloads that were not Opus.
    pub fn bad_packets(&self) -> u64 {
        self.bad_packets
    }
}

fn sized(scratch: &mut Vec<i16>, length: usize) -> &mut [i16] {
    scratch.resize(length, 0);
    scratch
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        codec::{EncoderSettings, MAX_PACKET, OpusEncoder},
        level::rms_dbfs,
    };

    fn packets(count: usize) -> Vec<Vec<u8>> {
        let mut encoder = OpusEncoder::new(EncoderSettings::voice(16_000)).unwrap();
        (0..count)
            .map(|n| {
                let pcm: Vec<i16> = (0..320).map(|i| (((n * 320 + i) as f64 * 0.17).sin() * 9_000.0) as i16).collect();
                let mut out = [0; MAX_PACKET];
                let length = encoder.encode(&pcm, &mut out).unwrap();
                out[..length].to_vec()
            })
            .collect()
    }

    #[test]
    fn a_tone_with_one_packet_in_ten_lost_has_no_holes() {
        let mut playout = OpusPlayout::new(JitterSettings::OPUS, 8_000).unwrap();
        let mut heard = Vec::new();
        for (n, packet) in packets(200).into_iter().enumerate() {
            let now = Duration::from_millis(20 * n as u64);
            if n % 10 != 7 {
                playout.push(n as u16, (n * 960) as u32, packet, now).unwrap();
            }
            let mut out = [0; 160];
            playout.fill(now + Duration::from_millis(3), &mut out);
            heard.extend_from_slice(&out);
        }
        let quietest = heard[3_200..].chunks(160).map(rms_dbfs).fold(0.0, f32::min);
        // The copy that rebuilds a frame is coarse and softer than the tone (-14 dBFS); a hole would read below -60.
        assert!(quietest > -30.0, "a frame fell to {quietest} dBFS");
        assert!(playout.counts().rebuilt >= 15, "{:?}", playout.counts());
    }

    #[test]
    fn ten_millisecond_readers_get_every_sample_of_twenty_millisecond_packets() {
        let mut playout = OpusPlayout::new(JitterSettings::OPUS, 48_000).unwrap();
        for (n, packet) in packets(50).into_iter().enumerate() {
            let now = Duration::from_millis(20 * n as u64);
            playout.push(n as u16, (n * 960) as u32, packet, now).unwrap();
            for half in 0..2 {
                playout.fill(now + Duration::from_millis(10 * half), &mut [0; 480]);
            }
        }
        assert!(playout.counts().played >= 47, "{:?}", playout.counts());
        assert!(playout.delay() <= Duration::from_millis(50));
    }

    #[test]
    fn garbage_is_refused_and_costs_one_frame_at_most() {
        let mut playout = OpusPlayout::new(JitterSettings::OPUS, 8_000).unwrap();
        assert!(playout.push(0, 0, vec![], Duration::ZERO).is_err());
        let mut out = [7; 160];
        assert!(!playout.fill(Duration::ZERO, &mut out));
        assert_eq!((out, playout.bad_packets()), ([0; 160], 1));
    }
}
