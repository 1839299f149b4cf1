//! Servers for tests: the whole product on a free port, with a folder and a database of its own; an agent's phone and a
//! carrier that tests lead by the hand.

pub mod calling_out;
pub mod carrier;
pub mod chirps;
pub mod desk;
pub mod document;
pub mod estate;
pub mod exchange;
pub mod exotel;
pub mod killable;
pub mod sip;
pub mod sound;
pub mod talk;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use domain::{pii::Personal, role::Role};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::{
    Running,
    config::{Config, MediaConfig, SipConfig, TurnConfig},
};
pub use storage::testing::Engine;
use storage::testing::TestDatabase;

const ANY_PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// Good for every person of a test.
pub const PASSWORD: &str = "a sentence for tests";

/// Longer than anything here takes on a machine that is not overloaded tenfold.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Runs each `async fn(Engine)` as a test on SQLite and as one on PostgreSQL.
#[macro_export]
macro_rules! on_both_databases {
    ($($test:ident),+ $(,)?) => {$(
        mod $test {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$test($crate::Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$test($crate::Engine::Postgres).await;
            }
        }
    )+};
}

/// A running server; its folder and its database go with it.
pub struct TestServer {
    pub running: Running,
    pub folder: tempfile::TempDir,
    config: Config,
    client: reqwest::Client,
    database: Option<TestDatabase>,
}

/// An answer: status and JSON (null when it has none).
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Value,
}

impl Answer {
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    pub fn text(&self, key: &str) -> String {
        self.body[key].as_str().unwrap_or_default().to_owned()
    }
}

impl TestServer {
    /// `database` empty is SQLite in the folder. `demo` is shown to the screens only.
    pub async fn start(database: &str, demo: bool) -> Self {
        Self::start_with(database, demo, TurnConfig::default()).await
    }

    /// With relays for the devices' sound.
    pub async fn start_with(database: &str, demo: bool, turn: TurnConfig) -> Self {
        Self::start_in(tempfile::tempdir().expect("a temporary folder"), database, demo, turn).await
    }

    /// With what is in this folder.
    pub async fn start_in(folder: tempfile::TempDir, database: &str, demo: bool, turn: TurnConfig) -> Self {
        log();
        let config = Config {
            data_dir: folder.path().to_owned(),
            database: database.to_owned(),
            listen: ANY_PORT,
            media: MediaConfig { udp: ANY_PORT, advertise: Vec::new(), turn },
            sip: SipConfig { udp: vec![ANY_PORT], tcp: vec![ANY_PORT], ..SipConfig::default() },
            ..Config::default()
        };
        let running = Running::start(&config, demo).await.expect("the server starts");
        Self { running, folder, config, client: reqwest::Client::new(), database: None }
    }

    /// On a fresh database of this engine.
    pub async fn start_on(engine: Engine, demo: bool) -> Self {
        let database = TestDatabase::new(engine).await;
        let server = Self::start(&database.address(), demo).await;
        Self { database: Some(database), ..server }
    }

    /// The database of [`Self::start_on`].
    pub fn database(&self) -> &TestDatabase {
        self.database.as_ref().expect("a server of start_on")
    }

    /// Stops the server and starts another one with the same data, on the same address.
    pub async fn start_again(self) -> Self {
        let config = Config { listen: self.running.address, ..self.config };
        self.running.stop().await;
        let running = Running::start(&config, false).await.expect("the server starts again");
        Self { running, config, ..self }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.running.base_url)
    }

    /// One request below `/api/v1`; `token` empty sends none.
    pub async fn ask(&self, method: Method, path: &str, token: &str, body: Option<Value>) -> Answer {
        self.ask_once(method, path, token, body, None).await
    }

    /// As [`Self::ask`], with an idempotency key.
    pub async fn ask_once(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: Option<Value>,
        key: Option<&str>,
    ) -> Answer {
        let mut request = self.client.request(method, self.url(&format!("/api/v1{path}")));
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.expect("the server answers");
        let status = response.status();
        let body = response.json().await.unwrap_or(Value::Null);
        Answer { status, body }
    }

    /// A new tenant, which may call at whatever hour the tests run; its admin's access token.
    pub async fn tenant(&self, name: &str) -> String {
        let body = json!({
            "tenant_name": name, "country": "IN", "zone": "Asia/Kolkata", "name": "Admin",
            "email": format!("admin@{name}.example"), "password": PASSWORD, "device": "desktop"
        });
        let answer = self.ask(Method::POST, "/tenants", "", Some(body)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        let admin = answer.text("access_token");
        let always = json!({ "days": [1, 2, 3, 4, 5, 6, 7], "from_minute": 0, "to_minute": 1440 });
        let hours = self.ask(Method::PUT, "/settings/calling-hours", &admin, Some(always)).await;
        assert!(hours.status.is_success(), "{hours:?}");
        admin
    }

    /// A user of the admin's tenant, signed in: their token and id.
    pub async fn user(&self, admin: &str, tenant: &str, role: Role) -> (String, String) {
        let email = format!("{}@{tenant}.example", role.as_str().replace('_', "-"));
        let body = json!({ "name": role.as_str(), "email": email, "role": role, "password": PASSWORD });
        let made = self.ask(Method::POST, "/users", admin, Some(body)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
        (self.sign_in(&email).await.text("access_token"), made.text("id"))
    }

    pub async fn sign_in(&self, email: &str) -> Answer {
        let body = json!({ "email": email, "password": PASSWORD, "device": "desktop" });
        self.ask(Method::POST, "/auth/sign-in", "", Some(body)).await
    }

    /// Asks until the answer is as wanted, and gives it.
    pub async fn until(&self, path: &str, token: &str, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            let answer = self.ask(Method::GET, path, token, None).await.body;
            if is_it(&answer) {
                return answer;
            }
            assert!(began.elapsed() < PATIENCE, "{what}: {answer}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    pub async fn stop(self) {
        self.running.stop().await;
    }
}

/// The password as the use-cases take it.
pub fn password() -> Personal<String> {
    Personal::new(PASSWORD.to_owned())
}

/// What the server says, for who looks into a test that fails: `RUST_LOG=debug`.
fn log() {
    let filter = tracing_subscriber::EnvFilter::from_default_env();
    drop(tracing_subscriber::fmt().with_env_filter(filter).with_test_writer().try_init());
}
