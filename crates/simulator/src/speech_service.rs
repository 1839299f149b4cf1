//! A SIMULATED speech service that speaks the OpenAI transcription protocol.
//!
//! It listens to the audio it is given: each utterance is compared with the voice lines that virtual people can say,
//! and the text of the line that fits is the answer, with the times at which it was heard. Speech that is none of them
//! is answered with [`UNKNOWN_SPEECH`]. It never knows what a call's script was.
//! Protocol: <https://platform.openai.com/docs/api-reference/audio/createTranscription>

mod answer;
mod matcher;
mod server;
mod spectrum;

pub use matcher::{Heard, listen};
pub use server::{ServiceFailure, SimulatedSpeechService, SpeechServiceConfig, SpeechStartError};

/// Text of speech that no voice line fits.
pub const UNKNOWN_SPEECH: &str = "[speech not known to the simulated service]";
/// The only model it has.
pub const MODEL: &str = "simulated-speech";
