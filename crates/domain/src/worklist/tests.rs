use std::time::Duration;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    do_not_call::{Objection, Objections},
    ids::UserId,
    windows::CallingHours,
};

/// Friday 2026-11-20, 12:45 UTC: 18:15 in Kolkata, 07:45 in New York.
const NOW: UnixMillis = UnixMillis(1_795_178_700_000);
const MINUTE: i64 = 60_000;

fn later(minutes: i64) -> UnixMillis {
    UnixMillis(NOW.0 + minutes * MINUTE)
}

fn standing(kind: Kind, heat: Heat, due_at: Option<UnixMillis>, age_minutes: i64) -> Standing {
    Standing { kind, heat, due_at, created_at: later(-age_minutes) }
}

fn rules() -> HandOutRules {
    HandOutRules { min_gap: Duration::from_secs(3600), most_attempts: 6, lease: Duration::from_secs(300) }
}

fn hours() -> CallingHours {
    CallingHours { days: vec![1, 2, 3, 4, 5, 6], from_minute: 540, to_minute: 1200 }
}

static FREE: Objections = Objections {
    marked: false,
    listings: Vec::new(),
    calls: Vec::new(),
    registry: crate::do_not_call::RegistryAnswer::NotUsed,
};

fn candidate<'a>(place: Place, hours: &'a CallingHours) -> Candidate<'a> {
    Candidate {
        place,
        zone: "Asia/Kolkata",
        objections: &FREE,
        campaign_id: None,
        attempts: 1,
        campaign: Some(CampaignState::Active),
        hours,
        held: None,
        dialed_at: None,
    }
}

fn fresh() -> Place {
    place(&standing(Kind::Fresh, Heat::Hot, None, 4))
}

#[test]
fn promises_come_first_then_heat_then_fresh_before_retries_and_the_newest_fresh_first() {
    let in_order = [
        standing(Kind::Callback, Heat::Cold, Some(later(-10)), 9000),
        standing(Kind::Callback, Heat::Hot, Some(later(-1)), 9000),
        standing(Kind::Fresh, Heat::Hot, None, 4),
        standing(Kind::Fresh, Heat::Hot, None, 50),
        standing(Kind::Retry, Heat::Hot, Some(later(-5)), 9000),
        standing(Kind::Fresh, Heat::Warm, None, 1),
        standing(Kind::Retry, Heat::Warm, Some(later(-600)), 9000),
        standing(Kind::Fresh, Heat::Cold, None, 1),
        standing(Kind::Retry, Heat::Cold, Some(later(-600)), 9000),
    ];
    let places: Vec<Place> = in_order.iter().map(place).collect();
    assert!(places.is_sorted(), "{places:?}");
    assert!(places.iter().zip(&in_order).all(|(place, standing)| kind_of(place.class) == standing.kind));
    assert!(places.iter().all(|place| place.class < CLASSES));
}

#[test]
fn a_lead_that_must_not_be_called_now_is_told_why() {
    let hours = hours();
    let may = |lead: &Candidate<'_>| may_call_now(lead, &rules(), NOW);
    assert_eq!(may(&candidate(fresh(), &hours)), Ok(()));
    let marked = Objections { marked: true, ..Objections::default() };
    let silent = Candidate { objections: &marked, ..candidate(fresh(), &hours) };
    assert_eq!(may(&silent), Err(Hindrance::DoNotCall { objection: Objection::Marked }));
    let paused = Candidate { campaign: Some(CampaignState::Paused), ..candidate(fresh(), &hours) };
    assert_eq!(may(&paused), Err(Hindrance::CampaignNotActive));
    let tired = Candidate { attempts: 6, ..candidate(fresh(), &hours) };
    assert_eq!(may(&tired), Err(Hindrance::TriesUsed { most: 6 }));
    let early = place(&standing(Kind::Callback, Heat::Hot, Some(later(12)), 9000));
    assert_eq!(may(&candidate(early, &hours)), Err(Hindrance::NotDue { due_at: later(12) }));
    // 07:45 in New York, where the hours begin at 09:00.
    let asleep = Candidate { zone: "America/New_York", ..candidate(fresh(), &hours) };
    assert_eq!(may(&asleep), Err(Hindrance::Closed { opens_at: Some(later(75)) }));
    let nowhere = Candidate { zone: "Mars/Base", ..candidate(fresh(), &hours) };
    assert_eq!(may(&nowhere), Err(Hindrance::Closed { opens_at: None }));
    let other = UserId::new(Uuid::from_u128(2));
    let held = Candidate { held: Some((other, later(1))), ..candidate(fresh(), &hours) };
    assert_eq!(may(&held), Err(Hindrance::Held { by: other, until: later(1) }));
    let just = Candidate { dialed_at: Some(later(-59)), ..candidate(fresh(), &hours) };
    assert_eq!(may(&just), Err(Hindrance::JustDialed { until: later(1) }));
    let long_ago = Candidate { dialed_at: Some(later(-60)), held: Some((other, NOW)), ..candidate(fresh(), &hours) };
    assert_eq!(may(&long_ago), Ok(()));
}

#[test]
fn a_promise_is_kept_also_after_many_tries() {
    let hours = hours();
    let due = place(&standing(Kind::Callback, Heat::Cold, Some(NOW), 9000));
    assert_eq!(may_call_now(&Candidate { attempts: 40, ..candidate(due, &hours) }, &rules(), NOW), Ok(()));
}

#[test]
fn the_reason_names_the_promise_the_heat_and_the_age() {
    let place_of = |kind, due| place(&standing(kind, Heat::Hot, due, 4));
    let told = |place| reasons(place, Heat::Hot, later(-4), 2, NOW);
    assert_eq!(
        told(place_of(Kind::Callback, Some(later(-1)))),
        [Reason::Promised { due_at: later(-1) }, Reason::Hot, Reason::Attempts { count: 2 }]
    );
    assert_eq!(told(place_of(Kind::Fresh, None))[..2], [Reason::Hot, Reason::Fresh { since: later(-4) }]);
    assert_eq!(told(place_of(Kind::Retry, Some(later(3))))[1], Reason::RetryLater { due_at: later(3) });
}

proptest! {
    /// The order in the index and the rule about due times agree.
    #[test]
    fn whoever_may_be_called_by_time_has_a_key_that_is_not_above_now(
        kind in prop::sample::select(Kind::ALL.to_vec()),
        due in prop::option::of(-100_000i64..100_000),
        age in 0i64..1_000_000,
    ) {
        let due = if kind == Kind::Fresh { due } else { Some(due.unwrap_or(0)) };
        let standing = standing(kind, Heat::Warm, due.map(later), age);
        let open = CallingHours { days: (1..=7).collect(), from_minute: 0, to_minute: 1440 };
        let place = place(&standing);
        let by_time = !matches!(may_call_now(&candidate(place, &open), &rules(), NOW), Err(Hindrance::NotDue { .. }));
        prop_assert_eq!(by_time, place.key <= NOW.0);
    }
}
