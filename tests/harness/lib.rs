//! Servers for tests: the whole product on a free port, with a folder of its own.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use domain::{pii::Personal, role::Role};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::{
    Running,
    config::{Config, MediaConfig},
};

const ANY_PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// Good for every person of a test.
pub const PASSWORD: &str = "a sentence for tests";

/// A running server; its folder goes with it.
pub struct TestServer {
    pub running: Running,
    pub folder: tempfile::TempDir,
    client: reqwest::Client,
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
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = Config {
            data_dir: folder.path().to_owned(),
            database: database.to_owned(),
            listen: ANY_PORT,
            media: MediaConfig { udp: ANY_PORT, advertise: Vec::new() },
            ..Config::default()
        };
        let running = Running::start(&config, demo).await.expect("the server starts");
        Self { running, folder, client: reqwest::Client::new() }
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

    /// A new tenant; its admin's access token.
    pub async fn tenant(&self, name: &str) -> String {
        let body = json!({
            "tenant_name": name, "country": "IN", "zone": "Asia/Kolkata", "name": "Admin",
            "email": format!("admin@{name}.example"), "password": PASSWORD, "device": "desktop"
        });
        let answer = self.ask(Method::POST, "/tenants", "", Some(body)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        answer.text("access_token")
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

    pub async fn stop(self) {
        self.running.stop().await;
    }
}

/// The password as the use-cases take it.
pub fn password() -> Personal<String> {
    Personal::new(PASSWORD.to_owned())
}
