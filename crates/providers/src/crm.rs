//! A CRM with a REST interface as Laravel and its like offer it: pages of records, single records, and changes to them.

use std::time::Duration;

use domain::{
    crm::{CrmApi, Place, SinceAs, is_path},
    pii::Personal,
    time::UnixMillis,
};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, header};
use serde_json::Value;
use url::Url;

use crate::{
    http_client::{CONNECT_TIMEOUT, bytes_at_most, root_cause},
    outside::{self, Reach},
};

const PATIENCE: Duration = Duration::from_secs(20);
/// Of an answer.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// A second request to make a record carries the same, so that a CRM that knows it makes one.
const ONCE: &str = "idempotency-key";

/// How the CRM knows us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credentials {
    Bearer(Personal<String>),
    Basic { user: String, password: Personal<String> },
}

/// Why the CRM did not do what it was asked. What each says holds no word of the CRM, which could be personal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CrmError {
    #[error("the CRM cannot be reached: {0}")]
    Unreachable(String),
    #[error("the CRM does not accept the credentials (HTTP {0})")]
    Unauthorised(u16),
    /// 429.
    #[error("the CRM asks for a pause (HTTP 429)")]
    Busy { after: Option<Duration> },
    /// 5xx.
    #[error("the CRM is out of order (HTTP {status})")]
    Broken { status: u16, after: Option<Duration> },
    #[error("the CRM has no such record or address (HTTP {0})")]
    NotFound(u16),
    #[error("the CRM refused the request (HTTP {0})")]
    Refused(u16),
    #[error("the CRM's answer broke off: {0}")]
    BrokenOff(String),
    #[error("the CRM's answer cannot be read as JSON")]
    Unreadable,
    /// A record may have been made, or not.
    #[error("it is not known whether the CRM made the record: {0}")]
    OutcomeUnknown(String),
    #[error("no HTTP client can be made: {0}")]
    Client(String),
}

impl CrmError {
    /// What the CRM named as a pause.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { after } | Self::Broken { after, .. } => *after,
            _ => None,
        }
    }
}

/// An answer of 2xx.
#[derive(Debug, Clone, PartialEq)]
pub struct CrmAnswer {
    /// Null when it had no body.
    pub body: Value,
    /// By the CRM's clock (`Date`), in whole seconds.
    pub at: Option<UnixMillis>,
}

/// A client for one connector.
#[derive(Debug, Clone)]
pub struct CrmClient {
    client: Client,
    base: Url,
    api: CrmApi,
    credentials: Credentials,
}

/// Seconds, or an instant (RFC 9110 section 10.2.3).
fn retry_after(response: &Response, now: UnixMillis) -> Option<Duration> {
    let text = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    match text.parse::<u64>() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => Some(http_date(text)?.since(now)),
    }
}

fn http_date(text: &str) -> Option<UnixMillis> {
    let at = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(UnixMillis(at.timestamp().as_millisecond()))
}

fn since_text(since: UnixMillis, written: SinceAs) -> String {
    let seconds = since.0.div_euclid(1000);
    match written {
        SinceAs::UnixSeconds => seconds.to_string(),
        SinceAs::Iso8601 => jiff::Timestamp::from_second(seconds).unwrap_or_default().to_string(),
    }
}

impl CrmClient {
    /// # Errors
    /// [`CrmError::Client`].
    pub fn new(base: Url, api: CrmApi, credentials: Credentials, reach: Reach) -> Result<Self, CrmError> {
        let client = outside::client(reach, PATIENCE).map_err(|error| CrmError::Client(error.to_string()))?;
        Ok(Self { client, base, api, credentials })
    }

    /// Whether a path can be put behind the base address.
    pub fn is_list_path(text: &str) -> bool {
        let Some(names) = text.strip_prefix('/') else { return false };
        let names = names.strip_suffix('/').unwrap_or(names);
        is_path(&names.replace('.', "-").replace('/', ".")) && !names.contains(['?', '#', '\\'])
    }

    fn list(&self) -> Url {
        let mut url = self.base.clone();
        let path = format!("{}{}", url.path().trim_end_matches('/'), self.api.list_path);
        url.set_path(path.trim_end_matches('/'));
        url.set_query(None);
        url.set_fragment(None);
        url
    }

    fn one(&self, id: &str) -> Url {
        let mut url = self.list();
        if let Ok(mut path) = url.path_segments_mut() {
            path.push(id);
        }
        url
    }

    /// The records of a page. What the page before named goes before what is usual; its host and path do not count.
    fn page_url(&self, since: Option<UnixMillis>, place: &Place) -> Url {
        let mut url = self.list();
        let named: Vec<(String, String)> = match place {
            Place::Number(number) => vec![(self.api.page_param.clone(), number.to_string())],
            Place::Query(query) => url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        };
        let mut usual: Vec<(String, String)> =
            url::form_urlencoded::parse(self.api.extra_query.as_bytes()).into_owned().collect();
        usual.push((self.api.size_param.clone(), self.api.page_size.to_string()));
        if let Some(since) = since {
            usual.push((self.api.since_param.clone(), since_text(since, self.api.since_as)));
        }
        usual.retain(|(name, _)| !name.is_empty() && !named.iter().any(|(other, _)| other == name));
        url.query_pairs_mut().extend_pairs(usual.into_iter().chain(named).filter(|(name, _)| !name.is_empty()));
        url
    }

    fn request(&self, method: Method, url: Url) -> RequestBuilder {
        let request = self.client.request(method, url).header(header::ACCEPT, "application/json");
        match &self.credentials {
            Credentials::Bearer(token) => request.bearer_auth(token.reveal()),
            Credentials::Basic { user, password } => request.basic_auth(user, Some(password.reveal())),
        }
    }

    /// # Errors
    /// See [`CrmError`].
    pub async fn page(&self, since: Option<UnixMillis>, place: &Place, now: UnixMillis) -> Result<CrmAnswer, CrmError> {
        answer(self.request(Method::GET, self.page_url(since, place)).send().await, now).await
    }

    /// # Errors
    /// See [`CrmError`].
    pub async fn record(&self, id: &str, now: UnixMillis) -> Result<CrmAnswer, CrmError> {
        answer(self.request(Method::GET, self.one(id)).send().await, now).await
    }

    /// # Errors
    /// See [`CrmError`].
    pub async fn update(&self, id: &str, body: &Value, now: UnixMillis) -> Result<CrmAnswer, CrmError> {
        let method = if self.api.put { Method::PUT } else { Method::PATCH };
        answer(self.request(method, self.one(id)).json(body).send().await, now).await
    }

    /// Makes a record, once: what is not known to have failed is not sent again here.
    ///
    /// # Errors
    /// See [`CrmError`].
    pub async fn create(&self, body: &Value, once: &str, now: UnixMillis) -> Result<CrmAnswer, CrmError> {
        let sent = self.request(Method::POST, self.list()).header(ONCE, once).json(body).send().await;
        let sent = match sent {
            Err(error) if !error.is_connect() && !error.is_builder() => {
                let reason = if error.is_timeout() { "no answer in time".to_owned() } else { root_cause(error) };
                return Err(CrmError::OutcomeUnknown(reason));
            }
            other => other,
        };
        match answer(sent, now).await {
            Err(CrmError::Broken { status, .. }) if status != 503 => {
                Err(CrmError::OutcomeUnknown(format!("HTTP {status}")))
            }
            Err(error @ (CrmError::BrokenOff(_) | CrmError::Unreadable)) => {
                Err(CrmError::OutcomeUnknown(error.to_string()))
            }
            other => other,
        }
    }
}

async fn answer(sent: Result<Response, reqwest::Error>, now: UnixMillis) -> Result<CrmAnswer, CrmError> {
    let response = sent.map_err(|error| {
        let wait = CONNECT_TIMEOUT.as_secs();
        let reason = if error.is_timeout() && error.is_connect() {
            format!("no connection within {wait} s")
        } else if error.is_timeout() {
            "no answer in time".to_owned()
        } else {
            root_cause(error)
        };
        CrmError::Unreachable(reason)
    })?;
    let status = response.status();
    let after = retry_after(&response, now);
    let at = response.headers().get(header::DATE).and_then(|date| http_date(date.to_str().ok()?));
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Err(CrmError::Unauthorised(status.as_u16())),
        StatusCode::TOO_MANY_REQUESTS => return Err(CrmError::Busy { after }),
        StatusCode::NOT_FOUND | StatusCode::GONE => return Err(CrmError::NotFound(status.as_u16())),
        status if status.is_server_error() => return Err(CrmError::Broken { status: status.as_u16(), after }),
        status if !status.is_success() => return Err(CrmError::Refused(status.as_u16())),
        _ => {}
    }
    let bytes = bytes_at_most(response, MOST_BYTES).await.map_err(|error| CrmError::BrokenOff(error.to_string()))?;
    if bytes.is_empty() {
        return Ok(CrmAnswer { body: Value::Null, at });
    }
    let body = serde_json::from_slice(&bytes).map_err(|_| CrmError::Unreadable)?;
    Ok(CrmAnswer { body, at })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(base: &str, extra: &str) -> CrmClient {
        let api = CrmApi {
            list_path: "/api/leads".to_owned(),
            items_path: "data".to_owned(),
            record_path: "data".to_owned(),
            id_path: "id".to_owned(),
            updated_path: "updated_at".to_owned(),
            since_param: "updated_since".to_owned(),
            since_as: SinceAs::Iso8601,
            page_param: "page".to_owned(),
            size_param: "per_page".to_owned(),
            page_size: 50,
            extra_query: extra.to_owned(),
            put: false,
            hook_id_path: "id".to_owned(),
        };
        let credentials = Credentials::Bearer(Personal::new("secret".to_owned()));
        CrmClient::new(base.parse().unwrap(), api, credentials, Reach::default()).unwrap()
    }

    #[test]
    fn a_page_keeps_our_questions_whatever_its_next_forgets() {
        let crm = client("https://crm.example/sub/", "sort=id");
        let since = Some(UnixMillis(1_795_687_200_999));
        let url = |place| crm.page_url(since, &place).to_string();
        let asked = "https://crm.example/sub/api/leads?sort=id&per_page=50&updated_since=2026-11-26T10%3A00%3A00Z";
        assert_eq!(url(Place::Number(3)), format!("{asked}&page=3"));
        assert_eq!(url(Place::Query("page=2".to_owned())), format!("{asked}&page=2"));
        let own = url(Place::Query("page=2&per_page=10".to_owned()));
        assert!(own.ends_with("&page=2&per_page=10") && !own.contains("per_page=50"), "{own}");
        assert_eq!(crm.page_url(None, &Place::Number(1)).query(), Some("sort=id&per_page=50&page=1"));
    }

    #[test]
    fn an_id_is_one_name_whatever_is_in_it() {
        let crm = client("https://crm.example", "");
        assert_eq!(crm.one("7").as_str(), "https://crm.example/api/leads/7");
        assert_eq!(crm.one("../../admin?x=1#y").as_str(), "https://crm.example/api/leads/..%2F..%2Fadmin%3Fx=1%23y");
    }

    #[test]
    fn list_paths_are_names_below_the_base() {
        for good in ["/api/leads", "/v1.2/contacts/", "/leads"] {
            assert!(CrmClient::is_list_path(good), "{good}");
        }
        for bad in ["", "api/leads", "//evil.example/x", "/a?b=c", "/a#b", "/a\\b", "/"] {
            assert!(!CrmClient::is_list_path(bad), "{bad}");
        }
    }

    #[test]
    fn an_instant_of_http_is_read() {
        assert_eq!(http_date("Thu, 26 Nov 2026 10:00:00 GMT"), Some(UnixMillis(1_795_687_200_000)));
        assert_eq!(http_date("soon"), None);
    }
}
