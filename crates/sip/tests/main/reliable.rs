//! Provisional answers that the caller acknowledges (RFC 3262), over the wire.

use std::time::Duration;

use switchboard_sip::{CallKey, Event, SipFault};
use tokio::time::Instant;

use crate::caller::{Called, Caller, Response, T1};

const REQUIRES: &str = "Require: 100rel";
const OFFER: &str = "v=0\r\no=theirs 1 1 IN IP4 127.0.0.1\r\n";
const OURS: &str = "v=0\r\no=ours 1 1 IN IP4 127.0.0.1\r\n";

async fn invited(wish: &str, offer: &str) -> (Called, Caller, CallKey) {
    let mut called = Called::start().await;
    let caller = Caller::new(called.address()).await;
    caller.invite(wish, offer).await;
    let call = called.invited().await.call;
    (called, caller, call)
}

fn ours() -> Option<Vec<u8>> {
    Some(OURS.as_bytes().to_vec())
}

/// Its number.
fn is_reliable(response: &Response) -> String {
    assert_eq!(response.field("Require"), "100rel", "{response:?}");
    let number: u32 = response.field("RSeq").parse().unwrap();
    assert!((1..=0x7FFF_FFFF).contains(&number), "{number}");
    number.to_string()
}

#[tokio::test]
async fn ringing_is_acknowledged_where_the_caller_requires_it() {
    let (called, mut caller, call) = invited(REQUIRES, OFFER).await;
    called.endpoint.ring(call, None).unwrap();
    let ringing = caller.next().await;
    assert_eq!((ringing.status, ringing.body.as_str()), (180, ""));
    let number = is_reliable(&ringing);
    assert!(ringing.field("Allow").contains("PRACK") && ringing.field("Supported").contains("100rel"), "{ringing:?}");
    assert_eq!(caller.prack(&number, 2, "").await.status, 200);
    assert_eq!(caller.all_within(T1 * 8).await, [], "it is not sent again");
    called.endpoint.answer(call, OURS.into()).await.unwrap();
    let answer = caller.answer_to("INVITE").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, OURS));
    assert!(answer.field("Allow").contains("PRACK") && answer.field("Supported").contains("100rel"), "{answer:?}");
}

#[tokio::test]
async fn who_only_can_acknowledges_a_description_and_no_ringing() {
    let (called, mut caller, call) = invited("Supported: timer, 100rel", OFFER).await;
    called.endpoint.ring(call, None).unwrap();
    let ringing = caller.next().await;
    assert_eq!((ringing.status, ringing.field("RSeq").as_str(), ringing.field("Require").as_str()), (180, "", ""));
    called.endpoint.ring(call, ours()).unwrap();
    let early = caller.next().await;
    assert_eq!((early.status, early.body.as_str()), (183, OURS));
    assert_eq!(caller.prack(&is_reliable(&early), 2, "").await.status, 200);
}

#[tokio::test]
async fn who_cannot_is_asked_for_nothing() {
    let (called, mut caller, call) = invited("Supported: timer", OFFER).await;
    called.endpoint.ring(call, ours()).unwrap();
    let early = caller.next().await;
    assert_eq!((early.status, early.field("RSeq").as_str(), early.field("Require").as_str()), (183, "", ""));
    called.endpoint.answer(call, OURS.into()).await.unwrap();
    assert_eq!(caller.answer_to("INVITE").await.body, OURS);
}

#[tokio::test]
async fn a_lost_prack_has_the_answer_sent_again_in_waits_that_double() {
    let (called, mut caller, call) = invited(REQUIRES, OFFER).await;
    called.endpoint.ring(call, None).unwrap();
    let (first, began) = (caller.next().await, Instant::now());
    for waits in [1, 3, 7] {
        assert_eq!(caller.next().await, first);
        let (least, most) = (T1 * waits, T1 * (waits + 1) + Duration::from_millis(400));
        assert!((least - T1 / 2..most).contains(&began.elapsed()), "{:?} of {least:?}", began.elapsed());
    }
    assert_eq!(caller.prack(&is_reliable(&first), 2, "").await.status, 200);
    assert_eq!(caller.all_within(T1 * 20).await, []);
}

#[tokio::test]
async fn a_prack_that_never_comes_has_the_invite_refused_with_504() {
    let (mut called, mut caller, call) = invited(REQUIRES, OFFER).await;
    called.endpoint.ring(call, ours()).unwrap();
    let began = Instant::now();
    let answering = tokio::spawn({
        let endpoint = called.endpoint.clone();
        async move { endpoint.answer(call, OURS.into()).await }
    });
    let number = is_reliable(&caller.next().await);
    let refusal = caller.answer_to("INVITE").await;
    assert_eq!(refusal.status, 504);
    assert!((T1 * 60..T1 * 130).contains(&began.elapsed()), "{:?}", began.elapsed());
    assert_eq!(called.ended().await, call);
    assert_eq!(answering.await.unwrap(), Err(SipFault::Gone));
    caller.send("1 ACK", "invite", "", "").await;
    assert_eq!(caller.prack(&number, 2, "").await.status, 481, "it is too late");
    assert_eq!(called.endpoint.live_calls(), 0);
}

#[tokio::test]
async fn a_doubled_prack_is_answered_again_and_a_second_one_matches_nothing() {
    let (called, mut caller, call) = invited(REQUIRES, OFFER).await;
    called.endpoint.ring(call, None).unwrap();
    let number = is_reliable(&caller.next().await);
    let rack = format!("RAck: {number} 1 INVITE\r\n");
    let first = caller.prack_as(&rack, 2, "once", "").await;
    assert_eq!(first.status, 200);
    assert_eq!(caller.prack_as(&rack, 2, "once", "").await, first, "the answer was lost on its way");
    assert_eq!(caller.prack_as(&rack, 3, "anew", "").await.status, 481);
}

#[tokio::test]
async fn a_prack_of_something_else_matches_nothing() {
    let (called, mut caller, call) = invited(REQUIRES, OFFER).await;
    called.endpoint.ring(call, None).unwrap();
    let number: u32 = is_reliable(&caller.next().await).parse().unwrap();
    let other = number + 1;
    for (turn, rack) in
        [format!("{other} 1 INVITE"), format!("{number} 9 INVITE"), format!("{number} 1 UPDATE")].iter().enumerate()
    {
        let cseq = 2 + turn as u32;
        let answer = caller.prack_as(&format!("RAck: {rack}\r\n"), cseq, &format!("wrong{turn}"), "").await;
        assert_eq!(answer.status, 481, "{rack}");
    }
    assert_eq!(caller.prack_as("", 5, "without", "").await.status, 400);
    assert_eq!(caller.prack(&number.to_string(), 6, "").await.status, 200);
}

#[tokio::test]
async fn a_late_prack_of_ringing_is_one_after_the_answer_too() {
    let (called, mut caller, call) = invited(REQUIRES, OFFER).await;
    called.endpoint.ring(call, None).unwrap();
    called.endpoint.answer(call, OURS.into()).await.unwrap();
    let number = is_reliable(&caller.next().await);
    assert_eq!(caller.answer_to("INVITE").await.status, 200);
    assert_eq!(caller.prack(&number, 2, "").await.status, 200);
    caller.send("1 ACK", "ack", "", "").await;
    tokio::time::sleep(T1 * 4).await;
    caller.send("3 BYE", "bye", "", "").await;
    assert_eq!(caller.answer_to("BYE").await.status, 200);
}

#[tokio::test]
async fn a_cancel_between_ends_the_call_and_nothing_is_sent_again() {
    let (mut called, mut caller, call) = invited(REQUIRES, OFFER).await;
    called.endpoint.ring(call, ours()).unwrap();
    let number = is_reliable(&caller.next().await);
    let answering = tokio::spawn({
        let endpoint = called.endpoint.clone();
        async move { endpoint.answer(call, OURS.into()).await }
    });
    let tagged = std::mem::replace(caller.to_mut(), format!("<sip:called@{}>", called.address()));
    caller.send("1 CANCEL", "invite", "", "").await;
    assert_eq!(caller.answer_to("INVITE").await.status, 487);
    assert_eq!(called.ended().await, call);
    assert_eq!(answering.await.unwrap(), Err(SipFault::Gone));
    *caller.to_mut() = tagged;
    caller.send("1 ACK", "invite", "", "").await;
    assert_eq!(caller.prack(&number, 2, "").await.status, 481);
    let again = caller.all_within(T1 * 10).await;
    assert!(again.iter().all(|one| one.status >= 200), "{again:?}");
}

#[tokio::test]
async fn a_second_one_is_sent_after_the_prack_of_the_first() {
    let (called, mut caller, call) = invited(REQUIRES, OFFER).await;
    called.endpoint.ring(call, None).unwrap();
    called.endpoint.ring(call, ours()).unwrap();
    let ringing = caller.next().await;
    let number = is_reliable(&ringing);
    assert!(caller.all_within(T1 * 5).await.iter().all(|again| *again == ringing));
    assert_eq!(caller.prack(&number, 2, "").await.status, 200);
    let early = caller.next().await;
    assert_eq!((early.status, early.body.as_str()), (183, OURS));
    assert_eq!(is_reliable(&early).parse::<u32>().unwrap(), number.parse::<u32>().unwrap() + 1);
}

#[tokio::test]
async fn the_answer_waits_for_the_prack_of_a_description_and_has_none_itself() {
    let (called, mut caller, call) = invited(REQUIRES, OFFER).await;
    called.endpoint.ring(call, ours()).unwrap();
    let answering = tokio::spawn({
        let endpoint = called.endpoint.clone();
        async move { endpoint.answer(call, OURS.into()).await }
    });
    let early = caller.next().await;
    assert!(caller.all_within(T1 * 5).await.iter().all(|again| *again == early));
    assert_eq!(caller.prack(&is_reliable(&early), 2, "").await.status, 200);
    let answer = caller.answer_to("INVITE").await;
    assert_eq!((answer.status, answer.body.as_str(), answer.field("Content-Type").as_str()), (200, "", ""));
    assert_eq!(answering.await.unwrap(), Ok(()));
}

#[tokio::test]
async fn an_offer_in_a_prack_is_answered_with_it() {
    let (mut called, mut caller, call) = invited(REQUIRES, OFFER).await;
    called.endpoint.ring(call, ours()).unwrap();
    let number = is_reliable(&caller.next().await);
    let decides = tokio::spawn(async move {
        let Event::Reoffered(reoffer) = called.event().await else { panic!("an offer") };
        assert_eq!((reoffer.call, reoffer.body), (call, OFFER.as_bytes().to_vec()));
        tokio::time::sleep(T1 * 2).await;
        reoffer.reply.send(Ok(b"v=0 changed".to_vec())).unwrap();
        called
    });
    let answer = caller.prack(&number, 2, OFFER).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "v=0 changed"));
    assert_eq!(answer.field("Content-Type"), "application/sdp");
    let called = decides.await.unwrap();
    called.endpoint.answer(call, OURS.into()).await.unwrap();
    assert_eq!(caller.answer_to("INVITE").await.status, 200);
}

#[tokio::test]
async fn an_offer_in_a_prack_that_is_refused_acknowledges_all_the_same() {
    let (mut called, mut caller, call) = invited(REQUIRES, OFFER).await;
    called.endpoint.ring(call, ours()).unwrap();
    let number = is_reliable(&caller.next().await);
    let refuses = tokio::spawn(async move {
        let Event::Reoffered(reoffer) = called.event().await else { panic!("an offer") };
        reoffer.reply.send(Err(488)).unwrap();
        called
    });
    assert_eq!(caller.prack(&number, 2, OFFER).await.status, 488);
    let called = refuses.await.unwrap();
    called.endpoint.answer(call, OURS.into()).await.unwrap();
    let answer = caller.answer_to("INVITE").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
}

#[tokio::test]
async fn an_offer_of_ours_before_the_answer_is_answered_by_the_prack() {
    let (mut called, mut caller, call) = invited(REQUIRES, "").await;
    called.endpoint.ring(call, ours()).unwrap();
    let number = is_reliable(&caller.next().await);
    assert_eq!(caller.prack(&number, 2, OFFER).await.status, 200);
    let Event::Acknowledged { call: of, body } = called.event().await else { panic!("the answer to our offer") };
    assert_eq!((of, body), (call, OFFER.as_bytes().to_vec()));
    called.endpoint.answer(call, OURS.into()).await.unwrap();
    assert_eq!(caller.answer_to("INVITE").await.body, "");
}

#[tokio::test]
async fn a_prack_outside_of_a_call_is_refused_and_options_name_the_extension() {
    let called = Called::start().await;
    let mut caller = Caller::new(called.address()).await;
    assert_eq!(caller.prack("1", 2, "").await.status, 481);
    caller.send("3 OPTIONS", "options", "", "").await;
    let options = caller.answer_to("OPTIONS").await;
    assert!(options.field("Allow").contains("PRACK") && options.field("Supported").contains("100rel"), "{options:?}");
}
