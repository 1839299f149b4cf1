//! A server that calls come to by SIP: a queue, a number, an agent and trunks.

use std::net::SocketAddr;

use domain::role::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::config::SipConfig;
use storage::testing::Engine;

use crate::{TestServer, desk::Desk, sip_on_any_port};

/// The number that customers dial.
pub const NUMBER: &str = "+918000000001";
pub const CUSTOMER: &str = "+919812300021";

/// A server with a queue, a number, an agent and a trunk.
pub struct Exchange {
    pub server: TestServer,
    pub admin: String,
    /// Where it listens by UDP.
    pub sip: SocketAddr,
    /// The same by TCP.
    pub tcp: SocketAddr,
    /// The same by TLS, where that was set up.
    pub tls: Option<SocketAddr>,
    /// The first trunk, as the server shows it.
    pub trunk: Value,
}

/// A trunk by peer address, as the API takes it.
pub fn trunk(name: &str, host: SocketAddr, priority: u32) -> Value {
    json!({
        "id": null, "password": null,
        "settings": {
            "name": name, "enabled": true, "priority": priority, "kind": "peer", "host": host.to_string(),
            "transport": "udp", "proxy": "", "username": "", "auth_name": "", "peers": ["127.0.0.1"],
            "codecs": ["pcmu", "pcma"], "srtp": false, "country": "IN", "number_format": "plus", "prefix": "",
            "caller_id": { "kind": "of_the_call" }, "asserted_identity": true, "keep_alive_s": 0,
            "limits": { "concurrent": 30, "per_second": 0, "daily_spend": 0, "per_minute": 0, "prefixes": [] }
        }
    })
}

impl Exchange {
    /// With these trunks. The agent is `telecaller@owner.example`.
    pub async fn open(engine: Engine, trunks: Vec<Value>) -> Self {
        Self::open_speaking(engine, trunks, sip_on_any_port()).await
    }

    /// The same, speaking SIP as this says.
    pub async fn open_speaking(engine: Engine, trunks: Vec<Value>, sip: SipConfig) -> Self {
        let server = TestServer::start_with_sip(engine, sip).await;
        let admin = server.tenant("owner").await;
        let (_, agent) = server.user(&admin, "owner", Role::Telecaller).await;
        let queue = json!({
            "name": "Sales", "strategy": "round_robin", "member_ids": [agent], "skills": [], "ring_s": 30, "wrap_up_s": 0,
            "max_size": 50, "max_wait_s": 300, "target_answer_s": 20, "recording": true
        });
        let queue = server.ask(Method::POST, "/queues", &admin, Some(queue)).await;
        assert_eq!(queue.status, StatusCode::CREATED, "{queue:?}");
        let number = json!({
            "number": NUMBER, "label": "Main", "queue_id": queue.text("id"), "campaign_id": null, "greeting": "",
            "language": "en", "provider": "sip", "media": "bridge"
        });
        let number = server.ask(Method::POST, "/numbers", &admin, Some(number)).await;
        assert_eq!(number.status, StatusCode::CREATED, "{number:?}");
        let body = json!({ "trunks": trunks, "extensions": [] });
        let saved = server.ask(Method::PUT, "/settings/sip", &admin, Some(body)).await;
        assert_eq!(saved.status, StatusCode::OK, "{saved:?}");
        let listens = saved.body["listens"].as_array().expect("a list");
        let at = |kind: &str| -> Option<SocketAddr> {
            listens.iter().filter_map(Value::as_str).find_map(|at| at.strip_prefix(kind)?.trim().parse().ok())
        };
        let always = |kind: &str| at(kind).unwrap_or_else(|| panic!("{kind} in {saved:?}"));
        let (sip, tcp, tls) = (always("udp"), always("tcp"), at("tls"));
        let trunk = saved.body["trunks"][0].clone();
        Self { server, admin, sip, tcp, tls, trunk }
    }

    /// Callers hear this recorded message first, from now on.
    pub async fn greets_with(&self, message: &str) {
        let mut number = self.server.ask(Method::GET, "/numbers", &self.admin, None).await.body[0].clone();
        number["greeting_message_id"] = json!(message);
        let path = format!("/numbers/{}", number["id"].as_str().expect("an id"));
        let saved = self.server.ask(Method::PUT, &path, &self.admin, Some(number)).await;
        assert_eq!(
            (saved.status, saved.text("greeting_message_id")),
            (StatusCode::OK, message.to_owned()),
            "{saved:?}"
        );
    }

    pub async fn desk(&self) -> Desk {
        let desk = Desk::sign_in(&self.server, "telecaller@owner.example").await;
        desk.available().await;
        desk
    }

    /// Sets up the agent's telephone, `101`, beside the trunk.
    pub async fn set_up_telephone(&self, password: &str) {
        let users = self.server.ask(Method::GET, "/users", &self.admin, None).await.body;
        let all = users["items"].as_array().expect("a list");
        let agent = all.iter().find(|one| one["role"] == "telecaller").expect("the agent")["id"].clone();
        let trunk = json!({ "id": self.trunk["id"], "settings": self.trunk["settings"], "password": null });
        let extension = json!({ "id": null, "username": "101", "user_id": agent, "password": password });
        let body = json!({ "trunks": [trunk], "extensions": [extension] });
        let saved = self.server.ask(Method::PUT, "/settings/sip", &self.admin, Some(body)).await;
        assert_eq!(saved.status, StatusCode::OK, "{saved:?}");
    }

    /// Waits for the end of a call, and gives what is known of it.
    pub async fn ended(&self, call: &str) -> Value {
        let path = format!("/calls/{call}");
        self.server.until(&path, &self.admin, "the call ends", |detail| detail["row"]["ended_at_ms"].is_number()).await
    }
}
