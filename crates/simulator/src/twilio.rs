//! A SIMULATED Twilio account that speaks the real protocol.
//!
//! It signs its webhooks, reads the TwiML it is given with an XML reader, opens the real media stream socket and runs
//! virtual customers on the line. Facts: the voice webhook, TwiML, Media Streams and Call resource pages of
//! <https://www.twilio.com/docs/voice>. What it does not simulate it reports in its debugger instead of pretending.

mod account;
mod amd;
mod announcement;
mod callbacks;
mod conference;
mod config;
mod dial;
mod document;
mod errors;
mod execute;
mod gather;
mod handle;
mod line;
mod live_call;
mod outcome;
mod playback;
mod record;
mod recorders;
mod rest;
mod rooms;
mod sign;
mod stream;
mod stream_messages;
mod webhooks;

use std::{net::SocketAddr, sync::Arc};

use tokio::{net::TcpListener, task::JoinHandle};

use crate::customer::CustomerScript;
use account::Account;
pub use account::{DebuggerEntry, SentMessage};
pub use config::{Answer, Config, Destination, Misbehaviour, Number, Pace, RestFailure};
pub use handle::CallHandle;
pub use outcome::{CallOutcome, EndedBy, Happening, Moment};
pub use record::{CallRecord, Direction, Status};

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("a simulated account SID is AC and 32 hexadecimal digits")]
    AccountSid,
    #[error("the simulated account cannot listen on {address}: {source}")]
    Bind { address: SocketAddr, source: std::io::Error },
    #[error("no HTTP client can be made: {0}")]
    Client(#[from] reqwest::Error),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    #[error("{number} is not a number of the simulated account")]
    UnknownNumber { number: String },
}

/// Somebody in a conference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    pub call_sid: String,
    pub label: String,
    pub muted: bool,
    pub hold: bool,
    pub coaches: Option<String>,
}

/// The running account. Dropping it stops its server and hangs up its calls.
#[derive(Debug)]
pub struct SimulatedTwilio {
    account: Arc<Account>,
    address: SocketAddr,
    server: JoinHandle<()>,
}

impl SimulatedTwilio {
    /// Shown wherever the account is named.
    pub const LABEL: &str = "SIMULATED Twilio account";

    pub async fn start(config: Config) -> Result<Self, StartError> {
        let digits = config.account_sid.strip_prefix("AC").unwrap_or_default();
        if digits.len() != 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(StartError::AccountSid);
        }
        let as_error = |source| StartError::Bind { address: config.bind, source };
        let listener = TcpListener::bind(config.bind).await.map_err(as_error)?;
        let address = listener.local_addr().map_err(as_error)?;
        let account = Account::new(config)?;
        let app = rest::router(Arc::clone(&account));
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, app).await {
                tracing::error!(%error, "the simulated Twilio account stopped listening");
            }
        });
        tracing::info!(%address, "{} is listening", Self::LABEL);
        Ok(Self { account, address, server })
    }

    /// What to enter as the address of Twilio's API.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Adds or replaces a number of the account with the URLs that are asked when it is called.
    pub fn set_number(&self, number: Number) {
        self.account.lock().numbers.insert(number.number.clone(), number);
    }

    /// A number as the application has set it up.
    pub fn number(&self, number: &str) -> Option<Number> {
        self.account.lock().numbers.get(number).cloned()
    }

    /// Whom the number tells of text messages to it.
    pub fn message_url(&self, number: &str) -> Option<String> {
        self.account.lock().message_urls.get(number).cloned()
    }

    /// As the account's console does.
    pub fn set_message_url(&self, number: &str, url: &str) {
        self.account.lock().message_urls.insert(number.to_owned(), url.to_owned());
    }

    /// The account has recorded a call, and tells the application so at this address. Gives the recording's SID.
    pub async fn report_recording(&self, call_sid: &str, url: &str) -> String {
        let sid = format!("RE{}", uuid::Uuid::now_v7().simple());
        self.account.lock().recordings.insert(sid.clone(), recorders::Kept::default());
        let fields = [
            ("AccountSid", self.account.config.account_sid.as_str()),
            ("CallSid", call_sid),
            ("RecordingSid", &sid),
            ("RecordingUrl", &format!("{}/2010-04-01/Recordings/{sid}", self.base_url())),
            ("RecordingStatus", "completed"),
            ("RecordingDuration", "5"),
            ("RecordingChannels", "2"),
            ("RecordingSource", "OutboundAPI"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()));
        if let Err(failure) = self.account.webhooks.send(url, document::Method::Post, fields.into()).await {
            self.account.log(call_sid, failure.code, &failure.message);
        }
        sid
    }

    /// Whether the account still keeps a recording.
    pub fn has_recording(&self, sid: &str) -> bool {
        self.account.lock().recordings.contains_key(sid)
    }

    /// SIDs of the recordings that the account keeps.
    pub fn recordings(&self) -> Vec<String> {
        self.account.lock().recordings.keys().cloned().collect()
    }

    /// Text messages that the application has sent, in order.
    pub fn messages(&self) -> Vec<SentMessage> {
        self.account.lock().messages.clone()
    }

    /// Somebody writes to a number of the account; `url` is what is told. Gives the HTTP status.
    pub async fn write(&self, url: &str, from: &str, to: &str, text: &str) -> Option<u16> {
        let sid = record::new_sid("SM");
        let fields = [
            ("MessageSid", sid.as_str()),
            ("SmsSid", &sid),
            ("AccountSid", &self.account.config.account_sid),
            ("From", from),
            ("To", to),
            ("Body", text),
            ("NumMedia", "0"),
            ("NumSegments", "1"),
            ("SmsStatus", "received"),
            ("ApiVersion", "2010-04-01"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()));
        let answer = self.account.webhooks.send(url, document::Method::Post, fields.into()).await;
        answer.ok().map(|answer| answer.status)
    }

    /// Who sits in a conference now: call SID, label, muted, held, and whom they coach.
    pub fn participants(&self, name: &str) -> Vec<Participant> {
        let mut rooms = self.account.rooms();
        let seats = rooms.room_mut(name).into_iter().flat_map(|room| room.seats.iter());
        let shown = |(call_sid, seat): (&String, &rooms::Seat)| Participant {
            call_sid: call_sid.clone(),
            label: seat.label.clone().unwrap_or_default(),
            muted: seat.muted,
            hold: seat.hold,
            coaches: seat.coaches.clone(),
        };
        seats.map(shown).collect()
    }

    /// Who answers when this number is called.
    pub fn set_destination(&self, number: &str, destination: Destination) {
        self.account.lock().destinations.insert(number.to_owned(), destination);
    }

    /// Who answers all other numbers; without one they do not exist.
    pub fn set_default_destination(&self, destination: Option<Destination>) {
        self.account.lock().default_destination = destination;
    }

    /// What goes wrong from now on.
    pub fn misbehave(&self, misbehaviour: Misbehaviour) {
        self.account.webhooks.set_delay(misbehaviour.slow_network.unwrap_or_default());
        self.account.lock().misbehaviour = misbehaviour;
    }

    /// The script's customer calls a number of the account.
    pub fn place_inbound_call(
        &self,
        from: &str,
        to: &str,
        script: Arc<CustomerScript>,
    ) -> Result<CallHandle, PlaceError> {
        let number = self.account.lock().numbers.get(to).cloned();
        let number = number.ok_or_else(|| PlaceError::UnknownNumber { number: to.to_owned() })?;
        Ok(live_call::start_inbound(&self.account, from, number, script))
    }

    pub fn call(&self, sid: &str) -> Option<CallHandle> {
        self.account.lock().calls.get(sid).cloned()
    }

    /// All calls since the start, oldest first.
    pub fn calls(&self) -> Vec<CallHandle> {
        let state = self.account.lock();
        state.order.iter().filter_map(|sid| state.calls.get(sid).cloned()).collect()
    }

    /// The next call that the application places; each is given out once.
    pub async fn next_outbound_call(&self) -> Option<CallHandle> {
        self.account.next_outbound().await
    }

    /// What a developer would find in Twilio's debugger.
    pub fn debugger(&self) -> Vec<DebuggerEntry> {
        self.account.lock().debugger.clone()
    }

    /// Posts a webhook with a signature made under another token, as a forger would. Gives the HTTP status.
    pub async fn forge_webhook(&self, url: &str, fields: &[(&str, &str)]) -> Result<u16, reqwest::Error> {
        let fields = fields.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        self.account.webhooks.post_forged(url, fields).await
    }
}

impl Drop for SimulatedTwilio {
    fn drop(&mut self) {
        self.server.abort();
        self.account.hang_up_all();
    }
}
