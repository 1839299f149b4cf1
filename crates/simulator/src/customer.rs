//! A virtual customer on the telephone: speaks by a script, listens, presses keys and hangs up.
//!
//! Pure: one call of [`Customer::tick`] is 20 ms of the line, whatever time it takes.

mod hearing;
mod script;
mod sounds;

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

pub use hearing::{Ear, SpeechSpan};
pub use script::{CustomerScript, Listen, OnTimeout, ScriptError, Step, check_steps};
pub(crate) use sounds::tone;

use crate::{FRAME_MS, FRAME_SAMPLES, Frame, SILENCE};

/// From one key to the next.
const KEY_FRAMES: u64 = 10;

/// What the customer did in 20 ms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick {
    pub frame: Frame,
    pub keys: Vec<char>,
    pub hangs_up: bool,
}

/// A line that was said, in milliseconds since the customer took the phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaidLine {
    pub line: String,
    pub text: String,
    pub start_ms: u64,
    pub end_ms: u64,
}

/// How the script stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScriptState {
    Running,
    /// Everything was said and done; the customer stays on the line until the other side hangs up.
    Finished,
    HungUp,
    /// The customer gave up waiting in this step (counted from 0).
    GaveUp {
        step: usize,
    },
}

#[derive(Debug)]
pub struct Customer {
    steps: Arc<[Step]>,
    step: usize,
    activity: Activity,
    state: ScriptState,
    ear: Ear,
    /// Frames since the customer took the phone.
    frames: u64,
    cues: BTreeSet<String>,
    said: Vec<SaidLine>,
}

#[derive(Debug)]
enum Activity {
    /// The step at `Customer::step` has not begun.
    Next,
    Speaking {
        pcm: Vec<i16>,
        at: usize,
    },
    Pausing {
        until_frame: u64,
    },
    Pressing {
        keys: VecDeque<char>,
        next_frame: u64,
    },
    Listening {
        listen: Listen,
        since_frame: u64,
    },
    AwaitingCue {
        cue: String,
        until_frame: u64,
    },
}

impl Customer {
    pub fn new(script: &CustomerScript) -> Self {
        Self::following(script.steps.clone().into())
    }

    /// Somebody who does these steps; see [`CustomerScript::check`] for what may be in them.
    pub fn following(steps: Arc<[Step]>) -> Self {
        Self {
            steps,
            step: 0,
            activity: Activity::Next,
            state: ScriptState::Running,
            ear: Ear::default(),
            frames: 0,
            cues: BTreeSet::new(),
            said: Vec::new(),
        }
    }

    pub fn state(&self) -> ScriptState {
        self.state
    }

    /// Nothing to say or do in the whole script.
    pub fn is_idle(&self) -> bool {
        self.steps.is_empty()
    }

    pub fn said(&self) -> &[SaidLine] {
        &self.said
    }

    pub fn ear(&self) -> &Ear {
        &self.ear
    }

    /// Lets a step that waits for this cue go on, now or when it is reached.
    pub fn cue(&mut self, cue: &str) {
        self.cues.insert(cue.to_owned());
    }

    /// One frame in, one frame out. `person` tells whether the sound comes from a bridged line (a person or music) and
    /// not from an announcement of the carrier.
    pub fn tick(&mut self, heard: &Frame, person: bool) -> Tick {
        self.ear.hear(heard, person);
        self.frames += 1;
        let mut tick = Tick { frame: SILENCE, keys: Vec::new(), hangs_up: false };
        // Steps that take no time follow each other within one frame.
        while self.state == ScriptState::Running {
            if matches!(self.activity, Activity::Next) && !self.begin_step(&mut tick) {
                continue;
            }
            if self.continue_step(&mut tick) {
                break;
            }
        }
        tick
    }

    fn now_ms(&self) -> u64 {
        self.frames * FRAME_MS
    }

    /// Whether a step that lasts has begun; otherwise it is done already.
    fn begin_step(&mut self, tick: &mut Tick) -> bool {
        let steps = Arc::clone(&self.steps);
        let Some(step) = steps.get(self.step) else {
            self.state = ScriptState::Finished;
            return false;
        };
        self.activity = match step {
            Step::Say { line } => match crate::voices::line(line) {
                Some(line) => {
                    let start_ms = self.now_ms();
                    self.said.push(SaidLine {
                        line: line.id.to_owned(),
                        text: line.text.to_owned(),
                        start_ms,
                        end_ms: start_ms + line.duration_ms(),
                    });
                    Activity::Speaking { pcm: line.pcm(), at: 0 }
                }
                // CustomerScript::check has refused scripts with unknown lines.
                None => Activity::Pausing { until_frame: self.frames },
            },
            Step::Tone { hertz, ms, level_dbfs } => {
                Activity::Speaking { pcm: sounds::tone(*hertz, *ms, *level_dbfs), at: 0 }
            }
            Step::Chirps { from_hertz, to_hertz, ms, every_ms, times, level_dbfs } => {
                let chirp = sounds::chirp(*from_hertz, *to_hertz, *ms, *level_dbfs);
                Activity::Speaking { pcm: sounds::repeated(&chirp, *every_ms, *times), at: 0 }
            }
            Step::Pause { ms } => Activity::Pausing { until_frame: self.frames + ms / FRAME_MS },
            Step::Listen(listen) => Activity::Listening { listen: listen.clone(), since_frame: self.frames },
            Step::AwaitCue { cue, timeout_ms } => {
                Activity::AwaitingCue { cue: cue.clone(), until_frame: self.frames + timeout_ms / FRAME_MS }
            }
            Step::Keys { digits } => Activity::Pressing { keys: digits.chars().collect(), next_frame: self.frames },
            Step::HangUp => {
                tick.hangs_up = true;
                self.state = ScriptState::HungUp;
                return false;
            }
        };
        true
    }

    /// Whether the step takes this frame; otherwise it is done.
    fn continue_step(&mut self, tick: &mut Tick) -> bool {
        let done = match &mut self.activity {
            Activity::Next => true,
            Activity::Speaking { pcm, at } => {
                let end = pcm.len().min(*at + FRAME_SAMPLES);
                tick.frame[..end - *at].copy_from_slice(&pcm[*at..end]);
                let spoke = end > *at;
                *at = end;
                !spoke
            }
            Activity::Pausing { until_frame } => self.frames >= *until_frame,
            Activity::Pressing { keys, next_frame } => {
                if self.frames >= *next_frame {
                    *next_frame = self.frames + KEY_FRAMES;
                    let key = keys.pop_front();
                    tick.keys.extend(key);
                    key.is_none()
                } else {
                    false
                }
            }
            Activity::AwaitingCue { cue, until_frame } => {
                self.cues.contains(cue.as_str()) || self.frames >= *until_frame
            }
            Activity::Listening { listen, since_frame } => {
                let since_ms = *since_frame * FRAME_MS;
                let over = self.ear.utterance_ended(since_ms, listen);
                if !over && (self.frames - *since_frame) * FRAME_MS >= listen.timeout_ms {
                    match listen.on_timeout {
                        OnTimeout::GoOn => {}
                        OnTimeout::HangUp => {
                            tick.hangs_up = true;
                            self.state = ScriptState::GaveUp { step: self.step };
                        }
                    }
                    true
                } else {
                    over
                }
            }
        };
        if done {
            self.activity = Activity::Next;
            self.step += 1;
        }
        !done
    }
}

#[cfg(test)]
#[path = "customer/tests.rs"]
mod tests;
