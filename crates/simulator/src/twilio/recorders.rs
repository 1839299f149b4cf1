//! Recordings of live calls that the application has asked for: both sides apart, in a WAV.
//! <https://www.twilio.com/docs/voice/api/recording>

use std::{collections::BTreeMap, sync::Arc};

use super::{
    account::Account,
    document::Method,
    record::{new_sid, rfc2822},
    webhooks::Fields,
};
use crate::{Frame, LINE_RATE, SILENCE};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    InProgress,
    Paused,
    Completed,
}

impl State {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InProgress => "in-progress",
            Self::Paused => "paused",
            Self::Completed => "completed",
        }
    }
}

#[derive(Debug)]
struct Running {
    sid: String,
    state: State,
    report_url: Option<String>,
    /// What the call's own side said, and what it heard.
    pcm: Vec<(i16, i16)>,
    began: jiff::Timestamp,
}

/// The recordings that run, by the SID of their call.
#[derive(Debug, Default)]
pub struct Recorders(BTreeMap<String, Running>);

/// One that is finished.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    pub call_sid: String,
    /// Empty of those that were only reported.
    pub wav: Vec<u8>,
}

impl Recorders {
    /// None while one runs.
    pub fn start(&mut self, call_sid: &str, report_url: Option<String>) -> Option<(String, State)> {
        if self.0.contains_key(call_sid) {
            return None;
        }
        let (sid, state) = (new_sid("RE"), State::InProgress);
        let running = Running { sid: sid.clone(), state, report_url, pcm: Vec::new(), began: jiff::Timestamp::now() };
        self.0.insert(call_sid.to_owned(), running);
        Some((sid, state))
    }

    pub fn set(&mut self, call_sid: &str, state: State) -> Option<(String, State)> {
        let running = self.0.get_mut(call_sid)?;
        running.state = state;
        Some((running.sid.clone(), state))
    }

    /// 20 ms of the call; silence of what is paused.
    pub fn hear(&mut self, call_sid: &str, said: &Frame, heard: &Frame) {
        let Some(running) = self.0.get_mut(call_sid) else { return };
        let (said, heard) = if running.state == State::Paused { (&SILENCE, &SILENCE) } else { (said, heard) };
        running.pcm.extend(said.iter().copied().zip(heard.iter().copied()));
    }

    pub fn running(&self, call_sid: &str) -> Option<(String, State)> {
        self.0.get(call_sid).map(|running| (running.sid.clone(), running.state))
    }
}

/// Ends the call's recording, keeps it, and tells the application.
pub fn finish(account: &Arc<Account>, call_sid: &str) -> Option<(String, State)> {
    let running = account.recorders().0.remove(call_sid)?;
    let seconds = running.pcm.len().div_ceil(LINE_RATE as usize);
    let kept = Kept { call_sid: call_sid.to_owned(), wav: wav(&running.pcm) };
    account.lock().recordings.insert(running.sid.clone(), kept);
    if let Some(url) = running.report_url {
        let fields: Fields = [
            ("AccountSid", account.config.account_sid.clone()),
            ("CallSid", call_sid.to_owned()),
            ("RecordingSid", running.sid.clone()),
            ("RecordingUrl", format!("/2010-04-01/Accounts/{}/Recordings/{}", account.config.account_sid, running.sid)),
            ("RecordingStatus", State::Completed.as_str().to_owned()),
            ("RecordingDuration", seconds.to_string()),
            ("RecordingChannels", "2".to_owned()),
            ("RecordingSource", "StartCallRecordingAPI".to_owned()),
            ("RecordingStartTime", rfc2822(running.began)),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into();
        let (account, call_sid) = (Arc::clone(account), call_sid.to_owned());
        tokio::spawn(async move {
            let twice = account.lock().misbehaviour.duplicate_callbacks;
            for _ in 0..if twice { 2 } else { 1 } {
                if let Err(failure) = account.webhooks.send(&url, Method::Post, fields.clone()).await {
                    account.log(&call_sid, failure.code, &failure.message);
                }
            }
        });
    }
    Some((running.sid, State::Completed))
}

fn wav(pcm: &[(i16, i16)]) -> Vec<u8> {
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: LINE_RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = std::io::Cursor::new(Vec::new());
    let written = hound::WavWriter::new(&mut file, spec).and_then(|mut writer| {
        for (said, heard) in pcm {
            writer.write_sample(*said)?;
            writer.write_sample(*heard)?;
        }
        writer.finalize()
    });
    if let Err(error) = written {
        tracing::error!(%error, "a recording could not be written");
    }
    file.into_inner()
}
