//! An offer has one taker.

use domain::role::Role;
use reqwest::{Method, StatusCode};
use serde_json::json;
use switchboard_tests::{
    Answer, Engine, PASSWORD, TestServer,
    carrier::{CUSTOMER, NUMBER, TestCarrier},
    desk::Desk,
    on_both_databases,
};

on_both_databases!(two_agents_answer_at_once_and_one_is_told_who_has_it, two_phones_of_one_agent_get_one_call);

async fn two_agents_answer_at_once_and_one_is_told_who_has_it(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let names = ["Asha", "Bala"];
    let (mut ids, mut desks, mut tokens) = (Vec::new(), Vec::new(), Vec::new());
    for name in names {
        let email = format!("{}@owner.example", name.to_lowercase());
        let body = json!({ "name": name, "email": email, "role": Role::Telecaller, "password": PASSWORD });
        let made = server.ask(Method::POST, "/users", &admin, Some(body)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
        ids.push(made.text("id"));
        desks.push(Desk::sign_in(&server, &email).await);
        tokens.push(server.sign_in(&email).await.text("access_token"));
    }
    let carrier = TestCarrier::of(&server, &admin, &ids).await;
    for desk in &desks {
        desk.available().await;
    }
    let said = carrier.voice("CA1", CUSTOMER, NUMBER).await;
    let leg = carrier.connect(&said, "CA1").await;
    let path = format!("/calls/{}", said.call());
    let ringing = |live: &serde_json::Value| live["status"] == "ringing";
    server.until(&format!("{path}/live"), &admin, "the call rings", ringing).await;

    // Whoever it rings at, both press, in the same moment, with the fence that a raced screen would have.
    let fence = {
        let (asha, bala) = desks.split_at_mut(1);
        tokio::select! {
            offer = asha[0].offer() => offer.fence,
            offer = bala[0].offer() => offer.fence,
        }
    };
    let body = json!({ "fence": fence, "media_session_id": null });
    let press = |token: String| {
        let (server, path, body) = (&server, format!("{path}/answer"), body.clone());
        async move { server.ask(Method::POST, &path, &token, Some(body)).await }
    };
    let (one, other) = tokio::join!(press(tokens[0].clone()), press(tokens[1].clone()));
    // Once more, now that it is decided.
    let first = [one, press(tokens[0].clone()).await];
    let second = [other, press(tokens[1].clone()).await];

    let has = |answers: &[Answer]| answers.iter().all(|answer| answer.status == StatusCode::OK);
    let winner = usize::from(!has(&first));
    let (won, lost) = if winner == 0 { (&first, &second) } else { (&second, &first) };
    assert!(has(won), "somebody has it: {first:?} {second:?}");
    assert!(lost.iter().all(|answer| !answer.status.is_success()), "only one has it: {lost:?}");
    let told = &lost[1];
    assert_eq!((told.status, told.code()), (StatusCode::CONFLICT, "offer_taken"), "{told:?}");
    assert_eq!(told.body["details"]["taken_by"], names[winner], "{told:?}");
    assert!(told.text("message").contains(names[winner]), "{told:?}");
    let live = server.ask(Method::GET, &format!("{path}/live"), &admin, None).await;
    assert_eq!(live.text("agent_id"), ids[winner]);
    desks[winner].ear.hears(600.0, "the customer").await;
    assert_eq!(desks[1 - winner].ear.share_with(600.0), 0.0, "the other hears nothing of it");
    leg.stop().await;
    for desk in desks {
        desk.phone.sign_out().await;
    }
    server.stop().await;
}

async fn two_phones_of_one_agent_get_one_call(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let (_, agent) = server.user(&admin, "owner", Role::Telecaller).await;
    let carrier = TestCarrier::of(&server, &admin, &[agent]).await;
    let email = "telecaller@owner.example";
    let (mut desk, mut pocket) = (Desk::sign_in(&server, email).await, Desk::sign_in(&server, email).await);
    desk.available().await;
    pocket.available().await;
    let said = carrier.voice("CA1", CUSTOMER, NUMBER).await;
    let leg = carrier.connect(&said, "CA1").await;
    let (at_desk, at_pocket) = tokio::join!(desk.offer(), pocket.offer());
    assert_eq!((at_desk.call_id, at_desk.fence), (at_pocket.call_id, at_pocket.fence), "it rings at both");
    let (one, other) = tokio::join!(
        desk.phone.answer(at_desk.call_id, at_desk.fence),
        pocket.phone.answer(at_pocket.call_id, at_pocket.fence)
    );
    assert!(one.is_ok() && other.is_ok(), "it is the same agent: {one:?} {other:?}");
    leg.ear.hears(1_000.0, "the agent").await;
    let heard = async {
        tokio::select! {
            () = desk.ear.hears(600.0, "the customer at the desk") => 0,
            () = pocket.ear.hears(600.0, "the customer in the pocket") => 1,
        }
    }
    .await;
    let silent = if heard == 0 { &pocket } else { &desk };
    silent.ear.clear();
    leg.ear.hears(1_000.0, "the agent still").await;
    assert_eq!(silent.ear.share_with(600.0), 0.0, "the sound is at one phone only");
    leg.stop().await;
    desk.phone.sign_out().await;
    pocket.phone.sign_out().await;
    server.stop().await;
}
