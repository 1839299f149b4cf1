//! Reads the parameters of a call that is created or updated.

use std::time::Duration;

use url::form_urlencoded;

use crate::twilio::{
    amd::MachineDetection,
    callbacks::Subscription,
    document::{self, Method},
    errors::{RestError, check_numbers},
    live_call::{FirstDocument, Order},
};

/// Inline documents have no URL of their own, so relative URLs in them fail, as they do at Twilio.
const INLINE: &str = "about:blank";
const MAX_INLINE: usize = 4000;

#[derive(Debug)]
pub struct Form(Vec<(String, String)>);

impl Form {
    pub fn parse(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    /// The first value that is not empty.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(name, value)| name == key && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    pub fn order(&self, from_is_owned: bool) -> Result<Order, RestError> {
        self.order_of(from_is_owned, self.first_document()?)
    }

    /// With this as the first document.
    pub fn order_of(&self, from_is_owned: bool, first: FirstDocument) -> Result<Order, RestError> {
        let to = self.text("To").ok_or_else(|| RestError::new(400, 21201, "No 'To' number is specified"))?;
        let from = self.text("From").ok_or_else(|| RestError::new(400, 21213, "'From' phone number is required"))?;
        check_numbers(from, to, from_is_owned)?;
        Ok(Order {
            to: to.to_owned(),
            from: from.to_owned(),
            first,
            fallback_url: self.text("FallbackUrl").map(str::to_owned),
            ring: Duration::from_secs(self.seconds("Timeout")?.unwrap_or(60).min(600)),
            time_limit: self.seconds("TimeLimit")?.map(Duration::from_secs),
            detection: self.detection(),
            callbacks: self.callbacks(),
            send_digits: self.text("SendDigits").map(str::to_owned),
        })
    }

    /// `Url` wins over `Twiml`.
    pub fn first_document(&self) -> Result<FirstDocument, RestError> {
        if let Some(url) = self.text("Url") {
            url::Url::parse(url).map_err(|_| RestError::new(400, 21205, format!("Url is not a valid URL: {url}")))?;
            return Ok(FirstDocument::Url { url: url.to_owned(), method: Method::read(self.text("Method")) });
        }
        let xml = self.text("Twiml").ok_or_else(|| RestError::new(400, 21205, "Url parameter is required."))?;
        if xml.chars().count() > MAX_INLINE {
            return Err(RestError::new(400, 21626, format!("Twiml has more than {MAX_INLINE} characters")));
        }
        let document = document::parse(xml, INLINE).map_err(|reason| RestError::new(400, 12100, reason))?;
        Ok(FirstDocument::Inline(document))
    }

    fn seconds(&self, key: &str) -> Result<Option<u64>, RestError> {
        let Some(text) = self.text(key) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| RestError::new(400, 20001, format!("{key} is not a number: {text}")))
    }

    fn detection(&self) -> Option<MachineDetection> {
        let wanted = matches!(self.text("MachineDetection"), Some("Enable" | "DetectMessageEnd"));
        let asynchronous = self.text("AsyncAmd") == Some("true");
        wanted.then(|| MachineDetection {
            verdict_url: self.text("AsyncAmdStatusCallback").filter(|_| asynchronous).map(str::to_owned),
        })
    }

    fn callbacks(&self) -> Subscription {
        let mut events: Vec<String> = self
            .0
            .iter()
            .filter(|(key, _)| key == "StatusCallbackEvent")
            .flat_map(|(_, value)| value.split_whitespace())
            .map(str::to_owned)
            .collect();
        if events.is_empty() {
            events.push("completed".to_owned());
        }
        Subscription {
            url: self.text("StatusCallback").map(str::to_owned),
            method: Method::read(self.text("StatusCallbackMethod")),
            events,
        }
    }
}
