//! The link of an e-mail: looking at it changes nothing, since programs look at links too; the key on its page does.

use std::time::Duration;

use domain::{
    consent::{Channel, Source, is_purpose},
    ids::LeadId,
    phone_number::E164,
};
use storage::TenantScope;
use wire::opt_out::{AskOptOutLink, OptOutLink};

use super::{Wish, last_words, link::TakesBack, say, stop_calls};
use crate::{Actor, Backend, clock, error::BackendError, signed_link::SignedLink};

/// E-mails are kept and read late.
const LIFE: Duration = Duration::from_secs(366 * 24 * 3600);

/// What the page of a link says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptOutPage {
    pub organisation: String,
    pub channel: Channel,
    /// Nothing is left to do.
    pub done: bool,
}

impl Backend {
    /// A link for an e-mail to this person.
    pub async fn opt_out_link(
        &self,
        actor: &Actor,
        lead: LeadId,
        body: AskOptOutLink,
    ) -> Result<OptOutLink, BackendError> {
        actor.must_take_calls()?;
        if !is_purpose(&body.purpose) {
            return Err(BackendError::field("purpose", "expected 1 to 40 of a-z 0-9 - _"));
        }
        let lead = self.lead_row(actor, lead).await?;
        let expires_at = clock::now().plus(LIFE);
        let what = TakesBack { lead: lead.id, channel: body.channel, purpose: body.purpose };
        let link = SignedLink { tenant: actor.tenant, what, expires_at };
        let url = format!("{}/opt-out/{}", self.options().public_url, link.token(self.secret()));
        Ok(OptOutLink { url, expires_at_ms: expires_at })
    }

    async fn read_link(&self, token: &str) -> Result<(TakesBack, TenantScope, String), BackendError> {
        let link = SignedLink::<TakesBack>::check(self.secret(), token, clock::now())
            .map_err(|_| BackendError::NotFound("link"))?;
        let scope = TenantScope::authenticated(link.tenant);
        let tenant = storage::tenants::get(self.store(), scope).await?.ok_or(BackendError::NotFound("link"))?;
        Ok((link.what, scope, tenant.name))
    }

    /// What the page shows; changes nothing.
    pub async fn opt_out_page(&self, token: &str) -> Result<OptOutPage, BackendError> {
        let (link, scope, organisation) = self.read_link(token).await?;
        let mut unit = self.store().begin().await?;
        let words = last_words(&mut unit, scope, link.lead, link.channel).await?;
        unit.undo().await?;
        let done = words.iter().any(|word| word.purpose == link.purpose && !word.given);
        Ok(OptOutPage { organisation, channel: link.channel, done })
    }

    /// Opts out; doing it again changes nothing more.
    pub async fn opt_out_by_link(&self, token: &str) -> Result<OptOutPage, BackendError> {
        let (link, scope, organisation) = self.read_link(token).await?;
        let Some(lead) = storage::leads::get(self.store(), scope, link.lead).await? else {
            // Nothing is left of the person here, so nothing is sent either.
            return Ok(OptOutPage { organisation, channel: link.channel, done: true });
        };
        let proof = format!("link for {} {}", link.channel.as_str(), link.purpose);
        let wish = Wish { source: Source::Link, proof: &proof };
        let mut unit = self.store().begin().await?;
        let words = last_words(&mut unit, scope, lead.id, link.channel).await?;
        if !words.iter().any(|word| word.purpose == link.purpose && !word.given) {
            say(&mut unit, scope, lead.id, (link.channel, &link.purpose, false), &wish).await?;
        }
        if link.channel == Channel::Call
            && let Ok(number) = E164::from_carrier(lead.phone.reveal())
        {
            stop_calls(&mut unit, scope, &number, &wish).await?;
        }
        unit.commit().await?;
        self.lead_changed(scope, lead.id);
        Ok(OptOutPage { organisation, channel: link.channel, done: true })
    }
}
