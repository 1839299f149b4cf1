//! Tags, actions on many leads with their undo, and views, as a manager's app uses them.

use domain::role::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use switchboard_tests::{Engine, TestServer, estate, on_both_databases};

on_both_databases!(
    a_tag_is_given_to_all_that_fit_and_taken_back,
    leads_are_given_to_an_agent_and_back_to_whoever_had_them,
    a_move_keeps_leads_whose_number_the_campaign_has,
    deleted_leads_are_gone_everywhere_and_come_back_for_a_day,
    a_server_that_stops_goes_on_with_the_action,
    a_tag_that_is_removed_is_on_no_lead,
    views_are_private_until_a_supervisor_shares_them,
);

struct Ground {
    server: TestServer,
    admin: String,
}

impl Ground {
    async fn new(engine: Engine) -> Self {
        let server = TestServer::start_on(engine, false).await;
        let admin = server.tenant("owner").await;
        Self { server, admin }
    }

    async fn send(&self, method: Method, path: &str, body: Value) -> Value {
        let answer = self.server.ask(method, path, &self.admin, Some(body)).await;
        assert!(answer.status.is_success(), "{path}: {answer:?}");
        answer.body
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.server.ask(Method::GET, path, &self.admin, None).await;
        assert!(answer.status.is_success(), "{path}: {answer:?}");
        answer.body
    }

    async fn made(&self, path: &str, body: Value) -> String {
        self.send(Method::POST, path, body).await["id"].as_str().unwrap().to_owned()
    }

    async fn lead(&self, n: u32, more: Value) -> String {
        let mut body = json!({ "name": format!("Person {n}"), "phone": format!("+9198000{n:05}") });
        body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        self.made("/leads", body).await
    }

    async fn tag(&self, word: &str) -> String {
        self.made("/tags", json!({ "word": word, "colour": "teal" })).await
    }

    /// An agent: the token and the id.
    async fn agent(&self) -> (String, String) {
        self.server.user(&self.admin, "owner", Role::Telecaller).await
    }

    /// Names of the leads of a list, in its order.
    async fn names(&self, query: &str) -> Vec<String> {
        let page = self.get(&format!("/leads?limit=200{query}")).await;
        page["items"].as_array().unwrap().iter().map(|lead| lead["name"].as_str().unwrap().to_owned()).collect()
    }

    async fn ended(&self, id: &str) -> Value {
        let working = ["gathering", "working", "undoing"];
        let path = format!("/bulk-actions/{id}");
        let over = |found: &Value| !working.contains(&found["state"].as_str().unwrap_or_default());
        self.server.until(&path, &self.admin, "the action ends", over).await
    }

    async fn run(&self, body: Value) -> Value {
        let id = self.made("/bulk-actions", body).await;
        self.ended(&id).await
    }

    async fn undo(&self, action: &Value) -> Value {
        let id = action["id"].as_str().unwrap();
        self.send(Method::POST, &format!("/bulk-actions/{id}/undo"), json!({})).await;
        self.ended(id).await
    }
}

fn counts(action: &Value) -> [u64; 4] {
    ["changed", "same", "kept", "undone"].map(|part| action["counts"][part].as_u64().unwrap())
}

async fn a_tag_is_given_to_all_that_fit_and_taken_back(engine: Engine) {
    let ground = Ground::new(engine).await;
    let tag = ground.tag("Site visit").await;
    for n in 0..12 {
        ground.lead(n, json!({ "source": "fair" })).await;
    }
    let first = ground.get("/leads?limit=1").await["items"][0]["id"].as_str().unwrap().to_owned();
    let tagged = ground.send(Method::PUT, &format!("/leads/{first}/tags/{tag}"), json!({})).await;
    assert_eq!(tagged["tags"], json!([tag]));
    let done =
        ground.run(json!({ "action": { "kind": "add_tag", "tag_id": tag }, "filter": { "search": "person" } })).await;
    assert_eq!((done["state"].as_str(), counts(&done)), (Some("done"), [11, 1, 0, 0]));
    assert_eq!((done["total"].as_u64(), done["done"].as_u64()), (Some(12), Some(12)));
    assert_eq!(ground.names(&format!("&tag_id={tag}")).await.len(), 12);
    let oldest = ground.names(&format!("&tag_id={tag}&sort=oldest")).await;
    assert_eq!((oldest[0].as_str(), oldest[11].as_str()), ("Person 0", "Person 11"));

    let undone = ground.undo(&done).await;
    assert_eq!((undone["state"].as_str(), counts(&undone)), (Some("undone"), [11, 1, 0, 11]));
    // The one that had it before keeps it.
    assert_eq!(ground.names(&format!("&tag_id={tag}")).await, ["Person 11"]);
    let again = ground
        .server
        .ask(
            Method::POST,
            &format!("/bulk-actions/{}/undo", done["id"].as_str().unwrap()),
            &ground.admin,
            Some(json!({})),
        )
        .await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{again:?}");
    ground.server.stop().await;
}

async fn leads_are_given_to_an_agent_and_back_to_whoever_had_them(engine: Engine) {
    let ground = Ground::new(engine).await;
    let (_, agent) = ground.agent().await;
    let me = ground.get("/me").await["user"]["id"].as_str().unwrap().to_owned();
    let (mine, theirs) = (ground.lead(1, json!({})).await, ground.lead(2, json!({ "owner_id": agent })).await);
    let later = ground.lead(3, json!({})).await;
    let done = ground.run(json!({ "action": { "kind": "assign", "to": agent } })).await;
    assert_eq!(counts(&done), [2, 1, 0, 0]);
    assert_eq!(ground.names(&format!("&owner_id={agent}")).await.len(), 3);
    let kept = ground.get(&format!("/assignments?lead_id={mine}")).await;
    assert_eq!(kept["items"][0]["cause"], "person", "{kept}");
    // Somebody takes one of them meanwhile: it stays theirs.
    ground.send(Method::PATCH, &format!("/leads/{later}"), json!({ "owner_id": me })).await;
    let undone = ground.undo(&done).await;
    assert_eq!(counts(&undone), [2, 1, 0, 1]);
    for (lead, owner) in [(&mine, &me), (&later, &me), (&theirs, &agent)] {
        assert_eq!(ground.get(&format!("/leads/{lead}")).await["lead"]["owner_id"].as_str(), Some(owner.as_str()));
    }
    let takes_none = json!({ "action": { "kind": "assign", "to": "01900000-0000-7000-8000-000000000000" } });
    let answer = ground.server.ask(Method::POST, "/bulk-actions", &ground.admin, Some(takes_none)).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND, "{answer:?}");
    ground.server.stop().await;
}

async fn a_move_keeps_leads_whose_number_the_campaign_has(engine: Engine) {
    let ground = Ground::new(engine).await;
    let campaign = ground.made("/campaigns", estate::campaign("Spring", &[])).await;
    ground.lead(1, json!({ "campaign_id": campaign })).await;
    let (twin, free) = (ground.lead(1, json!({ "name": "Twin" })).await, ground.lead(2, json!({})).await);
    let to = json!({ "action": { "kind": "move_to_campaign", "campaign_id": campaign } });
    let done = ground.run(to).await;
    assert_eq!((done["state"].as_str(), counts(&done)), (Some("done"), [1, 1, 1, 0]));
    let of = async |lead: &str| ground.get(&format!("/leads/{lead}")).await["lead"]["campaign_id"].clone();
    assert_eq!((of(&free).await, of(&twin).await), (json!(campaign), Value::Null));
    assert_eq!(counts(&ground.undo(&done).await), [1, 1, 1, 1]);
    assert_eq!(of(&free).await, Value::Null);
    ground.server.stop().await;
}

async fn deleted_leads_are_gone_everywhere_and_come_back_for_a_day(engine: Engine) {
    let ground = Ground::new(engine).await;
    let (one, other) = (ground.lead(1, json!({})).await, ground.lead(2, json!({})).await);
    ground.lead(3, json!({})).await;
    let before = ground.get("/worklist/counts").await;
    let done = ground.run(json!({ "action": { "kind": "delete" }, "lead_ids": [one, other, one] })).await;
    assert_eq!((done["total"].as_u64(), counts(&done)), (Some(2), [2, 0, 0, 0]));
    assert_eq!(ground.names("").await, ["Person 3"]);
    assert_eq!(ground.names("&search=person").await, ["Person 3"]);
    let gone = ground.server.ask(Method::GET, &format!("/leads/{one}"), &ground.admin, None).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert_ne!(ground.get("/worklist/counts").await, before);
    // A number that was taken again stays with whoever has it now.
    ground.lead(2, json!({ "name": "Somebody else" })).await;
    let undone = ground.undo(&done).await;
    assert_eq!(counts(&undone), [2, 0, 0, 1]);
    assert_eq!(ground.names("&search=person").await, ["Person 3", "Person 1"]);
    assert_eq!(ground.get("/worklist/counts").await, before);

    let late = ground.run(json!({ "action": { "kind": "delete" }, "lead_ids": [one] })).await;
    ground.server.database().run("UPDATE bulk_actions SET undo_until_ms = 1").await;
    let path = format!("/bulk-actions/{}/undo", late["id"].as_str().unwrap());
    let answer = ground.server.ask(Method::POST, &path, &ground.admin, Some(json!({}))).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{answer:?}");
    ground.server.stop().await;
}

async fn a_server_that_stops_goes_on_with_the_action(engine: Engine) {
    let ground = Ground::new(engine).await;
    let tag = ground.tag("Later").await;
    for n in 0..5 {
        ground.lead(n, json!({})).await;
    }
    let done = ground.run(json!({ "action": { "kind": "add_tag", "tag_id": tag } })).await;
    let id = done["id"].as_str().unwrap().to_owned();
    // As if the server had ended after three of the five.
    ground.server.database().run("UPDATE bulk_actions SET state = 'working', done = 3, finished_at_ms = NULL").await;
    ground.server.database().run("DELETE FROM lead_tags").await;
    let Ground { server, admin } = ground;
    let ground = Ground { server: server.start_again().await, admin };
    let ended = ground.ended(&id).await;
    assert_eq!((ended["state"].as_str(), ended["done"].as_u64()), (Some("done"), Some(5)));
    assert_eq!(ground.names(&format!("&tag_id={tag}")).await.len(), 2);
    ground.server.stop().await;
}

async fn a_tag_that_is_removed_is_on_no_lead(engine: Engine) {
    let ground = Ground::new(engine).await;
    let (tag, other) = (ground.tag("  Hot   lead ").await, ground.tag("Cold").await);
    let twice = ground
        .server
        .ask(Method::POST, "/tags", &ground.admin, Some(json!({ "word": "HOT lead", "colour": "red" })))
        .await;
    assert_eq!((twice.status, twice.code()), (StatusCode::CONFLICT, "already_exists"), "{twice:?}");
    assert_eq!(ground.get("/tags").await[1]["word"], "Hot lead");
    let lead = ground.lead(1, json!({})).await;
    for tag in [&tag, &other] {
        ground.send(Method::PUT, &format!("/leads/{lead}/tags/{tag}"), json!({})).await;
    }
    let removed = ground.server.ask(Method::DELETE, &format!("/tags/{tag}"), &ground.admin, None).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    assert_eq!(ground.get(&format!("/leads/{lead}")).await["lead"]["tags"], json!([other]));
    let renamed = ground.send(Method::PUT, &format!("/tags/{other}"), json!({ "word": "Warm", "colour": "red" })).await;
    assert_eq!((renamed["word"].as_str(), renamed["colour"].as_str()), (Some("Warm"), Some("red")));
    let taken = ground.server.ask(Method::DELETE, &format!("/leads/{lead}/tags/{other}"), &ground.admin, None).await;
    assert_eq!(taken.body["tags"], json!([]));
    ground.server.stop().await;
}

async fn views_are_private_until_a_supervisor_shares_them(engine: Engine) {
    let ground = Ground::new(engine).await;
    let (agent, _) = ground.agent().await;
    let view = json!({ "name": "Hot", "filter": { "heat": "hot", "search": "asha" }, "sort": "oldest" });
    let id = ground.made("/lead-views", view).await;
    let seen = async || ground.server.ask(Method::GET, "/lead-views", &agent, None).await.body;
    assert_eq!(seen().await, json!([]));
    let shared = json!({ "name": "Hot", "filter": { "heat": "hot" }, "shared": true });
    ground.send(Method::PUT, &format!("/lead-views/{id}"), shared.clone()).await;
    assert_eq!(
        (seen().await[0]["name"].as_str().map(str::to_owned), seen().await[0]["sort"].clone()),
        (Some("Hot".to_owned()), json!("newest"))
    );
    let refused = ground.server.ask(Method::POST, "/lead-views", &agent, Some(shared.clone())).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let refused = ground.server.ask(Method::PUT, &format!("/lead-views/{id}"), &agent, Some(shared)).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let gone = ground.server.ask(Method::DELETE, &format!("/lead-views/{id}"), &ground.admin, None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(seen().await, json!([]));
    ground.server.stop().await;
}
