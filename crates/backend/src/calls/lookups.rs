//! What calls need from the store: names, ids of the carrier, and the end.

use std::time::Duration;

use domain::{
    call::{Call, CallEvent, CallFacts, Customer, Party, Recording, SoundPlace},
    ids::{CallId, LeadId},
    pii::Personal,
};
use storage::{
    PageRequest, TenantScope,
    calls::{AnalysisState, CallFilter},
};

use super::{actor::Actor, names::Names, registry::Tell};
use crate::{Actor as Person, Backend, clock, error::BackendError, outage::until_written, recordings::Fetch};

/// What a carrier needs at least to finish its file.
const RECORDING_SETTLES: Duration = Duration::from_secs(5);

/// The recording of a call between telephones, which nobody but the carrier could make. Other calls are recorded here.
fn fetch_after(call: &Call) -> Option<Fetch> {
    let recorded = match call.facts.sound {
        SoundPlace::Bridge => false,
        SoundPlace::Conference => call.recording == Recording::Finished,
        SoundPlace::Carrier => call.facts.recording,
    };
    let provider_call_id = call.provider_call_id.clone().filter(|_| recorded)?;
    Some(Fetch { provider: call.facts.provider.clone(), provider_call_id })
}

impl Backend {
    /// Everything that goes with the ids of a call. Names of agents and queues were read less than `age` ago.
    pub(crate) async fn names_of(
        &self,
        scope: TenantScope,
        facts: &CallFacts,
        age: Duration,
    ) -> Result<Names, BackendError> {
        let store = self.store();
        let mut directory = self.directory(scope, age).await?;
        if facts.queue.as_ref().is_some_and(|plan| !directory.queues.contains_key(&plan.queue_id)) {
            directory = self.directory(scope, Duration::ZERO).await?;
        }
        let campaign = match facts.campaign {
            Some(id) => storage::campaigns::get(store, scope, id).await?.map(|row| row.name),
            None => None,
        };
        let line = match facts.number_id {
            Some(id) => storage::numbers::get(store, scope, id).await?.map(|row| row.label),
            None => None,
        };
        let (card, last_agent) = match facts.lead {
            None => (None, None),
            Some(id) => {
                let card = match storage::leads::get(store, scope, id).await? {
                    Some(row) => Some(self.card(scope, row).await?),
                    None => None,
                };
                let filter = CallFilter { lead_id: Some(id), ..CallFilter::default() };
                let recent = storage::calls::list(store, scope, &filter, PageRequest::new(None, Some(5))).await?;
                let last = recent.items.into_iter().filter(|call| call.id != facts.id).find_map(|call| call.agent_id);
                (card, last)
            }
        };
        Ok(Names { directory, campaign, line, last_agent, card, customer_number: facts.customer.shown().to_owned() })
    }

    /// The customer is still there, as the call's actor has it.
    pub(crate) async fn is_live(&self, call: CallId) -> bool {
        self.calls().live(call).await.is_some_and(|live| !super::actor::is_final(live.status))
    }

    /// A further id of the carrier for this call, by which its reports are found.
    pub(crate) async fn note_provider_leg(
        &self,
        scope: TenantScope,
        call: CallId,
        provider: &str,
        id: &str,
        party: Party,
    ) {
        let role = match party {
            Party::Customer => "customer",
            Party::Outside { .. } => "outside",
            Party::Telephone { .. } => "telephone",
        };
        let noted = storage::calls::add_leg(self.store(), scope, call, provider, id, role, clock::now()).await;
        if let Err(error) = noted {
            tracing::warn!(%call, %error, "a carrier's id could not be noted");
        }
    }

    /// The customer's side is over: what the lead and the call's page need is written.
    pub(super) async fn call_over(&self, actor: &Actor) {
        let call = &actor.call;
        let talked = !call.history.talks.is_empty();
        let (backend, scope, id) = (self.clone(), actor.scope, call.facts.id);
        let fetched = fetch_after(call).filter(|_| talked);
        let billed = call.provider_call_id.is_some();
        let (lead, contacted) = (call.facts.lead, talked.then_some(call.facts.started_at));
        let number = match &call.facts.customer {
            Customer::Known { number } => Some(Personal::new(number.as_str().to_owned())),
            _ => None,
        };
        let now = clock::now();
        let again_at = now.plus(domain::worklist::again_after(talked));
        // Beside the actor: the agents of the call go on while the database is away.
        self.finishing().spawn(async move {
            let work = async {
                let store = backend.store();
                if let Some(lead) = lead {
                    until_written!(
                        &backend,
                        "a try to reach a lead",
                        storage::leads::count_attempt(store, scope, lead, contacted, again_at, now)
                            .await
                            .map_err(BackendError::from)
                    )?;
                }
                if let Some(number) = &number {
                    let held = lead.unwrap_or_else(|| LeadId::new(id.as_uuid()));
                    until_written!(&backend, "the end of a lease", backend.hold_after_call(scope, held, number).await)?;
                }
                if let Some(fetch) = fetched {
                    let at = clock::now().plus(RECORDING_SETTLES);
                    until_written!(
                        &backend,
                        "a recording to be fetched",
                        backend.fetch_recording_later(scope, id, &fetch, at).await
                    )?;
                }
                if billed {
                    until_written!(&backend, "a cost to be read", backend.read_cost_later(scope, id).await)?;
                }
                if !talked {
                    until_written!(
                        &backend,
                        "why there is no analysis",
                        backend.analysis_progress(scope, id, AnalysisState::None, Some("not_answered"), None).await
                    )?;
                }
                Ok::<(), BackendError>(())
            };
            if let Err(error) = work.await {
                tracing::warn!(call = %id, %error, "the end of a call could not be noted whole");
            }
        });
        if let Some(queue) = &call.queue {
            self.publish_queue(actor.scope, queue.queue_id);
        }
    }

    pub(crate) fn send_keys(&self, call: CallId, digits: String) {
        self.calls().tell(call, Tell::Digits { digits, reply: None });
    }

    /// As [`Backend::ask`], for requests whose answer is not the call.
    pub(crate) async fn ask_quietly(
        &self,
        person: &Person,
        call: CallId,
        event: CallEvent,
    ) -> Result<(), BackendError> {
        self.ask(person, call, event).await.map(drop)
    }
}
