//! Giving out leads by rules: keeping the rules, trying them out, and doing it.

mod dry_run;
mod figures;
mod reassign;
mod sweep;

pub(crate) use sweep::run;

use std::collections::BTreeMap;

use domain::{
    assignment::{Agent, Condition, Fallback, Ground, LeadView, Rule, RuleSet, Strategy, warnings},
    ids::UserId,
    phone_number::E164,
    role::Role,
    time::UnixMillis,
    zone,
};
use storage::{On, PageRequest, TenantScope, assignment::Assignable};
use wire::{
    assignment::{AssignmentRules, SaveAssignmentRules},
    live::LiveEvent,
};

use crate::{
    Actor, Backend, clock,
    error::{BackendError, FieldChecks},
    live::Audience,
};

const MOST_RULES: usize = 100;
const MOST_GROUPS: usize = 100;
const MOST_DEPTH: usize = 6;
const MOST_VALUES: usize = 200;

/// A lead as conditions see it.
fn view(lead: &Assignable) -> LeadView {
    let country = E164::from_carrier(lead.phone.reveal()).ok().and_then(|number| number.country_code());
    let known = [
        ("source", lead.source.clone()),
        ("language", lead.language.clone()),
        ("heat", Some(lead.heat.as_str().to_owned())),
        ("stage", Some(lead.stage.clone())),
        ("campaign", lead.campaign_id.map(|id| id.to_string())),
        ("zone", Some(lead.zone.clone())),
        ("country", country.map(|code| format!("+{code}"))),
        ("attempts", Some(lead.attempts.to_string())),
    ];
    let mut texts: BTreeMap<String, String> =
        known.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?))).collect();
    texts.extend(lead.fields.reveal().iter().map(|(key, text)| (format!("fields.{key}"), text.clone())));
    LeadView { texts }
}

fn check_condition(checks: &mut FieldChecks, condition: &Condition, field: &str) {
    match condition {
        Condition::All { of } | Condition::Any { of } => {
            checks.require(of.len() <= 50, field, "expected at most 50");
            of.iter().for_each(|one| check_condition(checks, one, field));
        }
        Condition::Field { field: name, values, .. } => {
            checks.text(name, 60, field);
            checks.require(values.len() <= MOST_VALUES, field, "expected at most 200");
            values.iter().for_each(|value| {
                checks.at_most(value, 200, field);
            });
        }
    }
}

fn check_rule(checks: &mut FieldChecks, rule: &Rule, set: &RuleSet, place: usize) {
    let at = |name: &str| format!("rules[{place}].{name}");
    checks.text(&rule.name, 80, &at("name"));
    checks.require(rule.when.depth() <= MOST_DEPTH, &at("when"), "expected at most 6 levels");
    check_condition(checks, &rule.when, &at("when"));
    let known = rule.group_ids.iter().all(|id| set.groups.iter().any(|group| group.id == *id));
    checks.require(known, &at("group_ids"), "names a group that is not there");
    let somebody = rule.strategy == Strategy::SourceOwner || !rule.agents(&set.groups).is_empty();
    checks.require(somebody, &at("agent_ids"), "expected at least one agent or group");
    if let Some(hours) = &rule.hours
        && let Err(error) = hours.check()
    {
        checks.require(false, &at("hours"), &error.to_string());
    }
}

/// What cannot be kept; what will not work as intended is a warning. Somebody who has left is one, and who never was here cannot be kept.
fn check(set: &RuleSet, people: &BTreeMap<UserId, Agent>) -> Result<(), BackendError> {
    let mut checks = FieldChecks::default();
    let fallback = match &set.fallback {
        Fallback::Agents { agent_ids } => agent_ids.as_slice(),
        Fallback::Shared => &[],
    };
    let named = set.rules.iter().flat_map(|rule| rule.agent_ids.iter().chain(rule.source_owners.values()));
    let mut named = named.chain(set.groups.iter().flat_map(|group| &group.agent_ids)).chain(fallback);
    checks.require(named.all(|id| people.contains_key(id)), "agent_ids", "names somebody who is not there");
    checks.require(set.rules.len() <= MOST_RULES, "rules", "expected at most 100");
    checks.require(set.groups.len() <= MOST_GROUPS, "groups", "expected at most 100");
    checks.require(set.idle_days.is_none_or(|days| (1..=365).contains(&days)), "idle_days", "expected 1 to 365");
    let mut ids: Vec<_> = set.rules.iter().map(|rule| rule.id).chain(set.groups.iter().map(|group| group.id)).collect();
    ids.sort_unstable();
    let all = ids.len();
    ids.dedup();
    checks.require(ids.len() == all, "rules", "expected each id once");
    for (place, rule) in set.rules.iter().enumerate() {
        check_rule(&mut checks, rule, set, place);
    }
    for (place, group) in set.groups.iter().enumerate() {
        checks.text(&group.name, 80, &format!("groups[{place}].name"));
    }
    checks.done()
}

fn read(body: serde_json::Value) -> Result<RuleSet, BackendError> {
    serde_json::from_value(body).map_err(|error| BackendError::Internal(format!("stored rules: {error}")))
}

/// When the organisation's day began.
fn day_start(zone_name: &str, now: UnixMillis) -> UnixMillis {
    let started = zone::zone(zone_name).and_then(|tz| {
        let today = zone::wall_clock(now, &tz)?.date();
        zone::instant(today.at(0, 0, 0, 0), &tz)
    });
    started.unwrap_or(UnixMillis(now.0 - now.0.rem_euclid(24 * 3600 * 1000)))
}

impl Backend {
    /// The rules in force with their version.
    pub(crate) async fn rules_in_force(&self, scope: TenantScope) -> Result<Option<(RuleSet, u32)>, BackendError> {
        match storage::assignment::current(self.store(), scope).await? {
            Some(stored) => Ok(Some((read(stored.body)?, stored.version))),
            None => Ok(None),
        }
    }

    /// Everybody of the organisation, without their figures.
    async fn people(&self, scope: TenantScope) -> Result<BTreeMap<UserId, Agent>, BackendError> {
        let mut people = BTreeMap::new();
        let mut after = None;
        loop {
            let request = PageRequest::new(after, Some(storage::MAX_LIMIT));
            let page = storage::users::list(self.store(), scope, request).await?;
            people.extend(page.items.into_iter().map(|user| {
                let active = user.active && (user.role.takes_calls() || user.role == Role::FieldAgent);
                (user.id, Agent { name: user.name, active, languages: user.languages, open: 0, today: 0 })
            }));
            after = page.next;
            if after.is_none() {
                return Ok(people);
            }
        }
    }

    /// What decisions look at, as it is now.
    async fn assignment_ground(&self, scope: TenantScope, now: UnixMillis) -> Result<Ground, BackendError> {
        let zone = storage::tenants::get(self.store(), scope).await?.map(|tenant| tenant.zone);
        let zone = zone.unwrap_or_else(|| "UTC".to_owned());
        let mut agents = self.people(scope).await?;
        let active: Vec<UserId> = agents.iter().filter(|(_, agent)| agent.active).map(|(id, _)| *id).collect();
        for (id, open) in storage::assignment::open_of(self.store(), scope, &active).await? {
            if let Some(agent) = agents.get_mut(&id) {
                agent.open = open;
            }
        }
        let since = day_start(&zone, now);
        for (id, rule, count) in storage::assignment::given_since(self.store(), scope, since).await? {
            // Caps are for what rules give.
            if let (Some(agent), Some(_)) = (agents.get_mut(&id), rule) {
                agent.today += count;
            }
        }
        Ok(Ground { agents, turns: storage::assignment::turns(On::from(self.store()), scope).await?, zone })
    }

    pub async fn assignment_rules(&self, actor: &Actor) -> Result<AssignmentRules, BackendError> {
        actor.must_supervise()?;
        let agents = self.people(actor.scope).await?;
        Ok(match storage::assignment::current(self.store(), actor.scope).await? {
            Some(stored) => {
                let set = read(stored.body)?;
                AssignmentRules {
                    warnings: warnings(&set, &agents),
                    set,
                    version: stored.version,
                    made_at_ms: Some(stored.made_at),
                    made_by: Some(stored.made_by_name),
                }
            }
            None => AssignmentRules {
                set: RuleSet { sticky: true, ..RuleSet::default() },
                version: 0,
                made_at_ms: None,
                made_by: None,
                warnings: Vec::new(),
            },
        })
    }

    pub async fn save_assignment_rules(
        &self,
        actor: &Actor,
        body: SaveAssignmentRules,
    ) -> Result<AssignmentRules, BackendError> {
        actor.must_configure()?;
        check(&body.set, &self.people(actor.scope).await?)?;
        let json = serde_json::to_value(&body.set).map_err(|error| BackendError::Internal(error.to_string()))?;
        let now = clock::now();
        let version = storage::assignment::put(self.store(), actor.scope, body.version, &json, actor.user, now).await?;
        self.audit(actor, "assignment.rules", &version.to_string(), serde_json::json!({ "on": body.set.on })).await;
        self.feed().publish(actor.tenant, Audience::Everyone, LiveEvent::Settings {});
        self.wake_assignment();
        self.assignment_rules(actor).await
    }
}
