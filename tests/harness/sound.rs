//! Tones, and whether they are there.

use std::{
    collections::VecDeque,
    f64::consts::TAU,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
};

/// Samples a second of a telephone line.
pub const LINE_RATE: usize = 8_000;
/// The same in a phone.
pub const PHONE_RATE: usize = 48_000;

/// A tone that goes on, at about -12 dBFS; 0 Hz is silence. It swells four times a second as speech does, because an even
/// tone is noise to a codec that leaves out silence. Clones are the same tone.
#[derive(Clone, Default)]
pub struct Tone(Arc<AtomicU32>);

impl Tone {
    pub fn of(hertz: u32) -> Self {
        Self(Arc::new(AtomicU32::new(hertz)))
    }

    pub fn set(&self, hertz: u32) {
        self.0.store(hertz, Relaxed);
    }

    /// What it fills frames with at this rate.
    pub fn source(&self, rate: usize) -> impl FnMut(&mut [i16]) + Send + use<> {
        let (tone, mut phase, mut swell) = (self.clone(), 0.0_f64, 0.0_f64);
        move |out| {
            let step = TAU * f64::from(tone.0.load(Relaxed)) / rate as f64;
            for sample in out {
                phase = (phase + step) % TAU;
                swell = (swell + TAU * 4.0 / rate as f64) % TAU;
                *sample = (phase.sin() * (4_800.0 + 4_000.0 * swell.sin())) as i16;
            }
        }
    }
}

/// What somebody hears; the last ten seconds of it. Clones are the same ear.
#[derive(Clone)]
pub struct Ear {
    rate: usize,
    heard: Arc<Mutex<VecDeque<i16>>>,
}

impl Ear {
    pub fn at(rate: usize) -> Self {
        Self { rate, heard: Arc::default() }
    }

    pub fn hear(&self, pcm: &[i16]) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.extend(pcm);
        let surplus = heard.len().saturating_sub(10 * self.rate);
        heard.drain(..surplus);
    }

    /// Waits until anything is heard.
    ///
    /// # Panics
    /// When nothing is heard in time.
    pub async fn is_heard(&self, what: &str) {
        let began = std::time::Instant::now();
        while self.seconds() < 0.1 {
            assert!(began.elapsed() < crate::PATIENCE, "{what} was not heard");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// Forgets what was heard.
    pub fn clear(&self) {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub fn seconds(&self) -> f64 {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).len() as f64 / self.rate as f64
    }

    /// The share of the tenths of a second since the last [`Self::clear`] in which this tone is the sound: 0 to 1.
    pub fn share_with(&self, hertz: f64) -> f64 {
        let heard: Vec<i16> = self.heard.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect();
        let parts: Vec<&[i16]> = heard.chunks_exact(self.rate / 10).collect();
        let with = parts.iter().filter(|part| is_tone(part, hertz, self.rate)).count();
        with as f64 / parts.len().max(1) as f64
    }

    /// Seconds since the last [`Self::clear`] in which this tone is the sound.
    pub fn seconds_with(&self, hertz: f64) -> f64 {
        self.share_with(hertz) * self.seconds()
    }

    /// Whether this was heard, sample by sample.
    pub fn heard_all_of(&self, pcm: &[i16]) -> bool {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.make_contiguous().windows(pcm.len()).any(|part| part == pcm)
    }

    /// Waits until the tone has been the sound of half a second.
    ///
    /// # Panics
    /// When it is not heard in time.
    pub async fn hears(&self, hertz: f64, what: &str) {
        let began = std::time::Instant::now();
        loop {
            self.clear();
            while self.seconds() < 0.5 {
                assert!(began.elapsed() < crate::PATIENCE, "{what} was not heard");
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            if self.share_with(hertz) > 0.9 {
                return;
            }
        }
    }
}

/// The longest time for which this tone is the sound of a recording, in seconds.
pub fn longest_with(pcm: &[i16], rate: usize, hertz: f64) -> f64 {
    let (mut run, mut longest) = (0_u32, 0_u32);
    for part in pcm.chunks_exact(rate / 10) {
        run = if is_tone(part, hertz, rate) { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    f64::from(longest) / 10.0
}

/// Most of the power is at this frequency (Goertzel's algorithm), and it is louder than -40 dBFS.
fn is_tone(pcm: &[i16], hertz: f64, rate: usize) -> bool {
    let coefficient = 2.0 * (TAU * hertz / rate as f64).cos();
    let (mut before, mut last, mut power) = (0.0, 0.0, 0.0);
    for sample in pcm {
        let sample = f64::from(*sample) / 32_768.0;
        power += sample * sample;
        (before, last) = (last, sample + coefficient * last - before);
    }
    let length = pcm.len() as f64;
    let at_tone = (before * before + last * last - coefficient * before * last) * 2.0 / length;
    power / length > 1e-4 && at_tone > power * 0.6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_told_from_another_and_from_silence() {
        let ear = Ear::at(LINE_RATE);
        let mut pcm = [0; 800];
        Tone::of(600).source(LINE_RATE)(&mut pcm);
        ear.hear(&pcm);
        assert_eq!((ear.share_with(600.0), ear.share_with(1_000.0)), (1.0, 0.0));
        ear.clear();
        ear.hear(&[0; 800]);
        assert_eq!(ear.share_with(600.0), 0.0);
    }
}
