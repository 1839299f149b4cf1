//! Tasks and callbacks: what is due is told once, put off, given on, done and opened again.

use domain::role::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use switchboard_tests::{
    Answer, Engine, TestServer,
    carrier::{NUMBER, TestCarrier},
    desk::Desk,
    estate, on_both_databases,
};
use wire::live::LiveEvent;

on_both_databases!(
    what_comes_due_is_told_once_to_its_owner_and_again_after_a_snooze,
    a_callback_is_moved_on_the_persons_clock_done_and_opened_again,
    many_are_given_on_at_once_and_only_by_who_may,
);

struct Office {
    server: TestServer,
    admin: String,
    carrier: TestCarrier,
    agent: (String, String),
}

fn made(answer: Answer) -> Answer {
    assert!(answer.status.is_success(), "{answer:?}");
    answer
}

impl Office {
    async fn open(engine: Engine) -> Self {
        let server = TestServer::start_on(engine, false).await;
        let admin = server.tenant("owner").await;
        let agent = server.user(&admin, "owner", Role::Telecaller).await;
        let carrier = TestCarrier::of(&server, &admin, &[]).await;
        Self { server, admin, carrier, agent }
    }

    async fn ask(&self, method: Method, path: &str, token: &str, body: Value) -> Answer {
        self.server.ask(method, path, token, Some(body)).await
    }

    /// An outcome that the admin saves of a call that is over; what came of it.
    async fn outcome(&self, n: usize, code: &str) -> Value {
        let (sid, from) = (format!("CA{n:032}"), format!("+9198000{n:05}"));
        let said = self.carrier.voice(&sid, &from, NUMBER).await;
        self.carrier.status(&sid, "completed", "2").await;
        let path = format!("/calls/{}", said.call());
        let over = |detail: &Value| detail["row"]["status"] == "abandoned";
        self.server.until(&path, &self.admin, "the call is over", over).await;
        made(self.ask(Method::POST, &format!("{path}/disposition"), &self.admin, estate::outcome(code)).await).body
    }

    async fn list(&self, token: &str, what: &str) -> Vec<Value> {
        let page = made(self.server.ask(Method::GET, what, token, None).await).body;
        page["items"].as_array().unwrap().clone()
    }

    /// As if its hour had come.
    async fn make_due(&self, table: &'static str) {
        let now = backend::clock::now().0;
        let sql = format!("UPDATE {table} SET remind_at_ms = {now}, due_at_ms = {now}");
        self.server.database().run(&sql).await;
    }
}

fn id(of: &Value) -> String {
    of["id"].as_str().unwrap_or_else(|| panic!("no id in {of}")).to_owned()
}

async fn what_comes_due_is_told_once_to_its_owner_and_again_after_a_snooze(engine: Engine) {
    let office = Office::open(engine).await;
    let callback = id(&office.outcome(1, "callback").await["callback"]);
    let give = json!({ "tasks": [], "callbacks": [callback], "to": office.agent.1 });
    made(office.ask(Method::POST, "/follow-ups/reassign", &office.admin, give).await);
    let mut desk = Desk::sign_in(&office.server, "telecaller@owner.example").await;
    desk.available().await;
    office.make_due("callbacks").await;
    let due = |event| match event {
        LiveEvent::Reminder { reminder } => Some(reminder),
        _ => None,
    };
    let reminder = desk.event("a reminder", due).await;
    assert_eq!((reminder.id, reminder.lead_name.as_deref()), (callback.clone(), Some("Unknown caller")));
    assert_eq!(reminder.zone.as_deref(), Some("Asia/Kolkata"));
    let path = format!("/callbacks/{callback}");
    let told = |all: &Value| all["items"][0]["remind_at_ms"].is_null();
    office.server.until("/callbacks", &office.agent.0, "it was told", told).await;

    let snoozed = json!({ "until": "ten_minutes" });
    let snoozed = made(office.ask(Method::POST, &format!("{path}/snooze"), &office.agent.0, snoozed).await).body;
    let ahead = snoozed["remind_at_ms"].as_i64().unwrap() - backend::clock::now().0;
    assert!((500_000..=600_000).contains(&ahead), "{snoozed}");
    let morning = json!({ "until": "tomorrow_morning" });
    let morning = made(office.ask(Method::POST, &format!("{path}/snooze"), &office.agent.0, morning).await).body;
    // Nine in India is half past three of UTC.
    assert_eq!(morning["remind_at_ms"].as_i64().unwrap().rem_euclid(86_400_000), (3 * 60 + 30) * 60_000, "{morning}");
    assert_eq!(morning["due_at_ms"], snoozed["due_at_ms"], "what was promised stays");
    office.make_due("callbacks").await;
    assert_eq!(desk.event("a reminder again", due).await.id, callback);

    // A task of the team is told to supervisors, and an agent cannot touch it.
    let task = id(&office.outcome(2, "escalate").await["task"]);
    let snooze = format!("/tasks/{task}/snooze");
    let foreign = office.ask(Method::POST, &snooze, &office.agent.0, json!({ "until": "one_hour" })).await;
    assert_eq!(foreign.code(), "not_allowed");
    let wrong = office.ask(Method::POST, &snooze, &office.admin, json!({ "until": "sometime" })).await;
    assert!(wrong.status.is_client_error());
    desk.phone.sign_out().await;
    office.server.stop().await;
}

async fn a_callback_is_moved_on_the_persons_clock_done_and_opened_again(engine: Engine) {
    let office = Office::open(engine).await;
    let callback = office.outcome(1, "callback").await["callback"].clone();
    let path = format!("/callbacks/{}", id(&callback));
    let change = async |body: Value| office.ask(Method::PATCH, &path, &office.admin, body).await;
    let at = |local: &str, zone: &str| json!({ "at": { "local_time": local, "zone": zone } });
    let moved = made(change(at("2099-03-08T10:00", "America/New_York")).await).body;
    let seen = (&moved["local_time"], &moved["zone"], &moved["zone_source"]);
    assert_eq!(seen, (&json!("2099-03-08T10:00"), &json!("America/New_York"), &json!("said")));
    assert_eq!(moved["remind_at_ms"], moved["due_at_ms"]);
    let lead = format!("/worklist?search={}", "Unknown");
    let standing = async || office.list(&office.admin, &lead).await[0]["kind"].clone();
    assert_eq!(standing().await, "callback");
    for (body, field) in [
        (at("2020-01-01T10:00", "Asia/Kolkata"), "at.local_time"),
        (at("soon", "Asia/Kolkata"), "at.local_time"),
        (at("2099-01-01T10:00", "Mars/Base"), "at.zone"),
    ] {
        let refused = change(body).await;
        assert_eq!((refused.code(), &refused.body["fields"][0]["field"]), ("invalid_fields", &json!(field)));
    }

    let done = made(change(json!({ "status": "done" })).await).body;
    assert_eq!((&done["status"], &done["remind_at_ms"]), (&json!("done"), &moved["remind_at_ms"]));
    assert_eq!(standing().await, "retry", "a promise that was ticked off leaves the lead in the line");
    let late = office.ask(Method::POST, &format!("{path}/snooze"), &office.admin, json!({ "until": "one_hour" })).await;
    assert_eq!((late.status, late.code()), (StatusCode::CONFLICT, "conflict"));
    assert_eq!(office.list(&office.admin, "/callbacks?status=open").await.len(), 0);
    made(change(json!({ "status": "open" })).await);
    assert_eq!(
        (office.list(&office.admin, "/callbacks?status=open").await.len(), standing().await),
        (1, json!("callback"))
    );

    // Of a span of time, as the calendar asks.
    let due = moved["due_at_ms"].as_i64().unwrap();
    let within = async |from: i64, before: i64| {
        office.list(&office.admin, &format!("/callbacks?due_from_ms={from}&due_before_ms={before}")).await.len()
    };
    assert_eq!((within(due, due + 1).await, within(due + 1, due + 2).await, within(0, due).await), (1, 0, 0));
    office.server.stop().await;
}

async fn many_are_given_on_at_once_and_only_by_who_may(engine: Engine) {
    let office = Office::open(engine).await;
    let (agent, agent_id) = (&office.agent.0, &office.agent.1);
    let (callback, task) = (office.outcome(1, "callback").await, office.outcome(2, "technical_issue").await);
    let (callback, task) = (id(&callback["callback"]), id(&task["task"]));
    let give = async |token: &str, to: &str| {
        let body = json!({ "tasks": [task], "callbacks": [callback], "to": to });
        office.ask(Method::POST, "/follow-ups/reassign", token, body).await
    };
    assert_eq!(give(agent, agent_id).await.code(), "not_allowed", "they are the admin's");
    assert_eq!(office.list(agent, "/tasks?mine=true").await.len(), 0);
    let (_, viewer) = office.server.user(&office.admin, "owner", Role::Viewer).await;
    let refused = give(&office.admin, &viewer).await;
    assert_eq!((refused.code(), &refused.body["fields"][0]["field"]), ("invalid_fields", &json!("to")));
    let given = made(give(&office.admin, agent_id).await).body;
    assert_eq!(given, json!({ "tasks": 1, "callbacks": 1 }));
    let tasks = office.list(agent, "/tasks?mine=true").await;
    assert_eq!((tasks.len(), &tasks[0]["owner_name"]), (1, &json!("telecaller")));
    assert_eq!(office.list(agent, "/callbacks").await.len(), 1);
    let of_agent = office.list(&office.admin, &format!("/tasks?owner_id={agent_id}")).await;
    assert_eq!(of_agent.len(), 1);
    assert_eq!(office.list(&office.admin, "/tasks?mine=true").await.len(), 0);

    // All or nothing.
    let (manager, manager_id) = office.server.user(&office.admin, "owner", Role::Manager).await;
    let body = json!({ "tasks": [task, uuid::Uuid::nil()], "callbacks": [], "to": manager_id });
    assert_eq!(office.ask(Method::POST, "/follow-ups/reassign", &manager, body).await.code(), "not_found");
    assert_eq!(office.list(agent, "/tasks?mine=true").await.len(), 1);
    let nothing = json!({ "tasks": [], "callbacks": [], "to": manager_id });
    assert_eq!(office.ask(Method::POST, "/follow-ups/reassign", &manager, nothing).await.code(), "invalid_fields");

    // Done and undone, as often as one likes.
    let path = format!("/tasks/{task}");
    for status in ["done", "open", "cancelled", "open"] {
        let set = made(office.ask(Method::PATCH, &path, agent, json!({ "status": status })).await);
        assert_eq!(set.text("status"), status);
    }
    office.server.stop().await;
}
