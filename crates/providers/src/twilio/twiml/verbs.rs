//! The verbs that a call here uses.

use super::{TwimlError, dial::Dial, xml::XmlWriter};

const MAX_PARAMETER_CHARS: usize = 500;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    Say(Say),
    Play(Play),
    Gather(Gather),
    /// `<Connect><Stream>`: goes on with the next verb when our server closes the socket.
    Connect(Stream),
    Dial(Dial),
    Redirect {
        url: String,
        method: Method,
    },
    /// Only as the first verb; the call is then not answered and not charged.
    Reject(RejectReason),
    Pause {
        seconds: u32,
    },
    Hangup,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    #[default]
    Post,
    Get,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RejectReason {
    Rejected,
    Busy,
}

impl Verb {
    pub(super) fn write(&self, xml: &mut XmlWriter) {
        match self {
            Self::Say(say) => say.write(xml),
            Self::Play(play) => play.write(xml),
            Self::Gather(gather) => gather.write(xml),
            Self::Connect(stream) => stream.write(xml),
            Self::Dial(dial) => dial.write(xml),
            Self::Redirect { url, method } => {
                xml.open("Redirect");
                if *method == Method::Get {
                    xml.attribute("method", "GET");
                }
                xml.text(url);
                xml.close();
            }
            Self::Reject(reason) => {
                xml.open("Reject");
                if *reason == RejectReason::Busy {
                    xml.attribute("reason", "busy");
                }
                xml.close();
            }
            Self::Pause { seconds } => {
                xml.open("Pause");
                xml.attribute("length", &seconds.to_string());
                xml.close();
            }
            Self::Hangup => {
                xml.open("Hangup");
                xml.close();
            }
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Say {
    text: String,
    language: Option<String>,
    voice: Option<String>,
}

impl Say {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), language: None, voice: None }
    }

    /// BCP 47 tag such as `en-IN` or `hi-IN`.
    #[must_use]
    pub fn language(mut self, tag: impl Into<String>) -> Self {
        self.language = Some(tag.into());
        self
    }

    /// `man`, `woman`, `Polly.…` or `Google.…`.
    #[must_use]
    pub fn voice(mut self, voice: impl Into<String>) -> Self {
        self.voice = Some(voice.into());
        self
    }

    fn write(&self, xml: &mut XmlWriter) {
        xml.open("Say");
        xml.optional("language", self.language.as_deref());
        xml.optional("voice", self.voice.as_deref());
        xml.text(&self.text);
        xml.close();
    }
}

/// A sound file, or keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Play {
    /// `times` 0 repeats until the call is redirected or ends.
    Url { url: String, times: u32 },
    /// `w` waits half a second.
    Digits(String),
}

impl Play {
    fn write(&self, xml: &mut XmlWriter) {
        xml.open("Play");
        match self {
            Self::Url { url, times } => {
                if *times != 1 {
                    xml.attribute("loop", &times.to_string());
                }
                xml.text(url);
            }
            Self::Digits(digits) => xml.attribute("digits", digits),
        }
        xml.close();
    }
}

/// Collects keys while prompts play.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gather {
    action: String,
    num_digits: Option<u32>,
    timeout_s: Option<u32>,
    finish_on_key: Option<String>,
    action_on_empty_result: bool,
    prompts: Vec<Verb>,
}

impl Gather {
    /// `action` gets a [`super::super::webhook::GatherResult`].
    pub fn digits(action: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            num_digits: None,
            timeout_s: None,
            finish_on_key: None,
            action_on_empty_result: false,
            prompts: Vec::new(),
        }
    }

    #[must_use]
    pub fn num_digits(mut self, count: u32) -> Self {
        self.num_digits = Some(count);
        self
    }

    /// Seconds without a key after which the result is given.
    #[must_use]
    pub fn timeout_s(mut self, seconds: u32) -> Self {
        self.timeout_s = Some(seconds);
        self
    }

    /// Empty: no key finishes. Twilio's default is `#`.
    #[must_use]
    pub fn finish_on_key(mut self, key: impl Into<String>) -> Self {
        self.finish_on_key = Some(key.into());
        self
    }

    /// Asks the action even when nothing was entered, instead of going on with the next verb.
    #[must_use]
    pub fn action_on_empty_result(mut self) -> Self {
        self.action_on_empty_result = true;
        self
    }

    /// Adds a Say, Play or Pause that a key interrupts.
    #[must_use]
    pub fn prompt(mut self, prompt: impl Into<Verb>) -> Self {
        self.prompts.push(prompt.into());
        self
    }

    fn write(&self, xml: &mut XmlWriter) {
        xml.open("Gather");
        xml.attribute("input", "dtmf");
        xml.attribute("action", &self.action);
        xml.optional("numDigits", self.num_digits.map(|count| count.to_string()).as_deref());
        xml.optional("timeout", self.timeout_s.map(|seconds| seconds.to_string()).as_deref());
        xml.optional("finishOnKey", self.finish_on_key.as_deref());
        if self.action_on_empty_result {
            xml.attribute("actionOnEmptyResult", "true");
        }
        for prompt in &self.prompts {
            prompt.write(xml);
        }
        xml.close();
    }
}

/// A bidirectional media stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    url: String,
    name: Option<String>,
    action: Option<String>,
    status_callback: Option<String>,
    parameters: Vec<(String, String)>,
}

impl Stream {
    /// `url`: `wss://…` on port 443 without a query.
    pub fn new(url: impl Into<String>) -> Result<Self, TwimlError> {
        let url = url.into();
        if !url.starts_with("wss://") && !url.starts_with("ws://") {
            return Err(TwimlError::NotAWebSocket);
        }
        if url.contains('?') {
            return Err(TwimlError::StreamQuery);
        }
        Ok(Self { url, name: None, action: None, status_callback: None, parameters: Vec::new() })
    }

    /// Arrives in `customParameters` of the stream's start message.
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Result<Self, TwimlError> {
        let (name, value) = (name.into(), value.into());
        if name.chars().count() + value.chars().count() > MAX_PARAMETER_CHARS {
            return Err(TwimlError::ParameterTooLong);
        }
        self.parameters.push((name, value));
        Ok(self)
    }

    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Asked for the next document when the stream ends; without it the next verb runs.
    #[must_use]
    pub fn action(mut self, url: impl Into<String>) -> Self {
        self.action = Some(url.into());
        self
    }

    #[must_use]
    pub fn status_callback(mut self, url: impl Into<String>) -> Self {
        self.status_callback = Some(url.into());
        self
    }

    fn write(&self, xml: &mut XmlWriter) {
        xml.open("Connect");
        xml.optional("action", self.action.as_deref());
        xml.open("Stream");
        xml.attribute("url", &self.url);
        xml.optional("name", self.name.as_deref());
        xml.optional("statusCallback", self.status_callback.as_deref());
        for (name, value) in &self.parameters {
            xml.open("Parameter");
            xml.attribute("name", name);
            xml.attribute("value", value);
            xml.close();
        }
        xml.close();
        xml.close();
    }
}

macro_rules! into_verb {
    ($($name:ident => $variant:ident),+) => {$(
        impl From<$name> for Verb {
            fn from(verb: $name) -> Self {
                Self::$variant(verb)
            }
        }
    )+};
}

into_verb!(Say => Say, Play => Play, Gather => Gather, Stream => Connect, Dial => Dial);
