//! People, leads and calls for the tests to work on.

use std::{collections::BTreeMap, sync::atomic::AtomicU64, sync::atomic::Ordering};

use domain::{
    ids::{CallId, CampaignId, CrmConnectorId, LeadId, QueueId, TenantId, UserId},
    pii::Personal,
    role::Role,
    time::UnixMillis,
};
use serde_json::json;
use storage::{
    Store, TenantScope,
    call_log::{self, NewCall, NewEvent, Projection},
    calls::{CallStatus, Direction},
    campaigns::{self, Campaign},
    crm::{self, Connector},
    leads::{self, Heat, Lead},
    queues::{self, Queue},
    recordings::RecordingState,
    settings::Secrets,
    tenants::{self, Tenant},
    users::{self, User},
};
use uuid::Uuid;

pub const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

pub fn at(ms: i64) -> UnixMillis {
    UnixMillis(NOW.0 + ms)
}

static NEXT: AtomicU64 = AtomicU64::new(1);

/// A number that no other call in this program gets.
pub fn next() -> u64 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

pub fn uuid() -> Uuid {
    let n = u128::from(next());
    Uuid::from_u128(n << 64 | n << 4 | 0x7)
}

pub fn personal(text: &str) -> Personal<String> {
    Personal::new(text.to_owned())
}

pub fn phone() -> Personal<String> {
    Personal::new(format!("+9198{:08}", next()))
}

pub async fn tenant(store: &Store) -> TenantScope {
    let id = TenantId::new(uuid());
    let tenant = Tenant {
        id,
        name: "Marigold Homes".into(),
        country: "IN".into(),
        zone: "Asia/Kolkata".into(),
        created_at: NOW,
    };
    tenants::insert(store, &tenant).await.unwrap();
    TenantScope::authenticated(id)
}

pub fn a_user() -> User {
    let n = next();
    User {
        id: UserId::new(uuid()),
        name: format!("Agent {n}"),
        email: Personal::new(format!("agent{n}@example.com")),
        role: Role::Telecaller,
        active: true,
        skills: vec!["flats".into()],
        languages: vec!["en".into(), "hi".into()],
        phone: Some(phone()),
        extension: Some(n.to_string()),
        max_concurrent_calls: 1,
        locale: "en".into(),
        theme: "system".into(),
        created_at: NOW,
        last_seen_at: None,
    }
}

pub async fn user(store: &Store, scope: TenantScope) -> UserId {
    let user = a_user();
    users::insert(store, scope, &user, &personal("$argon2id$x")).await.unwrap();
    user.id
}

pub fn a_queue(members: Vec<UserId>) -> Queue {
    Queue {
        id: QueueId::new(uuid()),
        name: format!("Sales {}", next()),
        strategy: "round_robin".into(),
        member_ids: members,
        skills: vec![],
        ring_s: 20,
        wrap_up_s: 30,
        max_size: 50,
        max_wait_s: 300,
        target_answer_s: 20,
        recording: true,
        version: 1,
        created_at: NOW,
    }
}

pub async fn queue(store: &Store, scope: TenantScope) -> QueueId {
    let queue = a_queue(vec![]);
    queues::insert(store, scope, &queue).await.unwrap();
    queue.id
}

pub fn a_campaign(agents: Vec<UserId>) -> Campaign {
    Campaign {
        id: CampaignId::new(uuid()),
        name: format!("Spring {}", next()),
        state: "active".into(),
        caller_id: None,
        script: json!([{"title": "Hello", "say": "Namaste", "fields": []}]),
        dispositions: json!([]),
        hours: json!({"days": [1, 2, 3], "from_minute": 540, "to_minute": 1200}),
        recording: true,
        local_presence: true,
        detect_machines: true,
        opt_out_key: None,
        agent_ids: agents,
        version: 1,
        created_at: NOW,
    }
}

pub async fn campaign(store: &Store, scope: TenantScope) -> CampaignId {
    let campaign = a_campaign(vec![]);
    campaigns::insert(store, scope, &campaign).await.unwrap();
    campaign.id
}

pub fn a_lead(name: &str) -> Lead {
    Lead {
        id: LeadId::new(uuid()),
        name: personal(name),
        phone: phone(),
        email: Some(Personal::new(format!("lead{}@example.com", next()))),
        stage: "new".into(),
        heat: Heat::Cold,
        source: Some("portal".into()),
        source_detail: Some(personal("Referred by a friend")),
        owner_id: None,
        owner_name: None,
        campaign_id: None,
        language: Some("hi".into()),
        zone: "Asia/Kolkata".into(),
        zone_source: "phone".into(),
        do_not_call: false,
        fields: Personal::new(BTreeMap::from([("budget".to_owned(), "70 lakh".to_owned())])),
        provenance: Personal::new(json!({"budget": {"by": "import"}})),
        phone_kind: None,
        phone_extension: None,
        priority: 0,
        import_id: None,
        attempts: 0,
        last_contact_at: None,
        created_at: NOW,
        updated_at: NOW,
        version: 1,
    }
}

/// A connector that is on and notes what changes here.
pub fn a_connector() -> Connector {
    Connector {
        id: CrmConnectorId::new(uuid()),
        name: format!("CRM {}", next()),
        campaign_id: None,
        on: true,
        pushes: true,
        settings: json!({"base_url": "https://crm.example"}),
        secrets: Secrets::from([("secret".to_owned(), personal("hunter2"))]),
        state: json!({}),
        ready: false,
        turn: 0,
        busy_until: UnixMillis(0),
        not_before: UnixMillis(0),
        pull_at: UnixMillis(0),
        wish: None,
        made_by: None,
        created_at: NOW,
        version: 1,
    }
}

pub async fn connector(store: &Store, scope: TenantScope) -> CrmConnectorId {
    let connector = a_connector();
    crm::insert(store, scope, &connector).await.unwrap();
    connector.id
}

pub async fn lead(store: &Store, scope: TenantScope) -> LeadId {
    let lead = a_lead("Asha Verma");
    leads::insert(store, scope, &lead).await.unwrap();
    lead.id
}

pub fn a_call() -> NewCall {
    NewCall {
        id: CallId::new(uuid()),
        direction: Direction::Inbound,
        provider: "twilio".into(),
        customer_number: phone(),
        started_at: NOW,
        simulated: false,
        recording: RecordingState::Recording,
        facts: Personal::new(json!({"greeting": "Namaste"})),
    }
}

pub fn a_projection() -> Projection {
    Projection {
        status: CallStatus::Greeting,
        closed: false,
        provider_call_id: None,
        lead_id: None,
        agent_id: None,
        queue_id: None,
        campaign_id: None,
        came_by: vec!["Portal".into(), "Sales line".into()],
        queued_at: None,
        answered_at: None,
        ended_at: None,
        wait_ms: 0,
        ring_ms: 0,
        talk_ms: 0,
    }
}

pub fn an_event(kind: &str) -> NewEvent {
    NewEvent { at: NOW, kind: kind.into(), data: Personal::new(json!({"kind": kind})) }
}

pub async fn call(store: &Store, scope: TenantScope) -> CallId {
    call_with(store, scope, a_call(), a_projection()).await
}

pub async fn call_with(store: &Store, scope: TenantScope, call: NewCall, projection: Projection) -> CallId {
    call_log::create(store, scope, &call, &[an_event("received")], &projection).await.unwrap();
    call.id
}
