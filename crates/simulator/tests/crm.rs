//! The simulated CRM as a client finds it.

use std::time::Duration;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use switchboard_simulator::crm::{Access, Config, Misbehaviour, Order, Paging, RateLimit, SimulatedCrm};

async fn ask(crm: &SimulatedCrm, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
    let mut request = Client::new().request(method, format!("{}{path}", crm.base_url())).bearer_auth("t");
    if let Some(body) = body {
        request = request.json(&body);
    }
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["x-simulated"], SimulatedCrm::LABEL);
    (response.status(), response.json().await.unwrap())
}

async fn with_records(config: Config, count: i64) -> SimulatedCrm {
    let crm = SimulatedCrm::start(config).await.unwrap();
    for n in 1..=count {
        crm.add_at(json!({ "name": format!("Lead {n}"), "contact": { "mobile": "1" } }), n * 1_000);
    }
    crm
}

#[tokio::test]
async fn pages_have_links_and_figures_and_begin_where_they_are_asked_to() {
    let crm = with_records(Config::on_loopback("t"), 5).await;
    let (status, page) = ask(&crm, Method::GET, "/api/leads?page=2&per_page=2", None).await;
    assert_eq!((status, page["data"][0]["id"].as_u64()), (StatusCode::OK, Some(3)));
    assert_eq!(page["meta"], json!({ "current_page": 2, "last_page": 3, "per_page": 2, "total": 5 }));
    assert_eq!(page["links"]["next"], "http://crm.internal/api/leads?page=3&per_page=2");
    let (_, last) = ask(&crm, Method::GET, "/api/leads?page=3&per_page=2", None).await;
    assert_eq!(last["links"]["next"], Value::Null);
    let (_, since) = ask(&crm, Method::GET, "/api/leads?updated_since=1970-01-01T00:00:04Z", None).await;
    assert_eq!(since["meta"]["total"], 2);
    assert_eq!(since["data"][0]["updated_at"], "1970-01-01T00:00:04.000000Z");
    assert_eq!(ask(&crm, Method::GET, "/api/leads?page=x", None).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let simple = with_records(Config { paging: Paging::Simple, ..Config::on_loopback("t") }, 3).await;
    let (_, page) = ask(&simple, Method::GET, "/api/leads?per_page=2", None).await;
    assert_eq!(page["next_page_url"], "http://crm.internal/api/leads?page=2");
}

#[tokio::test]
async fn records_are_made_changed_and_checked() {
    let crm = with_records(Config::on_loopback("t"), 1).await;
    let (status, made) = ask(&crm, Method::POST, "/api/leads", Some(json!({ "contact": { "mobile": "2" } }))).await;
    assert_eq!((status, made["data"]["id"].as_u64()), (StatusCode::CREATED, Some(2)));
    let body = Some(json!({ "contact": { "email": "a@b.example" } }));
    let (status, changed) = ask(&crm, Method::PATCH, "/api/leads/2", body).await;
    assert_eq!(
        (status, &changed["data"]["contact"]),
        (StatusCode::OK, &json!({ "mobile": "2", "email": "a@b.example" }))
    );
    let bad = Some(json!({ "contact": { "email": "nowhere" } }));
    let (status, said) = ask(&crm, Method::PATCH, "/api/leads/2", bad).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && said["errors"]["contact.email"].is_array(), "{said}");
    assert_eq!(ask(&crm, Method::POST, "/api/leads", Some(json!({}))).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(ask(&crm, Method::GET, "/api/leads/9", None).await.0, StatusCode::NOT_FOUND);
    assert!(crm.remove(2) && ask(&crm, Method::GET, "/api/leads/2", None).await.0 == StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn strangers_floods_and_failures_are_answered_as_such() {
    let access = Access::Basic { user: "u".to_owned(), password: domain::pii::Personal::new("p".to_owned()) };
    let basic = with_records(Config { access, ..Config::on_loopback("") }, 1).await;
    assert_eq!(ask(&basic, Method::GET, "/api/leads", None).await.0, StatusCode::UNAUTHORIZED);
    let known = Client::new().get(format!("{}/api/leads", basic.base_url())).basic_auth("u", Some("p"));
    assert_eq!(known.send().await.unwrap().status(), StatusCode::OK);

    let crm = with_records(Config::on_loopback("t"), 1).await;
    crm.limit(Some(RateLimit { requests: 2, within: Duration::from_secs(60) }));
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(ask(&crm, Method::GET, "/api/leads", None).await.0.as_u16());
    }
    assert_eq!(statuses, [200, 200, 429]);
    crm.limit(None);
    crm.misbehave(Misbehaviour { next: vec![502], made_but_failed: 1, ..Misbehaviour::default() });
    assert_eq!(ask(&crm, Method::GET, "/api/leads", None).await.0, StatusCode::BAD_GATEWAY);
    let (status, _) = ask(&crm, Method::POST, "/api/leads", Some(json!({ "contact": { "mobile": "2" } }))).await;
    assert_eq!((status, crm.records().len()), (StatusCode::INTERNAL_SERVER_ERROR, 2));
    crm.misbehave(Misbehaviour { down_after: Some(0), ..Misbehaviour::default() });
    assert_eq!(ask(&crm, Method::GET, "/api/leads", None).await.0, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(crm.asked().len(), 6);
}

#[tokio::test]
async fn what_is_changed_moves_to_the_end_while_pages_are_read() {
    let crm = with_records(Config { order: Order::ByChange, ..Config::on_loopback("t") }, 4).await;
    crm.misbehave(Misbehaviour { moves_while_paging: true, ..Misbehaviour::default() });
    let first = ask(&crm, Method::GET, "/api/leads?per_page=2", None).await.1;
    let second = ask(&crm, Method::GET, "/api/leads?per_page=2&page=2", None).await.1;
    let ids = |page: &Value| {
        page["data"].as_array().unwrap().iter().map(|one| one["id"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    // 3 moved to the page that was read already.
    assert_eq!((ids(&first), ids(&second)), (vec![1, 2], vec![4, 1]));
}
