//! By what people say that they do not want to be contacted: a key in a call, a word in a message, the link of an e-mail, a form;
//! and the national registry.

use std::sync::{Arc, Mutex};

use axum::{Json, Router, http::StatusCode as HttpStatus, response::IntoResponse, routing::post};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::role::Role;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use switchboard_tests::{
    Answer, Engine, TestServer,
    carrier::{CUSTOMER, NUMBER, TestCarrier},
    estate, on_both_databases,
    talk::Talk,
};
use tokio_tungstenite::tungstenite::Message;

on_both_databases!(
    the_key_of_the_campaigns_plan_opts_out_in_the_middle_of_a_call_and_no_other_does,
    a_word_in_a_message_opts_out_of_its_channel_and_a_stronger_one_of_everything,
    the_link_of_an_email_shows_a_page_and_its_key_opts_out,
    a_form_records_what_was_ticked_with_its_proof,
    the_registry_is_asked_at_import_at_hand_out_and_at_dialing_and_its_answers_run_out,
    an_uploaded_list_is_a_registry_too,
);

fn made(answer: Answer) -> Answer {
    assert!(answer.status.is_success(), "{answer:?}");
    answer
}

async fn lead_of(server: &TestServer, admin: &str, phone: &str, campaign: Option<&str>) -> String {
    let body = json!({ "name": "Asha", "phone": phone, "email": "asha@somewhere.example", "campaign_id": campaign });
    made(server.ask(Method::POST, "/leads", admin, Some(body)).await).text("id")
}

async fn consents(server: &TestServer, admin: &str, lead: &str) -> Vec<(String, bool, String)> {
    let all = made(server.ask(Method::GET, &format!("/leads/{lead}/consents"), admin, None).await).body;
    let word = |one: &Value| {
        let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
        (text("channel"), one["given"] == true, text("source"))
    };
    all.as_array().unwrap().iter().map(word).collect()
}

async fn the_key_of_the_campaigns_plan_opts_out_in_the_middle_of_a_call_and_no_other_does(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let lead = lead_of(&server, &admin, CUSTOMER, None).await;
    let talk = Talk::begin_at(server, admin).await;
    let mut campaign = estate::campaign("Winter", &[]);
    campaign["opt_out_key"] = json!("9");
    let campaign = made(talk.server.ask(Method::POST, "/campaigns", &talk.admin, Some(campaign)).await).body;
    assert_eq!(campaign["opt_out_key"], "9");
    let press = |talk: &Talk, key: &str| {
        let message = json!({ "event": "dtmf", "streamSid": "MZ1", "sequenceNumber": "9",
            "dtmf": { "track": "inbound_track", "digit": key } });
        talk.leg.send(Message::text(message.to_string()));
    };
    let listed = async |talk: &Talk| {
        let all = talk.server.ask(Method::GET, "/do-not-call", &talk.admin, None).await.body;
        all["items"].as_array().unwrap().clone()
    };
    // This call belongs to no campaign: the key is a key.
    press(&talk, "9");
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!(listed(&talk).await, [] as [Value; 0]);

    let numbers = talk.server.ask(Method::GET, "/numbers", &talk.admin, None).await.body;
    let line = &numbers.as_array().or(numbers["items"].as_array()).unwrap()[0];
    let body = estate::number(NUMBER, line["queue_id"].as_str(), campaign["id"].as_str());
    let path = format!("/numbers/{}", line["id"].as_str().unwrap());
    made(talk.server.ask(Method::PUT, &path, &talk.admin, Some(body)).await);
    talk.hang_up().await;
    let token = talk.agents_token().await;
    let saved = estate::outcome("escalate");
    made(talk.server.ask(Method::POST, &format!("{}/disposition", talk.path()), &token, Some(saved)).await);
    let talk = talk.again("CA2").await;
    press(&talk, "5");
    press(&talk, "9");
    let is_listed = |all: &Value| all["items"].as_array().is_some_and(|items| items.len() == 1);
    let all = talk.server.until("/do-not-call", &talk.admin, "the number is listed", is_listed).await;
    let entry = &all["items"][0];
    assert_eq!(
        (&entry["number"], &entry["source"], &entry["until_ms"]),
        (&json!(CUSTOMER), &json!("keypad"), &Value::Null)
    );
    assert_eq!(entry["proof"], json!(format!("key 9 in call {}", talk.said.call())));
    let words = consents(&talk.server, &talk.admin, &lead).await;
    assert_eq!(words, [("call".to_owned(), false, "keypad".to_owned())]);
    let again = talk.server.ask(Method::GET, &format!("/leads/{lead}"), &talk.admin, None).await.body;
    assert_eq!(again["no_call"]["kind"], "marked");
    talk.end().await;
}

async fn a_word_in_a_message_opts_out_of_its_channel_and_a_stronger_one_of_everything(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let carrier = TestCarrier::of(&server, &admin, &[]).await;
    let (one, other) =
        (lead_of(&server, &admin, "+919800000041", None).await, lead_of(&server, &admin, "+919800000042", None).await);
    let mut n = 0;
    let mut text = |from: &str, body: &str| {
        n += 1;
        vec![
            ("MessageSid", format!("SM{n:032}")),
            ("From", from.to_owned()),
            ("To", NUMBER.to_owned()),
            ("Body", body.to_owned()),
            ("NumMedia", "0".to_owned()),
        ]
    };
    let send = async |fields: Vec<(&str, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let said = carrier.post("message", &fields).await;
        assert_eq!((said.status, said.document.contains("<Response")), (StatusCode::OK, true), "{said:?}");
    };
    send(text("+919800000041", "when do you open?")).await;
    assert_eq!(consents(&server, &admin, &one).await, []);
    let stop = text("+919800000041", "STOP");
    send(stop.clone()).await;
    // A copy of the same delivery, and the same wish again, add nothing.
    send(stop).await;
    send(text("+919800000041", "बंद करो")).await;
    let sms = ("sms".to_owned(), false, "message".to_owned());
    assert_eq!(consents(&server, &admin, &one).await, std::slice::from_ref(&sms));
    let card = server.ask(Method::GET, &format!("/leads/{one}"), &admin, None).await.body;
    assert_eq!(card["no_call"], Value::Null, "a text is no call");
    send(text("whatsapp:+919800000041", "Unsubscribe")).await;
    assert_eq!(consents(&server, &admin, &one).await[0], ("whatsapp".to_owned(), false, "message".to_owned()));
    send(text("+919800000041", "START")).await;
    assert_eq!(consents(&server, &admin, &one).await[0], ("sms".to_owned(), true, "message".to_owned()));

    send(text("+919800000042", "कॉल मत करो")).await;
    let words = consents(&server, &admin, &other).await;
    assert!(words.len() == 4 && words.iter().all(|(_, given, _)| !given), "{words:?}");
    let card = server.ask(Method::GET, &format!("/leads/{other}"), &admin, None).await.body;
    assert_eq!(card["no_call"]["kind"], "marked");
    // Somebody whom nobody knows is left alone altogether.
    send(text("+919800000043", "stop")).await;
    let list = server.ask(Method::GET, "/do-not-call?source=message", &admin, None).await.body;
    let numbers: Vec<&str> =
        list["items"].as_array().unwrap().iter().map(|one| one["number"].as_str().unwrap()).collect();
    assert_eq!(numbers, ["+919800000043", "+919800000042"]);
    // Not signed, not heard.
    let unsigned = Client::new().post(server.url("/webhooks/twilio/message")).form(&[("AccountSid", carrier.sid())]);
    assert_eq!(unsigned.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    server.stop().await;
}

async fn the_link_of_an_email_shows_a_page_and_its_key_opts_out(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let lead = lead_of(&server, &admin, "+919800000051", None).await;
    let link = async |channel: &str| {
        let body = json!({ "channel": channel, "purpose": "marketing" });
        made(server.ask(Method::POST, &format!("/leads/{lead}/opt-out-link"), &admin, Some(body)).await).text("url")
    };
    let email = link("email").await;
    let path = email.split_once("/opt-out/").map(|(_, token)| format!("/opt-out/{token}")).unwrap();
    let client = Client::new();
    let look = async |path: &str| {
        let response = client.get(server.url(path)).send().await.unwrap();
        (response.status(), response.text().await.unwrap())
    };
    for _ in 0..2 {
        let (status, page) = look(&path).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("<form method=\"post\">") && page.contains("lang=\"hi\""), "{page}");
    }
    assert_eq!(consents(&server, &admin, &lead).await, [], "looking changes nothing");
    // As an e-mail program does it for its reader, twice.
    for _ in 0..2 {
        let one_click = client.post(server.url(&path)).form(&[("List-Unsubscribe", "One-Click")]).send().await.unwrap();
        assert_eq!(one_click.status(), StatusCode::OK);
    }
    assert_eq!(consents(&server, &admin, &lead).await, [("email".to_owned(), false, "link".to_owned())]);
    let (_, page) = look(&path).await;
    assert!(!page.contains("<form"), "{page}");
    let call = link("call").await;
    let call = call.split_once("/opt-out/").map(|(_, token)| format!("/opt-out/{token}")).unwrap();
    client.post(server.url(&call)).send().await.unwrap();
    let card = server.ask(Method::GET, &format!("/leads/{lead}"), &admin, None).await.body;
    assert_eq!(card["no_call"]["kind"], "marked");
    let forged = path.replace(".email.", ".sms.");
    assert_eq!(look(&forged).await.0, StatusCode::NOT_FOUND);
    assert_eq!(client.post(server.url(&forged)).send().await.unwrap().status(), StatusCode::NOT_FOUND);
    let wrong = json!({ "channel": "email", "purpose": "Two Words" });
    let wrong = server.ask(Method::POST, &format!("/leads/{lead}/opt-out-link"), &admin, Some(wrong)).await;
    assert_eq!((wrong.code(), &wrong.body["fields"][0]["field"]), ("invalid_fields", &json!("purpose")));
    server.stop().await;
}

async fn a_form_records_what_was_ticked_with_its_proof(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let mut key = estate::intake_key("Site", None);
    key["plan"]["consents"] = json!([
        { "field": "calls_ok", "channel": "call", "purpose": "marketing" },
        { "field": "news_ok", "channel": "email", "purpose": "news" },
        { "field": "sms_ok", "channel": "sms", "purpose": "news" },
    ]);
    let secret = made(server.ask(Method::POST, "/intake-keys", &admin, Some(key.clone())).await).text("secret");
    let form = json!({ "name": "Asha", "phone": "+919800000061", "calls_ok": "no", "news_ok": "on", "sms_ok": "" });
    let hand_in =
        async || Client::new().post(server.url("/intake/leads")).bearer_auth(&secret).json(&form).send().await.unwrap();
    let answer: Value = hand_in().await.json().await.unwrap();
    assert_eq!((&answer["outcome"], &answer["may_be_called"]), (&json!("new"), &json!(false)), "{answer}");
    hand_in().await;
    let lead = answer["lead_id"].as_str().unwrap();
    let words = consents(&server, &admin, lead).await;
    let sorted = |mut words: Vec<(String, bool, String)>| {
        words.sort();
        words
    };
    let word = |channel: &str, given| (channel.to_owned(), given, "form".to_owned());
    assert_eq!(sorted(words), [word("call", false), word("email", true)], "an empty box says nothing");
    let all = server.ask(Method::GET, &format!("/leads/{lead}/consents"), &admin, None).await.body;
    let proof =
        all.as_array().unwrap().iter().find(|one| one["channel"] == "email").unwrap()["proof"].as_str().unwrap();
    assert!(proof.starts_with("form \"Site\"") && proof.ends_with("field \"news_ok\": \"on\""), "{proof}");
    key["name"] = json!("Other");
    key["plan"]["consents"][0]["purpose"] = json!("Two Words");
    let wrong = server.ask(Method::POST, "/intake-keys", &admin, Some(key)).await;
    assert_eq!(
        (wrong.code(), &wrong.body["fields"][0]["field"]),
        ("invalid_fields", &json!("plan.consents[0].purpose"))
    );
    server.stop().await;
}

/// A registry by HTTP that lists numbers which end in 7, and can fall silent.
struct Registry {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
    silent: Arc<Mutex<bool>>,
}

impl Registry {
    async fn start() -> Self {
        let (asked, silent): (Arc<Mutex<Vec<String>>>, Arc<Mutex<bool>>) = Default::default();
        let (kept, falls) = (Arc::clone(&asked), Arc::clone(&silent));
        let answer = post(move |Json(body): Json<Value>| async move {
            if *falls.lock().unwrap() {
                return HttpStatus::SERVICE_UNAVAILABLE.into_response();
            }
            let numbers: Vec<String> =
                body["numbers"].as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect();
            kept.lock().unwrap().extend(numbers.clone());
            Json(json!({ "listed": numbers.iter().filter(|one| one.ends_with('7')).collect::<Vec<_>>() }))
                .into_response()
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/check", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/check", answer)).await.unwrap() });
        Self { url, asked, silent }
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

struct Office {
    server: TestServer,
    admin: String,
    agent: (String, String),
    campaign: String,
}

impl Office {
    async fn open(engine: Engine) -> Self {
        let server = TestServer::start_on(engine, false).await;
        let admin = server.tenant("owner").await;
        let agent = server.user(&admin, "owner", Role::Telecaller).await;
        let campaign =
            server.ask(Method::POST, "/campaigns", &admin, Some(estate::campaign("Spring", &[&agent.1]))).await;
        let campaign = made(campaign).text("id");
        Self { server, admin, agent, campaign }
    }

    async fn ask(&self, method: Method, path: &str, body: Value) -> Answer {
        self.server.ask(method, path, &self.admin, Some(body)).await
    }

    async fn lead(&self, phone: &str) -> String {
        let body = json!({ "name": "Asha", "phone": phone, "campaign_id": self.campaign, "owner_id": self.agent.1 });
        made(self.ask(Method::POST, "/leads", body).await).text("id")
    }

    async fn next(&self) -> Value {
        self.server.ask(Method::POST, "/worklist/next", &self.agent.0, Some(json!({}))).await.body
    }

    async fn dial(&self, lead: &str) -> Answer {
        self.server.ask(Method::POST, "/calls", &self.agent.0, Some(json!({ "lead_id": lead }))).await
    }

    async fn import(&self, file: &str) -> Value {
        let begin = json!({ "file_name": "leads.csv", "bytes": file.len() });
        let id = made(self.ask(Method::POST, "/imports", begin).await).text("id");
        let part = json!({ "offset": 0, "data": STANDARD.encode(file) });
        made(self.ask(Method::PUT, &format!("/imports/{id}/parts"), part).await);
        let path = format!("/imports/{id}");
        self.server.until(&path, &self.admin, "the file is complete", |found| found["state"] != "uploading").await;
        let mut plan = estate::import_plan("name");
        plan["campaign_id"] = json!(self.campaign);
        made(self.ask(Method::POST, &format!("/imports/{id}/start"), json!({ "plan": plan })).await);
        self.server.until(&path, &self.admin, "the import is done", |found| found["state"] == "done").await
    }
}

async fn the_registry_is_asked_at_import_at_hand_out_and_at_dialing_and_its_answers_run_out(engine: Engine) {
    let (office, registry) = (Office::open(engine).await, Registry::start().await);
    let settings = json!({ "kind": "http", "url": registry.url, "token": "secret", "valid_days": 30 });
    let set = made(office.ask(Method::PUT, "/settings/registry", settings).await).body;
    assert_eq!((&set["kind"], &set["has_token"]), (&json!("http"), &json!(true)));
    assert!(!set.to_string().contains("secret"), "{set}");
    let tested =
        made(office.ask(Method::POST, "/settings/registry/test", json!({ "number": "98000 00077" })).await).body;
    assert_eq!(
        (&tested["ok"], tested["message"].as_str().unwrap().contains("is listed")),
        (&json!(true), true),
        "{tested}"
    );

    let done = office.import("name,phone\nA,+919800000071\nB,+919800000067\nC,+919800000072\n").await;
    assert_eq!((&done["counts"]["new"], &done["counts"]["listed"]), (&json!(2), &json!(1)), "{done}");
    assert_eq!(registry.asked(), 4);
    // What is known is not asked again.
    let done = office.import("name,phone\nA,+919800000071\nB,+919800000067\n").await;
    assert_eq!((&done["counts"]["listed"], registry.asked()), (&json!(1), 4), "{done}");

    let (listed, free) = (office.lead("+919800000087").await, office.lead("+919800000082").await);
    let card = office.ask(Method::GET, &format!("/leads/{listed}"), Value::Null).await.body;
    assert_eq!((&card["no_call"], registry.asked()), (&Value::Null, 4), "who looks does not ask");
    let refused = office.dial(&listed).await;
    assert_eq!(
        (refused.code(), &refused.body["details"]["objection"]["kind"]),
        ("do_not_call", &json!("in_registry")),
        "{refused:?}"
    );
    let next = office.next().await;
    assert_eq!(next["lead"]["entry"]["lead"]["id"], free.as_str(), "{next}");
    assert_eq!(registry.asked(), 6);

    // The answers have run out and the registry is silent: nobody is called on a guess.
    office.server.database().run("UPDATE registry_answers SET until_ms = 1").await;
    *registry.silent.lock().unwrap() = true;
    let unknown = office.dial(&free).await;
    assert_eq!((unknown.status, unknown.code()), (StatusCode::FORBIDDEN, "registry_unknown"), "{unknown:?}");
    let another = office.lead("+919800000092").await;
    let next = office.next().await;
    assert_eq!(next["kind"], "none", "{next}");
    *registry.silent.lock().unwrap() = false;
    assert_ne!(office.dial(&another).await.code(), "registry_unknown");
    let off = json!({ "kind": "off", "url": "", "valid_days": 30 });
    made(office.ask(Method::PUT, "/settings/registry", off).await);
    assert_ne!(office.dial(&listed).await.code(), "do_not_call");
    office.server.stop().await;
}

async fn an_uploaded_list_is_a_registry_too(engine: Engine) {
    let office = Office::open(engine).await;
    let list = json!({ "kind": "list", "url": "", "valid_days": 7 });
    made(office.ask(Method::PUT, "/settings/registry", list).await);
    let lead = office.lead("+919800000101").await;
    assert_eq!(office.dial(&lead).await.code(), "registry_unknown", "there is no list yet");
    let upload = async |text: &str, replace: bool| {
        office.ask(Method::POST, "/settings/registry/list", json!({ "text": text, "replace": replace })).await
    };
    let wrong = upload("+919800000101\n12345\n", true).await;
    assert_eq!(
        (wrong.code(), &wrong.body["fields"][0]["problem"]),
        ("invalid_fields", &json!("line 2: no telephone number"))
    );
    let first = made(upload("number\n98000 00101\n", true).await).body;
    assert_eq!(first["listed"], 1);
    let second = made(upload("98000 00102\n", false).await).body;
    assert_eq!(second["listed"], 2);
    assert_eq!(office.dial(&lead).await.code(), "do_not_call");
    let free = office.lead("+919800000103").await;
    assert_ne!(office.dial(&free).await.code(), "do_not_call");
    made(upload("98000 00103\n", true).await);
    assert_ne!(office.dial(&lead).await.code(), "do_not_call");
    assert_eq!(office.dial(&free).await.code(), "do_not_call");
    // A list that has run out says nothing any more.
    office.server.database().run("UPDATE registries SET list_until_ms = 1").await;
    office.server.database().run("UPDATE registry_answers SET until_ms = 1").await;
    assert_eq!(office.dial(&lead).await.code(), "registry_unknown");
    office.server.stop().await;
}
