//! What an outside judge looks at: every document that can be written, and this crate's signatures and checks, by lines of JSON.
//! `tests/twilio-sdk` runs it beside Twilio's own library.
//!
//! `{"ask":"documents"}` gives an array of XML texts. `{"ask":"sign","token":…,"url":…,"form":[[key,value],…]}` gives a signature.
//! `{"ask":"verify","token":…,"url":…,"form":[…] or "body":text,"signature":…}` gives true or false.

use std::io::{BufRead, Write};

use domain::pii::Personal;
use serde::Deserialize;
use serde_json::{Value, json};
use switchboard_providers::twilio::{
    signature::{self, SignedBody},
    twiml::{
        Conference, Dial, DialTarget, Document, Gather, Method, Play, RejectReason, Say, Stream, TwimlError, Verb,
    },
    webhook::Form,
};

#[derive(Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
enum Ask {
    Documents,
    Sign { token: String, url: String, form: Vec<(String, String)> },
    Verify { token: String, url: String, signature: String, form: Option<Vec<(String, String)>>, body: Option<String> },
}

/// The verbs, each with everything that it can have. A new verb does not compile until it is here.
fn all(verb: &Verb) -> Result<Vec<Verb>, TwimlError> {
    let say = || Say::new("Calls are recorded & kept <here>.").language("en-IN").voice("Polly.Aditi");
    Ok(match verb {
        Verb::Say(_) => vec![say().into(), Say::new("नमस्ते").language("hi-IN").into()],
        Verb::Play(_) => vec![
            Play::Url { url: "https://a.example/m.wav?a=1&b=2".into(), times: 0 }.into(),
            Play::Digits("1w2".into()).into(),
        ],
        Verb::Gather(_) => vec![
            Gather::digits("https://a.example/keys?call=1&n=2")
                .num_digits(1)
                .timeout_s(8)
                .finish_on_key("#")
                .action_on_empty_result()
                .prompt(say())
                .prompt(Verb::Pause { seconds: 2 })
                .prompt(Play::Url { url: "https://a.example/m.wav".into(), times: 2 })
                .into(),
        ],
        Verb::Connect(_) => vec![
            Stream::new("wss://a.example/media")?
                .name("one")
                .action("https://a.example/after")
                .status_callback("https://a.example/stream")
                .parameter("token", "a<b>\"c\"")?
                .into(),
        ],
        Verb::Dial(_) => dials(),
        Verb::Redirect { .. } => vec![
            Verb::Redirect { url: "https://a.example/next?a=1&b=2".into(), method: Method::Post },
            Verb::Redirect { url: "https://a.example/next".into(), method: Method::Get },
        ],
        Verb::Reject(_) => vec![Verb::Reject(RejectReason::Rejected), Verb::Reject(RejectReason::Busy)],
        Verb::Pause { .. } => vec![Verb::Pause { seconds: 20 }],
        Verb::Hangup => vec![Verb::Hangup],
    })
}

fn dials() -> Vec<Verb> {
    let whole = |target| {
        let dial = Dial::new(target).action("https://a.example/done").timeout_s(25).caller_id("+14155550199");
        dial.answer_on_bridge().status_callback("https://a.example/status?call=1&n=2").into()
    };
    let room = Conference::new("call-7f3a").label("customer").waits().ends_room();
    [
        DialTarget::Number("+14155550100".into()),
        DialTarget::Sip("sip:desk@a.example".into()),
        DialTarget::Client("agent-42".into()),
        DialTarget::Conference(room.status_callback("https://a.example/conference?call=1&n=2")),
        DialTarget::Conference(Conference::new("call-7f3a").label("telephone-1")),
    ]
    .map(whole)
    .into()
}

fn documents() -> Result<Vec<String>, TwimlError> {
    let one_of_each = [
        Verb::Say(Say::new("")),
        Verb::Play(Play::Digits(String::new())),
        Verb::Gather(Gather::digits("")),
        Verb::Connect(Stream::new("wss://a.example/")?),
        Verb::Dial(Dial::new(DialTarget::Number(String::new()))),
        Verb::Redirect { url: String::new(), method: Method::Post },
        Verb::Reject(RejectReason::Busy),
        Verb::Pause { seconds: 1 },
        Verb::Hangup,
    ];
    let mut found = vec![Document::new().to_xml()];
    for verb in &one_of_each {
        let every = all(verb)?;
        found.push(every.into_iter().fold(Document::new(), Document::then).to_xml());
    }
    Ok(found)
}

fn answer(ask: Ask) -> Result<Value, Box<dyn std::error::Error>> {
    Ok(match ask {
        Ask::Documents => json!(documents()?),
        Ask::Sign { token, url, form } => {
            json!(signature::sign(&Personal::new(token), &url, &Form::from_pairs(form)))
        }
        Ask::Verify { token, url, signature, form, body } => {
            let form = form.map(Form::from_pairs);
            let signed = match (&form, &body) {
                (Some(form), _) => SignedBody::Form(form),
                (None, Some(body)) => SignedBody::Raw(body.as_bytes()),
                (None, None) => SignedBody::Nothing,
            };
            json!(signature::verify(&[Personal::new(token)], &url, signed, Some(&signature)).is_ok())
        }
    })
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout();
    for line in std::io::stdin().lock().lines() {
        writeln!(out, "{}", answer(serde_json::from_str(&line?)?)?)?;
        out.flush()?;
    }
    Ok(())
}
