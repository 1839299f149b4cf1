//! Who may not see contact data finds it nowhere: in no answer, no message of the live connection, no name of a file, no log.

use domain::role::Role;
use reqwest::Method;
use serde_json::json;
use switchboard_tests::{
    Engine, TestServer,
    carrier::CUSTOMER,
    document::{Operation, operations},
    estate::Estate,
    log, on_both_databases,
};

on_both_databases!(a_masked_session_shows_no_raw_digits);

/// Of people, not of the organisation: the customer, somebody on the do-not-call list, somebody in a file.
const SECRETS: [&str; 3] = [CUSTOMER, "+919800022222", "+919800066666"];
/// What the log says of this day, so that it is known to have been read.
const LOGGED: [&str; 9] = [
    "event=Received",
    "event=Routed",
    "event=OfferAccepted",
    "event=HoldEnded",
    "event=DispositionSaved",
    "recording call=",
    "the call is over",
    "an import ended",
    "an action on many leads ended",
];
const EMAIL: &str = "asha@zanzibar.example";

/// The number's national digits in a text, however it is written.
fn shows(text: &str) -> Option<&'static str> {
    let bare: String = text.chars().filter(|one| !" -().\u{a0}\u{2009}".contains(*one)).collect();
    let number = SECRETS.into_iter().find(|number| bare.contains(&number[3..]));
    number.or_else(|| text.to_lowercase().contains(EMAIL).then_some(EMAIL))
}

fn is_read(operation: &Operation) -> bool {
    let sockets = ["/live", "/media/sound"];
    operation.method == Method::GET && !sockets.contains(&operation.path.as_str())
}

async fn a_masked_session_shows_no_raw_digits(engine: Engine) {
    log::keep();
    let mut estate = Estate::build(TestServer::start_on(engine, false).await).await;
    // The customer is known by name, and the agent holds and talks.
    let path = format!("/calls/{}", estate.live_call());
    let token = estate.talk.agents_token().await;
    for (method, path, body) in [
        (Method::POST, format!("{path}/hold"), None),
        (Method::POST, format!("{path}/resume"), None),
        (Method::PUT, format!("{path}/notes"), Some(json!({ "text": "Call at noon", "revision": 9 }))),
        (Method::POST, "/worklist/next".to_owned(), Some(json!({}))),
        (Method::POST, "/masking/mappings".to_owned(), Some(json!({ "lead_id": estate.lead }))),
    ] {
        let answer = estate.talk.server.ask(method, &path, &token, body).await;
        assert!(shows(&answer.body.to_string()).is_none(), "{path}: {answer:?}");
    }
    let mut shown = Vec::new();
    let mut asked = 0;
    for role in [Role::Telecaller, Role::FieldAgent, Role::Viewer] {
        let email = format!("{}@owner.example", role.as_str().replace('_', "-"));
        let token = estate.talk.server.sign_in(&email).await.text("access_token");
        for operation in operations().iter().filter(|one| is_read(one)) {
            let mut paths = vec![estate.path(operation)];
            if operation.query.iter().any(|name| name == "search") {
                paths.push(format!("{}?search=11111", paths[0]));
            }
            for path in paths {
                let url = estate.talk.server.url(&format!("/api/v1{path}"));
                let response = reqwest::Client::new().get(url).bearer_auth(&token).send().await.unwrap();
                let status = response.status();
                let headers = format!("{:?}", response.headers());
                let text = String::from_utf8_lossy(&response.bytes().await.unwrap()).into_owned();
                asked += u32::from(status.is_success());
                if let Some(secret) = shows(&format!("{headers}\n{text}")) {
                    shown.push(format!("GET {path} shows {secret} to {role:?}: {status} {text}"));
                }
            }
        }
    }
    assert!(asked > 100, "{asked} answers were read");
    let messages = estate.talk.desk.live_so_far();
    assert!(messages.len() > 10, "{} messages came", messages.len());
    shown.extend(messages.into_iter().filter(|text| shows(text).is_some()));
    let log = log::kept();
    let call = path.trim_start_matches("/calls/");
    for said in LOGGED {
        assert!(log.contains(said) && log.contains(call), "{said:?} of {call} is not in the log:\n{log}");
    }
    shown.extend(log.lines().filter(|line| shows(line).is_some()).map(|line| format!("log: {line}")));
    let folder = estate.talk.server.folder.path().to_owned();
    shown.extend(files(&folder).into_iter().filter(|name| shows(name).is_some()).map(|name| format!("file: {name}")));
    assert!(shown.is_empty(), "{}:\n{}", shown.len(), shown.join("\n"));
    // And those who may see it do.
    let lead = estate.talk.server.ask(Method::GET, &format!("/leads/{}", estate.lead), &estate.talk.admin, None).await;
    assert_eq!(shows(&lead.body.to_string()), Some(CUSTOMER));
    estate.end().await;
}

fn files(folder: &std::path::Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        names.push(entry.path().display().to_string());
        if entry.path().is_dir() {
            names.extend(files(&entry.path()));
        }
    }
    names
}

#[test]
fn a_number_is_found_however_it_is_written() {
    assert_eq!(shows("+91 98000 11111"), Some(CUSTOMER));
    assert_eq!(shows("(98000)-11111"), Some(CUSTOMER));
    assert_eq!(shows("ASHA@zanzibar.example"), Some(EMAIL));
    assert_eq!(shows("+91 98••••••11"), None);
}
