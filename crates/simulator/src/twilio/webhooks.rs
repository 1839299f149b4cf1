//! Requests to the application: signed, timed, with Twilio's limits.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::{Duration, Instant},
};

use domain::pii::Personal;
use reqwest::Client;
use url::Url;

use super::{
    config::Config,
    document::{self, Document, Method},
    record::CallRecord,
    sign,
};

/// Twilio's limits: <https://www.twilio.com/docs/api/errors/11205>.
const CONNECT: Duration = Duration::from_secs(5);
const TOTAL: Duration = Duration::from_secs(15);
const MAX_BODY: usize = 1024 * 1024;

/// Fields of a form, in order.
pub type Fields = Vec<(String, String)>;

#[derive(Debug)]
pub struct Webhooks {
    http: Client,
    account_sid: String,
    auth_token: Personal<String>,
    /// Milliseconds that a message is on its way.
    delay: AtomicU64,
}

/// A request of the application that gave no usable document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Twilio's error code.
    pub code: u32,
    pub message: String,
}

#[derive(Debug)]
pub struct Answered {
    pub status: u16,
    pub took_ms: u64,
    pub content_type: String,
    pub body: Vec<u8>,
}

impl Webhooks {
    pub fn new(config: &Config) -> Result<Self, reqwest::Error> {
        let http = Client::builder()
            .connect_timeout(CONNECT)
            .timeout(TOTAL)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent("TwilioProxy/1.1 (SIMULATED)")
            .build()?;
        let (account_sid, auth_token) = (config.account_sid.clone(), config.auth_token.clone());
        Ok(Self { http, account_sid, auth_token, delay: AtomicU64::new(0) })
    }

    pub fn set_delay(&self, delay: Duration) {
        self.delay.store(u64::try_from(delay.as_millis()).unwrap_or(0), Relaxed);
    }

    /// As long as a message is on its way.
    pub async fn travel(&self) {
        tokio::time::sleep(Duration::from_millis(self.delay.load(Relaxed))).await;
    }

    pub fn signature(&self, url: &str, fields: &[(String, String)]) -> String {
        sign::signature(self.auth_token.reveal(), url, fields)
    }

    /// The fields of every voice webhook and status callback of a call.
    pub fn call_fields(&self, call: &CallRecord) -> Fields {
        let mut fields: Fields = [
            ("CallSid", call.sid.as_str()),
            ("AccountSid", &self.account_sid),
            ("From", &call.from),
            ("To", &call.to),
            ("CallStatus", call.status.as_str()),
            ("ApiVersion", "2010-04-01"),
            ("Direction", call.direction.as_str()),
            ("Caller", &call.from),
            ("Called", &call.to),
            ("FromCity", ""),
            ("FromCountry", ""),
            ("ToCity", ""),
            ("ToCountry", ""),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
        if let Some(parent) = &call.parent_sid {
            fields.push(("ParentCallSid".to_owned(), parent.clone()));
        }
        if let Some(answered_by) = call.answered_by {
            fields.push(("AnsweredBy".to_owned(), answered_by.to_owned()));
        }
        fields
    }

    pub async fn send(&self, url: &str, method: Method, fields: Fields) -> Result<Answered, Failure> {
        let began = Instant::now();
        let request = match method {
            Method::Post => {
                let signature = self.signature(url, &fields);
                self.http.post(url).header("X-Twilio-Signature", signature).form(&fields)
            }
            Method::Get => {
                let mut url = Url::parse(url).map_err(|error| unreachable_url(&error))?;
                url.query_pairs_mut().extend_pairs(&fields);
                let signature = self.signature(url.as_str(), &[]);
                self.http.get(url).header("X-Twilio-Signature", signature)
            }
        };
        let request = request.header("I-Twilio-Idempotency-Token", uuid::Uuid::now_v7().to_string());
        self.travel().await;
        let response = request.send().await.map_err(|error| transport(&error))?;
        let status = response.status().as_u16();
        let header = response.headers().get("content-type");
        let content_type = header.and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let body = response.bytes().await.map_err(|error| transport(&error))?;
        if body.len() > MAX_BODY {
            return Err(Failure { code: 11750, message: format!("the answer has {} bytes", body.len()) });
        }
        Ok(Answered { status, took_ms: began.elapsed().as_millis() as u64, content_type, body: body.to_vec() })
    }

    /// For callbacks that pretend to be ours.
    pub async fn post_forged(&self, url: &str, fields: Fields) -> Result<u16, reqwest::Error> {
        let signature = sign::signature("a token that only a forger has", url, &fields);
        let response = self.http.post(url).header("X-Twilio-Signature", signature).form(&fields).send().await?;
        Ok(response.status().as_u16())
    }
}

impl Answered {
    /// The document in the answer, with `url` as the base of its relative URLs.
    pub fn document(&self, url: &str) -> Result<Document, Failure> {
        if !(200..300).contains(&self.status) {
            return Err(Failure { code: 11200, message: format!("{url} answered HTTP {}", self.status) });
        }
        let kind = self.content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if !matches!(kind.as_str(), "text/xml" | "application/xml" | "text/html") {
            return Err(Failure { code: 12300, message: format!("{url} answered with the content type {kind:?}") });
        }
        let text = std::str::from_utf8(&self.body)
            .map_err(|_| Failure { code: 12100, message: "the document is not UTF-8".to_owned() })?;
        document::parse(text, url).map_err(|reason| Failure { code: 12100, message: reason })
    }
}

fn unreachable_url(error: &url::ParseError) -> Failure {
    Failure { code: 11100, message: format!("not a URL: {error}") }
}

fn transport(error: &reqwest::Error) -> Failure {
    let code = if error.is_builder() { 11100 } else { 11205 };
    Failure { code, message: error.to_string() }
}
