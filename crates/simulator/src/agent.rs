//! Virtual agents: the real softphone engine with a virtual headset, answering what is offered.
//!
//! A virtual agent is a user like any other. It signs in, keeps its media session, takes offers with their fence, talks
//! by a script, and saves a disposition.

mod headset;
mod report;
mod script;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use domain::{ids::CallId, pii::Personal, time::UnixMillis};
use phone::{AudioBackend, MemoryTokens, Phone, PhoneConfig, PhoneEvent, RequestError, StartError};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    task::JoinHandle,
    time::Instant,
};
use tokio_util::sync::CancellationToken;
use url::Url;
use wire::{
    accounts::{DeviceKind, SignIn},
    agents::AskedAgentState,
    calls::{AfterWrapUp, Offer, SaveDisposition},
    live::{LiveEvent, ServerMessage},
};

use headset::Headset;
pub use report::{AgentCall, AgentReport};
pub use script::{AgentScript, AgentScripts};

/// After the last line of the script and this much time the agent hangs up.
const LINGER: Duration = Duration::from_secs(20);

#[derive(Debug)]
pub struct AgentConfig {
    pub server: Url,
    pub email: String,
    pub password: Personal<String>,
    /// For the outbox and settings of this agent's phone.
    pub data_dir: PathBuf,
    pub scripts: AgentScripts,
    /// From the offer to the answer.
    pub answer_after: Duration,
    /// Saved after each call; without one the agent stays in wrap-up until it ends by itself.
    pub disposition: Option<Disposition>,
}

/// What a virtual agent says about every call.
#[derive(Debug, Clone)]
pub struct Disposition {
    pub code: String,
    pub sub_code: Option<String>,
    pub notes: String,
    pub fields: BTreeMap<String, String>,
}

#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    #[error(transparent)]
    Phone(#[from] StartError),
    #[error(transparent)]
    Server(#[from] RequestError),
}

/// A running virtual agent. Dropping it hangs up without signing out.
#[derive(Debug)]
pub struct VirtualAgent {
    stop: CancellationToken,
    attending: JoinHandle<AgentReport>,
}

impl VirtualAgent {
    /// Shown wherever the agent's phone is named.
    pub const LABEL: &str = "SIMULATED agent";

    /// Signs in and is available when this returns.
    pub async fn start(config: AgentConfig) -> Result<Self, AgentError> {
        let headset = Headset::default();
        let phone = Phone::start(PhoneConfig {
            server_url: config.server.clone(),
            data_dir: config.data_dir.clone(),
            audio: AudioBackend::Virtual(headset.audio()),
            token_store: Arc::new(MemoryTokens::default()),
            user_agent: format!("switchboard-simulator/{} ({})", env!("CARGO_PKG_VERSION"), Self::LABEL),
            frame: Duration::from_millis(20),
        })?;
        let events = phone.events();
        let sign_in =
            SignIn { email: config.email.clone(), password: config.password.clone(), device: DeviceKind::Desktop };
        phone.sign_in(sign_in).await?;
        phone.set_agent_state(&AskedAgentState::Available).await?;
        let stop = CancellationToken::new();
        let attendant = Attendant { phone, headset, config, report: AgentReport::default(), current: None };
        let attending = tokio::spawn(attendant.attend(events, stop.clone()));
        Ok(Self { stop, attending })
    }

    /// Signs out and tells what was done. `None` when the agent's task broke down.
    pub async fn stop(self) -> Option<AgentReport> {
        self.stop.cancel();
        self.attending.await.ok()
    }
}

struct Attendant {
    phone: Phone,
    headset: Headset,
    config: AgentConfig,
    report: AgentReport,
    current: Option<Current>,
}

/// The call that the agent is in.
struct Current {
    id: CallId,
    record: AgentCall,
    /// When the script was seen to be at its end.
    finished: Option<Instant>,
}

impl Attendant {
    async fn attend(mut self, mut events: Receiver<PhoneEvent>, stop: CancellationToken) -> AgentReport {
        let mut look = tokio::time::interval(Duration::from_millis(500));
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                _ = look.tick() => self.hang_up_when_finished().await,
                event = events.recv() => match event {
                    Ok(PhoneEvent::Live(ServerMessage::Event { event, .. })) => self.happened(event).await,
                    Ok(PhoneEvent::Resync) | Err(RecvError::Lagged(_)) => self.catch_up().await,
                    Ok(PhoneEvent::SignedOut { reason }) => {
                        self.report.problems.push(format!("signed out: {reason:?}"));
                        break;
                    }
                    Ok(_) => {}
                    Err(RecvError::Closed) => break,
                },
            }
        }
        if let Some(current) = self.current.take() {
            self.close(current);
        }
        self.phone.sign_out().await;
        self.report
    }

    async fn happened(&mut self, event: LiveEvent) {
        match event {
            LiveEvent::Offer { offer } => self.take(&offer).await,
            LiveEvent::CallEnded { call_id, .. } => self.ended(call_id).await,
            _ => {}
        }
    }

    /// Events were missed: what matters is whether the call goes on and whether something is offered.
    async fn catch_up(&mut self) {
        match self.phone.snapshot().await {
            Ok(snapshot) => {
                let gone = self.current.as_ref().map(|current| current.id);
                if let Some(id) = gone.filter(|id| snapshot.calls.iter().all(|call| call.id != *id)) {
                    self.ended(id).await;
                }
                if let Some(offer) = &snapshot.offer {
                    self.take(offer).await;
                }
            }
            Err(error) => self.report.problems.push(format!("reading the snapshot: {error}")),
        }
    }

    async fn take(&mut self, offer: &Offer) {
        if self.current.as_ref().is_some_and(|current| current.id == offer.call_id) {
            return;
        }
        self.report.offers += 1;
        tokio::time::sleep(self.config.answer_after).await;
        let asked = Instant::now();
        match self.phone.answer(offer.call_id, offer.fence).await {
            Ok(_) => {
                let script = self.config.scripts.choose(offer.lead.as_ref().map(|card| card.lead.name.as_str()));
                self.headset.begin(script.steps());
                let record = AgentCall {
                    call: offer.call_id,
                    waited_ms: offer.waited_ms,
                    answer_took_ms: asked.elapsed().as_millis() as u64,
                    talk: None,
                };
                self.current = Some(Current { id: offer.call_id, record, finished: None });
            }
            Err(error) => self.report.problems.push(format!("answering {}: {error}", offer.call_id)),
        }
    }

    async fn ended(&mut self, call: CallId) {
        let Some(current) = self.current.take_if(|current| current.id == call) else { return };
        self.close(current);
        let Some(disposition) = &self.config.disposition else { return };
        let save = SaveDisposition {
            code: disposition.code.clone(),
            sub_code: disposition.sub_code.clone(),
            notes: disposition.notes.clone(),
            callback: None,
            fields: disposition.fields.clone(),
            made_at_ms: UnixMillis(jiff::Timestamp::now().as_millisecond()),
            then: AfterWrapUp::Available,
        };
        match self.phone.save_disposition(call, &save).await {
            Ok(_) => self.report.dispositions += 1,
            Err(error) => self.report.problems.push(format!("saving the disposition of {call}: {error}")),
        }
    }

    fn close(&mut self, mut current: Current) {
        current.record.talk = self.headset.end();
        self.report.calls.push(current.record);
    }

    async fn hang_up_when_finished(&mut self) {
        let finished = self.headset.is_finished();
        let Some(current) = &mut self.current else { return };
        let since = *current.finished.get_or_insert_with(Instant::now);
        if !finished {
            current.finished = None;
        } else if since.elapsed() >= LINGER {
            let id = current.id;
            current.finished = None;
            if let Err(error) = self.phone.hang_up(id).await {
                self.report.problems.push(format!("hanging up {id}: {error}"));
            }
        }
    }
}
