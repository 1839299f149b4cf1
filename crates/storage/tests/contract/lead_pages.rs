//! Merges, notes and files of leads, probable duplicates, and the board of stages.

use domain::{
    ids::{CallbackId, ConsentId, LeadChangeId, LeadFileId, LeadId, LeadMergeId, NoteId, TaskId, UserId},
    pii::Personal,
};
use serde_json::json;
use storage::{
    PageRequest, StorageError, Store, TenantScope,
    callbacks::{self, Callback},
    calls::{self, CallFilter},
    consents::{self, ConsentRow},
    lead_changes::{self, ChangedBy, LeadChange},
    lead_files::{self, LeadFile},
    lead_merges::{self, LeadMerge},
    lead_notes::{self, LeadNote},
    leads::{
        self, Lead, LeadFilter, board,
        numbers::{self, OtherNumber},
        sets,
        twins::{self, Likeness},
    },
    on_both_engines,
    tags::{self, Tag},
    tasks::{self, Task, TaskFilter, TaskStatus},
    testing::TestStore,
};

use crate::support::{NOW, a_call, a_lead, a_projection, at, call_with, lead, personal, phone, tenant, user, uuid};

on_both_engines! {
    everything_of_a_merged_lead_moves_and_comes_back,
    a_merge_is_undone_once,
    old_merges_are_forgotten_and_deleted_leads_go_with_what_they_have,
    notes_are_listed_page_by_page_and_hidden_when_removed,
    a_lead_takes_so_many_files_and_no_more,
    twins_are_found_by_any_number_and_by_mail,
    the_board_counts_leads_by_stage_owner_and_campaign,
    a_stranger_reaches_nothing_of_a_lead_page,
}

fn a_merge(kept_id: LeadId, merged_id: LeadId, made_by: UserId) -> LeadMerge {
    LeadMerge {
        id: LeadMergeId::new(uuid()),
        kept_id,
        merged_id,
        was: Personal::new(json!({ "name": "Asha" })),
        made_by,
        made_by_name: String::new(),
        at: NOW,
        undo_until: at(1_000),
        undone_at: None,
    }
}

fn a_note(lead_id: LeadId, made_by: UserId, text: &str, after: i64) -> LeadNote {
    LeadNote {
        id: NoteId::new(uuid()),
        lead_id,
        text: personal(text),
        made_by,
        made_by_name: String::new(),
        created_at: at(after),
        removed_at: None,
    }
}

fn a_file(lead_id: LeadId, made_by: UserId) -> LeadFile {
    LeadFile {
        id: LeadFileId::new(uuid()),
        lead_id,
        name: personal("plan.pdf"),
        kind: "pdf".into(),
        bytes: 9,
        made_by,
        made_by_name: String::new(),
        created_at: NOW,
        removed_at: None,
    }
}

async fn tag(store: &Store, scope: TenantScope, word: &str, leads: &[LeadId]) -> domain::ids::TagId {
    let id = domain::ids::TagId::new(uuid());
    let tag = Tag { id, word: word.into(), word_key: word.into(), colour: "teal".into(), created_at: NOW };
    tags::insert(store, scope, &tag).await.unwrap();
    tags::give(store, scope, id, leads).await.unwrap();
    id
}

/// One of everything that a lead can have.
async fn fill(store: &Store, scope: TenantScope, lead: LeadId, me: UserId) {
    let projection = storage::call_log::Projection { lead_id: Some(lead), closed: true, ..a_projection() };
    call_with(store, scope, a_call(), projection).await;
    let task = Task {
        id: TaskId::new(uuid()),
        lead_id: Some(lead),
        lead_name: None,
        call_id: None,
        owner_id: Some(me),
        owner_name: None,
        text: personal("Send the brochure"),
        due_at: None,
        remind_at: None,
        zone: None,
        made_by: "agent".into(),
        quote: None,
        status: TaskStatus::Open,
        created_at: NOW,
    };
    tasks::insert(store, scope, &task).await.unwrap();
    let callback = Callback {
        id: CallbackId::new(uuid()),
        lead_id: lead,
        lead_name: personal(""),
        call_id: None,
        agent_id: None,
        agent_name: None,
        due_at: NOW,
        remind_at: None,
        local_time: "2027-01-15T10:00".into(),
        zone: "Asia/Kolkata".into(),
        zone_source: "said".into(),
        status: TaskStatus::Open,
        created_at: NOW,
    };
    callbacks::insert(store, scope, &callback).await.unwrap();
    let channel = domain::consent::Channel::Call;
    let consent = ConsentRow {
        id: ConsentId::new(uuid()),
        lead_id: lead,
        said: domain::consent::Consent { channel, purpose: "service".into(), given: false, at: NOW },
        source: "agent".into(),
        proof: None,
        by: None,
        by_name: None,
    };
    consents::add(store, scope, &consent).await.unwrap();
    lead_notes::insert(store, scope, &a_note(lead, me, "two rooms", 0)).await.unwrap();
    assert!(lead_files::insert(store, scope, &a_file(lead, me), 9).await.unwrap());
    let change = LeadChange {
        id: LeadChangeId::new(uuid()),
        lead_id: lead,
        field: "stage".into(),
        from: None,
        to: Some(personal("new")),
        by: ChangedBy::Person { user_id: me, name: String::new() },
        at: NOW,
        undone_at: None,
        merges: 0,
    };
    let row = leads::get(store, scope, lead).await.unwrap().unwrap();
    lead_changes::apply(store, scope, &row, &[change]).await.unwrap();
}

/// How much of each kind belongs to the lead, and by how many merges its changes came.
async fn had(store: &Store, scope: TenantScope, lead: LeadId) -> [usize; 8] {
    let page = PageRequest::default;
    let calls_of = CallFilter { lead_id: Some(lead), ..CallFilter::default() };
    let tasks_of = TaskFilter { lead_id: Some(lead), ..TaskFilter::default() };
    let changes = lead_changes::of_lead(store, scope, lead).await.unwrap();
    [
        calls::list(store, scope, &calls_of, page()).await.unwrap().items.len(),
        tasks::list(store, scope, &tasks_of, page()).await.unwrap().items.len(),
        callbacks::open_of(store, scope, &[lead]).await.unwrap().len(),
        consents::of_lead(store, scope, lead, 9).await.unwrap().len(),
        lead_notes::of_lead(store, scope, lead, page()).await.unwrap().items.len(),
        lead_files::of_lead(store, scope, lead).await.unwrap().len(),
        changes.len(),
        changes.iter().map(|change| change.merges as usize).sum(),
    ]
}

async fn everything_of_a_merged_lead_moves_and_comes_back(store: TestStore) {
    let scope = tenant(&store).await;
    let me = user(&store, scope).await;
    let (kept, merged, bystander) = (lead(&store, scope).await, lead(&store, scope).await, lead(&store, scope).await);
    for lead in [kept, merged, bystander] {
        fill(&store, scope, lead, me).await;
    }
    let both = tag(&store, scope, "both", &[kept, merged]).await;
    let theirs = tag(&store, scope, "theirs", &[merged]).await;
    let merge = a_merge(kept, merged, me);
    let mut tx = store.begin().await.unwrap();
    lead_merges::insert(&mut tx, scope, &merge).await.unwrap();
    lead_merges::move_all(&mut tx, scope, &merge).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(had(&store, scope, kept).await, [2, 2, 2, 2, 2, 2, 2, 1]);
    assert_eq!(had(&store, scope, merged).await, [0; 8]);
    assert_eq!(tags::of_leads(&*store, scope, &[kept]).await.unwrap()[&kept], [both, theirs]);
    // What came later stays with the one that stayed.
    lead_notes::insert(&*store, scope, &a_note(kept, me, "later", 5)).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    lead_merges::move_back(&mut tx, scope, &merge).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(had(&store, scope, kept).await, [1, 1, 1, 1, 2, 1, 1, 0]);
    assert_eq!(had(&store, scope, merged).await, [1, 1, 1, 1, 1, 1, 1, 0]);
    assert_eq!(had(&store, scope, bystander).await, [1, 1, 1, 1, 1, 1, 1, 0]);
    assert_eq!(tags::of_leads(&*store, scope, &[kept]).await.unwrap()[&kept], [both]);
}

async fn a_merge_is_undone_once(store: TestStore) {
    let scope = tenant(&store).await;
    let me = user(&store, scope).await;
    let (kept, merged) = (lead(&store, scope).await, lead(&store, scope).await);
    let merge = a_merge(kept, merged, me);
    lead_merges::insert(&*store, scope, &merge).await.unwrap();
    let read = lead_merges::get(&*store, scope, merge.id).await.unwrap().unwrap();
    assert_eq!((read.was.clone(), read.undo_until, read.undone_at), (merge.was.clone(), at(1_000), None));
    let mut tx = store.begin().await.unwrap();
    assert!(lead_merges::mark_undone(&mut tx, scope, merge.id, me, at(7)).await.unwrap());
    assert!(!lead_merges::mark_undone(&mut tx, scope, merge.id, me, at(8)).await.unwrap());
    tx.commit().await.unwrap();
    let found = lead_merges::into_lead(&*store, scope, kept).await.unwrap();
    assert_eq!(found.iter().map(|one| (one.id, one.undone_at)).collect::<Vec<_>>(), [(merge.id, Some(at(7)))]);
    assert_eq!(lead_merges::into_lead(&*store, scope, merged).await.unwrap(), []);

    let open = storage::call_log::Projection { lead_id: Some(merged), ..a_projection() };
    assert!(!lead_merges::in_a_call(&*store, scope, [kept, merged]).await.unwrap());
    call_with(&store, scope, a_call(), open).await;
    assert!(lead_merges::in_a_call(&*store, scope, [kept, merged]).await.unwrap());
}

async fn old_merges_are_forgotten_and_deleted_leads_go_with_what_they_have(store: TestStore) {
    let scope = tenant(&store).await;
    let me = user(&store, scope).await;
    let (kept, gone) = (lead(&store, scope).await, lead(&store, scope).await);
    lead_notes::insert(&*store, scope, &a_note(gone, me, "two rooms", 0)).await.unwrap();
    let file = a_file(gone, me);
    lead_files::insert(&*store, scope, &file, 9).await.unwrap();
    let channel = domain::consent::Channel::Call;
    let consent = ConsentRow {
        id: ConsentId::new(uuid()),
        lead_id: gone,
        said: domain::consent::Consent { channel, purpose: "service".into(), given: true, at: NOW },
        source: "agent".into(),
        proof: None,
        by: None,
        by_name: None,
    };
    consents::add(&*store, scope, &consent).await.unwrap();
    let merge = a_merge(kept, lead(&store, scope).await, me);
    let mut tx = store.begin().await.unwrap();
    lead_merges::insert(&mut tx, scope, &merge).await.unwrap();
    lead_merges::move_all(&mut tx, scope, &merge).await.unwrap();
    sets::delete(&mut tx, scope, &[gone], NOW).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(lead_merges::forget(&*store, NOW, 10).await.unwrap(), 0);
    assert!(lead_merges::forget(&*store, at(1), 10).await.unwrap() >= 1);
    assert_eq!(lead_merges::get(&*store, scope, merge.id).await.unwrap(), None);

    while sets::erase_deleted(&store, at(1), 10).await.unwrap() > 0 {}
    assert_eq!(consents::of_lead(&*store, scope, gone, 9).await.unwrap(), []);
    // The row of the file outlives its lead until what is in it is gone too.
    let waiting = lead_files::removed_before(&*store, NOW, 100).await.unwrap();
    assert!(waiting.contains(&(scope.tenant(), file.id)), "{waiting:?}");
    lead_files::forget(&*store, scope, file.id).await.unwrap();
    assert_eq!(lead_files::get(&*store, scope, file.id).await.unwrap(), None);
}

async fn notes_are_listed_page_by_page_and_hidden_when_removed(store: TestStore) {
    let scope = tenant(&store).await;
    let (me, of) = (user(&store, scope).await, lead(&store, scope).await);
    let notes: Vec<LeadNote> = (0..5).map(|n| a_note(of, me, &format!("note {n}"), n)).collect();
    for note in &notes {
        lead_notes::insert(&*store, scope, note).await.unwrap();
    }
    assert!(lead_notes::set_removed(&*store, scope, notes[2].id, Some(at(9))).await.unwrap());
    let (mut texts, mut after) = (Vec::new(), None);
    loop {
        let page = lead_notes::of_lead(&*store, scope, of, PageRequest::new(after, Some(2))).await.unwrap();
        texts.extend(page.items.into_iter().map(|note| note.text.into_inner()));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(texts, ["note 4", "note 3", "note 1", "note 0"]);
    assert_eq!(lead_notes::get(&*store, scope, notes[2].id).await.unwrap().unwrap().removed_at, Some(at(9)));
    assert_eq!(lead_notes::purge(&*store, at(9)).await.unwrap(), 0);
    assert!(lead_notes::set_removed(&*store, scope, notes[2].id, None).await.unwrap());
    assert_eq!(lead_notes::purge(&*store, at(10)).await.unwrap(), 0, "it was brought back");
    let nowhere = lead_notes::insert(&*store, scope, &a_note(LeadId::new(uuid()), me, "x", 0)).await;
    assert!(matches!(nowhere, Err(StorageError::NoSuchReference)), "{nowhere:?}");
}

async fn a_lead_takes_so_many_files_and_no_more(store: TestStore) {
    let scope = tenant(&store).await;
    let (me, of) = (user(&store, scope).await, lead(&store, scope).await);
    let (first, second) = (a_file(of, me), a_file(of, me));
    assert!(lead_files::insert(&*store, scope, &first, 2).await.unwrap());
    assert!(lead_files::insert(&*store, scope, &second, 2).await.unwrap());
    assert!(!lead_files::insert(&*store, scope, &a_file(of, me), 2).await.unwrap());
    assert!(!lead_files::insert(&*store, scope, &a_file(LeadId::new(uuid()), me), 2).await.unwrap());
    assert!(lead_files::set_removed(&*store, scope, first.id, Some(NOW)).await.unwrap());
    assert!(lead_files::insert(&*store, scope, &a_file(of, me), 2).await.unwrap(), "a removed one leaves its place");
    let read = lead_files::get(&*store, scope, second.id).await.unwrap().unwrap();
    assert_eq!((read.name, read.kind.as_str(), read.bytes), (personal("plan.pdf"), "pdf", 9));
    let mut walked = Vec::new();
    let mut after = None;
    while let Some(next) = lead_files::next(&*store, after).await.unwrap() {
        walked.extend((next.0 == scope.tenant()).then_some(next.1));
        after = Some(next);
    }
    assert_eq!(walked.len(), 3);
}

async fn twins_are_found_by_any_number_and_by_mail(store: TestStore) {
    let (scope, other) = (tenant(&store).await, tenant(&store).await);
    let number = |of: &Personal<String>| OtherNumber { number: of.clone(), kind: None, extension: None };
    let campaign = crate::support::campaign(&store, scope).await;
    let mine = a_lead("Asha Verma");
    let same = Lead { phone: mine.phone.clone(), campaign_id: Some(campaign), ..a_lead("Asha V") };
    let second = a_lead("A. Verma");
    let by_mail = Lead { email: mine.email.clone(), ..a_lead("Verma") };
    let stranger = Lead { phone: mine.phone.clone(), email: mine.email.clone(), ..a_lead("Not here") };
    for lead in [&mine, &same, &second, &by_mail, &a_lead("Nobody")] {
        leads::insert(&*store, scope, lead).await.unwrap();
    }
    leads::insert(&*store, other, &stranger).await.unwrap();
    let spare = phone();
    numbers::set(&*store, scope, second.id, &[number(&spare)]).await.unwrap();
    let found = async |numbers: &[&str], most| {
        let found = twins::of_lead(&*store, scope, &mine, numbers, most).await.unwrap();
        found.into_iter().map(|(lead, like)| (lead.id, like)).collect::<Vec<_>>()
    };
    let all = [mine.phone.reveal().as_str(), spare.reveal().as_str()];
    let expected = [(same.id, Likeness::Number), (second.id, Likeness::Number), (by_mail.id, Likeness::Email)];
    assert_eq!(found(&all, 9).await, expected);
    assert_eq!(found(&all, 2).await, expected[..2]);
    assert_eq!(found(&all[..1], 9).await, [expected[0], expected[2]]);
    let of = numbers::of_leads(&*store, scope, &[mine.id, second.id]).await.unwrap();
    assert_eq!(of.into_iter().collect::<Vec<_>>(), [(second.id, vec![number(&spare)])]);
}

async fn the_board_counts_leads_by_stage_owner_and_campaign(store: TestStore) {
    let (scope, other) = (tenant(&store).await, tenant(&store).await);
    let (me, campaign) = (user(&store, scope).await, crate::support::campaign(&store, scope).await);
    for (stage, owner, heat) in
        [("new", None, leads::Heat::Hot), ("new", Some(me), leads::Heat::Cold), ("won", Some(me), leads::Heat::Hot)]
    {
        let lead = Lead {
            stage: stage.into(),
            owner_id: owner,
            heat,
            attempts: 3,
            campaign_id: (stage == "won").then_some(campaign),
            ..a_lead("Asha")
        };
        leads::insert(&*store, scope, &lead).await.unwrap();
    }
    lead(&store, other).await;
    let deleted = lead(&store, scope).await;
    let mut tx = store.begin().await.unwrap();
    sets::delete(&mut tx, scope, &[deleted], NOW).await.unwrap();
    tx.commit().await.unwrap();
    let board = async |filter: LeadFilter| {
        let columns = board::stages(&*store, scope, &filter).await.unwrap();
        columns.into_iter().map(|one| (one.stage, one.leads, one.hot, one.attempts, one.more)).collect::<Vec<_>>()
    };
    let column = |stage: &str, leads, hot, attempts| (stage.to_owned(), leads, hot, attempts, false);
    assert_eq!(board(LeadFilter::default()).await, [column("new", 2, 1, 6), column("won", 1, 1, 3)]);
    let mine = LeadFilter { owner_id: Some(me), ..LeadFilter::default() };
    assert_eq!(board(mine.clone()).await, [column("new", 1, 0, 3), column("won", 1, 1, 3)]);
    let theirs = LeadFilter { campaign_id: Some(campaign), ..mine };
    assert_eq!(board(theirs).await, [column("won", 1, 1, 3)]);
}

async fn a_stranger_reaches_nothing_of_a_lead_page(store: TestStore) {
    let (scope, s) = (tenant(&store).await, tenant(&store).await);
    let me = user(&store, scope).await;
    let (kept, merged) = (lead(&store, scope).await, lead(&store, scope).await);
    fill(&store, scope, merged, me).await;
    let (merge, note, file) = (a_merge(kept, merged, me), a_note(kept, me, "x", 0), a_file(kept, me));
    lead_merges::insert(&*store, scope, &merge).await.unwrap();
    lead_notes::insert(&*store, scope, &note).await.unwrap();
    lead_files::insert(&*store, scope, &file, 9).await.unwrap();
    let on = &*store;
    assert_eq!(lead_merges::get(on, s, merge.id).await.unwrap(), None);
    assert_eq!(lead_merges::into_lead(on, s, kept).await.unwrap(), []);
    assert!(!lead_merges::in_a_call(on, s, [kept, merged]).await.unwrap());
    assert_eq!(lead_notes::get(on, s, note.id).await.unwrap(), None);
    assert!(!lead_notes::set_removed(on, s, note.id, Some(NOW)).await.unwrap());
    assert_eq!(lead_notes::of_lead(on, s, kept, PageRequest::default()).await.unwrap().items, []);
    assert_eq!(lead_files::get(on, s, file.id).await.unwrap(), None);
    assert!(!lead_files::set_removed(on, s, file.id, Some(NOW)).await.unwrap());
    assert_eq!(lead_files::of_lead(on, s, kept).await.unwrap(), []);
    assert!(leads::of_ids(on, s, &[kept, merged]).await.unwrap().is_empty());
    assert!(numbers::of_leads(on, s, &[kept, merged]).await.unwrap().is_empty());
    let row = leads::get(on, scope, kept).await.unwrap().unwrap();
    assert_eq!(twins::of_lead(on, s, &row, &[row.phone.reveal().as_str()], 9).await.unwrap(), []);
    assert_eq!(board::stages(on, s, &LeadFilter::default()).await.unwrap(), []);
    let mut tx = store.begin().await.unwrap();
    assert!(!lead_merges::mark_undone(&mut tx, s, merge.id, me, NOW).await.unwrap());
    lead_merges::move_back(&mut tx, s, &merge).await.unwrap();
    sets::set_line(&mut tx, s, kept, &json!({})).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(had(&store, scope, merged).await, [1, 1, 1, 1, 1, 1, 1, 0]);
    assert!(storage::worklist::place_of(on, scope, kept).await.unwrap().is_some());
}
