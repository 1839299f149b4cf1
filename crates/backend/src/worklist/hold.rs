//! Holding a lead: going on, letting go, and the moment of dialing.

use std::time::Duration;

use domain::{
    ids::{LeadId, UserId},
    phone_number::E164,
    pii::Personal,
    time::UnixMillis,
    worklist::{Kind, Standing, lease as rule},
};
use storage::{
    TenantScope,
    leads::Lead as LeadRow,
    leases::{Subject, Terms},
};
use wire::worklist::{LeaseState, RenewLease, SkipLead};

use crate::{
    Actor, Backend, clock,
    error::{BackendError, FieldChecks},
};

/// A call keeps its lead; when it ends, the lease ends with the wrap-up. Should that never be noted, it ends by itself.
const DURING_CALL: Duration = Duration::from_secs(4 * 3600);
/// A day of a shift, at most.
const LONGEST_SKIP_MINUTES: u32 = 14 * 24 * 60;

/// A lead and its number that are held for a call that is about to be made.
pub(crate) struct Hold {
    lead: LeadId,
    number: Personal<String>,
    who: UserId,
    fence: i64,
    gap: Duration,
    /// It was held before: a call that could not be begun leaves it with the agent.
    handed_out: bool,
}

impl Hold {
    const fn subject(&self) -> Subject<'_> {
        Subject { lead: self.lead, number: &self.number }
    }
}

/// Who wants to dial whom.
pub(crate) struct Dialer<'a> {
    pub actor: &'a Actor,
    /// Of a number that is nobody's, any id that is of no other lead.
    pub lead: LeadId,
    pub number: &'a E164,
    /// Of the lease under which it was handed out.
    pub fence: Option<i64>,
    /// A person asks for it although the number was dialed just now.
    pub again: bool,
}

/// Takes the lead for the call, or proves that it is held. Nothing is dialed yet.
pub(crate) async fn hold_to_dial(backend: &Backend, dialer: Dialer<'_>) -> Result<Hold, BackendError> {
    let Dialer { actor, lead, number, fence, again } = dialer;
    let rules = backend.hand_out_rules(actor.scope).await?;
    let gap = if again { Duration::ZERO } else { rules.min_gap };
    let number = Personal::new(number.as_str().to_owned());
    let subject = Subject { lead, number: &number };
    let (store, scope, now) = (backend.store(), actor.scope, clock::now());
    let terms = Terms { span: rules.lease, gap };
    if let Some(fence) = fence {
        if !storage::leases::renew(store, scope, subject, actor.user, fence, rules.lease, now).await? {
            return Err(BackendError::LeaseOver);
        }
        return Ok(Hold { lead, who: actor.user, fence, gap, handed_out: true, number });
    }
    match storage::leases::claim(store, scope, subject, actor.user, terms, now).await? {
        Some(fence) => Ok(Hold { lead, who: actor.user, fence, gap, handed_out: false, number }),
        None => Err(backend.refused(actor, subject, terms, now).await?),
    }
}

impl Backend {
    /// The number is dialed now. From here on nobody else dials it within the gap, whatever becomes of this call.
    pub(crate) async fn dialing(&self, scope: TenantScope, hold: &Hold) -> Result<UnixMillis, BackendError> {
        let now = clock::now();
        let terms = Terms { span: DURING_CALL, gap: hold.gap };
        let dialed =
            storage::leases::dial(self.store(), scope, hold.subject(), hold.who, hold.fence, terms, now).await?;
        if dialed { Ok(now) } else { Err(BackendError::LeaseOver) }
    }

    /// The call could not be begun: nothing was dialed, and the lead is free.
    pub(crate) async fn not_dialed(&self, scope: TenantScope, hold: &Hold, marked: Option<UnixMillis>) {
        let undone = async {
            if let Some(marked) = marked {
                storage::leases::not_dialed(self.store(), scope, hold.subject(), hold.fence, marked).await?;
            }
            if hold.handed_out {
                return Ok(true);
            }
            let (store, now) = (self.store(), clock::now());
            storage::leases::release(store, scope, hold.subject(), hold.who, Some(hold.fence), now).await
        };
        if let Err(error) = undone.await {
            tracing::warn!(lead = %hold.lead, %error, "a lead that was not dialed is held until its lease ends");
        }
    }

    async fn refused(
        &self,
        actor: &Actor,
        subject: Subject<'_>,
        terms: Terms,
        now: UnixMillis,
    ) -> Result<BackendError, BackendError> {
        let rows = storage::leases::rows(self.store(), actor.scope, subject).await?;
        Ok(match rule::claim(rows, actor.user, terms.span, terms.gap, now) {
            Err(rule::Refusal::Held { by, until }) => {
                let holder = storage::users::get(self.store(), actor.scope, by).await?;
                BackendError::LeadHeld { by: holder.map(|user| user.name).unwrap_or_default(), until }
            }
            Err(rule::Refusal::JustDialed { until }) => BackendError::JustDialed { until },
            // It was let go in between.
            Err(rule::Refusal::Stale) | Ok(_) => BackendError::Conflict("somebody has just let go of it; try again"),
        })
    }

    pub async fn renew_lease(&self, actor: &Actor, id: LeadId, body: RenewLease) -> Result<LeaseState, BackendError> {
        actor.must_take_calls()?;
        let row = self.lead_row(actor, id).await?;
        let (span, now) = (self.hand_out_rules(actor.scope).await?.lease, clock::now());
        let subject = Subject { lead: id, number: &row.phone };
        if !storage::leases::renew(self.store(), actor.scope, subject, actor.user, body.fence, span, now).await? {
            return Err(BackendError::LeaseOver);
        }
        Ok(LeaseState { lead_id: id, fence: body.fence, held_until_ms: now.plus(span) })
    }

    /// Lets go without a call; asked twice it changes nothing.
    pub async fn skip_lead(&self, actor: &Actor, id: LeadId, body: SkipLead) -> Result<(), BackendError> {
        actor.must_take_calls()?;
        let mut checks = FieldChecks::default();
        let minutes = body.again_in_minutes.unwrap_or(1);
        checks.range(minutes, 1, LONGEST_SKIP_MINUTES, "again_in_minutes");
        checks.done()?;
        let row = self.lead_row(actor, id).await?;
        let now = clock::now();
        let mut unit = self.store().begin().await?;
        let subject = Subject { lead: id, number: &row.phone };
        let fence = Some(body.fence);
        let let_go = storage::leases::release(&mut unit, actor.scope, subject, actor.user, fence, now).await?;
        if let (true, Some(minutes)) = (let_go, body.again_in_minutes) {
            let due_at = now.plus(Duration::from_secs(u64::from(minutes) * 60));
            self.later(&mut unit, actor.scope, &row, due_at).await?;
        }
        unit.commit().await?;
        self.lead_changed(actor.scope, id);
        Ok(())
    }

    /// A promise keeps its kind and so its place before all others.
    async fn later(
        &self,
        unit: &mut storage::Tx,
        scope: TenantScope,
        row: &LeadRow,
        due_at: UnixMillis,
    ) -> Result<(), BackendError> {
        let Some(place) = storage::worklist::place_of(&mut *unit, scope, row.id).await? else { return Ok(()) };
        let kind: Kind = domain::worklist::kind_of(place.class);
        let standing = Standing { kind, heat: row.heat.into(), due_at: Some(due_at), created_at: row.created_at };
        storage::worklist::put(unit, scope, row.id, Some(standing)).await?;
        Ok(())
    }

    /// A call with a lead goes on: nobody else gets the lead meanwhile. Who holds it already, keeps it.
    pub(crate) async fn hold_during_call(&self, scope: TenantScope, lead: LeadId, who: UserId) {
        let held = async {
            let Some(row) = storage::leads::get(self.store(), scope, lead).await? else { return Ok(None) };
            let terms = Terms { span: DURING_CALL, gap: Duration::ZERO };
            let subject = Subject { lead, number: &row.phone };
            storage::leases::claim(self.store(), scope, subject, who, terms, clock::now()).await
        };
        if let Err(error) = held.await {
            tracing::warn!(%lead, %error, "a lead could not be held during its call");
        }
    }

    /// The call is over: there is the time of a lease left to save its outcome. `lead` as [`Dialer`] has it.
    pub(crate) async fn hold_after_call(
        &self,
        scope: TenantScope,
        lead: LeadId,
        number: &Personal<String>,
    ) -> Result<(), BackendError> {
        let span = self.hand_out_rules(scope).await?.lease;
        storage::leases::shorten(self.store(), scope, Subject { lead, number }, clock::now().plus(span)).await?;
        Ok(())
    }
}
