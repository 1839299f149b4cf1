//! An outcome is saved with everything that follows from it, or not at all; saved again, it is answered as before.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use switchboard_tests::{
    Answer, Engine, TestServer,
    carrier::{NUMBER, TestCarrier},
    on_both_databases,
};

on_both_databases!(
    an_outcome_whose_writing_fails_anywhere_is_not_there_and_is_whole_when_it_is_sent_again,
    an_outcome_that_is_sent_twice_at_once_is_carried_out_once,
);

struct Setting {
    server: TestServer,
    admin: String,
    carrier: TestCarrier,
}

impl Setting {
    async fn make(engine: Engine) -> Self {
        let server = TestServer::start_on(engine, false).await;
        let admin = server.tenant("owner").await;
        let carrier = TestCarrier::of(&server, &admin, &[]).await;
        Self { server, admin, carrier }
    }

    /// A call from somebody new that is over and written; its path.
    async fn past_call(&self, n: usize) -> String {
        let (sid, from) = (format!("CA{n:032}"), format!("+9198000{n:05}"));
        let said = self.carrier.voice(&sid, &from, NUMBER).await;
        self.carrier.status(&sid, "completed", "2").await;
        let path = format!("/calls/{}", said.call());
        let over = |detail: &Value| {
            let settled = detail["row"]["analysis"]["reason"] != "not_asked";
            settled && detail["row"]["status"] == "abandoned"
        };
        self.server.until(&path, &self.admin, "the call is over", over).await;
        path
    }

    /// By the admin, who takes calls too and may see those of everybody.
    async fn save(&self, path: &str, body: &Value) -> Answer {
        self.server.ask(Method::POST, &format!("{path}/disposition"), &self.admin, Some(body.clone())).await
    }

    async fn count(&self, path: &str) -> usize {
        let page = self.server.ask(Method::GET, &format!("{path}?limit=100"), &self.admin, None).await;
        page.body["items"].as_array().unwrap_or_else(|| panic!("{page:?}")).len()
    }

    /// How many there are of all that can follow.
    async fn counts(&self) -> [usize; 4] {
        [
            self.count("/do-not-call").await,
            self.count("/tasks").await,
            self.count("/callbacks").await,
            self.count("/leads").await,
        ]
    }
}

fn outcome(code: &str) -> Value {
    let callback = json!({ "local_time": "2099-01-05T10:30", "zone": "Asia/Kolkata" });
    json!({ "code": code, "sub_code": null, "notes": "Said so", "callback": (code == "callback").then_some(callback),
        "fields": { "name": "Asha" }, "made_at_ms": unix_ms(), "then": "available" })
}

fn unix_ms() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a time after 1970");
    i64::try_from(now.as_millis()).expect("a time of this age")
}

async fn an_outcome_whose_writing_fails_anywhere_is_not_there_and_is_whole_when_it_is_sent_again(engine: Engine) {
    let setting = Setting::make(engine).await;
    // The outcome, the tables that it writes, and what there is one more of afterwards.
    let own = ["dispositions", "calls", "notes", "leads", "lead_changes"];
    let outcomes = [
        ("do_not_call", "dnc", [1, 0, 0, 1]),
        ("escalate", "tasks", [0, 1, 0, 1]),
        ("callback", "callbacks", [0, 0, 1, 1]),
    ];
    let mut n = 0;
    for (code, follows, more) in outcomes {
        for table in own.into_iter().chain([follows]) {
            n += 1;
            let path = setting.past_call(n).await;
            let (before, body) = (setting.counts().await, outcome(code));
            setting.server.database().refuse_writes(table).await;
            let failed = setting.save(&path, &body).await;
            assert!(failed.status.is_server_error(), "{code} without {table}: {failed:?}");
            assert_eq!(setting.counts().await, before, "{code} without {table}");
            let detail = setting.server.ask(Method::GET, &path, &setting.admin, None).await;
            assert_eq!(
                (&detail.body["row"]["disposition"], &detail.body["notes"]),
                (&Value::Null, &json!("")),
                "{detail:?}"
            );

            setting.server.database().allow_writes(table).await;
            let saved = setting.save(&path, &body).await;
            assert_eq!(saved.status, StatusCode::OK, "{code} behind {table}: {saved:?}");
            let made = [before[0] + more[0], before[1] + more[1], before[2] + more[2], before[3] + more[3]];
            assert_eq!(setting.counts().await, made, "{code} behind {table}");
            assert_eq!(saved.body["task"].is_object(), more[1] == 1, "{saved:?}");
            assert_eq!(saved.body["callback"].is_object(), more[2] == 1, "{saved:?}");
            assert_eq!(setting.save(&path, &body).await, saved, "the same again is answered the same");
            assert_eq!(setting.counts().await, made, "and changes nothing");
        }
    }
    setting.server.stop().await;
}

async fn an_outcome_that_is_sent_twice_at_once_is_carried_out_once(engine: Engine) {
    let setting = Setting::make(engine).await;
    let path = setting.past_call(1).await;
    let body = outcome("callback");
    let (one, other) = tokio::join!(setting.save(&path, &body), setting.save(&path, &body));
    assert_eq!(one.status, StatusCode::OK, "{one:?}");
    assert_eq!(one, other);
    assert_eq!(setting.counts().await, [0, 0, 1, 1]);
    setting.server.stop().await;
}
