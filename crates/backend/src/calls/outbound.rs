//! An agent calls somebody.

use domain::{
    call::{Call, CallEvent, CallFacts, Capabilities, Customer, Direction},
    ids::{CallId, LeadId, MediaSessionId, UserId},
    phone_number::E164,
    pii::Personal,
};
use storage::TenantScope;
use wire::calls::{LiveCall, PlaceCall};

use super::{
    actor::{Actor as CallActor, Begin},
    log,
};
use crate::{
    Actor, Backend, campaigns,
    carriers::TWILIO,
    clock,
    error::BackendError,
    worklist::{self, Dialer, Hold},
};

impl Backend {
    /// Do-not-call list; asked again at the moment of dialing.
    pub(crate) async fn may_call(&self, actor: &Actor, number: &E164) -> Result<(), BackendError> {
        if storage::dnc::contains(self.store(), actor.scope, &Personal::new(number.as_str().to_owned())).await? {
            Err(BackendError::DoNotCall)
        } else {
            Ok(())
        }
    }

    pub async fn place_call(&self, actor: &Actor, body: PlaceCall) -> Result<LiveCall, BackendError> {
        actor.must_take_calls()?;
        let now = clock::now();
        let (lead, number, zone) = self.whom_to_call(actor, &body).await?;
        self.may_call(actor, &number).await?;
        let campaign = match body.campaign_id {
            Some(id) => Some(self.campaign_row(actor.scope, id).await?),
            None => None,
        };
        let hours = match &campaign {
            Some(campaign) => campaigns::hours_of(campaign)?,
            None => self.hours_without_campaign(actor.scope).await?,
        };
        campaigns::within_hours(&hours, &zone, now)?;
        let carrier = self.carrier(actor.scope).await?;
        let device = self.devices().of_user(actor.tenant, actor.user, None).ok_or(BackendError::NoDevice)?;
        let id = CallId::new(clock::new_uuid());
        let hold = worklist::hold_to_dial(
            self,
            Dialer {
                actor,
                lead: lead.unwrap_or_else(|| LeadId::new(id.as_uuid())),
                number: &number,
                fence: body.fence,
                again: body.again == Some(true),
            },
        )
        .await?;
        let facts = CallFacts {
            id,
            tenant: actor.tenant,
            direction: Direction::Outbound,
            provider: TWILIO.to_owned(),
            provider_call_id: None,
            customer: Customer::Known { number },
            number_id: None,
            queue: None,
            campaign: body.campaign_id,
            lead,
            started_at: now,
            greeting: String::new(),
            recording: campaign.is_none_or(|campaign| campaign.recording),
            simulated: carrier.simulated,
            capabilities: Capabilities { media_restart: true, ..Capabilities::default() },
        };
        let names = self.names_of(actor.scope, &facts).await?;
        let call = Call::new(facts);
        let begin = Begin { scope: actor.scope, tenant: actor.tenant, call, seq: 0, names, language: "en".to_owned() };
        // On its own: a request that is cut off behind the claim does not leave an agent whom no call holds.
        let beginning = tokio::spawn(self.clone().begin_outbound(begin, actor.user, device.session, hold));
        beginning.await.map_err(|error| BackendError::Internal(error.to_string()))??;
        self.live_call(actor, id).await
    }

    /// Claims the agent, writes the call's row and begins; a claim without a call is given back.
    async fn begin_outbound(
        self,
        begin: Begin,
        agent: UserId,
        session: MediaSessionId,
        hold: Hold,
    ) -> Result<(), BackendError> {
        let marked = match self.dialing(begin.scope, &hold).await {
            Ok(marked) => marked,
            Err(error) => {
                self.not_dialed(begin.scope, &hold, None).await;
                return Err(error);
            }
        };
        let scope = begin.scope;
        let begun = self.claim_and_begin(begin, agent, session).await;
        if begun.is_err() {
            self.not_dialed(scope, &hold, Some(marked)).await;
        }
        begun
    }

    async fn claim_and_begin(&self, begin: Begin, agent: UserId, session: MediaSessionId) -> Result<(), BackendError> {
        let (scope, id) = (begin.scope, begin.call.facts.id);
        let _unfinished = self.calls().unfinished(id);
        let fence = self
            .claim_agent(scope, agent, id, clock::now())
            .await?
            .ok_or(BackendError::Conflict("you are not available: end the present call or break first"))?;
        let (number, came_by) = (&begin.names.customer_number, begin.names.came_by());
        if let Err(error) = log::create(self, scope, &begin.call, number, came_by).await {
            self.release_claim(scope, agent, id, fence).await;
            return Err(error.into());
        }
        CallActor::spawn(self, begin, vec![CallEvent::Placed { agent, fence, session }]);
        Ok(())
    }

    async fn whom_to_call(
        &self,
        actor: &Actor,
        body: &PlaceCall,
    ) -> Result<(Option<LeadId>, E164, String), BackendError> {
        if let Some(id) = body.lead_id {
            let lead = self.lead_row(actor, id).await?;
            if lead.do_not_call {
                return Err(BackendError::DoNotCall);
            }
            let number = E164::from_carrier(lead.phone.reveal())
                .map_err(|error| BackendError::field("lead_id", error.to_string()))?;
            return Ok((Some(id), number, lead.zone));
        }
        let typed =
            body.number.as_deref().ok_or_else(|| BackendError::field("number", "expected a number or a lead_id"))?;
        let number = E164::parse(typed, Some(&actor.country))
            .map_err(|error| BackendError::field("number", error.to_string()))?;
        let lead =
            storage::leads::by_phone(self.store(), actor.scope, &Personal::new(number.as_str().to_owned())).await?;
        if lead.as_ref().is_some_and(|lead| lead.do_not_call) {
            return Err(BackendError::DoNotCall);
        }
        let zone = lead.as_ref().map_or_else(|| actor.zone.clone(), |lead| lead.zone.clone());
        Ok((lead.map(|lead| lead.id), number, zone))
    }

    /// The number that the customer sees: the campaign's, the one that they called, or the first of the tenant.
    pub(crate) async fn caller_id(&self, scope: TenantScope, call: &Call) -> Option<String> {
        let campaign = match call.facts.campaign {
            Some(id) => self.campaign_row(scope, id).await.ok().and_then(|campaign| campaign.caller_id),
            None => None,
        };
        let numbers = storage::numbers::list(self.store(), scope).await.ok()?;
        let called = numbers.iter().find(|number| Some(number.id) == call.facts.number_id);
        campaign.or_else(|| called.or(numbers.first()).map(|number| number.number.clone()))
    }
}
