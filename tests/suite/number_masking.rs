//! Virtual numbers: neither side of a call or message sees the other's number, with each of the carriers.

use std::time::Duration;

use domain::role::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use simulator::twilio::{Destination, SentMessage};
use switchboard_tests::{
    Answer, Engine, PATIENCE, TestServer,
    exchange::{self, Exchange, trunk},
    exotel::{CALLER, EXOPHONE},
    on_both_databases,
    sip::SipPeer,
};

use crate::{
    conference::{self, AGENT, CUSTOMER, NUMBER, tone},
    exotel::{self, with_telephone},
};

on_both_databases!(pools_are_kept_and_a_number_is_in_one_only, a_number_stands_between_one_person_and_one_agent);

const HOUR: u32 = 3600;

async fn made(server: &TestServer, path: &str, token: &str, body: Value) -> Answer {
    let answer = server.ask(Method::POST, path, token, Some(body)).await;
    assert!(answer.status.is_success(), "{path}: {answer:?}");
    answer
}

fn pool(name: &str, numbers: &[&str]) -> Value {
    json!({ "name": name, "number_ids": numbers, "lasts_s": HOUR, "on": true })
}

async fn a_number(server: &TestServer, admin: &str, number: &str) -> String {
    let body = json!({ "number": number, "label": "Virtual", "queue_id": null, "campaign_id": null, "greeting": "",
        "language": "en", "provider": "twilio", "media": "bridge" });
    made(server, "/numbers", admin, body).await.text("id")
}

async fn a_lead(server: &TestServer, admin: &str, name: &str, phone: &str) -> String {
    made(server, "/leads", admin, json!({ "name": name, "phone": phone })).await.text("id")
}

/// The number that is in the tenant's list, with its id, in a pool of its own.
async fn pool_of(server: &TestServer, admin: &str, number: &str) {
    let numbers = server.ask(Method::GET, "/numbers", admin, None).await.body;
    let found = numbers.as_array().into_iter().flatten().find(|one| one["number"] == number);
    let id = found.and_then(|one| one["id"].as_str()).unwrap_or_else(|| panic!("no {number} in {numbers}"));
    made(server, "/masking/pools", admin, pool("Pool", &[id])).await;
}

async fn pools_are_kept_and_a_number_is_in_one_only(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let (one, two) =
        (a_number(&server, &admin, "+918045550121").await, a_number(&server, &admin, "+918045550122").await);
    let first = made(&server, "/masking/pools", &admin, pool("First", &[&one])).await;
    assert_eq!(first.body["number_ids"], json!([one]));
    let taken = server.ask(Method::POST, "/masking/pools", &admin, Some(pool("Second", &[&one, &two]))).await;
    assert_eq!(taken.status, StatusCode::CONFLICT, "{taken:?}");
    let same = server.ask(Method::POST, "/masking/pools", &admin, Some(pool("First", &[&two]))).await;
    assert_eq!(same.status, StatusCode::CONFLICT, "{same:?}");
    for (field, wrong) in [
        ("name", json!({ "name": "", "number_ids": [], "lasts_s": HOUR, "on": true })),
        ("lasts_s", json!({ "name": "Short", "number_ids": [], "lasts_s": 60, "on": true })),
    ] {
        let refused = server.ask(Method::POST, "/masking/pools", &admin, Some(wrong)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{refused:?}");
        assert_eq!(refused.body["fields"][0]["field"], field, "{refused:?}");
    }
    let path = format!("/masking/pools/{}", first.text("id"));
    let changed = json!({ "name": "Both", "number_ids": [two, one], "lasts_s": 2 * HOUR, "on": false });
    let changed = server.ask(Method::PUT, &path, &admin, Some(changed)).await;
    assert_eq!((&changed.body["name"], &changed.body["on"]), (&json!("Both"), &json!(false)), "{changed:?}");
    assert_eq!(changed.body["number_ids"].as_array().map(Vec::len), Some(2));
    // A number that is deleted leaves its pool.
    let gone = server.ask(Method::DELETE, &format!("/numbers/{two}"), &admin, None).await;
    assert!(gone.status.is_success(), "{gone:?}");
    let pools = server.ask(Method::GET, "/masking/pools", &admin, None).await.body;
    assert_eq!(pools[0]["number_ids"], json!([one]), "{pools}");
    assert!(server.ask(Method::DELETE, &path, &admin, None).await.status.is_success());
    assert_eq!(server.ask(Method::DELETE, &path, &admin, None).await.status, StatusCode::NOT_FOUND);
    server.stop().await;
}

async fn a_number_stands_between_one_person_and_one_agent(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let (agent, _) = server.user(&admin, "owner", Role::Telecaller).await;
    let (manager, _) = server.user(&admin, "owner", Role::Manager).await;
    let lead = a_lead(&server, &admin, "Asha", CUSTOMER).await;
    let other = a_lead(&server, &admin, "Bala", "+919800022222").await;
    let ask = |token: &str, lead: &str| {
        let (server, token, body) = (&server, token.to_owned(), json!({ "lead_id": lead }));
        async move { server.ask(Method::POST, "/masking/mappings", &token, Some(body)).await }
    };
    assert_eq!(ask(&agent, &lead).await.status, StatusCode::CONFLICT, "there is no pool");
    let one = a_number(&server, &admin, "+918045550121").await;
    let made = made(&server, "/masking/pools", &admin, pool("Pool", &[&one])).await;
    let first = ask(&agent, &lead).await;
    assert_eq!(first.text("number"), "+918045550121", "{first:?}");
    assert_eq!(ask(&agent, &lead).await.text("id"), first.text("id"), "the same two keep it");
    // Somebody else may share it: neither telephone is the same.
    assert_eq!(ask(&manager, &other).await.text("number"), "+918045550121");
    // The person's calls to it are the first agent's.
    let refused = ask(&manager, &lead).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::CONFLICT, "not_configured"), "{refused:?}");
    let listed = server.ask(Method::GET, "/masking/mappings", &manager, None).await.body;
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(2), "{listed}");
    assert!(!listed.to_string().contains(&CUSTOMER[3..]), "{listed}");
    let pools = server.ask(Method::GET, "/masking/pools", &manager, None).await.body;
    assert_eq!(pools[0]["mappings"], 2, "{pools}");
    let path = format!("/masking/mappings/{}", first.text("id"));
    assert_eq!(server.ask(Method::DELETE, &path, &agent, None).await.status, StatusCode::FORBIDDEN);
    assert!(server.ask(Method::DELETE, &path, &manager, None).await.status.is_success());
    assert_eq!(server.ask(Method::DELETE, &path, &manager, None).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ask(&manager, &lead).await.text("number"), "+918045550121", "it is free for somebody else");
    // A pool that is off gives nothing.
    let off = json!({ "name": "Pool", "number_ids": [one], "lasts_s": HOUR, "on": false });
    server.ask(Method::PUT, &format!("/masking/pools/{}", made.text("id")), &admin, Some(off)).await;
    assert_eq!(ask(&agent, &other).await.status, StatusCode::CONFLICT);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_twilio_both_sides_reach_each_other_by_the_virtual_number() {
    let mut world = conference::World::on(Engine::Sqlite).await;
    let (server, admin) = (&world.server, world.admin.clone());
    let lead = a_lead(server, &admin, "Asha", CUSTOMER).await;
    pool_of(server, &admin, NUMBER).await;
    world
        .carrier
        .set_destination(CUSTOMER, Destination { ring_ms: 200, ..Destination::person(tone(CUSTOMER, 600.0, 60)) });

    // By the app: the customer sees the virtual number.
    let placed = made(server, "/calls", &world.agent, json!({ "lead_id": lead })).await;
    let customer = world.next_telephone().await;
    assert_eq!((customer.record().to.as_str(), customer.record().from.as_str()), (CUSTOMER, NUMBER));
    world.desk.ear.hears(600.0, "the customer").await;
    let path = format!("/calls/{}", placed.text("id"));
    made(server, &format!("{path}/hang-up"), &world.agent, json!({})).await;
    let over = |detail: &Value| detail["row"]["status"] == "completed";
    server.until(&path, &admin, "the call is over", over).await;
    world.desk.available().await;

    // The customer calls back: the agent's telephone rings, and shows the virtual number.
    let back =
        world.carrier.place_inbound_call(CUSTOMER, NUMBER, tone(CUSTOMER, 600.0, 60)).expect("the number is there");
    let telephone = world.agent_asked().await;
    assert_eq!(telephone.record().from, NUMBER);
    let offer = world.desk.offer().await;
    assert_eq!(offer.lead.map(|card| card.lead.id.to_string()), Some(lead.clone()));
    back.hang_up();
    tokio::time::timeout(PATIENCE, telephone.outcome()).await.expect("the telephone stops").unwrap();
    world.desk.available().await;

    // The agent calls the virtual number by their own telephone, and the customer is called by it.
    let agent = world.carrier.place_inbound_call(AGENT, NUMBER, tone(AGENT, 1_000.0, 60)).expect("the number is there");
    let customer = world.next_telephone().await;
    assert_eq!((customer.record().to.as_str(), customer.record().from.as_str()), (CUSTOMER, NUMBER));
    let calls = |page: &Value| {
        let rows = page["items"].as_array().into_iter().flatten();
        rows.filter(|row| row["direction"] == "outbound" && row["status"] == "in_progress").count() == 1
    };
    server.until("/calls", &admin, "they talk", calls).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    agent.hang_up();
    let heard = tokio::time::timeout(PATIENCE, customer.outcome()).await.expect("the call ends").unwrap();
    let share = switchboard_tests::sound::longest_with(&heard.customer.heard, 8_000, 1_000.0);
    assert!(share > 1.0, "the customer hears the agent: {share} s");
    assert_eq!(world.carrier.debugger(), []);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn text_messages_go_on_to_the_other_side_from_the_virtual_number() {
    let world = conference::World::on(Engine::Sqlite).await;
    let (server, admin) = (&world.server, &world.admin);
    let lead = a_lead(server, admin, "Asha", CUSTOMER).await;
    pool_of(server, admin, NUMBER).await;
    let pools = server.ask(Method::GET, "/masking/pools", admin, None).await.body;
    assert_eq!(pools[0]["takes_messages"], true, "{pools}");
    let url = server.url("/webhooks/twilio/message");
    made(server, "/masking/mappings", &world.agent, json!({ "lead_id": lead })).await;
    assert_eq!(world.carrier.write(&url, CUSTOMER, NUMBER, "Is it still free?").await, Some(200));
    assert_eq!(world.carrier.write(&url, AGENT, NUMBER, "Yes, come at five.").await, Some(200));
    // Nobody whom anybody knows.
    assert_eq!(world.carrier.write(&url, "+919800077777", NUMBER, "Hello?").await, Some(200));
    let sent = |from: &str, to: &str, text: &str| SentMessage { from: from.into(), to: to.into(), text: text.into() };
    let wanted = [sent(NUMBER, AGENT, "Is it still free?"), sent(NUMBER, CUSTOMER, "Yes, come at five.")];
    let began = std::time::Instant::now();
    while world.carrier.messages().len() < wanted.len() {
        assert!(began.elapsed() < PATIENCE, "{:?}", world.carrier.messages());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut messages = world.carrier.messages();
    messages.sort_by(|one, other| other.to.cmp(&one.to));
    assert_eq!(messages, wanted);
    // Who must not be contacted is not.
    let listed = json!({ "number": CUSTOMER, "reason": "asked" });
    made(server, "/do-not-call", admin, listed).await;
    assert_eq!(world.carrier.write(&url, AGENT, NUMBER, "One more thing").await, Some(200));
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(world.carrier.messages().len(), wanted.len());
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_exotel_both_sides_reach_each_other_by_the_virtual_number() {
    let mut world = exotel::World::on(Engine::Sqlite).await;
    with_telephone(&world, exotel::AGENT).await;
    let lead = a_lead(&world.server, &world.admin, "Asha", CALLER).await;
    pool_of(&world.server, &world.admin, EXOPHONE).await;
    let token = world.server.sign_in("telecaller@owner.example").await.text("access_token");
    world
        .account
        .carrier
        .set_destination(CALLER, Destination { ring_ms: 200, ..Destination::person(exotel::tone(60)) });
    let placed = made(&world.server, "/calls", &token, json!({ "lead_id": lead })).await;
    world.desk.ear.hears(600.0, "the customer").await;
    let call = world.account.carrier.calls().pop().expect("a call at the carrier");
    assert_eq!(call.record().from, EXOPHONE);
    made(&world.server, &format!("/calls/{}/hang-up", placed.text("id")), &token, json!({})).await;
    let path = format!("/calls/{}", placed.text("id"));
    let over = |detail: &Value| detail["row"]["status"] == "completed";
    world.server.until(&path, &world.admin, "the call is over", over).await;
    world.desk.available().await;

    // The customer calls back.
    let back = world.account.call(exotel::tone(60));
    let offer = world.desk.answer_next().await;
    assert_eq!(offer.lead.map(|card| card.lead.id.to_string()), Some(lead.clone()));
    back.hang_up();
    let path = format!("/calls/{}", offer.call_id);
    world.server.until(&path, &world.admin, "the call is over", over).await;
    world.desk.available().await;

    // The agent calls the virtual number by telephone: Exotel calls them back, and then the customer.
    world
        .account
        .carrier
        .set_destination(exotel::AGENT, Destination { ring_ms: 200, ..Destination::person(exotel::tone(5)) });
    world.account.carrier.place_inbound_call(exotel::AGENT, EXOPHONE, exotel::tone(60));
    let talked = |page: &Value| {
        let rows = page["items"].as_array().into_iter().flatten();
        rows.filter(|row| row["direction"] == "outbound" && row["status"] == "completed").count() == 2
    };
    world.server.until("/calls", &world.admin, "they have talked", talked).await;
    let last = world.account.carrier.calls().pop().expect("a call at the carrier").record();
    assert_eq!(last.from, EXOPHONE, "both see the virtual number");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_sip_both_sides_reach_each_other_by_the_virtual_number() {
    let (customers, agents) = (SipPeer::start().await, SipPeer::start().await);
    let trunks = vec![trunk("Customers", customers.address(), 1), trunk("Agents", agents.address(), 2)];
    let exchange = Exchange::open(Engine::Sqlite, trunks).await;
    let mut desk = exchange.desk().await;
    let (server, admin) = (&exchange.server, &exchange.admin);
    let token = server.sign_in("telecaller@owner.example").await.text("access_token");
    let me = server.ask(Method::GET, "/me", &token, None).await.body;
    let id = me["user"]["id"].as_str().unwrap();
    let changed = server.ask(Method::PATCH, &format!("/users/{id}"), admin, Some(json!({ "phone": AGENT }))).await;
    assert!(changed.status.is_success(), "{changed:?}");
    let lead = a_lead(server, admin, "Asha", exchange::CUSTOMER).await;
    pool_of(server, admin, exchange::NUMBER).await;

    let placed = made(server, "/calls", &token, json!({ "lead_id": lead })).await;
    let invite = customers.request("INVITE").await;
    assert!(invite.field("from").contains(exchange::NUMBER), "{invite:?}");
    desk.ear.hears(600.0, "the customer").await;
    made(server, &format!("/calls/{}/hang-up", placed.text("id")), &token, json!({})).await;
    exchange.ended(&placed.text("id")).await;
    desk.available().await;

    // The customer calls back.
    let back = customers.call(exchange.sip, exchange::CUSTOMER, exchange::NUMBER).await;
    let offer = desk.answer_next().await;
    assert_eq!(offer.lead.map(|card| card.lead.id.to_string()), Some(lead));
    customers.hang_up(&back).await;
    exchange.ended(&offer.call_id.to_string()).await;
    desk.available().await;

    // The agent calls the virtual number by telephone, and hears the customer.
    let own = agents.call(exchange.sip, AGENT, exchange::NUMBER).await;
    assert_eq!(own.answer.status(), 200, "{:?}", own.answer);
    agents.ear.hears(600.0, "the customer, at the agent's telephone").await;
    assert!(!customers.requests("INVITE").iter().any(|invite| invite.field("from").contains(AGENT)));
    agents.hang_up(&own).await;
    customers.request("BYE").await;
    desk.phone.sign_out().await;
    exchange.server.stop().await;
}
