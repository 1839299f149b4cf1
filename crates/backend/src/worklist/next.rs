//! Handing out the next lead.

use std::{collections::BTreeSet, sync::Arc};

use domain::{
    do_not_call::{RegistryAnswer, needs_asking},
    ids::{LeadId, UserId},
    time::UnixMillis,
    worklist::{self as rules, Candidate, Hindrance},
};
use storage::{
    leases::{Subject, Terms},
    worklist::{Ask, Candidate as Row, Given, Line},
};
use wire::worklist::{AskNext, HeldLead, NextLead};

use super::Ground;
use crate::{Actor, Backend, clock, error::BackendError, leads::mask_card};

/// Losing a race means that somebody else has got a lead, so it cannot go on for ever.
const MOST_TRIES: u32 = 20;
/// An agent holds the lead that is worked on and the next one.
const MOST_HELD: usize = 2;

/// What was passed over.
#[derive(Clone, Default)]
pub(super) struct PassedOver {
    closed: u32,
    campaign_not_active: u32,
    tries_used: u32,
    do_not_call: u32,
    opens_at: Option<UnixMillis>,
    /// Leads that were found not to be called after all, when the registry was asked, or could not be.
    not_after_all: BTreeSet<LeadId>,
    /// It did not answer: who has to be asked about is passed over.
    registry_silent: bool,
}

impl PassedOver {
    /// The counts begin again; what was found out stays.
    fn anew(self) -> Self {
        Self { not_after_all: self.not_after_all, registry_silent: self.registry_silent, ..Self::default() }
    }

    fn note(&mut self, hindrance: Hindrance) {
        match hindrance {
            Hindrance::Closed { opens_at } => {
                self.closed += 1;
                self.opens_at = [self.opens_at, opens_at].into_iter().flatten().min();
            }
            Hindrance::CampaignNotActive => self.campaign_not_active += 1,
            Hindrance::TriesUsed { .. } => self.tries_used += 1,
            Hindrance::DoNotCall { .. } => self.do_not_call += 1,
            // Left out when they were looked up.
            Hindrance::NotDue { .. } | Hindrance::JustDialed { .. } | Hindrance::Held { .. } => {}
        }
    }
}

/// Who asks for a lead, with all that decides which they may have.
pub(super) struct Asking {
    who: UserId,
    lines: Vec<Line>,
    ground: Ground,
    body: AskNext,
}

impl Asking {
    pub fn terms(&self) -> Terms {
        Terms { span: self.ground.rules.lease, gap: self.ground.rules.min_gap }
    }

    /// Whether a lead that was found may be handed out.
    pub fn may_have(&self, row: &Row, passed: &mut PassedOver, now: UnixMillis) -> bool {
        let left_out = self.body.campaign_id.is_some_and(|campaign| row.campaign_id != Some(campaign));
        if left_out || passed.not_after_all.contains(&row.id) {
            return false;
        }
        judge(&self.ground, row, passed, now).map_err(|hindrance| passed.note(hindrance)).is_ok()
    }

    pub fn ask<'a>(&'a self, may_have: &'a mut (dyn FnMut(&Row) -> bool + Send)) -> Ask<'a> {
        Ask { who: self.who, lines: &self.lines, kind: self.body.kind, may_have }
    }
}

/// A registry that has to be asked is asked about the one that was taken.
fn judge(ground: &Ground, row: &Row, passed: &PassedOver, now: UnixMillis) -> Result<(), Hindrance> {
    let mut objections = row.objections.clone();
    if !passed.registry_silent && needs_asking(objections.registry, now) {
        objections.registry = RegistryAnswer::NotUsed;
    }
    let candidate = Candidate {
        place: row.place,
        zone: &row.zone,
        objections: &objections,
        attempts: row.attempts,
        campaign_id: row.campaign_id,
        campaign: ground.state_of(row.campaign_id),
        hours: ground.hours_of(row.campaign_id),
        held: None,
        dialed_at: None,
    };
    rules::may_call_now(&candidate, &ground.rules, now)
}

impl Backend {
    pub async fn next_lead(&self, actor: &Actor, body: AskNext) -> Result<NextLead, BackendError> {
        actor.must_take_calls()?;
        let ground = self.ground(actor.scope, actor.user).await?;
        let held = storage::leases::held_by(self.store(), actor.scope, actor.user, clock::now()).await?;
        if held.len() >= MOST_HELD {
            return Err(BackendError::Conflict("you hold two leads already: finish or skip one of them first"));
        }
        let asking = Arc::new(Asking { who: actor.user, lines: ground.lines(actor.user), ground, body });
        let mut passed = PassedOver::default();
        for _ in 0..MOST_TRIES {
            let given;
            (given, passed) = self.served_together(actor.scope, &asking, passed).await?;
            match given {
                Given::Lost => passed = passed.anew(),
                Given::Lead { id, fence } => {
                    if let Some(held) = self.held_lead(actor, &asking.ground, id, fence).await? {
                        return Ok(NextLead::Lead { lead: Box::new(held) });
                    }
                    self.give_back(actor, id, fence).await?;
                    self.note_refusal(actor, id, &mut passed).await?;
                }
                Given::Nobody => {
                    let PassedOver { closed, campaign_not_active, tries_used, do_not_call, opens_at, .. } = passed;
                    return Ok(NextLead::None {
                        closed,
                        campaign_not_active,
                        tries_used,
                        do_not_call,
                        opens_at_ms: opens_at,
                    });
                }
            }
        }
        Err(BackendError::Unavailable)
    }

    /// Why the one that was taken was not handed out: it is not taken again for the same request.
    async fn note_refusal(&self, actor: &Actor, lead: LeadId, passed: &mut PassedOver) -> Result<(), BackendError> {
        passed.not_after_all.insert(lead);
        passed.do_not_call += 1;
        if let Some(row) = storage::leads::get(self.store(), actor.scope, lead).await? {
            let objections = storage::objections::of_lead(self.store(), actor.scope, &row).await?;
            passed.registry_silent |= needs_asking(objections.registry, clock::now());
        }
        Ok(())
    }

    /// What was taken just now and is not handed out is not held either.
    async fn give_back(&self, actor: &Actor, lead: LeadId, fence: i64) -> Result<(), BackendError> {
        if let Some(row) = storage::leads::get(self.store(), actor.scope, lead).await? {
            let (subject, now) = (Subject { lead, number: &row.phone }, clock::now());
            storage::leases::release(self.store(), actor.scope, subject, actor.user, Some(fence), now).await?;
        }
        Ok(())
    }

    /// `None`: it must not be called after all.
    async fn held_lead(
        &self,
        actor: &Actor,
        ground: &Ground,
        lead: LeadId,
        fence: i64,
    ) -> Result<Option<HeldLead>, BackendError> {
        let Some(row) = storage::leads::get(self.store(), actor.scope, lead).await? else { return Ok(None) };
        let now = clock::now();
        if self.objection_to_lead(actor.scope, &row, row.campaign_id).await?.is_some() {
            return Ok(None);
        }
        let in_line = storage::worklist::get(self.store(), actor.scope, &row, now).await?;
        let Some(in_line) = in_line else { return Ok(None) };
        let entry = self.entries(actor, ground, vec![in_line], now).await?.into_iter().next();
        let Some(entry) = entry else { return Ok(None) };
        let mut card = self.card(actor.scope, row).await?;
        if !actor.role.sees_contact_data() {
            mask_card(&mut card);
        }
        Ok(Some(HeldLead { entry, card, fence, held_until_ms: now.plus(ground.rules.lease) }))
    }

    /// The leads that the agent holds, which outlive the page that asked for them.
    pub async fn held_leads(&self, actor: &Actor) -> Result<Vec<HeldLead>, BackendError> {
        actor.must_take_calls()?;
        let ground = self.ground(actor.scope, actor.user).await?;
        let mut all = Vec::new();
        for (lead, lease) in storage::leases::held_by(self.store(), actor.scope, actor.user, clock::now()).await? {
            if let Some(held) = self.held_lead(actor, &ground, lead, lease.fence).await? {
                all.push(HeldLead { held_until_ms: lease.until, ..held });
            }
        }
        Ok(all)
    }
}
