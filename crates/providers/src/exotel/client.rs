//! Exotel's REST API, as far as calls need it. <https://developer.exotel.com/api/make-a-call-api>

use std::{fmt, time::Duration};

use async_trait::async_trait;
use domain::pii::Personal;
use reqwest::{Client, RequestBuilder, StatusCode};
use serde::{Deserialize, de::DeserializeOwned};
use url::Url;

use super::{errors, numbers::to_e164, webhook::Status};
use crate::{
    http_client,
    rest::{self, RequestKind},
    telephony::{
        AccountInfo, CallSnapshot, Capabilities, Carrier, CarrierError, Instructions, OwnedNumber, PlaceCall, Price,
        ProviderCallId, RecordingFile, Via,
    },
};

const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);
/// `TimeLimit` may not be larger.
const LONGEST_CALL_S: u32 = 14_400;
/// What Exotel's field takes.
const MOST_REFERENCE: usize = 128;
/// A recording of four hours in stereo MP3 has about this.
const MOST_RECORDING_BYTES: usize = 256 * 1024 * 1024;
const OWN_DOMAIN: &str = "exotel.com";

#[derive(Debug, Clone)]
pub struct ExotelSettings {
    /// The account's name at Exotel, such as `acme1`.
    pub account_sid: String,
    pub api_key: Personal<String>,
    pub api_token: Personal<String>,
    /// `https://api.exotel.com` (Singapore), `https://api.in.exotel.com` (Mumbai), or a simulated account.
    pub base_url: Url,
    /// The flow (App Bazaar) that carries outbound calls to us; empty when there is none.
    pub flow: String,
}

impl ExotelSettings {
    pub const DEFAULT_BASE_URL: &str = "https://api.in.exotel.com";
}

#[derive(Debug, thiserror::Error)]
pub enum ExotelSettingsError {
    #[error("an Exotel account SID has letters, digits, - and _")]
    AccountSid,
    #[error("the API key or token is empty")]
    Credentials,
    #[error("the id of a flow has digits only")]
    Flow,
    #[error("the Exotel address cannot be used as a base: {url}")]
    BaseUrl { url: Url },
    #[error("no HTTPS client can be made: {0}")]
    Client(#[from] http_client::ClientError),
}

pub struct ExotelClient {
    settings: ExotelSettings,
    http: Client,
}

impl fmt::Debug for ExotelClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExotelClient").field("settings", &self.settings).finish_non_exhaustive()
    }
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

impl ExotelClient {
    /// # Errors
    /// See [`ExotelSettingsError`].
    pub fn new(settings: ExotelSettings) -> Result<Self, ExotelSettingsError> {
        if !is_plain(&settings.account_sid) {
            return Err(ExotelSettingsError::AccountSid);
        }
        if settings.api_key.reveal().is_empty() || settings.api_token.reveal().is_empty() {
            return Err(ExotelSettingsError::Credentials);
        }
        if !settings.flow.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ExotelSettingsError::Flow);
        }
        if settings.base_url.cannot_be_a_base() {
            return Err(ExotelSettingsError::BaseUrl { url: settings.base_url });
        }
        Ok(Self { settings, http: http_client::client(REQUEST_TIMEOUT)? })
    }

    fn url(&self, version: &str, resource: &str) -> String {
        let base = self.settings.base_url.as_str().trim_end_matches('/');
        format!("{base}/{version}/Accounts/{}{resource}", self.settings.account_sid)
    }

    fn authorised(&self, request: RequestBuilder) -> RequestBuilder {
        request.basic_auth(self.settings.api_key.reveal(), Some(self.settings.api_token.reveal()))
    }

    async fn get<T: DeserializeOwned>(&self, url: &str, query: &[(&str, &str)]) -> Result<T, CarrierError> {
        let response = rest::send(RequestKind::Read, || self.authorised(self.http.get(url).query(query))).await?;
        rest::read(RequestKind::Read, response, errors::from_response).await
    }

    async fn create<T: DeserializeOwned>(&self, url: &str, form: &[(&str, String)]) -> Result<T, CarrierError> {
        let kind = RequestKind::Create;
        let response = rest::send(kind, || self.authorised(self.http.post(url).form(form))).await?;
        rest::read(kind, response, errors::from_response).await
    }

    fn place_form(&self, call: &PlaceCall) -> Result<Vec<(&'static str, String)>, CarrierError> {
        let mut form = match &call.via {
            // The one who is called first is the agent; both see the number of the account.
            Via::Telephone(agent) => {
                vec![("From", agent.reveal().clone()), ("To", call.to.reveal().clone())]
            }
            Via::Instructions if self.settings.flow.is_empty() => {
                return Err(CarrierError::NotSupported {
                    carrier: "Exotel",
                    what: "place a call whose sound comes here without a flow; enter the flow's id in the settings",
                });
            }
            // Exotel takes no address of ours here, only one of its own flows, and that by http.
            Via::Instructions => {
                let (sid, flow) = (&self.settings.account_sid, &self.settings.flow);
                let url = format!("http://my.exotel.com/{sid}/exoml/start_voice/{flow}");
                vec![("From", call.to.reveal().clone()), ("Url", url)]
            }
        };
        form.push(("CallerId", call.from.reveal().clone()));
        form.push(("CallType", "trans".to_owned()));
        form.push(("TimeLimit", LONGEST_CALL_S.to_string()));
        if let Some(ring) = call.ring_timeout {
            form.push(("TimeOut", ring.as_secs().clamp(5, 600).to_string()));
        }
        form.push(("CustomField", call.reference.chars().take(MOST_REFERENCE).collect()));
        if call.record {
            form.extend([("Record", "true"), ("RecordingChannels", "dual"), ("RecordingFormat", "mp3-hq")].map(owned));
        }
        if let Some(url) = &call.status_url {
            form.push(("StatusCallback", url.clone()));
            form.push(("StatusCallbackEvents[0]", "terminal".to_owned()));
            form.push(("StatusCallbackEvents[1]", "answered".to_owned()));
            // The default is multipart; whatever comes is read.
            form.push(("StatusCallbackContentType", "application/json".to_owned()));
        }
        Ok(form)
    }

    /// Credentials go to Exotel's own hosts and to the configured one, and nowhere else.
    fn may_authorise(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let own = host == OWN_DOMAIN || host.strip_suffix(OWN_DOMAIN).is_some_and(|rest| rest.ends_with('.'));
        let configured = self.settings.base_url.host_str() == Some(host)
            && self.settings.base_url.port_or_known_default() == url.port_or_known_default();
        (own && url.scheme() == "https") || configured
    }
}

fn owned((key, value): (&'static str, &str)) -> (&'static str, String) {
    (key, value.to_owned())
}

#[async_trait]
impl Carrier for ExotelClient {
    fn name(&self) -> &'static str {
        "Exotel"
    }

    /// Its first API has no request that mutes, holds, transfers or ends a live call.
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            media_stream: true,
            hold: false,
            transfer: false,
            media_restart: false,
            recording: true,
            // Its documented interface has no request for it.
            delete_recordings: false,
            answering_machine_detection: false,
            dtmf: false,
            reports_keys: true,
            sms: true,
            whatsapp: false,
            hang_up: false,
            conference: false,
            two_numbers: true,
        }
    }

    async fn place_call(&self, call: &PlaceCall) -> Result<ProviderCallId, CarrierError> {
        let form = self.place_form(call)?;
        let placed: OneCall = self.create(&self.url("v1", "/Calls/connect.json"), &form).await?;
        Ok(ProviderCallId::new(placed.call.sid))
    }

    async fn hang_up(&self, _call: &ProviderCallId) -> Result<(), CarrierError> {
        Err(self.cannot("end a live call; it ends when the stream or one of the telephones does"))
    }

    async fn redirect(&self, _call: &ProviderCallId, _to: &Instructions) -> Result<(), CarrierError> {
        Err(self.cannot("send a live call elsewhere"))
    }

    async fn fetch_call(&self, call: &ProviderCallId) -> Result<CallSnapshot, CarrierError> {
        if !is_plain(call.as_str()) {
            return Err(CarrierError::CallOver);
        }
        let url = self.url("v1", &format!("/Calls/{}.json", call.as_str()));
        let found: OneCall = self.get(&url, &[("details", "true"), ("RecordingUrlValidity", "60")]).await?;
        Ok(found.call.into())
    }

    async fn find_live_calls(
        &self,
        to: &Personal<String>,
        from: &Personal<String>,
    ) -> Result<Vec<CallSnapshot>, CarrierError> {
        let query =
            [("To", to.reveal().as_str()), ("From", from.reveal()), ("SortBy", "DateCreated:desc"), ("PageSize", "50")];
        let page: CallPage = self.get(&self.url("v1", "/Calls.json"), &query).await?;
        Ok(page.calls.into_iter().map(CallSnapshot::from).filter(|call| !call.over).collect())
    }

    async fn test_credentials(&self) -> Result<AccountInfo, CarrierError> {
        let numbers = self.list_numbers().await?;
        let status = format!("{} numbers", numbers.len());
        Ok(AccountInfo { name: self.settings.account_sid.clone(), status, trial: false })
    }

    async fn list_numbers(&self) -> Result<Vec<OwnedNumber>, CarrierError> {
        let page: NumberPage = self.get(&self.url("v2_beta", "/IncomingPhoneNumbers"), &[]).await?;
        let mut numbers: Vec<OwnedNumber> = page.incoming_phone_numbers.into_iter().map(OwnedNumber::from).collect();
        numbers.sort_by(|one, other| one.number.cmp(&other.number));
        Ok(numbers)
    }

    /// `recording`: the address that Exotel gave. It is asked without credentials first, since most are signed links.
    async fn fetch_recording(&self, recording: &str) -> Result<RecordingFile, CarrierError> {
        let refuse = |message: &str| CarrierError::Rejected { code: None, message: message.to_owned() };
        let url = Url::parse(recording).map_err(|_| refuse("the recording's address cannot be read"))?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(refuse("the recording's address is no web address"));
        }
        let mut response = rest::send(RequestKind::Read, || self.http.get(url.clone())).await?;
        let refused = matches!(response.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
        if refused && self.may_authorise(&url) {
            response = rest::send(RequestKind::Read, || self.authorised(self.http.get(url.clone()))).await?;
        }
        rest::recording(response, MOST_RECORDING_BYTES, errors::from_response).await
    }

    async fn send_sms(&self, from: &str, to: &Personal<String>, text: &str) -> Result<String, CarrierError> {
        let plain = text.is_ascii();
        let form = [
            ("From", from.to_owned()),
            ("To", to.reveal().clone()),
            ("Body", text.to_owned()),
            ("EncodingType", if plain { "plain" } else { "unicode" }.to_owned()),
            ("SmsType", "transactional".to_owned()),
        ];
        let sent: OneSms = self.create(&self.url("v1", "/Sms/send.json"), &form).await?;
        Ok(sent.message.sid)
    }
}

#[derive(Deserialize)]
struct OneCall {
    #[serde(rename = "Call")]
    call: RawCall,
}

#[derive(Deserialize)]
struct CallPage {
    #[serde(rename = "Calls", default)]
    calls: Vec<RawCall>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawCall {
    sid: String,
    #[serde(default)]
    status: Option<String>,
    /// Text, a number or nothing; settles about two minutes after the end.
    #[serde(default)]
    duration: serde_json::Value,
    #[serde(default)]
    price: serde_json::Value,
    #[serde(default)]
    answered_by: Option<String>,
    #[serde(default)]
    recording_url: Option<String>,
    /// A signed link, when one was asked for.
    #[serde(default)]
    pre_signed_recording_url: Option<String>,
}

fn as_text(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) if !text.is_empty() => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

impl From<RawCall> for CallSnapshot {
    fn from(raw: RawCall) -> Self {
        let status = raw.status.unwrap_or_default();
        Self {
            id: ProviderCallId::new(raw.sid),
            over: Status::parse(&status).is_terminal(),
            status,
            duration: as_text(&raw.duration).and_then(|text| text.parse().ok()).map(Duration::from_secs),
            answered_by: raw.answered_by,
            // Exotel bills in the account's currency and does not name it.
            price: as_text(&raw.price)
                .map(|text| Price { amount: text.trim_start_matches('-').to_owned(), unit: String::new() }),
            recording: raw.pre_signed_recording_url.or(raw.recording_url).filter(|url| !url.is_empty()),
        }
    }
}

#[derive(Deserialize)]
struct NumberPage {
    #[serde(default)]
    incoming_phone_numbers: Vec<RawNumber>,
}

#[derive(Deserialize)]
struct RawNumber {
    #[serde(default)]
    sid: String,
    #[serde(default, alias = "PhoneNumber")]
    phone_number: String,
    #[serde(default, alias = "FriendlyName")]
    friendly_name: String,
    #[serde(default, alias = "VoiceUrl")]
    voice_url: String,
}

impl From<RawNumber> for OwnedNumber {
    fn from(raw: RawNumber) -> Self {
        Self {
            id: raw.sid,
            number: to_e164(&raw.phone_number),
            label: raw.friendly_name,
            voice_url: raw.voice_url,
            voice_post: false,
            status_url: String::new(),
            passed_on: false,
            sms: false,
            message_url: String::new(),
            message_post: false,
            messages_passed_on: false,
        }
    }
}

#[derive(Deserialize)]
struct OneSms {
    #[serde(rename = "SMSMessage")]
    message: RawSms,
}

#[derive(Deserialize)]
struct RawSms {
    #[serde(rename = "Sid")]
    sid: String,
}
