//! A tenant with agents and many leads.

use std::time::Instant;

use domain::{
    ids::{CampaignId, TenantId, UserId},
    pii::Personal,
    role::Role,
    time::UnixMillis,
};
use serde_json::json;
use storage::{
    TenantScope,
    campaigns::{self, Campaign},
    leads::bulk,
    tenants::{self, Tenant},
    testing::{Engine, ManyLeads, TestStore},
    users::{self, User},
};
use uuid::Uuid;

use crate::Failure;

pub const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

pub struct Ground {
    pub store: TestStore,
    pub scope: TenantScope,
    pub agents: Vec<UserId>,
    pub campaign: CampaignId,
    /// How long the leads took to write.
    pub seeded_s: f64,
}

fn user(n: u32) -> User {
    User {
        id: UserId::new(Uuid::from_u128(0xa000 + u128::from(n))),
        name: format!("Agent {n}"),
        email: Personal::new(format!("agent{n}@example.com")),
        role: Role::Telecaller,
        active: true,
        skills: vec![],
        languages: vec!["en".into()],
        phone: None,
        extension: None,
        max_concurrent_calls: 1,
        locale: "en".into(),
        theme: "system".into(),
        created_at: NOW,
        last_seen_at: None,
    }
}

/// `owned`: every lead belongs to an agent; otherwise all are the campaign's.
pub async fn make(engine: Engine, leads: u32, agents: u32, owned: bool, searchable: bool) -> Result<Ground, Failure> {
    let store = TestStore::new(engine).await;
    let id = TenantId::new(Uuid::from_u128(1));
    let tenant =
        Tenant { id, name: "Bench".into(), country: "IN".into(), zone: "Asia/Kolkata".into(), created_at: NOW };
    tenants::insert(&*store, &tenant).await?;
    let scope = TenantScope::system(id);
    let users: Vec<User> = (0..agents).map(user).collect();
    for user in &users {
        users::insert(&*store, scope, user, &Personal::new("none".into())).await?;
    }
    let agents: Vec<UserId> = users.iter().map(|user| user.id).collect();
    let campaign = Campaign {
        local_presence: false,
        opt_out_key: None,
        id: CampaignId::new(Uuid::from_u128(2)),
        name: "Bench".into(),
        state: "active".into(),
        caller_id: None,
        script: json!([]),
        dispositions: json!([]),
        hours: json!({"days": [1, 2, 3, 4, 5, 6, 7], "from_minute": 0, "to_minute": 1440}),
        recording: false,
        detect_machines: false,
        agent_ids: agents.clone(),
        version: 1,
        created_at: NOW,
    };
    campaigns::insert(&*store, scope, &campaign).await?;
    let began = Instant::now();
    let owners = if owned { agents.clone() } else { Vec::new() };
    let many = ManyLeads { seed: 7, count: leads, owners, campaign: Some(campaign.id), searchable, newest_at: NOW };
    many.write(&store, scope).await?;
    // As an import does.
    bulk::refresh_statistics(&store).await?;
    Ok(Ground { store, scope, agents, campaign: campaign.id, seeded_s: began.elapsed().as_secs_f64() })
}

/// The value below which a share of the times lies, in milliseconds.
pub fn quantile(times: &mut [f64], share: f64) -> f64 {
    times.sort_unstable_by(f64::total_cmp);
    let at = (times.len() as f64 * share).ceil() as usize;
    times.get(at.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}
