//! The demo tenant: believable, and the same for the same seed.

mod history;
mod people;
mod story;

use backend::{Actor, Backend, error::BackendError};
use domain::{
    ids::{CampaignId, QueueId, UserId},
    pii::Personal,
    role::Role,
};
use rand::{SeedableRng, rngs::StdRng};
use wire::{
    accounts::{CreateUser, DeviceKind, RegisterTenant, SignIn, User},
    config::{CallingHours, CampaignInput, CampaignState, NumberInput, QueueInput, RoutingStrategy, ScriptStep},
};

use crate::demo::{DemoAccount, DemoAccounts};

/// What to make.
#[derive(Debug, Clone)]
pub struct SeedPlan {
    pub seed: u64,
    pub password: Personal<String>,
    pub agents: u32,
    /// Past calls over three months.
    pub calls: u32,
    pub tenant_name: String,
    /// Before the `@` of every e-mail stands a name; this goes behind it.
    pub domain: String,
    /// E.164: the tenant's own number.
    pub number: String,
}

impl Default for SeedPlan {
    fn default() -> Self {
        Self {
            seed: 1,
            password: Personal::default(),
            agents: 10,
            calls: 2_150,
            tenant_name: "Cedar and Quay Homes (demo)".to_owned(),
            domain: "demo.example".to_owned(),
            number: "+918045550100".to_owned(),
        }
    }
}

/// Who and what the past calls refer to.
struct Staff {
    admin: Actor,
    agents: Vec<User>,
    queue: QueueId,
    campaign: CampaignId,
}

pub async fn sign_in(backend: &Backend, account: &DemoAccount) -> Result<Actor, BackendError> {
    let body = SignIn { email: account.email.clone(), password: account.password.clone(), device: DeviceKind::Desktop };
    let signed_in = backend.sign_in(body, [127, 0, 0, 1].into(), "demo".to_owned()).await?;
    backend.authenticate(signed_in.access_token.reveal()).await
}

/// Everybody in the tenant who takes calls.
pub fn agents(plan: &SeedPlan) -> Vec<DemoAccount> {
    let names = (0..plan.agents.max(2) as usize).map(people::agent_name);
    names.map(|name| account(plan, name)).collect()
}

fn account(plan: &SeedPlan, name: String) -> DemoAccount {
    DemoAccount { email: people::email(&name, &plan.domain), name, password: plan.password.clone() }
}

/// Makes the tenant with its people, settings, leads and past calls.
pub async fn tenant(backend: &Backend, plan: &SeedPlan) -> Result<DemoAccounts, BackendError> {
    let (admin, supervisor) = (account(plan, "Indira Rao".to_owned()), account(plan, "Leela Rangan".to_owned()));
    let register = RegisterTenant {
        tenant_name: plan.tenant_name.clone(),
        country: "IN".to_owned(),
        zone: "Asia/Kolkata".to_owned(),
        name: admin.name.clone(),
        email: admin.email.clone(),
        password: admin.password.clone(),
        device: DeviceKind::Desktop,
    };
    backend.register_tenant(register, [127, 0, 0, 1].into(), "demo".to_owned()).await?;
    let actor = sign_in(backend, &admin).await?;
    // A demo is shown at any hour.
    let always = CallingHours { days: (1..=7).collect(), from_minute: 0, to_minute: 24 * 60 };
    backend.update_calling_hours(&actor, always).await?;
    let mut users = Vec::new();
    user(backend, &actor, &supervisor, Role::Manager).await?;
    for agent in agents(plan) {
        users.push((user(backend, &actor, &agent, Role::Telecaller).await?, agent));
    }
    let ids: Vec<UserId> = users.iter().map(|(user, _)| user.id).collect();
    let first = backend.list_queues(&actor).await?.into_iter().next().ok_or(BackendError::NotFound("queue"))?;
    let queue = backend.update_queue(&actor, first.id, sales_queue(ids.clone())).await?;
    let campaign = backend.create_campaign(&actor, campaign(plan, ids)).await?;
    backend.create_number(&actor, number(plan, queue.id, campaign.id)).await?;
    let (agent, second_agent) = (users[0].1.clone(), users[1].1.clone());
    let staff = Staff {
        admin: actor,
        agents: users.into_iter().map(|(user, _)| user).collect(),
        queue: queue.id,
        campaign: campaign.id,
    };
    let mut random = StdRng::seed_from_u64(plan.seed);
    let leads = people::leads(backend, &staff, &mut random, plan.calls).await?;
    history::past_calls(backend, &staff, &leads, plan.calls, &mut random).await?;
    Ok(DemoAccounts { agent, second_agent, supervisor, admin, number: plan.number.clone() })
}

async fn user(backend: &Backend, actor: &Actor, account: &DemoAccount, role: Role) -> Result<User, BackendError> {
    let body = CreateUser {
        name: account.name.clone(),
        email: account.email.clone(),
        role,
        password: account.password.clone(),
        skills: vec!["sales".to_owned()],
        languages: vec!["en".to_owned(), "hi".to_owned()],
        phone: None,
        extension: None,
    };
    backend.create_user(actor, body).await
}

fn sales_queue(member_ids: Vec<UserId>) -> QueueInput {
    QueueInput {
        name: "Sales".to_owned(),
        strategy: RoutingStrategy::RoundRobin,
        member_ids,
        skills: vec!["sales".to_owned()],
        ring_s: 20,
        wrap_up_s: 60,
        max_size: 50,
        max_wait_s: 300,
        target_answer_s: 20,
        recording: true,
    }
}

fn step(title: &str, say: &str, fields: &[&str]) -> ScriptStep {
    ScriptStep {
        title: title.to_owned(),
        say: say.to_owned(),
        fields: fields.iter().map(|field| (*field).to_owned()).collect(),
    }
}

fn campaign(plan: &SeedPlan, agent_ids: Vec<UserId>) -> CampaignInput {
    CampaignInput {
        name: "Juniper Heights".to_owned(),
        state: CampaignState::Active,
        caller_id: Some(plan.number.clone()),
        script: vec![
            step("Greet", "Good day, this is Cedar and Quay Homes. How can I help you?", &[]),
            step("Bedrooms", "How many bedrooms are you looking for?", &["bedrooms"]),
            step("Area", "Which part of the city would suit you?", &["preferred_location"]),
            step("Budget", "What range are you comfortable with?", &["budget"]),
            step("Loan", "Have you spoken to a bank yet? If not, we can get you a yes in principle.", &["financing"]),
            step("Visit", "Shall we look at it together? Saturday at eleven is free.", &["appointment"]),
        ],
        dispositions: Vec::new(),
        disposition_set_id: None,
        opt_out_key: Some("9".to_owned()),
        hours: CallingHours { days: vec![1, 2, 3, 4, 5, 6], from_minute: 9 * 60, to_minute: 20 * 60 },
        recording: true,
        detect_machines: false,
        local_presence: false,
        agent_ids,
    }
}

fn number(plan: &SeedPlan, queue: QueueId, campaign: CampaignId) -> NumberInput {
    NumberInput {
        number: plan.number.clone(),
        label: "Sales line".to_owned(),
        queue_id: Some(queue),
        campaign_id: Some(campaign),
        greeting: "Welcome to Cedar and Quay Homes. This call is recorded.".to_owned(),
        greeting_message_id: None,
        language: "en".to_owned(),
        provider: Default::default(),
        media: Default::default(),
    }
}
