//! The decision about one lead, and what it changes for the next.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Fallback, LeadView, Rule, RuleSet, Strategy};
use crate::{
    ids::{LeadId, UserId},
    time::UnixMillis,
    windows::{self, Window},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    pub name: String,
    /// Works here and may take calls.
    pub active: bool,
    pub languages: Vec<String>,
    /// Open leads that they own.
    pub open: u32,
    /// Leads that rules gave them in the present day of the organisation.
    pub today: u32,
}

/// What decisions look at and change: who has how much, and whose turn it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ground {
    pub agents: BTreeMap<UserId, Agent>,
    /// Who got the last lead of a rule, by the rule's id; of the fallback under the nil id.
    pub turns: BTreeMap<Uuid, UserId>,
    /// IANA zone of the organisation, for the hours of rules.
    pub zone: String,
}

impl Ground {
    fn gave(&mut self, turn: Uuid, to: UserId) {
        self.turns.insert(turn, to);
        if let Some(agent) = self.agents.get_mut(&to) {
            agent.open += 1;
            agent.today += 1;
        }
    }

    /// Their lead went to somebody else.
    pub fn took(&mut self, from: UserId) {
        if let Some(agent) = self.agents.get_mut(&from) {
            agent.open = agent.open.saturating_sub(1);
        }
    }
}

/// Why a rule whose condition held gave the lead to nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema), ts(rename = "AssignmentNotBy"), schema(as = AssignmentNotBy))]
pub enum NotBy {
    /// None of its agents works here any more, or all had the lead before.
    NobodyLeft,
    /// Everyone has as many open leads as the rule allows.
    OpenFull,
    /// Everyone got as many leads today as the rule allows.
    DayFull,
    OutsideHours,
    /// Nobody is named for this source.
    NoSourceOwner,
    /// Nobody of them speaks the lead's language.
    NoSpeaker,
}

impl NotBy {
    /// Later the same rule may give the same lead.
    pub const fn passes(self) -> bool {
        matches!(self, Self::OpenFull | Self::DayFull | Self::OutsideHours)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// The owner works here, and owners keep their leads.
    Sticky,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The owner stays.
    Keeps { owner: UserId, because: Kept },
    /// Place of the rule in the set.
    Given { to: UserId, rule: usize, passed: Vec<(usize, NotBy)> },
    /// No rule gave it.
    Fallback { to: Option<UserId>, passed: Vec<(usize, NotBy)> },
}

impl Decision {
    pub fn to(&self) -> Option<UserId> {
        match self {
            Self::Keeps { owner, .. } => Some(*owner),
            Self::Given { to, .. } => Some(*to),
            Self::Fallback { to, .. } => *to,
        }
    }

    /// A rule may give the lead later, although none did now.
    pub fn may_change_by_itself(&self) -> bool {
        matches!(self, Self::Fallback { to: None, passed } if passed.iter().any(|(_, why)| why.passes()))
    }
}

/// Decides about one lead and notes it in the ground. `owner` is the present one; `had` are those who must not get it again,
/// because it was taken from them for lying idle: so no lead goes round in a circle.
pub fn decide(
    set: &RuleSet,
    lead: LeadId,
    view: &LeadView,
    owner: Option<UserId>,
    had: &[UserId],
    ground: &mut Ground,
    now: UnixMillis,
) -> Decision {
    let works = |ground: &Ground, id: UserId| ground.agents.get(&id).is_some_and(|agent| agent.active);
    if let Some(owner) = owner.filter(|owner| set.sticky && works(ground, *owner) && !had.contains(owner)) {
        return Decision::Keeps { owner, because: Kept::Sticky };
    }
    let mut passed = Vec::new();
    for (place, rule) in set.rules.iter().enumerate().filter(|(_, rule)| rule.on && rule.when.holds(view)) {
        match choose(set, rule, lead, view, had, ground, now) {
            Ok(to) => {
                hand_over(ground, rule.id, owner, to);
                return Decision::Given { to, rule: place, passed };
            }
            Err(why) => passed.push((place, why)),
        }
    }
    let to = match &set.fallback {
        Fallback::Shared => None,
        Fallback::Agents { agent_ids } => {
            let able: Vec<UserId> =
                agent_ids.iter().copied().filter(|id| works(ground, *id) && !had.contains(id)).collect();
            after(&able, agent_ids, ground.turns.get(&Uuid::nil()))
        }
    };
    if let Some(to) = to {
        hand_over(ground, Uuid::nil(), owner, to);
    }
    Decision::Fallback { to, passed }
}

fn hand_over(ground: &mut Ground, turn: Uuid, owner: Option<UserId>, to: UserId) {
    if let Some(owner) = owner {
        ground.took(owner);
    }
    ground.gave(turn, to);
}

fn choose(
    set: &RuleSet,
    rule: &Rule,
    lead: LeadId,
    view: &LeadView,
    had: &[UserId],
    ground: &Ground,
    now: UnixMillis,
) -> Result<UserId, NotBy> {
    if let Some(hours) = &rule.hours
        && !matches!(windows::look(hours, &ground.zone, now), Ok(Window::Open { .. }))
    {
        return Err(NotBy::OutsideHours);
    }
    let all = rule.agents(&set.groups);
    let here = |id: &UserId| {
        let agent = ground.agents.get(id).filter(|agent| agent.active && !had.contains(id));
        agent.map(|agent| (*id, agent))
    };
    let mut able: Vec<(UserId, &Agent)> = all.iter().filter_map(here).collect();
    if rule.strategy == Strategy::SourceOwner {
        let source = view.get("source").unwrap_or_default();
        let named = rule.source_owners.iter().find(|(name, _)| name.trim().eq_ignore_ascii_case(source));
        let (_, owner) = named.ok_or(NotBy::NoSourceOwner)?;
        able = here(owner).into_iter().collect();
    }
    narrow(&mut able, NotBy::NobodyLeft, |_| true)?;
    if rule.strategy == Strategy::Language {
        let asked = view.get("language").map(primary).unwrap_or_default().to_lowercase();
        narrow(&mut able, NotBy::NoSpeaker, |agent| {
            agent.languages.iter().any(|own| primary(own).eq_ignore_ascii_case(&asked))
        })?;
    }
    if let Some(most) = rule.most_open {
        narrow(&mut able, NotBy::OpenFull, |agent| agent.open < most)?;
    }
    if let Some(most) = rule.most_per_day {
        narrow(&mut able, NotBy::DayFull, |agent| agent.today < most)?;
    }
    let chosen = match rule.strategy {
        Strategy::RoundRobin => {
            let able: Vec<UserId> = able.iter().map(|(id, _)| *id).collect();
            return after(&able, &all, ground.turns.get(&rule.id)).ok_or(NotBy::NobodyLeft);
        }
        Strategy::LeastLoaded | Strategy::SourceOwner | Strategy::Language => {
            able.iter().min_by_key(|(id, agent)| (agent.open, agent.today, *id))
        }
        Strategy::Random => able.get(lot(rule.seed, lead, able.len())),
    };
    chosen.map(|(id, _)| *id).ok_or(NotBy::NobodyLeft)
}

fn narrow(able: &mut Vec<(UserId, &Agent)>, otherwise: NotBy, keep: impl Fn(&Agent) -> bool) -> Result<(), NotBy> {
    able.retain(|(_, agent)| keep(agent));
    if able.is_empty() { Err(otherwise) } else { Ok(()) }
}

/// The first of `able` behind `last` in the order of `all`, which may have changed since.
fn after(able: &[UserId], all: &[UserId], last: Option<&UserId>) -> Option<UserId> {
    let from = last.and_then(|last| all.iter().position(|id| id == last)).map_or(0, |at| at + 1);
    all[from..].iter().chain(&all[..from]).find(|id| able.contains(id)).copied()
}

/// A place below `of`, the same for the same seed and lead.
fn lot(seed: u64, lead: LeadId, of: usize) -> usize {
    let digest = Sha256::new().chain_update(seed.to_be_bytes()).chain_update(lead.as_uuid().as_bytes()).finalize();
    let drawn = digest.iter().take(8).fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
    usize::try_from(drawn % u64::try_from(of.max(1)).unwrap_or(1)).unwrap_or(0)
}

fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}
