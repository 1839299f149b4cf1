//! An inbound call comes in.

use domain::{
    call::{Call, CallEvent, CallFacts, Customer, Direction, Greeting, Party, SoundPlace, step},
    ids::{CallId, LeadId, UserId},
    pii::Personal,
};
use storage::{TenantScope, numbers::Media};
use wire::live::{LiveEvent, Notice, NoticeLevel};

use super::{
    actor::{Actor, Begin},
    log,
    registry::Tell,
};
use crate::{
    Backend, carriers::TenantCarrier, clock, directory::OFTEN_ENOUGH, error::BackendError, live::Audience,
    number_masking::Meant,
};

/// A call as its carrier announces it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Announced<'a> {
    /// The carrier's own id of it.
    pub call_sid: &'a str,
    /// E.164, or what stands for a withheld number.
    pub from: &'a Personal<String>,
    pub to: &'a Personal<String>,
}

/// What to tell the carrier about a call that has come in.
pub(crate) enum Arrival {
    Welcome {
        call: CallId,
        greeting: Greeting,
        language: String,
        /// Where its sides meet.
        meet: SoundPlace,
    },
    /// One of the tenant's agents calls a virtual number, and means this lead. Nothing has been made of it yet.
    OwnAgent { agent: UserId, lead: LeadId },
    /// It was here before and has ended.
    Over,
    /// The number belongs to the account but not to the tenant's list.
    UnknownNumber { sentence: String, language: String },
}

const fn meets(media: Media) -> SoundPlace {
    match media {
        Media::Bridge => SoundPlace::Bridge,
        Media::Conference => SoundPlace::Conference,
    }
}

impl Backend {
    pub(crate) async fn arrive(
        &self,
        scope: TenantScope,
        carrier: &TenantCarrier,
        request: &Announced<'_>,
        is_new: bool,
    ) -> Result<Arrival, BackendError> {
        let Some((_, number)) = storage::numbers::find(self.store(), request.to.reveal())
            .await?
            .filter(|(owner, _)| *owner == scope.tenant())
        else {
            return self.unknown_number(scope, request.to.reveal(), is_new).await;
        };
        let language = number.language.clone();
        let meet = meets(number.media);
        let meant = self.meant(scope, &number, request.from.reveal()).await?;
        if let Meant::Lead { lead, agent } = meant {
            return Ok(Arrival::OwnAgent { agent, lead });
        }
        let greeting = self.greeting_of(scope, carrier, &number).await?;
        let _turn = self.calls().turn(scope.tenant(), request.call_sid).await;
        if let Some(call) = self.call_of_provider(scope, carrier.provider, request.call_sid).await? {
            return self.came_before(scope, call, request.call_sid, greeting, language, meet).await;
        }
        let now = clock::now();
        let customer = Customer::of(request.from);
        let mapped = match meant {
            Meant::Agent { lead, agent } => Some((lead, agent)),
            Meant::Anybody | Meant::Lead { .. } => None,
        };
        let lead = match &customer {
            _ if mapped.is_some() => mapped.map(|(lead, _)| lead),
            Customer::Known { number } => {
                let phone = Personal::new(number.as_str().to_owned());
                storage::leads::by_phone(self.store(), scope, &phone).await?.map(|lead| lead.id)
            }
            Customer::Withheld { .. } => None,
        };
        let queue = match number.queue_id {
            Some(queue) => {
                storage::queues::settings(self.store(), scope, queue).await?.map(|row| crate::queues::plan(&row))
            }
            None => None,
        };
        let facts = CallFacts {
            id: CallId::new(clock::new_uuid()),
            tenant: scope.tenant(),
            direction: Direction::Inbound,
            provider: carrier.provider.to_owned(),
            provider_call_id: Some(request.call_sid.to_owned()),
            customer,
            number_id: Some(number.id),
            queue,
            campaign: number.campaign_id,
            lead,
            started_at: now,
            greeting: greeting.clone(),
            recording: true,
            simulated: carrier.simulated,
            capabilities: match meet {
                SoundPlace::Conference => TenantCarrier::in_conference(),
                SoundPlace::Bridge | SoundPlace::Carrier => carrier.in_bridge(),
            },
            sound: meet,
            for_agent: mapped.map(|(_, agent)| agent),
            called_in: None,
            voicemail: None,
        };
        let id = facts.id;
        let names = self.names_of(scope, &facts, OFTEN_ENOUGH).await?;
        let received = CallEvent::Received;
        let (call, effects) = step(Call::new(facts.clone()), &received, now);
        let shown = (names.customer_number.as_str(), names.came_by());
        let seq = match log::create(self.store(), scope, &facts, &call, &[(now, received)], shown, now).await {
            Ok(seq) => seq,
            Err(storage::StorageError::Unique { .. }) => {
                return match self.call_of_provider(scope, carrier.provider, request.call_sid).await? {
                    Some(call) => self.came_before(scope, call, request.call_sid, greeting, language, meet).await,
                    None => Ok(Arrival::Over),
                };
            }
            Err(error) => return Err(error.into()),
        };
        // Nothing stands between the row and its actor.
        tracing::debug!(call = %id, event = ?CallEvent::Received, effects = effects.len(), "call event");
        let begin = Begin { scope, tenant: scope.tenant(), call, seq, names, language: language.clone(), effects };
        Actor::spawn(self, begin, self.early_end(scope, request.call_sid).into_iter().map(Tell::Event).collect());
        if number.last_call_at.is_none_or(|last| now.since(last) >= OFTEN_ENOUGH) {
            // The carrier's answer does not wait for it.
            let (backend, number) = (self.clone(), number.id);
            self.finishing().spawn(async move {
                if let Err(error) = storage::numbers::touch(backend.store(), scope, number, now).await {
                    tracing::warn!(call = %id, %error, "the last call of a number could not be noted");
                }
            });
        }
        Ok(Arrival::Welcome { call: id, greeting, language, meet })
    }

    /// The carrier asks again about a call that has a row.
    async fn came_before(
        &self,
        scope: TenantScope,
        call: CallId,
        call_sid: &str,
        greeting: Greeting,
        language: String,
        meet: SoundPlace,
    ) -> Result<Arrival, BackendError> {
        let under_way = self.is_under_way(scope.tenant(), call);
        let ended = if under_way { None } else { self.early_end(scope, call_sid) };
        let carried = self.carry(scope, call, &language, ended).await?;
        Ok(if carried { Arrival::Welcome { call, greeting, language, meet } } else { Arrival::Over })
    }

    fn early_end(&self, scope: TenantScope, call_sid: &str) -> Option<CallEvent> {
        let status = self.calls().take_early_end(scope.tenant(), call_sid)?;
        Some(CallEvent::ProviderEnded { party: Party::Customer, status })
    }

    async fn unknown_number(&self, scope: TenantScope, number: &str, is_new: bool) -> Result<Arrival, BackendError> {
        if is_new {
            self.note_unknown_number(scope, number).await?;
        }
        Ok(Arrival::UnknownNumber {
            sentence: "This number is not in service. Please check the number. Goodbye.".to_owned(),
            language: "en".to_owned(),
        })
    }

    pub(crate) async fn note_unknown_number(&self, scope: TenantScope, number: &str) -> Result<(), BackendError> {
        storage::numbers::count_unknown(self.store(), scope, number, clock::now()).await?;
        let notice = Notice {
            level: NoticeLevel::Warning,
            code: "unknown_number_called".to_owned(),
            text: format!("Somebody called {number}, which is not in the list of numbers."),
            call_id: None,
        };
        self.feed().publish(scope.tenant(), Audience::Supervisors, LiveEvent::Notice { notice });
        Ok(())
    }

    /// The call that a carrier's id belongs to, if it is the tenant's.
    pub(crate) async fn call_of_provider(
        &self,
        scope: TenantScope,
        provider: &str,
        outside_id: &str,
    ) -> Result<Option<CallId>, BackendError> {
        let found = storage::calls::by_provider(self.store(), provider, outside_id).await?;
        Ok(found.filter(|found| found.tenant == scope.tenant()).map(|found| found.call))
    }

    /// Whether the tenant's call is carried by this server now.
    pub(crate) fn is_under_way(&self, tenant: domain::ids::TenantId, call: CallId) -> bool {
        self.calls().tenant_of(call) == Some(tenant)
    }
}
