//! An admin who looks at what became of the calls, over the API like anybody else.

use std::{path::Path, sync::Arc, time::Duration};

use domain::{
    ids::CallId,
    intelligence::{Speaker, Transcript},
    pii::Personal,
};
use phone::{AudioBackend, MemoryTokens, Method, Phone, PhoneConfig, RequestError, StartError, VirtualAudio};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::Instant;
use url::Url;
use wire::{
    accounts::{DeviceKind, SignIn},
    agents::{AgentState, AgentStatus},
    calls::{CallDetail, CallRow},
    intelligence::{AnalysisStatus, CallIntelligence},
    page::Page,
    recordings::{RecordingReceipt, RecordingState},
    sound::CallSound,
};

const LOOK_EVERY: Duration = Duration::from_millis(500);

#[derive(Debug, thiserror::Error)]
pub enum ObserverError {
    #[error(transparent)]
    Phone(#[from] StartError),
    #[error(transparent)]
    Server(#[from] RequestError),
    #[error("{waited_s} s went by before {what}; at last: {last}")]
    TooLate { what: String, waited_s: u64, last: String },
}

/// What the server keeps of a call when everything that follows it is done.
#[derive(Debug, Clone)]
pub struct KeptCall {
    pub detail: CallDetail,
    pub sound: CallSound,
    pub analysis: AnalysisStatus,
    pub transcript: Option<Transcript>,
}

impl KeptCall {
    pub fn receipt(&self) -> Option<&RecordingReceipt> {
        self.detail.receipt.as_ref()
    }

    pub fn is_stored(&self) -> bool {
        self.receipt().is_some_and(|receipt| {
            receipt.state == RecordingState::Stored && receipt.stored_bytes == receipt.expected_bytes
        })
    }

    pub fn is_analysed(&self) -> bool {
        self.analysis == AnalysisStatus::Completed
    }

    /// What one side said, piece by piece.
    pub fn said_by(&self, speaker: Speaker) -> Vec<&str> {
        let segments = self.transcript.iter().flat_map(|transcript| &transcript.segments);
        segments.filter(|one| one.speaker == speaker).map(|one| one.text.reveal().as_str()).collect()
    }
}

pub struct Observer {
    /// Used for its requests only; admins take no calls.
    phone: Phone,
}

impl Observer {
    /// `folder` gets the files of an outbox that stays empty.
    ///
    /// # Errors
    /// [`ObserverError::Server`] with the server's reason.
    pub async fn sign_in(
        server: &Url,
        email: &str,
        password: &Personal<String>,
        folder: &Path,
    ) -> Result<Self, ObserverError> {
        let phone = Phone::start(PhoneConfig {
            server_url: server.clone(),
            data_dir: folder.to_owned(),
            audio: AudioBackend::Virtual(VirtualAudio::new(|out: &mut [i16]| out.fill(0), |_: &[i16]| {})),
            token_store: Arc::new(MemoryTokens::default()),
            user_agent: format!("switchboard-simulator/{} (SIMULATED observer)", env!("CARGO_PKG_VERSION")),
            frame: Duration::from_millis(20),
        })?;
        let sign_in = SignIn { email: email.to_owned(), password: password.clone(), device: DeviceKind::Desktop };
        phone.sign_in(sign_in).await?;
        Ok(Self { phone })
    }

    /// # Errors
    /// [`ObserverError::Server`], also when the answer is a no.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ObserverError> {
        Ok(self.phone.request(Method::GET, path, None, None).await?.into()?)
    }

    /// # Errors
    /// [`ObserverError::Server`], also when the answer is a no.
    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: Value) -> Result<T, ObserverError> {
        Ok(self.phone.request(Method::POST, path, Some(body), None).await?.into()?)
    }

    /// Bytes of a path relative to the server's root, such as a signed link to sound.
    ///
    /// # Errors
    /// [`ObserverError::Server`].
    pub async fn bytes(&self, path: &str) -> Result<Vec<u8>, ObserverError> {
        Ok(self.phone.bytes(path).await?.to_vec())
    }

    /// Asks until the answer is as wanted. A server that cannot be reached meanwhile is asked again.
    ///
    /// # Errors
    /// [`ObserverError::TooLate`] with the last answer.
    pub async fn until<T: DeserializeOwned + std::fmt::Debug>(
        &self,
        path: &str,
        what: &str,
        within: Duration,
        is_it: impl Fn(&T) -> bool,
    ) -> Result<T, ObserverError> {
        let began = Instant::now();
        loop {
            let last = match self.get::<T>(path).await {
                Ok(answer) if is_it(&answer) => return Ok(answer),
                Ok(answer) => format!("{answer:?}"),
                Err(error) => error.to_string(),
            };
            if began.elapsed() >= within {
                return Err(ObserverError::TooLate { what: what.to_owned(), waited_s: within.as_secs(), last });
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Waits until so many agents can be given calls.
    ///
    /// # Errors
    /// [`ObserverError::TooLate`].
    pub async fn agents_available(&self, count: usize, within: Duration) -> Result<(), ObserverError> {
        let available = |agents: &Vec<AgentStatus>| {
            agents.iter().filter(|agent| agent.state == AgentState::Available && agent.has_device).count() >= count
        };
        self.until("/agents", &format!("{count} agents were available"), within, available).await.map(drop)
    }

    /// All calls, the newest first.
    ///
    /// # Errors
    /// [`ObserverError::Server`].
    pub async fn calls(&self) -> Result<Vec<CallRow>, ObserverError> {
        let mut rows = Vec::new();
        let mut path = "/calls?limit=200".to_owned();
        loop {
            let page = self.get::<Page<CallRow>>(&path).await?;
            rows.extend(page.items);
            let Some(next) = page.next else { return Ok(rows) };
            path = format!("/calls?limit=200&cursor={next}");
        }
    }

    /// Waits for the recording's receipt and the end of the analysis, whatever they say.
    ///
    /// # Errors
    /// [`ObserverError::TooLate`].
    pub async fn kept(&self, call: CallId, within: Duration) -> Result<KeptCall, ObserverError> {
        let settled = |state: &RecordingState| {
            matches!(state, RecordingState::Stored | RecordingState::NotStored { .. } | RecordingState::Off)
        };
        let receipt = |detail: &CallDetail| detail.receipt.as_ref().is_some_and(|receipt| settled(&receipt.state));
        let detail = self.until(&format!("/calls/{call}"), "the recording had a receipt", within, receipt).await?;
        // Whether there is something to analyse is decided a moment after the recording is stored.
        let done = |learned: &CallIntelligence| match &learned.status {
            AnalysisStatus::None { reason } => reason != "not_asked",
            AnalysisStatus::Completed | AnalysisStatus::Failed { .. } => true,
            AnalysisStatus::Pending | AnalysisStatus::Transcribing | AnalysisStatus::Analysing => false,
        };
        let path = format!("/calls/{call}/intelligence");
        let learned = self.until(&path, "the analysis had ended", within, done).await?;
        let sound = self.get(&format!("/calls/{call}/sound")).await?;
        Ok(KeptCall { detail, sound, analysis: learned.status, transcript: learned.transcript })
    }
}
