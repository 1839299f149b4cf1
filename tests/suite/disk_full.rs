//! The disk is full in the middle of a call. A limit on the length of files stands for the full disk: it needs no rights, works
//! for one process, and can be taken away again.

use std::{path::Path, process::Command, time::Duration};

use serde_json::Value;
use switchboard_tests::{Engine, TestServer, desk::Desk, talk::Talk};
use wire::live::{LiveEvent, NoticeLevel};

mod the_call_goes_on_and_is_recorded_again_when_there_is_space {
    #[test]
    fn sqlite() {
        super::in_a_process_of_its_own("disk_full::inside::sqlite");
    }

    #[test]
    fn postgres() {
        super::in_a_process_of_its_own("disk_full::inside::postgres");
    }
}

mod inside {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    #[ignore = "limits the files of its whole process; the test above runs it alone"]
    async fn sqlite() {
        a_talk_while_the_disk_is_full(Engine::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    #[ignore = "limits the files of its whole process; the test above runs it alone"]
    async fn postgres() {
        a_talk_while_the_disk_is_full(Engine::Postgres).await;
    }
}

fn in_a_process_of_its_own(test: &str) {
    // The signal would end the process; ignored, the write fails as on a full disk.
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$0\" --exact \"$1\" --ignored --nocapture"])
        .arg(std::env::current_exe().expect("the path of this program"))
        .arg(test)
        .output()
        .expect("sh runs");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

/// No file of this process may grow beyond this from now on; `None` takes the limit away.
fn limit_files(bytes: Option<u64>) {
    let limit = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
    let done = Command::new("prlimit")
        .args(["--pid", &std::process::id().to_string(), &format!("--fsize={limit}:unlimited")])
        .status();
    assert!(done.expect("prlimit is installed (util-linux)").success());
}

/// Length of the recording in progress.
fn recorded(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder.join("spool")).expect("the spool");
    let recordings = files.flatten().filter(|file| file.path().extension().is_some_and(|end| end == "opus"));
    recordings.map(|file| file.metadata().map_or(0, |about| about.len())).max().unwrap_or(0)
}

async fn a_talk_while_the_disk_is_full(engine: Engine) {
    let talk = Talk::begin(TestServer::start_on(engine, false).await).await;
    let mut admin = Desk::sign_in(&talk.server, "admin@owner.example").await;
    let live = format!("{}/live", talk.path());
    let recording = |live: &Value| live["recording"]["kind"] == "recording";
    talk.server.until(&live, &talk.admin, "the call is recorded", recording).await;
    while recorded(talk.server.folder.path()) < 4_000 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    limit_files(Some(recorded(talk.server.folder.path()) + 3_000));
    let lost = |event| match event {
        LiveEvent::Notice { notice } if notice.level == NoticeLevel::Loss => Some(notice),
        _ => None,
    };
    let notice = admin.event("a word to the admin", lost).await;
    assert!(notice.call_id.is_some(), "{notice:?}");
    let not_stored = |live: &Value| live["recording"]["kind"] == "not_stored";
    let shown = talk.server.until(&live, &talk.admin, "the call says that it is not stored", not_stored).await;
    assert_eq!(shown["recording"]["reason"], "the disk is full", "{}", shown["recording"]);
    assert_eq!(shown["status"], "in_progress");
    talk.listen();
    talk.heard_throughout(3.0).await;
    let still = talk.server.ask(reqwest::Method::GET, &live, &talk.admin, None).await;
    assert_eq!(still.body["recording"]["kind"], "not_stored", "the disk is still full");

    limit_files(None);
    talk.server.until(&live, &talk.admin, "the call is recorded again", recording).await;
    talk.listen();
    talk.heard_throughout(3.0).await;
    talk.hang_up().await;
    // The events waited for the disk too, and may come after the receipt.
    let written = |detail: &Value| {
        detail["receipt"]["state"]["kind"] == "stored" && kinds(detail).iter().any(|kind| kind == "provider_ended")
    };
    let detail = talk.server.until(&talk.path(), &talk.admin, "the recording is stored", written).await;
    let receipt = &detail["receipt"];
    assert_eq!(receipt["expected_bytes"], receipt["stored_bytes"]);
    let gaps = receipt["gaps"].as_array().expect("gaps");
    assert!(gaps.iter().all(|gap| gap["reason"] == "disk"), "{receipt}");
    let missing: i64 =
        gaps.iter().map(|gap| gap["to_ms"].as_i64().unwrap_or(0) - gap["from_ms"].as_i64().unwrap_or(0)).sum();
    let length = receipt["duration_ms"].as_i64().expect("a length");
    assert!(gaps.len() == 1 && missing >= 3_000, "the time that is missing is said: {receipt}");
    assert!(length - missing >= 3_000, "what was before and after is kept: {receipt}");
    let kinds = kinds(&detail);
    let at = |kind: &str| kinds.iter().position(|one| *one == kind);
    assert!(at("recording_failed").is_some() && at("recording_failed") < at("recording_started"), "{kinds:?}");
    admin.phone.sign_out().await;
    talk.end().await;
}

fn kinds(detail: &Value) -> Vec<String> {
    let events = detail["events"].as_array().cloned().unwrap_or_default();
    events.iter().filter_map(|event| event["kind"].as_str().map(str::to_owned)).collect()
}
