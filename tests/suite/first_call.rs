//! The main job, without a window: a customer calls, an agent's phone answers, the call is recorded, read back,
//! transcribed and analysed, and the lead knows more than before.

use std::time::{Duration, Instant};

use phone::{AudioBackend, MemoryTokens, Phone, PhoneConfig, PhoneEvent, VirtualAudio};
use reqwest::Method;
use serde_json::{Value, json};
use server::demo::Demo;
use simulator::customer::CustomerScript;
use switchboard_tests::{Engine, TestServer, on_both_databases};
use wire::{
    accounts::{DeviceKind, SignIn},
    agents::AskedAgentState,
    live::{LiveEvent, ServerMessage},
};

const PATIENCE: Duration = Duration::from_secs(150);
/// Long enough for the customer to say what she wants and what it may cost.
const TALK: Duration = Duration::from_secs(75);

/// An agent who says the lines of the simulator's agents, each followed by silence for the customer to speak in. The voices
/// are at 8 kHz, the phone takes 48 kHz.
fn talker() -> impl FnMut(&mut [i16]) + Send + 'static {
    let mut sound: Vec<i16> = Vec::new();
    for line in simulator::voices::all().filter(|line| line.speaker == simulator::voices::Speaker::Agent) {
        sound.extend(line.pcm());
        sound.extend(vec![0; 4 * 8_000]);
    }
    let mut at = 0;
    move |out| {
        for sample in out {
            at = (at + 1) % (sound.len() * 6);
            *sample = sound[at / 6];
        }
    }
}

/// Asks until the answer is as wanted.
async fn until(server: &TestServer, path: &str, token: &str, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
    let began = Instant::now();
    loop {
        let answer = server.ask(Method::GET, path, token, None).await.body;
        if is_it(&answer) {
            return answer;
        }
        assert!(began.elapsed() < PATIENCE, "{what}: {answer}");
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

on_both_databases!(a_customer_calls_and_the_lead_is_up_to_date_a_minute_later);

async fn a_customer_calls_and_the_lead_is_up_to_date_a_minute_later(engine: Engine) {
    let server = TestServer::start_on(engine, true).await;
    let demo = Demo::start(&server.running, server.folder.path()).await.expect("the demo starts");
    let account = demo.accounts.agent.clone();
    let phone = Phone::start(PhoneConfig {
        server_url: url::Url::parse(&server.running.base_url).unwrap(),
        data_dir: server.folder.path().join("phone"),
        audio: AudioBackend::Virtual(VirtualAudio::new(talker(), |_| {})),
        token_store: std::sync::Arc::new(MemoryTokens::default()),
        user_agent: "test".to_owned(),
        frame: Duration::from_millis(20),
    })
    .expect("the phone starts");
    let mut events = phone.events();
    let sign_in = SignIn { email: account.email.clone(), password: account.password, device: DeviceKind::Desktop };
    phone.sign_in(sign_in).await.expect("the agent signs in");
    let admin = {
        let body = json!({ "email": demo.accounts.admin.email, "password": demo.accounts.admin.password, "device": "desktop" });
        server.ask(Method::POST, "/auth/sign-in", "", Some(body)).await.text("access_token")
    };
    phone.set_agent_state(&AskedAgentState::Available).await.expect("the agent is available");
    until(&server, "/agents", &admin, "the agent is available", |agents| {
        agents.as_array().is_some_and(|all| all.iter().any(|one| one["state"]["kind"] == "available"))
    })
    .await;

    let script = CustomerScript::asha().expect("the script is good");
    let call = demo.carrier.place_inbound_call(&script.number.clone(), &demo.accounts.number, script).expect("a call");
    let offer = tokio::time::timeout(PATIENCE, async {
        loop {
            if let Ok(PhoneEvent::Live(ServerMessage::Event { event: LiveEvent::Offer { offer }, .. })) =
                events.recv().await
            {
                return offer;
            }
        }
    })
    .await
    .expect("the call is offered");
    assert_eq!(offer.lead.as_ref().map(|card| card.lead.name.as_str()), Some("Asha Marigold"));
    assert!(offer.caller.contains('•'), "the number is masked for telecallers: {}", offer.caller);
    assert!(!offer.why.is_empty() && !offer.came_by.is_empty());
    let late = phone.answer(offer.call_id, offer.fence + 1).await;
    assert!(late.is_err(), "an answer with another fence is refused");
    phone.answer(offer.call_id, offer.fence).await.expect("the agent answers");
    let path = format!("/calls/{}", offer.call_id);
    until(&server, &format!("{path}/live"), &admin, "the customer is heard", |live| {
        live["recording"]["kind"] == "recording" && live["status"] == "in_progress"
    })
    .await;
    let outcome = match tokio::time::timeout(TALK, call.outcome()).await {
        Ok(outcome) => outcome,
        Err(_) => {
            phone.hang_up(offer.call_id).await.expect("the agent hangs up");
            tokio::time::timeout(PATIENCE, call.outcome()).await.expect("the call ends")
        }
    }
    .expect("an outcome");
    assert!(outcome.first(|what| matches!(what, simulator::twilio::Happening::StreamAudio)).is_some());

    let detail = until(&server, &path, &admin, "the recording is stored", |detail| {
        detail["receipt"]["state"]["kind"] == "stored"
    })
    .await;
    let sound = server.ask(Method::GET, &format!("{path}/sound"), &admin, None).await.body;
    let points = sound["points"].as_array().expect("a series of figures");
    assert!(points.len() > 5, "{} points", points.len());
    for side in ["agent", "device", "customer"] {
        assert!(points.iter().any(|point| point[side].is_object()), "figures of {side}: {sound}");
    }
    let mos = |point: &Value| point["agent"]["mos"].as_f64();
    assert!(points.iter().filter_map(mos).all(|mos| (1.0..=4.5).contains(&mos)), "{sound}");
    assert!(points.iter().any(|point| point["mouth_to_ear_ms"].is_number()), "{sound}");
    let receipt = &detail["receipt"];
    assert_eq!(receipt["expected_bytes"], receipt["stored_bytes"]);
    assert!(
        receipt["read_back_at_ms"].as_i64().is_some() && receipt["sha256"].as_str().is_some_and(|sha| sha.len() == 64)
    );
    assert_eq!(detail["why"]["chosen"], detail["row"]["agent_id"]);
    let learned = until(&server, &format!("{path}/intelligence"), &admin, "the call is analysed", |learned| {
        learned["status"]["kind"] == "completed"
    })
    .await;
    let customer_spoke = learned["transcript"]["segments"]
        .as_array()
        .is_some_and(|all| all.iter().any(|one| one["speaker"] == "customer" && one["text"].as_str().is_some()));
    assert!(customer_spoke, "{}", learned["transcript"]);
    let budget = learned["analysis"]["fields"]
        .as_array()
        .and_then(|all| all.iter().find(|one| one["key"] == "budget"))
        .cloned()
        .unwrap_or_else(|| panic!("no budget in {}", learned["analysis"]));
    assert!(budget["quote"].as_str().is_some_and(|quote| !quote.is_empty()) && budget["at_s"].as_f64().is_some());
    let changed =
        learned["changes"].as_array().is_some_and(|all| all.iter().any(|one| one["field"] == "fields.budget"));
    assert!(changed, "the lead has the budget: {}", learned["changes"]);
    demo.stop();
    phone.sign_out().await;
    server.stop().await;
}
