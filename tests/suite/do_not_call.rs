//! Who must not be called: by one campaign or by all, for ever or for a while, at every place where it matters.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::role::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use switchboard_tests::{Answer, Engine, TestServer, on_both_databases};

on_both_databases!(
    an_entry_holds_for_its_campaign_and_its_time_in_the_worklist_and_at_dialing,
    a_list_is_uploaded_filtered_and_taken_off_again,
    an_import_leaves_out_who_is_listed_for_its_campaign,
    consent_that_is_withdrawn_keeps_from_calling_and_its_history_stays,
);

struct Office {
    server: TestServer,
    admin: String,
    agent: (String, String),
    campaigns: [String; 2],
}

impl Office {
    async fn open(engine: Engine) -> Self {
        let server = TestServer::start_on(engine, false).await;
        let admin = server.tenant("owner").await;
        let agent = server.user(&admin, "owner", Role::Telecaller).await;
        let mut campaigns = [String::new(), String::new()];
        for (n, id) in campaigns.iter_mut().enumerate() {
            let body = json!({ "name": format!("Campaign {n}"), "state": "active", "caller_id": null, "script": [],
                "dispositions": [], "hours": { "days": [1, 2, 3, 4, 5, 6, 7], "from_minute": 0, "to_minute": 1440 },
                "recording": false, "agent_ids": [agent.1] });
            *id = made(server.ask(Method::POST, "/campaigns", &admin, Some(body)).await).text("id");
        }
        Self { server, admin, agent, campaigns }
    }

    async fn lead(&self, phone: &str, campaign: usize) -> String {
        let body = json!({ "name": "Asha", "phone": phone, "campaign_id": self.campaigns[campaign], "owner_id": self.agent.1 });
        made(self.server.ask(Method::POST, "/leads", &self.admin, Some(body)).await).text("id")
    }

    async fn ask(&self, method: Method, path: &str, body: Value) -> Answer {
        self.server.ask(method, path, &self.admin, Some(body)).await
    }

    async fn list(&self, body: Value) -> Answer {
        made(self.ask(Method::POST, "/do-not-call", body).await)
    }

    async fn card(&self, lead: &str) -> Value {
        self.ask(Method::GET, &format!("/leads/{lead}"), Value::Null).await.body
    }

    /// What the agent's own list says about each of their leads.
    async fn worklist(&self) -> Vec<(String, Value)> {
        let page = self.server.ask(Method::GET, "/worklist", &self.agent.0, None).await.body;
        let entry = |one: &Value| (one["lead"]["id"].as_str().unwrap().to_owned(), one["hindrance"].clone());
        page["items"].as_array().unwrap().iter().map(entry).collect()
    }

    /// The agent dials; how that is answered.
    async fn dial(&self, body: Value) -> Answer {
        self.server.ask(Method::POST, "/calls", &self.agent.0, Some(body)).await
    }
}

fn made(answer: Answer) -> Answer {
    assert!(answer.status.is_success(), "{answer:?}");
    answer
}

async fn an_entry_holds_for_its_campaign_and_its_time_in_the_worklist_and_at_dialing(engine: Engine) {
    let office = Office::open(engine).await;
    let until = backend::clock::now().0 + 3_600_000;
    let (first, second) = (office.lead("+919800000001", 0).await, office.lead("+919800000001", 1).await);
    let own = json!({ "number": "98000 00001", "reason": "asked", "campaign_id": office.campaigns[0], "until_ms": until,
        "source": "keypad", "proof": "pressed 9" });
    let entry = office.list(own).await;
    assert_eq!((entry.text("source"), entry.text("proof")), ("keypad".to_owned(), "pressed 9".to_owned()));
    assert_eq!((&entry.body["until_ms"], &entry.body["in_force"]), (&json!(until), &json!(true)));

    let list = office.worklist().await;
    let hindrance = |lead: &str| list.iter().find(|(id, _)| id == lead).map(|(_, hindrance)| hindrance.clone());
    assert_eq!(hindrance(&first), Some(json!({ "kind": "do_not_call", "until_ms": until })));
    assert_eq!(hindrance(&second), Some(Value::Null));
    let objection = json!({ "kind": "listed", "until_ms": until, "of_campaign": true });
    assert_eq!(office.card(&first).await["no_call"], objection);
    assert_eq!(office.card(&second).await["no_call"], Value::Null);
    let next = office.server.ask(Method::POST, "/worklist/next", &office.agent.0, Some(json!({}))).await.body;
    assert_eq!(next["lead"]["entry"]["lead"]["id"], second.as_str(), "{next}");

    let refused = office.dial(json!({ "lead_id": first })).await;
    assert_eq!((refused.code(), &refused.body["details"]["objection"]), ("do_not_call", &objection), "{refused:?}");
    let by_number = json!({ "number": "+919800000001", "campaign_id": office.campaigns[0] });
    assert_eq!(office.dial(by_number).await.code(), "do_not_call");
    assert_ne!(office.dial(json!({ "lead_id": second })).await.code(), "do_not_call");

    // For all and for ever: both are marked and leave the line; what was there before holds on when it is taken off.
    let all = office.list(json!({ "number": "+919800000001", "reason": "asked again" })).await.text("id");
    assert_eq!(office.worklist().await, []);
    assert_eq!(office.card(&second).await["no_call"], json!({ "kind": "marked" }));
    assert_eq!(office.dial(json!({ "lead_id": second })).await.code(), "do_not_call");
    let gone = office.ask(Method::DELETE, &format!("/do-not-call/{all}"), Value::Null).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(office.card(&first).await["no_call"], objection);
    assert_eq!(office.card(&second).await["no_call"], Value::Null);

    let past = json!({ "number": "+919800000002", "reason": "asked", "until_ms": 1 });
    let refused = office.ask(Method::POST, "/do-not-call", past).await;
    assert_eq!((refused.code(), &refused.body["fields"][0]["field"]), ("invalid_fields", &json!("until_ms")));
    // What is over holds nobody back.
    office.list(json!({ "number": "+919800000003", "reason": "asked", "until_ms": until })).await;
    let third = office.lead("+919800000003", 0).await;
    assert_eq!(office.card(&third).await["no_call"]["kind"], "listed");
    office.server.database().run("UPDATE dnc SET until_ms = 1 WHERE until_ms IS NOT NULL").await;
    assert_eq!(office.card(&third).await["no_call"], Value::Null);
    let over = office.ask(Method::GET, "/do-not-call?state=over", Value::Null).await.body;
    assert_eq!(over["items"].as_array().map(Vec::len), Some(2), "{over}");
    office.server.stop().await;
}

async fn a_list_is_uploaded_filtered_and_taken_off_again(engine: Engine) {
    let office = Office::open(engine).await;
    let lead = office.lead("+919800000011", 1).await;
    office.list(json!({ "number": "+919800000012", "reason": "asked" })).await;
    let text = "number,name\n98000 00011,Asha\n+919800000012\n\n\"98000 00013\"\n12345\n";
    let upload = json!({ "text": text, "reason": "register of November", "proof": "file 7" });
    let done = made(office.ask(Method::POST, "/do-not-call/upload", upload.clone()).await).body;
    let expected =
        json!({ "added": 2, "known": 1, "wrong": 1, "wrong_lines": [{ "line": 6, "problem": "not_in_use" }] });
    assert_eq!(done, expected);
    assert_eq!(office.card(&lead).await["lead"]["do_not_call"], true);
    let again = made(office.ask(Method::POST, "/do-not-call/upload", upload).await).body;
    assert_eq!((&again["added"], &again["known"]), (&json!(0), &json!(3)), "{again}");
    let count = async |query: &str| {
        let page = office.ask(Method::GET, &format!("/do-not-call{query}"), Value::Null).await.body;
        page["items"].as_array().map(Vec::len)
    };
    assert_eq!(count("").await, Some(3));
    assert_eq!(count("?source=upload").await, Some(2));
    assert_eq!(count("?search=0012").await, Some(1));
    assert_eq!(count("?state=over").await, Some(0));
    assert_eq!(count(&format!("?campaign_id={}", office.campaigns[0])).await, Some(0));
    let empty = office.ask(Method::POST, "/do-not-call/upload", json!({ "text": "name\n", "reason": "x" })).await;
    assert_eq!((empty.code(), &empty.body["fields"][0]["field"]), ("invalid_fields", &json!("text")), "{empty:?}");
    office.server.stop().await;
}

async fn an_import_leaves_out_who_is_listed_for_its_campaign(engine: Engine) {
    let office = Office::open(engine).await;
    for (number, campaign) in [("+919800000021", Some(0)), ("+919800000022", Some(1)), ("+919800000023", None)] {
        let campaign = campaign.map(|n: usize| office.campaigns[n].clone());
        office.list(json!({ "number": number, "reason": "asked", "campaign_id": campaign })).await;
    }
    let file = "name,phone\nA,+919800000021\nB,+919800000022\nC,+919800000023\nD,+919800000024\n";
    let begin = json!({ "file_name": "leads.csv", "bytes": file.len() });
    let id = made(office.ask(Method::POST, "/imports", begin).await).text("id");
    let part = json!({ "offset": 0, "data": STANDARD.encode(file) });
    made(office.ask(Method::PUT, &format!("/imports/{id}/parts"), part).await);
    let path = format!("/imports/{id}");
    office.server.until(&path, &office.admin, "the file is complete", |found| found["state"] != "uploading").await;
    let mut plan = switchboard_tests::estate::import_plan("name");
    plan["campaign_id"] = json!(office.campaigns[0]);
    made(office.ask(Method::POST, &format!("/imports/{id}/start"), json!({ "plan": plan })).await);
    let done = office.server.until(&path, &office.admin, "the import is done", |found| found["state"] == "done").await;
    assert_eq!((&done["counts"]["new"], &done["counts"]["listed"]), (&json!(2), &json!(2)), "{done}");
    office.server.stop().await;
}

async fn consent_that_is_withdrawn_keeps_from_calling_and_its_history_stays(engine: Engine) {
    let office = Office::open(engine).await;
    let lead = office.lead("+919800000031", 0).await;
    let path = format!("/leads/{lead}/consents");
    let say = async |channel: &str, purpose: &str, given: bool| {
        let body = json!({ "channel": channel, "purpose": purpose, "given": given, "source": "customer", "proof": "a letter" });
        made(office.server.ask(Method::POST, &path, &office.agent.0, Some(body)).await)
    };
    say("call", "marketing", true).await;
    say("sms", "marketing", false).await;
    assert_eq!(office.card(&lead).await["no_call"], Value::Null, "a text is no call");
    let withdrawn = say("call", "marketing", false).await;
    assert_eq!((withdrawn.status, &withdrawn.body["given"]), (StatusCode::CREATED, &json!(false)));
    assert_eq!(office.card(&lead).await["no_call"], json!({ "kind": "withdrawn", "purpose": "marketing" }));
    let hindrance = json!({ "kind": "consent_withdrawn", "purpose": "marketing" });
    assert_eq!(office.worklist().await, [(lead.clone(), hindrance)]);
    let next = office.server.ask(Method::POST, "/worklist/next", &office.agent.0, Some(json!({}))).await.body;
    assert_eq!((&next["kind"], &next["do_not_call"]), (&json!("none"), &json!(1)), "{next}");
    assert_eq!(office.dial(json!({ "lead_id": lead })).await.code(), "consent_withdrawn");
    assert_eq!(office.dial(json!({ "number": "+919800000031" })).await.code(), "consent_withdrawn");
    say("call", "service", true).await;
    assert_eq!(office.card(&lead).await["no_call"]["kind"], "withdrawn", "another purpose is another matter");
    say("call", "marketing", true).await;
    assert_eq!(office.card(&lead).await["no_call"], Value::Null);
    let history = office.ask(Method::GET, &path, Value::Null).await.body;
    let words: Vec<(&str, bool)> = history
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(|one| (one["channel"].as_str().unwrap(), one["given"].as_bool().unwrap()))
        .collect();
    assert_eq!(words, [("call", true), ("sms", false), ("call", false), ("call", true), ("call", true)]);
    assert_eq!((&history[0]["proof"], &history[0]["by"]), (&json!("a letter"), &json!("telecaller")));
    let wrong = json!({ "channel": "call", "purpose": "Two Words", "given": true });
    let wrong = office.ask(Method::POST, &path, wrong).await;
    assert_eq!((wrong.code(), &wrong.body["fields"][0]["field"]), ("invalid_fields", &json!("purpose")));
    office.server.stop().await;
}
