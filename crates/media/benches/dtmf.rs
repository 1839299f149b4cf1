//! How well keys are found in sound, and how often speech is taken for keys.
//! `cargo bench -p switchboard-media --bench dtmf`
//!
//! The keys go through G.711; noise is white, its level given against the mean of the tones. The speech is that of the
//! simulator's voices and, when `espeak-ng` is installed, an hour and more of it in many voices, speeds and pitches.

use std::{io::Write, process::Command, time::Duration};

use switchboard_media::{
    dtmf::{Digit, ToneDetector},
    g711::Law,
};

const RATE: f64 = 8_000.0;
/// Level of a full-scale sine, dBm0 (ITU-T G.711).
const FULL_SCALE: f64 = 3.17;
const VOICES: &[u8] = include_bytes!("../../simulator/voices/lines.ulaw");
const TEXTS: &str = include_str!("../../simulator/voices/lines.tsv");

/// A line of the report. Nobody reads it any more when this fails.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Mean 0, deviation 1.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.next()).sum::<f64>() - 6.0
    }
}

#[derive(Clone, Copy)]
struct Press {
    /// Of both tones together, dBm0 (a full-scale sine is +3.17 dBm0 in mu-law, ITU-T G.711).
    level: f64,
    /// Column over row, dB.
    twist: f64,
    /// Both tones off by this share.
    off: f64,
    length: Duration,
    /// Tones over noise, dB.
    snr: f64,
    law: Law,
}

const USUAL: Press =
    Press { level: -10.0, twist: 0.0, off: 0.0, length: Duration::from_millis(70), snr: 40.0, law: Law::Pcmu };

/// Shares of 16 keys times 25 noises: found exactly once, and wrong or doubled ones.
fn found(press: Press) -> (f64, f64) {
    let mut noise = Noise(0x9E37_79B9_7F4A_7C15);
    let (mut right, mut wrong, mut all) = (0.0, 0.0, 0.0);
    for round in 0..25 {
        for digit in (0..16).filter_map(Digit::from_event_code) {
            let heard = ToneDetector::default().push(&sound(press, digit, 400 + round * 13, &mut noise));
            all += 1.0;
            right += f64::from(u8::from(heard == [digit]));
            wrong += f64::from(u8::from(heard.iter().any(|one| *one != digit) || heard.len() > 1));
        }
    }
    (100.0 * right / all, 100.0 * wrong / all)
}

fn sound(press: Press, digit: Digit, before: usize, noise: &mut Noise) -> Vec<i16> {
    let (row, column) = digit.frequencies();
    let power = 10_f64.powf((press.level - FULL_SCALE) / 10.0) * 0.5;
    let ratio = 10_f64.powf(press.twist / 10.0);
    let (low, high) = ((2.0 * power / (1.0 + ratio)).sqrt(), (2.0 * power * ratio / (1.0 + ratio)).sqrt());
    let deviation = (power * 10_f64.powf(-press.snr / 10.0)).sqrt();
    let length = (press.length.as_secs_f64() * RATE) as usize;
    let (start, phase) = (noise.next(), noise.next());
    (0..before + length + 800)
        .map(|at| {
            let t = at as f64 / RATE;
            let on = if (before..before + length).contains(&at) { 1.0 } else { 0.0 };
            let tau = std::f64::consts::TAU;
            let tones = low * (tau * (row * (1.0 + press.off) * t + start)).sin()
                + high * (tau * (column * (1.0 + press.off) * t + phase)).sin();
            let sample = (on * tones + deviation * noise.normal()) * 32_768.0;
            press.law.decode(press.law.encode(sample as i16))
        })
        .collect()
}

fn row(name: &str, press: Press) {
    let (right, wrong) = found(press);
    say(&format!("{name:<44} {right:>6.1} % found   {wrong:>5.2} % wrong or doubled"));
}

/// Where the detector's windows begin decides now and then: each piece is listened to four times.
const ALIGNMENTS: [usize; 4] = [0, 26, 52, 78];

fn false_hits(pcm: &[i16]) -> usize {
    let listen = |from: usize| -> usize {
        let mut detector = ToneDetector::default();
        pcm[from.min(pcm.len())..].chunks(160).map(|frame| detector.push(frame).len()).sum()
    };
    ALIGNMENTS.map(listen).iter().sum()
}

/// 22.05 kHz to 8 kHz through a low-pass at 3.6 kHz: one filter for each of the 160 places that 8 kHz samples have between
/// those of 22.05 kHz.
struct ToTelephone(Vec<Vec<f64>>);

impl ToTelephone {
    const UP: usize = 160;
    const DOWN: usize = 441;
    const HALF: usize = 40;

    fn new() -> Self {
        let cutoff = 3_600.0 / 22_050.0;
        let tap = |place: usize, tap: usize| {
            let x = tap as f64 - Self::HALF as f64 - place as f64 / Self::UP as f64;
            let angle = std::f64::consts::TAU * cutoff * x;
            let sinc = if x.abs() < 1e-9 { 2.0 * cutoff } else { angle.sin() / (std::f64::consts::PI * x) };
            sinc * (0.5 + 0.5 * (std::f64::consts::PI * x / (Self::HALF as f64 + 1.0)).cos())
        };
        Self((0..Self::UP).map(|place| (0..=2 * Self::HALF).map(|at| tap(place, at)).collect()).collect())
    }

    fn convert(&self, pcm: &[i16]) -> Vec<i16> {
        let mut padded = vec![0; Self::HALF];
        padded.extend_from_slice(pcm);
        padded.resize(padded.len() + Self::HALF + 1, 0);
        let count = pcm.len() * Self::UP / Self::DOWN;
        (0..count)
            .map(|at| {
                let (whole, place) = (at * Self::DOWN / Self::UP, at * Self::DOWN % Self::UP);
                let taps = self.0[place].iter().zip(&padded[whole..]);
                let sum: f64 = taps.map(|(tap, sample)| tap * f64::from(*sample)).sum();
                Law::Pcmu.decode(Law::Pcmu.encode(sum.clamp(-32_768.0, 32_767.0) as i16))
            })
            .collect()
    }
}

/// What `espeak-ng` says, as 8 kHz; `None` when it is not there.
fn spoken(text: &str, voice: &str, speed: u32, pitch: u32, line: &ToTelephone) -> Option<Vec<i16>> {
    let said = Command::new("espeak-ng")
        .args(["-v", voice, "-s", &speed.to_string(), "-p", &pitch.to_string(), "--stdout", text])
        .output()
        .ok()?;
    let pcm: Vec<i16> =
        said.stdout.get(44..)?.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
    (said.status.success() && !pcm.is_empty()).then(|| line.convert(&pcm))
}

fn main() {
    say("Keys, 400 presses each, through G.711");
    for (name, law) in [("usual: -10 dBm0, 70 ms, 40 dB over noise, mu-law", Law::Pcmu), ("the same, A-law", Law::Pcma)]
    {
        row(name, Press { law, ..USUAL });
    }
    for level in [0.0, -20.0, -25.0, -29.0, -33.0] {
        row(&format!("level {level} dBm0"), Press { level, ..USUAL });
    }
    for snr in [25.0, 20.0, 15.0, 12.0, 9.0] {
        row(&format!("noise {snr} dB below"), Press { snr, ..USUAL });
    }
    for twist in [4.0, 6.0, -4.0, -8.0, -10.0] {
        row(&format!("column {twist} dB over row"), Press { twist, ..USUAL });
    }
    for millis in [23, 30, 40, 50, 100, 500] {
        row(&format!("{millis} ms long"), Press { length: Duration::from_millis(millis), ..USUAL });
    }
    for off in [0.015, -0.015, 0.02, 0.035, -0.035] {
        row(&format!("tones {:.1} % off", off * 100.0), Press { off, ..USUAL });
    }
    row(
        "-25 dBm0, 40 ms, 20 dB over noise",
        Press { level: -25.0, snr: 20.0, length: Duration::from_millis(40), ..USUAL },
    );

    say("Speech");
    let voices: Vec<i16> = VOICES.iter().map(|byte| Law::Pcmu.decode(*byte)).collect();
    say(&format!(
        "simulator's voices: {} false hits in {:.0} s",
        false_hits(&voices),
        4.0 * voices.len() as f64 / RATE
    ));
    let texts: Vec<&str> = TEXTS.lines().skip(1).filter_map(|line| line.split('\t').nth(5)).collect();
    let text = texts.join(" ");
    let line = ToTelephone::new();
    let (mut seconds, mut hits) = (0.0, 0);
    let variants = ["", "+m1", "+m3", "+m5", "+m7", "+f1", "+f2", "+f3", "+f4", "+croak", "+whisper"];
    for language in ["en-gb", "en-us", "en-gb-x-rp", "hi", "de", "es"] {
        for (n, variant) in variants.into_iter().enumerate() {
            let pcm = spoken(&text, &format!("{language}{variant}"), 120 + 12 * n as u32, (20 + n * 7) as u32, &line);
            let Some(pcm) = pcm else { continue };
            seconds += 4.0 * pcm.len() as f64 / RATE;
            hits += false_hits(&pcm);
        }
    }
    match seconds {
        0.0 => say("espeak-ng is not installed: no further speech"),
        seconds => say(&format!(
            "espeak-ng, {} voices, four times: {hits} false hits in {:.1} hours ({:.2} an hour)",
            6 * variants.len(),
            seconds / 3_600.0,
            f64::from(hits as u32) / (seconds / 3_600.0)
        )),
    }
}
