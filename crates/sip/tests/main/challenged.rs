//! Requests of ours within a call that came in, which the other side wants proven (RFC 3261 section 22), over the wire.

use domain::pii::Personal;
use switchboard_sip::{
    Account, CallKey, Endpoint, SipFault,
    digest::{Algorithm, Challenger, Credentials},
};

use crate::caller::{Called, Caller, Response, T1};

const OFFER: &str = "v=0\r\no=theirs 1 1 IN IP4 127.0.0.1\r\n";
const OURS: &str = "v=0\r\no=ours 1 1 IN IP4 127.0.0.1\r\n";
const PASSWORD: &str = "of the office";

fn account() -> Account {
    Account { username: "office".into(), auth_name: None, password: Personal::new(PASSWORD.into()) }
}

/// A call that was taken, and who asks for proof.
async fn taken() -> (Called, Caller, CallKey, Challenger) {
    let mut called = Called::start().await;
    let mut caller = Caller::new(called.address()).await;
    caller.invite("Supported: timer", OFFER).await;
    let call = called.invited_by(Some(account())).await.call;
    called.endpoint.answer(call, OURS.into()).await.unwrap();
    assert_eq!(caller.answer_to("INVITE").await.status, 200);
    caller.send("1 ACK", "ack", "", "").await;
    (called, caller, call, Challenger::new("carrier", [7; 32], &[Algorithm::Md5]))
}

fn proven(by: &mut Challenger, request: &Response, field: &str, method: &str) {
    let given = Credentials::parse(&request.field(field)).unwrap();
    assert_eq!((given.username.as_str(), by.check(&given, PASSWORD, method, 0)), ("office", Ok(())), "{request:?}");
}

/// Until their ACK is there nothing can be changed.
async fn offered(endpoint: Endpoint, call: CallKey) -> Result<Vec<u8>, SipFault> {
    loop {
        match endpoint.reoffer(call, OURS.into()).await {
            Err(SipFault::Gone) => tokio::time::sleep(T1).await,
            answered => return answered,
        }
    }
}

#[tokio::test]
async fn a_hang_up_that_has_to_be_proven_is_sent_again_with_its_proof() {
    let (mut called, caller, call, mut challenger) = taken().await;
    let endpoint = called.endpoint.clone();
    let ending = tokio::spawn(async move { endpoint.hang_up(call).await });
    let plain = caller.asked("BYE", None).await;
    assert_eq!(plain.field("Proxy-Authorization"), "");
    let asks = format!("Proxy-Authenticate: {}\r\n", challenger.challenge(0, 1, false)[0]);
    caller.reply(&plain, "407 Proxy Authentication Required", &asks, "").await;
    let again = caller.asked("BYE", Some(&plain)).await;
    proven(&mut challenger, &again, "Proxy-Authorization", "BYE");
    caller.reply(&again, "200 OK", "", "").await;
    ending.await.unwrap();
    assert_eq!(called.ended().await, call);
}

#[tokio::test]
async fn a_changed_session_that_has_to_be_proven_is_offered_again_with_its_proof() {
    let (called, caller, call, mut challenger) = taken().await;
    let endpoint = called.endpoint.clone();
    let offering = tokio::spawn(async move { offered(endpoint, call).await });
    let plain = caller.asked("INVITE", None).await;
    let asks = format!("WWW-Authenticate: {}\r\n", challenger.challenge(0, 1, false)[0]);
    caller.reply(&plain, "401 Unauthorized", &asks, "").await;
    let again = caller.asked("INVITE", Some(&plain)).await;
    assert_eq!(again.body, OURS);
    proven(&mut challenger, &again, "Authorization", "INVITE");
    caller.reply(&again, "200 OK", "", OFFER).await;
    assert_eq!(offering.await.unwrap(), Ok(OFFER.into()));
}
