//! What a virtual customer does, as data.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// One virtual customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomerScript {
    /// Shown in reports; nobody real.
    pub name: String,
    /// E.164, the number that the customer calls from.
    pub number: String,
    pub steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// Says a line of `voices/lines.tsv`.
    Say {
        line: String,
    },
    /// Waits until somebody has spoken and is silent again.
    Listen(Listen),
    /// Waits until whoever runs the call gives this cue.
    AwaitCue {
        cue: String,
        timeout_ms: u64,
    },
    Pause {
        ms: u64,
    },
    /// Presses keys.
    Keys {
        digits: String,
    },
    Tone {
        hertz: f32,
        ms: u64,
        level_dbfs: f32,
    },
    /// Rising tones, by which delay can be measured.
    Chirps {
        from_hertz: f32,
        to_hertz: f32,
        ms: u64,
        every_ms: u64,
        times: u32,
        level_dbfs: f32,
    },
    HangUp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listen {
    /// Silence after speech that ends the other one's turn.
    #[serde(default = "default_silence")]
    pub silence_ms: u64,
    /// Shorter sounds are not taken for speech.
    #[serde(default = "default_min_speech")]
    pub min_speech_ms: u64,
    pub timeout_ms: u64,
    #[serde(default)]
    pub on_timeout: OnTimeout,
    /// Also announcements of the carrier count, not only a bridged line.
    #[serde(default)]
    pub announcements: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnTimeout {
    #[default]
    GoOn,
    HangUp,
}

const fn default_silence() -> u64 {
    900
}

const fn default_min_speech() -> u64 {
    300
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScriptError {
    #[error("the customer script cannot be read: {reason}")]
    Malformed { reason: String },
    #[error("step {step} says {line}, which is not in voices/lines.tsv")]
    UnknownLine { step: usize, line: String },
    #[error("step {step} presses {key}, which is not on a telephone")]
    UnknownKey { step: usize, key: char },
    #[error("step {step} has a tone of {hertz} Hz; a telephone carries 200 to 3400 Hz")]
    OutOfBand { step: usize, hertz: String },
    #[error("{number} is not an E.164 number")]
    BadNumber { number: String },
}

impl CustomerScript {
    pub fn from_toml(text: &str) -> Result<Arc<Self>, ScriptError> {
        let script: Self =
            toml::from_str(text).map_err(|error| ScriptError::Malformed { reason: error.message().to_owned() })?;
        script.check()?;
        Ok(Arc::new(script))
    }

    /// Refuses what could not be carried out on the line.
    pub fn check(&self) -> Result<(), ScriptError> {
        let digits = self.number.strip_prefix('+').unwrap_or_default();
        if !(7..=15).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ScriptError::BadNumber { number: self.number.clone() });
        }
        check_steps(&self.steps)
    }

    /// Asha Marigold: a 2 BHK near Whitefield for 60 to 70 lakh, a visit on Saturday at eleven. English.
    pub fn asha() -> Result<Arc<Self>, ScriptError> {
        Self::from_toml(include_str!("../../scripts/asha.toml"))
    }

    /// Rohan Mehra: a 3 BHK in Baner, no loan, a call back on Sunday at five. Hindi with English words.
    pub fn rohan() -> Result<Arc<Self>, ScriptError> {
        Self::from_toml(include_str!("../../scripts/rohan.toml"))
    }

    /// A person who is called and wants no more calls.
    pub fn not_interested() -> Result<Arc<Self>, ScriptError> {
        Self::from_toml(include_str!("../../scripts/not-interested.toml"))
    }

    /// An answering machine with a beep.
    pub fn machine() -> Result<Arc<Self>, ScriptError> {
        Self::from_toml(include_str!("../../scripts/machine.toml"))
    }

    /// Sends rising tones for a minute, for measurements of delay and of who hears whom.
    pub fn chirps() -> Result<Arc<Self>, ScriptError> {
        Self::from_toml(include_str!("../../scripts/chirps.toml"))
    }

    /// Sends one tone for three minutes, for measurements of when sound begins.
    pub fn steady() -> Result<Arc<Self>, ScriptError> {
        Self::from_toml(include_str!("../../scripts/steady.toml"))
    }

    /// Stays on the line without a sound.
    pub fn silent(number: &str) -> Arc<Self> {
        Arc::new(Self { name: "Silent caller".to_owned(), number: number.to_owned(), steps: Vec::new() })
    }

    /// The same customer calling from another number.
    #[must_use]
    pub fn calling_from(&self, number: &str) -> Arc<Self> {
        Arc::new(Self { number: number.to_owned(), ..self.clone() })
    }

    /// Every line that the script says, in order.
    pub fn lines(&self) -> impl Iterator<Item = &'static crate::voices::VoiceLine> {
        self.steps.iter().filter_map(|step| match step {
            Step::Say { line } => crate::voices::line(line),
            _ => None,
        })
    }
}

/// Refuses what could not be carried out on the line.
pub fn check_steps(steps: &[Step]) -> Result<(), ScriptError> {
    steps.iter().enumerate().try_for_each(|(index, step)| check_step(index, step))
}

fn check_step(index: usize, step: &Step) -> Result<(), ScriptError> {
    match step {
        Step::Say { line } if crate::voices::line(line).is_none() => {
            Err(ScriptError::UnknownLine { step: index, line: line.clone() })
        }
        Step::Keys { digits } => match digits.chars().find(|key| media::dtmf::Digit::from_char(*key).is_none()) {
            Some(key) => Err(ScriptError::UnknownKey { step: index, key }),
            None => Ok(()),
        },
        Step::Tone { hertz, .. } => check_hertz(index, *hertz),
        Step::Chirps { from_hertz, to_hertz, .. } => {
            check_hertz(index, *from_hertz).and_then(|()| check_hertz(index, *to_hertz))
        }
        Step::Say { .. } | Step::Listen(_) | Step::AwaitCue { .. } | Step::Pause { .. } | Step::HangUp => Ok(()),
    }
}

fn check_hertz(index: usize, hertz: f32) -> Result<(), ScriptError> {
    if (200.0..=3400.0).contains(&hertz) {
        Ok(())
    } else {
        Err(ScriptError::OutOfBand { step: index, hertz: hertz.to_string() })
    }
}
