//! Private PostgreSQL clusters for tests.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{LazyLock, Mutex, PoisonError},
    time::{Duration, Instant},
};

use sqlx::{Connection, PgConnection};

const START_WITHIN: Duration = Duration::from_secs(60);
/// How often something that another process does is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A cluster that this program started. It is stopped when this is dropped and when the program ends, however it ends.
pub struct Cluster {
    url: String,
    folder: PathBuf,
    /// When it ends, that is the script's sign to stop the server.
    orders: Mutex<ChildStdin>,
    _guard: Child,
}

/// Where the databases of this program's tests are made.
struct Home {
    url: String,
    /// Others use it too: databases are dropped one by one.
    shared: bool,
    _cluster: Option<Cluster>,
}

static HOME: LazyLock<Result<Home, String>> = LazyLock::new(|| {
    #[cfg(unix)]
    if let Ok(run) = std::env::var("NEXTEST_RUN_ID") {
        return shared(&run).map(|url| Home { url, shared: true, _cluster: None });
    }
    Cluster::start().map(|cluster| Home { url: cluster.url.clone(), shared: false, _cluster: Some(cluster) })
});

/// URL of the `postgres` database for this program's tests, and whether other programs use the cluster too. The first
/// caller starts it and blocks until it answers.
///
/// # Panics
/// With a sentence that says what to do.
pub(super) fn home() -> (&'static str, bool) {
    match &*HOME {
        Ok(home) => (&home.url, home.shared),
        Err(why) => panic!("no PostgreSQL for the tests: {why}"),
    }
}

/// `$1`: PostgreSQL's programs. `$2`: the cluster's folder, which is there and empty. The server refuses to run as root, so
/// root hands over to the user `postgres`.
const SETUP: &str = r#"
set -eu
trap : INT TERM
dir=$2
as=""
if [ "$(id -u)" = 0 ]; then chown postgres "$dir"; as="runuser -u postgres --"; fi
cd "$dir"
exec 3>&1 >>"$dir/log" 2>&1
$as "$1/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C --no-sync </dev/null || { cat "$dir/log" >&3; exit 1; }
serve() {
  $as "$1/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c fsync=off -c synchronous_commit=off \
    -c full_page_writes=off -c shared_buffers=64MB -c max_connections=400 -c autovacuum=off </dev/null 3>&- &
}
halt() {
  $as "$1/pg_ctl" stop -D "$dir/data" -m immediate || :
  wait || :
}
serve "$1"
echo up >&3
"#;
/// Obeys standard input, a word in each line, until it ends.
const OBEY: &str = r#"
exec 3>&-
while read -r word; do
  case $word in
    stop) halt "$1" ;;
    start) serve "$1" ;;
  esac
done
halt "$1"
rm -rf "$dir"
"#;
/// Ends when the process `$3` has ended.
#[cfg(unix)]
const WATCH: &str = r#"
exec 3>&-
while kill -0 "$3" 2>/dev/null; do sleep 1; done
halt "$1"
rm -rf "$dir"
"#;

impl Cluster {
    /// Starts a cluster and blocks until it answers.
    ///
    /// # Errors
    /// A sentence that says what to do.
    pub fn start() -> Result<Self, String> {
        // In `/tmp` because a socket's path may have only about 100 characters.
        let folder = tempfile::Builder::new().prefix("switchboard-pg-").tempdir_in("/tmp");
        let folder = folder.map_err(|error| format!("no folder for PostgreSQL: {error}"))?.keep();
        let mut command = script(&format!("{SETUP}{OBEY}"), &folder)?;
        let mut guard = run(command.stdin(Stdio::piped()), &folder)?;
        let orders = guard.stdin.take().ok_or("sh has no input")?;
        let cluster = Self { url: url_of(&folder), folder, orders: Mutex::new(orders), _guard: guard };
        wait_until_it_answers(&cluster.url, &cluster.folder)?;
        Ok(cluster)
    }

    /// URL of its `postgres` database.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Cuts every connection at once, as a crash would; then nobody answers. Blocks until it is so.
    ///
    /// # Errors
    /// A sentence.
    pub fn go_away(&self) -> Result<(), String> {
        self.order("stop")?;
        let runtime = runtime()?;
        until(|| runtime.block_on(PgConnection::connect(&self.url)).is_err())
            .then_some(())
            .ok_or_else(|| format!("the server still answers; its log: {}", log_of(&self.folder)))
    }

    /// Blocks until the server answers again.
    ///
    /// # Errors
    /// A sentence.
    pub fn come_back(&self) -> Result<(), String> {
        self.order("start")?;
        wait_until_it_answers(&self.url, &self.folder)
    }

    fn order(&self, word: &str) -> Result<(), String> {
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(orders, "{word}").map_err(|error| format!("the cluster's script has ended: {error}"))
    }
}

/// One cluster for all programs of a run of nextest, which starts a program for each test. The first of them starts it;
/// it ends with the run.
#[cfg(unix)]
fn shared(run_id: &str) -> Result<String, String> {
    use std::os::unix::process::{CommandExt, parent_id};

    let name: String = run_id.chars().filter(char::is_ascii_alphanumeric).take(32).collect();
    let folder = PathBuf::from(format!("/tmp/switchboard-pg-{name}"));
    let url = url_of(&folder);
    if fs::create_dir(&folder).is_ok() {
        let mut command = script(&format!("{SETUP}{WATCH}"), &folder)?;
        run(command.arg(parent_id().to_string()).stdin(Stdio::null()).process_group(0), &folder)?;
    }
    wait_until_it_answers(&url, &folder)?;
    Ok(url)
}

fn url_of(folder: &Path) -> String {
    format!("postgres://postgres@localhost/postgres?host={}", folder.display())
}

fn script(text: &str, folder: &Path) -> Result<Command, String> {
    let binaries = binaries().ok_or(
        "initdb was not found. Install PostgreSQL (Debian and Ubuntu: apt-get install postgresql), put its programs on \
         PATH, or set SWITCHBOARD_TEST_POSTGRES to the URL of a server",
    )?;
    let mut command = Command::new("sh");
    command.args(["-c", text, "sh"]).arg(&binaries).arg(folder).stdout(Stdio::piped()).stderr(Stdio::null());
    Ok(command)
}

/// Returns when the server has been started; it may not answer yet.
fn run(command: &mut Command, folder: &Path) -> Result<Child, String> {
    let mut guard = command.spawn().map_err(|error| format!("sh cannot be run: {error}"))?;
    let output = guard.stdout.take().ok_or("sh has no output")?;
    let mut said = String::new();
    BufReader::new(output).read_line(&mut said).map_err(|error| error.to_string())?;
    if said.trim() == "up" { Ok(guard) } else { Err(format!("initdb failed: {said} {}", log_of(folder))) }
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

fn log_of(folder: &Path) -> String {
    fs::read_to_string(folder.join("log")).unwrap_or_default()
}

fn runtime() -> Result<tokio::runtime::Runtime, String> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())
}

fn until(mut done: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + START_WITHIN;
    loop {
        if done() {
            return true;
        }
        if Instant::now() > deadline {
            return false;
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

fn wait_until_it_answers(url: &str, folder: &Path) -> Result<(), String> {
    let runtime = runtime()?;
    let answers = || runtime.block_on(async { PgConnection::connect(url).await?.close().await }).is_ok();
    if until(answers) { Ok(()) } else { Err(format!("the server did not answer; its log: {}", log_of(folder))) }
}
