use super::*;

const UNDO: BulkEvent = BulkEvent::Undo { in_time: true, changed: true };

#[test]
fn an_action_goes_its_way_and_back() {
    let mut state = BulkState::Gathering;
    for (event, then) in [
        (BulkEvent::Gathered, BulkState::Working),
        (BulkEvent::Finished, BulkState::Done),
        (UNDO, BulkState::Undoing),
        (BulkEvent::Finished, BulkState::Undone),
    ] {
        state = next(state, event).unwrap();
        assert_eq!(state, then);
    }
    assert_eq!(next(state, UNDO), Err(BulkRefusal::NothingToUndo));
}

#[test]
fn what_was_stopped_can_be_undone_in_time() {
    for stop in [BulkEvent::Cancel, BulkEvent::Fail] {
        let stopped = next(BulkState::Working, stop).unwrap();
        assert_eq!(next(stopped, UNDO), Ok(BulkState::Undoing));
        let late = BulkEvent::Undo { in_time: false, changed: true };
        assert_eq!(next(stopped, late), Err(BulkRefusal::TooLate));
        let nothing = BulkEvent::Undo { in_time: true, changed: false };
        assert_eq!(next(stopped, nothing), Err(BulkRefusal::NothingToUndo));
    }
}

#[test]
fn what_is_worked_on_takes_no_undo_and_what_is_over_no_cancel() {
    for state in BulkState::ALL {
        assert_eq!(BulkState::parse(state.as_str()), Some(state));
        if state.is_working() {
            assert_eq!(next(state, UNDO), Err(BulkRefusal::Working));
        } else {
            assert_eq!(next(state, BulkEvent::Cancel), Err(BulkRefusal::Over));
        }
    }
    assert_eq!(next(BulkState::Undoing, BulkEvent::Cancel), Err(BulkRefusal::Working));
}

#[test]
fn an_action_reads_back_as_it_is_written() {
    let tag = crate::ids::TagId::new(uuid::Uuid::from_u128(7));
    let actions = [
        BulkActionKind::Assign { to: None },
        BulkActionKind::AddTag { tag_id: tag },
        BulkActionKind::RemoveTag { tag_id: tag },
        BulkActionKind::MoveToCampaign { campaign_id: None },
        BulkActionKind::Delete,
    ];
    for action in actions {
        let json = serde_json::to_value(action).unwrap();
        assert_eq!(serde_json::from_value::<BulkActionKind>(json).unwrap(), action);
    }
}

#[test]
fn words_that_differ_in_blanks_and_capitals_are_one_tag() {
    assert_eq!(word("  Hot   summer "), "Hot summer");
    assert_eq!(word_key("HOT  Summer"), word_key("hot summer"));
    assert_ne!(word_key("hot"), word_key("hots"));
    for colour in TagColour::ALL {
        assert_eq!(TagColour::parse(colour.as_str()), Some(colour));
    }
    assert_eq!(LeadSort::parse("oldest"), Some(LeadSort::Oldest));
}

#[test]
fn outcomes_are_counted() {
    let mut counts = BulkCounts::default();
    BulkOutcome::ALL.into_iter().for_each(|outcome| counts.add(outcome));
    assert_eq!(counts, BulkCounts { changed: 1, same: 1, kept: 1, undone: 1, exported: 1 });
    assert!(BulkOutcome::ALL.into_iter().all(|one| BulkOutcome::parse(one.as_str()) == Some(one)));
}
