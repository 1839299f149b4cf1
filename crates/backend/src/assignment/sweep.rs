//! The rules at work: leads without an owner are given out as they come in, however they came, and idle ones are given on.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use domain::{
    assignment::{Decision, Ground, Reason, RuleSet, decide},
    ids::{AssignmentId, LeadId, UserId},
    pii::Personal,
    time::UnixMillis,
};
use storage::{
    TenantScope, Tx,
    assignment::{After, Assignable, Assignment, Cause},
};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::view;
use crate::{Backend, clock, error::BackendError};

/// When nothing wakes it.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Rules that give nothing now, because of caps or hours, are asked about the same lead again after this.
const ASK_AGAIN: Duration = Duration::from_secs(600);
/// Of one transaction, so that other writers get their turn.
pub(super) const CHUNK: u32 = 1000;
/// Chunks that are written at the same time, where the database can (PostgreSQL has a process for each; SQLite has one writer).
const IN_FLIGHT: usize = 2;
const IDLE_EVERY: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Until the server ends.
pub(crate) async fn run(backend: Backend) {
    let mut idle_at = clock::now();
    while !backend.stopping().is_cancelled() {
        let woken = backend.new_assignment().notified();
        let look_idle = clock::now() >= idle_at;
        if look_idle {
            idle_at = clock::now().plus(IDLE_EVERY);
        }
        if let Err(error) = backend.give_out_everywhere(look_idle).await {
            tracing::warn!(%error, "leads could not be given out; again in a moment");
        }
        tokio::select! {
            () = woken => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = backend.stopping().cancelled() => {}
        }
    }
}

/// One decision to be written.
pub(super) struct Given {
    pub lead: LeadId,
    pub from: Option<UserId>,
    pub to: Option<UserId>,
    pub cause: Cause,
    pub rule: Option<Uuid>,
    pub reason: Reason,
}

pub(super) fn rows(given: Vec<Given>, version: u32, by: Option<UserId>, now: UnixMillis) -> Vec<Assignment> {
    let row = |one: Given| Assignment {
        id: AssignmentId::new(clock::new_uuid()),
        lead_id: one.lead,
        from_id: one.from,
        to_id: one.to,
        cause: one.cause,
        rule_id: one.rule,
        version: (version > 0).then_some(version),
        reason: Personal::new(one.reason),
        by_id: by,
        at: now,
    };
    given.into_iter().map(row).collect()
}

/// What a chunk of leads comes to.
#[derive(Default)]
pub(super) struct Decided {
    pub given: Vec<Given>,
    /// Rules may give these later.
    pub later: Vec<LeadId>,
    /// Only other rules would give these.
    pub nobody: Vec<LeadId>,
}

/// Leads of one transaction, decided.
struct Chunk {
    decided: Decided,
    /// Whose turn it is after them.
    turns: BTreeMap<Uuid, UserId>,
    after: After,
    now: UnixMillis,
}

/// How many found an owner, and whose turn it is after them.
type Written = (u64, BTreeMap<Uuid, UserId>);
type Writing = JoinHandle<Result<Written, BackendError>>;

/// Those whom a lead was taken from do not get it again.
pub(super) type Had = BTreeMap<LeadId, Vec<UserId>>;

pub(super) fn decide_all(
    (set, version): (&RuleSet, u32),
    leads: &[Assignable],
    had: &Had,
    cause: Option<Cause>,
    ground: &mut Ground,
    now: UnixMillis,
) -> Decided {
    let mut decided = Decided::default();
    for lead in leads {
        let seen = view(lead);
        let before = had.get(&lead.id).map(Vec::as_slice).unwrap_or_default();
        let decision = decide(set, lead.id, &seen, lead.owner_id, before, ground, now);
        let to = decision.to();
        if to.is_none() {
            if decision.may_change_by_itself() {
                decided.later.push(lead.id)
            } else {
                decided.nobody.push(lead.id)
            }
            continue;
        }
        if to == lead.owner_id {
            decided.nobody.push(lead.id);
            continue;
        }
        let agent = to.and_then(|id| ground.agents.get(&id)).map(|agent| agent.name.as_str());
        let rule = match &decision {
            Decision::Given { rule, .. } => set.rules.get(*rule).map(|rule| rule.id),
            _ => None,
        };
        let reason = Reason::of(set, version, &seen, &decision, agent);
        let cause = cause.unwrap_or(if rule.is_some() { Cause::Rule } else { Cause::Fallback });
        decided.given.push(Given { lead: lead.id, from: lead.owner_id, to, cause, rule, reason });
    }
    decided
}

impl Backend {
    async fn give_out_everywhere(&self, idle: bool) -> Result<(), BackendError> {
        for tenant in storage::tenants::all(self.store()).await? {
            let scope = TenantScope::system(tenant.id);
            let Some((set, version)) = self.rules_in_force(scope).await? else { continue };
            if !set.on {
                continue;
            }
            self.give_out(scope, &set, version).await?;
            if let (true, Some(days)) = (idle, set.idle_days) {
                self.give_on_idle(scope, &set, version, days).await?;
            }
        }
        Ok(())
    }

    /// Gives out every lead that waits for an owner; returns how many found one. The next are read and decided while those before
    /// are written. Who has got an owner meanwhile keeps that one. Whose turn it is is kept in the order of the chunks, each after
    /// it was written: a crash between the two repeats some turns.
    pub(crate) async fn give_out(&self, scope: TenantScope, set: &RuleSet, version: u32) -> Result<u64, BackendError> {
        let (mut ground, mut after, mut all) = (None, None, 0);
        let mut writing = VecDeque::with_capacity(IN_FLIGHT);
        while let Some(chunk) = self.decide_next(scope, (set, version), after, &mut ground).await? {
            after = Some(chunk.after);
            if writing.len() == IN_FLIGHT {
                all += self.next_written(scope, &mut writing).await?;
            }
            let backend = self.clone();
            writing.push_back(tokio::spawn(async move { backend.write_chunk(scope, chunk, version).await }));
        }
        while !writing.is_empty() {
            all += self.next_written(scope, &mut writing).await?;
        }
        Ok(all)
    }

    async fn next_written(&self, scope: TenantScope, writing: &mut VecDeque<Writing>) -> Result<u64, BackendError> {
        let Some(first) = writing.pop_front() else { return Ok(0) };
        let (given, turns) = first.await.map_err(|error| BackendError::Internal(error.to_string()))??;
        storage::assignment::put_turns(self.store(), scope, &turns).await?;
        Ok(given)
    }

    /// `None` when nobody waits any more. `ground` is read for the first chunk and kept for the others.
    async fn decide_next(
        &self,
        scope: TenantScope,
        rules: (&RuleSet, u32),
        after: Option<After>,
        ground: &mut Option<Ground>,
    ) -> Result<Option<Chunk>, BackendError> {
        let now = clock::now();
        let (leads, last) = storage::assignment::waiting(self.store(), scope, after, now, CHUNK).await?;
        let Some(after) = last else { return Ok(None) };
        let ground = match ground {
            Some(ground) => ground,
            none => none.insert(self.assignment_ground(scope, now).await?),
        };
        let decided = decide_all(rules, &leads, &Had::new(), None, ground, now);
        Ok(Some(Chunk { decided, turns: ground.turns.clone(), after, now }))
    }

    async fn write_chunk(&self, scope: TenantScope, chunk: Chunk, version: u32) -> Result<Written, BackendError> {
        let unit = self.store().begin().await?;
        let given = self.write_decided(unit, scope, chunk.decided, version, chunk.now).await?;
        Ok((given, chunk.turns))
    }

    async fn write_decided(
        &self,
        mut unit: Tx,
        scope: TenantScope,
        decided: Decided,
        version: u32,
        now: UnixMillis,
    ) -> Result<u64, BackendError> {
        let rows = rows(decided.given, version, None, now);
        let given = storage::assignment::give(&mut unit, scope, &rows, now).await?;
        storage::assignment::postpone(&mut unit, scope, &decided.later, Some(now.plus(ASK_AGAIN))).await?;
        storage::assignment::postpone(&mut unit, scope, &decided.nobody, None).await?;
        unit.commit().await?;
        if given > 0 {
            self.leads_changed_for(scope, rows.iter().flat_map(|row| [row.from_id, row.to_id]).flatten());
        }
        Ok(given)
    }

    /// A lead that its owner let lie goes to somebody who did not have it yet. When everyone had it, it stays and counts as touched.
    async fn give_on_idle(
        &self,
        scope: TenantScope,
        set: &RuleSet,
        version: u32,
        days: u32,
    ) -> Result<(), BackendError> {
        let now = clock::now();
        let before = UnixMillis(now.0 - i64::try_from((DAY * days).as_millis()).unwrap_or(i64::MAX / 2));
        let mut ground = self.assignment_ground(scope, now).await?;
        let mut unit = self.store().begin().await?;
        let leads = storage::assignment::idle(&mut unit, scope, before, CHUNK).await?;
        if leads.is_empty() {
            return Ok(());
        }
        let ids: Vec<LeadId> = leads.iter().map(|lead| lead.id).collect();
        let mut had = storage::assignment::had(&mut unit, scope, &ids).await?;
        for lead in &leads {
            had.entry(lead.id).or_default().extend(lead.owner_id);
        }
        let decided = decide_all((set, version), &leads, &had, Some(Cause::Idle), &mut ground, now);
        let stay: Vec<LeadId> = decided.later.iter().chain(&decided.nobody).copied().collect();
        storage::assignment::touch(&mut unit, scope, &stay, now).await?;
        let given = Decided { given: decided.given, ..Decided::default() };
        storage::assignment::put_turns(&mut unit, scope, &ground.turns).await?;
        self.write_decided(unit, scope, given, version, now).await?;
        Ok(())
    }
}
