//! A carrier's voice on its way in, in the form of its codec, and the half of a turn's samples that it does not bring.

use media::resample::{Downsampler, Upsampler};

use super::{
    fifo::Fifo,
    voice::{NARROW, Samples, WIDE},
};
use crate::port::Arrived;

pub(super) struct Intake {
    arrived: Arrived,
    pub(super) fifo: Fifo,
    up: Upsampler,
    down: Downsampler,
}

impl Intake {
    pub(super) fn new(arrived: Arrived) -> Self {
        let frame = match arrived {
            Arrived::Law(..) => NARROW,
            Arrived::Wide(_) => WIDE,
        };
        Self { arrived, fifo: Fifo::new(frame), up: Upsampler::default(), down: Downsampler::default() }
    }

    /// Takes what has come; the answer is its size in bytes.
    pub(super) fn collect(&mut self) -> usize {
        let fifo = &mut self.fifo;
        match &mut self.arrived {
            Arrived::Law(law, bytes) => each(bytes, |chunk| fifo.push(chunk.iter().map(|byte| law.decode(*byte)))),
            Arrived::Wide(samples) => each(samples, |chunk| fifo.push(chunk.iter().copied())),
        }
    }

    /// The samples of this turn as they came; true when they did come from the carrier. A wide carrier's are there at both
    /// rates then; one of G.711 has its wide half made by [`widen`](Self::widen).
    pub(super) fn pull(&mut self, samples: &mut Samples) -> bool {
        let Samples { narrow, wide } = samples;
        match self.arrived {
            Arrived::Law(..) => self.fifo.pull(narrow),
            Arrived::Wide(_) => {
                let fresh = self.fifo.pull(wide);
                self.down.process(wide, narrow);
                fresh
            }
        }
    }

    /// What the carrier brought, of a turn's samples.
    pub(super) const fn brought<'a>(&self, samples: &'a Samples) -> &'a [i16] {
        match self.arrived {
            Arrived::Law(..) => &samples.narrow,
            Arrived::Wide(_) => &samples.wide,
        }
    }

    /// Fills in the 16 kHz half of a turn that came at 8 kHz.
    pub(super) fn widen(&mut self, samples: &mut Samples) {
        if let Arrived::Law(..) = self.arrived {
            self.up.process(&samples.narrow, &mut samples.wide);
        }
    }
}

/// Hands over all that waits in a ring; the answer is its size in bytes.
fn each<T>(ring: &mut rtrb::Consumer<T>, mut take: impl FnMut(&[T])) -> usize {
    let waiting = ring.slots();
    let Ok(chunk) = ring.read_chunk(waiting) else { return 0 };
    let (first, second) = chunk.as_slices();
    take(first);
    take(second);
    chunk.commit_all();
    waiting * size_of::<T>()
}

#[cfg(test)]
mod tests {
    use media::{g711::Law, level::rms_dbfs};

    use super::*;
    use crate::port::{Bringing, CarrierCodec, ring};

    fn tone(hertz: f64, rate: f64, count: usize) -> Vec<i16> {
        (0..count).map(|i| ((std::f64::consts::TAU * hertz * i as f64 / rate).sin() * 9_000.0) as i16).collect()
    }

    /// All turns of what comes.
    fn turns(codec: CarrierCodec, bring: impl FnOnce(&mut Bringing)) -> Vec<Samples> {
        let (mut bringing, arrived) = ring(codec);
        let mut intake = Intake::new(arrived);
        bring(&mut bringing);
        intake.collect();
        let mut turns = Vec::new();
        let mut samples = Samples::SILENT;
        while intake.pull(&mut samples) {
            intake.widen(&mut samples);
            turns.push(samples);
        }
        turns
    }

    #[test]
    fn the_bytes_of_a_law_are_what_they_stand_for() {
        for (codec, law) in [(CarrierCodec::Pcmu, Law::Pcmu), (CarrierCodec::Pcma, Law::Pcma)] {
            let coded: Vec<u8> = tone(1_000.0, 8_000.0, 10 * NARROW).iter().map(|sample| law.encode(*sample)).collect();
            let turns = turns(codec, |bringing| match bringing {
                Bringing::Law(bytes) => assert!(bytes.push_partial_slice(&coded).1.is_empty()),
                Bringing::Wide(_) => panic!("{codec:?} is no wide codec"),
            });
            let narrow: Vec<i16> = turns.iter().flat_map(|turn| turn.narrow).collect();
            assert_eq!(narrow, coded.iter().map(|byte| law.decode(*byte)).collect::<Vec<_>>());
            let wide: Vec<i16> = turns.iter().flat_map(|turn| turn.wide).collect();
            assert!((rms_dbfs(&wide[WIDE..]) - rms_dbfs(&narrow)).abs() < 0.5);
        }
    }

    #[test]
    fn wide_samples_stay_as_they_are_and_their_lower_half_is_there_too() {
        for (hertz, below) in [(1_000.0, 0.0), (6_000.0, -40.0)] {
            let said = tone(hertz, 16_000.0, 10 * WIDE);
            let turns = turns(CarrierCodec::G722, |bringing| match bringing {
                Bringing::Law(_) => panic!("G.722 is a wide codec"),
                Bringing::Wide(samples) => assert!(samples.push_partial_slice(&said).1.is_empty()),
            });
            assert_eq!(turns.iter().flat_map(|turn| turn.wide).collect::<Vec<_>>(), said);
            let narrow: Vec<i16> = turns[1..].iter().flat_map(|turn| turn.narrow).collect();
            let change = rms_dbfs(&narrow) - rms_dbfs(&said);
            assert!(if below < 0.0 { change < below } else { change.abs() < 0.5 }, "{hertz} Hz: {change} dB");
        }
    }
}
