//! The decisions of keeping a CRM in step.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    imports::{DateOrder, Duplicates, KnownWithin, MappingProblem, Reason},
    pii::Personal,
    time::UnixMillis,
};

fn rule(path: &str, to: CrmField) -> CrmRule {
    CrmRule { path: path.to_owned(), to, key: None, dates: None, flow: CrmFlow::Both }
}

fn fact(path: &str, key: &str) -> CrmRule {
    CrmRule { key: Some(key.to_owned()), ..rule(path, CrmField::Field) }
}

fn plan() -> CrmPlan {
    CrmPlan {
        rules: vec![
            rule("first_name", CrmField::Name),
            rule("last_name", CrmField::Name),
            rule("contact.mobile", CrmField::Phone),
            rule("contact.email", CrmField::Email),
            rule("status", CrmField::Stage),
            rule("dnd", CrmField::DoNotCall),
            fact("details.budget", "budget"),
            CrmRule { flow: CrmFlow::Pull, ..fact("tags.0", "tag") },
            CrmRule { dates: Some(DateOrder::DayMonthYear), ..fact("visit", "visit") },
        ],
        country: "IN".to_owned(),
        duplicates: Duplicates::Merge,
        known_within: KnownWithin::Campaign,
    }
}

fn api() -> CrmApi {
    CrmApi {
        list_path: "/api/leads".to_owned(),
        items_path: "data".to_owned(),
        record_path: "data".to_owned(),
        id_path: "id".to_owned(),
        updated_path: "updated_at".to_owned(),
        since_param: "updated_since".to_owned(),
        since_as: SinceAs::Iso8601,
        page_param: "page".to_owned(),
        size_param: "per_page".to_owned(),
        page_size: 2,
        extra_query: String::new(),
        put: false,
        hook_id_path: "id".to_owned(),
    }
}

fn texts(pairs: &[(&str, &str)]) -> Texts {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), Personal::new((*text).to_owned()))).collect()
}

fn record() -> Value {
    json!({ "id": 7, "first_name": "Asha", "last_name": "Rao", "contact": { "mobile": "098123 00021", "email": "asha@rao.example" },
        "status": "qualified", "dnd": false, "details": { "budget": 7_000_000 }, "tags": ["west", "metro"],
        "visit": "05/12/2026", "updated_at": "2026-11-26T10:00:00.000000Z", "other": "left out" })
}

#[test]
fn a_record_is_read_by_paths_with_the_rules_of_files() {
    let read = read_record(&api(), &plan(), &record()).unwrap();
    assert_eq!((read.external_id.as_str(), read.changed_at), ("7", Some(UnixMillis(1_795_687_200_000))));
    let expected = texts(&[
        ("email", "asha@rao.example"),
        ("fields.budget", "7000000"),
        ("fields.tag", "west"),
        ("fields.visit", "2026-12-05"),
        ("name", "Asha Rao"),
        ("phone", "+919812300021"),
        ("stage", "qualified"),
    ]);
    assert_eq!(read.texts, expected);
    assert!(!read.do_not_call && read.doubts.is_empty());
    assert_eq!(read.draft.numbers[0].number.as_str(), "+919812300021");
}

#[test]
fn what_is_wrong_with_a_record_names_the_path() {
    let of = |change: fn(&mut Value)| {
        let mut value = record();
        change(&mut value);
        read_record(&api(), &plan(), &value)
    };
    let wrong = |reason| Err(RecordProblem::Number { path: "contact.mobile".to_owned(), reason });
    assert_eq!(of(|one| one["contact"]["mobile"] = json!("12345")).map(drop), wrong(Reason::NotInUse));
    assert_eq!(of(|one| one["contact"] = Value::Null).map(drop), wrong(Reason::NumberMissing));
    assert_eq!(of(|one| one["id"] = Value::Null).map(drop), Err(RecordProblem::NoId));
    assert_eq!(of(|one| one["id"] = json!("x".repeat(129))).map(drop), Err(RecordProblem::NoId));
    assert_eq!(read_record(&api(), &plan(), &json!([1])).map(drop), Err(RecordProblem::NoId));
    let doubtful = of(|one| one["contact"]["email"] = json!("nowhere")).unwrap();
    assert_eq!(doubtful.doubts, [("contact.email".to_owned(), Reason::EmailDoubtful)]);
    assert!(doubtful.doubtful.contains("email") && !doubtful.texts.contains_key("email"));
}

#[test]
fn instants_are_read_in_every_usual_form() {
    for text in
        ["2026-11-26T10:00:00Z", "2026-11-26 10:00:00", "2026-11-26T15:30:00+05:30", "1795687200", "1795687200000"]
    {
        assert_eq!(instant(text), Some(UnixMillis(1_795_687_200_000)), "{text}");
    }
    for text in ["", "yesterday", "26/11/2026"] {
        assert_eq!(instant(text), None, "{text}");
    }
}

#[test]
fn a_clock_that_is_wrong_is_put_right() {
    let at = |their_now| by_our_clock(UnixMillis(50_000), their_now, UnixMillis(100_000)).0;
    assert_eq!([at(None), at(Some(UnixMillis(96_000))), at(Some(UnixMillis(103_000)))], [50_000; 3]);
    assert_eq!([at(Some(UnixMillis(90_000))), at(Some(UnixMillis(160_000)))], [60_000, -10_000]);
}

#[test]
fn a_plan_that_does_not_fit_is_told_why() {
    assert_eq!(plan().check(), Ok(()));
    let with = |more: CrmRule| {
        let mut plan = plan();
        plan.rules.push(more);
        plan.check()
    };
    assert_eq!(with(rule("a..b", CrmField::Language)), Err(vec![PlanProblem::Path("a..b".to_owned())]));
    assert_eq!(with(fact("list.0", "x")), Err(vec![PlanProblem::WrittenPlace("list.0".to_owned())]));
    assert_eq!(with(rule("mail", CrmField::Email)), Err(vec![PlanProblem::Twice("email".to_owned())]));
    let long = PlanProblem::Mapping(MappingProblem::Key("x".repeat(41)));
    assert_eq!(with(fact("y", &"x".repeat(41))), Err(vec![long]));
    let mut deaf = plan();
    deaf.rules[2].flow = CrmFlow::Push;
    assert_eq!(deaf.check(), Err(vec![PlanProblem::NoPhone]));
}

#[test]
fn what_is_told_stands_at_its_paths() {
    let known =
        texts(&[("name", "Asha Devi Rao"), ("phone", "+919812300021"), ("do_not_call", "true"), ("fields.tag", "x")]);
    let body = body_of(&plan(), &known, None);
    let expected = json!({ "first_name": "Asha", "last_name": "Devi Rao", "contact": { "mobile": "+919812300021", "email": null },
        "status": null, "dnd": true, "details": { "budget": null }, "visit": null });
    assert_eq!(body, expected);
    let only = BTreeSet::from(["name".to_owned(), "fields.tag".to_owned()]);
    assert_eq!(
        body_of(&plan(), &texts(&[("name", "Asha")]), Some(&only)),
        json!({ "first_name": "Asha", "last_name": "" })
    );
}

const OLD: UnixMillis = UnixMillis(1_000);
const NEW: UnixMillis = UnixMillis(2_000);

fn verdict_of(flow: CrmFlow, seen: (&str, &str), ours: (&str, UnixMillis), theirs: (&str, UnixMillis)) -> Verdict {
    let of = |text: &str| if text.is_empty() { Texts::new() } else { texts(&[("email", text)]) };
    let fields = [("email".to_owned(), flow)];
    let (ours_texts, theirs_texts) = (of(ours.0), of(theirs.0));
    let sides = Sides {
        ours: &ours_texts,
        ours_at: &BTreeMap::from([("email".to_owned(), ours.1)]),
        ours_else: OLD,
        theirs: &theirs_texts,
        theirs_at: theirs.1,
        doubtful: &BTreeSet::new(),
    };
    let seen = Seen { ours: of(seen.0), theirs: of(seen.1), told_do_not_call: false };
    reconcile(&fields, sides, &seen)[0].verdict
}

#[test]
fn who_has_changed_wins_and_of_two_the_newer() {
    use Verdict::{Give, Same, Stand, Take};
    let both = |seen, ours, theirs| verdict_of(CrmFlow::Both, seen, ours, theirs);
    assert_eq!(both(("a", "a"), ("a", OLD), ("a", NEW)), Same);
    assert_eq!(both(("a", "a"), ("b", OLD), ("b", NEW)), Same);
    assert_eq!(both(("a", "a"), ("a", NEW), ("b", OLD)), Take);
    assert_eq!(both(("a", "a"), ("b", OLD), ("a", NEW)), Give { lost: false });
    assert_eq!(both(("a", "a"), ("b", OLD), ("c", NEW)), Take);
    assert_eq!(both(("a", "a"), ("b", NEW), ("c", OLD)), Give { lost: true });
    assert_eq!(both(("a", "a"), ("b", NEW), ("c", NEW)), Give { lost: true }, "a tie is ours");
    assert_eq!(both(("a", "b"), ("a", NEW), ("b", NEW)), Stand { lost: false }, "an old difference");
    assert_eq!(both(("a", "a"), ("a", OLD), ("", NEW)), Take, "it was emptied there");
    assert_eq!(both(("a", "a"), ("", NEW), ("a", OLD)), Give { lost: false }, "it was emptied here");
    assert_eq!(verdict_of(CrmFlow::Pull, ("a", "a"), ("b", NEW), ("c", OLD)), Stand { lost: true });
    assert_eq!(verdict_of(CrmFlow::Pull, ("a", "a"), ("b", NEW), ("a", OLD)), Stand { lost: false });
    assert_eq!(verdict_of(CrmFlow::Push, ("a", "a"), ("a", OLD), ("c", NEW)), Stand { lost: false });
    assert_eq!(verdict_of(CrmFlow::Push, ("a", "a"), ("b", OLD), ("c", NEW)), Give { lost: false });
}

#[test]
fn a_number_is_never_emptied_and_a_doubtful_value_says_nothing() {
    let fields = [("phone".to_owned(), CrmFlow::Both), ("email".to_owned(), CrmFlow::Both)];
    let known = texts(&[("phone", "+919812300021"), ("email", "a@b.example")]);
    let seen = Seen { ours: known.clone(), theirs: known.clone(), told_do_not_call: false };
    let doubtful = BTreeSet::from(["email".to_owned()]);
    let sides = Sides {
        ours: &known,
        ours_at: &BTreeMap::new(),
        ours_else: OLD,
        theirs: &Texts::new(),
        theirs_at: NEW,
        doubtful: &doubtful,
    };
    let decisions = reconcile(&fields, sides, &seen);
    assert!(decisions.iter().all(|one| one.verdict == Verdict::Stand { lost: false }), "{decisions:?}");
    assert_eq!(seen.after(&decisions, &known, &Texts::new(), &doubtful).theirs, texts(&[("email", "a@b.example")]));
}

proptest! {
    /// Whoever changes what, in whatever order the two sides are looked at: once the CRM was told, both say the same, and another
    /// look changes nothing.
    #[test]
    fn two_sides_come_together_and_stay(
        seen in "[ab]?", ours in "[abc]?", theirs in "[abc]?", ours_at in 0..3_i64, theirs_at in 0..3_i64,
    ) {
        let of = |text: &str| if text.is_empty() { Texts::new() } else { texts(&[("email", text)]) };
        let fields = [("email".to_owned(), CrmFlow::Both)];
        let (mut ours, mut theirs) = (of(&ours), of(&theirs));
        let mut seen = Seen { ours: of(&seen), theirs: of(&seen), told_do_not_call: false };
        let times = BTreeMap::from([("email".to_owned(), UnixMillis(ours_at))]);
        let none = BTreeSet::new();
        for look in 0..2 {
            let sides = Sides { ours: &ours, ours_at: &times, ours_else: OLD, theirs: &theirs,
                theirs_at: UnixMillis(theirs_at), doubtful: &none };
            let decisions = reconcile(&fields, sides, &seen);
            prop_assert!(look == 0 || decisions[0].verdict == Verdict::Same, "{:?}", decisions);
            seen = seen.after(&decisions, &ours, &theirs, &none);
            match decisions[0].verdict {
                Verdict::Take => ours = theirs.clone(),
                Verdict::Give { .. } => {
                    theirs = ours.clone();
                    seen = seen.told(&BTreeSet::from(["email".to_owned()]), &ours, None);
                }
                Verdict::Same | Verdict::Stand { .. } => {}
            }
            prop_assert_eq!(&ours, &theirs);
        }
        prop_assert_eq!(seen.ours, seen.theirs);
    }
}

#[test]
fn pages_name_their_next_in_three_ways() {
    let here = Place::Number(1);
    let next = |mut page: Value| {
        page["data"] = json!([{ "id": 1 }, { "id": 2 }]);
        read_page(&api(), &here, &page).unwrap().next
    };
    let query = |text: &str| Some(Place::Query(text.to_owned()));
    assert_eq!(
        next(json!({ "links": { "next": "http://inside.example/api/leads?page=2&per_page=2" } })),
        query("page=2&per_page=2")
    );
    assert_eq!(next(json!({ "next_page_url": "/api/leads?cursor=abc#x" })), query("cursor=abc"));
    assert_eq!(next(json!({ "links": { "next": null }, "meta": { "current_page": 1, "last_page": 9 } })), None);
    assert_eq!(next(json!({ "meta": { "current_page": 1, "last_page": 2, "total": 3 } })), Some(Place::Number(2)));
    assert_eq!(next(json!({ "meta": { "current_page": 2, "last_page": 2 } })), None);
    assert_eq!(next(json!({})), Some(Place::Number(2)), "a full page has a next one");
    assert_eq!(next(json!({ "next_page_url": "http://x.example/leads?a b" })), None);
    let half = json!({ "data": [{ "id": 1 }] });
    assert_eq!(read_page(&api(), &here, &half).unwrap().next, None);
    let endless = json!({ "data": [], "links": { "next": "?page=2" } });
    assert_eq!(read_page(&api(), &here, &endless).unwrap().next, None);
    for other in [json!({}), json!([1]), json!({ "data": {} }), json!("x")] {
        assert_eq!(read_page(&api(), &here, &other), Err(PageProblem), "{other}");
    }
    let plain = CrmApi { items_path: String::new(), ..api() };
    assert_eq!(read_page(&plain, &here, &json!([{}, {}])).unwrap().next, Some(Place::Number(2)));
}

#[test]
fn each_page_is_looked_at_again_after_the_one_behind_it() {
    let mut walk = Some(Walk::new(None, NEW));
    let mut asked = Vec::new();
    while let Some(on) = walk {
        let Place::Number(here) = on.ask().clone() else { panic!("a number") };
        asked.push(here);
        walk = on.read((here < 4).then_some(Place::Number(here + 1)), NEW, NEW);
    }
    assert_eq!(asked, [1, 2, 1, 3, 2, 4, 3]);
    let one = Walk::new(Some(OLD), NEW).read(None, NEW, NEW);
    assert_eq!(one, None, "a single page needs no second look");
}

#[test]
fn a_walk_that_stood_long_begins_anew() {
    let walk = Walk::new(Some(OLD), NEW).read(Some(Place::Number(2)), OLD, NEW).unwrap();
    let soon = NEW.plus(RESUME_WITHIN);
    assert_eq!(walk.clone().resume(soon), walk);
    let late = soon.plus(Duration::from_millis(1));
    assert_eq!(walk.resume(late), Walk::new(Some(OLD), late));
    assert_eq!(next_since(UnixMillis(200_000)), UnixMillis(80_000));
}

/// A CRM whose records are changed and removed between any two requests.
struct Moving {
    /// Id, version, instant of the last change.
    records: Vec<(u32, u32, i64)>,
    clock: i64,
    order: u8,
}

impl Moving {
    fn page(&self, since: Option<UnixMillis>, number: u32, size: usize) -> (Vec<(u32, u32)>, bool) {
        let mut found: Vec<_> =
            self.records.iter().filter(|one| since.is_none_or(|since| one.2 >= since.0)).copied().collect();
        match self.order {
            0 => found.sort_by_key(|one| (one.2, one.0)),
            1 => found.sort_by_key(|one| (-one.2, one.0)),
            _ => found.sort_by_key(|one| one.0),
        }
        let pages = found.chunks(size).collect::<Vec<_>>();
        let here = pages.get(number as usize - 1).map(|page| page.iter().map(|one| (one.0, one.1)).collect());
        (here.unwrap_or_default(), (number as usize) < pages.len())
    }

    fn happen(&mut self, what: (u8, u16)) {
        self.clock += 1_000;
        let count = self.records.len();
        if count == 0 {
            return;
        }
        let at = usize::from(what.1) % count;
        match what.0 {
            0..=4 => {
                self.records[at].1 += 1;
                self.records[at].2 = self.clock;
            }
            // Where the newest is first, see the module of the walk.
            5 if self.order != 1 => {
                self.records.remove(at);
            }
            6 => self.records.push((10_000 + u32::try_from(self.clock).unwrap_or_default(), 1, self.clock)),
            _ => {}
        }
    }
}

proptest! {
    /// Fewer changes between two requests than a page holds: after a walk and a quiet one behind it, every record
    /// that is still there was seen as it is.
    #[test]
    fn nothing_is_lost_when_records_move_while_pages_are_read(
        count in 1..60_u32, order in 0..3_u8, size in 4..9_usize,
        events in proptest::collection::vec(proptest::collection::vec((0..8_u8, any::<u16>()), 0..2), 0..80),
    ) {
        let mut crm = Moving { records: (1..=count).map(|id| (id, 1, 0)).collect(), clock: 1_000_000, order };
        let mut seen: BTreeMap<u32, u32> = BTreeMap::new();
        let mut since = None;
        let mut events = events.into_iter();
        for quiet in [false, true] {
            let began = UnixMillis(crm.clock);
            let mut walk = Some(Walk::new(since, began));
            while let Some(on) = walk {
                let Place::Number(here) = on.ask().clone() else { panic!("a number") };
                let (items, more) = crm.page(on.since, here, size);
                for (id, version) in &items {
                    let known = seen.entry(*id).or_insert(*version);
                    *known = (*known).max(*version);
                }
                walk = on.read((more && !items.is_empty()).then_some(Place::Number(here + 1)), began, began);
                if !quiet {
                    events.next().into_iter().flatten().for_each(|what| crm.happen(what));
                }
            }
            since = Some(next_since(began));
        }
        for (id, version, _) in &crm.records {
            prop_assert_eq!(seen.get(id), Some(version), "record {}", id);
        }
    }
}

#[test]
fn pauses_double_and_what_the_crm_names_is_waited_for() {
    let usual: Vec<u64> = (1..10).map(|failures| back_off(failures, None, 0).as_secs()).collect();
    assert_eq!(usual, [5, 10, 20, 40, 80, 160, 320, 640, 900]);
    assert_eq!(back_off(u32::MAX, None, 255).as_secs(), 1_125);
    let named = |seconds| back_off(1, Some(Duration::from_secs(seconds)), 128);
    assert!(named(3) >= Duration::from_secs(3) && named(3) < Duration::from_secs(5));
    assert!(named(7_200) >= Duration::from_secs(7_200));
    assert_eq!(back_off(1, Some(MOST_WAIT * 2), 0), MOST_WAIT);
}
