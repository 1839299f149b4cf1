//! Deliveries of the carrier come twice, late, in another order, or long after: the end is the same.

use serde_json::{Value, json};
use switchboard_tests::{
    Engine, TestServer,
    carrier::{CUSTOMER, NUMBER, TestCarrier},
    desk::Desk,
    on_both_databases,
};

on_both_databases!(
    reports_in_any_order_and_number_lead_to_the_same_end,
    a_webhook_that_is_sent_again_later_changes_nothing,
    a_talk_ends_once_however_often_its_end_is_reported,
    a_caller_of_an_unknown_number_hears_why_and_the_admin_has_a_row,
);

/// What is so at the end, without ids and times.
fn end_of(row: &Value) -> Value {
    json!({ "status": row["status"], "direction": row["direction"], "number": row["customer_number"],
        "agent": row["agent_id"], "talk_ms": row["talk_ms"], "recording": row["recording"] })
}

fn is_over(row: &Value) -> bool {
    let settled = row["talk_ms"] != 0 || row["analysis"]["reason"] != "not_asked";
    settled && !["greeting", "queued", "ringing", "in_progress"].contains(&row["status"].as_str().unwrap_or_default())
}

async fn calls(server: &TestServer, admin: &str) -> Vec<Value> {
    let wait = |page: &Value| page["items"].as_array().is_some_and(|rows| rows.iter().all(is_over));
    let page = server.until("/calls", admin, "every call is over", wait).await;
    page["items"].as_array().cloned().unwrap_or_default()
}

/// `V` is the request for instructions, `1` a report that the call is in progress, `2` that it is over.
async fn deliver(carrier: &TestCarrier, sid: &str, order: &str) {
    for step in order.chars() {
        let said = match step {
            'V' => carrier.voice(sid, CUSTOMER, NUMBER).await,
            '1' => carrier.status(sid, "in-progress", "1").await,
            '2' => carrier.status(sid, "completed", "2").await,
            other => panic!("no step {other}"),
        };
        assert!(said.status.is_success(), "{order} at {step}: {said:?}");
    }
}

async fn reports_in_any_order_and_number_lead_to_the_same_end(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let carrier = TestCarrier::of(&server, &admin, &[]).await;
    let orders = ["V12", "VV1122", "V21", "2V", "21V", "V2V12"];
    for (at, order) in orders.iter().enumerate() {
        deliver(&carrier, &format!("CA{at:032}"), order).await;
    }
    let (one, other) = tokio::join!(carrier.voice("CA9", CUSTOMER, NUMBER), carrier.voice("CA9", CUSTOMER, NUMBER));
    assert_eq!(one, other, "two deliveries at once have one answer");
    deliver(&carrier, "CA9", "2").await;

    let rows = calls(&server, &admin).await;
    assert_eq!(rows.len(), orders.len() + 1, "one call each: {rows:?}");
    let ends: Vec<Value> = rows.iter().map(end_of).collect();
    assert!(ends.iter().all(|end| *end == ends[0]), "{ends:#?}");
    assert_eq!(ends[0]["status"], "abandoned");
    server.stop().await;
}

async fn a_webhook_that_is_sent_again_later_changes_nothing(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let carrier = TestCarrier::of(&server, &admin, &[]).await;
    deliver(&carrier, "CA1", "V12").await;
    let rows = calls(&server, &admin).await;
    let path = format!("/calls/{}", rows[0]["id"].as_str().expect("an id"));
    let before = server.ask(reqwest::Method::GET, &path, &admin, None).await;
    for order in ["V", "1", "2", "V12"] {
        deliver(&carrier, "CA1", order).await;
    }
    let again = carrier.voice("CA1", CUSTOMER, NUMBER).await;
    assert!(again.document.contains("<Hangup") && !again.document.contains("<Stream"), "{again:?}");
    assert_eq!(calls(&server, &admin).await, rows);
    assert_eq!(server.ask(reqwest::Method::GET, &path, &admin, None).await, before);
    server.stop().await;
}

async fn a_talk_ends_once_however_often_its_end_is_reported(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let (_, agent) = server.user(&admin, "owner", domain::role::Role::Telecaller).await;
    let carrier = TestCarrier::of(&server, &admin, &[agent]).await;
    let mut desk = Desk::sign_in(&server, "telecaller@owner.example").await;
    desk.available().await;
    let said = carrier.voice("CA1", CUSTOMER, NUMBER).await;
    let leg = carrier.connect(&said, "CA1").await;
    desk.answer_next().await;
    desk.ear.hears(600.0, "the customer").await;
    // The report comes before the socket closes, twice, and an older one after it.
    deliver(&carrier, "CA1", "221").await;
    leg.stop().await;
    deliver(&carrier, "CA1", "2").await;

    let path = format!("/calls/{}", said.call());
    let over = |detail: &Value| is_over(&detail["row"]);
    let detail = server.until(&path, &admin, "the call is over", over).await;
    assert_eq!(detail["row"]["status"], "completed", "{}", detail["row"]);
    let ends = |detail: &Value| {
        let events = detail["events"].as_array().cloned().unwrap_or_default();
        events.iter().filter(|event| event["kind"] == "provider_ended").count()
    };
    assert_eq!(ends(&detail), 1, "{}", detail["events"]);
    let wrap_up =
        |agents: &Value| agents.as_array().is_some_and(|all| all.iter().any(|one| one["state"]["kind"] == "wrap_up"));
    server.until("/agents", &admin, "the agent wraps up", wrap_up).await;
    desk.phone.sign_out().await;
    server.stop().await;
}

async fn a_caller_of_an_unknown_number_hears_why_and_the_admin_has_a_row(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let carrier = TestCarrier::of(&server, &admin, &[]).await;
    let unknown = "+918045559999";
    let said = carrier.voice("CA1", CUSTOMER, unknown).await;
    assert!(said.status.is_success());
    let spoken = said.document.split_once("<Say").and_then(|(_, rest)| rest.split_once("</Say>"));
    assert!(spoken.is_some_and(|(words, _)| words.contains("not in service")), "{said:?}");
    assert!(said.document.contains("<Hangup") && !said.document.contains("<Stream"), "{said:?}");
    // The same delivery again is not a second call.
    assert_eq!(carrier.voice("CA1", CUSTOMER, unknown).await, said);
    carrier.voice("CA2", CUSTOMER, unknown).await;
    let rows = server.ask(reqwest::Method::GET, "/numbers/unknown", &admin, None).await;
    assert_eq!((rows.body[0]["number"].as_str(), rows.body[0]["calls"].as_u64()), (Some(unknown), Some(2)), "{rows:?}");
    assert_eq!(calls(&server, &admin).await, Vec::<Value>::new());
    server.stop().await;
}
