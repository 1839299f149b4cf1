//! Personal data at rest, and rotation of its keys.

use std::collections::BTreeMap;

use domain::{
    consent::{Channel, Consent},
    crm::{Seen, Texts},
    ids::{
        AuditId, CallbackId, ConsentId, DncId, InboxId, JobId, LeadChangeId, LeadFileId, LeadMergeId, NoteId, TaskId,
    },
    intelligence::{Segment, Speaker, Transcript},
    pii::Personal,
};
use serde_json::json;
use storage::{
    DatabaseUrl, Keyring, PageRequest, StorageError, Store, TenantScope,
    audit::{self, AuditEntry},
    call_log::{self, NewEvent, Projection},
    callbacks::{self, Callback},
    calls::{self, Conclusion},
    consents::{self, ConsentRow},
    crm::links::{self, Link},
    dispositions::{self, Disposition},
    dnc::{self, DncEntry},
    idempotency,
    inbox::{self, Delivery},
    intelligence,
    jobs::{self, NewJob},
    lead_changes::{self, ChangedBy, LeadChange},
    lead_files::{self, LeadFile},
    lead_merges::{self, LeadMerge},
    lead_notes::{self, LeadNote},
    leads::{self, LeadFilter},
    notes::{self, Note},
    on_both_engines, reseal,
    settings::{self, Secrets},
    tasks::{self, Task, TaskStatus},
    testing::TestStore,
    users,
};

use crate::support::{NOW, a_call, a_lead, a_projection, a_user, at, call, connector, personal, tenant, user, uuid};

on_both_engines! {
    no_personal_text_is_in_the_database,
    a_rotated_key_takes_over_every_text,
    a_text_under_a_missing_key_names_its_column,
}

/// Each stands in the rows under a sealed column, and nowhere else.
const SECRETS: [&str; 8] =
    ["Zubeida", "919812300021", "zubeida@rao.example", "zubeida", "hunter2", "Tamarind", "agent.zero@example", "0021"];

/// Writes rows of every family that has a sealed column, with the words of [`SECRETS`] in each.
async fn fill(store: &Store) -> TenantScope {
    let scope = tenant(store).await;
    let words = "Zubeida of +919812300021, zubeida@rao.example, lives in Tamarind Road";
    let value = || Personal::new(json!({ "said": words }));
    let mut person = a_user();
    person.email = personal("agent.zero@example.com");
    person.phone = Some(personal("+919812300021"));
    users::insert(store, scope, &person, &personal("$argon2id$")).await.unwrap();
    let mut lead = a_lead("Zubeida Rao");
    lead.phone = personal("+919812300021");
    lead.email = Some(personal("zubeida@rao.example"));
    lead.source_detail = Some(personal(words));
    lead.fields = Personal::new(BTreeMap::from([("address".to_owned(), "Tamarind Road".to_owned())]));
    lead.provenance = value();
    leads::insert(store, scope, &lead).await.unwrap();
    let change = LeadChange {
        id: LeadChangeId::new(uuid()),
        lead_id: lead.id,
        field: "name".into(),
        from: Some(personal("Zubeida")),
        to: Some(personal("Zubeida Rao")),
        by: ChangedBy::Person { user_id: person.id, name: String::new() },
        at: NOW,
        undone_at: None,
        merges: 0,
    };
    lead_changes::apply(store, scope, &lead, &[change]).await.unwrap();
    let connector = connector(store, scope).await;
    let said =
        Texts::from([("name".to_owned(), personal("Zubeida Rao")), ("phone".to_owned(), personal("+919812300021"))]);
    let seen = Seen { ours: said.clone(), theirs: said, told_do_not_call: false };
    let link = Link { external_id: "7".into(), lead_id: lead.id, seen: Personal::new(seen), synced_at: NOW };
    links::put(store, scope, connector, &link).await.unwrap();
    let mut new = a_call();
    new.customer_number = personal("+919812300021");
    new.facts = value();
    let event = NewEvent { at: NOW, kind: "received".into(), data: value() };
    let projection = Projection { lead_id: Some(lead.id), ..a_projection() };
    call_log::create(store, scope, &new, &[event], &projection).await.unwrap();
    let conclusion = Conclusion { summary: Some(personal(words)), ..Conclusion::default() };
    calls::set_conclusion(store, scope, new.id, &conclusion).await.unwrap();
    let note = Note { user_id: person.id, text: personal(words), revision: 1, saved_at: NOW };
    notes::save(store, scope, new.id, &note).await.unwrap();
    let disposition = Disposition {
        save_key: "k".into(),
        call_id: new.id,
        user_id: person.id,
        code: "interested".into(),
        sub_code: None,
        input: value(),
        result: value(),
        made_at: NOW,
        saved_at: NOW,
    };
    dispositions::save(store, scope, &disposition).await.unwrap();
    let text = personal(words);
    let segment =
        Segment { speaker: Speaker::Customer, start_s: 0.0, end_s: 1.0, text: text.clone(), confidence: None };
    let transcript = Transcript { segments: vec![segment], ..Transcript::default() };
    intelligence::put_transcript(store, scope, new.id, &transcript, NOW).await.unwrap();
    fill_work(store, scope, person.id, lead.id, words).await;
    scope
}

async fn fill_work(
    store: &Store,
    scope: TenantScope,
    person: domain::ids::UserId,
    lead: domain::ids::LeadId,
    words: &str,
) {
    let value = || Personal::new(json!({ "said": words }));
    let task = Task {
        id: TaskId::new(uuid()),
        lead_id: Some(lead),
        lead_name: None,
        call_id: None,
        owner_id: Some(person),
        owner_name: None,
        remind_at: None,
        zone: None,
        text: personal(words),
        due_at: None,
        made_by: "agent".into(),
        quote: Some(personal(words)),
        status: TaskStatus::Open,
        created_at: NOW,
    };
    tasks::insert(store, scope, &task).await.unwrap();
    let callback = Callback {
        id: CallbackId::new(uuid()),
        lead_id: lead,
        lead_name: personal("Zubeida"),
        call_id: None,
        agent_id: None,
        agent_name: None,
        remind_at: None,
        due_at: NOW,
        local_time: "2027-01-15T10:00".into(),
        zone: "Asia/Kolkata".into(),
        zone_source: "said".into(),
        status: TaskStatus::Open,
        created_at: NOW,
    };
    callbacks::insert(store, scope, &callback).await.unwrap();
    let entry = DncEntry {
        id: DncId::new(uuid()),
        number: personal("+919812300021"),
        campaign_id: None,
        until: None,
        reason: "asked".into(),
        source: "customer".into(),
        proof: Some(personal(words)),
        added_by: None,
        added_by_name: None,
        added_at: NOW,
    };
    dnc::add(store, scope, &entry).await.unwrap();
    let consent = ConsentRow {
        id: ConsentId::new(uuid()),
        lead_id: lead,
        said: Consent { channel: Channel::Call, purpose: "service".into(), given: true, at: NOW },
        source: "form".into(),
        proof: Some(personal(words)),
        by: Some(person),
        by_name: None,
    };
    consents::add(store, scope, &consent).await.unwrap();
    let note = LeadNote {
        id: NoteId::new(uuid()),
        lead_id: lead,
        text: personal(words),
        made_by: person,
        made_by_name: String::new(),
        created_at: NOW,
        removed_at: None,
    };
    lead_notes::insert(store, scope, &note).await.unwrap();
    let file = LeadFile {
        id: LeadFileId::new(uuid()),
        lead_id: lead,
        name: personal(words),
        kind: "pdf".into(),
        bytes: 1,
        made_by: person,
        made_by_name: String::new(),
        created_at: NOW,
        removed_at: None,
    };
    lead_files::insert(store, scope, &file, 1).await.unwrap();
    let merge = LeadMerge {
        id: LeadMergeId::new(uuid()),
        kept_id: lead,
        merged_id: lead,
        was: value(),
        made_by: person,
        made_by_name: String::new(),
        at: NOW,
        undo_until: NOW,
        undone_at: None,
    };
    lead_merges::insert(store, scope, &merge).await.unwrap();
    let secrets = Secrets::from([("auth_token".to_owned(), personal("hunter2"))]);
    settings::put(store, scope, "carrier", &json!({}), &secrets, None, NOW).await.unwrap();
    let job = NewJob {
        id: JobId::new(uuid()),
        kind: "transcribe".into(),
        once_key: "j".into(),
        payload: value(),
        call_id: None,
        max_attempts: 1,
        run_at: NOW,
        created_at: NOW,
    };
    jobs::enqueue(store, scope, &job).await.unwrap();
    let delivery = Delivery {
        id: InboxId::new(uuid()),
        provider: "twilio".into(),
        delivery_key: "d".into(),
        raw: personal(words),
        received_at: NOW,
    };
    inbox::receive(store, scope, &delivery).await.unwrap();
    idempotency::begin(store, scope, person, "k", "h", NOW, NOW).await.unwrap();
    idempotency::finish(store, scope, person, "k", 200, &personal(words)).await.unwrap();
    let entry = AuditEntry {
        id: AuditId::new(uuid()),
        at: NOW,
        user_id: Some(person),
        user_name: None,
        action: "lead.update".into(),
        subject: "lead".into(),
        data: value(),
    };
    audit::add(store, scope, &entry).await.unwrap();
}

/// Everything but the ids and hashes, in which digits can stand by chance.
fn shows(text: &str, secret: &str) -> bool {
    let by_chance = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    text.match_indices(secret).any(|(from, _)| {
        let word_from = text[..from].rfind(|c| !by_chance(c)).map_or(0, |at| at + 1);
        let word_to = text[from..].find(|c| !by_chance(c)).map_or(text.len(), |at| from + at);
        secret.len() > 6 || word_to - word_from < 20
    })
}

async fn no_personal_text_is_in_the_database(store: TestStore) {
    fill(&store).await;
    let rows = store.rows().await;
    for table in ["leads", "calls", "call_events", "users", "inbox", "idempotency", "search_terms", "transcripts"] {
        assert!(rows.iter().any(|row| row.starts_with(&format!("{table} "))), "{table} was filled");
    }
    for row in &rows {
        for secret in SECRETS {
            assert!(!shows(row, secret), "{secret} stands in {row}");
        }
    }
    if let DatabaseUrl::Sqlite(path) = store.url() {
        for file in [path.clone(), path.with_extension("db-wal")] {
            let bytes = std::fs::read(&file).unwrap();
            for secret in &SECRETS[..7] {
                assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret} in {file:?}");
            }
        }
    }
}

async fn a_rotated_key_takes_over_every_text(store: TestStore) {
    let scope = fill(&store).await;
    let rotated = store.keys().rotated("k2").unwrap();
    let only_new = without_older(&rotated);
    let second = Store::open(store.url(), rotated).await.unwrap();
    let before = store.rows().await.join("\n");
    assert!(before.contains("v1.k1.") && !before.contains("v1.k2."));

    let mut rounds = 0;
    let mut resealed = 0;
    loop {
        let progress = reseal(&second, 5).await.unwrap();
        assert!(progress.resealed <= 5);
        resealed += progress.resealed;
        rounds += 1;
        if progress.finished {
            break;
        }
        assert!(rounds < 100);
    }
    let after = store.rows().await.join("\n");
    assert_eq!(resealed, before.matches("v1.k1.").count() as u64);
    assert!(!after.contains("v1.k1."), "nothing is left under the older key");

    let third = Store::open(store.url(), only_new).await.unwrap();
    let filter = LeadFilter { search: Some("zubeida".into()), ..LeadFilter::default() };
    let found = leads::list(&third, scope, &filter, PageRequest::default()).await.unwrap();
    assert_eq!(found.items[0].phone, personal("+919812300021"));
    assert!(users::by_email(&third, "agent.zero@example.com").await.unwrap().is_some());
    let call = &calls::open(&third, scope).await.unwrap()[0];
    assert_eq!(call_log::load(&third, scope, call.id).await.unwrap().unwrap().events.len(), 1);
    assert_eq!(notes::of_call(&third, scope, call.id).await.unwrap().len(), 1);
    let setting = settings::get(&third, scope, "carrier").await.unwrap().unwrap();
    assert_eq!(setting.secrets["auth_token"], personal("hunter2"));
}

/// The same keyring with the current key only.
fn without_older(keys: &Keyring) -> Keyring {
    let mut written: serde_json::Value = serde_json::from_str(keys.to_text().reveal()).unwrap();
    let current = keys.current_id().to_owned();
    written["keys"].as_object_mut().unwrap().retain(|id, _| *id == current);
    Keyring::parse(&written.to_string()).unwrap()
}

async fn a_text_under_a_missing_key_names_its_column(store: TestStore) {
    let scope = tenant(&store).await;
    let (id, author) = (call(&store, scope).await, user(&store, scope).await);
    let note = Note { user_id: author, text: personal("two rooms"), revision: 1, saved_at: at(1) };
    notes::save(&*store, scope, id, &note).await.unwrap();
    let stranger = without_older(&store.keys().rotated("k2").unwrap());
    let second = Store::open(store.url(), stranger).await.unwrap();
    let read = notes::of_call(&second, scope, id).await;
    assert!(matches!(&read, Err(StorageError::Corrupt { column, .. }) if column == "notes.text"), "{read:?}");
    assert!(matches!(reseal(&second, 100).await, Err(StorageError::Corrupt { .. })));
    assert_eq!(notes::of_call(&*store, scope, id).await.unwrap(), [note]);
}
