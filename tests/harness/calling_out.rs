//! An agent who calls out through a simulated Twilio account.

use std::{sync::Arc, time::Duration};

use domain::role::Role;
use reqwest::Method;
use serde_json::{Value, json};
use simulator::{
    customer::{CustomerScript, Step},
    twilio::{CallOutcome, Config, Destination, Number, SimulatedTwilio},
};

use crate::{Engine, TestServer, desk::Desk};

const NUMBER: &str = "+918045550111";
const CUSTOMER: &str = "+919800011111";
const PATIENCE: Duration = Duration::from_secs(30);

pub struct CallingOut {
    pub server: TestServer,
    pub admin: String,
    /// The agent's.
    pub token: String,
    pub carrier: SimulatedTwilio,
    pub desk: Desk,
    campaign: String,
}

impl CallingOut {
    /// With a campaign that records and asks the carrier about machines.
    ///
    /// # Panics
    /// When something of it cannot be set up.
    pub async fn open(engine: Engine) -> Self {
        let server = TestServer::start_on(engine, false).await;
        let admin = server.tenant("owner").await;
        let (_, agent) = server.user(&admin, "owner", Role::Telecaller).await;
        let sid = format!("AC{}", "7".repeat(32));
        let mut config = Config::on_loopback(&sid, "token");
        config.numbers = vec![Number {
            number: NUMBER.to_owned(),
            voice_url: String::new(),
            fallback_url: None,
            status_callback: None,
        }];
        let carrier = SimulatedTwilio::start(config).await.expect("a simulated account");
        let settings = json!({ "provider": "twilio", "account_sid": sid, "auth_token": "token",
            "api_base": carrier.base_url(), "public_url": "" });
        let number = json!({ "number": NUMBER, "label": "Line", "queue_id": null, "campaign_id": null, "greeting": "",
            "language": "en" });
        let campaign = json!({ "name": "Spring", "state": "active", "caller_id": null, "script": [], "dispositions": [],
            "hours": { "days": [1, 2, 3, 4, 5, 6, 7], "from_minute": 0, "to_minute": 1440 }, "recording": true,
            "detect_machines": true, "agent_ids": [agent] });
        let mut made = Vec::new();
        for (method, path, body) in [
            (Method::PUT, "/settings/carrier", settings),
            (Method::POST, "/numbers", number),
            (Method::POST, "/campaigns", campaign),
        ] {
            let answer = server.ask(method, path, &admin, Some(body)).await;
            assert!(answer.status.is_success(), "{path}: {answer:?}");
            made.push(answer);
        }
        let desk = Desk::sign_in(&server, "telecaller@owner.example").await;
        desk.available().await;
        let token = server.sign_in("telecaller@owner.example").await.text("access_token");
        let campaign = made[2].text("id");
        Self { server, admin, token, carrier, desk, campaign }
    }

    /// Who takes the telephone stays on the line for a minute. `answered_by`: what the carrier says of them after two seconds.
    pub fn answers(&self, answered_by: &'static str) {
        let steps = vec![Step::Pause { ms: 60_000 }, Step::HangUp];
        let script = Arc::new(CustomerScript { steps, ..(*CustomerScript::silent(CUSTOMER)).clone() });
        let person = Destination::person(script);
        self.carrier
            .set_destination(CUSTOMER, Destination { ring_ms: 200, answered_by, detection_ms: 2_000, ..person });
    }

    /// The call's path.
    ///
    /// # Panics
    /// When it is not placed.
    pub async fn place(&self) -> String {
        let place = json!({ "lead_id": null, "number": CUSTOMER, "campaign_id": self.campaign, "again": true });
        let placed = self.server.ask(Method::POST, "/calls", &self.token, Some(place)).await;
        assert!(placed.status.is_success(), "{placed:?}");
        format!("/calls/{}", placed.text("id"))
    }

    /// How the newest call went, at its end.
    ///
    /// # Panics
    /// When it does not end in time.
    pub async fn outcome(&self) -> Arc<CallOutcome> {
        let call = self.carrier.calls().pop().expect("a call at the carrier");
        tokio::time::timeout(PATIENCE, call.outcome()).await.expect("the call ends").expect("the account is there")
    }

    /// The call as it is told afterwards.
    pub async fn history(&self, path: &str) -> Value {
        let over = |detail: &Value| detail["row"]["status"] == "completed";
        self.server.until(path, &self.admin, "the call is over", over).await
    }

    pub async fn end(self) {
        self.desk.phone.sign_out().await;
        self.server.stop().await;
    }
}
