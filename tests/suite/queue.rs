//! What a queue is set to do.

use domain::role::Role;
use reqwest::Method;
use serde_json::{Value, json};
use switchboard_tests::{
    Engine, TestServer,
    carrier::{NUMBER, TestCarrier},
    on_both_databases,
};

on_both_databases!(a_caller_who_finds_the_queue_full_is_told_and_let_go);

async fn a_caller_who_finds_the_queue_full_is_told_and_let_go(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let (_, agent) = server.user(&admin, "owner", Role::Telecaller).await;
    let carrier = TestCarrier::of(&server, &admin, &[agent]).await;
    let queues = server.ask(Method::GET, "/queues", &admin, None).await.body;
    let mut queue =
        queues.as_array().and_then(|all| all.iter().find(|one| one["name"] == "Sales")).cloned().expect("it");
    queue["max_size"] = json!(1);
    let path = format!("/queues/{}", queue["id"].as_str().unwrap_or_default());
    let changed = server.ask(Method::PUT, &path, &admin, Some(queue)).await;
    assert!(changed.status.is_success(), "{changed:?}");

    let first = carrier.voice("CA1", "+919800011111", NUMBER).await;
    let _first_leg = carrier.connect(&first, "CA1").await;
    let waits = |live: &Value| live["status"] == "queued";
    server.until(&format!("/calls/{}/live", first.call()), &admin, "the first waits", waits).await;
    let second = carrier.voice("CA2", "+919800022222", NUMBER).await;
    let _second_leg = carrier.connect(&second, "CA2").await;
    let over = |detail: &Value| {
        let full = detail["events"].as_array().is_some_and(|all| all.iter().any(|one| one["kind"] == "queue_full"));
        full && detail["row"]["status"] == "no_answer"
    };
    server.until(&format!("/calls/{}", second.call()), &admin, "the second is let go", over).await;
    let first = server.ask(Method::GET, &format!("/calls/{}/live", first.call()), &admin, None).await;
    assert_eq!(first.body["status"], "queued", "the first still waits");
    server.stop().await;
}
