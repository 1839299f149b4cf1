//! A server in a process of its own that may be killed, with a customer, an agent and an admin who stay.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{ids::CallId, pii::Personal};
use phone::{AudioBackend, MemoryTokens, Phone, PhoneConfig, PhoneEvent, VirtualAudio};
use server::{
    demo::DemoAccount,
    standalone::{Standalone, StandalonePlan},
};
use simulator::{
    customer::{CustomerScript, Step},
    load::{KeptCall, Observer},
    twilio::{CallHandle, CallOutcome, Happening, Moment},
};
use storage::testing::{Engine, TestDatabase};
use tokio::sync::broadcast::Receiver;
use wire::{
    accounts::{DeviceKind, SignIn},
    agents::{AgentState, AgentStatus, AskedAgentState},
    calls::{LiveCall, Offer},
    live::{LiveEvent, ServerMessage},
};

use crate::chirps::{Chirp, Tape};

/// Nothing takes so long on a machine that is not overloaded tenfold.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// The server, its simulated surroundings, and an admin who looks on.
pub struct World {
    pub standalone: Standalone,
    pub admin: Observer,
    pub folder: tempfile::TempDir,
    _database: TestDatabase,
}

impl World {
    /// `program`: the test process of this package.
    ///
    /// # Panics
    /// When the server does not start.
    pub async fn start(program: &str, engine: Engine) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = TestDatabase::new(engine).await;
        let plan = StandalonePlan {
            program: PathBuf::from(program),
            data_dir: folder.path().join("server"),
            database: database.address(),
            agents: 2,
        };
        std::fs::create_dir(&plan.data_dir).expect("a folder for the server");
        let standalone = Standalone::start(&plan).await.expect("the server starts");
        let account = standalone.accounts.admin.clone();
        let server = standalone.base_url.parse().expect("the server has an address");
        let admin = Observer::sign_in(&server, &account.email, &account.password, &folder.path().join("admin"))
            .await
            .expect("the admin signs in");
        Self { standalone, admin, folder, _database: database }
    }

    pub fn agent(&self) -> &DemoAccount {
        &self.standalone.accounts.agent
    }

    /// # Panics
    /// When the agent cannot sign in, or is not given calls in time.
    pub async fn desk(&self) -> Desk {
        let tape = Tape::default();
        let audio = VirtualAudio::new(Chirp::Falling.microphone(), tape.speaker());
        let phone = Phone::start(PhoneConfig {
            server_url: self.standalone.base_url.parse().expect("the server has an address"),
            data_dir: self.folder.path().join("phone"),
            audio: AudioBackend::Virtual(audio),
            token_store: Arc::new(MemoryTokens::default()),
            user_agent: "test".to_owned(),
            frame: Duration::from_millis(20),
        })
        .expect("the phone starts");
        let events = phone.events();
        let DemoAccount { email, password, .. } = self.agent().clone();
        phone.sign_in(sign_in(email, password)).await.expect("the agent signs in");
        phone.set_agent_state(&AskedAgentState::Available).await.expect("the agent asks for calls");
        self.admin.agents_available(1, PATIENCE).await.expect("the agent is available");
        Desk { phone, tape, events }
    }

    /// Asha, who is known as a lead, calls and does these steps.
    ///
    /// # Panics
    /// When the script is none.
    pub fn customer_calls(&self, steps: Vec<Step>) -> CallHandle {
        let asha = CustomerScript::asha().expect("the script is good");
        let script = CustomerScript { steps, ..(*asha).clone() };
        script.check().expect("the steps can be done");
        let number = &self.standalone.accounts.number;
        let carrier = &self.standalone.services.carrier;
        carrier.place_inbound_call(&asha.number, number, Arc::new(script)).expect("the number is the account's")
    }

    /// # Panics
    /// When it is not so in time.
    pub async fn live(&self, call: CallId, what: &str, is_it: impl Fn(&LiveCall) -> bool) -> LiveCall {
        self.admin.until(&format!("/calls/{call}/live"), what, PATIENCE, is_it).await.expect("a state of the call")
    }

    /// # Panics
    /// When recording and analysis do not end in time.
    pub async fn kept(&self, call: CallId) -> KeptCall {
        self.admin.kept(call, 2 * PATIENCE).await.expect("the call is kept")
    }

    /// # Panics
    /// When the agent does not come to this state in time.
    pub async fn agent_is(&self, what: &str, is_it: impl Fn(&AgentState) -> bool) {
        let name = self.agent().name.clone();
        let agents = |agents: &Vec<AgentStatus>| agents.iter().any(|one| one.name == name && is_it(&one.state));
        self.admin.until("/agents", what, PATIENCE, agents).await.expect("a state of the agent");
    }

    /// Kills the server in the middle of whatever it does. The instant at which it was dead.
    ///
    /// # Panics
    /// When it cannot be killed.
    pub async fn kill(&mut self) -> Instant {
        self.standalone.server.kill().await.expect("the server can be killed");
        Instant::now()
    }

    /// # Panics
    /// When the server does not start again.
    pub async fn start_again(&mut self) {
        self.standalone.server.start_again().await.expect("the server starts again");
    }

    /// The recorder's file of a call.
    pub fn spool_file(&self, call: CallId) -> PathBuf {
        self.standalone.server.data_dir().join("spool").join(format!("{call}.opus"))
    }
}

fn sign_in(email: String, password: Personal<String>) -> SignIn {
    SignIn { email, password, device: DeviceKind::Desktop }
}

/// The agent: says falling tones.
pub struct Desk {
    pub phone: Phone,
    pub tape: Tape,
    events: Receiver<PhoneEvent>,
}

impl Desk {
    /// # Panics
    /// When nothing is offered in time.
    pub async fn offer(&mut self) -> Offer {
        let waited = tokio::time::timeout(PATIENCE, async {
            loop {
                if let Ok(PhoneEvent::Live(ServerMessage::Event { event: LiveEvent::Offer { offer }, .. })) =
                    self.events.recv().await
                {
                    return *offer;
                }
            }
        });
        waited.await.expect("an offer comes")
    }

    /// # Panics
    /// When the answer is refused.
    pub async fn answer(&mut self) -> Offer {
        let offer = self.offer().await;
        self.phone.answer(offer.call_id, offer.fence).await.expect("the agent answers");
        offer
    }
}

/// # Panics
/// When the call does not end in time.
pub async fn end_of(call: &CallHandle) -> Arc<CallOutcome> {
    tokio::time::timeout(PATIENCE, call.outcome()).await.expect("the call ends").expect("an outcome")
}

/// When the carrier's media stream was opened, each time, in milliseconds since the call began.
pub fn streams(timeline: &[Moment]) -> Vec<u64> {
    let opened = |moment: &&Moment| matches!(moment.what, Happening::StreamOpened { .. });
    timeline.iter().filter(opened).map(|moment| moment.at_ms).collect()
}
