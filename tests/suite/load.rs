//! Many calls at once.

use std::{path::Path, time::Duration};

use server::load::{self, LoadPlan};

fn plan(folder: &Path, kill_after: Option<Duration>) -> LoadPlan {
    LoadPlan {
        program: env!("CARGO_BIN_EXE_switchboard-under-test").into(),
        data_dir: folder.to_owned(),
        database: String::new(),
        calls: 20,
        agents: 30,
        kill_after,
    }
}

/// Every call is answered, ends in order, is recorded whole (as long as the talk, every line of both sides), is analysed and
/// gets its outcome.
#[tokio::test(flavor = "multi_thread")]
async fn twenty_calls_at_once_with_thirty_agents_all_come_through_whole() {
    let folder = tempfile::tempdir().unwrap();
    let figures = load::run(&plan(folder.path(), None)).await.expect("the load runs");
    println!("{figures}");
    assert_eq!(figures.customers.placed, 20);
    assert_eq!(figures.heard, 20, "{figures}");
    assert!(figures.is_good(), "{figures}");
}

/// Every call goes on with its agent, ends in order, and is recorded with one hole; thirty phones come back at once.
#[tokio::test(flavor = "multi_thread")]
async fn twenty_calls_outlive_their_server() {
    let folder = tempfile::tempdir().unwrap();
    let figures = load::run(&plan(folder.path(), Some(Duration::from_secs(30)))).await.expect("the load runs");
    println!("{figures}");
    assert_eq!(figures.customers.placed, 20);
    assert!((1..5_000).contains(&figures.largest_hole_ms), "{figures}");
    assert!(figures.is_good(), "{figures}");
}
