//! Who may read a call: its agent, those who deal with its lead, and the roles that look after all.

use domain::role::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use switchboard_tests::{
    Engine, TestServer,
    carrier::{NUMBER, TestCarrier},
    on_both_databases,
};

on_both_databases!(the_owner_of_a_lead_reads_the_calls_of_others_with_it_and_changes_nothing_of_them);

async fn the_owner_of_a_lead_reads_the_calls_of_others_with_it_and_changes_nothing_of_them(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let (agent, agent_id) = server.user(&admin, "owner", Role::Telecaller).await;
    let carrier = TestCarrier::of(&server, &admin, &[]).await;
    let said = carrier.voice("CA1", "+919800000001", NUMBER).await;
    carrier.status("CA1", "completed", "2").await;
    let path = format!("/calls/{}", said.call());
    let over = |detail: &Value| detail["row"]["status"] == "abandoned";
    server.until(&path, &admin, "the call is over", over).await;
    let outcome = json!({ "code": "interested", "sub_code": "wants_visit", "notes": "Said so", "callback": null,
        "fields": { "name": "Asha" }, "made_at_ms": 1, "then": "available" });
    let saved = server.ask(Method::POST, &format!("{path}/disposition"), &admin, Some(outcome)).await;
    assert!(saved.status.is_success(), "{saved:?}");
    let detail = server.ask(Method::GET, &path, &admin, None).await;
    let lead = detail.body["row"]["lead_id"].as_str().unwrap_or_else(|| panic!("{detail:?}")).to_owned();
    let intelligence = format!("{path}/intelligence");
    for read in [&path, &intelligence] {
        let seen = server.ask(Method::GET, read, &agent, None).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "the lead is nobody's of the agent: {seen:?}");
    }

    let owner = json!({ "owner_id": agent_id });
    let given = server.ask(Method::PATCH, &format!("/leads/{lead}"), &admin, Some(owner)).await;
    assert_eq!(given.status, StatusCode::OK, "{given:?}");
    for read in [&path, &intelligence] {
        let seen = server.ask(Method::GET, read, &agent, None).await;
        assert_eq!(seen.status, StatusCode::OK, "{seen:?}");
    }
    let notes = json!({ "text": "Not mine", "revision": 9 });
    let kept = server.ask(Method::PUT, &format!("{path}/notes"), &agent, Some(notes)).await;
    assert_eq!(kept.status, StatusCode::NOT_FOUND, "{kept:?}");
    server.stop().await;
}
