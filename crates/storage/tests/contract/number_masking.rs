//! Virtual numbers: pools, and who is reached by which number.

use domain::{
    ids::{LeadId, MappingId, NumberId, PoolId, UserId},
    number_masking::{Mapping, Side},
};
use storage::{
    PageRequest, StorageError, Store, TenantScope,
    number_masking::{self as masking, Pool},
    numbers::{self, Media, Number, Provider},
    on_both_engines,
    testing::TestStore,
};

use crate::support::{NOW, at, lead, next, tenant, user, uuid};

on_both_engines! {
    a_number_is_in_one_pool_and_leaves_it_when_it_goes,
    each_side_of_a_mapping_is_found_by_its_own_telephone,
    a_telephone_has_one_live_mapping_by_a_number,
    of_many_who_take_a_number_at_once_one_gets_it,
    what_has_ended_makes_room_and_is_forgotten,
    a_stranger_reaches_nobody,
}

async fn number(store: &Store, scope: TenantScope) -> NumberId {
    let id = NumberId::new(uuid());
    let row = Number {
        id,
        number: format!("+9180455{:05}", next()),
        label: "Line".to_owned(),
        queue_id: None,
        campaign_id: None,
        greeting: String::new(),
        greeting_message_id: None,
        language: "en".to_owned(),
        provider: Provider::Twilio,
        media: Media::Bridge,
        created_at: NOW,
        last_call_at: None,
    };
    numbers::insert(store, scope, &row).await.unwrap();
    id
}

fn pool(name: &str, numbers: Vec<NumberId>) -> Pool {
    Pool { id: PoolId::new(uuid()), name: name.to_owned(), lasts_s: 3600, on: true, numbers, created_at: NOW }
}

const LEAD: &str = "+919812300021";
const AGENT: &str = "+919812300099";

struct Pair {
    number: NumberId,
    lead: LeadId,
    agent: UserId,
}

async fn pair(store: &Store, scope: TenantScope) -> Pair {
    let (lead, agent) = (lead(store, scope).await, user(store, scope).await);
    Pair { number: number(store, scope).await, lead, agent }
}

fn mapping(store: &Store, scope: TenantScope, pair: &Pair, lead: &str, agent: Option<&str>) -> Mapping {
    let telephone = |e164: &str| masking::telephone(store, scope, e164);
    Mapping {
        id: MappingId::new(uuid()),
        number: pair.number,
        lead: pair.lead,
        agent: pair.agent,
        lead_telephone: telephone(lead),
        agent_telephone: agent.map(telephone),
        expires_at: at(1_000),
    }
}

async fn a_number_is_in_one_pool_and_leaves_it_when_it_goes(store: TestStore) {
    let scope = tenant(&store).await;
    let (one, two) = (number(&store, scope).await, number(&store, scope).await);
    let mut first = pool("First", vec![one]);
    masking::insert_pool(&*store, scope, &first).await.unwrap();
    let both = masking::insert_pool(&*store, scope, &pool("Second", vec![one, two])).await;
    assert!(matches!(both, Err(StorageError::Unique { .. })), "{both:?}");
    assert_eq!(masking::pools(&*store, scope).await.unwrap(), [first.clone()], "nothing of it is there");
    (first.name, first.lasts_s, first.on) = ("Renamed".to_owned(), 7200, false);
    first.numbers.push(two);
    first.numbers.sort_unstable_by_key(ToString::to_string);
    assert!(masking::update_pool(&*store, scope, &first).await.unwrap());
    assert_eq!(masking::pools(&*store, scope).await.unwrap(), [first.clone()]);
    numbers::remove(&*store, scope, two).await.unwrap();
    assert_eq!(masking::pools(&*store, scope).await.unwrap()[0].numbers, [one]);
    assert!(masking::remove_pool(&*store, scope, first.id).await.unwrap());
    assert!(!masking::remove_pool(&*store, scope, first.id).await.unwrap());
    assert!(!masking::update_pool(&*store, scope, &first).await.unwrap());
}

async fn each_side_of_a_mapping_is_found_by_its_own_telephone(store: TestStore) {
    let scope = tenant(&store).await;
    let pair = pair(&store, scope).await;
    let made = mapping(&store, scope, &pair, LEAD, Some(AGENT));
    masking::insert(&*store, scope, &made, NOW).await.unwrap();
    assert_eq!(masking::live(&*store, scope, NOW).await.unwrap(), std::slice::from_ref(&made));
    for (from, side) in [(LEAD, Side::Lead), (AGENT, Side::Agent)] {
        let found = masking::reached(&*store, scope, pair.number, from, NOW).await.unwrap().unwrap();
        assert_eq!((found.mapping, found.lead, found.agent, found.side), (made.id, pair.lead, pair.agent, side));
        assert_eq!(masking::reached(&*store, scope, pair.number, from, at(1_000)).await.unwrap(), None, "it has ended");
    }
    assert_eq!(masking::reached(&*store, scope, pair.number, "+919800000000", NOW).await.unwrap(), None);
    assert!(masking::lengthen(&*store, scope, made.id, at(5_000), NOW).await.unwrap());
    assert!(masking::lengthen(&*store, scope, made.id, at(2_000), NOW).await.unwrap(), "never shorter");
    let shown = masking::page(&*store, scope, NOW, PageRequest::new(None, Some(1))).await.unwrap();
    assert_eq!((shown.items[0].expires_at, shown.next), (at(5_000), None));
    assert!(masking::end(&*store, scope, made.id, at(10)).await.unwrap());
    assert!(!masking::end(&*store, scope, made.id, at(10)).await.unwrap());
    assert!(!masking::lengthen(&*store, scope, made.id, at(9_000), at(10)).await.unwrap());
}

async fn a_telephone_has_one_live_mapping_by_a_number(store: TestStore) {
    let scope = tenant(&store).await;
    let first = pair(&store, scope).await;
    masking::insert(&*store, scope, &mapping(&store, scope, &first, LEAD, Some(AGENT)), NOW).await.unwrap();
    let second = Pair { number: first.number, ..pair(&store, scope).await };
    for (lead, agent) in [(LEAD, None), ("+919800000001", Some(AGENT)), (AGENT, None), ("+919800000001", Some(LEAD))] {
        let refused = masking::insert(&*store, scope, &mapping(&store, scope, &second, lead, agent), NOW).await;
        assert!(matches!(refused, Err(StorageError::Unique { .. })), "{lead} {agent:?}: {refused:?}");
    }
    assert_eq!(masking::live(&*store, scope, NOW).await.unwrap().len(), 1);
    masking::insert(&*store, scope, &mapping(&store, scope, &second, "+919800000001", None), NOW).await.unwrap();
    let elsewhere = pair(&store, scope).await;
    masking::insert(&*store, scope, &mapping(&store, scope, &elsewhere, LEAD, Some(AGENT)), NOW).await.unwrap();
}

async fn of_many_who_take_a_number_at_once_one_gets_it(store: TestStore) {
    let scope = tenant(&store).await;
    let first = pair(&store, scope).await;
    let mut tasks = Vec::new();
    for _ in 0..8 {
        let made = mapping(&store, scope, &first, LEAD, None);
        let store = Store::clone(&store);
        tasks.push(tokio::spawn(async move { masking::insert(&store, scope, &made, NOW).await.is_ok() }));
    }
    let mut taken = 0;
    for task in tasks {
        taken += u32::from(task.await.unwrap());
    }
    assert_eq!(taken, 1);
}

async fn what_has_ended_makes_room_and_is_forgotten(store: TestStore) {
    let scope = tenant(&store).await;
    let first = pair(&store, scope).await;
    let old = mapping(&store, scope, &first, LEAD, Some(AGENT));
    masking::insert(&*store, scope, &old, NOW).await.unwrap();
    let new = Mapping { expires_at: at(9_000), ..mapping(&store, scope, &first, LEAD, None) };
    masking::insert(&*store, scope, &new, at(1_000)).await.unwrap();
    let found = masking::reached(&*store, scope, first.number, LEAD, at(1_001)).await.unwrap();
    assert_eq!(found.map(|found| found.mapping), Some(new.id));
    assert_eq!(masking::reached(&*store, scope, first.number, AGENT, at(1_001)).await.unwrap(), None);
    assert_eq!(masking::purge(&*store, at(1_001)).await.unwrap(), 1);
    assert_eq!(masking::live(&*store, scope, at(1_001)).await.unwrap(), [new]);
}

async fn a_stranger_reaches_nobody(store: TestStore) {
    let (scope, stranger) = (tenant(&store).await, tenant(&store).await);
    let own = pair(&store, scope).await;
    let made = mapping(&store, scope, &own, LEAD, Some(AGENT));
    masking::insert(&*store, scope, &made, NOW).await.unwrap();
    let mine = pool("Mine", vec![own.number]);
    masking::insert_pool(&*store, scope, &mine).await.unwrap();
    assert_eq!(masking::live(&*store, stranger, NOW).await.unwrap(), []);
    assert_eq!(masking::pools(&*store, stranger).await.unwrap(), []);
    assert_eq!(masking::reached(&*store, stranger, own.number, LEAD, NOW).await.unwrap(), None);
    assert!(!masking::end(&*store, stranger, made.id, NOW).await.unwrap());
    assert!(!masking::lengthen(&*store, stranger, made.id, at(9_000), NOW).await.unwrap());
    assert!(!masking::remove_pool(&*store, stranger, mine.id).await.unwrap());
    let theirs = masking::insert_pool(&*store, stranger, &pool("Theirs", vec![own.number])).await;
    assert!(matches!(theirs, Err(StorageError::NoSuchReference)), "{theirs:?}");
    assert_eq!(masking::live(&*store, scope, NOW).await.unwrap(), [made]);
}
