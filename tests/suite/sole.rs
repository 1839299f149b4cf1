//! One server for each data folder and each database; a user can be added beside it.

use std::{
    path::Path,
    process::{Output, Stdio},
};

use serde_json::Value;
use switchboard_tests::{Engine, PASSWORD, TestServer, on_both_databases, talk::Talk};
use tokio::process::Command;

const PROGRAM: &str = env!("CARGO_BIN_EXE_switchboard-under-test");

on_both_databases!(a_user_is_added_in_the_middle_of_a_call, a_second_server_is_refused_in_words);

async fn run(folder: &Path, database: &str, arguments: &[&str]) -> Output {
    let run = Command::new(PROGRAM)
        .args(arguments)
        .env("SWITCHBOARD_DATA_DIR", folder)
        .env("SWITCHBOARD_DATABASE", database)
        .env("SWITCHBOARD_LISTEN", "127.0.0.1:0")
        .env("SWITCHBOARD_MEDIA_UDP", "127.0.0.1:0")
        .env("SWITCHBOARD_USER_PASSWORD", PASSWORD)
        .env("SWITCHBOARD_SEED_PASSWORD", PASSWORD)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    tokio::time::timeout(switchboard_tests::PATIENCE, run).await.expect("it ends").expect("the program runs")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

async fn a_user_is_added_in_the_middle_of_a_call(engine: Engine) {
    let talk = Talk::begin(TestServer::start_on(engine, false).await).await;
    let email = "late@owner.example";
    let add = ["user", "add", "--name", "Late", "--email", email, "--role", "manager"];
    let output = run(talk.server.folder.path(), &talk.server.database().address(), &add).await;
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(talk.server.sign_in(email).await.status, 200);
    talk.listen();
    talk.has_sound().await;
    talk.hang_up().await;
    let ended = |detail: &Value| kinds(detail).iter().any(|kind| kind == "provider_ended");
    let detail = talk.server.until(&talk.path(), &talk.admin, "the end of the call is written", ended).await;
    assert!(!kinds(&detail).iter().any(|kind| kind == "server_restarted"), "{:?}", kinds(&detail));
    talk.end().await;
}

fn kinds(detail: &Value) -> Vec<String> {
    let events = detail["events"].as_array().cloned().unwrap_or_default();
    events.iter().filter_map(|event| event["kind"].as_str().map(str::to_owned)).collect()
}

async fn a_second_server_is_refused_in_words(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let address = server.database().address();
    for command in [&["serve"][..], &["seed", "--calls", "1"][..]] {
        let output = run(server.folder.path(), &address, command).await;
        let words = said(&output);
        assert!(!output.status.success() && words.contains("a server runs in the data folder"), "{command:?}: {words}");
        assert!(words.contains("stop it first"), "{command:?}: {words}");
    }
    if engine == Engine::Postgres {
        let other = tempfile::tempdir().expect("a folder");
        let keys = "keys.toml";
        std::fs::copy(server.folder.path().join(keys), other.path().join(keys)).expect("the keys of the database");
        let output = run(other.path(), &address, &["serve"]).await;
        let words = said(&output);
        assert!(!output.status.success() && words.contains("uses this database already"), "{words}");
    }
    let me = server.ask(reqwest::Method::GET, "/me", &admin, None).await;
    assert_eq!(me.status, 200, "the first goes on: {me:?}");
    server.stop().await;
}
