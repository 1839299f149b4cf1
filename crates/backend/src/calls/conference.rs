//! Calls whose sides meet in a conference at the carrier: telephones are called, seats and the recorder set.

use std::time::Duration;

use domain::{
    call::{CallEvent, Party, ProviderEnd, Recorder, Seat, SeatPlan, monitor_plan},
    ids::{CallId, UserId},
    pii::Personal,
};
use providers::telephony::{self, AddParticipant, CarrierError, PlaceCall, ProviderCallId, Via};
use storage::TenantScope;
use tokio::sync::mpsc;

use super::actor::Actor;
use crate::{
    Backend,
    carriers::{TenantCarrier, party_text},
    clock,
};

/// Of a telephone that no offer limits.
const RINGS: Duration = Duration::from_secs(30);
/// The carrier lets nothing ring for less.
const SHORTEST_RING: Duration = Duration::from_secs(5);

/// What is done in the conference, in the order in which it was decided.
pub(super) enum Step {
    Seat { party: Party, conference: String, provider_call_id: String, plan: SeatPlan },
    Recorder { provider_call_id: String, what: Recorder },
}

/// The steps of one call wait for each other, and the call waits for none of them.
#[derive(Default)]
pub(super) struct ConferenceSteps {
    line: Option<mpsc::UnboundedSender<Step>>,
}

impl Actor {
    /// The step waits for those before it.
    pub(super) fn in_conference(&mut self, step: Step) {
        let line = self.conference_steps.line.get_or_insert_with(|| {
            let (sender, steps) = mpsc::unbounded_channel();
            let follow = Following {
                backend: self.backend.clone(),
                scope: self.scope,
                call: self.call.facts.id,
                provider: self.call.facts.provider.clone(),
            };
            tokio::spawn(follow.take_all(steps));
            sender
        });
        if line.send(step).is_err() {
            tracing::error!(call = %self.call.facts.id, "what a conference has to do was lost");
        }
    }

    /// Asks the carrier once to call somebody's own telephone.
    pub(super) async fn dial_telephone(&self, attempt: u32, user: UserId, seat: Seat) {
        let party = Party::Telephone { attempt };
        let unreachable = CallEvent::ProviderEnded { party, status: ProviderEnd::Failed };
        let phone = self.backend.phone_of(self.scope, user).await.ok().flatten();
        let caller_id = self.backend.caller_id(self.scope, &self.call).await;
        let (Some(carrier), Some(phone), Some(from)) = (self.carrier().await, phone, caller_id) else {
            tracing::warn!(call = %self.id(), %user, "somebody's own telephone cannot be called");
            self.tell_self(unreachable);
            return;
        };
        let (to, from) = (Personal::new(phone.as_str().to_owned()), Personal::new(from));
        let offer = self.call.offer().filter(|offer| offer.agent == user && seat == Seat::Agent);
        let rings = offer.map_or(RINGS, |offer| offer.expires_at.since(clock::now()).max(SHORTEST_RING));
        let status_url = carrier.status_url(self.id(), party);
        let asked = match (seat, &self.call.conference) {
            (Seat::Agent, _) => Asked::Call(PlaceCall {
                to,
                from,
                answer_url: carrier.conference_url(self.id(), party),
                status_url: Some(status_url),
                ring_timeout: Some(rings),
                answering_machine: None,
                send_digits: None,
                via: Via::Instructions,
                reference: self.id().to_string(),
                record: false,
            }),
            (Seat::Monitor, Some(conference)) => Asked::Participant(AddParticipant {
                conference: conference.clone(),
                to,
                from,
                label: party_text(party),
                seat: seat_of(&monitor_plan(&self.call, user)),
                status_url,
                ring_timeout: rings,
            }),
            (Seat::Monitor, None) => {
                self.tell_self(unreachable);
                return;
            }
        };
        let (backend, scope, call) = (self.backend.clone(), self.scope, self.id());
        let provider = self.call.facts.provider.clone();
        tokio::spawn(async move {
            let placed = match &asked {
                Asked::Call(place) => carrier.api.place_call(place).await,
                Asked::Participant(add) => carrier.api.add_participant(add).await,
            };
            let event = match &placed {
                Ok(id) => {
                    backend.note_provider_leg(scope, call, &provider, id.as_str(), party).await;
                    CallEvent::Dialed { party, provider_call_id: id.as_str().to_owned() }
                }
                Err(CarrierError::OutcomeUnknown { reason }) => {
                    tracing::warn!(%call, %reason, "the carrier may or may not be calling a telephone");
                    return;
                }
                Err(error) => {
                    tracing::warn!(%call, %error, "the carrier does not call a telephone");
                    backend.tell_of_refusal(scope, call, error);
                    unreachable
                }
            };
            if !backend.calls().event(call, event)
                && let Ok(id) = placed
                && let Err(error) = carrier.api.hang_up(&id).await
            {
                tracing::warn!(%call, %error, "a telephone without a call could not be hung up");
            }
        });
    }
}

enum Asked {
    Call(PlaceCall),
    Participant(AddParticipant),
}

fn seat_of(plan: &SeatPlan) -> telephony::Seat {
    telephony::Seat {
        hold: plan.hold,
        muted: plan.muted,
        coaches: plan.coaches.as_ref().map(|id| ProviderCallId::new(id.clone())),
    }
}

/// Who carries the steps of one call out.
struct Following {
    backend: Backend,
    scope: TenantScope,
    call: CallId,
    provider: String,
}

impl Following {
    async fn take_all(self, mut steps: mpsc::UnboundedReceiver<Step>) {
        while let Some(step) = steps.recv().await {
            let carrier = match self.backend.carrier(self.scope, &self.provider).await {
                Ok(carrier) => carrier,
                Err(error) => {
                    tracing::error!(call = %self.call, %error, "the carrier cannot be used");
                    continue;
                }
            };
            match step {
                Step::Seat { party, conference, provider_call_id, plan } => {
                    let id = ProviderCallId::new(provider_call_id);
                    match carrier.api.seat(&conference, &id, &seat_of(&plan)).await {
                        // Whoever has left hears nothing any more.
                        Ok(()) | Err(CarrierError::CallOver) => {}
                        Err(error) => {
                            tracing::warn!(call = %self.call, ?party, %error, "a seat of a conference was not changed");
                            self.backend.tell_of_refusal(self.scope, self.call, &error);
                        }
                    }
                }
                Step::Recorder { provider_call_id, what } => {
                    self.set_recorder(&carrier, &ProviderCallId::new(provider_call_id), what).await;
                }
            }
        }
    }

    async fn set_recorder(&self, carrier: &TenantCarrier, id: &ProviderCallId, what: Recorder) {
        let asked = match what {
            Recorder::Start => telephony::Recorder::Start { report_url: carrier.recording_url(self.call) },
            Recorder::Pause => telephony::Recorder::Pause,
            Recorder::Resume => telephony::Recorder::Resume,
            Recorder::Stop => telephony::Recorder::Stop,
        };
        let Err(error) = carrier.api.record(id, &asked).await else { return };
        tracing::warn!(call = %self.call, ?what, %error, "the carrier's recorder did not do as asked");
        // What should not be heard may be recorded, or nothing is: both are to be known at once.
        if what != Recorder::Stop {
            self.backend.calls().event(self.call, CallEvent::RecordingFailed { reason: error.to_string() });
        }
    }
}
