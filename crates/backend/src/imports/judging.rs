//! What becomes of each row: new, known, twice, listed. Looks things up and writes nothing.

use std::collections::{BTreeMap, HashMap};

use domain::{
    do_not_call::{Objection, Objections, RegistryAnswer, may_be_called},
    ids::{CampaignId, ImportId, LeadId},
    imports::{
        Draft, Duplicates, ImportCounts, ImportPlan, KnownWithin, Listed, NumberFound, Present, Reason, combine,
    },
    pii::Personal,
    time::UnixMillis,
    zone,
};
use storage::{
    StorageError, Store, TenantScope,
    leads::{
        Heat, Lead as LeadRow, OtherNumber,
        bulk::{self, NumberHash, Within},
    },
};

use super::{
    marks::Marks,
    reading::{Candidate, Piece, RowProblem},
};
use crate::{clock, registry::RegistryDesk};

/// A row that becomes a lead.
#[derive(Debug)]
pub struct NewLead {
    pub row: u64,
    pub hash: NumberHash,
    pub lead: (LeadRow, Vec<OtherNumber>),
}

/// A row about a lead that is there.
#[derive(Debug)]
pub struct Update {
    pub row: u64,
    pub lead: LeadId,
    pub draft: Draft,
}

/// Rows in their order, each with what becomes of it.
#[derive(Debug, Default)]
pub struct Judged {
    pub counts: ImportCounts,
    pub new: Vec<NewLead>,
    pub updates: Vec<Update>,
    pub problems: Vec<RowProblem>,
    pub last_row: u64,
    pub bytes: u64,
}

/// What all rows of an import share.
pub struct Judge {
    pub store: Store,
    pub scope: TenantScope,
    pub import: ImportId,
    pub plan: ImportPlan,
    /// Of the tenant, where a number tells none.
    pub zone: String,
    /// Rows up to this one were judged and written by an earlier run.
    pub done_row: u64,
    /// That the organisation asks before it calls.
    pub registry: Option<RegistryDesk>,
    /// Numbers of the file so far.
    seen: Marks,
    /// Numbers of the leads that are there, when they are few beside the file; `None`: each is asked for.
    there: Option<Marks>,
}

/// Bytes of a row, about.
const ROW: u64 = 100;
/// More numbers than this are not held in memory.
const MOST_HELD: u64 = 500_000;
const HELD_AT_ONCE: u64 = 10_000;

impl Judge {
    pub fn new(
        store: Store,
        scope: TenantScope,
        import: ImportId,
        plan: ImportPlan,
        zone: String,
        done_row: u64,
        registry: Option<RegistryDesk>,
    ) -> Self {
        Self { store, scope, import, plan, zone, done_row, registry, seen: Marks::default(), there: None }
    }

    /// Reads the numbers that are there, when that costs less than to ask for those of a file of so many bytes. What is written
    /// meanwhile is found when it is written twice, which is soon enough for rows that are left out then.
    ///
    /// # Errors
    /// `Unavailable` and the like.
    pub async fn hold_numbers(&mut self, bytes: u64) -> Result<(), StorageError> {
        let Within::Campaign(campaign) = self.within() else { return Ok(()) };
        let last = bulk::last_place(&self.store).await?;
        if self.plan.duplicates != Duplicates::Skip || last > MOST_HELD || last > bytes / ROW / 2 {
            return Ok(());
        }
        let mut there = Marks::default();
        for after in (0..last).step_by(usize::try_from(HELD_AT_ONCE).unwrap_or(usize::MAX)) {
            let to = after.saturating_add(HELD_AT_ONCE);
            for mark in bulk::marks(&self.store, self.scope, campaign, after, to).await? {
                there.insert(mark);
            }
        }
        self.there = Some(there);
        Ok(())
    }

    fn within(&self) -> Within {
        match self.plan.known_within {
            KnownWithin::Campaign => Within::Campaign(self.plan.campaign_id),
            KnownWithin::Tenant => Within::Tenant,
        }
    }

    /// # Errors
    /// `Unavailable` and the like.
    pub async fn judge(&mut self, piece: Piece) -> Result<Judged, StorageError> {
        let mut judged = Judged { bytes: piece.bytes, problems: piece.problems, ..Judged::default() };
        judged.counts.rows = piece.rows;
        judged.counts.invalid = count(&judged.problems, |reason| reason.left_out());
        judged.last_row = judged.problems.iter().map(|problem| problem.row).max().unwrap_or(0);
        let mut once = Vec::with_capacity(piece.candidates.len());
        for candidate in piece.candidates {
            judged.last_row = judged.last_row.max(candidate.row);
            if self.seen.insert(candidate.hash.mark()) {
                once.push(candidate);
            } else {
                judged.counts.twice += 1;
                judged.problems.push(RowProblem { row: candidate.row, column: None, reason: Reason::Twice });
            }
        }
        if judged.last_row <= self.done_row {
            // Written before; only the numbers have to be remembered.
            return Ok(Judged { last_row: judged.last_row, bytes: judged.bytes, ..Judged::default() });
        }
        self.look_up(once, &mut judged).await?;
        judged.problems.sort_by_key(|problem| problem.row);
        let mut doubtful: Vec<u64> =
            judged.problems.iter().filter(|problem| !problem.reason.left_out()).map(|problem| problem.row).collect();
        doubtful.dedup();
        judged.counts.doubtful = doubtful.len() as u64;
        Ok(judged)
    }

    async fn ask_registry(
        &self,
        candidates: &[Candidate],
    ) -> Result<HashMap<NumberHash, RegistryAnswer>, StorageError> {
        let Some(desk) = &self.registry else { return Ok(HashMap::new()) };
        let number = |one: &Candidate| {
            let first = one.draft.numbers.first()?;
            Some((one.hash.clone(), Personal::new(first.number.as_str().to_owned())))
        };
        desk.answers(&candidates.iter().filter_map(number).collect::<Vec<_>>()).await
    }

    async fn look_up(&self, candidates: Vec<Candidate>, judged: &mut Judged) -> Result<(), StorageError> {
        let hashes: Vec<NumberHash> = candidates.iter().map(|one| one.hash.clone()).collect();
        let may_be_there = |hash: &&NumberHash| self.there.as_ref().is_none_or(|there| there.contains(hash.mark()));
        let asked: Vec<NumberHash> = hashes.iter().filter(may_be_there).cloned().collect();
        let (known, listed) = tokio::try_join!(
            bulk::known(&self.store, self.scope, &asked, self.within()),
            bulk::listings(&self.store, self.scope, &hashes),
        )?;
        let said = self.ask_registry(&candidates).await?;
        let now = clock::now();
        for Candidate { row, mut draft, hash } in candidates {
            let listings = listed.get(&hash).cloned().unwrap_or_default();
            let registry = said.get(&hash).copied().unwrap_or_default();
            let objections = Objections { listings, registry, ..Objections::default() };
            // A registry that does not answer is asked again when somebody calls.
            let is_listed = may_be_called(&objections, self.plan.campaign_id, now)
                .is_err_and(|objection| objection != Objection::RegistryUnknown);
            if is_listed && self.plan.listed == Listed::LeaveOut {
                judged.counts.listed += 1;
                judged.problems.push(RowProblem { row, column: None, reason: Reason::Listed });
                continue;
            }
            draft.do_not_call |= objections.for_ever(self.plan.campaign_id);
            match known.get(&hash) {
                None => {
                    judged.counts.new += 1;
                    let of = NewLeadOf {
                        import_id: Some(self.import),
                        campaign_id: self.plan.campaign_id,
                        source: self.plan.source.as_deref(),
                        zone: &self.zone,
                    };
                    let lead = new_lead(draft, of, now);
                    judged.new.push(NewLead { row, hash, lead });
                }
                Some(_) if self.plan.duplicates == Duplicates::Skip => {
                    judged.counts.known += 1;
                    judged.problems.push(RowProblem { row, column: None, reason: Reason::Known });
                }
                Some(known) => judged.updates.push(Update { row, lead: known.id, draft }),
            }
        }
        Ok(())
    }
}

/// What a new lead has besides what its row or form says.
#[derive(Debug, Clone, Copy)]
pub struct NewLeadOf<'a> {
    pub import_id: Option<ImportId>,
    pub campaign_id: Option<CampaignId>,
    /// Of those that name none.
    pub source: Option<&'a str>,
    /// Where a number tells none.
    pub zone: &'a str,
}

/// A lead of whom a row or a form tells, with the numbers beside the first.
pub fn new_lead(draft: Draft, of: NewLeadOf<'_>, now: UnixMillis) -> (LeadRow, Vec<OtherNumber>) {
    let mut numbers = draft.numbers.into_iter();
    let first = numbers.next();
    let others = numbers.map(other).collect();
    let (zone, zone_source) =
        first.as_ref().and_then(|first| zone::zone_of(&first.number)).unwrap_or((of.zone, "tenant"));
    let nameless = draft.name.reveal().is_empty();
    let lead = LeadRow {
        id: LeadId::new(clock::new_uuid()),
        name: if nameless { Personal::new("Unnamed".to_owned()) } else { draft.name },
        phone: Personal::new(first.as_ref().map(|first| first.number.as_str().to_owned()).unwrap_or_default()),
        phone_kind: first.as_ref().map(|first| first.kind.as_str().to_owned()),
        phone_extension: first.and_then(|first| first.extension),
        priority: draft.priority,
        import_id: of.import_id,
        email: draft.email,
        stage: "new".to_owned(),
        heat: Heat::Cold,
        source: draft.source.or_else(|| of.source.map(ToOwned::to_owned)),
        source_detail: draft.source_detail,
        owner_id: None,
        owner_name: None,
        campaign_id: of.campaign_id,
        language: draft.language,
        zone: zone.to_owned(),
        zone_source: zone_source.to_owned(),
        do_not_call: draft.do_not_call,
        fields: draft.fields,
        provenance: Personal::new(if nameless {
            serde_json::json!({ "name": { "kind": "stand_in" } })
        } else {
            serde_json::json!({})
        }),
        attempts: 0,
        last_contact_at: None,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    (lead, others)
}

fn other(number: NumberFound) -> OtherNumber {
    OtherNumber {
        number: Personal::new(number.number.as_str().to_owned()),
        kind: Some(number.kind.as_str().to_owned()),
        extension: number.extension,
    }
}

fn count(problems: &[RowProblem], wanted: impl Fn(Reason) -> bool) -> u64 {
    problems.iter().filter(|problem| wanted(problem.reason)).count() as u64
}

/// What the rule of combining sees of a lead.
pub(crate) fn present(lead: &LeadRow) -> Present {
    let mut texts: BTreeMap<String, Personal<String>> = lead
        .fields
        .reveal()
        .iter()
        .map(|(key, value)| (format!("fields.{key}"), Personal::new(value.clone())))
        .collect();
    texts.insert("name".to_owned(), lead.name.clone());
    if let Some(email) = &lead.email {
        texts.insert("email".to_owned(), email.clone());
    }
    Present { texts }
}

/// Whether the row changes anything of the lead.
pub(super) fn changes(lead: &LeadRow, draft: &Draft, how: Duplicates) -> bool {
    !combine(&present(lead), draft, how).is_empty() || (draft.do_not_call && !lead.do_not_call)
}
