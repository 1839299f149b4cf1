//! Twilio's REST API, as far as calls need it. <https://www.twilio.com/docs/voice/api/call-resource>

use std::{fmt, time::Duration};

use async_trait::async_trait;
use domain::pii::Personal;
use reqwest::{Client, RequestBuilder, header};
use serde::{Deserialize, de::DeserializeOwned};
use url::Url;

use super::{conference, errors, webhook::CallStatus};
use crate::{
    http_client,
    rest::{self, RequestKind},
    telephony::{
        AccountInfo, AddParticipant, CallSnapshot, Capabilities, Carrier, CarrierError, Instructions, MachineWait,
        NumberAddresses, OwnedNumber, PlaceCall, Price, ProviderCallId, Recorder, RecordingFile, Seat, Via,
    },
};

/// Twilio's own limit of a webhook exchange is 15 s; its API answers far sooner.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);
/// The `Twiml` parameter of a call may have this many characters.
const MAX_INLINE_DOCUMENT: usize = 4000;
/// Of a thousand numbers each.
const MOST_NUMBER_PAGES: usize = 20;
/// Four hours of two channels of 16 bits at 8 kHz.
const MOST_RECORDING_BYTES: usize = 512 * 1024 * 1024;

/// Where and as whom to speak to Twilio.
#[derive(Debug, Clone)]
pub struct TwilioSettings {
    /// `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    pub auth_token: Personal<String>,
    /// `https://api.twilio.com`, an edge such as `https://api.dublin.ie1.twilio.com`, or a simulated account.
    pub base_url: Url,
}

impl TwilioSettings {
    pub const DEFAULT_BASE_URL: &str = "https://api.twilio.com";
}

#[derive(Debug, thiserror::Error)]
pub enum TwilioSettingsError {
    #[error("a Twilio account SID is AC and 32 hexadecimal digits")]
    AccountSid,
    #[error("the Twilio auth token is empty")]
    AuthToken,
    #[error("the Twilio address cannot be used as a base: {url}")]
    BaseUrl { url: Url },
    #[error("no HTTPS client can be made: {0}")]
    Client(#[from] http_client::ClientError),
}

pub struct TwilioClient {
    settings: TwilioSettings,
    http: Client,
}

impl fmt::Debug for TwilioClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TwilioClient").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl TwilioClient {
    pub fn new(settings: TwilioSettings) -> Result<Self, TwilioSettingsError> {
        let digits = settings.account_sid.strip_prefix("AC").unwrap_or_default();
        if digits.len() != 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(TwilioSettingsError::AccountSid);
        }
        if settings.auth_token.reveal().is_empty() {
            return Err(TwilioSettingsError::AuthToken);
        }
        if settings.base_url.cannot_be_a_base() {
            return Err(TwilioSettingsError::BaseUrl { url: settings.base_url });
        }
        Ok(Self { settings, http: http_client::client(REQUEST_TIMEOUT)? })
    }

    fn url(&self, resource: &str) -> String {
        let base = self.settings.base_url.as_str().trim_end_matches('/');
        format!("{base}/2010-04-01/Accounts/{}{resource}", self.settings.account_sid)
    }

    fn authorised(&self, request: RequestBuilder) -> RequestBuilder {
        request.basic_auth(&self.settings.account_sid, Some(self.settings.auth_token.reveal()))
    }

    async fn get<T: DeserializeOwned>(&self, resource: &str, query: &[(&str, &str)]) -> Result<T, CarrierError> {
        let url = self.url(resource);
        let response = rest::send(RequestKind::Read, || self.authorised(self.http.get(&url).query(query))).await?;
        rest::read(RequestKind::Read, response, errors::from_response).await
    }

    async fn post<T: DeserializeOwned>(
        &self,
        kind: RequestKind,
        resource: &str,
        form: &[(&str, String)],
    ) -> Result<T, CarrierError> {
        let url = self.url(resource);
        let response = rest::send(kind, || self.authorised(self.http.post(&url).form(form))).await?;
        rest::read(kind, response, errors::from_response).await
    }

    /// Twilio sends to where the file lies; the credentials stay here.
    async fn recording_media(&self, url: &str, both: bool) -> Result<RecordingFile, CarrierError> {
        let query: &[(&str, &str)] = if both { &[("RequestedChannels", "2")] } else { &[] };
        let mut response = rest::send(RequestKind::Read, || self.authorised(self.http.get(url).query(query))).await?;
        let elsewhere = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
        if let Some(elsewhere) = elsewhere.filter(|_| response.status().is_redirection()).map(str::to_owned) {
            let target = Url::parse(url).and_then(|base| base.join(&elsewhere));
            let target = target
                .map_err(|_| CarrierError::Rejected { code: None, message: "no place of the file".to_owned() })?;
            response = rest::send(RequestKind::Read, || self.http.get(target.clone())).await?;
        }
        rest::recording(response, MOST_RECORDING_BYTES, errors::from_response).await
    }

    async fn change_call(&self, call: &ProviderCallId, form: &[(&str, String)]) -> Result<(), CarrierError> {
        let _call: RawCall = self.post(RequestKind::Update, &call_resource(call)?, form).await?;
        Ok(())
    }
}

/// A SID becomes a part of a path, so nothing but letters and digits may be in it.
pub(super) fn sid(text: &str) -> Result<&str, CarrierError> {
    let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if fits { Ok(text) } else { Err(CarrierError::CallOver) }
}

fn call_resource(call: &ProviderCallId) -> Result<String, CarrierError> {
    Ok(format!("/Calls/{}.json", sid(call.as_str())?))
}

fn create_form(call: &PlaceCall) -> Vec<(&'static str, String)> {
    let mut form =
        vec![("To", call.to.reveal().clone()), ("From", call.from.reveal().clone()), ("Url", call.answer_url.clone())];
    if let Some(url) = &call.status_url {
        form.push(("StatusCallback", url.clone()));
        form.extend(
            ["initiated", "ringing", "answered", "completed"].map(|event| ("StatusCallbackEvent", event.to_owned())),
        );
    }
    if let Some(ring) = call.ring_timeout {
        form.push(("Timeout", ring.as_secs().clamp(5, 600).to_string()));
    }
    if let Some(detection) = &call.answering_machine {
        let mode = match detection.wait {
            MachineWait::Verdict => "Enable",
            MachineWait::EndOfGreeting => "DetectMessageEnd",
        };
        form.push(("MachineDetection", mode.to_owned()));
        if let Some(url) = &detection.verdict_url {
            form.push(("AsyncAmd", "true".to_owned()));
            form.push(("AsyncAmdStatusCallback", url.clone()));
        }
    }
    if let Some(digits) = &call.send_digits {
        form.push(("SendDigits", digits.clone()));
    }
    if call.record {
        form.push(("Record", "true".to_owned()));
        form.push(("RecordingChannels", "dual".to_owned()));
    }
    form
}

#[async_trait]
impl Carrier for TwilioClient {
    fn name(&self) -> &'static str {
        "Twilio"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            media_stream: true,
            hold: false,
            transfer: true,
            media_restart: true,
            recording: true,
            delete_recordings: true,
            answering_machine_detection: true,
            dtmf: true,
            reports_keys: true,
            sms: true,
            whatsapp: true,
            hang_up: true,
            conference: true,
            two_numbers: false,
        }
    }

    async fn place_call(&self, call: &PlaceCall) -> Result<ProviderCallId, CarrierError> {
        if let Via::Telephone(_) = call.via {
            return Err(self.cannot("join two telephones by itself; it does so in a conference"));
        }
        let placed: RawCall = self.post(RequestKind::Create, "/Calls.json", &create_form(call)).await?;
        Ok(ProviderCallId::new(placed.sid))
    }

    async fn hang_up(&self, call: &ProviderCallId) -> Result<(), CarrierError> {
        match self.change_call(call, &[("Status", "completed".to_owned())]).await {
            Err(CarrierError::CallOver) => Ok(()),
            other => other,
        }
    }

    async fn redirect(&self, call: &ProviderCallId, to: &Instructions) -> Result<(), CarrierError> {
        match to {
            Instructions::Url(url) => self.change_call(call, &[("Url", url.clone())]).await,
            Instructions::Document(xml) if xml.chars().count() > MAX_INLINE_DOCUMENT => Err(CarrierError::Rejected {
                code: None,
                message: format!("a document may have {MAX_INLINE_DOCUMENT} characters"),
            }),
            Instructions::Document(xml) => self.change_call(call, &[("Twiml", xml.clone())]).await,
        }
    }

    async fn fetch_call(&self, call: &ProviderCallId) -> Result<CallSnapshot, CarrierError> {
        let raw: RawCall = self.get(&call_resource(call)?, &[]).await?;
        Ok(raw.into())
    }

    async fn find_live_calls(
        &self,
        to: &Personal<String>,
        from: &Personal<String>,
    ) -> Result<Vec<CallSnapshot>, CarrierError> {
        let query = [("To", to.reveal().as_str()), ("From", from.reveal().as_str()), ("PageSize", "50")];
        let page: CallPage = self.get("/Calls.json", &query).await?;
        Ok(page.calls.into_iter().map(CallSnapshot::from).filter(|call| !call.over).collect())
    }

    async fn test_credentials(&self) -> Result<AccountInfo, CarrierError> {
        let account: RawAccount = self.get(".json", &[]).await?;
        Ok(AccountInfo {
            name: account.friendly_name.unwrap_or_default(),
            status: account.status.unwrap_or_default(),
            trial: account.kind.as_deref() == Some("Trial"),
        })
    }

    async fn list_numbers(&self) -> Result<Vec<OwnedNumber>, CarrierError> {
        let account = format!("/2010-04-01/Accounts/{}", self.settings.account_sid);
        let mut page: NumberPage = self.get("/IncomingPhoneNumbers.json", &[("PageSize", "1000")]).await?;
        let mut numbers: Vec<OwnedNumber> = page.incoming_phone_numbers.into_iter().map(OwnedNumber::from).collect();
        for _ in 1..MOST_NUMBER_PAGES {
            let next = page.next_page_uri.as_deref().and_then(|next| next.strip_prefix(&account));
            let Some(next) = next.map(str::to_owned) else { break };
            page = self.get(&next, &[]).await?;
            numbers.extend(page.incoming_phone_numbers.into_iter().map(OwnedNumber::from));
        }
        numbers.sort_by(|one, other| one.number.cmp(&other.number));
        Ok(numbers)
    }

    async fn connect_number(&self, id: &str, to: &NumberAddresses) -> Result<(), CarrierError> {
        let resource = format!("/IncomingPhoneNumbers/{}.json", sid(id)?);
        let mut form = vec![
            ("VoiceUrl", to.voice.clone()),
            ("VoiceMethod", "POST".to_owned()),
            ("StatusCallback", to.status.clone()),
            ("StatusCallbackMethod", "POST".to_owned()),
            // With either of them Twilio does not look at the addresses.
            ("VoiceApplicationSid", String::new()),
            ("TrunkSid", String::new()),
        ];
        if let Some(messages) = &to.messages {
            form.extend([
                ("SmsUrl", messages.clone()),
                ("SmsMethod", "POST".to_owned()),
                ("SmsApplicationSid", String::new()),
            ]);
        }
        let _number: RawNumber = self.post(RequestKind::Update, &resource, &form).await?;
        Ok(())
    }

    async fn seat(&self, room: &str, call: &ProviderCallId, seat: &Seat) -> Result<(), CarrierError> {
        let resource = conference::participant(room, call)?;
        let _participant: RawParticipant = self.post(RequestKind::Update, &resource, &conference::seat(seat)).await?;
        Ok(())
    }

    async fn add_participant(&self, add: &AddParticipant) -> Result<ProviderCallId, CarrierError> {
        let resource = conference::participants(&add.conference)?;
        let added: RawParticipant = self.post(RequestKind::Create, &resource, &conference::added(add)).await?;
        Ok(ProviderCallId::new(added.call_sid))
    }

    async fn announce(&self, room: &str, call: &ProviderCallId, url: &str) -> Result<(), CarrierError> {
        let resource = conference::participant(room, call)?;
        let _participant: RawParticipant =
            self.post(RequestKind::Update, &resource, &conference::announced(url)).await?;
        Ok(())
    }

    async fn record(&self, call: &ProviderCallId, what: &Recorder) -> Result<(), CarrierError> {
        let (resource, form) = conference::recorder(call, what)?;
        // Asked twice to begin there would be two.
        let kind = if matches!(what, Recorder::Start { .. }) { RequestKind::Create } else { RequestKind::Update };
        let _recording: RawSid = self.post(kind, &resource, &form).await?;
        Ok(())
    }

    /// The first that is complete. <https://www.twilio.com/docs/voice/api/recording#list-call-recordings>
    async fn find_recording(&self, call: &ProviderCallId) -> Result<Option<String>, CarrierError> {
        let resource = format!("/Calls/{}/Recordings.json", sid(call.as_str())?);
        let page: RecordingPage = self.get(&resource, &[]).await?;
        Ok(page.recordings.into_iter().find(|one| one.status == "completed").map(|one| one.sid))
    }

    /// `recording`: its SID. Both sides apart where Twilio has them so, else mixed.
    async fn fetch_recording(&self, recording: &str) -> Result<RecordingFile, CarrierError> {
        let url = self.url(&format!("/Recordings/{}.wav", sid(recording)?));
        let dual = self.recording_media(&url, true).await;
        match dual {
            Err(CarrierError::Rejected { .. }) => self.recording_media(&url, false).await,
            other => other,
        }
    }

    async fn delete_recording(&self, recording: &str) -> Result<(), CarrierError> {
        let url = self.url(&format!("/Recordings/{}.json", sid(recording)?));
        let response = rest::send(RequestKind::Update, || self.authorised(self.http.delete(&url))).await?;
        if response.status().is_success() {
            return Ok(());
        }
        match errors::from_response(RequestKind::Update, response).await {
            CarrierError::CallOver => Ok(()),
            error => Err(error),
        }
    }

    async fn send_sms(&self, from: &str, to: &Personal<String>, text: &str) -> Result<String, CarrierError> {
        let form = [("From", from.to_owned()), ("To", to.reveal().clone()), ("Body", text.to_owned())];
        let sent: RawSid = self.post(RequestKind::Create, "/Messages.json", &form).await?;
        Ok(sent.sid)
    }
}

#[derive(Deserialize)]
struct RawSid {
    sid: String,
}

#[derive(Deserialize)]
struct RecordingPage {
    recordings: Vec<RawRecording>,
}

#[derive(Deserialize)]
struct RawRecording {
    sid: String,
    #[serde(default)]
    status: String,
}

#[derive(Deserialize)]
struct RawParticipant {
    call_sid: String,
}

#[derive(Deserialize)]
struct RawCall {
    sid: String,
    #[serde(default)]
    status: Option<String>,
    /// Seconds, usually as text.
    #[serde(default)]
    duration: Option<serde_json::Value>,
    #[serde(default)]
    answered_by: Option<String>,
    /// Below zero, as text; nothing until the call is billed.
    #[serde(default)]
    price: Option<serde_json::Value>,
    #[serde(default)]
    price_unit: Option<String>,
}

impl From<RawCall> for CallSnapshot {
    fn from(raw: RawCall) -> Self {
        let status = raw.status.unwrap_or_default();
        let seconds = match raw.duration {
            Some(serde_json::Value::String(text)) => text.parse().ok(),
            Some(serde_json::Value::Number(number)) => number.as_u64(),
            _ => None,
        };
        Self {
            id: ProviderCallId::new(raw.sid),
            over: CallStatus::parse(&status).is_terminal(),
            status,
            duration: seconds.map(Duration::from_secs),
            answered_by: raw.answered_by,
            price: raw
                .price
                .as_ref()
                .and_then(amount)
                .map(|amount| Price { amount, unit: raw.price_unit.unwrap_or_default() }),
            recording: None,
        }
    }
}

/// Without the sign: a price is what the account pays.
fn amount(price: &serde_json::Value) -> Option<String> {
    let text = match price {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let bare = text.trim().trim_start_matches('-');
    bare.parse::<f64>().is_ok().then(|| bare.to_owned())
}

#[derive(Deserialize)]
struct NumberPage {
    incoming_phone_numbers: Vec<RawNumber>,
    /// Without the host.
    #[serde(default)]
    next_page_uri: Option<String>,
}

#[derive(Deserialize)]
struct RawNumber {
    sid: String,
    phone_number: String,
    #[serde(default)]
    friendly_name: Option<String>,
    #[serde(default)]
    voice_url: Option<String>,
    #[serde(default)]
    voice_method: Option<String>,
    #[serde(default)]
    status_callback: Option<String>,
    #[serde(default)]
    voice_application_sid: Option<String>,
    #[serde(default)]
    trunk_sid: Option<String>,
    #[serde(default)]
    sms_url: Option<String>,
    #[serde(default)]
    sms_method: Option<String>,
    #[serde(default)]
    sms_application_sid: Option<String>,
    #[serde(default)]
    capabilities: serde_json::Value,
}

impl From<RawNumber> for OwnedNumber {
    fn from(raw: RawNumber) -> Self {
        let given = |sid: &Option<String>| sid.as_ref().is_some_and(|sid| !sid.is_empty());
        let by_post =
            |method: &Option<String>| method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case("POST"));
        Self {
            id: raw.sid,
            number: raw.phone_number,
            label: raw.friendly_name.unwrap_or_default(),
            voice_url: raw.voice_url.unwrap_or_default(),
            voice_post: by_post(&raw.voice_method),
            status_url: raw.status_callback.unwrap_or_default(),
            passed_on: given(&raw.voice_application_sid) || given(&raw.trunk_sid),
            message_post: by_post(&raw.sms_method),
            messages_passed_on: given(&raw.sms_application_sid),
            message_url: raw.sms_url.unwrap_or_default(),
            sms: raw.capabilities["sms"].as_bool().or(raw.capabilities["SMS"].as_bool()).unwrap_or(false),
        }
    }
}

#[derive(Deserialize)]
struct CallPage {
    calls: Vec<RawCall>,
}

#[derive(Deserialize)]
struct RawAccount {
    #[serde(default)]
    friendly_name: Option<String>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
}
