//! Many calls at once.
#![expect(clippy::print_stdout, reason = "the figures are what it is run for")]

use server::load::{self, LoadPlan};

/// Every call is answered, ends in order, is recorded whole (as long as the talk, every line of both sides), is analysed and
/// gets its outcome.
#[tokio::test(flavor = "multi_thread")]
async fn twenty_calls_at_once_with_thirty_agents_all_come_through_whole() {
    let folder = tempfile::tempdir().unwrap();
    let plan = LoadPlan {
        program: env!("CARGO_BIN_EXE_switchboard-under-test").into(),
        data_dir: folder.path().to_owned(),
        database: String::new(),
        calls: 20,
        agents: 30,
    };
    let figures = load::run(&plan).await.expect("the load runs");
    println!("{figures}");
    assert_eq!(figures.customers.placed, 20);
    assert_eq!(figures.heard, 20, "{figures}");
    assert!(figures.is_good(), "{figures}");
}
