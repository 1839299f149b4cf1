//! Deliveries of the carrier come twice, late, in another order, or long after: the end is the same.

use serde_json::{Value, json};
use switchboard_tests::{
    Engine, TestServer,
    carrier::{Account, CUSTOMER, NUMBER, TestCarrier},
    desk::Desk,
    on_both_databases,
};

on_both_databases!(
    reports_in_any_order_and_number_lead_to_the_same_end,
    a_webhook_that_is_sent_again_later_changes_nothing,
    a_replay_of_a_webhook_is_refused,
    the_verdict_about_a_machine_and_the_carriers_recording_are_on_the_call,
    a_talk_ends_once_however_often_its_end_is_reported,
    a_caller_of_an_unknown_number_hears_why_and_the_admin_has_a_row,
    a_webhook_in_json_names_its_account_as_a_form_does,
    the_token_before_a_change_is_good_until_it_is_forgotten,
    a_token_of_a_media_stream_is_good_once_and_for_its_call,
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

async fn a_replay_of_a_webhook_is_refused(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let carrier = TestCarrier::of(&server, &admin, &[]).await;
    let said = carrier.voice("CA1", CUSTOMER, NUMBER).await;
    let resume = format!("resume?call={}&party=customer&turn=1", said.call());
    let fields = [
        ("CallSid", "CA1"),
        ("From", CUSTOMER),
        ("To", NUMBER),
        ("CallStatus", "in-progress"),
        ("Direction", "inbound"),
        ("ApiVersion", "2010-04-01"),
    ];
    let resumed = carrier.post(&resume, &fields).await;
    assert!(resumed.document.contains("<Stream"), "{resumed:?}");
    assert_eq!(carrier.post(&resume, &fields).await.status, 200, "the carrier's own second try");
    carrier.status("CA1", "in-progress", "1").await;

    // Six minutes later somebody who has seen these requests sends them again.
    let path = format!("/calls/{}", said.call());
    let written = |detail: &Value| detail["events"].as_array().is_some_and(|events| !events.is_empty());
    let before = server.until(&path, &admin, "the call is written", written).await;
    server.database().run("UPDATE inbox SET received_at_ms = received_at_ms - 360000").await;
    for replay in [
        carrier.voice("CA1", CUSTOMER, NUMBER).await,
        carrier.post(&resume, &fields).await,
        carrier.status("CA1", "in-progress", "1").await,
    ] {
        assert_eq!(replay.status, 403, "{replay:?}");
        assert!(!replay.document.contains("<Stream"), "no token is handed out: {replay:?}");
    }
    let after = server.ask(reqwest::Method::GET, &path, &admin, None).await.body;
    assert_eq!(after["events"], before["events"]);
    // The leg itself may come back as often as it has to: each address is good for one turn.
    let next = carrier.post(&resume.replace("turn=1", "turn=2"), &fields).await;
    assert!(next.document.contains("<Stream") && next.document.contains("turn="), "{next:?}");
    server.stop().await;
}

async fn the_verdict_about_a_machine_and_the_carriers_recording_are_on_the_call(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let carrier = TestCarrier::of(&server, &admin, &[]).await;
    let said = carrier.voice("CA1", CUSTOMER, NUMBER).await;
    let amd = format!("amd?call={}&party=customer", said.call());
    let verdict = [("CallSid", "CA1"), ("AnsweredBy", "machine_start"), ("MachineDetectionDuration", "3200")];
    let recording = [
        ("CallSid", "CA1"),
        ("RecordingSid", "RE1"),
        ("RecordingStatus", "in-progress"),
        ("RecordingUrl", "https://carrier.example/RE1"),
    ];
    for _ in 0..2 {
        assert_eq!(carrier.post(&amd, &verdict).await.status, 204);
        assert_eq!(carrier.post("recording", &recording).await.status, 204);
    }
    let noted = |detail: &Value| {
        let events = detail["events"].as_array().cloned().unwrap_or_default();
        let of = |kind: &str| events.iter().filter(|event| event["kind"] == kind).cloned().collect::<Vec<_>>();
        let (verdicts, recordings) = (of("answered_by"), of("carrier_recording"));
        assert!(verdicts.len() <= 1 && recordings.len() <= 1, "once each: {events:?}");
        verdicts.iter().any(|one| one["data"]["verdict"] == "machine")
            && recordings.iter().any(|one| one["data"]["state"] == "in-progress")
    };
    server.until(&format!("/calls/{}", said.call()), &admin, "both are on the call", noted).await;
    server.stop().await;
}

async fn a_webhook_in_json_names_its_account_as_a_form_does(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let carrier = TestCarrier::of(&server, &admin, &[]).await;
    let stranger = server.tenant("stranger").await;
    let theirs = TestCarrier::of_account(&server, &stranger, &[], Account::number(2)).await;
    carrier.voice("CA1", CUSTOMER, NUMBER).await;
    let ended = |account: Option<&str>| json!({ "AccountSid": account, "CallSid": "CA1", "CallStatus": "completed", "SequenceNumber": 2 });
    let (own, other) = (carrier.sid(), theirs.sid());
    let refused = [
        carrier.post_json("status", "", &ended(None)).await,
        carrier.post_json("status", "", &ended(Some(other))).await,
        carrier.post_json("status", &format!("?AccountSid={other}"), &ended(Some(own))).await,
        theirs.post_json("status", "", &ended(Some(own))).await,
        theirs.post_json("status", &format!("?AccountSid={own}"), &ended(None)).await,
    ];
    for (n, refused) in refused.iter().enumerate() {
        assert_eq!(refused.status, 403, "{n}: {refused:?}");
    }
    let list = carrier.post_json("status", &format!("?AccountSid={own}"), &json!([])).await;
    assert_eq!(list.status, 400, "{list:?}");
    // Signed by another tenant for its own account: nothing of ours has that call.
    assert_eq!(theirs.post_json("status", "", &ended(Some(other))).await.status, 204);
    let row = server.ask(reqwest::Method::GET, "/calls", &admin, None).await.body["items"][0].clone();
    assert!(!is_over(&row), "{row}");

    let taken = carrier.post_json("status", &format!("?AccountSid={own}"), &ended(None)).await;
    assert_eq!(taken.status, 204, "{taken:?}");
    assert_eq!(calls(&server, &admin).await[0]["status"], "abandoned");
    carrier.voice("CA2", CUSTOMER, NUMBER).await;
    let body = json!({ "AccountSid": own, "CallSid": "CA2", "CallStatus": "completed", "SequenceNumber": "2" });
    assert_eq!(carrier.post_json("status", "", &body).await.status, 204);
    assert_eq!(calls(&server, &admin).await.len(), 2);
    server.stop().await;
}

async fn the_token_before_a_change_is_good_until_it_is_forgotten(engine: Engine) {
    const DAY_MS: i64 = 24 * 3600 * 1000;
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let mut carrier = TestCarrier::of(&server, &admin, &[]).await;
    let before = carrier.with_token(carrier.token());
    carrier.change_token(&server, &admin, "another token for tests").await;
    for (n, signs) in [&before, &carrier].into_iter().enumerate() {
        let said = signs.voice(&format!("CA{n}"), CUSTOMER, NUMBER).await;
        assert!(said.document.contains("<Stream"), "{n}: {said:?}");
        assert!(signs.socket_at(&said.stream_url()).await.is_ok(), "{n}");
    }
    let backend = &server.running.backend;
    let now = backend::clock::now();
    assert_eq!(backend.forget_previous_tokens(now).await.expect("they are looked at"), 0);
    let tomorrow = domain::time::UnixMillis(now.0 + DAY_MS + 60_000);
    assert_eq!(backend.forget_previous_tokens(tomorrow).await.expect("they are looked at"), 1);
    let said = before.voice("CA7", CUSTOMER, NUMBER).await;
    assert_eq!(said.status, 403, "{said:?}");
    let said = carrier.voice("CA8", CUSTOMER, NUMBER).await;
    assert!(said.document.contains("<Stream"), "{said:?}");
    server.stop().await;
}

async fn a_token_of_a_media_stream_is_good_once_and_for_its_call(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let carrier = TestCarrier::of(&server, &admin, &[]).await;
    let (one, other) =
        (carrier.voice("CA1", CUSTOMER, NUMBER).await, carrier.voice("CA2", "+919800011112", NUMBER).await);
    let start = |call_sid: &str, call: String, token: String| {
        json!({ "event": "start", "streamSid": "MZ9", "start": { "streamSid": "MZ9", "callSid": call_sid,
            "customParameters": { "call": call, "token": token } } })
    };
    // The start message of another telephone call, the token of another one, and one that says it is of an outside party.
    let mut outside = start("CA1", one.call(), one.parameter("token"));
    outside["start"]["customParameters"]["party"] = json!("outside-1");
    for wrong in [
        start("CA2", one.call(), one.parameter("token")),
        start("CA1", one.call(), other.parameter("token")),
        start("CA1", other.call(), one.parameter("token")),
        outside,
    ] {
        let mut socket = carrier.socket(&one).await;
        socket.say(wrong.clone()).await;
        assert!(socket.is_closed().await, "{wrong}");
    }
    let leg = carrier.connect(&one, "CA1").await;
    leg.ear.is_heard("music for who waits").await;
    let mut again = carrier.socket(&one).await;
    again.say(start("CA1", one.call(), one.parameter("token"))).await;
    assert!(again.is_closed().await, "the token is used up");

    // Nor by a server that has taken the call up.
    drop(leg);
    let server = server.start_again().await;
    server
        .until(&format!("/calls/{}/live", one.call()), &admin, "the call is taken up", |live| live["id"].is_string())
        .await;
    let mut late = carrier.socket(&one).await;
    late.say(start("CA1", one.call(), one.parameter("token"))).await;
    assert!(late.is_closed().await, "the token is used up for the next server too");
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
