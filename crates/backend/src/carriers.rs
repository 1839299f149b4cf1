//! The tenant's carrier account, ready to use.

use std::sync::Arc;

use domain::{
    call::Party,
    ids::{CallId, TenantId},
    pii::Personal,
};
use providers::{
    telephony::Carrier,
    twilio::{
        TwilioClient, TwilioSettings,
        twiml::{Document, Say, Stream, Verb},
    },
};
use serde::{Deserialize, Serialize};
use storage::TenantScope;
use url::Url;
use uuid::Uuid;

use crate::{
    Backend,
    calls::{CALL_PARAMETER, PARTY_PARAMETER, TOKEN_PARAMETER},
    error::BackendError,
};

/// Name of the settings row.
pub(crate) const SETTINGS: &str = "carrier";
pub(crate) const TWILIO: &str = "twilio";
/// A leg whose socket broke stays on the line so long before it asks for instructions by itself. Twilio ends a call whose
/// instructions cannot be fetched, so it must not ask while a server is starting; that server calls the leg back long before
/// (`domain::call::HANG_UP_REPORT`). Below `domain::call::MEDIA_AWAY`, after which the call is given up.
const BACK_BY_ITSELF_AFTER_S: u32 = 20;

/// What is kept in the open part of the settings row.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct CarrierRow {
    pub provider: String,
    pub account_sid: String,
    pub api_base: String,
    pub public_url: String,
    pub simulated: bool,
}

/// What is sealed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct CarrierSecrets {
    pub auth_token: Personal<String>,
}

/// A carrier account with the addresses that it is told.
#[derive(Clone)]
pub(crate) struct TenantCarrier {
    pub tenant: TenantId,
    pub api: Arc<dyn Carrier>,
    /// Under which webhooks may be signed.
    pub tokens: Vec<Personal<String>>,
    /// Without a slash at the end.
    pub public_url: String,
    pub simulated: bool,
}

impl TenantCarrier {
    pub(crate) fn new(
        tenant: TenantId,
        row: &CarrierRow,
        secrets: CarrierSecrets,
        fallback_url: &str,
    ) -> Result<Self, BackendError> {
        if row.provider != TWILIO {
            return Err(BackendError::NotConfigured("no carrier is set up; add one in the settings"));
        }
        let base = if row.api_base.is_empty() { TwilioSettings::DEFAULT_BASE_URL } else { &row.api_base };
        let base_url = Url::parse(base).map_err(|_| BackendError::field("api_base", "expected an https:// address"))?;
        let settings =
            TwilioSettings { account_sid: row.account_sid.clone(), auth_token: secrets.auth_token.clone(), base_url };
        let api = TwilioClient::new(settings).map_err(|error| BackendError::field("account_sid", error.to_string()))?;
        let public = if row.public_url.is_empty() { fallback_url } else { &row.public_url };
        Ok(Self {
            tenant,
            api: Arc::new(api),
            tokens: vec![secrets.auth_token],
            public_url: public.trim_end_matches('/').to_owned(),
            simulated: row.simulated,
        })
    }

    fn hook(&self, name: &str, call: CallId, party: Party) -> String {
        format!("{}/webhooks/twilio/{name}?call={call}&party={}", self.public_url, party_text(party))
    }

    pub(crate) fn answer_url(&self, call: CallId, party: Party) -> String {
        self.hook("outbound-answer", call, party)
    }

    pub(crate) fn status_url(&self, call: CallId, party: Party) -> String {
        self.hook("status", call, party)
    }

    pub(crate) fn verdict_url(&self, call: CallId) -> String {
        self.hook("amd", call, Party::Customer)
    }

    pub(crate) fn resume_url(&self, call: CallId, party: Party, turn: Uuid) -> String {
        // Another one each time, so that a leg that comes back once more is not taken for a copy of the last request.
        format!("{}&turn={turn}", self.hook("resume", call, party))
    }

    /// Address of the media socket: `wss://` for `https://`, `ws://` on a machine of one's own.
    pub(crate) fn media_url(&self) -> String {
        let socket = match self.public_url.split_once("://") {
            Some(("http", rest)) => format!("ws://{rest}"),
            Some((_, rest)) => format!("wss://{rest}"),
            None => format!("wss://{}", self.public_url),
        };
        format!("{socket}/webhooks/twilio/media/{}", self.tenant)
    }

    /// The document that connects the call's sound to the bridge, and brings the leg back if the socket should break. The same
    /// request has the same `turn`, and so the same answer.
    pub(crate) fn connect(
        &self,
        backend: &Backend,
        call: CallId,
        party: Party,
        greeting: Option<(&str, &str)>,
        turn: Uuid,
    ) -> Result<String, BackendError> {
        let internal = |error: providers::twilio::twiml::TwimlError| BackendError::Internal(error.to_string());
        let mut stream = Stream::new(self.media_url())
            .map_err(internal)?
            .parameter(CALL_PARAMETER, call.to_string())
            .map_err(internal)?
            .parameter(TOKEN_PARAMETER, backend.stream_token(call))
            .map_err(internal)?;
        if party != Party::Customer {
            stream = stream.parameter(PARTY_PARAMETER, party_text(party)).map_err(internal)?;
        }
        let mut document = Document::new();
        if let Some((text, language)) = greeting.filter(|(text, _)| !text.is_empty()) {
            document = document.then(Say::new(text).language(voice_tag(language)));
        }
        let wait = Verb::Pause { seconds: BACK_BY_ITSELF_AFTER_S };
        let back = Verb::Redirect { url: self.resume_url(call, party, turn), method: Default::default() };
        Ok(document.then(Verb::Connect(stream)).then(wait).then(back).to_xml())
    }
}

/// The party as our own addresses and stream parameters name it.
fn party_text(party: Party) -> String {
    match party {
        Party::Customer => "customer".to_owned(),
        Party::Outside { attempt } => format!("outside-{attempt}"),
    }
}

/// The reverse of it; whatever is not an outside party is the customer.
pub(crate) fn party_of(text: Option<&str>) -> Party {
    let attempt = text.and_then(|text| text.strip_prefix("outside-")).and_then(|attempt| attempt.parse().ok());
    attempt.map_or(Party::Customer, |attempt| Party::Outside { attempt })
}

/// The language tag that the carrier's voices know.
fn voice_tag(language: &str) -> &str {
    match language {
        "hi" => "hi-IN",
        "en" | "" => "en-IN",
        other => other,
    }
}

/// A last sentence, and the end.
pub(crate) fn goodbye(text: &str, language: &str) -> String {
    Document::new().then(Say::new(text).language(voice_tag(language))).then(Verb::Hangup).to_xml()
}

/// The end without a word.
pub(crate) fn hang_up() -> String {
    Document::new().then(Verb::Hangup).to_xml()
}

impl Backend {
    /// # Errors
    /// `NotConfigured` when the tenant has none.
    pub(crate) async fn carrier(&self, scope: TenantScope) -> Result<TenantCarrier, BackendError> {
        if let Some(carrier) = self.cached_carrier(scope.tenant()) {
            return Ok(carrier);
        }
        let (row, secrets) = self.carrier_row(scope).await?;
        let carrier = TenantCarrier::new(scope.tenant(), &row, secrets, &self.options().public_url)?;
        self.cache_carrier(scope.tenant(), carrier.clone());
        Ok(carrier)
    }
}
