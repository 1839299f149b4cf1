//! `<Conference>`: a room at Twilio in which the sides of a call meet.
//! <https://www.twilio.com/docs/voice/twiml/conference>

use super::xml::XmlWriter;

/// What a report is sent about; the same words as the REST API takes.
const EVENTS: &str = "start end join leave mute hold modify";

/// Enters a room by its name, which is made when nobody is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conference {
    name: String,
    label: Option<String>,
    waits: bool,
    ends_room: bool,
    status_callback: Option<String>,
}

impl Conference {
    /// `name`: up to 128 characters, the account's own. No beeps: customers would hear every coach come and go.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), label: None, waits: false, ends_room: false, status_callback: None }
    }

    /// The participant's name in the room and in reports, up to 128 characters.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Hears music until somebody comes who does not wait.
    #[must_use]
    pub fn waits(mut self) -> Self {
        self.waits = true;
        self
    }

    /// When this participant leaves, all others are let go.
    #[must_use]
    pub fn ends_room(mut self) -> Self {
        self.ends_room = true;
        self
    }

    /// Gets [`super::super::webhook::ConferenceReport`]s. Twilio uses only the address that the first participant brings.
    #[must_use]
    pub fn status_callback(mut self, url: impl Into<String>) -> Self {
        self.status_callback = Some(url.into());
        self
    }

    pub(super) fn write(&self, xml: &mut XmlWriter) {
        xml.open("Conference");
        xml.attribute("beep", "false");
        if self.waits {
            xml.attribute("startConferenceOnEnter", "false");
        }
        if self.ends_room {
            xml.attribute("endConferenceOnExit", "true");
        }
        xml.optional("participantLabel", self.label.as_deref());
        if let Some(url) = &self.status_callback {
            xml.attribute("statusCallback", url);
            xml.attribute("statusCallbackEvent", EVENTS);
        }
        xml.text(&self.name);
        xml.close();
    }
}
