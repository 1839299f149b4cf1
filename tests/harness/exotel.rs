//! A tenant whose number is a simulated Exotel account's.

use std::sync::Arc;

use reqwest::{Method, StatusCode};
use serde_json::json;
use simulator::{
    customer::CustomerScript,
    exotel::{CallHandle, Config, Flow, SimulatedExotel},
};

use crate::{Answer, TestServer};

/// An Indian number, as Exotel has them.
pub const EXOPHONE: &str = "+918047112233";
pub const CALLER: &str = "+919812300021";
pub const GREETING: &str = "Welcome. This call is recorded.";
const FLOW: &str = "123456";

pub struct ExotelAccount {
    pub carrier: SimulatedExotel,
    /// Addresses of the applets by name.
    pub applets: Vec<(String, String)>,
    pub number_id: String,
    pub queue_id: String,
}

impl ExotelAccount {
    /// Makes this an account of the tenant, with a queue of these agents behind [`EXOPHONE`].
    pub async fn of(server: &TestServer, admin: &str, agents: &[String]) -> Self {
        let config = Config {
            numbers: vec![EXOPHONE.to_owned()],
            skip_waiting: true,
            ..Config::on_loopback("acme1", "key", "token")
        };
        let carrier = SimulatedExotel::start(config).await.expect("the simulated account starts");
        let saved = Self::save(server, admin, &carrier.base_url(), json!([])).await;
        assert_eq!(saved.status, StatusCode::OK, "{saved:?}");
        let applets: Vec<(String, String)> = saved.body["applets"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| {
                (
                    one["applet"].as_str().unwrap_or_default().to_owned(),
                    one["url"].as_str().unwrap_or_default().to_owned(),
                )
            })
            .collect();
        carrier.set_flow(Flow::of(applets.iter().map(|(name, url)| (name.as_str(), url.as_str()))));
        let queue = json!({ "name": "Exotel", "strategy": "round_robin", "member_ids": agents, "skills": [], "ring_s": 20,
            "wrap_up_s": 30, "max_size": 100, "max_wait_s": 120, "target_answer_s": 20, "recording": true });
        let queue = server.ask(Method::POST, "/queues", admin, Some(queue)).await;
        assert!(queue.status.is_success(), "{queue:?}");
        let number = json!({ "number": EXOPHONE, "label": "ExoPhone", "queue_id": queue.text("id"), "campaign_id": null,
            "greeting": GREETING, "language": "en", "provider": "exotel" });
        let number = server.ask(Method::POST, "/numbers", admin, Some(number)).await;
        assert!(number.status.is_success(), "{number:?}");
        Self { carrier, applets, number_id: number.text("id"), queue_id: queue.text("id") }
    }

    pub async fn save(server: &TestServer, admin: &str, base: &str, allowed: serde_json::Value) -> Answer {
        let settings = json!({ "account_sid": "acme1", "api_key": "key", "api_token": "token", "api_base": base,
            "public_url": "", "flow": FLOW, "allowed": allowed });
        server.ask(Method::PUT, "/settings/exotel", admin, Some(settings)).await
    }

    pub fn url(&self, applet: &str) -> &str {
        let found = self.applets.iter().find(|(name, _)| name == applet);
        found.map_or_else(|| panic!("no applet {applet}"), |(_, url)| url)
    }

    pub fn call(&self, script: Arc<CustomerScript>) -> CallHandle {
        self.carrier.place_inbound_call(CALLER, EXOPHONE, script)
    }
}
