//! The database is away for ten seconds in the middle of a call, or of an import.

use std::time::{Duration, Instant};

use domain::role::Role;
use reqwest::Method;
use serde_json::{Value, json};
use storage::testing::{Cluster, WriteLock};
use switchboard_tests::{
    TestServer,
    carrier::{CUSTOMER, Leg, NUMBER, TestCarrier},
    desk::Desk,
};

use crate::imports;

const AWAY: Duration = Duration::from_secs(10);

/// A talk whose database is taken away by `leave` and brought back by `come_back`. Meanwhile the customer's line breaks and
/// comes back, so that there is something to write.
async fn a_talk_without_its_database<Gone: Send + 'static, Back: Send + 'static>(
    server: TestServer,
    leave: impl FnOnce() -> Gone + Send + 'static,
    come_back: impl FnOnce(Gone) -> Back + Send + 'static,
) {
    let admin = server.tenant("owner").await;
    let (_, agent) = server.user(&admin, "owner", Role::Telecaller).await;
    let carrier = TestCarrier::of(&server, &admin, &[agent]).await;
    let mut desk = Desk::sign_in(&server, "telecaller@owner.example").await;
    desk.available().await;
    let said = carrier.voice("CA1", CUSTOMER, NUMBER).await;
    let leg = carrier.connect(&said, "CA1").await;
    desk.answer_next().await;
    heard_both_ways(&desk, &leg).await;
    let path = format!("/calls/{}", said.call());
    let recording = |live: &Value| live["recording"]["kind"] == "recording" && live["both_heard"] == true;
    server.until(&format!("{path}/live"), &admin, "the call is recorded", recording).await;

    // Instructions for the line that comes back: each is good for one stream.
    let again = carrier.resume(&said.call(), "CA1", 1).await;
    let gone = tokio::task::spawn_blocking(leave).await.expect("the database goes away");
    let (left, left_ms) = (Instant::now(), unix_ms());
    leg.cut();
    let leg = carrier.connect(&again, "CA1").await;
    heard_both_ways(&desk, &leg).await;
    assert!(left.elapsed() < AWAY, "the line was back while the database was away");
    desk.ear.clear();
    leg.ear.clear();
    while left.elapsed() < AWAY {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let shares = (desk.ear.share_with(600.0), leg.ear.share_with(1_000.0));
    assert!(shares.0 > 0.9 && shares.1 > 0.9, "shares of the time with sound: {shares:?}");
    let back_ms = unix_ms();
    let back = tokio::task::spawn_blocking(move || come_back(gone)).await.expect("the database comes back");

    heard_both_ways(&desk, &leg).await;
    let attached = |detail: &Value| kinds(detail).iter().filter(|kind| *kind == "carrier_attached").count() == 2;
    let detail = server.until(&path, &admin, "the events are written", attached).await;
    let events = detail["events"].as_array().expect("events");
    let seqs: Vec<u64> = events.iter().filter_map(|event| event["seq"].as_u64()).collect();
    assert_eq!(seqs, (1..=events.len() as u64).collect::<Vec<_>>(), "no event is missing and none is double");
    let times: Vec<i64> = events.iter().filter_map(|event| event["at_ms"].as_i64()).collect();
    assert!(times.is_sorted(), "the events are in order: {times:?}");
    let during: Vec<&str> = events
        .iter()
        .filter(|event| event["at_ms"].as_i64().is_some_and(|at| (left_ms..back_ms).contains(&at)))
        .filter_map(|event| event["kind"].as_str())
        .collect();
    assert!(during.starts_with(&["carrier_lost", "carrier_attached"]), "{during:?}");

    carrier.status("CA1", "completed", "2").await;
    leg.stop().await;
    let stored = |detail: &Value| detail["receipt"]["state"]["kind"] == "stored";
    let detail = server.until(&path, &admin, "the recording is stored", stored).await;
    assert_eq!(detail["row"]["status"], "completed");
    assert!(detail["receipt"]["duration_ms"].as_u64().is_some_and(|ms| ms > 10_000), "{}", detail["receipt"]);
    let wrap_up =
        |agents: &Value| agents.as_array().is_some_and(|all| all.iter().any(|one| one["state"]["kind"] == "wrap_up"));
    server.until("/agents", &admin, "the agent wraps up", wrap_up).await;
    desk.phone.sign_out().await;
    server.stop().await;
    drop(back);
}

/// An import whose database is taken away and brought back.
async fn an_import_without_its_database<Gone: Send + 'static, Back: Send + 'static>(
    server: TestServer,
    leave: impl FnOnce() -> Gone + Send + 'static,
    come_back: impl FnOnce(Gone) -> Back + Send + 'static,
) {
    const ROWS: u32 = 40_000;
    let admin = server.tenant("owner").await;
    let path = imports::upload(&server, &admin, "many.csv", imports::many(ROWS).as_bytes(), None).await;
    let plan = imports::plan(&server, &admin, &path).await;
    imports::ask(&server, Method::POST, &format!("{path}/start"), &admin, json!({ "plan": plan })).await;
    let some = |found: &Value| found["counts"]["new"].as_u64() > Some(0);
    let before = server.until(&path, &admin, "some are written", some).await;
    let gone = tokio::task::spawn_blocking(leave).await.expect("the database goes away");
    tokio::time::sleep(AWAY).await;
    let back = tokio::task::spawn_blocking(move || come_back(gone)).await.expect("the database comes back");
    let done = imports::ended(&server, &admin, &path).await;
    let counts = (&done["state"], &done["counts"]["new"], &done["counts"]["rows"]);
    assert_eq!(counts, (&json!("done"), &json!(ROWS), &json!(ROWS)), "{before} {done}");
    for number in ["0", "20000", "39999"] {
        let found = server.ask(Method::GET, &format!("/leads?search=person%20{number}"), &admin, None).await.body;
        let name = json!(format!("Person {number}"));
        let items = found["items"].as_array().cloned().unwrap_or_default();
        assert_eq!(items.iter().filter(|lead| lead["name"] == name).count(), 1, "{number}: {found}");
    }
    server.stop().await;
    drop(back);
}

async fn heard_both_ways(desk: &Desk, leg: &Leg) {
    desk.ear.hears(600.0, "the customer").await;
    leg.ear.hears(1_000.0, "the agent").await;
}

fn kinds(detail: &Value) -> Vec<String> {
    let events = detail["events"].as_array().cloned().unwrap_or_default();
    events.iter().filter_map(|event| event["kind"].as_str().map(str::to_owned)).collect()
}

fn unix_ms() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a time after 1970");
    i64::try_from(now.as_millis()).expect("a time of this age")
}

/// Another program holds the write lock.
async fn locked_sqlite() -> (TestServer, impl FnOnce() -> WriteLock) {
    let server = TestServer::start("", false).await;
    let file = server.folder.path().join("switchboard.db");
    (server, move || WriteLock::take(&file))
}

/// The server crashes.
async fn crashing_postgres() -> (TestServer, impl FnOnce() -> Cluster) {
    let cluster = tokio::task::spawn_blocking(Cluster::start).await.expect("no panic").expect("a cluster");
    let server = TestServer::start(cluster.url(), false).await;
    (server, move || {
        cluster.go_away().expect("the server is stopped");
        cluster
    })
}

fn start_again(cluster: Cluster) -> Cluster {
    cluster.come_back().expect("the server starts again");
    cluster
}

mod the_sound_goes_on_and_the_events_are_written_when_the_database_is_back {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        let (server, lock) = locked_sqlite().await;
        a_talk_without_its_database(server, lock, drop).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        let (server, leave) = crashing_postgres().await;
        a_talk_without_its_database(server, leave, start_again).await;
    }
}

mod an_import_goes_on_when_the_database_is_back {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        let (server, lock) = locked_sqlite().await;
        an_import_without_its_database(server, lock, drop).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        let (server, leave) = crashing_postgres().await;
        an_import_without_its_database(server, leave, start_again).await;
    }
}
