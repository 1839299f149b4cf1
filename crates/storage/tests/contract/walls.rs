//! A stranger with every id of a tenant sees nothing of it and changes nothing in it.

use domain::{
    ids::{AuditId, InboxId, NumberId},
    ids::{
        CallId, CallbackId, CampaignId, ConsentId, DncId, JobId, LeadChangeId, LeadId, QueueId, RecordingId, SessionId,
        TaskId, UserId,
    },
    pii::Personal,
};
use serde_json::json;
use storage::{
    PageRequest, StorageError, Store, TenantScope,
    agents::{self, AgentState, AgentUpdate},
    audit::{self, AuditEntry},
    call_log,
    callbacks::{self, Callback, CallbackFilter},
    calls::{self, AnalysisProgress, AnalysisState, CallFilter, Conclusion},
    campaigns,
    consents::{self, ConsentRow},
    counters, device_checks,
    dispositions::{self, Disposition},
    dnc::{self, DncEntry, DncFilter},
    idempotency::{self, Begun},
    inbox::{self, Delivery},
    intelligence,
    jobs::{self, Failed, NewJob},
    lead_changes::{self, ChangedBy, LeadChange},
    leads::{self, Lead, LeadFilter},
    leases::{self, Subject, Terms},
    notes::{self, Note},
    numbers::{self, Number},
    objections, on_both_engines, queues,
    recordings::{self, Recording, RecordingState},
    routing,
    sessions::{self, Device, Revoked, Session},
    settings::{self, Secrets},
    sound::{self, SoundPart},
    tasks::{self, Task, TaskFilter, TaskStatus},
    tenants,
    testing::TestStore,
    users,
    worklist::{self, Line, LineFilter},
};
use uuid::Uuid;

use crate::support::{
    NOW, a_call, a_campaign, a_lead, a_projection, a_queue, a_user, an_event, at, personal, phone, tenant, uuid,
};

on_both_engines! {
    a_stranger_sees_nothing,
    a_stranger_changes_nothing,
    a_stranger_cannot_refer_to_anothers_rows,
    every_table_carries_its_tenant,
}

const TERMS: Terms = Terms { span: std::time::Duration::from_secs(300), gap: std::time::Duration::from_secs(60) };

/// One row of every family.
struct World {
    scope: TenantScope,
    user: UserId,
    session: SessionId,
    queue: QueueId,
    campaign: CampaignId,
    number: NumberId,
    dnc: DncId,
    dnc_number: Personal<String>,
    lead: LeadId,
    lead_phone: Personal<String>,
    fence: i64,
    change: LeadChangeId,
    task: TaskId,
    callback: CallbackId,
    call: CallId,
    job: JobId,
    lease: Uuid,
    delivery: InboxId,
}

async fn world(store: &Store) -> World {
    let scope = tenant(store).await;
    let user = crate::support::user(store, scope).await;
    let session = a_session(user);
    sessions::create(store, scope, &session, &personal("token")).await.unwrap();
    agents::ensure(store, scope, user, NOW).await.unwrap();
    agents::update(store, scope, user, 0, &available()).await.unwrap();
    let queue = a_queue(vec![user]);
    queues::insert(store, scope, &queue).await.unwrap();
    let campaign = a_campaign(vec![user]);
    campaigns::insert(store, scope, &campaign).await.unwrap();
    let number = a_number(Some(queue.id));
    numbers::insert(store, scope, &number).await.unwrap();
    numbers::count_unknown(store, scope, "+918000000009", NOW).await.unwrap();
    settings::put(store, scope, "carrier", &json!({}), &Secrets::new(), Some("AC1"), NOW).await.unwrap();
    let entry = a_dnc(Some(user));
    dnc::add(store, scope, &entry).await.unwrap();
    let mut lead = a_lead("Asha Verma");
    lead.owner_id = Some(user);
    leads::insert(store, scope, &lead).await.unwrap();
    consents::add(store, scope, &a_consent(lead.id, Some(user))).await.unwrap();
    let change = a_change(lead.id, user);
    lead_changes::apply(store, scope, &lead, std::slice::from_ref(&change)).await.unwrap();
    let task = a_task(Some(lead.id), Some(user));
    tasks::insert(store, scope, &task).await.unwrap();
    let callback = a_callback(lead.id, Some(user));
    callbacks::insert(store, scope, &callback).await.unwrap();
    let subject = Subject { lead: lead.id, number: &lead.phone };
    let fence = leases::claim(store, scope, subject, user, TERMS, NOW).await.unwrap().unwrap();
    let call = a_call();
    let mut projection = a_projection();
    projection.lead_id = Some(lead.id);
    projection.queue_id = Some(queue.id);
    call_log::create(store, scope, &call, &[an_event("received")], &projection).await.unwrap();
    routing::add(store, scope, call.id, NOW, Some(user), &json!({})).await.unwrap();
    notes::save(store, scope, call.id, &a_note(user)).await.unwrap();
    dispositions::save(store, scope, &a_disposition(call.id, user)).await.unwrap();
    recordings::put(store, scope, &a_recording(call.id)).await.unwrap();
    recordings::set_waveform(store, scope, call.id, &json!({})).await.unwrap();
    intelligence::put_transcript(store, scope, call.id, &domain::intelligence::Transcript::default(), NOW)
        .await
        .unwrap();
    sound::put_part(store, scope, call.id, &a_part(), NOW).await.unwrap();
    device_checks::add(store, scope, user, NOW, "desktop", "good", &json!({})).await.unwrap();
    let job = a_job(call.id);
    jobs::enqueue(store, scope, &job).await.unwrap();
    let lease = jobs::claim(store, "transcribe", NOW, std::time::Duration::from_secs(60)).await.unwrap().unwrap().lease;
    let delivery = a_delivery();
    inbox::receive(store, scope, &delivery).await.unwrap();
    idempotency::begin(store, scope, user, "k", "h", NOW, NOW).await.unwrap();
    audit::add(store, scope, &an_audit(Some(user))).await.unwrap();
    counters::add(store, scope, "api", "2027-01-15", 1).await.unwrap();
    World {
        scope,
        user,
        session: session.id,
        queue: queue.id,
        campaign: campaign.id,
        number: number.id,
        dnc: entry.id,
        dnc_number: entry.number,
        lead: lead.id,
        lead_phone: lead.phone,
        fence,
        change: change.id,
        task: task.id,
        callback: callback.id,
        call: call.id,
        job: job.id,
        lease,
        delivery: delivery.id,
    }
}

macro_rules! nothing {
    ($($query:expr),+ $(,)?) => {$({
        let seen = $query.await.unwrap();
        assert!(seen.is_empty(), "{} shows {seen:?}", stringify!($query));
    })+};
}

macro_rules! none {
    ($($query:expr),+ $(,)?) => {$({
        let seen = $query.await.unwrap();
        assert!(seen.is_none(), "{} shows {seen:?}", stringify!($query));
    })+};
}

async fn a_stranger_sees_nothing(store: TestStore) {
    let world = world(&store).await;
    let s = tenant(&store).await;
    let on = &*store;
    none!(
        users::get(on, s, world.user),
        users::password_hash(on, s, world.user),
        sessions::get(on, s, world.session),
        agents::get(on, s, world.user),
        queues::get(on, s, world.queue),
        campaigns::get(on, s, world.campaign),
        numbers::get(on, s, world.number),
        settings::get(on, s, "carrier"),
        leads::get(on, s, world.lead),
        leads::by_phone(on, s, &world.lead_phone),
        worklist::place_of(on, s, world.lead),
        lead_changes::get(on, s, world.change),
        tasks::get(on, s, world.task),
        callbacks::get(on, s, world.callback),
        calls::get(on, s, world.call),
        call_log::load(on, s, world.call),
        routing::latest(on, s, world.call),
        dispositions::latest(on, s, world.call),
        dispositions::by_key(on, s, "key"),
        recordings::of_call(on, s, world.call),
        recordings::waveform(on, s, world.call),
        intelligence::transcript(on, s, world.call),
        intelligence::analysis(on, s, world.call),
        jobs::get(on, s, world.job),
    );
    nothing!(
        sessions::of_user(on, s, world.user, NOW),
        sound::parts(on, s, world.call),
        agents::list(on, s),
        queues::list(on, s),
        campaigns::list(on, s),
        numbers::list(on, s),
        numbers::unknown(on, s),
        lead_changes::of_lead(on, s, world.lead),
        lead_changes::of_call(on, s, world.call),
        calls::open(on, s),
        calls::last_of(on, s, &[world.lead]),
        callbacks::open_of(on, s, &[world.lead]),
        tasks::open_of(on, s, &[world.lead]),
        leases::held_by(on, s, world.user, NOW),
        call_log::events(on, s, world.call),
        routing::of_call(on, s, world.call),
        notes::of_call(on, s, world.call),
        jobs::of_call(on, s, world.call),
        counters::since(on, s, "2000-01-01"),
        device_checks::of_user(on, s, world.user),
        device_checks::latest(on, s),
    );
    let page = PageRequest::default;
    let of_lead = LeadFilter { search: Some("asha".into()), ..LeadFilter::default() };
    assert_eq!(users::list(on, s, page()).await.unwrap().items, []);
    assert_eq!(leads::list(on, s, &LeadFilter::default(), page()).await.unwrap().items, []);
    let of = [Line::Owner(world.user), Line::Campaign(world.campaign)];
    assert_eq!(worklist::list(on, s, &of, &LineFilter::default(), page(), NOW).await.unwrap().items, []);
    assert_eq!(worklist::count(on, s, &of, 10, NOW).await.unwrap(), worklist::Counts::default());
    assert_eq!(leads::list(on, s, &of_lead, page()).await.unwrap().items, []);
    let by_owner = LeadFilter { owner_id: Some(world.user), ..LeadFilter::default() };
    assert_eq!(leads::list(on, s, &by_owner, page()).await.unwrap().items, []);
    let by_lead = CallFilter { lead_id: Some(world.lead), ..CallFilter::default() };
    assert_eq!(calls::list(on, s, &by_lead, page()).await.unwrap().items, []);
    assert_eq!(calls::list(on, s, &CallFilter::default(), page()).await.unwrap().items, []);
    assert_eq!(tasks::list(on, s, &TaskFilter::default(), page()).await.unwrap().items, []);
    assert_eq!(callbacks::list(on, s, &CallbackFilter::default(), page()).await.unwrap().items, []);
    assert_eq!(dnc::list(on, s, &DncFilter::default(), page()).await.unwrap().items, []);
    assert_eq!(jobs::list(on, s, None, page()).await.unwrap().items, []);
    assert_eq!(audit::list(on, s, page()).await.unwrap().items, []);
    assert_eq!(dnc::get(on, s, world.dnc).await.unwrap(), None);
    let known = objections::of_number(on, s, &world.dnc_number).await.unwrap();
    assert_eq!(known, domain::do_not_call::Objections::default());
    assert_eq!(consents::of_lead(on, s, world.lead, 9).await.unwrap(), []);
    assert_eq!(calls::count_of_lead(on, s, world.lead).await.unwrap(), 0);
    assert_eq!(calls::queue_figures(on, s, world.queue, at(-1), 1).await.unwrap(), calls::QueueFigures::default());
    assert_ne!(tenants::get(on, s).await.unwrap().unwrap().id, world.scope.tenant());
}

macro_rules! refused {
    ($($query:expr),+ $(,)?) => {$(
        assert!(!$query.await.unwrap(), "{}", stringify!($query));
    )+};
}

macro_rules! conflict {
    ($($query:expr),+ $(,)?) => {$({
        let done = $query.await;
        assert!(matches!(done, Err(StorageError::Conflict { .. })), "{}: {done:?}", stringify!($query));
    })+};
}

async fn a_stranger_changes_nothing(store: TestStore) {
    let world = world(&store).await;
    let s = tenant(&store).await;
    let on = &*store;
    let before = store.rows().await;
    let mut user = users::get(on, world.scope, world.user).await.unwrap().unwrap();
    user.name = "Stranger".into();
    let queue = queues::get(on, world.scope, world.queue).await.unwrap().unwrap();
    let campaign = campaigns::get(on, world.scope, world.campaign).await.unwrap().unwrap();
    let number = numbers::get(on, world.scope, world.number).await.unwrap().unwrap();
    let lead = leads::get(on, world.scope, world.lead).await.unwrap().unwrap();
    let task = tasks::get(on, world.scope, world.task).await.unwrap().unwrap();
    let setting = settings::get(on, world.scope, "carrier").await.unwrap().unwrap();
    let progress = AnalysisProgress { state: AnalysisState::Failed, reason: None, message: None };
    refused!(
        users::update(on, s, &user),
        users::set_password(on, s, world.user, &personal("x")),
        sessions::revoke(on, s, world.session, Revoked::ByAdmin, NOW),
        agents::update(on, s, world.user, 1, &available()),
        agents::update_claimed(on, s, world.user, 0, &available()),
        agents::release(on, s, world.user, world.call, 0, &available()),
        queues::remove(on, s, world.queue, NOW),
        queues::add_member(on, s, world.queue, world.user),
        numbers::update(on, s, &number),
        numbers::remove(on, s, world.number),
        settings::update(on, s, "carrier", &setting, NOW),
        settings::remove(on, s, "carrier"),
        tasks::update(on, s, &task, NOW),
        callbacks::set_status(on, s, world.callback, TaskStatus::Open, TaskStatus::Done, NOW),
        calls::set_analysis(on, s, world.call, &progress),
        calls::set_conclusion(on, s, world.call, &Conclusion::default()),
        calls::set_lead(on, s, world.call, world.lead),
        recordings::set_waveform(on, s, world.call, &json!(1)),
        intelligence::set_proposals(on, s, world.call, 1, &Personal::new(json!([]))),
        jobs::extend(on, s, world.job, world.lease, at(1)),
        jobs::complete(on, s, world.job, world.lease, at(1)),
        inbox::processed(on, s, world.delivery, NOW),
    );
    conflict!(
        queues::update(on, s, &queue),
        campaigns::update(on, s, &campaign),
        leads::update(on, s, &lead),
        lead_changes::apply(on, s, &lead, &[]),
        lead_changes::undo(on, s, world.change, &lead, world.user, NOW),
        call_log::append(on, s, world.call, 1, &[an_event("x")], (&a_projection(), None)),
        idempotency::finish(on, s, world.user, "k", 200, &personal("x")),
    );
    assert_eq!(agents::claim(on, s, world.user, world.call, NOW).await.unwrap(), None);
    assert_eq!(sessions::revoke_all(on, s, world.user, None, Revoked::ByAdmin, NOW).await.unwrap(), []);
    assert_eq!(dnc::remove(on, s, world.dnc).await.unwrap(), None);
    assert_eq!(jobs::retry(on, s, world.job, NOW).await.unwrap(), None);
    let failed = jobs::fail(on, s, world.job, world.lease, "x", None, NOW).await.unwrap();
    assert_eq!(failed, Failed::NotMine);
    users::touch(on, s, world.user, NOW).await.unwrap();
    numbers::touch(on, s, world.number, NOW).await.unwrap();
    agents::count_call(on, s, world.user, "2027-01-15", NOW).await.unwrap();
    leads::count_attempt(on, s, world.lead, Some(NOW), NOW, NOW).await.unwrap();
    worklist::put(on, s, world.lead, None).await.unwrap();
    callbacks::keep_promises(on, s, world.lead, at(i64::from(u32::MAX)), NOW).await.unwrap();
    let subject = Subject { lead: world.lead, number: &world.lead_phone };
    assert!(!leases::dial(on, s, subject, world.user, world.fence, TERMS, NOW).await.unwrap());
    assert!(!leases::renew(on, s, subject, world.user, world.fence, TERMS.span, NOW).await.unwrap());
    assert!(!leases::release(on, s, subject, world.user, None, NOW).await.unwrap());
    assert_eq!(leases::release_all(on, s, world.user, NOW).await.unwrap(), 0);
    assert!(leases::claim(on, s, subject, world.user, TERMS, at(600_000)).await.is_err(), "another tenant's agent");
    leads::mark_do_not_call(on, s, &world.lead_phone, None).await.unwrap();
    leads::unmark_do_not_call(on, s, &world.lead_phone, None).await.unwrap();
    idempotency::abandon(on, s, world.user, "k").await.unwrap();
    assert_eq!(store.rows().await, before);
}

macro_rules! no_reference {
    ($($query:expr),+ $(,)?) => {$({
        let done = $query.await;
        assert!(matches!(done, Err(StorageError::NoSuchReference)), "{}: {done:?}", stringify!($query));
    })+};
}

async fn a_stranger_cannot_refer_to_anothers_rows(store: TestStore) {
    let world = world(&store).await;
    let s = tenant(&store).await;
    let own_call = crate::support::call(&store, s).await;
    let own_lead = crate::support::lead(&store, s).await;
    let on = &*store;
    let before = store.rows().await;
    let (own_user, mut lead, mut projection) = (a_user(), a_lead("Asha"), a_projection());
    lead.owner_id = Some(world.user);
    projection.queue_id = Some(world.queue);
    let transcript = domain::intelligence::Transcript::default();
    no_reference!(
        agents::ensure(on, s, world.user, NOW),
        agents::ensure(on, s, own_user.id, NOW),
        sessions::create(on, s, &a_session(world.user), &personal("other token")),
        queues::insert(on, s, &a_queue(vec![world.user])),
        campaigns::insert(on, s, &a_campaign(vec![world.user])),
        numbers::insert(on, s, &a_number(Some(world.queue))),
        dnc::add(on, s, &a_dnc(Some(world.user))),
        dnc::add(on, s, &DncEntry { campaign_id: Some(world.campaign), ..a_dnc(None) }),
        consents::add(on, s, &a_consent(world.lead, None)),
        consents::add(on, s, &a_consent(own_lead, Some(world.user))),
        leads::insert(on, s, &lead),
        leads::insert(on, s, &Lead { campaign_id: Some(world.campaign), ..a_lead("Asha") }),
        tasks::insert(on, s, &a_task(Some(world.lead), None)),
        tasks::insert(on, s, &a_task(Some(own_lead), Some(world.user))),
        callbacks::insert(on, s, &a_callback(world.lead, None)),
        call_log::create(on, s, &a_call(), &[], &projection),
        call_log::append(on, s, own_call, 1, &[], (&projection, None)),
        calls::set_lead(on, s, own_call, world.lead),
        calls::add_leg(on, s, world.call, "twilio", "CA9", "transfer", NOW),
        routing::add(on, s, world.call, NOW, None, &json!({})),
        routing::add(on, s, own_call, NOW, Some(world.user), &json!({})),
        notes::save(on, s, world.call, &a_note(world.user)),
        dispositions::save(on, s, &a_disposition(world.call, world.user)),
        recordings::put(on, s, &a_recording(world.call)),
        intelligence::put_transcript(on, s, world.call, &transcript, NOW),
        sound::put_part(on, s, world.call, &a_part(), NOW),
        device_checks::add(on, s, world.user, NOW, "desktop", "good", &json!({})),
        audit::add(on, s, &an_audit(Some(world.user))),
    );
    let begun = idempotency::begin(on, s, world.user, "k", "h", NOW, NOW).await;
    assert!(matches!(begun, Err(StorageError::NoSuchReference)), "{begun:?}");
    assert_eq!(store.rows().await, before);
    let still = idempotency::begin(on, world.scope, world.user, "k", "h", NOW, NOW).await.unwrap();
    assert_eq!(still, Begun::Running);
}

async fn every_table_carries_its_tenant(store: TestStore) {
    let tables = store.tables().await;
    assert!(tables.len() > 30, "{tables:?}");
    for table in tables.iter().filter(|table| *table != "tenants") {
        assert!(store.columns(table).await.contains(&"tenant_id".to_owned()), "{table}");
    }
}

fn available() -> AgentUpdate {
    AgentUpdate { state: AgentState::Available, call_id: None, since: NOW, detail: json!({}) }
}

fn a_session(user_id: UserId) -> Session {
    Session {
        id: SessionId::new(uuid()),
        user_id,
        device: Device::Browser,
        user_agent: "Firefox".into(),
        created_at: NOW,
        last_used_at: NOW,
        expires_at: at(1_000),
        revoked: None,
    }
}

fn a_number(queue_id: Option<QueueId>) -> Number {
    Number {
        id: NumberId::new(uuid()),
        number: phone().into_inner(),
        label: "Sales".into(),
        queue_id,
        campaign_id: None,
        greeting: String::new(),
        greeting_message_id: None,
        language: "en".into(),
        provider: storage::numbers::Provider::Exotel,
        media: storage::numbers::Media::Conference,
        created_at: NOW,
        last_call_at: None,
    }
}

fn a_dnc(added_by: Option<UserId>) -> DncEntry {
    DncEntry {
        id: DncId::new(uuid()),
        number: phone(),
        campaign_id: None,
        until: None,
        reason: "asked".into(),
        source: "agent".into(),
        proof: None,
        added_by,
        added_by_name: None,
        added_at: NOW,
    }
}

fn a_consent(lead_id: LeadId, by: Option<UserId>) -> ConsentRow {
    let channel = domain::consent::Channel::Call;
    ConsentRow {
        id: ConsentId::new(uuid()),
        lead_id,
        said: domain::consent::Consent { channel, purpose: "service".into(), given: false, at: NOW },
        source: "agent".into(),
        proof: None,
        by,
        by_name: None,
    }
}

fn a_change(lead_id: LeadId, user_id: UserId) -> LeadChange {
    LeadChange {
        id: LeadChangeId::new(uuid()),
        lead_id,
        field: "stage".into(),
        from: None,
        to: Some(personal("visit")),
        by: ChangedBy::Person { user_id, name: String::new() },
        at: NOW,
        undone_at: None,
        merges: 0,
    }
}

fn a_task(lead_id: Option<LeadId>, owner_id: Option<UserId>) -> Task {
    Task {
        id: TaskId::new(uuid()),
        lead_id,
        lead_name: None,
        call_id: None,
        owner_id,
        owner_name: None,
        remind_at: None,
        zone: None,
        text: personal("Send the brochure"),
        due_at: None,
        made_by: "agent".into(),
        quote: None,
        status: TaskStatus::Open,
        created_at: NOW,
    }
}

fn a_callback(lead_id: LeadId, agent_id: Option<UserId>) -> Callback {
    Callback {
        id: CallbackId::new(uuid()),
        lead_id,
        lead_name: personal(""),
        call_id: None,
        agent_id,
        agent_name: None,
        remind_at: None,
        due_at: NOW,
        local_time: "2027-01-15T10:00".into(),
        zone: "Asia/Kolkata".into(),
        zone_source: "said".into(),
        status: TaskStatus::Open,
        created_at: NOW,
    }
}

fn a_note(user_id: UserId) -> Note {
    Note { user_id, text: personal("two rooms"), revision: 1, saved_at: NOW }
}

fn a_disposition(call_id: CallId, user_id: UserId) -> Disposition {
    Disposition {
        save_key: "key".into(),
        call_id,
        user_id,
        code: "interested".into(),
        sub_code: None,
        input: Personal::new(json!({})),
        result: Personal::new(json!({})),
        made_at: NOW,
        saved_at: NOW,
    }
}

fn a_part() -> SoundPart {
    SoundPart { from_s: 0, points: json!([]) }
}

fn a_recording(call_id: CallId) -> Recording {
    Recording {
        id: RecordingId::new(uuid()),
        call_id,
        state: RecordingState::Storing,
        reason: None,
        local_path: None,
        location: None,
        expected_bytes: None,
        stored_bytes: None,
        sha256: None,
        read_back_at: None,
        duration_ms: None,
        expected_ms: None,
        gaps: json!([]),
        channels: 2,
        started_at: NOW,
        updated_at: NOW,
    }
}

fn a_job(call_id: CallId) -> NewJob {
    NewJob {
        id: JobId::new(uuid()),
        kind: "transcribe".into(),
        once_key: "job".into(),
        payload: Personal::new(json!({})),
        call_id: Some(call_id),
        max_attempts: 3,
        run_at: NOW,
        created_at: NOW,
    }
}

fn a_delivery() -> Delivery {
    Delivery {
        id: InboxId::new(uuid()),
        provider: "twilio".into(),
        delivery_key: "CA1".into(),
        raw: personal("CallSid=CA1"),
        received_at: NOW,
    }
}

fn an_audit(user_id: Option<UserId>) -> AuditEntry {
    AuditEntry {
        id: AuditId::new(uuid()),
        at: NOW,
        user_id,
        user_name: None,
        action: "sign_in".into(),
        subject: "user".into(),
        data: Personal::new(json!({})),
    }
}
