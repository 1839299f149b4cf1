use std::{sync::atomic::Ordering::Relaxed, time::Duration};

use bytes::Bytes;
use media::{
    codec::CodecError,
    jitter::JitterSettings,
    level::Meter,
    playout::OpusPlayout,
    red,
    seq::{Reception, SeqUnwrap},
};

use super::{Gauges, RATE, RTP_CLOCK};

/// One RTP packet of sound as it came off the wire.
#[derive(Debug)]
pub(crate) struct RtpIn {
    pub arrived: std::time::Instant,
    pub seq: u16,
    pub timestamp: u32,
    /// The payload holds copies of earlier frames too (RFC 2198).
    pub red: bool,
    pub payload: Bytes,
}

/// The path is mostly a wired office or home: start short and let the buffer grow where packets come late.
const JITTER: JitterSettings = JitterSettings {
    clock: RTP_CLOCK,
    start: Duration::from_millis(20),
    min: Duration::from_millis(10),
    max: Duration::from_millis(200),
};
/// Speed change per millisecond of surplus delay.
const PULL_PER_MS: f64 = 0.000_5;
/// Largest speed change; 0.8 % is an eighth of a semitone.
const LARGEST_PULL: f64 = 0.008;
/// A surplus smaller than this is left alone.
const DEAD_BAND_MS: f64 = 1.0;

/// From packets to blocks of sound.
pub(crate) struct ReceivePath {
    playout: OpusPlayout,
    meter: Meter,
    numbers: SeqUnwrap,
    reception: Reception,
    /// Packets of earlier connections.
    expected_before: u64,
    /// By how much packets wait too long, smoothed, in milliseconds.
    surplus: f64,
}

impl ReceivePath {
    pub(crate) fn new() -> Result<Self, CodecError> {
        Ok(Self {
            playout: OpusPlayout::new(JITTER, RATE)?,
            meter: Meter::default(),
            numbers: SeqUnwrap::default(),
            reception: Reception::default(),
            expected_before: 0,
            surplus: 0.0,
        })
    }

    pub(crate) fn push(&mut self, packet: RtpIn, at: Duration, gauges: &Gauges) {
        gauges.packets_in.fetch_add(1, Relaxed);
        self.reception.record(self.numbers.extend(packet.seq));
        gauges.packets_expected.store(self.expected_before + self.reception.expected(), Relaxed);
        let RtpIn { seq, timestamp, payload, .. } = &packet;
        // A packet that is not Opus is counted by the buffer, and one that cannot be taken apart is lost; neither costs
        // anything else.
        let _counted = match packet.red.then(|| red::parse(payload)) {
            None => self.playout.push(*seq, *timestamp, payload, at).map(drop),
            Some(Ok(blocks)) => self.playout.push_blocks(*seq, *timestamp, &blocks, at).map(drop),
            Some(Err(_)) => Ok(()),
        };
    }

    /// What is heard from `now` on.
    pub(crate) fn fill(&mut self, now: Duration, out: &mut [i16]) {
        let heard = self.playout.fill(now, out);
        self.meter.add(out);
        if heard {
            let off_by = self.playout.off_by_micros() as f64 / 1_000.0;
            self.surplus += (off_by - self.surplus) * 0.05;
        }
    }

    /// How much faster than nominal to play, so that the wait comes down to what it is meant to be and stays there although
    /// the two ends' clocks differ.
    pub(crate) fn correction(&self) -> f64 {
        if self.surplus.abs() < DEAD_BAND_MS {
            return 0.0;
        }
        (self.surplus * PULL_PER_MS).clamp(-LARGEST_PULL, LARGEST_PULL)
    }

    pub(crate) fn restart(&mut self) {
        self.playout.restart();
        // Another connection numbers its packets anew.
        self.expected_before += self.reception.expected();
        (self.numbers, self.reception) = (SeqUnwrap::default(), Reception::default());
        self.surplus = 0.0;
    }

    pub(crate) fn report(&mut self, gauges: &Gauges) {
        let counts = self.playout.counts();
        gauges.concealed.store(counts.concealed, Relaxed);
        gauges.rebuilt.store(counts.rebuilt + counts.recovered, Relaxed);
        gauges.late.store(counts.late, Relaxed);
        gauges.jitter_us.store(u64::try_from(self.playout.jitter().as_micros()).unwrap_or(0), Relaxed);
        gauges.jitter_buffer_us.store(u64::try_from(self.playout.delay().as_micros()).unwrap_or(0), Relaxed);
        gauges.jitter_target_us.store(u64::try_from(self.playout.target().as_micros()).unwrap_or(0), Relaxed);
        gauges.hurry_ppm.store((self.correction() * 1e6) as i64, Relaxed);
        gauges.set_speaker(self.meter.take_dbfs());
    }
}

#[cfg(test)]
mod tests {
    use media::codec::{EncoderSettings, MAX_PACKET, OpusEncoder};

    use super::*;

    const SLICE: usize = 80;

    /// Packets of 10 ms, each of which arrives at once, played on a device that takes `period` samples at a time. By how
    /// much the sound was stretched between the tenth second and the thirtieth.
    fn stretched(period: f64, phase: Duration) -> (Duration, Duration) {
        let (mut path, gauges) = (ReceivePath::new().unwrap(), Gauges::default());
        let settings = EncoderSettings { frame: Duration::from_millis(10), ..EncoderSettings::voice(RATE) };
        let mut encoder = OpusEncoder::new(settings).unwrap();
        let (mut sent, mut asked, mut ring, mut before) = (0_u32, 0.0, 0.0, None);
        for tick in 0..15_000_u64 {
            let now = phase + Duration::from_millis(2 * tick);
            while Duration::from_millis(10) * sent <= now {
                let pcm: Vec<i16> =
                    (0..160).map(|i| (f64::from(sent * 160 + i) * 0.15).sin() * 9_000.0).map(|s| s as i16).collect();
                let mut packet = [0; MAX_PACKET];
                let length = encoder.encode(&pcm, &mut packet).unwrap();
                let arrived = Duration::from_millis(10) * sent;
                let packet = RtpIn {
                    arrived: std::time::Instant::now(),
                    seq: sent as u16,
                    timestamp: sent * 480,
                    red: false,
                    payload: Bytes::copy_from_slice(&packet[..length]),
                };
                path.push(packet, arrived, &gauges);
                sent += 1;
            }
            while asked <= now.as_secs_f64() {
                asked += period / f64::from(RATE);
                ring = f64::max(ring - period, 0.0);
            }
            while ring < period + 48.0 {
                path.fill(now, &mut [0; SLICE]);
                ring += SLICE as f64 / (1.0 + path.correction());
            }
            if tick == 5_000 {
                before = Some(path.playout.stretched());
            }
        }
        let ((longer, shorter), before) = (path.playout.stretched(), before.unwrap());
        (longer - before.0, shorter - before.1)
    }

    #[test]
    fn a_device_hears_each_sound_as_long_as_it_was_however_much_it_takes_at_once() {
        for period in [80.0, 160.0, 320.0, 341.0] {
            for phase in [0, 3, 7] {
                let stretched = stretched(period, Duration::from_millis(phase));
                assert_eq!(stretched, (Duration::ZERO, Duration::ZERO), "{period} samples, {phase} ms");
            }
        }
    }
}
