//! Whether a lead may be called at an instant.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Place, due_of};
use crate::{
    do_not_call::{Objection, Objections, may_be_called},
    ids::{CampaignId, UserId},
    time::UnixMillis,
    windows::{self, CallingHours, Window},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CampaignState {
    Draft,
    Active,
    Paused,
    Completed,
}

/// What the rule looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate<'a> {
    pub place: Place,
    /// IANA zone of the person.
    pub zone: &'a str,
    pub objections: &'a Objections,
    pub attempts: u32,
    pub campaign_id: Option<CampaignId>,
    /// `None` without a campaign.
    pub campaign: Option<CampaignState>,
    /// The hours of the campaign, else of the organisation.
    pub hours: &'a CallingHours,
    /// Who holds the lead or its number, other than the one who asks.
    pub held: Option<(UserId, UnixMillis)>,
    /// When the number was dialed last, by anybody, for any campaign.
    pub dialed_at: Option<UnixMillis>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOutRules {
    /// No number is dialed twice within it.
    pub min_gap: Duration,
    /// Tries without an answer after which a lead is not handed out any more; a promise is kept nevertheless.
    pub most_attempts: u32,
    /// How long a lead is held for the agent who got it.
    pub lease: Duration,
}

/// Why a lead must not be called now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Hindrance {
    DoNotCall {
        objection: Objection,
    },
    CampaignNotActive,
    TriesUsed {
        most: u32,
    },
    NotDue {
        due_at: UnixMillis,
    },
    /// `None`: the hours never open, or the person's zone is not known.
    Closed {
        opens_at: Option<UnixMillis>,
    },
    JustDialed {
        until: UnixMillis,
    },
    Held {
        by: UserId,
        until: UnixMillis,
    },
}

/// # Errors
/// The first hindrance, what lasts longest first: a person who must never be called is not told to be closed.
pub fn may_call_now(lead: &Candidate<'_>, rules: &HandOutRules, now: UnixMillis) -> Result<(), Hindrance> {
    may_be_called(lead.objections, lead.campaign_id, now).map_err(|objection| Hindrance::DoNotCall { objection })?;
    if lead.campaign.is_some_and(|state| state != CampaignState::Active) {
        return Err(Hindrance::CampaignNotActive);
    }
    if lead.place.class != 0 && lead.attempts >= rules.most_attempts {
        return Err(Hindrance::TriesUsed { most: rules.most_attempts });
    }
    if let Some(due_at) = due_of(lead.place.key).filter(|due| *due > now) {
        return Err(Hindrance::NotDue { due_at });
    }
    match windows::look(lead.hours, lead.zone, now) {
        Ok(Window::Open { .. }) => {}
        Ok(Window::Closed { opens_at }) => return Err(Hindrance::Closed { opens_at }),
        Err(_) => return Err(Hindrance::Closed { opens_at: None }),
    }
    if let Some((by, until)) = lead.held.filter(|(_, until)| *until > now) {
        return Err(Hindrance::Held { by, until });
    }
    match lead.dialed_at.map(|at| at.plus(rules.min_gap)).filter(|until| *until > now) {
        Some(until) => Err(Hindrance::JustDialed { until }),
        None => Ok(()),
    }
}
