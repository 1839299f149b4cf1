//! Sets of outcomes: made, changed, copied, put away; a call keeps what was in force when it began; what an outcome brings about.

use domain::role::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use switchboard_tests::{
    Answer, Engine, TestServer,
    carrier::{NUMBER, TestCarrier},
    estate, on_both_databases,
};

on_both_databases!(
    a_set_is_made_of_a_kind_changed_copied_and_put_away,
    what_cannot_be_is_refused_in_words_and_a_change_on_an_older_version_too,
    a_call_keeps_the_outcomes_that_were_in_force_when_it_began,
    what_follows_is_shown_before_it_is_saved_and_then_carried_out,
);

struct Office {
    server: TestServer,
    admin: String,
    carrier: TestCarrier,
}

fn made(answer: Answer) -> Answer {
    assert!(answer.status.is_success(), "{answer:?}");
    answer
}

impl Office {
    async fn open(engine: Engine) -> Self {
        let server = TestServer::start_on(engine, false).await;
        let admin = server.tenant("owner").await;
        let carrier = TestCarrier::of(&server, &admin, &[]).await;
        Self { server, admin, carrier }
    }

    async fn ask(&self, method: Method, path: &str, body: Value) -> Answer {
        self.server.ask(method, path, &self.admin, Some(body)).await
    }

    async fn read(&self, path: &str) -> Value {
        made(self.server.ask(Method::GET, path, &self.admin, None).await).body
    }

    async fn new_set(&self, name: &str, dispositions: Value) -> Value {
        let body = json!({ "name": name, "kind": "sales", "dispositions": dispositions });
        made(self.ask(Method::POST, "/disposition-sets", body).await).body
    }

    /// The line's calls belong to this campaign from now on.
    async fn line_of(&self, campaign: &str) {
        let numbers = self.read("/numbers").await;
        let line = &numbers.as_array().or(numbers["items"].as_array()).unwrap()[0];
        let body = estate::number(NUMBER, line["queue_id"].as_str(), Some(campaign));
        made(self.ask(Method::PUT, &format!("/numbers/{}", line["id"].as_str().unwrap()), body).await);
    }

    /// A call that is over; its path.
    async fn past_call(&self, n: usize) -> String {
        let (sid, from) = (format!("CA{n:032}"), format!("+9198000{n:05}"));
        let said = self.carrier.voice(&sid, &from, NUMBER).await;
        self.carrier.status(&sid, "completed", "2").await;
        let path = format!("/calls/{}", said.call());
        let over = |detail: &Value| detail["row"]["status"] == "abandoned";
        self.server.until(&path, &self.admin, "the call is over", over).await;
        path
    }

    async fn codes(&self, call: &str) -> Vec<String> {
        let all = self.read(&format!("{call}/dispositions")).await;
        all.as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
    }
}

fn one(code: &str, then: Value) -> Value {
    json!({ "code": code, "label": format!("Label of {code}"), "group": "connected", "tone": "ok", "sub_codes": [],
        "required": [], "next_action": then, "stage": null })
}

fn none() -> Value {
    json!({ "kind": "none" })
}

fn input(code: &str, fields: Value) -> Value {
    json!({ "code": code, "sub_code": null, "notes": "", "callback": null, "fields": fields,
        "made_at_ms": backend::clock::now().0, "then": "available" })
}

async fn a_set_is_made_of_a_kind_changed_copied_and_put_away(engine: Engine) {
    let office = Office::open(engine).await;
    let templates = office.read("/disposition-templates").await;
    let kinds: Vec<&str> = templates.as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["sales", "service", "collections", "survey"]);
    let collections = templates[2]["dispositions"].clone();
    let body = json!({ "name": "Arrears", "kind": "collections", "dispositions": collections });
    let set = made(office.ask(Method::POST, "/disposition-sets", body).await).body;
    assert_eq!((&set["version"], &set["kind"], &set["made_by"]), (&json!(1), &json!("collections"), &json!("Admin")));
    assert_eq!(set["dispositions"], collections);
    let path = format!("/disposition-sets/{}", set["id"].as_str().unwrap());

    let campaign = estate::campaign("Winter", &[]);
    let campaign = office.ask(Method::POST, "/campaigns", with(campaign, "disposition_set_id", &set["id"])).await;
    let campaign = made(campaign).body;
    assert_eq!((&campaign["disposition_set_id"], &campaign["own_dispositions"]), (&set["id"], &json!(false)));
    assert_eq!(campaign["dispositions"], collections);

    let shorter = json!([one("paid", none()), one("later", json!({ "kind": "reschedule", "after_minutes": 60 }))]);
    let change = json!({ "name": "Arrears", "kind": "collections", "dispositions": shorter, "version": 1 });
    let changed = made(office.ask(Method::PUT, &path, change).await).body;
    assert_eq!((&changed["version"], &changed["campaigns"]), (&json!(2), &json!(["Winter"])));
    let versions = office.read(&format!("{path}/versions")).await;
    assert_eq!((&versions[0]["version"], &versions[1]["dispositions"]), (&json!(2), &collections), "{versions}");

    let copied = made(office.ask(Method::POST, &format!("{path}/copy"), json!({ "name": "Arrears 2" })).await).body;
    assert_eq!((&copied["version"], &copied["dispositions"]), (&json!(1), &changed["dispositions"]));
    let taken = office.ask(Method::POST, &format!("{path}/copy"), json!({ "name": "Arrears" })).await;
    assert_eq!(taken.code(), "already_exists");

    let put_away = json!({ "archived": true });
    let in_use = office.ask(Method::POST, &format!("{path}/archive"), put_away.clone()).await;
    assert_eq!((in_use.status, in_use.code()), (StatusCode::CONFLICT, "conflict"), "{in_use:?}");
    let of_copy = format!("/disposition-sets/{}", copied["id"].as_str().unwrap());
    made(office.ask(Method::POST, &format!("{of_copy}/archive"), put_away).await);
    let choice =
        office.ask(Method::POST, "/campaigns", with(estate::campaign("S", &[]), "disposition_set_id", &copied["id"]));
    let choice = choice.await;
    assert_eq!((choice.code(), &choice.body["fields"][0]["field"]), ("invalid_fields", &json!("disposition_set_id")));
    let back = made(office.ask(Method::POST, &format!("{of_copy}/archive"), json!({ "archived": false })).await).body;
    assert_eq!(back["archived_at_ms"], Value::Null);
    let names: Vec<Value> =
        office.read("/disposition-sets").await.as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, [json!("Arrears"), json!("Arrears 2")]);
    office.server.stop().await;
}

fn with(mut body: Value, key: &str, value: &Value) -> Value {
    body[key] = value.clone();
    body
}

async fn what_cannot_be_is_refused_in_words_and_a_change_on_an_older_version_too(engine: Engine) {
    let office = Office::open(engine).await;
    let set = office.new_set("Sales", json!([one("yes", none()), one("no", none())])).await;
    let path = format!("/disposition-sets/{}", set["id"].as_str().unwrap());
    let alike =
        json!([with(one("yes", none()), "shortcut", &json!("y")), with(one("no", none()), "shortcut", &json!("y"))]);
    let body = json!({ "name": "Sales", "kind": "sales", "dispositions": alike, "version": 1 });
    let refused = office.ask(Method::PUT, &path, body).await;
    let expected =
        json!([{ "field": "dispositions[1].shortcut", "problem": "the key \"y\" chooses \"Label of yes\" already" }]);
    assert_eq!((refused.code(), &refused.body["fields"]), ("invalid_fields", &expected), "{refused:?}");

    let good = json!({ "name": "Sales", "kind": "sales", "dispositions": [one("yes", none())], "version": 1 });
    made(office.ask(Method::PUT, &path, good.clone()).await);
    let older = office.ask(Method::PUT, &path, good).await;
    assert_eq!((older.status, older.code()), (StatusCode::CONFLICT, "conflict"), "{older:?}");
    let (agent, _) = office.server.user(&office.admin, "owner", Role::Telecaller).await;
    let forbidden = office.server.ask(Method::GET, "/disposition-sets", &agent, None).await;
    assert_eq!(forbidden.code(), "not_allowed");
    office.server.stop().await;
}

async fn a_call_keeps_the_outcomes_that_were_in_force_when_it_began(engine: Engine) {
    let office = Office::open(engine).await;
    let set = office.new_set("Sales", json!([one("first", none())])).await;
    let path = format!("/disposition-sets/{}", set["id"].as_str().unwrap());
    let campaign = with(estate::campaign("Winter", &[]), "disposition_set_id", &set["id"]);
    let id = made(office.ask(Method::POST, "/campaigns", campaign).await).text("id");
    office.line_of(&id).await;
    let before = office.past_call(1).await;
    assert_eq!(office.codes(&before).await, ["first"]);

    // Changed in the middle of a wrap-up: what the agent was shown can still be saved, and what is new cannot.
    let change = json!({ "name": "Sales", "kind": "sales", "dispositions": [one("second", none())], "version": 1 });
    made(office.ask(Method::PUT, &path, change).await);
    assert_eq!(office.codes(&before).await, ["first"]);
    let save = async |call: &str, code: &str| {
        office.ask(Method::POST, &format!("{call}/disposition"), input(code, json!({}))).await
    };
    assert_eq!(save(&before, "second").await.code(), "invalid_fields");
    made(save(&before, "first").await);
    let after = office.past_call(2).await;
    assert_eq!(office.codes(&after).await, ["second"]);

    // And so when the campaign gets outcomes of its own, and the set again.
    let own = with(estate::campaign("Winter", &[]), "dispositions", &json!([one("own", none())]));
    let own = made(office.ask(Method::PUT, &format!("/campaigns/{id}"), own).await).body;
    assert_eq!((&own["disposition_set_id"], &own["own_dispositions"]), (&Value::Null, &json!(true)));
    let of_own = office.past_call(3).await;
    let again = with(estate::campaign("Winter", &[]), "disposition_set_id", &set["id"]);
    made(office.ask(Method::PUT, &format!("/campaigns/{id}"), again).await);
    let all = [&before, &after, &of_own];
    for (call, expected) in all.into_iter().zip(["first", "second", "own"]) {
        assert_eq!(office.codes(call).await, [expected]);
    }
    office.server.stop().await;
}

async fn what_follows_is_shown_before_it_is_saved_and_then_carried_out(engine: Engine) {
    let office = Office::open(engine).await;
    let user = |name: &str, languages: &[&str]| {
        json!({ "name": name, "email": format!("{name}@owner.example"), "role": "telecaller",
            "password": switchboard_tests::PASSWORD, "languages": languages })
    };
    let tamil = made(office.ask(Method::POST, "/users", user("tara", &["ta-IN", "en"])).await).text("id");
    let dispositions = json!([
        one("later", json!({ "kind": "reschedule", "after_minutes": 90 })),
        one("visit", json!({ "kind": "visit", "due_in_minutes": 60 })),
        one("warm_up", json!({ "kind": "nurture", "sequence": "autumn", "after_days": 3 })),
        one("pass_on", json!({ "kind": "reassign_by_language" })),
        one("boss", json!({ "kind": "escalate" })),
    ]);
    // Before anything is kept: the page in which a set is edited asks the same rule.
    let draft = json!({ "dispositions": dispositions, "input": input("later", json!({})) });
    let shown = made(office.ask(Method::POST, "/disposition-sets/try", draft).await).body;
    assert_eq!((&shown[0]["kind"], &shown[1]["kind"]), (&json!("callback"), &json!("leaves_retries")), "{shown}");
    let set = office.new_set("All", dispositions).await;
    let campaign = with(estate::campaign("Winter", &[]), "disposition_set_id", &set["id"]);
    let campaign = made(office.ask(Method::POST, "/campaigns", campaign).await).text("id");
    office.line_of(&campaign).await;

    let follow = async |n: usize, code: &str, fields: Value| {
        let call = office.past_call(n).await;
        let body = input(code, fields);
        let shown = made(office.ask(Method::POST, &format!("{call}/disposition/preview"), body.clone()).await).body;
        let saved = made(office.ask(Method::POST, &format!("{call}/disposition"), body).await).body;
        assert_eq!(saved["effects"], shown, "what was shown is what was done");
        let lead = office.read(&call).await["row"]["lead_id"].as_str().map(str::to_owned);
        (saved, office.read(&format!("/leads/{}", lead.unwrap())).await)
    };
    let (saved, card) = follow(1, "later", json!({})).await;
    let due = saved["callback"]["due_at_ms"].as_i64().unwrap();
    assert!((due - backend::clock::now().0 - 90 * 60_000).abs() < 60_000, "{saved}");
    assert_eq!(card["next_callback"]["due_at_ms"], due);
    assert_eq!(saved["callback"]["zone"], "Asia/Kolkata");
    let (saved, _) = follow(2, "visit", json!({})).await;
    assert_eq!((&saved["effects"][0]["kind"], &saved["task"]["text"]), (&json!("visit"), &json!("Arrange the visit")));
    let (_, card) = follow(3, "warm_up", json!({})).await;
    assert_eq!(card["lead"]["fields"]["nurture_sequence"], "autumn");
    let (saved, card) = follow(4, "pass_on", json!({ "language": "ta" })).await;
    assert_eq!(saved["effects"][0]["language"], "ta");
    assert_eq!((&card["lead"]["owner_id"], &card["lead"]["language"]), (&json!(tamil), &json!("ta")));
    let why = office.read(&format!("/assignments?lead_id={}", card["lead"]["id"].as_str().unwrap())).await;
    assert_eq!(why["items"][0]["sentence"], "tara speaks ta, and Admin does not.", "{why}");
    let reason = json!({ "kind": "language", "language": "ta", "speaks": "tara", "does_not": "Admin" });
    assert_eq!(why["items"][0]["reason"], reason);
    let (saved, card) = follow(5, "pass_on", json!({ "language": "bn" })).await;
    assert_ne!(card["lead"]["owner_id"], json!(tamil));
    assert_eq!(
        (&saved["task"]["owner_id"], saved["task"]["text"].as_str().unwrap().starts_with("Nobody here")),
        (&Value::Null, true)
    );
    let (saved, _) = follow(6, "boss", json!({})).await;
    assert_eq!(saved["task"]["owner_id"], Value::Null, "it is the team's, and a manager sees it");
    office.server.stop().await;
}
