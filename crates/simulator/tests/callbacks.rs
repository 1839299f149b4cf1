use std::{sync::Arc, time::Duration};

use providers::telephony::{Carrier, PlaceCall};
use switchboard_simulator::{
    customer::CustomerScript,
    twilio::{Destination, Misbehaviour, Pace},
};

use crate::application::{Application, NUMBER, Webhook, carrier};

const CALLER: &str = "+919800000101";

async fn events(misbehaviour: Misbehaviour, count: usize) -> Vec<Webhook> {
    let (application, _streams) = Application::start().await;
    application.document("/answer", "<Hangup/>");
    let simulator = application.simulator(|config| config.pace = Pace::SkipWaiting).await;
    simulator.set_default_destination(Some(Destination::person(CustomerScript::silent(CALLER))));
    simulator.misbehave(misbehaviour);
    let call = PlaceCall {
        to: domain::pii::Personal::new(CALLER.into()),
        from: domain::pii::Personal::new(NUMBER.into()),
        answer_url: format!("{}/answer", application.url),
        status_url: Some(format!("{}/status", application.url)),
        ring_timeout: None,
        answering_machine: None,
        send_digits: None,
        via: Default::default(),
        reference: String::new(),
        record: false,
    };
    carrier(&simulator).place_call(&call).await.unwrap();
    application.expect("/status", count).await
}

fn sequence(events: &[Webhook]) -> Vec<&str> {
    events.iter().map(|event| event.field("SequenceNumber")).collect()
}

#[tokio::test]
async fn callbacks_can_come_twice() {
    let told = events(Misbehaviour { duplicate_callbacks: true, ..Default::default() }, 8).await;
    assert_eq!(sequence(&told), ["0", "0", "1", "1", "2", "2", "3", "3"]);
}

#[tokio::test]
async fn callbacks_can_change_places() {
    let told = events(Misbehaviour { swapped_callbacks: true, ..Default::default() }, 4).await;
    assert_eq!(sequence(&told), ["1", "0", "3", "2"]);
    assert!(told.iter().all(|event| event.genuine));
}

#[tokio::test]
async fn callbacks_can_come_late() {
    let began = std::time::Instant::now();
    let late = Some(Duration::from_millis(100));
    events(Misbehaviour { late_callbacks: late, ..Default::default() }, 4).await;
    assert!(began.elapsed() >= Duration::from_millis(400));
}

#[tokio::test]
async fn forged_callbacks_do_not_have_a_good_signature() {
    let told = events(Misbehaviour { forged_callbacks: true, ..Default::default() }, 8).await;
    let genuine: Vec<bool> = told.iter().map(|event| event.genuine).collect();
    assert_eq!(genuine, [false, true, false, true, false, true, false, true]);
    let (application, _streams) = Application::start().await;
    let simulator = Arc::new(application.simulator(|_| {}).await);
    let answered = simulator.forge_webhook(&format!("{}/voice", application.url), &[("CallSid", "CA1")]).await;
    assert_eq!(answered.unwrap(), 403);
}
