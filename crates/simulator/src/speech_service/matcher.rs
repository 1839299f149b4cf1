//! Finds known voice lines in audio by the shape of their spectrum over time.

use std::sync::LazyLock;

use super::{
    UNKNOWN_SPEECH,
    spectrum::{self, BANDS, Bands},
};
use crate::{
    FRAME_MS, FRAME_SAMPLES, SILENCE,
    customer::{Ear, SpeechSpan},
    voices,
};

/// Frames quieter than this below the loudest are silence.
const DEPTH_DB: f32 = 35.0;
/// Loudest band energy below which a whole recording is silence.
const FLOOR_DB: f32 = -30.0;
/// Silence that separates utterances.
const PAUSE_FRAMES: usize = 8;
/// Shorter sounds are clicks.
const MIN_FRAMES: usize = 8;
/// Where around the beginning of an utterance its line may begin.
const ONSET_SLACK: isize = 6;
/// Pieces of a line that may move on their own, because a jitter buffer stretches and shrinks speech.
const PIECE_FRAMES: usize = 25;
const PIECE_SLACK: isize = 4;
/// How alike a line must be. Other lines of the same voice stay below 0.5.
const ALIKE: f32 = 0.62;
/// Part of a line that must have been heard when the audio ends within it.
const ENOUGH: f32 = 0.6;
/// How late the last words of a line may come.
const TAIL_FRAMES: usize = 25;
/// Unknown utterances closer than this are one.
const JOIN_FRAMES: usize = 40;

/// Something that was said. Times in seconds from the start of the audio.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    pub start_s: f64,
    pub end_s: f64,
    pub text: String,
    /// Id of the voice line, when it is one.
    pub line: Option<&'static str>,
    /// `en` or `hi`, when it is known.
    pub language: Option<&'static str>,
    /// 0 to 1.
    pub likeness: f32,
}

struct Template {
    line: &'static voices::VoiceLine,
    bands: Vec<Bands>,
}

static TEMPLATES: LazyLock<Vec<Template>> = LazyLock::new(|| {
    voices::all().map(|line| Template { line, bands: flattened(spectrum::bands(&line.pcm())) }).collect()
});

#[derive(Clone, Copy)]
struct Match {
    template: usize,
    start: usize,
    likeness: f32,
}

/// What is said in 8 kHz mono audio, in order.
pub fn listen(pcm: &[i16]) -> Vec<Heard> {
    let audio = spectrum::bands(pcm);
    let voiced = voiced_frames(&audio);
    let audio = flattened(audio);
    let speech = speech_spans(pcm);
    let mut heard: Vec<Heard> = Vec::new();
    let mut done = 0;
    for (start, end) in utterances(&voiced) {
        // A line was found that covers this part of it.
        if start + MIN_FRAMES < done {
            continue;
        }
        match best_match(&audio, start) {
            Some(found) => {
                let said = from_match(found, audio.len());
                done = (said.end_s * 1000.0) as usize / FRAME_MS as usize;
                heard.push(said);
            }
            // The end of a line that the network held up is no speech of its own.
            None if start < done + TAIL_FRAMES => {}
            // Music, tones and noise are sound but no speech.
            None if is_speech(&speech, start, end) => add_unknown(&mut heard, start, end),
            None => {}
        }
    }
    heard
}

fn speech_spans(pcm: &[i16]) -> Vec<SpeechSpan> {
    let mut ear = Ear::default();
    for chunk in pcm.chunks(FRAME_SAMPLES) {
        let mut frame = SILENCE;
        frame[..chunk.len()].copy_from_slice(chunk);
        ear.hear(&frame, true);
    }
    ear.speech()
}

fn is_speech(spans: &[SpeechSpan], start: usize, end: usize) -> bool {
    let ms = |frame: usize| frame as u64 * FRAME_MS;
    spans.iter().any(|span| span.start_ms < ms(end) && span.end_ms > ms(start))
}

fn from_match(found: Match, audio_frames: usize) -> Heard {
    let template = &TEMPLATES[found.template];
    let whole = template.bands.len();
    let present = whole.min(audio_frames - found.start);
    let words: Vec<&str> = template.line.text.split_whitespace().collect();
    // A line that is cut off by the end of the audio gives the words that were reached.
    let count = (words.len() * present).div_ceil(whole);
    Heard {
        start_s: seconds(found.start),
        end_s: seconds(found.start + present),
        text: words[..count].join(" "),
        line: Some(template.line.id),
        language: Some(template.line.language),
        likeness: found.likeness,
    }
}

fn add_unknown(heard: &mut Vec<Heard>, start: usize, end: usize) {
    if let Some(last) = heard.last_mut()
        && last.line.is_none()
        && seconds(start) - last.end_s < seconds(JOIN_FRAMES)
    {
        last.end_s = seconds(end);
        return;
    }
    heard.push(Heard {
        start_s: seconds(start),
        end_s: seconds(end),
        text: UNKNOWN_SPEECH.to_owned(),
        line: None,
        language: None,
        likeness: 0.0,
    });
}

fn seconds(frames: usize) -> f64 {
    (frames as u64 * FRAME_MS) as f64 / 1000.0
}

fn loudness(bands: &Bands) -> f32 {
    bands.iter().copied().fold(f32::MIN, f32::max)
}

fn voiced_frames(audio: &[Bands]) -> Vec<bool> {
    let loudest = audio.iter().map(loudness).fold(f32::MIN, f32::max);
    let threshold = (loudest - DEPTH_DB).max(FLOOR_DB - DEPTH_DB / 2.0);
    audio.iter().map(|bands| loudest > FLOOR_DB && loudness(bands) > threshold).collect()
}

/// Stretches of sound between pauses, as first and last-plus-one frame.
fn utterances(voiced: &[bool]) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (frame, _) in voiced.iter().enumerate().filter(|(_, voiced)| **voiced) {
        match found.last_mut() {
            Some((_, end)) if frame - *end < PAUSE_FRAMES => *end = frame + 1,
            _ => found.push((frame, frame + 1)),
        }
    }
    found.retain(|(start, end)| end - start >= MIN_FRAMES / 2);
    found
}

/// Silence is made equally deep everywhere, so that line noise and its absence look alike.
fn flattened(mut bands: Vec<Bands>) -> Vec<Bands> {
    let loudest = bands.iter().map(loudness).fold(f32::MIN, f32::max);
    for frame in &mut bands {
        for band in frame {
            *band = band.max(loudest - DEPTH_DB);
        }
    }
    bands
}

fn best_match(audio: &[Bands], onset: usize) -> Option<Match> {
    let mut candidates: Vec<Match> = Vec::new();
    for (index, template) in TEMPLATES.iter().enumerate() {
        let best = (-ONSET_SLACK..=ONSET_SLACK)
            .filter_map(|shift| onset.checked_add_signed(shift))
            .filter_map(|start| {
                Some(Match { template: index, start, likeness: whole_likeness(audio, template, start)? })
            })
            .max_by(|a, b| a.likeness.total_cmp(&b.likeness));
        candidates.extend(best);
    }
    candidates.sort_by(|a, b| b.likeness.total_cmp(&a.likeness));
    candidates
        .into_iter()
        .take(3)
        .filter_map(|found| {
            let likeness = elastic_likeness(audio, &TEMPLATES[found.template], found.start)?;
            Some(Match { likeness, ..found })
        })
        .max_by(|a, b| a.likeness.total_cmp(&b.likeness))
        .filter(|found| found.likeness >= ALIKE)
}

/// The frames of the template that lie within the audio; `None` when they are too few.
fn overlap(audio: &[Bands], template: &Template, start: usize) -> Option<usize> {
    let present = template.bands.len().min(audio.len().checked_sub(start)?);
    (present as f32 >= template.bands.len() as f32 * ENOUGH).then_some(present)
}

fn whole_likeness(audio: &[Bands], template: &Template, start: usize) -> Option<f32> {
    let present = overlap(audio, template, start)?;
    let sums = Sums::of(&template.bands[..present], &audio[start..start + present]);
    Some(sums.correlation())
}

/// Like [`whole_likeness`], with each piece at the place near its own where it fits best.
fn elastic_likeness(audio: &[Bands], template: &Template, start: usize) -> Option<f32> {
    let present = overlap(audio, template, start)?;
    let mut total = Sums::default();
    for (n, piece) in template.bands[..present].chunks(PIECE_FRAMES).enumerate() {
        let place = start + n * PIECE_FRAMES;
        let best = (-PIECE_SLACK..=PIECE_SLACK)
            .filter_map(|shift| place.checked_add_signed(shift))
            .filter_map(|at| Some(Sums::of(piece, audio.get(at..at + piece.len())?)))
            .max_by(|a, b| a.correlation().total_cmp(&b.correlation()));
        if let Some(sums) = best {
            total.add(&sums);
        }
    }
    Some(total.correlation())
}

/// What a correlation over many frames needs, band by band: each band has its own mean, so that gain and the
/// colour of the line do not count.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    count: f32,
    a: Bands,
    b: Bands,
    aa: Bands,
    bb: Bands,
    ab: Bands,
}

impl Sums {
    fn of(template: &[Bands], audio: &[Bands]) -> Self {
        let mut sums = Self { count: template.len() as f32, ..Self::default() };
        for (t, f) in template.iter().zip(audio) {
            for band in 0..BANDS {
                sums.a[band] += t[band];
                sums.b[band] += f[band];
                sums.aa[band] += t[band] * t[band];
                sums.bb[band] += f[band] * f[band];
                sums.ab[band] += t[band] * f[band];
            }
        }
        sums
    }

    fn add(&mut self, other: &Self) {
        self.count += other.count;
        for band in 0..BANDS {
            self.a[band] += other.a[band];
            self.b[band] += other.b[band];
            self.aa[band] += other.aa[band];
            self.bb[band] += other.bb[band];
            self.ab[band] += other.ab[band];
        }
    }

    fn correlation(&self) -> f32 {
        let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
        for band in 0..BANDS {
            ab += self.ab[band] - self.a[band] * self.b[band] / self.count;
            aa += self.aa[band] - self.a[band] * self.a[band] / self.count;
            bb += self.bb[band] - self.b[band] * self.b[band] / self.count;
        }
        if aa <= 0.0 || bb <= 0.0 { 0.0 } else { ab / (aa * bb).sqrt() }
    }
}

#[cfg(test)]
#[path = "matcher_tests.rs"]
mod tests;
