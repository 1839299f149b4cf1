use domain::time::UnixMillis;
use serde_json::json;
use switchboard_phone::{Entry, PhoneEvent, VirtualAudio, state::OutboxStatus};
use uuid::Uuid;

use crate::{
    credentials, event, phone,
    server::{Server, user_id},
    until,
};

fn entry(n: u128, path: &str) -> Entry {
    Entry {
        id: Uuid::from_u128(n),
        user: user_id("viewer@example.com"),
        method: "POST".to_owned(),
        path: format!("/record/{path}"),
        body: json!({ "notes": n.to_string() }),
        made_at_ms: UnixMillis(0),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_offline_is_sent_once_in_order_after_signing_in() {
    let server = Server::start().await;
    let (phone, _data) = phone(&server, VirtualAudio::silent());
    for n in 1..=5 {
        phone.outbox_put(entry(n, &n.to_string())).await.unwrap();
    }
    assert_eq!(phone.outbox_status().waiting, 5);
    phone.sign_in(credentials("viewer")).await.unwrap();
    until("an empty outbox", || phone.outbox_status().waiting == 0).await;
    let recorded = server.shared.recorded.lock().unwrap().clone();
    let paths: Vec<&str> = recorded.iter().map(|request| request.path.as_str()).collect();
    assert_eq!(paths, ["1", "2", "3", "4", "5"]);
    let key = Uuid::from_u128(3).to_string();
    assert_eq!(recorded[2].key.as_deref(), Some(key.as_str()));
    assert_eq!(recorded[2].body, json!({ "notes": "3" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_in_trouble_is_asked_again_and_a_final_no_is_set_aside() {
    let server = Server::start().await;
    let (phone, _data) = phone(&server, VirtualAudio::silent());
    let mut events = phone.events();
    phone.sign_in(credentials("viewer")).await.unwrap();
    server.shared.record_status.lock().unwrap().extend([("a".to_owned(), 503), ("b".to_owned(), 422)]);
    for (n, path) in [(1, "a"), (2, "b"), (3, "c")] {
        phone.outbox_put(entry(n, path)).await.unwrap();
    }
    // The first one blocks those behind it: order is kept.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(phone.outbox_status().waiting, 3);
    server.shared.record_status.lock().unwrap().remove("a");
    let status = event("an empty outbox", &mut events, |event| match event {
        // The first report, at sign-in, is of an empty outbox.
        PhoneEvent::Outbox(status) if status.waiting == 0 && !status.refused.is_empty() => Some(status),
        _ => None,
    })
    .await;
    assert_eq!(status.refused.len(), 1);
    assert_eq!((status.refused[0].status, status.refused[0].reason.as_str()), (422, "notes are too long"));
    let paths: Vec<String> = server.shared.recorded.lock().unwrap().iter().map(|r| r.path.clone()).collect();
    assert_eq!(paths, ["a", "c"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_can_be_read_sent_again_and_discarded() {
    let server = Server::start().await;
    let (phone, _data) = phone(&server, VirtualAudio::silent());
    server.shared.record_status.lock().unwrap().extend([("a".to_owned(), 422), ("b".to_owned(), 422)]);
    phone.outbox_put(entry(1, "a")).await.unwrap();
    phone.outbox_put(entry(2, "b")).await.unwrap();
    phone.sign_in(credentials("viewer")).await.unwrap();
    until("two refusals", || phone.outbox_status().refused.len() == 2).await;
    let refused = phone.outbox_status().refused;
    assert_eq!((&refused[0].entry, &refused[1].entry), (&entry(1, "a"), &entry(2, "b")));

    server.shared.record_status.lock().unwrap().clear();
    phone.outbox_again(refused[0].entry.id).await.unwrap();
    phone.outbox_discard(refused[1].entry.id).await.unwrap();
    until("the second try", || !server.shared.recorded.lock().unwrap().is_empty()).await;
    until("an empty outbox", || phone.outbox_status() == OutboxStatus::default()).await;
    let recorded = server.shared.recorded.lock().unwrap().clone();
    assert_eq!(recorded.len(), 1);
    assert_eq!((recorded[0].path.as_str(), &recorded[0].body), ("a", &json!({ "notes": "1" })));
    assert_ne!(recorded[0].key, Some(Uuid::from_u128(1).to_string()), "the server remembers its no to the first key");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_person_left_waiting_is_never_sent_as_the_next() {
    let server = Server::start().await;
    let (phone, _data) = phone(&server, VirtualAudio::silent());
    phone.sign_in(credentials("viewer")).await.unwrap();
    server.shared.record_status.lock().unwrap().insert("a".to_owned(), 503);
    phone.outbox_put(entry(1, "a")).await.unwrap();
    phone.sign_out().await;
    server.shared.record_status.lock().unwrap().clear();

    phone.sign_in(credentials("viewer-two")).await.unwrap();
    let theirs = Entry { user: user_id("viewer-two@example.com"), ..entry(2, "b") };
    phone.outbox_put(theirs).await.unwrap();
    until("the second person's result", || server.shared.recorded.lock().unwrap().len() == 1).await;
    assert_eq!(server.shared.recorded.lock().unwrap()[0].path, "b");
    until("nothing of theirs", || phone.outbox_status().waiting == 0).await;
    phone.sign_out().await;
    assert_eq!(phone.outbox_status().waiting, 1);

    phone.sign_in(credentials("viewer")).await.unwrap();
    until("the first person's result", || server.shared.recorded.lock().unwrap().len() == 2).await;
    assert_eq!(server.shared.recorded.lock().unwrap()[1].path, "a");
}
