//! What came of a call: its timeline, and what each side said and heard.

use std::{io, path::Path};

use super::record::{CallRecord, Status};
use crate::{
    LINE_RATE,
    customer::{Customer, SaidLine, ScriptState, SpeechSpan},
};

/// Who or what ended a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndedBy {
    /// The virtual customer hung up.
    Customer,
    /// The TwiML said so or came to its end.
    Document,
    /// The application, over the REST API.
    Api,
    /// The TwiML rejected the call.
    Rejected,
    /// The called side was busy, did not answer or does not exist.
    NotAnswered,
    /// The application could not be asked or understood; the code is in the debugger.
    ApplicationError {
        code: u32,
    },
    TimeLimit,
    /// The simulated account was stopped.
    Stopped,
}

/// One thing that happened, in milliseconds since the call began.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    pub at_ms: u64,
    pub what: Happening,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    Status(Status),
    /// The application answered a webhook.
    WebhookAnswered {
        url: String,
        status: u16,
        took_ms: u64,
    },
    Verb(&'static str),
    StreamOpened {
        url: String,
    },
    /// The application sent the first audible frame of this stream.
    StreamAudio,
    StreamCleared,
    MarkPlayed {
        name: String,
    },
    StreamClosed {
        by: &'static str,
    },
    Keys {
        digits: String,
    },
    /// The application sent the call elsewhere over the REST API.
    Redirected,
    Error {
        code: u32,
        message: String,
    },
}

/// One end of the line.
#[derive(Debug, Clone)]
pub struct PartyReport {
    /// When this party took the phone, in milliseconds since the call began: zero of all times and samples below.
    pub from_ms: u64,
    /// 8 kHz mono; both have the same length.
    pub heard: Vec<i16>,
    pub said: Vec<i16>,
    pub lines: Vec<SaidLine>,
    pub heard_speech: Vec<SpeechSpan>,
    /// Of everything heard, silence included.
    pub heard_rms_dbfs: f32,
    pub heard_peak: u16,
    pub script: ScriptState,
}

impl PartyReport {
    pub(super) fn new(customer: &Customer, from_ms: u64, heard: Vec<i16>, said: Vec<i16>) -> Self {
        let ear = customer.ear();
        Self {
            from_ms,
            heard,
            said,
            lines: customer.said().to_vec(),
            heard_speech: ear.speech(),
            heard_rms_dbfs: ear.rms_dbfs(),
            heard_peak: ear.peak(),
            script: customer.state(),
        }
    }

    /// Writes what was said (left) and heard (right) as a WAV file.
    pub fn write_wav(&self, path: &Path) -> io::Result<()> {
        let spec = hound::WavSpec {
            channels: 2,
            sample_rate: LINE_RATE,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(path, spec).map_err(io::Error::other)?;
        for (said, heard) in self.said.iter().zip(&self.heard) {
            writer.write_sample(*said).map_err(io::Error::other)?;
            writer.write_sample(*heard).map_err(io::Error::other)?;
        }
        writer.finalize().map_err(io::Error::other)
    }
}

#[derive(Debug, Clone)]
pub struct CallOutcome {
    pub record: CallRecord,
    pub ended_by: EndedBy,
    pub timeline: Vec<Moment>,
    pub customer: PartyReport,
}

impl CallOutcome {
    /// When something first happened.
    pub fn first(&self, is_it: impl Fn(&Happening) -> bool) -> Option<u64> {
        self.timeline.iter().find(|moment| is_it(&moment.what)).map(|moment| moment.at_ms)
    }
}
