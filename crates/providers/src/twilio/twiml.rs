//! TwiML: the document that tells Twilio what to do with a call.
//!
//! Attribute names and defaults: <https://www.twilio.com/docs/voice/twiml>. Attributes that are left at Twilio's
//! default are not written.

mod conference;
mod dial;
mod verbs;
mod xml;

pub use conference::Conference;
pub use dial::{Dial, DialTarget};
pub use verbs::{Gather, Method, Play, RejectReason, Say, Stream, Verb};
use xml::XmlWriter;

/// `Content-Type` of the answer to a voice webhook.
pub const CONTENT_TYPE: &str = "text/xml; charset=utf-8";

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TwimlError {
    #[error("a stream URL must begin with wss:// (or ws:// on a loopback test)")]
    NotAWebSocket,
    #[error("Twilio drops the query of a stream URL: pass the values as stream parameters")]
    StreamQuery,
    #[error("the name and value of a stream parameter may have 500 characters together")]
    ParameterTooLong,
}

/// A whole `<Response>`. Without verbs it hangs up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    verbs: Vec<Verb>,
}

impl Document {
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn then(mut self, verb: impl Into<Verb>) -> Self {
        self.verbs.push(verb.into());
        self
    }

    pub fn to_xml(&self) -> String {
        let mut xml = XmlWriter::document();
        xml.open("Response");
        for verb in &self.verbs {
            verb.write(&mut xml);
        }
        xml.close();
        xml.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_document_is_a_response_without_verbs() {
        assert_eq!(Document::new().to_xml(), "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>");
    }

    #[test]
    fn a_greeting_before_a_stream_keeps_its_order_and_parameters() {
        let stream = Stream::new("wss://media.example.com/twilio/stream")
            .unwrap()
            .parameter("callId", "7f3a")
            .unwrap()
            .action("/tw/after?call=7f3a&n=1");
        let xml = Document::new().then(Say::new("Calls are recorded.").language("en-IN")).then(stream).to_xml();
        assert_eq!(
            xml,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Say language=\"en-IN\">Calls are recorded.</Say>\
<Connect action=\"/tw/after?call=7f3a&amp;n=1\"><Stream url=\"wss://media.example.com/twilio/stream\">\
<Parameter name=\"callId\" value=\"7f3a\"/></Stream></Connect></Response>"
        );
    }

    #[test]
    fn texts_and_attributes_are_escaped_and_control_characters_left_out() {
        let xml = Document::new()
            .then(Say::new("<Hangup/> & \"bye\" \u{0}\u{7}é"))
            .then(Verb::Redirect { url: "https://a.example/?x=1&y='2'".into(), method: Method::Post })
            .to_xml();
        assert!(xml.contains("<Say>&lt;Hangup/&gt; &amp; &quot;bye&quot; é</Say>"), "{xml}");
        assert!(xml.contains("<Redirect>https://a.example/?x=1&amp;y=&apos;2&apos;</Redirect>"), "{xml}");
    }

    #[test]
    fn a_menu_nests_its_prompts() {
        let gather = Gather::digits("/tw/ivr/main")
            .num_digits(1)
            .timeout_s(6)
            .action_on_empty_result()
            .prompt(Say::new("For sales press one."))
            .prompt(Verb::Pause { seconds: 2 });
        assert_eq!(
            Document::new().then(gather).then(Verb::Hangup).to_xml(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Gather input=\"dtmf\" action=\"/tw/ivr/main\" \
numDigits=\"1\" timeout=\"6\" actionOnEmptyResult=\"true\"><Say>For sales press one.</Say><Pause length=\"2\"/>\
</Gather><Hangup/></Response>"
        );
    }

    #[test]
    fn a_dial_writes_its_targets_and_callbacks() {
        let dial = Dial::new(DialTarget::Number("+14155550100".into()))
            .caller_id("+14155550199")
            .timeout_s(25)
            .action("/tw/dial-done")
            .answer_on_bridge();
        assert_eq!(
            Document::new().then(dial).then(Verb::Reject(RejectReason::Busy)).to_xml(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Dial action=\"/tw/dial-done\" timeout=\"25\" \
callerId=\"+14155550199\" answerOnBridge=\"true\"><Number>+14155550100</Number></Dial><Reject reason=\"busy\"/>\
</Response>"
        );
    }

    #[test]
    fn a_customer_waits_in_a_conference_and_an_agent_opens_it() {
        let room = || Conference::new("call-7f3a").status_callback("https://a.example/conf?call=7f3a&n=1");
        let customer = Dial::new(DialTarget::Conference(room().label("customer").waits().ends_room()));
        assert_eq!(
            Document::new().then(customer).to_xml(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Dial><Conference beep=\"false\" \
startConferenceOnEnter=\"false\" endConferenceOnExit=\"true\" participantLabel=\"customer\" \
statusCallback=\"https://a.example/conf?call=7f3a&amp;n=1\" \
statusCallbackEvent=\"start end join leave mute hold modify\">call-7f3a</Conference></Dial></Response>"
        );
        let agent = Dial::new(DialTarget::Conference(room().label("telephone-1")));
        let xml = Document::new().then(agent).to_xml();
        assert!(xml.contains("<Conference beep=\"false\" participantLabel=\"telephone-1\""), "{xml}");
    }

    #[test]
    fn streams_that_twilio_would_not_open_are_refused() {
        assert_eq!(Stream::new("https://a.example/x"), Err(TwimlError::NotAWebSocket));
        assert_eq!(Stream::new("wss://a.example/x?call=1"), Err(TwimlError::StreamQuery));
        let stream = Stream::new("wss://a.example/x").unwrap();
        assert_eq!(stream.parameter("token", "x".repeat(496)), Err(TwimlError::ParameterTooLong));
    }
}
