//! Reads TwiML. What is not simulated is kept as such, so that the debugger can say so.

mod element;

use url::Url;

use element::Element;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    #[default]
    Post,
    Get,
}

impl Method {
    /// GET or, for anything else, POST.
    pub fn read(text: Option<&str>) -> Self {
        if text.is_some_and(|text| text.eq_ignore_ascii_case("get")) { Self::Get } else { Self::Post }
    }
}

/// A `<Response>` and where it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Base of relative URLs and default of `action`.
    pub url: String,
    pub verbs: Vec<Verb>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Verb {
    Say { text: String, times: u32 },
    Play { url: String, times: u32 },
    PlayDigits(String),
    Pause { seconds: u64 },
    Gather(Gather),
    Dial(Dial),
    Connect(Connect),
    Redirect { url: String, method: Method },
    Reject { busy: bool },
    Hangup,
    NotSimulated { name: String },
}

#[derive(Debug, Clone, PartialEq)]
pub struct Gather {
    pub action: Option<String>,
    pub method: Method,
    pub num_digits: Option<usize>,
    pub finish_on_key: Option<char>,
    pub timeout_s: u64,
    pub action_on_empty_result: bool,
    /// Whether keys are listened to (`input` contains `dtmf`).
    pub keys: bool,
    pub prompts: Vec<Verb>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Dial {
    pub action: Option<String>,
    pub method: Method,
    pub timeout_s: u64,
    pub caller_id: Option<String>,
    pub target: Target,
    pub status_callback: Option<String>,
    pub status_events: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    Number(String),
    Conference(Conference),
    /// `Sip`, `Client`, `Queue`.
    NotSimulated(String),
}

/// A room, and how one sits in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Conference {
    pub name: String,
    pub label: Option<String>,
    pub muted: bool,
    /// Opens the room; until somebody does, all hear music.
    pub starts: bool,
    /// Takes everybody along when leaving.
    pub ends: bool,
    /// SID of the call that alone hears this one.
    pub coaches: Option<String>,
    /// `waitUrl=""`: silence in place of music.
    pub silent_wait: bool,
    pub status_callback: Option<String>,
    pub status_events: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Connect {
    pub action: Option<String>,
    pub method: Method,
    pub url: String,
    pub name: Option<String>,
    pub status_callback: Option<String>,
    pub parameters: Vec<(String, String)>,
}

/// The error is a sentence for the debugger.
pub fn parse(text: &str, url: &str) -> Result<Document, String> {
    let root = element::parse(text)?;
    if root.name != "Response" {
        return Err(format!("the root element is {}, not Response", root.name));
    }
    Ok(Document { url: url.to_owned(), verbs: root.children.iter().map(verb).collect() })
}

/// The URL of an attribute or text, made absolute.
pub fn absolute(base: &str, url: &str) -> Result<String, String> {
    let joined = Url::parse(base).and_then(|base| base.join(url));
    joined.map(String::from).map_err(|error| format!("{url} is not a URL ({error})"))
}

fn verb(element: &Element) -> Verb {
    match element.name.as_str() {
        "Say" => Verb::Say { text: element.text.trim().to_owned(), times: times(element) },
        "Play" => match element.attribute("digits") {
            Some(digits) => Verb::PlayDigits(digits.to_owned()),
            None => Verb::Play { url: element.text.trim().to_owned(), times: times(element) },
        },
        "Pause" => Verb::Pause { seconds: element.number("length").unwrap_or(1) },
        "Gather" => Verb::Gather(gather(element)),
        "Dial" => Verb::Dial(dial(element)),
        "Connect" => connect(element).map_or(Verb::NotSimulated { name: "Connect".to_owned() }, Verb::Connect),
        "Redirect" => {
            Verb::Redirect { url: element.text.trim().to_owned(), method: Method::read(element.attribute("method")) }
        }
        "Reject" => Verb::Reject { busy: element.attribute("reason") == Some("busy") },
        "Hangup" => Verb::Hangup,
        other => Verb::NotSimulated { name: other.to_owned() },
    }
}

/// Zero means for ever and is played for as long as the call lasts.
fn times(element: &Element) -> u32 {
    match element.number("loop") {
        Some(0) => u32::MAX,
        Some(times) => u32::try_from(times).unwrap_or(u32::MAX),
        None => 1,
    }
}

fn gather(element: &Element) -> Gather {
    let input = element.attribute("input").unwrap_or("dtmf");
    let finish = element.attribute("finishOnKey").unwrap_or("#");
    Gather {
        action: element.owned("action"),
        method: Method::read(element.attribute("method")),
        num_digits: element.number("numDigits").and_then(|count| usize::try_from(count).ok()),
        finish_on_key: finish.chars().next(),
        timeout_s: element.number("timeout").unwrap_or(5),
        action_on_empty_result: element.attribute("actionOnEmptyResult") == Some("true"),
        keys: input.split_whitespace().any(|word| word == "dtmf"),
        prompts: element.children.iter().map(verb).collect(),
    }
}

fn dial(element: &Element) -> Dial {
    let noun = element.children.first();
    let number = noun.filter(|noun| noun.name == "Number");
    let target = match (number, noun) {
        (Some(number), _) => Target::Number(number.text.trim().to_owned()),
        (None, Some(room)) if room.name == "Conference" => Target::Conference(conference(room)),
        (None, Some(other)) => Target::NotSimulated(other.name.clone()),
        (None, None) => Target::Number(element.text.trim().to_owned()),
    };
    let events = number.and_then(|number| number.attribute("statusCallbackEvent")).unwrap_or("completed");
    Dial {
        action: element.owned("action"),
        method: Method::read(element.attribute("method")),
        timeout_s: element.number("timeout").unwrap_or(30),
        caller_id: element.owned("callerId"),
        target,
        status_callback: number.and_then(|number| number.owned("statusCallback")),
        status_events: events.split_whitespace().map(str::to_owned).collect(),
    }
}

fn conference(element: &Element) -> Conference {
    let is = |name: &str, usual: bool| element.attribute(name).map_or(usual, |text| text == "true");
    let events = element.attribute("statusCallbackEvent").unwrap_or_default();
    Conference {
        name: element.text.trim().to_owned(),
        label: element.owned("participantLabel"),
        muted: is("muted", false),
        starts: is("startConferenceOnEnter", true),
        ends: is("endConferenceOnExit", false),
        coaches: element.owned("coach"),
        silent_wait: element.attribute("waitUrl") == Some(""),
        status_callback: element.owned("statusCallback"),
        status_events: events.split_whitespace().map(str::to_owned).collect(),
    }
}

fn connect(element: &Element) -> Option<Connect> {
    let stream = element.children.iter().find(|child| child.name == "Stream")?;
    let parameters = stream.children.iter().filter(|child| child.name == "Parameter");
    Some(Connect {
        action: element.owned("action"),
        method: Method::read(element.attribute("method")),
        url: stream.attribute("url").unwrap_or_default().to_owned(),
        name: stream.owned("name"),
        status_callback: stream.owned("statusCallback"),
        parameters: parameters
            .filter_map(|parameter| Some((parameter.owned("name")?, parameter.owned("value")?)))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://pbx.example.com/tw/voice?a=1";

    #[test]
    fn verbs_read_in_order_with_entities_and_cdata() {
        let document = parse(
            "<?xml version=\"1.0\"?><!-- c --><Response>\n <Say language=\"en-IN\">A &amp; B &#233;<![CDATA[ <c>]]></Say>\
             <Redirect method=\"get\">/next?x=1&amp;y=2</Redirect><Hangup/><Record/></Response>",
            URL,
        )
        .unwrap();
        assert_eq!(
            document.verbs,
            [
                Verb::Say { text: "A & B é <c>".into(), times: 1 },
                Verb::Redirect { url: "/next?x=1&y=2".into(), method: Method::Get },
                Verb::Hangup,
                Verb::NotSimulated { name: "Record".into() },
            ]
        );
        assert_eq!(absolute(&document.url, "/next").unwrap(), "https://pbx.example.com/next");
    }

    #[test]
    fn a_stream_reads_with_its_parameters() {
        let document = parse(
            "<Response><Connect action=\"/after\"><Stream url=\"wss://m.example.com/s\"><Parameter name=\"callId\" \
             value=\"7&lt;3\"/></Stream></Connect></Response>",
            URL,
        )
        .unwrap();
        let Verb::Connect(connect) = &document.verbs[0] else { panic!("not a stream") };
        assert_eq!(connect.url, "wss://m.example.com/s");
        assert_eq!(connect.action.as_deref(), Some("/after"));
        assert_eq!(connect.parameters, [("callId".to_owned(), "7<3".to_owned())]);
    }

    #[test]
    fn a_gather_and_a_dial_have_twilio_s_defaults() {
        let document =
            parse("<Response><Gather><Say>x</Say></Gather><Dial>+14155550100</Dial></Response>", URL).unwrap();
        let Verb::Gather(gather) = &document.verbs[0] else { panic!("not a gather") };
        assert_eq!((gather.finish_on_key, gather.timeout_s, gather.keys), (Some('#'), 5, true));
        let Verb::Dial(dial) = &document.verbs[1] else { panic!("not a dial") };
        assert_eq!((dial.timeout_s, &dial.target), (30, &Target::Number("+14155550100".into())));
    }

    #[test]
    fn documents_that_are_not_xml_are_refused() {
        for bad in ["", "hello", "<Response>", "<Response><Say></Response>", "<html/>", "<Response/><Response/>"] {
            assert!(parse(bad, URL).is_err(), "{bad}");
        }
    }
}
