//! The check before a shift: with the real phone against the real server, and what its endpoints let whom do.

use domain::role::Role;
use phone::{PhoneEvent, check::CheckPhase};
use reqwest::{Method, StatusCode};
use serde_json::json;
use switchboard_tests::{Engine, PATIENCE, TestServer, desk::Desk, on_both_databases};

on_both_databases!(
    a_phone_checks_itself_and_its_supervisor_reads_it,
    checks_are_kept_judged_and_shown_to_supervisors_only,
    a_device_hears_itself_only_when_its_owner_asks,
);

/// Whom `TestServer::user` makes for this role.
const AGENT: &str = "telecaller@owner.example";

fn figures(loss: f32) -> serde_json::Value {
    json!({
        "microphone": { "speech_dbfs": -25.0, "room_dbfs": -60.0, "clipped_percent": 0.0, "denied": false, "missing": false },
        "speaker": { "missing": false, "gaps": 0 },
        "echo": { "played_dbfs": -25.0, "heard_dbfs": -70.0, "left_dbfs": -80.0 },
        "network": { "round_trip_ms": 20.0, "loss_percent": loss, "jitter_ms": 2.0 },
        "audio_loop": { "came_back": true, "likeness": 0.8, "delay_ms": 80.0 },
    })
}

async fn a_phone_checks_itself_and_its_supervisor_reads_it(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let (_, id) = server.user(&admin, "owner", Role::Telecaller).await;
    let desk = Desk::sign_in(&server, AGENT).await;
    desk.available().await;
    let mut events = desk.phone.events();
    assert!(desk.phone.start_check());
    assert!(!desk.phone.start_check(), "one at a time");
    let result = tokio::time::timeout(PATIENCE, async {
        let mut phases = Vec::new();
        loop {
            if let PhoneEvent::Check(progress) = events.recv().await.unwrap() {
                phases.push(progress.phase);
                if let Some(result) = progress.result {
                    return (phases, result);
                }
                assert_ne!(progress.phase, CheckPhase::Stopped);
            }
        }
    });
    let (phases, result) = result.await.unwrap();
    for phase in [CheckPhase::Preparing, CheckPhase::Speaking, CheckPhase::Listening, CheckPhase::Done] {
        assert!(phases.contains(&phase), "{phase:?} in {phases:?}");
    }
    let looped = result.figures.audio_loop.unwrap();
    assert!(looped.came_back, "the marker came back from the server: {result:?}");
    assert!(result.figures.network.unwrap().loss_percent < 30.0, "{result:?}");
    assert!(result.stored);

    let seen = server.ask(Method::GET, "/agents/device-checks", &admin, None).await;
    assert_eq!(
        (seen.body[0]["user_id"].as_str(), seen.body.as_array().unwrap().len()),
        (Some(id.as_str()), 1),
        "{seen:?}"
    );
    assert_eq!(seen.body[0]["lines"].as_array().unwrap().len(), 5);
    assert_eq!(seen.body[0]["app"], "desktop");
    desk.phone.sign_out().await;
    server.stop().await;
}

async fn checks_are_kept_judged_and_shown_to_supervisors_only(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let (admin, stranger) = (server.tenant("owner").await, server.tenant("stranger").await);
    let (agent, _) = server.user(&admin, "owner", Role::Telecaller).await;
    for loss in [0.0, 8.0] {
        let body = json!({ "app": "desktop", "figures": figures(loss) });
        let kept = server.ask(Method::POST, "/me/device-checks", &agent, Some(body)).await;
        assert_eq!(kept.status, StatusCode::CREATED, "{kept:?}");
        assert_eq!(kept.text("verdict"), if loss > 1.0 { "fair" } else { "good" }, "the server judges: {kept:?}");
    }
    let own = server.ask(Method::GET, "/me/device-checks", &agent, None).await;
    let verdicts: Vec<_> = own.body.as_array().unwrap().iter().map(|check| check["verdict"].clone()).collect();
    assert_eq!(verdicts, ["fair", "good"], "the newest first");
    let seen = server.ask(Method::GET, "/agents/device-checks", &admin, None).await;
    assert_eq!(seen.body.as_array().unwrap().len(), 1, "the last of each: {seen:?}");
    assert_eq!(seen.body[0]["verdict"], "fair");
    let nosy = server.ask(Method::GET, "/agents/device-checks", &agent, None).await;
    assert_eq!(nosy.status, StatusCode::FORBIDDEN);
    let elsewhere = server.ask(Method::GET, "/agents/device-checks", &stranger, None).await;
    assert_eq!(elsewhere.body, json!([]));
    let (viewer, _) = server.user(&admin, "owner", Role::Viewer).await;
    let body = json!({ "app": "browser", "figures": figures(0.0) });
    let refused = server.ask(Method::POST, "/me/device-checks", &viewer, Some(body)).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    server.stop().await;
}

async fn a_device_hears_itself_only_when_its_owner_asks(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let (agent, _) = server.user(&admin, "owner", Role::Telecaller).await;
    let desk = Desk::sign_in(&server, AGENT).await;
    desk.available().await;
    let session = desk.phone.media_session_id().unwrap();
    let path = format!("/media/sessions/{session}/loop");
    let none = server.ask(Method::GET, &path, &agent, None).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    let long = server.ask(Method::PUT, &path, &agent, Some(json!({ "delay_ms": 60_000 }))).await;
    assert_eq!(long.status, StatusCode::UNPROCESSABLE_ENTITY, "{long:?}");
    let theirs = server.ask(Method::PUT, &path, &admin, Some(json!({ "delay_ms": 100 }))).await;
    assert_eq!(theirs.status, StatusCode::NOT_FOUND, "not even an admin loops another's device");
    let started = server.ask(Method::PUT, &path, &agent, Some(json!({ "delay_ms": 200 }))).await;
    assert_eq!((started.status, started.text("session_id")), (StatusCode::OK, session.to_string()), "{started:?}");
    let ended = server.ask(Method::DELETE, &path, &agent, None).await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT);
    assert_eq!(server.ask(Method::GET, &path, &agent, None).await.status, StatusCode::NOT_FOUND);
    desk.phone.sign_out().await;
    server.stop().await;
}
