//! `<Dial>`: the other side of a call, be it a telephone or a conference.

use super::{conference::Conference, xml::XmlWriter};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DialTarget {
    /// E.164.
    Number(String),
    /// `sip:user@host`.
    Sip(String),
    Client(String),
    Conference(Conference),
}

/// Connects the caller with somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dial {
    target: DialTarget,
    action: Option<String>,
    timeout_s: Option<u32>,
    caller_id: Option<String>,
    answer_on_bridge: bool,
    status_callback: Option<String>,
}

impl Dial {
    pub fn new(target: DialTarget) -> Self {
        Self { target, action: None, timeout_s: None, caller_id: None, answer_on_bridge: false, status_callback: None }
    }

    /// Gets a [`super::super::webhook::DialResult`]; verbs after the dial are then never reached.
    #[must_use]
    pub fn action(mut self, url: impl Into<String>) -> Self {
        self.action = Some(url.into());
        self
    }

    #[must_use]
    pub fn timeout_s(mut self, seconds: u32) -> Self {
        self.timeout_s = Some(seconds);
        self
    }

    #[must_use]
    pub fn caller_id(mut self, number: impl Into<String>) -> Self {
        self.caller_id = Some(number.into());
        self
    }

    /// The caller hears ringing, and the call counts as answered, only when the other side answers.
    #[must_use]
    pub fn answer_on_bridge(mut self) -> Self {
        self.answer_on_bridge = true;
        self
    }

    /// Gets [`super::super::webhook::StatusCallback`]s of the dialled leg for every event. A conference has its own reports.
    #[must_use]
    pub fn status_callback(mut self, url: impl Into<String>) -> Self {
        self.status_callback = Some(url.into());
        self
    }

    pub(super) fn write(&self, xml: &mut XmlWriter) {
        xml.open("Dial");
        xml.optional("action", self.action.as_deref());
        xml.optional("timeout", self.timeout_s.map(|seconds| seconds.to_string()).as_deref());
        xml.optional("callerId", self.caller_id.as_deref());
        if self.answer_on_bridge {
            xml.attribute("answerOnBridge", "true");
        }
        match &self.target {
            DialTarget::Number(number) => self.write_telephone(xml, "Number", number),
            DialTarget::Sip(uri) => self.write_telephone(xml, "Sip", uri),
            DialTarget::Client(identity) => self.write_telephone(xml, "Client", identity),
            DialTarget::Conference(conference) => conference.write(xml),
        }
        xml.close();
    }

    fn write_telephone(&self, xml: &mut XmlWriter, element: &'static str, text: &str) {
        xml.open(element);
        if let Some(url) = &self.status_callback {
            xml.attribute("statusCallback", url);
            xml.attribute("statusCallbackEvent", "initiated ringing answered completed");
        }
        xml.text(text);
        xml.close();
    }
}
