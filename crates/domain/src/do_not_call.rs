//! Whether somebody may be called at all: the do-not-call list, the mark of their lead, and what they said about calls.

mod list;
mod registry;

pub use list::{ListedLine, MOST_LISTED, read_list};
pub use registry::{RegistryAnswer, needs_asking};

use serde::{Deserialize, Serialize};

use crate::{consent::Consent, ids::CampaignId, time::UnixMillis};

/// One entry of the do-not-call list about a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Listing {
    /// `None`: no campaign may call, and nobody without one.
    pub campaign: Option<CampaignId>,
    /// `None`: for ever.
    pub until: Option<UnixMillis>,
}

impl Listing {
    pub fn is_in_force(&self, now: UnixMillis) -> bool {
        self.until.is_none_or(|until| until > now)
    }

    fn concerns(&self, campaign: Option<CampaignId>) -> bool {
        self.campaign.is_none() || self.campaign == campaign
    }
}

/// All that is known against calling a person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Objections {
    /// The lead is marked as not to be called.
    pub marked: bool,
    /// Of the number that would be dialed.
    pub listings: Vec<Listing>,
    /// What the person said about calls, in whatever order.
    pub calls: Vec<Consent>,
    /// Of the number that would be dialed.
    pub registry: RegistryAnswer,
}

/// Why nobody may call.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub enum Objection {
    /// The lead is marked.
    Marked,
    /// The number is on the list.
    Listed {
        /// `null`: for ever.
        #[serde(rename = "until_ms")]
        until: Option<UnixMillis>,
        /// For the campaign only.
        of_campaign: bool,
    },
    /// Consent to be called was withdrawn.
    Withdrawn { purpose: String },
    /// The number is in the national registry of people who do not want to be called.
    InRegistry {
        /// Until when the answer is good.
        #[serde(rename = "until_ms")]
        until: UnixMillis,
    },
    /// The registry has to be asked first, and was not, or did not answer.
    RegistryUnknown,
}

/// The one rule, for taking leads in, for handing them out and for dialing.
///
/// # Errors
/// The objection that lasts longest.
pub fn may_be_called(objections: &Objections, campaign: Option<CampaignId>, now: UnixMillis) -> Result<(), Objection> {
    if objections.marked {
        return Err(Objection::Marked);
    }
    let in_force = objections.listings.iter().filter(|one| one.concerns(campaign) && one.is_in_force(now));
    // For ever before the latest end, the organisation's before the campaign's.
    let weight = |one: &&Listing| (one.until.is_none(), one.until, one.campaign.is_none());
    if let Some(listing) = in_force.max_by_key(weight) {
        return Err(Objection::Listed { until: listing.until, of_campaign: listing.campaign.is_some() });
    }
    if let Some(purpose) = crate::consent::withdrawn(&objections.calls) {
        return Err(Objection::Withdrawn { purpose: purpose.to_owned() });
    }
    match objections.registry {
        RegistryAnswer::Known { listed: true, until } if until > now => Err(Objection::InRegistry { until }),
        RegistryAnswer::Known { listed: false, until } if until > now => Ok(()),
        RegistryAnswer::Known { .. } | RegistryAnswer::NotAsked => Err(Objection::RegistryUnknown),
        RegistryAnswer::NotUsed => Ok(()),
    }
}

impl Objections {
    /// Whether the list forbids calls of the campaign for ever: such a lead is marked and leaves the line.
    pub fn for_ever(&self, campaign: Option<CampaignId>) -> bool {
        self.listings.iter().any(|one| one.until.is_none() && one.concerns(campaign))
    }
}

#[cfg(test)]
mod tests;
