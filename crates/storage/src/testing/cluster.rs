//! A private PostgreSQL cluster for one test program.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::LazyLock,
    time::{Duration, Instant},
};

use sqlx::{Connection, PgConnection};

const START_WITHIN: Duration = Duration::from_secs(60);

struct Cluster {
    url: String,
    /// Its standard input ends when this program does, and that is its sign to stop the server.
    _guard: Child,
}

static CLUSTER: LazyLock<Result<Cluster, String>> = LazyLock::new(start);

/// URL of the cluster's `postgres` database. The first caller starts it and blocks until it answers.
///
/// # Panics
/// With a sentence that says what to do.
pub(super) fn url() -> &'static str {
    match &*CLUSTER {
        Ok(cluster) => &cluster.url,
        Err(why) => panic!("no PostgreSQL for the tests: {why}"),
    }
}

/// The server refuses to run as root, so root hands over to the user `postgres`. The folder is made in `/tmp` because a
/// socket's path may have only about 100 characters.
const SCRIPT: &str = r#"
set -eu
trap : INT TERM
dir=$(mktemp -d /tmp/switchboard-pg-XXXXXX)
as=""
if [ "$(id -u)" = 0 ]; then chown postgres "$dir"; as="runuser -u postgres --"; fi
cd "$dir"
$as "$1/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$dir/log" 2>&1 </dev/null || { cat "$dir/log" >&2; rm -rf "$dir"; exit 1; }
exec 2>>"$dir/log"
$as "$1/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c fsync=off -c synchronous_commit=off \
  -c full_page_writes=off -c shared_buffers=64MB -c max_connections=400 -c autovacuum=off >>"$dir/log" 2>&1 </dev/null &
echo "$dir"
exec >>"$dir/log"
read -r _ || :
$as "$1/pg_ctl" stop -D "$dir/data" -m immediate || :
wait || :
rm -rf "$dir"
"#;

fn start() -> Result<Cluster, String> {
    let binaries = binaries().ok_or(
        "initdb was not found. Install PostgreSQL (Debian and Ubuntu: apt-get install postgresql), put its programs on \
         PATH, or set SWITCHBOARD_TEST_POSTGRES to the URL of a server",
    )?;
    let mut guard = Command::new("sh")
        .args(["-c", SCRIPT, "sh"])
        .arg(&binaries)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(|error| format!("sh cannot be run: {error}"))?;
    let output = guard.stdout.take().ok_or("sh has no output")?;
    let mut folder = String::new();
    BufReader::new(output).read_line(&mut folder).map_err(|error| error.to_string())?;
    let folder = folder.trim();
    if folder.is_empty() {
        return Err("initdb failed; its output is above".to_owned());
    }
    let url = format!("postgres://postgres@localhost/postgres?host={folder}");
    wait_until_it_answers(&url, Path::new(folder))?;
    Ok(Cluster { url, _guard: guard })
}

fn binaries() -> Option<PathBuf> {
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.flatten().map(|version| version.path().join("bin")).collect())
        .unwrap_or_default();
    folders.sort();
    folders.reverse();
    folders.extend(std::env::split_paths(&on_path));
    folders.into_iter().find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}

fn wait_until_it_answers(url: &str, folder: &Path) -> Result<(), String> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    let deadline = Instant::now() + START_WITHIN;
    loop {
        let answer = runtime.block_on(async { PgConnection::connect(url).await?.close().await });
        match answer {
            Ok(()) => return Ok(()),
            Err(error) if Instant::now() > deadline => {
                let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
                return Err(format!("the server did not answer: {error}; its log: {log}"));
            }
            Err(_) => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}
