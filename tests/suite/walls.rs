//! Tenants are walls, and roles are fences: every endpoint of the OpenAPI document with a stranger's token and ids.

use domain::role::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use switchboard_tests::{Engine, TestServer, on_both_databases};

on_both_databases!(
    a_stranger_with_anothers_ids_gets_nothing_and_changes_nothing,
    nothing_but_the_open_endpoints_answers_without_signing_in,
    each_role_is_kept_to_what_it_may_do,
);

/// Endpoints that work without signing in.
const OPEN: [&str; 5] = ["/setup", "/tenants", "/auth/sign-in", "/auth/refresh", "/recordings/signed/{token}"];
/// Their first message says who is there; `live` and `sound_socket` test them.
const SOCKETS: [&str; 2] = ["/live", "/media/sound"];

struct Endpoint {
    method: Method,
    path: String,
    has_body: bool,
}

fn endpoints() -> Vec<Endpoint> {
    let document = serde_json::to_value(api::openapi()).expect("the document is JSON");
    let paths = document["paths"].as_object().expect("paths").clone();
    let mut all = Vec::new();
    for (path, item) in paths {
        let path = path.strip_prefix("/api/v1").expect("below /api/v1").to_owned();
        for (method, operation) in item.as_object().expect("operations") {
            let Ok(method) = method.to_uppercase().parse::<Method>() else { continue };
            if ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method.as_str()) {
                all.push(Endpoint { method, path: path.clone(), has_body: !operation["requestBody"].is_null() });
            }
        }
    }
    assert!(all.len() > 80, "the document lists {} endpoints", all.len());
    all
}

/// Ids of things that the first tenant has.
async fn belongings(server: &TestServer, admin: &str) -> Value {
    let made = |answer: switchboard_tests::Answer| {
        assert!(answer.status.is_success(), "{answer:?}");
        answer.text("id")
    };
    let queue = json!({ "name": "Sales", "strategy": "round_robin", "member_ids": [], "skills": [], "ring_s": 20,
        "wrap_up_s": 30, "max_size": 10, "max_wait_s": 60, "target_answer_s": 20, "recording": true });
    let number = json!({ "number": "+918045550111", "label": "Line", "queue_id": null, "campaign_id": null,
        "greeting": "Welcome", "language": "en" });
    let campaign = json!({ "name": "Spring", "state": "active", "caller_id": null, "script": [], "dispositions": [],
        "hours": { "days": [1], "from_minute": 540, "to_minute": 1080 }, "recording": true, "agent_ids": [] });
    let lead = json!({ "name": "Asha", "phone": "+919800011111" });
    let dnc = json!({ "number": "+919800022222", "reason": "asked" });
    json!({
        "users": server.ask(Method::GET, "/me", admin, None).await.body["user"]["id"],
        "agents": server.ask(Method::GET, "/me", admin, None).await.body["user"]["id"],
        "me": server.ask(Method::GET, "/me", admin, None).await.body["session_id"],
        "queues": made(server.ask(Method::POST, "/queues", admin, Some(queue)).await),
        "numbers": made(server.ask(Method::POST, "/numbers", admin, Some(number)).await),
        "campaigns": made(server.ask(Method::POST, "/campaigns", admin, Some(campaign)).await),
        "leads": made(server.ask(Method::POST, "/leads", admin, Some(lead)).await),
        "do-not-call": made(server.ask(Method::POST, "/do-not-call", admin, Some(dnc)).await),
    })
}

fn filled(path: &str, ids: &Value) -> String {
    let family = path.split('/').nth(1).unwrap_or_default();
    let nobody = "01900000-0000-7000-8000-000000000000";
    let id = ids[family].as_str().unwrap_or(nobody);
    path.replace("{id}", id).replace("{change_id}", nobody).replace("{token}", "x")
}

async fn a_stranger_with_anothers_ids_gets_nothing_and_changes_nothing(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let owner = server.tenant("owner").await;
    let stranger = server.tenant("stranger").await;
    let ids = belongings(&server, &owner).await;
    let before = everything(&server, &owner).await;
    for endpoint in endpoints().iter().filter(|one| one.path.contains("{id}")) {
        let path = filled(&endpoint.path, &ids);
        let body = endpoint.has_body.then(|| plausible(&endpoint.path));
        let answer = server.ask(endpoint.method.clone(), &path, &stranger, body).await;
        assert!(answer.status.is_client_error(), "{} {path}: {answer:?}", endpoint.method);
    }
    assert_eq!(everything(&server, &owner).await, before, "a stranger changed something");
    server.stop().await;
}

/// What the owner sees of their own things.
async fn everything(server: &TestServer, owner: &str) -> Vec<Value> {
    let mut seen = Vec::new();
    for path in ["/users", "/queues", "/numbers", "/campaigns", "/leads", "/do-not-call"] {
        let mut answer = server.ask(Method::GET, path, owner, None).await.body;
        forget_times(&mut answer);
        seen.push(answer);
    }
    seen
}

fn forget_times(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|key, _| !key.ends_with("_at_ms"));
            fields.values_mut().for_each(forget_times);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_times),
        _ => {}
    }
}

/// A body that would be taken from the owner, where there is one; else an object.
fn plausible(path: &str) -> Value {
    match path {
        "/agents/{id}/state" => json!({ "kind": "offline" }),
        "/queues/{id}" => json!({ "name": "Mine", "strategy": "skill", "member_ids": [], "skills": [], "ring_s": 20,
            "wrap_up_s": 30, "max_size": 10, "max_wait_s": 60, "target_answer_s": 20, "recording": false }),
        "/numbers/{id}" => json!({ "number": "+918045550112", "label": "Mine", "queue_id": null, "campaign_id": null,
            "greeting": "", "language": "en" }),
        "/campaigns/{id}" => {
            json!({ "name": "Mine", "state": "paused", "caller_id": null, "script": [], "dispositions": [],
            "hours": { "days": [1], "from_minute": 540, "to_minute": 1080 }, "recording": true, "agent_ids": [] })
        }
        "/users/{id}" | "/leads/{id}" => json!({ "name": "Mine" }),
        "/calls/{id}/answer" | "/calls/{id}/decline" => json!({ "fence": 1, "media_session_id": null }),
        "/calls/{id}/monitor" => json!({ "mode": "listen", "media_session_id": null }),
        "/calls/{id}/transfer" => json!({ "to": { "kind": "number", "number": "+919800033333" } }),
        "/calls/{id}/digits" => json!({ "digits": "1" }),
        "/calls/{id}/notes" => json!({ "text": "mine", "revision": 9 }),
        "/calls/{id}/disposition" | "/calls/{id}/disposition/preview" => {
            json!({ "code": "interested", "notes": "", "made_at_ms": 1, "then": "available" })
        }
        _ => json!({ "status": "done", "field": "name", "sdp_offer": "v=0" }),
    }
}

async fn nothing_but_the_open_endpoints_answers_without_signing_in(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    server.tenant("owner").await;
    for endpoint in endpoints() {
        if OPEN.contains(&endpoint.path.as_str()) || SOCKETS.contains(&endpoint.path.as_str()) {
            continue;
        }
        let path = filled(&endpoint.path, &json!({}));
        let answer = server.ask(endpoint.method.clone(), &path, "", Some(json!({}))).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{} {path}: {answer:?}", endpoint.method);
        let forged = server.ask(endpoint.method, &path, "x.y.z", Some(json!({}))).await;
        assert_eq!(forged.status, StatusCode::UNAUTHORIZED, "{path}: {forged:?}");
    }
    server.stop().await;
}

/// Methods and paths that only admins may use, besides reading.
const ADMIN_ONLY: [(&str, &str); 9] = [
    ("POST", "/users"),
    ("POST", "/queues"),
    ("POST", "/numbers"),
    ("POST", "/campaigns"),
    ("GET", "/settings/carrier"),
    ("GET", "/settings/storage"),
    ("GET", "/settings/engines"),
    ("GET", "/audit"),
    ("GET", "/jobs"),
];

async fn each_role_is_kept_to_what_it_may_do(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let bodies = json!({
        "/users": { "name": "N", "email": "n@owner.example", "role": "tenant_admin", "password": "a long password here" },
        "/queues": plausible("/queues/{id}"),
        "/numbers": plausible("/numbers/{id}"),
        "/campaigns": plausible("/campaigns/{id}"),
    });
    for role in [Role::Manager, Role::Telecaller, Role::FieldAgent, Role::Viewer] {
        let (token, id) = server.user(&admin, "owner", role).await;
        for (method, path) in ADMIN_ONLY {
            let body = bodies[path].is_object().then(|| bodies[path].clone());
            let answer = server.ask(method.parse().unwrap(), path, &token, body).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role:?} {method} {path}: {answer:?}");
        }
        // Nobody makes themselves an admin.
        let body = json!({ "role": "tenant_admin" });
        let answer = server.ask(Method::PATCH, &format!("/users/{id}"), &token, Some(body)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role:?}");
        let lead = json!({ "name": "L", "phone": "+919800044444" });
        let made = server.ask(Method::POST, "/leads", &token, Some(lead)).await;
        let expected = matches!(role, Role::FieldAgent | Role::Viewer);
        assert_eq!(made.status == StatusCode::FORBIDDEN, expected, "{role:?} makes a lead: {made:?}");
    }
    let (viewer, _) = (server.sign_in("viewer@owner.example").await.text("access_token"), ());
    let relays = server.ask(Method::GET, "/media/relays", &viewer, None).await;
    assert_eq!(relays.status, StatusCode::FORBIDDEN, "a viewer has no use for a relay");
    let leads = server.ask(Method::GET, "/leads", &viewer, None).await;
    assert!(!leads.body.to_string().contains("9800044444"), "a viewer reads a number: {}", leads.body);
    server.stop().await;
}
