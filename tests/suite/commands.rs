//! What the program does from the command line, and what it says when it cannot.

use std::{
    net::TcpListener,
    path::Path,
    process::{Output, Stdio},
};

use reqwest::Method;
use serde_json::{Value, json};
use server::config::TurnConfig;
use storage::testing::TestDatabase;
use switchboard_tests::{Engine, PASSWORD, PATIENCE, TestServer, on_both_databases};
use tokio::{io::AsyncWriteExt, process::Command};

const PROGRAM: &str = env!("CARGO_BIN_EXE_switchboard-under-test");

on_both_databases!(
    the_same_seed_makes_the_same_tenant,
    migrate_makes_the_tables_and_says_where,
    doctor_says_what_is_in_order_and_what_is_not,
    a_user_is_added_or_it_is_said_why_not,
);

/// A data folder and a database, with nothing in them.
struct Place {
    folder: tempfile::TempDir,
    database: TestDatabase,
}

impl Place {
    async fn new(engine: Engine) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), database: TestDatabase::new(engine).await }
    }

    async fn run(&self, arguments: &[&str]) -> Said {
        self.run_with(arguments, &[]).await
    }

    async fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Said {
        let mut command = program(arguments);
        command
            .env("SWITCHBOARD_DATA_DIR", self.folder.path())
            .env("SWITCHBOARD_DATABASE", self.database.address())
            .envs(variables.iter().copied());
        finished(command).await
    }

    /// A server of this place; the database stays for as long as the other half of the answer does.
    async fn serve(self) -> (TestServer, TestDatabase) {
        let Self { folder, database } = self;
        let server = TestServer::start_in(folder, &database.address(), false, TurnConfig::default()).await;
        (server, database)
    }
}

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .args(arguments)
        .env("SWITCHBOARD_LISTEN", "127.0.0.1:0")
        .env("SWITCHBOARD_MEDIA_UDP", "127.0.0.1:0")
        .env("SWITCHBOARD_USER_PASSWORD", PASSWORD)
        .env("SWITCHBOARD_SEED_PASSWORD", PASSWORD)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

async fn finished(mut command: Command) -> Said {
    let run = tokio::time::timeout(PATIENCE, command.output()).await;
    Said::of(&run.expect("it ends").expect("the program runs"))
}

/// What it printed, and whether it has succeeded.
#[derive(Debug)]
struct Said {
    ok: bool,
    out: String,
    problem: String,
}

impl Said {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { ok: output.status.success(), out: text(&output.stdout), problem: text(&output.stderr) }
    }

    fn refuses(&self, words: &str) {
        let last = self.problem.lines().last().unwrap_or_default();
        assert!(!self.ok && last.starts_with("switchboard: ") && last.contains(words), "{words}: {self:?}");
    }
}

fn items(page: &Value) -> Vec<Value> {
    page["items"].as_array().cloned().unwrap_or_default()
}

/// What a seed decides of a tenant: not the ids that are made anew, and not the day on which it was made.
async fn seeded(engine: Engine, seed: &str) -> (Vec<Value>, Vec<Value>) {
    let place = Place::new(engine).await;
    let said = place.run(&["seed", "--seed", seed, "--calls", "40", "--agents", "3"]).await;
    assert!(said.ok && said.out.contains("with 40 calls. Sign in as indira.rao@demo.example"), "{said:?}");
    place.run(&["seed", "--calls", "1"]).await.refuses("e-mail address exists already");
    let (server, _database) = place.serve().await;
    let token = server.sign_in("indira.rao@demo.example").await.text("access_token");
    let calls = server.ask(Method::GET, "/calls?limit=200", &token, None).await.body;
    let leads = server.ask(Method::GET, "/leads?limit=200", &token, None).await.body;
    let call = |row: &Value| {
        json!([
            row["id"],
            row["direction"],
            row["status"],
            row["customer_number"],
            row["agent_name"],
            row["talk_ms"],
            row["disposition"],
            row["summary"],
            row["sentiment"],
            row["lead_quality"]
        ])
    };
    let lead =
        |row: &Value| json!([row["phone"], row["name"], row["stage"], row["source"], row["fields"], row["owner_name"]]);
    let (mut calls, mut leads): (Vec<_>, Vec<_>) =
        (items(&calls).iter().map(call).collect(), items(&leads).iter().map(lead).collect());
    calls.sort_by_key(ToString::to_string);
    leads.sort_by_key(ToString::to_string);
    server.stop().await;
    (calls, leads)
}

async fn the_same_seed_makes_the_same_tenant(engine: Engine) {
    let (one, same, other) = (seeded(engine, "7").await, seeded(engine, "7").await, seeded(engine, "8").await);
    assert!(one.0.len() >= 38 && one.1.len() >= 12, "{} calls of {} people", one.0.len(), one.1.len());
    assert_eq!(one, same);
    assert!(one.0 != other.0 && one.1 != other.1, "another seed makes another tenant");
}

async fn migrate_makes_the_tables_and_says_where(engine: Engine) {
    let place = Place::new(engine).await;
    for _ in 0..2 {
        let said = place.run(&["migrate"]).await;
        assert!(said.ok && said.out.contains("are those of this version"), "{said:?}");
        assert!(!said.out.contains("postgres:postgres"), "no password is printed: {said:?}");
    }
    let (server, _database) = place.serve().await;
    let setup = server.ask(Method::GET, "/setup", "", None).await;
    assert_eq!(setup.body["needs_setup"], true, "{setup:?}");
    server.stop().await;
    let nowhere = Place::new(engine).await;
    let nonsense = [("SWITCHBOARD_DATABASE", "mysql://there")];
    assert!(!nowhere.run_with(&["migrate"], &nonsense).await.ok);
}

async fn doctor_says_what_is_in_order_and_what_is_not(engine: Engine) {
    let place = Place::new(engine).await;
    let line = |said: &Said, name: &str| {
        let found = said.out.lines().find(|line| line.contains(&format!(" {name}: ")));
        found.unwrap_or_else(|| panic!("nothing of {name} in {said:?}")).to_owned()
    };
    let fresh = place.run(&["doctor"]).await;
    for name in
        ["data folder", "keys", "HTTP port", "media port", "public address", "screens", "database", "recordings"]
    {
        assert!(line(&fresh, name).starts_with("ok "), "{fresh:?}");
    }
    assert!(line(&fresh, "recordings").contains("no tenant yet"), "{fresh:?}");

    let made = ["user", "add", "--tenant", "Cedar", "--name", "Asha", "--email", "asha@cedar.example"];
    assert!(place.run(&made).await.ok);
    let whole = place.run(&["doctor"]).await;
    assert!(line(&whole, "database").contains("opens with these keys"), "{whole:?}");
    assert!(line(&whole, "recordings").contains("for 1 tenants"), "{whole:?}");

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let troubles = [
        ("SWITCHBOARD_LISTEN", address.as_str()),
        ("SWITCHBOARD_PUBLIC_URL", "http://calls.example"),
        ("SWITCHBOARD_UI_DIR", "/nowhere"),
    ];
    let said = place.run_with(&["doctor"], &troubles).await;
    said.refuses("checks found a problem");
    for (name, advice) in
        [("HTTP port", "change listen"), ("public address", "put TLS in front"), ("screens", "npm run build")]
    {
        let line = line(&said, name);
        assert!(line.starts_with("PROBLEM ") && line.contains(advice), "{line}");
    }

    // Keys of another server.
    let other = Place::new(engine).await;
    assert!(other.run(&["migrate"]).await.ok);
    std::fs::copy(other.folder.path().join("keys.toml"), place.folder.path().join("keys.toml")).unwrap();
    let foreign = place.run(&["doctor"]).await;
    foreign.refuses("checks found a problem");
    assert!(line(&foreign, "database").contains("restore the right file from the backup"), "{foreign:?}");
    assert!(line(&foreign, "recordings").contains("the database has to be opened first"), "{foreign:?}");
}

async fn a_user_is_added_or_it_is_said_why_not(engine: Engine) {
    let place = Place::new(engine).await;
    let add = |email: &'static str, more: &[&'static str]| {
        let arguments = [&["user", "add", "--name", "Asha", "--email", email][..], more].concat();
        let place = &place;
        async move { place.run(&arguments).await }
    };
    add("asha@cedar.example", &[]).await.refuses("there is no tenant yet; add --tenant NAME");
    add("asha@cedar.example", &["--tenant", "Cedar", "--role", "viewer"]).await.refuses("role: expected tenant_admin");
    add("asha@cedar.example", &["--tenant", "Cedar", "--zone", "Mars/Base"]).await.refuses("zone: expected an IANA");
    let made = add("asha@cedar.example", &["--tenant", "Cedar", "--country", "DE", "--zone", "Europe/Berlin"]).await;
    assert!(made.ok && made.out.contains("asha@cedar.example can sign in as tenant_admin"), "{made:?}");

    add("other@cedar.example", &["--tenant", "Birch"]).await.refuses("there is a tenant already");
    add("other@cedar.example", &["--role", "boss"])
        .await
        .refuses("there is no role boss; there are tenant_admin, manager");
    add("asha@cedar.example", &[]).await.refuses("e-mail address exists already");
    add("nobody", &[]).await.refuses("email: expected an e-mail address");
    add("other@cedar.example", &["--password", "short"]).await.refuses("password: expected 12 to 200 characters");
    add("other@cedar.example", &["--tenant-of", "x@y.example"]).await.refuses("nobody has the e-mail address");
    let agent = add("agent@cedar.example", &["--role", "telecaller"]).await;
    assert!(agent.ok, "{agent:?}");

    let (server, database) = place.serve().await;
    let token = server.sign_in("asha@cedar.example").await.text("access_token");
    let me = server.ask(Method::GET, "/me", &token, None).await.body;
    let tenant = (&me["tenant"]["name"], &me["tenant"]["country"], &me["tenant"]["zone"]);
    assert_eq!(tenant, (&json!("Cedar"), &json!("DE"), &json!("Europe/Berlin")), "{me}");
    let queues = server.ask(Method::GET, "/queues", &token, None).await.body;
    assert_eq!((&queues[0]["name"], &queues[0]["member_ids"][0]), (&json!("Main"), &me["user"]["id"]), "{queues}");
    let agents = server.ask(Method::GET, "/agents", &token, None).await.body;
    assert_eq!(agents.as_array().map(Vec::len), Some(2), "{agents}");
    server.tenant("second").await;
    let folder = server.folder.path().to_owned();
    several_tenants(&folder, &database).await;
    server.stop().await;
}

/// Beside the server.
async fn several_tenants(folder: &Path, database: &TestDatabase) {
    let add = |more: &[&str]| {
        let mut command = program(&["user", "add", "--name", "Asha", "--email", "third@cedar.example"]);
        command.args(more).env("SWITCHBOARD_DATA_DIR", folder).env("SWITCHBOARD_DATABASE", database.address());
        finished(command)
    };
    add(&[]).await.refuses("there are several tenants; name one by --tenant-of");
    let made = add(&["--tenant-of", "asha@cedar.example"]).await;
    assert!(made.ok, "{made:?}");
}

const TRANSCRIPT: &str = r#"{ "language": "en", "engine": "", "duration_s": 9.0, "call_date": "2026-11-20T10:30",
    "zone": "Asia/Kolkata", "tenant_country": "IN", "products": [], "segments": [
    { "speaker": "agent", "start_s": 0, "end_s": 2.0, "text": "How can I help you?" },
    { "speaker": "customer", "start_s": 2.5, "end_s": 8.0, "text": "I am looking for a 2 BHK, my budget is 70 lakh." } ] }"#;

#[tokio::test]
async fn analyse_reads_a_file_or_standard_input_and_says_what_is_no_transcript() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("call.json");
    std::fs::write(&path, TRANSCRIPT).unwrap();
    let name = path.to_str().unwrap();
    let from_file = finished(program(&["analyse", name])).await;
    let analysis: Value = serde_json::from_str(&from_file.out).unwrap_or_else(|_| panic!("{from_file:?}"));
    let budget = analysis["fields"].as_array().and_then(|all| all.iter().find(|one| one["key"] == "budget"));
    assert!(budget.is_some() && analysis["engine"]["name"] == "rules", "{analysis}");

    let mut child = program(&["analyse", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(TRANSCRIPT.as_bytes()).await.unwrap();
    let piped = Said::of(&child.wait_with_output().await.unwrap());
    assert_eq!(piped.out, from_file.out);

    finished(program(&["analyse", "/nowhere.json"])).await.refuses("cannot read /nowhere.json");
    for text in ["", "[]", "{}", "not JSON", &TRANSCRIPT.replace("\"customer\"", "\"parrot\"")] {
        std::fs::write(&path, text).unwrap();
        finished(program(&["analyse", name])).await.refuses("call.json is not a transcript");
    }
    std::fs::write(&path, TRANSCRIPT.replace("Asia/Kolkata", "Mars/Base")).unwrap();
    assert!(!finished(program(&["analyse", name])).await.ok, "a zone that is none");
    let half = finished(program(&["analyse", name, "--engine-url", "http://127.0.0.1:9"])).await;
    assert!(!half.ok && half.problem.contains("--model"), "{half:?}");
}

#[tokio::test]
async fn a_folder_without_keys_has_none_to_rotate() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program(&["keys", "rotate"]);
    command.env("SWITCHBOARD_DATA_DIR", folder.path());
    finished(command).await.refuses("cannot be used: there is none");
    let mut nonsense = program(&["doctor"]);
    nonsense.env("SWITCHBOARD_LISTEN", "here");
    finished(nonsense).await.refuses("SWITCHBOARD_LISTEN");
}

#[tokio::test]
async fn simulated_calls_say_how_far_they_are_and_that_nothing_was_lost() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program(&["simulate", "--carrier", "exotel", "--calls", "3", "--agents", "3", "--faults"]);
    command.env("TMPDIR", folder.path());
    let run = tokio::time::timeout(4 * PATIENCE, command.output()).await;
    let said = Said::of(&run.expect("it ends").expect("the program runs"));
    let figures = "SIMULATED Exotel, with faults: 3 calls, 3 answered, 3 stored";
    assert!(said.ok && said.out.starts_with(figures) && said.out.trim_end().ends_with("lost: nothing"), "{said:?}");
    for step in ["3 agents are available; calls begin", "1 of 3 calls have ended", "3 of 3 calls have ended"] {
        assert!(said.problem.lines().any(|line| line == step), "{step}: {said:?}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "its data are gone");
    for nonsense in [&["--faults"][..], &["--calls", "1", "--agents", "0"], &["--calls", "1", "--carrier", "pigeon"]] {
        let refused = finished(program(&[&["simulate"], nonsense].concat())).await;
        assert!(!refused.ok && refused.problem.starts_with("error: "), "{nonsense:?}: {refused:?}");
    }
}
