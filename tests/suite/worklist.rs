//! Handing out leads: the next lead is one agent's, is dialed by nobody else, and goes to whom the rules say.

use std::collections::BTreeSet;

use domain::{
    ids::{LeadId, TenantId},
    pii::Personal,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use storage::{
    TenantScope,
    leads::{Heat, Lead},
};
use switchboard_tests::{Answer, Engine, PASSWORD, TestServer, carrier::TestCarrier, desk::Desk, on_both_databases};

on_both_databases!(
    two_agents_get_different_leads_and_the_held_one_is_dialed_by_its_holder_only,
    who_must_not_be_called_now_is_not_handed_out_and_the_agent_is_told_why,
    rules_give_out_what_comes_in_and_a_person_who_leaves_leaves_nothing_behind,
);

struct Floor {
    server: TestServer,
    admin: String,
    scope: TenantScope,
    campaign: String,
    agents: Vec<(String, String)>,
}

async fn made(server: &TestServer, method: Method, path: &str, token: &str, body: Value) -> Value {
    let answer = server.ask(method, path, token, Some(body)).await;
    assert!(answer.status.is_success(), "{path}: {answer:?}");
    answer.body
}

impl Floor {
    /// Two telecallers in one campaign that may call all day.
    async fn open(engine: Engine) -> Self {
        let server = TestServer::start_on(engine, false).await;
        let admin = server.tenant("owner").await;
        let mut agents = Vec::new();
        for name in ["one", "two"] {
            let email = format!("{name}@owner.example");
            let body = json!({ "name": name, "email": email, "role": "telecaller", "password": PASSWORD });
            let id = made(&server, Method::POST, "/users", &admin, body).await["id"].as_str().unwrap().to_owned();
            agents.push((server.sign_in(&email).await.text("access_token"), id));
        }
        let ids: Vec<&str> = agents.iter().map(|(_, id)| id.as_str()).collect();
        let body = json!({ "name": "Spring", "state": "active", "caller_id": null, "script": [], "dispositions": [],
            "hours": { "days": [1, 2, 3, 4, 5, 6, 7], "from_minute": 0, "to_minute": 1440 }, "recording": false,
            "detect_machines": false, "agent_ids": ids });
        let campaign = made(&server, Method::POST, "/campaigns", &admin, body).await["id"].as_str().unwrap().to_owned();
        let me = server.ask(Method::GET, "/me", &admin, None).await.body;
        let tenant: TenantId = me["tenant"]["id"].as_str().unwrap().parse().unwrap();
        Self { server, admin, scope: TenantScope::system(tenant), campaign, agents }
    }

    /// As it comes from outside: nobody's, in the campaign.
    async fn lead(&self, n: u32, heat: Heat, source: &str) -> LeadId {
        let now = backend::clock::now();
        let lead = Lead {
            id: LeadId::new(backend::clock::new_uuid()),
            name: Personal::new(format!("Person {n}")),
            phone: Personal::new(format!("+9198000{n:05}")),
            phone_kind: None,
            phone_extension: None,
            email: None,
            stage: "new".into(),
            heat,
            source: Some(source.into()),
            source_detail: None,
            owner_id: None,
            owner_name: None,
            campaign_id: Some(self.campaign.parse().unwrap()),
            language: Some("hi".into()),
            zone: "Asia/Kolkata".into(),
            zone_source: "phone".into(),
            do_not_call: false,
            fields: Personal::default(),
            provenance: Personal::new(json!({})),
            priority: 0,
            import_id: None,
            attempts: 0,
            last_contact_at: None,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        storage::leads::insert(self.server.running.backend.store(), self.scope, &lead).await.unwrap();
        lead.id
    }

    async fn ask(&self, agent: usize, method: Method, path: &str, body: Value) -> Answer {
        self.server.ask(method, path, &self.agents[agent].0, Some(body)).await
    }

    async fn next(&self, agent: usize) -> Value {
        let answer = self.ask(agent, Method::POST, "/worklist/next", json!({})).await;
        assert!(answer.status.is_success(), "{answer:?}");
        answer.body
    }
}

fn id_of(next: &Value) -> String {
    next["lead"]["entry"]["lead"]["id"].as_str().unwrap_or_else(|| panic!("no lead in {next}")).to_owned()
}

async fn two_agents_get_different_leads_and_the_held_one_is_dialed_by_its_holder_only(engine: Engine) {
    let floor = Floor::open(engine).await;
    for n in 0..6 {
        floor.lead(n, if n == 3 { Heat::Hot } else { Heat::Cold }, "Portal").await;
    }
    let (first, second) = (floor.next(0).await, floor.next(1).await);
    assert_eq!(first["lead"]["entry"]["lead"]["name"], "Person 3", "the hot one first: {first}");
    assert_eq!(first["lead"]["entry"]["lead"]["masked"], true);
    assert_ne!(id_of(&first), id_of(&second));
    floor.next(0).await;
    let third = floor.ask(0, Method::POST, "/worklist/next", json!({})).await;
    assert_eq!(third.status, StatusCode::CONFLICT, "two are enough to hold: {third:?}");
    let held = floor.ask(0, Method::GET, "/worklist/held", Value::Null).await.body;
    assert_eq!(held.as_array().map(Vec::len), Some(2));

    let ids: Vec<String> = floor.agents.iter().map(|(_, id)| id.clone()).collect();
    TestCarrier::of(&floor.server, &floor.admin, &ids).await;
    let desks = [
        Desk::sign_in(&floor.server, "one@owner.example").await,
        Desk::sign_in(&floor.server, "two@owner.example").await,
    ];
    for desk in &desks {
        desk.available().await;
    }
    let call =
        |fence: Option<i64>| json!({ "lead_id": id_of(&first), "number": null, "campaign_id": null, "fence": fence });
    let other = floor.ask(1, Method::POST, "/calls", call(None)).await;
    assert_eq!((other.code(), &other.body["details"]["held_by"]), ("lead_held", &json!("one")), "{other:?}");
    let fence = first["lead"]["fence"].as_i64().unwrap();
    let stale = floor.ask(0, Method::POST, "/calls", call(Some(fence - 1))).await;
    assert_eq!(stale.code(), "lease_over", "{stale:?}");
    let placed = floor.ask(0, Method::POST, "/calls", call(Some(fence))).await;
    assert!(placed.status.is_success(), "{placed:?}");
    let path = format!("/worklist/{}/renew", id_of(&second));
    let renewed = floor.ask(1, Method::POST, &path, json!({ "fence": second["lead"]["fence"] })).await;
    assert!(renewed.status.is_success(), "{renewed:?}");
    let skip = json!({ "fence": second["lead"]["fence"], "again_in_minutes": 30 });
    let skipped = floor.ask(1, Method::POST, &format!("/worklist/{}/skip", id_of(&second)), skip).await;
    assert_eq!(skipped.status, StatusCode::NO_CONTENT, "{skipped:?}");
    let again = floor.next(1).await;
    assert_ne!(id_of(&again), id_of(&second), "skipped for half an hour");
    for desk in desks {
        desk.phone.sign_out().await;
    }
    floor.server.stop().await;
}

async fn who_must_not_be_called_now_is_not_handed_out_and_the_agent_is_told_why(engine: Engine) {
    let floor = Floor::open(engine).await;
    floor.lead(1, Heat::Hot, "Portal").await;
    let listed = made(
        &floor.server,
        Method::POST,
        "/do-not-call",
        &floor.admin,
        json!({ "number": "+919800000001", "reason": "asked" }),
    )
    .await;
    assert!(listed["id"].is_string());
    floor.lead(2, Heat::Hot, "Portal").await;
    let path = format!("/campaigns/{}", floor.campaign);
    let mut campaign = floor.server.ask(Method::GET, &path, &floor.admin, None).await.body;
    let today = jiff::Timestamp::now().in_tz("Asia/Kolkata").expect("a zone").weekday().to_monday_one_offset();
    let other = (today + 2) % 7 + 1;
    campaign["hours"] = json!({ "days": [other], "from_minute": 0, "to_minute": 1440 });
    made(&floor.server, Method::PUT, &path, &floor.admin, campaign.clone()).await;
    let none = floor.next(0).await;
    assert_eq!((&none["kind"], &none["closed"]), (&json!("none"), &json!(1)), "{none}");
    assert!(none["opens_at_ms"].as_i64().is_some(), "{none}");
    let list = floor.ask(0, Method::GET, "/worklist", Value::Null).await.body;
    assert_eq!(
        list["items"].as_array().map(Vec::len),
        Some(1),
        "who asked not to be called is not in the list: {list}"
    );
    assert_eq!(list["items"][0]["hindrance"]["kind"], "closed");
    campaign["hours"] = json!({ "days": [1, 2, 3, 4, 5, 6, 7], "from_minute": 0, "to_minute": 1440 });
    made(&floor.server, Method::PUT, &path, &floor.admin, campaign).await;
    // Of two more, the list is known only in the moment of handing out: neither is given, and neither is held.
    for n in [3, 4] {
        let listed = json!({ "number": format!("+9198000{n:05}"), "reason": "asked" });
        made(&floor.server, Method::POST, "/do-not-call", &floor.admin, listed).await;
        floor.lead(n, Heat::Hot, "Portal").await;
    }
    assert_eq!(floor.next(0).await["lead"]["entry"]["lead"]["name"], "Person 2");
    let held = floor.ask(0, Method::GET, "/worklist/held", Value::Null).await.body;
    assert_eq!(held.as_array().map(Vec::len), Some(1), "{held}");
    floor.server.stop().await;
}

/// A rule for one source to one agent; the rest to the other.
fn rules(floor: &Floor, on: bool) -> Value {
    let rule = |n: u32, name: &str, of: Value, agent: usize| {
        json!({ "id": format!("0190f3c2-7d5e-7cc0-a1b2-00000000000{n}"),
        "name": name, "on": true, "when": { "kind": "all", "of": of }, "strategy": "round_robin",
        "agent_ids": [floor.agents[agent].1], "group_ids": [], "most_open": null, "most_per_day": null, "hours": null })
    };
    let facebook = json!([{ "kind": "field", "field": "source", "operator": "is", "values": ["Facebook"] }]);
    json!({ "on": on, "sticky": true, "idle_days": null, "groups": [], "fallback": { "kind": "shared" },
        "rules": [rule(1, "Facebook", facebook, 0), rule(2, "Rest", json!([]), 1)] })
}

async fn rules_give_out_what_comes_in_and_a_person_who_leaves_leaves_nothing_behind(engine: Engine) {
    let floor = Floor::open(engine).await;
    let mut facebook = BTreeSet::new();
    for n in 0..8 {
        let lead = floor.lead(n, Heat::Warm, if n.is_multiple_of(2) { "Facebook" } else { "Portal" }).await;
        if n.is_multiple_of(2) {
            facebook.insert(lead.to_string());
        }
    }
    let ask = json!({ "set": rules(&floor, true), "leads": "unassigned", "most": 100 });
    let tried = made(&floor.server, Method::POST, "/assignment/dry-run", &floor.admin, ask).await;
    assert_eq!((&tried["looked_at"], &tried["changes"]), (&json!(8), &json!(8)), "{tried}");
    assert_eq!((&tried["rules"][0]["gives"], &tried["rules"][1]["gives"]), (&json!(4), &json!(4)));
    let before = floor.server.ask(Method::GET, "/leads", &floor.admin, None).await.body;
    assert!(
        before["items"].as_array().unwrap().iter().all(|lead| lead["owner_id"].is_null()),
        "a dry run changes nothing"
    );

    made(
        &floor.server,
        Method::PUT,
        "/assignment/rules",
        &floor.admin,
        json!({ "set": rules(&floor, true), "version": 0 }),
    )
    .await;
    let stale = floor
        .server
        .ask(Method::PUT, "/assignment/rules", &floor.admin, Some(json!({ "set": rules(&floor, false), "version": 0 })))
        .await;
    assert_eq!(stale.code(), "conflict", "{stale:?}");
    let given =
        |page: &Value| page["items"].as_array().is_some_and(|all| all.iter().all(|lead| !lead["owner_id"].is_null()));
    let page = floor.server.until("/leads", &floor.admin, "every lead has an owner", given).await;
    for lead in page["items"].as_array().unwrap() {
        let owner = if facebook.contains(lead["id"].as_str().unwrap()) { 0 } else { 1 };
        assert_eq!(lead["owner_id"], floor.agents[owner].1.as_str(), "{lead}");
    }
    let one = facebook.first().unwrap();
    let why = floor.ask(0, Method::GET, &format!("/assignments?lead_id={one}"), Value::Null).await.body;
    let sentence = why["items"][0]["sentence"].as_str().unwrap();
    assert_eq!(sentence, "“Facebook” (version 1) gave it to one in turn: source is Facebook.");
    let met = json!([{ "field": "source", "operator": "is", "values": ["Facebook"] }]);
    let reason = json!({ "kind": "rule", "rule": "Facebook", "version": 1, "agent": "one", "strategy": "round_robin", "met": met, "passed": [] });
    assert_eq!(why["items"][0]["reason"], reason);

    // The first agent leaves: their leads are named, and go to whoever the rules still find.
    let gone = json!({ "active": false });
    made(&floor.server, Method::PATCH, &format!("/users/{}", floor.agents[0].1), &floor.admin, gone).await;
    let figures = floor.server.ask(Method::GET, "/assignment/figures", &floor.admin, None).await.body;
    assert_eq!(figures["left_behind"][0]["leads"], 4, "{figures}");
    let done =
        made(&floor.server, Method::POST, "/assignment/reassign", &floor.admin, json!({ "from": floor.agents[0].1 }))
            .await;
    assert_eq!((&done["leads"], &done["unassigned"]), (&json!(4), &json!(0)), "{done}");
    let warned = floor.server.ask(Method::GET, "/assignment/rules", &floor.admin, None).await.body;
    assert_eq!(warned["warnings"][0], json!({ "kind": "nobody", "rule": 0 }), "{warned}");
    // What comes in later is given without being asked for.
    let late = floor.lead(90, Heat::Warm, "Facebook").await;
    let path = format!("/leads/{late}");
    let owned = |card: &Value| card["lead"]["owner_id"] == floor.agents[1].1.as_str();
    floor.server.until(&path, &floor.admin, "the late lead has an owner", owned).await;
    floor.server.stop().await;
}
