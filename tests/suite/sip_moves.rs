//! Callers who go elsewhere while an agent is in the call: by the wish of their trunk, of the agent, or of who stands between.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use switchboard_tests::{
    Engine,
    desk::Desk,
    exchange::{CUSTOMER, Exchange, NUMBER, trunk},
    sip::{Dialog, Manner, SipPeer},
};
use wire::calls::TransferTarget;

const COLLEAGUE: &str = "+919812300077";

/// A caller and an agent who hear each other; the call's id.
async fn talking(exchange: &Exchange, peer: &SipPeer) -> (Desk, Dialog, String) {
    let mut desk = exchange.desk().await;
    let call = peer.call(exchange.sip, CUSTOMER, NUMBER).await;
    assert_eq!(call.answer.status(), 200, "{:?}", call.answer);
    let offer = desk.answer_next().await;
    desk.ear.hears(600.0, "the caller").await;
    (desk, call, offer.call_id.to_string())
}

async fn exchange(peer: &SipPeer) -> Exchange {
    Exchange::open(Engine::Sqlite, vec![trunk("Exchange", peer.address(), 1)]).await
}

async fn refer(peer: &SipPeer, call: &Dialog, to: &str) -> u16 {
    peer.send(call, "REFER", "", &format!("Refer-To: <{to}>\r\n")).await.status()
}

/// The last news of the call that was asked for.
async fn final_news(peer: &SipPeer) -> String {
    loop {
        let news = peer.request("NOTIFY").await;
        if news.field("subscription-state").starts_with("terminated") {
            return news.body;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// We end this dialog.
async fn is_hung_up_on(peer: &SipPeer, dialog: &Dialog) {
    while !peer.requests("BYE").iter().any(|bye| bye.field("call-id") == dialog.call_id) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Asks for two dialogs of the peer's to be joined.
async fn join(peer: &SipPeer, first: &Dialog, second: &Dialog) -> u16 {
    let named = second.replaces().replace('@', "%40").replace(';', "%3B").replace('=', "%3D");
    refer(peer, first, &format!("sip:{COLLEAGUE}@pbx.example?Replaces={named}")).await
}

/// As everybody sees it: the call and its row.
async fn is_with(exchange: &Exchange, id: &str, number: &str) -> serde_json::Value {
    let named = |live: &serde_json::Value| live["customer_number"] == number;
    exchange.server.until(&format!("/calls/{id}"), &exchange.admin, number, |detail| named(&detail["row"])).await;
    exchange.server.until(&format!("/calls/{id}/live"), &exchange.admin, number, named).await
}

async fn goes_on_until_the_agent_hangs_up(exchange: &Exchange, peer: &SipPeer, desk: Desk, id: &str) {
    desk.ear.clear();
    desk.ear.hears(600.0, "the colleague").await;
    peer.ear.hears(1_000.0, "the agent").await;
    let live = exchange.server.ask(Method::GET, &format!("/calls/{id}/live"), &exchange.admin, None).await.body;
    assert_eq!(live["status"], "in_progress", "{live}");
    desk.phone.hang_up(id.parse().unwrap()).await.unwrap();
    let detail = exchange.ended(id).await;
    assert_eq!(detail["row"]["status"], "completed", "{detail}");
    let over = |sip: &serde_json::Value| sip["trunks"][0]["state"]["calls_now"] == 0;
    exchange.server.until("/settings/sip", &exchange.admin, "no dialog is left", over).await;
    desk.phone.sign_out().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_blind_transfer_by_the_trunk_goes_on_with_whom_it_names() {
    let peer = SipPeer::start().await;
    let exchange = exchange(&peer).await;
    let lead = json!({ "name": "Meera Pillai", "phone": COLLEAGUE });
    let lead = exchange.server.ask(Method::POST, "/leads", &exchange.admin, Some(lead)).await;
    assert!(lead.status.is_success(), "{lead:?}");
    let (desk, call, id) = talking(&exchange, &peer).await;
    assert!(is_with(&exchange, &id, CUSTOMER).await["lead_id"].is_null());
    assert_eq!(refer(&peer, &call, &format!("sip:{COLLEAGUE}@pbx.example")).await, 202);
    let invite = peer.request("INVITE").await;
    assert!(invite.start.contains(COLLEAGUE), "{}", invite.start);
    assert!(invite.field("from").contains(NUMBER), "{invite:?}");
    assert!(final_news(&peer).await.starts_with("SIP/2.0 200"));
    // No news comes before the answer, and none before an earlier one.
    let mut arrived = peer.arrivals();
    arrived.retain(|one| one.contains("REFER") || one.starts_with("NOTIFY"));
    let order = ["202 REFER", "NOTIFY SIP/2.0 100", "NOTIFY SIP/2.0 180", "NOTIFY SIP/2.0 200"];
    let told = arrived.iter().zip(order).all(|(one, expected)| one.starts_with(expected));
    assert!(told && arrived.len() == order.len(), "{arrived:?}");
    // The old dialog is ended by us when the trunk does not.
    let bye = peer.request("BYE").await;
    assert_eq!(bye.field("call-id"), call.call_id);
    let live = is_with(&exchange, &id, COLLEAGUE).await;
    assert_eq!((&live["customer_name"], &live["lead_id"]), (&json!("Meera Pillai"), &lead.body["id"]), "{live}");
    goes_on_until_the_agent_hangs_up(&exchange, &peer, desk, &id).await;
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attended_transfer_names_the_call_whose_place_it_takes() {
    let peer = SipPeer::start().await;
    let exchange = exchange(&peer).await;
    let (desk, call, id) = talking(&exchange, &peer).await;
    let to = format!("sip:{COLLEAGUE}@pbx.example?Replaces=a1%40pbx%3Bto-tag%3Dt1%3Bfrom-tag%3Df1");
    assert_eq!(refer(&peer, &call, &to).await, 202);
    let invite = peer.request("INVITE").await;
    assert_eq!(invite.field("replaces"), "a1@pbx;to-tag=t1;from-tag=f1");
    assert!(final_news(&peer).await.starts_with("SIP/2.0 200"));
    goes_on_until_the_agent_hangs_up(&exchange, &peer, desk, &id).await;
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_whom_nobody_takes_elsewhere_stays() {
    let peer = SipPeer::start().await;
    let exchange = exchange(&peer).await;
    let (desk, call, id) = talking(&exchange, &peer).await;
    // Numbers that are no numbers, or that nobody here calls, and fields that would become lines of ours.
    assert_eq!(refer(&peer, &call, "sip:reception@pbx.example").await, 404);
    assert_eq!(refer(&peer, &call, "sip:112@pbx.example").await, 403);
    assert_eq!(refer(&peer, &call, "sip:+881612345678@pbx.example").await, 403);
    let injected = format!("sip:{COLLEAGUE}@pbx.example?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2%0D%0AX-Evil%3A1");
    assert_eq!(refer(&peer, &call, &injected).await, 400);
    assert!(peer.requests("INVITE").is_empty());

    peer.set_manner(Manner::Refuses("486 Busy Here"));
    assert_eq!(refer(&peer, &call, &format!("sip:{COLLEAGUE}@pbx.example")).await, 202);
    assert!(final_news(&peer).await.starts_with("SIP/2.0 486"));
    is_with(&exchange, &id, CUSTOMER).await;
    goes_on_until_the_agent_hangs_up(&exchange, &peer, desk, &id).await;
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_call_takes_the_place_of_the_one_that_it_names() {
    let (peer, other) = (SipPeer::start().await, SipPeer::start().await);
    other.voice.set(1_400);
    let exchange = exchange(&peer).await;
    let (desk, call, id) = talking(&exchange, &peer).await;
    let body = other.description("sendrecv");
    let unknown = "Replaces: nobody@pbx;to-tag=1;from-tag=2\r\n";
    let refused = other.call_with(exchange.sip, CUSTOMER, NUMBER, &body, unknown).await;
    assert_eq!(refused.answer.status(), 481, "{:?}", refused.answer);
    let named = format!("Replaces: {}\r\n", call.replaces());
    let taken = other.call_with(exchange.sip, COLLEAGUE, NUMBER, &body, &named).await;
    assert_eq!(taken.answer.status(), 200, "{:?}", taken.answer);
    peer.request("BYE").await;
    desk.ear.clear();
    desk.ear.hears(1_400.0, "who took the place").await;
    other.ear.hears(1_000.0, "the agent").await;
    is_with(&exchange, &id, COLLEAGUE).await;
    let rows = exchange.server.ask(Method::GET, "/calls", &exchange.admin, None).await.body;
    assert_eq!(rows["items"].as_array().map(Vec::len), Some(1), "one call all along: {rows}");
    other.hang_up(&taken).await;
    let detail = exchange.ended(&id).await;
    assert_eq!(detail["row"]["status"], "completed", "{detail}");
    desk.phone.sign_out().await;
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_that_must_not_be_called_is_not_called_for_a_trunk_either() {
    let peer = SipPeer::start().await;
    let exchange = exchange(&peer).await;
    let entry = json!({ "number": COLLEAGUE, "reason": "asked" });
    let added = exchange.server.ask(Method::POST, "/do-not-call", &exchange.admin, Some(entry)).await;
    assert!(added.status.is_success(), "{added:?}");
    let (desk, call, id) = talking(&exchange, &peer).await;
    assert_eq!(refer(&peer, &call, &format!("sip:{COLLEAGUE}@pbx.example")).await, 603);
    assert!(peer.requests("INVITE").is_empty());
    goes_on_until_the_agent_hangs_up(&exchange, &peer, desk, &id).await;
    exchange.server.stop().await;
}

/// A trunk that passes calls on in this way.
async fn passing_on(peer: &SipPeer, how: &str) -> Exchange {
    let mut trunk = trunk("Exchange", peer.address(), 1);
    trunk["settings"]["passing_on"] = json!(how);
    Exchange::open(Engine::Sqlite, vec![trunk]).await
}

async fn pass_on(desk: &Desk, id: &str) {
    let to = TransferTarget::Number { number: COLLEAGUE.to_owned() };
    desk.phone.transfer(id.parse().unwrap(), to).await.unwrap();
}

async fn tell(peer: &SipPeer, call: &Dialog, state: &str, news: &str) {
    let fields = format!("Event: refer\r\nSubscription-State: {state}\r\nContent-Type: message/sipfrag\r\n");
    assert_eq!(peer.send(call, "NOTIFY", news, &fields).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trunk_that_passes_calls_on_calls_the_number_and_the_caller_leaves_us() {
    let peer = SipPeer::start().await;
    let exchange = passing_on(&peer, "refer").await;
    let (desk, call, id) = talking(&exchange, &peer).await;
    pass_on(&desk, &id).await;
    let refer = peer.request("REFER").await;
    assert_eq!(refer.field("refer-to"), format!("<sip:{COLLEAGUE}@{}>", peer.address()));
    tell(&peer, &call, "active;expires=60", "SIP/2.0 180 Ringing\r\n").await;
    let live = exchange.server.ask(Method::GET, &format!("/calls/{id}/live"), &exchange.admin, None).await.body;
    assert_eq!(live["status"], "in_progress", "{live}");
    tell(&peer, &call, "terminated;reason=noresource", "SIP/2.0 200 OK\r\n").await;
    // The trunk says nothing more, so we end what is left.
    let bye = peer.request("BYE").await;
    assert_eq!(bye.field("call-id"), call.call_id);
    let detail = exchange.ended(&id).await;
    assert_eq!(detail["row"]["status"], "completed", "{detail}");
    assert!(peer.requests("INVITE").is_empty(), "we called nobody");
    desk.phone.sign_out().await;
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_whom_the_trunk_could_not_pass_on_is_the_agents_again() {
    let peer = SipPeer::start().await;
    let exchange = passing_on(&peer, "refer").await;
    let (desk, call, id) = talking(&exchange, &peer).await;
    pass_on(&desk, &id).await;
    peer.request("REFER").await;
    tell(&peer, &call, "terminated;reason=noresource", "SIP/2.0 486 Busy Here\r\n").await;
    // Said twice, and late.
    tell(&peer, &call, "terminated;reason=noresource", "SIP/2.0 200 OK\r\n").await;
    goes_on_until_the_agent_hangs_up(&exchange, &peer, desk, &id).await;
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_trunk_refuses_to_pass_a_call_on_we_call_the_number() {
    let peer = SipPeer::start().await;
    peer.set_manner(Manner::KeepsCalls);
    let exchange = passing_on(&peer, "refer").await;
    let (desk, _, id) = talking(&exchange, &peer).await;
    pass_on(&desk, &id).await;
    peer.request("REFER").await;
    let invite = peer.request("INVITE").await;
    assert!(invite.start.contains(COLLEAGUE), "{}", invite.start);
    let passed_on = |live: &serde_json::Value| live["agent_id"].is_null();
    exchange.server.until(&format!("/calls/{id}/live"), &exchange.admin, "the agent has left", passed_on).await;
    peer.hang_up(&peer.taken().await).await;
    exchange.ended(&id).await;
    desk.phone.sign_out().await;
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trunk_joins_the_caller_with_the_number_that_has_answered() {
    let peer = SipPeer::start().await;
    let exchange = passing_on(&peer, "refer_answered").await;
    let (desk, call, id) = talking(&exchange, &peer).await;
    pass_on(&desk, &id).await;
    let second = peer.taken().await;
    let refer = peer.request("REFER").await;
    assert_eq!(refer.field("call-id"), call.call_id);
    let named = refer.field("refer-to").replace("%40", "@").replace("%3B", ";").replace("%3D", "=");
    assert!(named.contains(&format!("?Replaces={};", second.call_id)), "{named}");
    tell(&peer, &call, "terminated;reason=noresource", "SIP/2.0 200 OK\r\n").await;
    let detail = exchange.ended(&id).await;
    assert_eq!(detail["row"]["status"], "completed", "{detail}");
    tokio::join!(is_hung_up_on(&peer, &call), is_hung_up_on(&peer, &second));
    desk.phone.sign_out().await;
    exchange.server.stop().await;
}

const PASSWORD: &str = "of the telephone";

/// An agent at a telephone and a caller who hear each other; the telephone's dialog and the call's id.
async fn talking_at_a_telephone(exchange: &Exchange, customer: &SipPeer, phone: &SipPeer) -> (Dialog, String) {
    exchange.set_up_telephone(PASSWORD).await;
    assert_eq!(phone.register(exchange.sip, "101", PASSWORD).await.status(), 200);
    let token = exchange.server.sign_in("telecaller@owner.example").await.text("access_token");
    let state = Some(json!({ "kind": "available" }));
    let asked = exchange.server.ask(Method::PUT, "/agents/me/state", &token, state).await;
    assert!(asked.status.is_success(), "{asked:?}");
    let call = customer.call(exchange.sip, CUSTOMER, NUMBER).await;
    assert_eq!(call.answer.status(), 200, "{:?}", call.answer);
    phone.ear.hears(600.0, "the customer").await;
    customer.ear.hears(1_400.0, "the agent").await;
    let calls = exchange.server.ask(Method::GET, "/calls", &exchange.admin, None).await.body;
    (phone.taken().await, calls["items"][0]["id"].as_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_at_a_telephone_leaves_the_customer_to_a_number_with_which_they_have_spoken() {
    let (customer, number, phone) = (SipPeer::start().await, SipPeer::start().await, SipPeer::start().await);
    number.voice.set(900);
    phone.voice.set(1_400);
    let exchange = exchange(&number).await;
    let (first, id) = talking_at_a_telephone(&exchange, &customer, &phone).await;

    assert_eq!(phone.turn(&first, "sendonly").await.status(), 200);
    let second = phone.dial(exchange.sip, ("101", PASSWORD), COLLEAGUE).await;
    assert_eq!(second.answer.status(), 200, "{:?}", second.answer);
    assert!(number.request("INVITE").await.start.contains(COLLEAGUE));
    phone.ear.hears(900.0, "the number").await;
    number.ear.hears(1_400.0, "the agent").await;
    customer.ear.clear();
    tokio::time::sleep(Duration::from_secs(1)).await;
    customer.ear.is_heard("music").await;
    let overheard = customer.ear.share_with(900.0).max(customer.ear.share_with(1_400.0));
    assert!(overheard < 0.05, "the customer hears what is spoken about them: {overheard}");

    assert_eq!(join(&phone, &first, &second).await, 202);
    assert!(final_news(&phone).await.starts_with("SIP/2.0 200"));
    customer.ear.clear();
    number.ear.clear();
    customer.ear.hears(900.0, "the number").await;
    number.ear.hears(600.0, "the customer").await;
    tokio::join!(is_hung_up_on(&phone, &first), is_hung_up_on(&phone, &second));
    let free = |agents: &serde_json::Value| {
        agents.as_array().is_some_and(|all| all.iter().any(|one| one["state"]["kind"] == "available"))
    };
    exchange.server.until("/agents", &exchange.admin, "the agent is free", free).await;
    let live = exchange.server.ask(Method::GET, &format!("/calls/{id}/live"), &exchange.admin, None).await.body;
    assert!(live["status"] == "in_progress" && live["agent_id"].is_null(), "{live}");

    number.hang_up(&number.taken().await).await;
    customer.request("BYE").await;
    let detail = exchange.ended(&id).await;
    assert_eq!(detail["row"]["status"], "completed", "{detail}");
    let rows = exchange.server.ask(Method::GET, "/calls", &exchange.admin, None).await.body;
    assert_eq!(rows["items"].as_array().map(Vec::len), Some(1), "one call all along: {rows}");
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whom_a_customer_was_passed_on_to_joins_them_with_an_agent_whom_they_have_called() {
    let (customer, other) = (SipPeer::start().await, SipPeer::start().await);
    other.voice.set(900);
    let exchange = exchange(&other).await;
    let (mut desk, call, id) = talking(&exchange, &customer).await;
    pass_on(&desk, &id).await;
    customer.ear.hears(900.0, "whom they were passed on to").await;
    let first = other.taken().await;
    let second = other.call(exchange.sip, COLLEAGUE, NUMBER).await;
    assert_eq!(second.answer.status(), 200, "{:?}", second.answer);
    let with_agent = desk.answer_next().await.call_id.to_string();
    desk.ear.clear();
    desk.ear.hears(900.0, "who asks for the customer").await;
    is_with(&exchange, &with_agent, COLLEAGUE).await;

    assert_eq!(join(&other, &first, &second).await, 202);
    assert!(final_news(&other).await.starts_with("SIP/2.0 200"));
    desk.ear.clear();
    customer.ear.clear();
    desk.ear.hears(600.0, "the customer").await;
    customer.ear.hears(1_000.0, "the agent").await;
    tokio::join!(is_hung_up_on(&other, &first), is_hung_up_on(&other, &second));
    let moved = exchange.ended(&id).await;
    assert_eq!(moved["row"]["status"], "completed", "{moved}");
    assert!(moved.to_string().contains("customer_moved"), "{moved}");
    let live = is_with(&exchange, &with_agent, CUSTOMER).await;
    assert!(live["status"] == "in_progress" && live["recording"]["kind"] == "recording", "{live}");

    customer.hang_up(&call).await;
    let detail = exchange.ended(&with_agent).await;
    assert_eq!(detail["row"]["status"], "completed", "{detail}");
    assert!(detail.to_string().contains("customer_replaced"), "{detail}");
    let over = |sip: &serde_json::Value| sip["trunks"][0]["state"]["calls_now"] == 0;
    exchange.server.until("/settings/sip", &exchange.admin, "no dialog is left", over).await;
    desk.phone.sign_out().await;
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_callers_who_would_leave_nobody_but_agents_are_not_joined() {
    let peer = SipPeer::start().await;
    let exchange = exchange(&peer).await;
    let (desk, call, id) = talking(&exchange, &peer).await;
    let waiting = peer.call(exchange.sip, COLLEAGUE, NUMBER).await;
    assert_eq!(waiting.answer.status(), 200, "{:?}", waiting.answer);
    assert_eq!(join(&peer, &call, &waiting).await, 603);
    peer.hang_up(&waiting).await;
    let live = exchange.server.ask(Method::GET, &format!("/calls/{id}/live"), &exchange.admin, None).await.body;
    assert_eq!(live["status"], "in_progress", "{live}");
    peer.hang_up(&call).await;
    exchange.ended(&id).await;
    desk.phone.sign_out().await;
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_who_gives_up_on_a_number_has_the_customer_again() {
    let (customer, number, phone) = (SipPeer::start().await, SipPeer::start().await, SipPeer::start().await);
    number.set_manner(Manner::Rings);
    phone.voice.set(1_400);
    let exchange = exchange(&number).await;
    let (first, id) = talking_at_a_telephone(&exchange, &customer, &phone).await;
    assert_eq!(phone.turn(&first, "sendonly").await.status(), 200);
    // What must not be called is not called here either.
    let refused = phone.dial(exchange.sip, ("101", PASSWORD), "112").await;
    assert_eq!(refused.answer.status(), 404, "{:?}", refused.answer);
    let second = phone.dial(exchange.sip, ("101", PASSWORD), COLLEAGUE).await;
    assert_eq!(second.answer.status(), 200, "{:?}", second.answer);
    number.request("INVITE").await;
    phone.ear.clear();
    phone.ear.is_heard("the ringing").await;
    assert_eq!(join(&phone, &first, &second).await, 603, "nobody has answered there");
    phone.hang_up(&second).await;
    number.request("CANCEL").await;
    assert_eq!(phone.turn(&first, "sendrecv").await.status(), 200);
    phone.ear.hears(600.0, "the customer").await;
    phone.hang_up(&first).await;
    customer.request("BYE").await;
    let detail = exchange.ended(&id).await;
    assert_eq!(detail["row"]["status"], "completed", "{detail}");
    exchange.server.stop().await;
}
