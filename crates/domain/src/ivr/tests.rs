use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{time::UnixMillis, windows::HoursError, zone::ClockError};

const SUPPORT: QueueId = QueueId::new(Uuid::from_u128(7));
/// Friday 2026-11-20, 18:15 in Kolkata.
const NOW: UnixMillis = UnixMillis(1_795_178_700_000);

fn menu() -> Menu {
    let choice = |label: &str, to| Choice { label: label.to_owned(), to };
    Menu {
        prompt: "For sales press 1, for support press 2.".into(),
        choices: BTreeMap::from([
            ('1', choice("Sales", Destination::OwnQueue)),
            ('2', choice("Support", Destination::Queue { queue_id: SUPPORT })),
            ('9', choice("Stop", Destination::HangUp { say: "Goodbye.".into() })),
        ]),
        timeout_s: 5,
        retries: 1,
        invalid: "That key has no meaning.".into(),
    }
}

fn flow() -> Flow {
    Flow {
        greeting: "Welcome.".into(),
        recording_notice: "This call is recorded.".into(),
        menu: Some(menu()),
        ..Flow::default()
    }
}

/// Plays events from the start; the effects of the last one.
fn play(flow: &Flow, events: &[IvrEvent]) -> Vec<IvrEffect> {
    let mut state = IvrState::New;
    let mut effects = Vec::new();
    for event in [IvrEvent::Started].iter().chain(events) {
        (state, effects) = step(flow, &state, *event, NOW);
    }
    effects
}

fn key(key: char) -> IvrEvent {
    IvrEvent::Key { key }
}

fn says(effects: &[IvrEffect]) -> &str {
    match effects {
        [.., IvrEffect::Say { text }] => text,
        _ => panic!("says nothing: {effects:?}"),
    }
}

fn leaves(effects: &[IvrEffect]) -> &Outcome {
    match effects {
        [.., IvrEffect::Leave { outcome }] => outcome,
        _ => panic!("stays: {effects:?}"),
    }
}

#[test]
fn greeting_and_notice_come_before_the_queue() {
    let plain = Flow { menu: None, ..flow() };
    assert_eq!(says(&play(&plain, &[])), "Welcome. This call is recorded.");
    assert_eq!(leaves(&play(&plain, &[IvrEvent::Said])), &Outcome::OwnQueue { choice: None });
    assert_eq!(leaves(&play(&Flow::default(), &[])), &Outcome::OwnQueue { choice: None });
}

#[test]
fn a_key_chooses_the_queue_also_while_the_prompt_is_spoken() {
    let chosen = Outcome::Queue { queue_id: SUPPORT, choice: Some("Support".into()) };
    let cut_short = play(&flow(), &[IvrEvent::Said, key('2')]);
    assert_eq!(cut_short[0], IvrEffect::StopSaying);
    assert_eq!(leaves(&cut_short), &chosen);
    assert_eq!(leaves(&play(&flow(), &[IvrEvent::Said, IvrEvent::Said, key('2')])), &chosen);
}

#[test]
fn an_early_key_waits_until_the_recording_notice_was_heard() {
    assert_eq!(play(&flow(), &[key('2')]), []);
    assert!(matches!(leaves(&play(&flow(), &[key('2'), IvrEvent::Said])), Outcome::Queue { .. }));
    // One without a meaning is forgotten.
    assert_eq!(says(&play(&flow(), &[key('7'), IvrEvent::Said])), menu().prompt);
}

#[test]
fn a_wrong_key_and_silence_repeat_the_prompt_and_then_fall_back() {
    let wrong = [IvrEvent::Said, IvrEvent::Said, key('7')];
    assert_eq!(says(&play(&flow(), &wrong)), "That key has no meaning. For sales press 1, for support press 2.");
    let silent = [IvrEvent::Said, IvrEvent::Said, IvrEvent::TimedOut];
    assert_eq!(says(&play(&flow(), &silent)), menu().prompt);
    let twice = [&silent[..], &[IvrEvent::Said, IvrEvent::TimedOut]].concat();
    assert_eq!(leaves(&play(&flow(), &twice)), &Outcome::OwnQueue { choice: None });
}

#[test]
fn a_choice_may_end_the_call_with_a_sentence() {
    assert_eq!(says(&play(&flow(), &[IvrEvent::Said, key('9')])), "Goodbye.");
    assert_eq!(leaves(&play(&flow(), &[IvrEvent::Said, key('9'), IvrEvent::Said])), &Outcome::HangUp);
}

#[test]
fn outside_the_hours_callers_are_told_so() {
    let hours = |from_minute, to_minute| OpenHours {
        hours: CallingHours { days: vec![5], from_minute, to_minute },
        zone: "Asia/Kolkata".into(),
        closed: "We are closed.".into(),
    };
    let closed = Flow { hours: Some(hours(540, 1095)), ..flow() };
    assert_eq!(says(&play(&closed, &[])), "We are closed.");
    assert_eq!(leaves(&play(&closed, &[IvrEvent::Said])), &Outcome::HangUp);
    let open = Flow { hours: Some(hours(540, 1096)), ..flow() };
    assert_eq!(says(&play(&open, &[])), "Welcome. This call is recorded.");
}

#[test]
fn a_flow_that_cannot_be_run_names_what_is_wrong() {
    assert_eq!(check(&flow()), Ok(()));
    let with = |change: fn(&mut Menu)| {
        let mut menu = menu();
        change(&mut menu);
        check(&Flow { menu: Some(menu), ..flow() })
    };
    assert_eq!(with(|menu| menu.choices.clear()), Err(FlowError::NoChoices));
    assert_eq!(with(|menu| menu.prompt = " ".into()), Err(FlowError::PromptMissing));
    assert_eq!(with(|menu| menu.timeout_s = 0), Err(FlowError::Timeout));
    assert_eq!(with(|menu| menu.retries = 6), Err(FlowError::Retries));
    let lettered = |menu: &mut Menu| {
        let choice = menu.choices[&'1'].clone();
        menu.choices.insert('a', choice);
    };
    assert_eq!(with(lettered), Err(FlowError::NotAKey('a')));
    assert_eq!(check(&Flow { greeting: "a".repeat(2_001), ..flow() }), Err(FlowError::TextTooLong("greeting")));
    let hours = |zone: &str, to_minute, closed: &str| {
        let hours = CallingHours { days: vec![1], from_minute: 10, to_minute };
        check(&Flow { hours: Some(OpenHours { hours, zone: zone.into(), closed: closed.into() }), ..flow() })
    };
    assert_eq!(hours("UTC", 5, "Closed."), Err(FlowError::Hours(HoursError::NotASpan)));
    assert_eq!(hours("Moon", 20, "Closed."), Err(FlowError::Zone(ClockError::UnknownZone("Moon".into()))));
    assert_eq!(hours("UTC", 20, ""), Err(FlowError::ClosedMissing));
}

proptest! {
    #[test]
    fn every_caller_who_stays_on_the_line_leaves_the_flow_once(
        keys in prop::collection::vec(prop::option::of(prop::sample::select(KEYS.chars().collect::<Vec<_>>())), 0..30),
        with_menu in any::<bool>(),
        retries in 0..4u32,
    ) {
        let flow = Flow { menu: with_menu.then(|| Menu { retries, ..menu() }), ..flow() };
        let mut state = IvrState::New;
        let mut left = 0;
        let keys = keys.into_iter().map(|key| key.map_or(IvrEvent::TimedOut, |key| IvrEvent::Key { key }));
        // Whatever the caller presses, prompts end and silences run out.
        let calm = std::iter::repeat_n([IvrEvent::Said, IvrEvent::TimedOut], 12).flatten();
        for event in std::iter::once(IvrEvent::Started).chain(keys).chain(calm) {
            let (next, effects) = step(&flow, &state, event, NOW);
            left += effects.iter().filter(|effect| matches!(effect, IvrEffect::Leave { .. })).count();
            prop_assert!(state != IvrState::Done || (next == IvrState::Done && effects.is_empty()));
            state = next;
        }
        prop_assert_eq!((left, state), (1, IvrState::Done));
    }
}
