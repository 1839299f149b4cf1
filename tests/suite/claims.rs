//! A claim without a call is given back, wherever the one who claimed was cut off.

use std::time::Duration;

use backend::Backend;
use domain::{
    ids::{CallId, UserId},
    role::Role,
};
use reqwest::Method;
use serde_json::{Value, json};
use storage::TenantScope;
use switchboard_tests::{Engine, TestServer, carrier::TestCarrier, desk::Desk, on_both_databases};

on_both_databases!(
    an_agent_whose_call_cannot_be_written_is_free_again,
    an_agent_whose_request_is_cut_off_anywhere_is_held_by_a_call_or_free,
    a_call_that_the_carrier_refuses_at_once_is_shown_to_who_placed_it,
    an_agent_who_is_held_by_a_call_that_is_not_there_is_free_again,
    an_agent_who_may_take_no_calls_any_more_is_offline,
    nobody_is_called_outside_the_hours_of_the_organisation,
);

struct Setting {
    server: TestServer,
    admin: String,
    token: String,
    agent: UserId,
    desk: Desk,
}

impl Setting {
    async fn make(engine: Engine) -> Self {
        let server = TestServer::start_on(engine, false).await;
        let admin = server.tenant("owner").await;
        let (token, agent) = server.user(&admin, "owner", Role::Telecaller).await;
        TestCarrier::of(&server, &admin, std::slice::from_ref(&agent)).await;
        let desk = Desk::sign_in(&server, "telecaller@owner.example").await;
        desk.available().await;
        Self { server, admin, token, agent: agent.parse().expect("an id"), desk }
    }

    fn backend(&self) -> &Backend {
        &self.server.running.backend
    }

    async fn agent_is(&self, what: &str, states: &[&str]) {
        let id = self.agent.to_string();
        let is = |agents: &Value| {
            agents.as_array().is_some_and(|all| {
                all.iter().any(|one| {
                    one["user_id"] == id.as_str() && states.contains(&one["state"]["kind"].as_str().unwrap_or_default())
                })
            })
        };
        self.server.until("/agents", &self.admin, what, is).await;
    }

    /// The carrier does not answer, so a call that was begun ends by itself.
    async fn ready_for_the_next(&self) {
        self.agent_is("the agent is not held for ever", &["available", "wrap_up"]).await;
        let open = || async { storage::calls::open_everywhere(self.backend().store()).await.expect("calls").len() };
        self.desk.available().await;
        while open().await > 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn end(self) {
        self.desk.phone.sign_out().await;
        self.server.stop().await;
    }
}

fn call() -> Value {
    json!({ "lead_id": null, "number": "+919800022222", "campaign_id": null, "again": true })
}

async fn an_agent_whose_call_cannot_be_written_is_free_again(engine: Engine) {
    let setting = Setting::make(engine).await;
    // The claim is written, the call is not.
    setting.server.database().refuse_writes("calls").await;
    let refused = setting.server.ask(Method::POST, "/calls", &setting.token, Some(call())).await;
    assert!(refused.status.is_server_error(), "{refused:?}");
    setting.agent_is("the agent is free", &["available"]).await;
    setting.server.database().allow_writes("calls").await;
    let placed = setting.server.ask(Method::POST, "/calls", &setting.token, Some(call())).await;
    assert!(placed.status.is_success(), "{placed:?}");
    setting.end().await;
}

async fn an_agent_whose_request_is_cut_off_anywhere_is_held_by_a_call_or_free(engine: Engine) {
    let setting = Setting::make(engine).await;
    for after_ms in [0, 1, 2, 3, 5, 8, 13, 20] {
        let actor = setting.backend().authenticate(&setting.token).await.expect("signed in");
        let body = serde_json::from_value(call()).expect("a request");
        let placing = setting.backend().place_call(&actor, body);
        // As when the client goes away, or the request has taken too long.
        drop(tokio::time::timeout(Duration::from_millis(after_ms), placing).await);
        setting.ready_for_the_next().await;
    }
    setting.end().await;
}

async fn a_call_that_the_carrier_refuses_at_once_is_shown_to_who_placed_it(engine: Engine) {
    let setting = Setting::make(engine).await;
    for _ in 0..10 {
        let placed = setting.server.ask(Method::POST, "/calls", &setting.token, Some(call())).await;
        assert!(placed.status.is_success(), "{placed:?}");
        assert_eq!(placed.body["agent_id"], setting.agent.to_string(), "{placed:?}");
        setting.ready_for_the_next().await;
    }
    setting.end().await;
}

async fn an_agent_who_is_held_by_a_call_that_is_not_there_is_free_again(engine: Engine) {
    let setting = Setting::make(engine).await;
    let actor = setting.backend().authenticate(&setting.token).await.expect("signed in");
    let (store, scope) = (setting.backend().store(), TenantScope::system(actor.tenant));
    let now = backend::clock::now();
    let claimed = storage::agents::claim(store, scope, setting.agent, CallId::new(uuid::Uuid::now_v7()), now).await;
    assert!(claimed.expect("the database answers").is_some(), "the agent was available");
    setting.agent_is("the agent is held", &["reserved"]).await;
    setting.agent_is("the agent is free", &["available"]).await;
    setting.end().await;
}

async fn an_agent_who_may_take_no_calls_any_more_is_offline(engine: Engine) {
    let setting = Setting::make(engine).await;
    let path = format!("/users/{}", setting.agent);
    let changed = setting.server.ask(Method::PATCH, &path, &setting.admin, Some(json!({ "role": "viewer" }))).await;
    assert!(changed.status.is_success(), "{changed:?}");
    setting.agent_is("the agent is offline", &["offline"]).await;
    setting.end().await;
}

async fn nobody_is_called_outside_the_hours_of_the_organisation(engine: Engine) {
    let setting = Setting::make(engine).await;
    let today = jiff::Timestamp::now().in_tz("Asia/Kolkata").expect("a zone").weekday().to_monday_one_offset();
    let others: Vec<i8> = (1..=7).filter(|day| *day != today && *day != today % 7 + 1).collect();
    let hours = json!({ "days": others, "from_minute": 0, "to_minute": 1440 });
    let set = setting.server.ask(Method::PUT, "/settings/calling-hours", &setting.admin, Some(hours)).await;
    assert!(set.status.is_success(), "{set:?}");
    let refused = setting.server.ask(Method::POST, "/calls", &setting.token, Some(call())).await;
    assert_eq!(refused.code(), "outside_calling_hours", "{refused:?}");
    setting.agent_is("the agent was not claimed", &["available"]).await;
    setting.end().await;
}
