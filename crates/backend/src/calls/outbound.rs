//! An agent calls somebody.

use domain::{
    call::{Call, CallEvent, CallFacts, Capabilities, Customer, Direction, Greeting, SoundPlace, telephone_session},
    caller_id, dialable,
    ids::{CallId, CampaignId, LeadId, MediaSessionId, NumberId, UserId},
    phone_number::E164,
    pii::Personal,
};
use storage::{
    TenantScope,
    campaigns::Campaign as CampaignRow,
    leads::Lead as LeadRow,
    numbers::{Media, Number as NumberRow},
};
use tokio::sync::oneshot;
use wire::calls::{LiveCall, PlaceCall};

use super::{
    actor::{Actor as CallActor, Begin},
    commands::masked,
    log,
    registry::Tell,
};
use crate::{
    Actor, Backend,
    agents::NO_TELEPHONE,
    campaigns,
    carriers::TenantCarrier,
    clock,
    directory::OFTEN_ENOUGH,
    error::BackendError,
    worklist::{self, Dialer, Hold},
};

/// By what the agent speaks in a call that they place.
pub(crate) enum Speaks {
    App,
    /// The carrier calls it first.
    OwnTelephone,
    /// They have called the carrier by their own telephone, and wait in a conference there.
    CalledIn {
        provider_call_id: String,
    },
    /// They have called us by their own telephone: `attach` makes its connection the device of this name.
    Leg {
        attach: Box<dyn FnOnce(CallId, MediaSessionId) + Send + Sync>,
    },
}

impl Backend {
    pub async fn place_call(&self, actor: &Actor, body: PlaceCall) -> Result<LiveCall, BackendError> {
        let speaks = if body.by_phone == Some(true) { Speaks::OwnTelephone } else { Speaks::App };
        self.place(actor, body, speaks).await
    }

    /// The call as it began, for the one who placed it: it may be over already when they read this.
    pub(crate) async fn place(&self, actor: &Actor, body: PlaceCall, speaks: Speaks) -> Result<LiveCall, BackendError> {
        actor.must_take_calls()?;
        let now = clock::now();
        let (lead, number, zone) = self.whom_to_call(actor, &body).await?;
        let campaign = match body.campaign_id {
            Some(id) => Some(self.campaign_row(actor.scope, id).await?),
            None => None,
        };
        let hours = match &campaign {
            Some(campaign) => campaigns::hours_of(campaign)?,
            None => self.hours_without_campaign(actor.scope).await?,
        };
        campaigns::within_hours(&hours, &zone, now)?;
        let mapped = match lead {
            Some(lead) => self.virtual_number(actor.scope, lead, &number, actor.user).await?,
            None => None,
        };
        let (carrier, media) = match &mapped {
            Some(mapped) => (self.carrier(actor.scope, mapped.number.provider.as_str()).await?, mapped.number.media),
            None => self.carrier_out(actor.scope, campaign.as_ref(), &number).await?,
        };
        let (sound, capabilities) = self.where_it_meets(actor, &carrier, media, &speaks).await?;
        let session = match sound {
            SoundPlace::Bridge if matches!(speaks, Speaks::Leg { .. }) => telephone_session(actor.user),
            SoundPlace::Bridge => {
                self.devices().of_user(actor.tenant, actor.user, None).ok_or(BackendError::NoDevice)?.session
            }
            // Nobody's device: the agent's telephone stands for one in the call's plan.
            SoundPlace::Conference => telephone_session(actor.user),
            SoundPlace::Carrier => MediaSessionId::new(clock::new_uuid()),
        };
        let voicemail = match &campaign {
            Some(campaign) if campaign.detect_machines => self.message_for_machines(actor.scope).await?,
            Some(_) | None => None,
        };
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
            provider: carrier.provider.to_owned(),
            provider_call_id: None,
            customer: Customer::Known { number },
            number_id: mapped.map(|mapped| mapped.number.id),
            queue: None,
            campaign: body.campaign_id,
            lead,
            started_at: now,
            greeting: Greeting::None,
            recording: campaign.is_none_or(|campaign| campaign.recording),
            simulated: carrier.simulated,
            capabilities,
            sound,
            for_agent: None,
            called_in: match &speaks {
                Speaks::CalledIn { provider_call_id } => Some(provider_call_id.clone()),
                Speaks::App | Speaks::OwnTelephone | Speaks::Leg { .. } => None,
            },
            voicemail,
        };
        let names = self.names_of(actor.scope, &facts, OFTEN_ENOUGH).await?;
        let call = Call::new(facts);
        let (scope, language) = (actor.scope, "en".to_owned());
        let begin = Begin { scope, tenant: actor.tenant, call, seq: 0, names, language, effects: Vec::new() };
        match speaks {
            Speaks::Leg { attach } => attach(id, session),
            Speaks::App | Speaks::OwnTelephone | Speaks::CalledIn { .. } => {
                self.take_up_phone(actor.tenant, id, actor.user, session).await?;
            }
        }
        // On its own: a request that is cut off behind the claim does not leave an agent whom no call holds.
        let beginning = tokio::spawn(self.clone().begin_outbound(begin, actor.user, session, hold));
        let begun = beginning.await.map_err(|error| BackendError::Internal(error.to_string()))??;
        Ok(masked(actor, begun))
    }

    /// Claims the agent, writes the call's row and begins; a claim without a call is given back.
    async fn begin_outbound(
        self,
        begin: Begin,
        agent: UserId,
        session: MediaSessionId,
        hold: Hold,
    ) -> Result<LiveCall, BackendError> {
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

    async fn claim_and_begin(
        &self,
        begin: Begin,
        agent: UserId,
        session: MediaSessionId,
    ) -> Result<LiveCall, BackendError> {
        let (scope, id) = (begin.scope, begin.call.facts.id);
        let _unfinished = self.calls().unfinished(id);
        let fence = self
            .claim_agent(scope, agent, id, clock::now())
            .await?
            .ok_or(BackendError::Conflict("you are not available: end the present call or break first"))?;
        let names = (begin.names.customer_number.as_str(), begin.names.came_by());
        let (facts, call) = (&begin.call.facts, &begin.call);
        if let Err(error) = log::create(self.store(), scope, facts, call, &[], names, facts.started_at).await {
            self.release_claim(scope, agent, id, fence).await;
            return Err(error.into());
        }
        let (reply, begun) = oneshot::channel();
        let placed = Tell::Ask { event: CallEvent::Placed { agent, fence, session }, reply };
        CallActor::spawn(self, begin, vec![placed]);
        begun.await.map_err(|_| BackendError::WrongCallState("the call is over"))?
    }

    async fn whom_to_call(
        &self,
        actor: &Actor,
        body: &PlaceCall,
    ) -> Result<(Option<LeadId>, E164, String), BackendError> {
        if let Some(id) = body.lead_id {
            let lead = self.lead_row(actor, id).await?;
            let number = E164::from_carrier(lead.phone.reveal())
                .map_err(|error| BackendError::field("lead_id", error.to_string()))?;
            dialable::may_dial(&number, self.allowed_numbers(actor.scope).await?)
                .map_err(|error| BackendError::field("lead_id", error.to_string()))?;
            self.nothing_against(actor, Some(&lead), &number, body.campaign_id).await?;
            return Ok((Some(id), number, lead.zone));
        }
        let typed =
            body.number.as_deref().ok_or_else(|| BackendError::field("number", "expected a number or a lead_id"))?;
        let allowed = self.allowed_numbers(actor.scope).await?;
        let number = dialable::read(typed, Some(&actor.country), allowed)
            .map_err(|error| BackendError::field("number", error.to_string()))?;
        let lead =
            storage::leads::by_phone(self.store(), actor.scope, &Personal::new(number.as_str().to_owned())).await?;
        self.nothing_against(actor, lead.as_ref(), &number, body.campaign_id).await?;
        let zone = lead.as_ref().map_or_else(|| actor.zone.clone(), |lead| lead.zone.clone());
        Ok((lead.map(|lead| lead.id), number, zone))
    }

    /// The rule about do-not-call and consent, asked in the moment of dialing: of the number that is dialed, and of the person,
    /// who may be known by another number.
    async fn nothing_against(
        &self,
        actor: &Actor,
        lead: Option<&LeadRow>,
        number: &E164,
        campaign: Option<CampaignId>,
    ) -> Result<(), BackendError> {
        let campaign = campaign.or(lead.and_then(|lead| lead.campaign_id));
        let of_lead = match lead {
            Some(lead) => self.objection_to_lead(actor.scope, lead, campaign).await?,
            None => None,
        };
        let objection = match of_lead {
            Some(objection) => Some(objection),
            None => self.objection_to_number(actor.scope, number, campaign).await?,
        };
        objection.map_or(Ok(()), |objection| Err(BackendError::DoNotCall(objection)))
    }

    /// By which account the call goes out: the one that has the number the customer is to see; and where that number's calls meet.
    async fn carrier_out(
        &self,
        scope: TenantScope,
        campaign: Option<&CampaignRow>,
        to: &E164,
    ) -> Result<(TenantCarrier, Media), BackendError> {
        let numbers = storage::numbers::list(self.store(), scope).await?;
        let chosen = number_out(&numbers, campaign, None, to);
        match chosen.and_then(|chosen| numbers.iter().find(|number| number.number == chosen)) {
            Some(number) => Ok((self.carrier(scope, number.provider.as_str()).await?, number.media)),
            None => Ok((self.any_carrier(scope).await?, Media::Bridge)),
        }
    }

    /// In the bridge, or at the carrier when the agent speaks by a telephone of their own.
    async fn where_it_meets(
        &self,
        actor: &Actor,
        carrier: &TenantCarrier,
        media: Media,
        speaks: &Speaks,
    ) -> Result<(SoundPlace, Capabilities), BackendError> {
        match speaks {
            Speaks::App | Speaks::Leg { .. } => return Ok((SoundPlace::Bridge, carrier.in_bridge())),
            // They wait in one already, whatever the number's other calls do.
            Speaks::CalledIn { .. } => return Ok((SoundPlace::Conference, TenantCarrier::in_conference())),
            Speaks::OwnTelephone => {}
        }
        self.must_have_phone(actor).await?;
        let can = carrier.api.capabilities();
        if can.two_numbers {
            return Ok((SoundPlace::Carrier, Capabilities::NONE));
        }
        if can.conference && media == Media::Conference {
            return Ok((SoundPlace::Conference, TenantCarrier::in_conference()));
        }
        Err(BackendError::NotSupportedByCarrier("it cannot call your own telephone"))
    }

    pub(super) async fn must_have_phone(&self, actor: &Actor) -> Result<(), BackendError> {
        match self.phone_of(actor.scope, actor.user).await? {
            Some(_) => Ok(()),
            None => Err(BackendError::NotConfigured(NO_TELEPHONE)),
        }
    }

    /// The agent's own telephone, in E.164.
    pub(crate) async fn phone_of(&self, scope: TenantScope, user: UserId) -> Result<Option<E164>, BackendError> {
        let row = storage::users::get(self.store(), scope, user).await?;
        let phone = row.and_then(|row| row.phone);
        Ok(phone.and_then(|phone| E164::from_carrier(phone.reveal()).ok()))
    }

    /// The number that the customer sees: see [`number_out`]. Only of the account that carries the call.
    pub(crate) async fn caller_id(&self, scope: TenantScope, call: &Call) -> Option<String> {
        let campaign = match call.facts.campaign {
            Some(id) => self.campaign_row(scope, id).await.ok(),
            None => None,
        };
        let mut numbers = storage::numbers::list(self.store(), scope).await.ok()?;
        let between = call.facts.direction == Direction::Outbound || call.facts.for_agent.is_some();
        if let Some(id) = call.facts.number_id.filter(|_| between) {
            return numbers.into_iter().find(|number| number.id == id).map(|number| number.number);
        }
        numbers.retain(|number| number.provider.as_str() == call.facts.provider);
        let Customer::Known { number } = &call.facts.customer else {
            return numbers.first().map(|number| number.number.clone());
        };
        number_out(&numbers, campaign.as_ref(), call.facts.number_id, number)
    }
}

/// The campaign's number, or the nearest to the person when the campaign wants that; else the one that they called, or the first.
fn number_out(
    numbers: &[NumberRow],
    campaign: Option<&CampaignRow>,
    called: Option<NumberId>,
    to: &E164,
) -> Option<String> {
    if let Some(campaign) = campaign.filter(|campaign| campaign.local_presence) {
        let of = |campaign: Option<CampaignId>| -> Vec<E164> {
            let own = numbers.iter().filter(|number| campaign.is_none() || number.campaign_id == campaign);
            own.filter_map(|number| E164::from_carrier(&number.number).ok()).collect()
        };
        let (own, all) = (of(Some(campaign.id)), of(None));
        let near = caller_id::nearest(&own, to).or_else(|| caller_id::nearest(&all, to));
        if let Some(near) = near {
            return Some(near.as_str().to_owned());
        }
    }
    let called = numbers.iter().find(|number| Some(number.id) == called);
    let usual = || called.or(numbers.first()).map(|number| number.number.clone());
    campaign.and_then(|campaign| campaign.caller_id.clone()).or_else(usual)
}
