//! Tenants are walls, and roles are fences: every operation of the OpenAPI document with a stranger's token and real ids, and
//! with each role.

mod bodies;
mod foreign;
mod roles;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use switchboard_tests::{
    Engine, TestServer,
    carrier::{Account, TestCarrier},
    document::{Operation, operations, outside},
    estate::{self, Estate, IDEMPOTENCY_KEY},
    on_both_databases,
};

use bodies::{Around, body};
use foreign::Foreign;

on_both_databases!(
    a_stranger_with_anothers_ids_gets_nothing_and_changes_nothing,
    a_strangers_carrier_reaches_no_call_of_another,
    nothing_but_the_open_endpoints_answers_without_signing_in,
    each_role_is_kept_to_what_it_may_do,
);

#[test]
fn what_is_outside_of_the_api_is_in_the_document_too() {
    let expected = [
        "/health/live",
        "/health/ready",
        "/intake/leads",
        "/opt-out/{token}",
        "/webhooks/crm/{tenant}/{connector}/{secret}",
        "/webhooks/exotel/{tenant}/{secret}/media",
        "/webhooks/exotel/{tenant}/{secret}/{kind}",
        "/webhooks/twilio/media/{tenant}",
        "/webhooks/twilio/play/{token}",
        "/webhooks/twilio/{kind}",
    ];
    let mut outside = outside();
    outside.sort_unstable();
    assert_eq!(outside, expected, "each of them needs a test of who may ask");
}

/// They work without signing in.
const OPEN: [&str; 6] =
    ["/setup", "/tenants", "/auth/sign-in", "/auth/refresh", "/recordings/signed/{token}", "/files/signed/{token}"];
/// Their first message says who is there; `live` and `sound_socket` test them.
const SOCKETS: [&str; 2] = ["/live", "/media/sound"];

fn is_open(operation: &Operation) -> bool {
    OPEN.contains(&operation.path.as_str()) || SOCKETS.contains(&operation.path.as_str())
}

/// An answer as it came.
struct Raw {
    status: StatusCode,
    text: String,
}

async fn ask(server: &TestServer, method: &Method, path: &str, token: &str, body: Option<&Value>) -> Raw {
    let mut request = reqwest::Client::new().request(method.clone(), server.url(&format!("/api/v1{path}")));
    if !token.is_empty() {
        request = request.bearer_auth(token);
    }
    if let Some(body) = body {
        request = request.json(body);
    }
    let response = request.send().await.unwrap();
    let status = response.status();
    let headers = format!("{:?}", response.headers());
    Raw { status, text: format!("{headers}\n{}", String::from_utf8_lossy(&response.bytes().await.unwrap())) }
}

/// What the owner sees of everything that can be read, but for what moves by itself.
async fn everything(estate: &Estate) -> Vec<(String, Value)> {
    let mut seen = Vec::new();
    for operation in operations().iter().filter(|one| one.method == Method::GET && !is_open(one)) {
        // Signs a new link, and notes that it did; so does who takes rows of a file away.
        let noted =
            ["/recordings/{id}/url", "/imports/{id}/problem-rows", "/lead-files/{id}/url", "/bulk-actions/{id}/file"];
        if noted.contains(&operation.path.as_str()) || operation.path == "/media/dropped" {
            continue;
        }
        // A device of the manager; an admin has no part in it.
        if operation.path.starts_with("/media/sessions") {
            continue;
        }
        let mut path = estate.path(operation);
        if operation.query.iter().any(|name| name == "limit") {
            path.push_str("?limit=200");
        }
        let answer = estate.talk.server.ask(Method::GET, &path, &estate.talk.admin, None).await;
        assert!(answer.status.is_success(), "{path}: {answer:?}");
        let mut body = answer.body;
        forget_what_moves(&mut body);
        seen.push((path, body));
    }
    seen
}

fn forget_what_moves(value: &mut Value) {
    const MOVES: [&str; 11] = [
        "agent_sound",
        "customer_sound",
        "device_sound",
        "mouth_to_ear_ms",
        "sound",
        "sound_cause",
        "last_used_at_ms",
        "last_seen_at_ms",
        "server_time_ms",
        "seq",
        "silent_side",
    ];
    match value {
        Value::Object(fields) => {
            fields.retain(|key, _| !MOVES.contains(&key.as_str()));
            fields.values_mut().for_each(forget_what_moves);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_what_moves),
        _ => {}
    }
}

/// What somebody with the owner's ids may ask for, and what is answered.
struct Stranger<'a> {
    estate: &'a Estate,
    token: String,
    foreign: Foreign,
}

impl Stranger<'_> {
    /// Not one byte of the owner's is in the answer.
    async fn ask(&self, method: &Method, path: &str, body: Option<&Value>) -> Raw {
        let answer = ask(&self.estate.talk.server, method, path, &self.token, body).await;
        let leaked = self.foreign.found_in(&answer.text);
        assert!(leaked.is_empty(), "{method} {path} gives away {leaked:?}: {}", answer.text);
        assert!(!answer.status.is_server_error(), "{method} {path}: {}", answer.text);
        answer
    }

    async fn with_ids_in_the_path(&self, operation: &Operation) {
        let path = self.estate.path(operation);
        let around = Around::owner(self.estate);
        let body = operation.has_body.then(|| body(operation, &around));
        let other = path.replace(&self.estate.past_call, &self.estate.live_call());
        for path in [path.clone(), other] {
            let answer = self.ask(&operation.method, &path, body.as_ref()).await;
            let refused = [StatusCode::NOT_FOUND, StatusCode::FORBIDDEN].contains(&answer.status);
            assert!(refused, "{} {path}: {} {}", operation.method, answer.status, answer.text);
        }
    }

    /// The owner's ids in the body, and in each parameter behind the `?`.
    async fn with_ids_elsewhere(&self, operation: &Operation) {
        let around = Around::owner(self.estate);
        let names_others = bodies::NAMES_OTHERS.contains(&operation.name().as_str());
        let sent = operation.has_body.then(|| body(operation, &around));
        let answer = self.ask(&operation.method, &operation.path, sent.as_ref()).await;
        if names_others {
            assert!(answer.status.is_client_error(), "{}: {} {}", operation.name(), answer.status, answer.text);
        }
        for name in &operation.query {
            let Some(id) = self.theirs(operation, name).await else { continue };
            self.ask(&operation.method, &format!("{}?{name}={id}", operation.path), sent.as_ref()).await;
        }
    }

    async fn theirs(&self, operation: &Operation, parameter: &str) -> Option<String> {
        let estate = self.estate;
        Some(match parameter {
            "agent_id" | "owner_id" => estate.user.clone(),
            "queue_id" => estate.queue.clone(),
            "campaign_id" => estate.campaign.clone(),
            "lead_id" => estate.lead.clone(),
            "call_id" => estate.past_call.clone(),
            "search" => estate::MARK.to_owned(),
            "cursor" => {
                let path = format!("{}?limit=1", operation.path);
                let page = estate.talk.server.ask(Method::GET, &path, &estate.talk.admin, None).await;
                page.body["next"].as_str()?.to_owned()
            }
            _ => return None,
        })
    }
}

async fn a_stranger_with_anothers_ids_gets_nothing_and_changes_nothing(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let token = server.tenant("stranger").await;
    // Whatever they see before there is anybody else is not the others'.
    TestCarrier::of_account(&server, &token, &[], Account::number(2)).await;
    let known = foreign::all_that_is_read(&server, &token).await;
    let estate = Estate::build(server).await;
    let before = everything(&estate).await;
    let stranger = Stranger { estate: &estate, token, foreign: Foreign::of(&before, &known) };

    let all = operations();
    let (mut named, others): (Vec<_>, Vec<_>) = all.iter().partition(|one| !one.parameters().is_empty());
    named.retain(|one| !is_open(one));
    for operation in named {
        stranger.with_ids_in_the_path(operation).await;
    }
    forged_link(&stranger).await;
    same_idempotency_key(&stranger).await;
    for operation in others.into_iter().filter(|one| !is_open(one) && one.path != "/auth/sign-out") {
        stranger.with_ids_elsewhere(operation).await;
    }
    for ((path, after), (_, before)) in everything(&estate).await.iter().zip(&before) {
        assert_eq!(after, before, "{path} is not what it was");
    }
    estate.talk.listen();
    estate.talk.heard_throughout(1.0).await;
    estate.end().await;
}

/// A link opens what was signed, and nothing that somebody writes over it.
async fn forged_link(stranger: &Stranger<'_>) {
    let (estate, link) = (stranger.estate, &stranger.estate.link);
    let other_format = link.replace(".ogg.", ".wav.");
    let other_call = link.replace(&estate.past_call, &estate.live_call());
    for forged in [other_format, other_call] {
        assert_ne!(&forged, link);
        let answer = stranger.ask(&Method::GET, &format!("/recordings/signed/{forged}"), None).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", answer.text);
    }
    let (link, file) = (&estate.file_link, &estate.lead_file);
    let nobody = "01900000-0000-7000-8000-000000000000";
    for forged in [link.replace(file.as_str(), nobody), link.replace(".lead-file.", ".export.")] {
        assert_ne!(&forged, link);
        let answer = stranger.ask(&Method::GET, &format!("/files/signed/{forged}"), None).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", answer.text);
    }
}

/// The owner's answer to a request belongs to the owner's key.
async fn same_idempotency_key(stranger: &Stranger<'_>) {
    let body = json!({ "number": "+919800077777", "reason": "also asked" });
    let (server, key) = (&stranger.estate.talk.server, Some(IDEMPOTENCY_KEY));
    let answer = server.ask_once(Method::POST, "/do-not-call", &stranger.token, Some(body), key).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    assert_eq!(answer.text("reason"), "also asked");
    assert_ne!(answer.text("id"), stranger.estate.do_not_call);
}

async fn a_strangers_carrier_reaches_no_call_of_another(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let stranger = server.tenant("stranger").await;
    let theirs = TestCarrier::of_account(&server, &stranger, &[], Account::number(2)).await;
    let talk = switchboard_tests::talk::Talk::begin(server).await;
    let (call, tenant) = (talk.said.call(), talk.server.ask(Method::GET, "/me", &talk.admin, None).await);
    let written = |detail: &Value| detail["events"].as_array().is_some_and(|events| events.len() > 5);
    let before = talk.server.until(&talk.path(), &talk.admin, "the call is written", written).await;

    let ended = [
        ("CallSid", "CA1"),
        ("CallStatus", "completed"),
        ("SequenceNumber", "9"),
        ("AnsweredBy", "machine_start"),
        ("From", "+919800011111"),
        ("To", "+918045550112"),
        ("RecordingSid", "RE1"),
        ("RecordingStatus", "completed"),
    ];
    for kind in ["status", "resume", "outbound-answer", "amd", "recording"] {
        for path in [kind.to_owned(), format!("{kind}?call={call}&party=customer&turn=1")] {
            let said = theirs.post(&path, &ended).await;
            assert!(!said.document.contains("<Stream") && !said.document.contains(&call), "{path}: {said:?}");
        }
    }
    let address = talk.said.stream_url();
    assert!(address.ends_with(tenant.body["tenant"]["id"].as_str().unwrap()), "{address}");
    assert!(theirs.socket_at(&address).await.is_err(), "the other tenant's media socket opens");
    // Through their own socket, with what belongs to the other's call.
    let own = theirs.voice("CA2", "+919800011111", "+918045550112").await;
    let mut socket = theirs.socket(&own).await;
    let start = json!({ "event": "start", "streamSid": "MZ2", "start": { "streamSid": "MZ2", "callSid": "CA1",
        "customParameters": { "call": call, "token": talk.said.parameter("token") } } });
    socket.say(start).await;
    assert!(socket.is_closed().await, "a stream of another tenant's call is carried");

    talk.listen();
    talk.heard_throughout(1.0).await;
    let after = talk.server.ask(Method::GET, &talk.path(), &talk.admin, None).await.body;
    assert_eq!((&after["events"], &after["row"]["status"]), (&before["events"], &before["row"]["status"]));
    talk.end().await;
}

async fn nothing_but_the_open_endpoints_answers_without_signing_in(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    server.tenant("owner").await;
    for operation in operations().iter().filter(|one| !is_open(one)) {
        let nobody = "01900000-0000-7000-8000-000000000000";
        let path = operation.path.replace("{id}", nobody).replace("{change_id}", nobody).replace("{tag_id}", nobody);
        for token in ["", "x.y.z"] {
            let answer = ask(&server, &operation.method, &path, token, Some(&json!({}))).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}: {}", operation.name(), answer.text);
        }
    }
    server.stop().await;
}

async fn each_role_is_kept_to_what_it_may_do(engine: Engine) {
    let estate = Estate::build(TestServer::start_on(engine, false).await).await;
    roles::check(&estate).await;
    estate.end().await;
}
