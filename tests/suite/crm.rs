//! Leads are kept in step with a CRM, against a simulated one that pages, checks, counts and fails like a real one.

use std::time::Duration;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use simulator::crm::{Access, Config, Misbehaviour, Order, Paging, RateLimit, SimulatedCrm};
use switchboard_tests::{Answer, Engine, TestServer, estate, on_both_databases};

on_both_databases!(
    a_first_sync_of_a_thousand_records_makes_each_lead_once_and_a_second_changes_nothing,
    what_changes_on_either_side_is_on_both,
    of_two_changes_the_newer_stands_and_the_older_is_in_the_history,
    known_people_follow_the_rules_of_imports_and_nobody_is_two_records,
    records_that_move_while_pages_are_read_are_not_lost,
    a_crm_that_asks_for_pauses_is_left_alone_for_so_long,
    a_crm_that_is_down_half_way_is_read_on_from_there,
    a_record_that_may_have_been_made_is_not_made_twice,
    a_webhook_is_believed_by_its_path_and_counts_once,
    what_cannot_be_in_step_is_listed_with_its_reason,
    only_addresses_outside_are_asked_and_secrets_are_not_shown,
);

const TOKEN: &str = "a token of the CRM";

struct Office {
    server: TestServer,
    admin: String,
    crm: SimulatedCrm,
    id: String,
}

fn made(answer: Answer) -> Value {
    assert!(answer.status.is_success(), "{answer:?}");
    answer.body
}

fn record(name: &str, n: u32) -> Value {
    json!({ "first_name": name, "last_name": "Rao", "contact": { "mobile": format!("98{n:08}"), "email": null },
        "status": "new", "budget": "70 lakh" })
}

fn number(n: u32) -> String {
    format!("+9198{n:08}")
}

impl Office {
    /// With a connector that is on and has not read anything yet.
    async fn open(engine: Engine, config: Config, change: impl FnOnce(&mut Value)) -> Self {
        let server = TestServer::start_on(engine, false).await;
        let admin = server.tenant("owner").await;
        let crm = SimulatedCrm::start(config).await.unwrap();
        let mut body = estate::crm_connector("Portal", &crm.base_url(), TOKEN);
        change(&mut body);
        let id = made(server.ask(Method::POST, "/crm-connectors", &admin, Some(body)).await)["id"]
            .as_str()
            .unwrap()
            .to_owned();
        Self { server, admin, crm, id }
    }

    async fn ask(&self, method: Method, path: &str, body: Value) -> Answer {
        self.server.ask(method, path, &self.admin, Some(body)).await
    }

    async fn get(&self, path: &str) -> Value {
        made(self.server.ask(Method::GET, path, &self.admin, None).await)
    }

    fn path(&self) -> String {
        format!("/crm-connectors/{}", self.id)
    }

    async fn go_on(&self) {
        made(self.ask(Method::PUT, &format!("{}/pause", self.path()), json!({ "paused": false })).await);
    }

    /// Until the connector's status is as wanted.
    async fn until(&self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        self.server.until(&self.path(), &self.admin, what, |found| is_it(&found["status"])).await["status"].clone()
    }

    /// Asks for a look and waits until it and all that it brings is over.
    async fn sync(&self, full: bool) -> Value {
        let before = self.get(&self.path()).await["status"]["last_pull_at_ms"].clone();
        made(self.ask(Method::POST, &format!("{}/sync", self.path()), json!({ "full": full })).await);
        self.until("the CRM is in step", |status| {
            status["last_pull_at_ms"] != before && status["state"] == "waiting" && status["waiting_out"] == 0
        })
        .await
    }

    async fn leads(&self) -> Vec<Value> {
        let (mut all, mut path) = (Vec::new(), "/leads?limit=200".to_owned());
        loop {
            let page = self.get(&path).await;
            all.extend(page["items"].as_array().unwrap().clone());
            match page["next"].as_str() {
                Some(next) => path = format!("/leads?limit=200&cursor={next}"),
                None => return all,
            }
        }
    }

    async fn lead_of(&self, phone: &str) -> Value {
        let all = self.leads().await;
        all.into_iter().find(|lead| lead["phone"] == phone).unwrap_or_else(|| panic!("no lead has {phone}"))
    }

    async fn problems(&self) -> Vec<Value> {
        self.get(&format!("{}/problems", self.path())).await["items"].as_array().unwrap().clone()
    }

    async fn end(self) {
        self.server.stop().await;
    }
}

fn config() -> Config {
    Config::on_loopback(TOKEN)
}

async fn a_first_sync_of_a_thousand_records_makes_each_lead_once_and_a_second_changes_nothing(engine: Engine) {
    let office = Office::open(engine, config(), |_| {}).await;
    for n in 1..=1_000 {
        office.crm.add(record(&format!("Lead {n}"), n));
    }
    let tested = made(office.ask(Method::POST, &format!("{}/test", office.path()), json!({})).await);
    assert_eq!(
        (&tested["ok"], &tested["message"]),
        (&json!(true), &json!("100 of 100 records of the first page can be taken in"))
    );
    assert_eq!(office.leads().await.len(), 0, "a test writes nothing");
    office.go_on().await;
    let status = office.until("all records are read", |status| status["last_full_at_ms"].is_i64()).await;
    assert_eq!(
        (&status["linked"], &status["counts"]["new"], &status["problems"]),
        (&json!(1_000), &json!(1_000), &json!(0))
    );
    let leads = office.leads().await;
    assert_eq!(leads.len(), 1_000);
    let lead = office.lead_of(&number(7)).await;
    let said = [&lead["name"], &lead["source"], &lead["stage"], &lead["fields"], &lead["zone"]];
    let expected =
        [&json!("Lead 7 Rao"), &json!("CRM"), &json!("new"), &json!({ "budget": "70 lakh" }), &json!("Asia/Kolkata")];
    assert_eq!(said, expected);
    let asked = office.crm.asked().len();
    assert!(asked <= 1 + 2 * 10, "{asked} requests for ten pages");

    let again = office.sync(true).await;
    assert_eq!((&again["counts"]["new"], &again["counts"]["updated"]), (&json!(1_000), &json!(0)));
    assert_eq!(office.leads().await, leads, "a page that is read twice changes nothing");
    assert!(
        office.crm.asked().iter().all(|one| one.method == "GET"),
        "the CRM is told nothing that it has said itself"
    );
    office.end().await;
}

async fn what_changes_on_either_side_is_on_both(engine: Engine) {
    let access = Access::Basic { user: "sync".to_owned(), password: domain::pii::Personal::new(TOKEN.to_owned()) };
    let config = Config { access, paging: Paging::Simple, ..config() };
    let office = Office::open(engine, config, |body| {
        (body["auth"], body["user"], body["push"]) = (json!("basic"), json!("sync"), json!("all"));
    })
    .await;
    let asha = office.crm.add(record("Asha", 1));
    let known = json!({ "name": "Mira Devi Sen", "phone": number(2), "email": "mira@sen.example" });
    made(office.ask(Method::POST, "/leads", known).await);
    office.go_on().await;
    office.until("the lead is told of", |status| status["counts"]["made"] == 1 && status["waiting_out"] == 0).await;
    let mira = office.crm.records().into_iter().find(|one| one["id"] != json!(asha)).unwrap();
    assert_eq!((&mira["first_name"], &mira["last_name"]), (&json!("Mira"), &json!("Devi Sen")));
    assert_eq!(mira["contact"], json!({ "mobile": number(2), "email": "mira@sen.example" }));

    // From the CRM.
    office
        .crm
        .change(asha, json!({ "status": "qualified", "contact": { "email": "asha@rao.example" }, "budget": null }));
    office.crm.add(record("Ravi", 3));
    let status = office.sync(false).await;
    assert_eq!((&status["full"], &status["linked"]), (&json!(false), &json!(3)));
    let lead = office.lead_of(&number(1)).await;
    let said = [&lead["stage"], &lead["email"], &lead["fields"]];
    assert_eq!(said, [&json!("qualified"), &json!("asha@rao.example"), &json!({})]);
    let history = office.get(&format!("/leads/{}/changes", lead["id"].as_str().unwrap())).await;
    assert!(history[0]["by"] == json!({ "kind": "crm", "name": "Portal", "lost": false }), "{history}");

    // To the CRM, without waiting for the next look.
    let path = format!("/leads/{}", lead["id"].as_str().unwrap());
    let change =
        json!({ "name": "Asha Kumari Rao", "stage": "won", "fields": { "budget": "1 crore", "secret": "ours" } });
    made(office.ask(Method::PATCH, &path, change).await);
    made(office.ask(Method::POST, "/do-not-call", json!({ "number": number(1), "reason": "asked" })).await);
    office.until("the CRM is told", |status| status["waiting_out"] == 0).await;
    let told = office.crm.record(asha).unwrap();
    let said = [&told["first_name"], &told["last_name"], &told["status"], &told["budget"], &told["dnd"]];
    assert_eq!(said, [&json!("Asha"), &json!("Kumari Rao"), &json!("won"), &json!("1 crore"), &json!(true)], "{told}");
    assert!(!told.to_string().contains("ours"), "only what the settings name goes out");
    // The CRM does not take back who is not to be called, and its own mark holds here.
    office.crm.change(asha, json!({ "dnd": false }));
    office.crm.change(mira["id"].as_u64().unwrap(), json!({ "dnd": true }));
    office.sync(false).await;
    assert_eq!(office.lead_of(&number(1)).await["do_not_call"], true);
    assert_eq!(office.crm.record(asha).unwrap()["dnd"], true);
    assert_eq!(office.lead_of(&number(2)).await["do_not_call"], true);
    // What is only told goes on while nothing is asked; paused, it waits.
    made(office.ask(Method::PUT, &format!("{}/pause", office.path()), json!({ "paused": true })).await);
    made(office.ask(Method::PATCH, &path, json!({ "stage": "lost" })).await);
    let refused = office.ask(Method::POST, &format!("{}/sync", office.path()), json!({ "full": false })).await;
    assert_eq!(refused.code(), "conflict", "{refused:?}");
    tokio::time::sleep(Duration::from_secs(3)).await;
    let waiting = office.get(&office.path()).await["status"].clone();
    assert_eq!((&waiting["state"], &waiting["waiting_out"]), (&json!("paused"), &json!(1)));
    assert_eq!(office.crm.record(asha).unwrap()["status"], "won");
    office.go_on().await;
    office.until("the CRM is told", |status| status["waiting_out"] == 0).await;
    assert_eq!(office.crm.record(asha).unwrap()["status"], "lost");
    office.end().await;
}

async fn of_two_changes_the_newer_stands_and_the_older_is_in_the_history(engine: Engine) {
    let office = Office::open(engine, config(), |_| {}).await;
    let (older, newer) = (office.crm.add(record("Older", 1)), office.crm.add(record("Newer", 2)));
    office.go_on().await;
    office.until("all records are read", |status| status["linked"] == 2 && status["state"] == "waiting").await;
    made(office.ask(Method::PUT, &format!("{}/pause", office.path()), json!({ "paused": true })).await);
    let now = i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap();
    for (id, n, at) in [(older, 1, now - 60_000), (newer, 2, now + 60_000)] {
        let lead = office.lead_of(&number(n)).await;
        let path = format!("/leads/{}", lead["id"].as_str().unwrap());
        made(office.ask(Method::PATCH, &path, json!({ "email": format!("here-{n}@rao.example") })).await);
        office.crm.change_at(id, json!({ "contact": { "email": format!("there-{n}@rao.example") } }), at);
    }
    office.go_on().await;
    office.sync(false).await;
    office.until("the CRM is told", |status| status["waiting_out"] == 0).await;
    let history = async |n: u32| {
        let lead = office.lead_of(&number(n)).await;
        let changes = office.get(&format!("/leads/{}/changes", lead["id"].as_str().unwrap())).await;
        let emails =
            changes.as_array().unwrap().iter().filter(|one| one["field"] == "email").cloned().collect::<Vec<_>>();
        (lead["email"].as_str().unwrap().to_owned(), emails)
    };
    let (email, changes) = history(1).await;
    assert_eq!(email, "here-1@rao.example");
    let lost =
        changes.iter().find(|one| one["by"]["lost"] == true).unwrap_or_else(|| panic!("no loser in {changes:?}"));
    assert_eq!((&lost["from"], &lost["to"]), (&json!("there-1@rao.example"), &json!("here-1@rao.example")));
    assert_eq!(changes.len(), 2, "the loser is kept once: {changes:?}");
    assert_eq!(office.crm.record(older).unwrap()["contact"]["email"], "here-1@rao.example");
    let (email, changes) = history(2).await;
    assert_eq!(email, "there-2@rao.example");
    let taken = changes.iter().find(|one| one["by"]["kind"] == "crm").unwrap();
    assert_eq!((&taken["from"], &taken["by"]["lost"]), (&json!("here-2@rao.example"), &json!(false)));
    assert_eq!(office.crm.record(newer).unwrap()["contact"]["email"], "there-2@rao.example");
    office.end().await;
}

async fn known_people_follow_the_rules_of_imports_and_nobody_is_two_records(engine: Engine) {
    let office = Office::open(engine, config(), |_| {}).await;
    made(office.ask(Method::POST, "/leads", json!({ "name": "Asha", "phone": number(1) })).await);
    made(office.ask(Method::POST, "/do-not-call", json!({ "number": number(2), "reason": "asked" })).await);
    let mut with_mail = record("Somebody", 1);
    with_mail["contact"]["email"] = json!("asha@rao.example");
    let first = office.crm.add(with_mail);
    office.crm.add(record("Ravi", 2));
    let twin = office.crm.add(record("Twin", 1));
    office.go_on().await;
    let status = office.until("all records are read", |status| status["last_full_at_ms"].is_i64()).await;
    assert_eq!((&status["linked"], &status["problems"]), (&json!(2), &json!(1)));
    let leads = office.leads().await;
    assert_eq!(leads.len(), 2, "{leads:?}");
    let asha = office.lead_of(&number(1)).await;
    assert_eq!(
        (&asha["name"], &asha["email"]),
        (&json!("Asha"), &json!("asha@rao.example")),
        "empty fields are filled"
    );
    assert_eq!(office.lead_of(&number(2)).await["do_not_call"], true);
    let problem = &office.problems().await[0];
    let said = [&problem["code"], &problem["external_id"], &problem["other_id"], &problem["lead_id"]];
    assert_eq!(said, [&json!("same_person"), &json!(twin.to_string()), &json!(first.to_string()), &asha["id"]]);
    // The CRM puts it right, and the problem is gone.
    office.crm.change(twin, json!({ "contact": { "mobile": "9800000003" } }));
    let status = office.sync(false).await;
    assert_eq!((&status["linked"], &status["problems"]), (&json!(3), &json!(0)));
    office.end().await;
}

async fn records_that_move_while_pages_are_read_are_not_lost(engine: Engine) {
    let config = Config { order: Order::ByChange, ..config() };
    let office = Office::open(engine, config, |body| body["api"]["page_size"] = json!(7)).await;
    for n in 1..=60 {
        office.crm.add_at(record("Lead", n), i64::from(n));
    }
    office.crm.misbehave(Misbehaviour { moves_while_paging: true, ..Misbehaviour::default() });
    office.go_on().await;
    office.until("all records are read", |status| status["last_full_at_ms"].is_i64()).await;
    office.crm.misbehave(Misbehaviour::default());
    office.sync(false).await;
    let leads = office.leads().await;
    for record in office.crm.records() {
        let number = format!("+91{}", record["contact"]["mobile"].as_str().unwrap());
        assert!(leads.iter().any(|lead| lead["phone"] == json!(number)), "{number} was lost");
    }
    assert!(office.crm.records().len() < 60, "some were removed while the pages were read");
    office.end().await;
}

async fn a_crm_that_asks_for_pauses_is_left_alone_for_so_long(engine: Engine) {
    let office = Office::open(engine, config(), |body| body["api"]["page_size"] = json!(10)).await;
    for n in 1..=40 {
        office.crm.add(record("Lead", n));
    }
    office.crm.limit(Some(RateLimit { requests: 3, within: Duration::from_secs(2) }));
    office.go_on().await;
    let busy = office.until("the CRM asks for a pause", |status| status["failure"]["code"] == "busy").await;
    assert_eq!(busy["state"], "backing_off");
    let status = office.until("all records are read", |status| status["last_full_at_ms"].is_i64()).await;
    assert_eq!((&status["linked"], &status["failure"]), (&json!(40), &Value::Null));
    let asked = office.crm.asked();
    let count = |status: u16| asked.iter().filter(|one| one.status == status).count();
    // Seven pages and looks back, three in each window: nobody asks again before the pause is over.
    assert!(count(429) >= 2 && count(429) <= 4, "{asked:?}");
    assert_eq!(count(200), 7, "what was read before a pause is not read again: {asked:?}");
    office.end().await;
}

async fn a_crm_that_is_down_half_way_is_read_on_from_there(engine: Engine) {
    let mut office = Office::open(engine, config(), |body| body["api"]["page_size"] = json!(10)).await;
    for n in 1..=60 {
        office.crm.add(record("Lead", n));
    }
    office.crm.misbehave(Misbehaviour { down_after: Some(5), ..Misbehaviour::default() });
    office.go_on().await;
    let down = office.until("the CRM is down", |status| status["failure"]["code"] == "broken").await;
    assert!(down["last_full_at_ms"].is_null() && down["failure"]["text"].as_str().unwrap().contains("503"), "{down}");
    assert_eq!(office.leads().await.len(), 30, "three pages are here");
    // Our server is stopped meanwhile, too.
    office.server = office.server.start_again().await;
    office.admin = office.server.sign_in("admin@owner.example").await.text("access_token");
    office.crm.misbehave(Misbehaviour::default());
    made(office.ask(Method::POST, &format!("{}/sync", office.path()), json!({ "full": false })).await);
    let status = office.until("all records are read", |status| status["last_full_at_ms"].is_i64()).await;
    assert_eq!((&status["linked"], &status["counts"]["new"]), (&json!(60), &json!(60)));
    let asked = office.crm.asked();
    let first_page =
        |one: &&simulator::crm::Asked| one.status == 200 && one.query.split('&').any(|part| part == "page=1");
    // Once, and once when it was looked at again.
    assert_eq!(asked.iter().filter(first_page).count(), 2, "it began anew: {asked:?}");
    office.end().await;
}

async fn a_record_that_may_have_been_made_is_not_made_twice(engine: Engine) {
    let office = Office::open(engine, config(), |body| body["push"] = json!("all")).await;
    office.go_on().await;
    office
        .until("there is nothing yet", |status| status["last_full_at_ms"].is_i64() && status["state"] == "waiting")
        .await;
    office.crm.misbehave(Misbehaviour { made_but_failed: 1, ..Misbehaviour::default() });
    made(office.ask(Method::POST, "/leads", json!({ "name": "Asha", "phone": number(1) })).await);
    let status = office.until("the record is found by reading", |status| status["linked"] == 1).await;
    assert_eq!((&status["counts"]["new"], &status["counts"]["made"]), (&json!(0), &json!(0)));
    let posted = office.crm.asked().iter().filter(|one| one.method == "POST").count();
    assert_eq!((posted, office.crm.records().len(), office.leads().await.len()), (1, 1, 1));
    office.end().await;
}

async fn a_webhook_is_believed_by_its_path_and_counts_once(engine: Engine) {
    let office = Office::open(engine, config(), |_| {}).await;
    let id = office.crm.add(record("Asha", 1));
    office.go_on().await;
    office.until("all records are read", |status| status["linked"] == 1 && status["state"] == "waiting").await;
    let hook = office.get(&office.path()).await["hook_url"].as_str().unwrap().to_owned();
    office.crm.change(id, json!({ "status": "qualified" }));

    // Whoever does not know the path moves nothing.
    let (front, secret) = hook.rsplit_once('/').unwrap();
    let other = uuid::Uuid::nil().to_string();
    for forged in [
        format!("{front}/{}", secret.replace(|c: char| c.is_ascii_digit(), "0")),
        format!("{front}/x"),
        hook.replace(&office.id, &other),
        hook.replace(&front.rsplit('/').nth(1).unwrap().to_owned(), &other),
    ] {
        assert_eq!(office.crm.tell(&forged, id).await.unwrap(), 403, "{forged}");
    }
    let post = async |content_type: &str, body: &'static str| {
        let request = Client::new().post(&hook).header("content-type", content_type).body(body);
        request.send().await.unwrap().status()
    };
    for body in ["", "[]", "{}", "{\"data\":{\"id\":{}}}"] {
        assert_eq!(post("application/json", body).await, StatusCode::BAD_REQUEST, "{body}");
    }
    assert_eq!(office.lead_of(&number(1)).await["stage"], "new");

    for _ in 0..2 {
        assert_eq!(office.crm.tell(&hook, id).await.unwrap(), 202);
    }
    office.until("the record is read", |status| status["waiting_in"] == 0 && status["counts"]["updated"] == 1).await;
    let lead = office.lead_of(&number(1)).await;
    assert_eq!(lead["stage"], "qualified");
    // And once more, long after.
    assert_eq!(office.crm.tell(&hook, id).await.unwrap(), 202);
    office.until("the record is read again", |status| status["waiting_in"] == 0 && status["state"] == "waiting").await;
    let history = office.get(&format!("/leads/{}/changes", lead["id"].as_str().unwrap())).await;
    assert_eq!(history.as_array().map(Vec::len), Some(1), "{history}");
    // A record that is new, by a form, and one that is nowhere.
    office.crm.add(record("Ravi", 2));
    assert_eq!(post("application/x-www-form-urlencoded", "data.id=2").await, StatusCode::ACCEPTED);
    assert_eq!(post("application/json", "{\"data\":{\"id\":99}}").await, StatusCode::ACCEPTED);
    office.until("both are worked on", |status| status["linked"] == 2 && status["problems"] == 1).await;
    assert_eq!(office.problems().await[0]["code"], "not_there");
    // A new address ends the old one.
    let mut body = estate::crm_connector("Portal", &office.crm.base_url(), TOKEN);
    body["new_hook"] = json!(true);
    let renewed = made(office.ask(Method::PUT, &office.path(), body).await);
    assert_ne!(renewed["hook_url"], json!(hook));
    assert_eq!(office.crm.tell(&hook, id).await.unwrap(), 403);
    office.end().await;
}

async fn what_cannot_be_in_step_is_listed_with_its_reason(engine: Engine) {
    let office = Office::open(engine, config(), |_| {}).await;
    let mut short = record("Short", 1);
    short["contact"]["mobile"] = json!("12345");
    let short = office.crm.add(short);
    let mut doubtful = record("Doubtful", 2);
    doubtful["contact"]["email"] = json!("nowhere");
    let doubtful = office.crm.add(doubtful);
    let refusing = office.crm.add(record("Refusing", 3));
    office.go_on().await;
    office
        .until("all records are read", |status| status["last_full_at_ms"].is_i64() && status["state"] == "waiting")
        .await;
    let of = async |id: u64| {
        let all = office.problems().await;
        let found = all.iter().find(|one| one["external_id"] == json!(id.to_string())).cloned();
        found.unwrap_or_else(|| panic!("nothing about {id} in {all:?}"))
    };
    let problem = of(short).await;
    let said = [&problem["code"], &problem["reason"], &problem["path"], &problem["lead_id"]];
    assert_eq!(said, [&json!("number"), &json!("not_in_use"), &json!("contact.mobile"), &Value::Null]);
    let problem = of(doubtful).await;
    assert_eq!((&problem["code"], &problem["reason"]), (&json!("doubtful"), &json!("email_doubtful")));
    assert_eq!(office.lead_of(&number(2)).await["fields"]["email_as_given"], "nowhere");
    // What the CRM does not take.
    let lead = office.lead_of(&number(3)).await;
    let path = format!("/leads/{}", lead["id"].as_str().unwrap());
    made(office.ask(Method::PATCH, &path, json!({ "email": "no address" })).await);
    office.until("the CRM refuses", |status| status["problems"] == 3 && status["waiting_out"] == 0).await;
    let problem = of(refusing).await;
    let said = [&problem["code"], &problem["http_status"], &problem["lead_id"]];
    assert_eq!(said, [&json!("refused"), &json!(422), &lead["id"]]);
    let all = office.problems().await;
    assert!(!Value::from(all).to_string().contains("no address"), "nothing of a person is in the list");
    // Whoever was deleted here does not come back.
    let gone = json!({ "action": { "kind": "delete" }, "lead_ids": [office.lead_of(&number(2)).await["id"]] });
    made(office.ask(Method::POST, "/bulk-actions", gone).await);
    office
        .server
        .until("/bulk-actions", &office.admin, "it is deleted", |page| page["items"][0]["state"] == "done")
        .await;
    office.crm.change(doubtful, json!({ "contact": { "email": "now@good.example" } }));
    office.sync(false).await;
    assert_eq!(of(doubtful).await["code"], "lead_deleted");
    assert_eq!(office.leads().await.len(), 1);
    office.end().await;
}

async fn only_addresses_outside_are_asked_and_secrets_are_not_shown(engine: Engine) {
    let office = Office::open(engine, config(), |_| {}).await;
    let body = |url: &str| estate::crm_connector("Portal", url, TOKEN);
    for url in ["http://crm.example", "ftp://crm.example", "crm.example", "https://me:x@crm.example", ""] {
        let refused = office.ask(Method::POST, "/crm-connectors", body(url)).await;
        assert_eq!(
            (refused.code(), &refused.body["fields"][0]["field"]),
            ("invalid_fields", &json!("base_url")),
            "{url}"
        );
    }
    let shown = office.get("/crm-connectors").await;
    assert!(shown[0]["has_secret"] == true && !shown.to_string().contains(TOKEN), "{shown}");
    // What was entered for one host goes to no other.
    let mut moved = body("https://elsewhere.example");
    moved["secret"] = Value::Null;
    let refused = office.ask(Method::PUT, &office.path(), moved).await;
    assert_eq!(refused.body["fields"][0]["field"], "secret", "{refused:?}");
    let mut same = body(&office.crm.base_url());
    same["secret"] = Value::Null;
    made(office.ask(Method::PUT, &office.path(), same).await);
    let mut wrong = body(&office.crm.base_url());
    wrong["secret"] = json!("another token");
    made(office.ask(Method::PUT, &office.path(), wrong).await);
    let tested = made(office.ask(Method::POST, &format!("{}/test", office.path()), json!({})).await);
    assert_eq!((&tested["ok"], tested["message"].as_str().unwrap().contains("401")), (&json!(false), true), "{tested}");
    let mut plan = body(&office.crm.base_url());
    plan["plan"]["rules"] = json!([{ "path": "first_name", "to": "name" }]);
    let refused = office.ask(Method::PUT, &office.path(), plan).await;
    assert_eq!((refused.code(), &refused.body["fields"][0]["field"]), ("invalid_fields", &json!("plan.rules")));
    assert_eq!(office.ask(Method::DELETE, &office.path(), Value::Null).await.status, StatusCode::NO_CONTENT);
    assert_eq!(office.get("/crm-connectors").await, json!([]));
    office.end().await;
}
