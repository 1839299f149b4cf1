use super::*;

fn offer() -> Option<Vec<u8>> {
    Some(b"v=0".to_vec())
}

fn given() -> Provisionals {
    Provisionals::new(Caller::Requires, 1, 700)
}

#[test]
fn who_has_to_acknowledge_what() {
    assert!(Caller::Requires.acknowledges(false) && Caller::Requires.acknowledges(true));
    assert!(!Caller::Can.acknowledges(false) && Caller::Can.acknowledges(true));
    assert!(!Caller::Cannot.acknowledges(false) && !Caller::Cannot.acknowledges(true));
}

#[test]
fn a_second_waits_for_the_acknowledgement_of_the_first() {
    let mut given = given();
    assert_eq!(given.say(offer()), Some(Provisional { number: 700, body: offer() }));
    assert_eq!(given.say(None), None);
    assert!(given.is_unacknowledged(700));
    assert_eq!(given.acknowledge(Some("700 1 INVITE")), Ok(()));
    assert!(!given.is_unacknowledged(700));
    assert_eq!(given.settled(), Some(Provisional { number: 701, body: None }));
    assert!(given.is_unacknowledged(701));
}

#[test]
fn a_prack_names_the_answer_the_invite_and_its_method() {
    let mut given = given();
    assert_eq!(given.acknowledge(Some("700 1 INVITE")), Err(Unmatched::Unknown), "nothing was sent");
    given.say(None);
    for wrong in ["701 1 INVITE", "699 1 INVITE", "700 2 INVITE", "700 1 UPDATE"] {
        assert_eq!(given.acknowledge(Some(wrong)), Err(Unmatched::Unknown), "{wrong}");
    }
    for nonsense in ["", "700", "700 1", "x 1 INVITE", "700 1 INVITE more", "-700 1 INVITE", "99999999999 1 INVITE"] {
        assert_eq!(given.acknowledge(Some(nonsense)), Err(Unmatched::NoRack), "{nonsense}");
    }
    assert_eq!(given.acknowledge(None), Err(Unmatched::NoRack));
    assert!(given.is_unacknowledged(700), "it is still sent again");
    assert_eq!(given.acknowledge(Some(" 700  1 INVITE ")), Ok(()));
}

#[test]
fn a_doubled_prack_matches_nothing() {
    let mut given = given();
    given.say(None);
    assert_eq!(given.acknowledge(Some("700 1 INVITE")), Ok(()));
    assert_eq!(given.acknowledge(Some("700 1 INVITE")), Err(Unmatched::Unknown), "while the first is being answered");
    given.settled();
    assert_eq!(given.acknowledge(Some("700 1 INVITE")), Err(Unmatched::Unknown), "after it was answered");
}

#[test]
fn the_answer_waits_for_the_prack_of_a_description_and_says_it_no_second_time() {
    let mut given = given();
    given.say(offer());
    assert!(!given.may_answer());
    given.acknowledge(Some("700 1 INVITE")).unwrap();
    assert!(!given.may_answer(), "its own answer may carry a description");
    given.settled();
    assert!(given.may_answer());
    assert!(given.answer());
}

#[test]
fn the_answer_waits_for_no_prack_of_ringing_which_may_come_late() {
    let mut given = given();
    given.say(None);
    assert!(given.may_answer());
    assert!(!given.answer(), "the description is the answer's");
    assert!(!given.is_unacknowledged(700), "nothing is sent again after the answer");
    assert_eq!(given.acknowledge(Some("700 1 INVITE")), Ok(()));
    assert_eq!(given.settled(), None);
}

#[test]
fn nothing_is_said_after_the_answer_and_what_still_waited_is_dropped() {
    let mut given = given();
    given.say(None);
    given.say(offer());
    assert!(given.may_answer(), "the description was not sent");
    assert!(!given.answer(), "and is the answer's");
    assert_eq!(given.say(None), None);
    given.acknowledge(Some("700 1 INVITE")).unwrap();
    assert_eq!(given.settled(), None);
}

#[test]
fn one_that_is_lost_is_sent_again_in_waits_that_double_until_64_t1() {
    let t1 = Duration::from_millis(500);
    let waits = waits(t1);
    assert_eq!(waits.iter().sum::<Duration>(), 64 * t1);
    assert!(waits[..6].windows(2).all(|two| two[1] == 2 * two[0]));
}
