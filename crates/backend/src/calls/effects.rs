//! Effects of the decisions, carried out. Whatever may take time runs beside the actor and comes back as an event.

use std::time::Duration;

use bridge::{PortId, RecordPlan as BridgeRecord, RoomPlan as BridgePlan};
use domain::{
    call::{
        AgentNext, CallEvent, DialFailure, Direction, Effect, Farewell, NoticeCode, NoticeTo, Offer, OfferEnd, Party,
        ProviderEnd, RoomPlan, SoundPlace,
    },
    ids::{CallId, LegId, RecordingId, UserId},
    masking,
};
use providers::telephony::{
    CallSnapshot, CarrierError, Instructions, MachineDetection, MachineWait, PlaceCall, ProviderCallId, Via,
};
use storage::TenantScope;
use wire::{
    calls as wire_calls,
    live::{LiveEvent, Notice, NoticeLevel},
};

use super::{actor::Actor, conference::Step, farewell, figures::port_id, view::row_direction};
use crate::{Backend, agents::AgentStep, carriers::TenantCarrier, live::Audience};

/// What became of new instructions for a telephone call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Redirected {
    Done,
    /// The telephone call has ended.
    CallOver,
    Failed,
}

impl Actor {
    pub(super) async fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::PlayGreeting { leg, message } => self.play_greeting(leg, message),
            Effect::PlayFarewell { leg, farewell } => self.say_goodbye(leg, farewell).await,
            Effect::PlayVoicemail { leg, message } => self.play_voicemail(leg, message),
            Effect::PlayAtCarrier { provider_call_id, message } => {
                self.play_at_carrier(provider_call_id, message).await
            }
            Effect::Route { target, exclude, reason, .. } => self.look_for_agent(target, exclude, reason),
            Effect::Offer { offer, transferred_by } => self.offer(&offer, transferred_by).await,
            Effect::WithdrawOffer { agent, end, .. } => self.withdraw(agent, end),
            Effect::AgentTo { agent, fence, next } => self.agent_to(agent, fence, next).await,
            Effect::DialCustomer => self.dial(Party::Customer, self.names.customer_number.clone()).await,
            Effect::DialTransfer { number, attempt } => {
                self.dial(Party::Outside { attempt }, number.as_str().to_owned()).await;
            }
            Effect::DialTelephone { attempt, user, seat } => self.dial_telephone(attempt, user, seat).await,
            Effect::Seat { party, conference, provider_call_id, plan } => {
                self.in_conference(Step::Seat { party, conference, provider_call_id, plan });
            }
            Effect::CarrierRecorder { provider_call_id, what } => {
                self.in_conference(Step::Recorder { provider_call_id, what });
            }
            Effect::HangUpCarrier { provider_call_id, leg, .. } => self.hang_up_carrier(provider_call_id, leg).await,
            Effect::EndConsult { leg } => {
                let backend = self.backend.clone();
                tokio::spawn(async move { backend.sip().end_consult(leg).await });
            }
            Effect::AskCarrier { party, provider_call_id } => self.ask_carrier(party, provider_call_id).await,
            Effect::RestartDeviceMedia { agent, session } => {
                tracing::info!(call = %self.id(), %session, "nothing comes from the agent's device; it is asked for a new path");
                let event = LiveEvent::RestartMedia { media_session_id: session };
                self.backend.feed().publish_passing(self.tenant, Audience::User(agent), event);
            }
            Effect::RestartCarrierMedia { party, provider_call_id } => {
                self.restart_media(party, provider_call_id).await
            }
            // What the carrier has joined is not in the bridge.
            Effect::Room { .. } | Effect::CloseRoom if self.call.facts.sound != SoundPlace::Bridge => {}
            Effect::Room { plan } => self.apply_room(&plan),
            Effect::CloseRoom => self.backend.bridge().close_room(self.id()),
            Effect::Notice { to, code } => self.notice(to, code),
            Effect::CustomerNamed => self.read_names().await,
            Effect::Over { reason } => {
                tracing::info!(call = %self.id(), ?reason, "the call is over");
                let part = self.figures.finish();
                self.keep_sound(part);
                self.backend.call_over(self).await;
            }
            Effect::SetTimer { .. } | Effect::ClearTimer { .. } => {}
        }
    }

    fn apply_room(&self, plan: &RoomPlan) {
        let port_id = |port| self.backend.sip().port(port_id(port));
        let ports = |of: &[domain::call::PortRef]| of.iter().copied().map(port_id).collect::<Vec<_>>();
        self.backend.bridge().apply_room(
            self.id(),
            BridgePlan {
                members: ports(&plan.members),
                hears: plan.hears.iter().map(|(listener, speaker)| (port_id(*listener), port_id(*speaker))).collect(),
                music: ports(&plan.music),
                ringback: ports(&plan.ringback),
                record: plan.record.as_ref().map(|record| BridgeRecord {
                    // A call has one recording, so they share the id.
                    recording: RecordingId::new(self.id().as_uuid()),
                    left: ports(&record.left),
                    right: ports(&record.right),
                    paused: record.paused,
                }),
            },
        );
    }

    pub(super) fn wire_offer(&self, offer: &Offer, transferred_by: Option<UserId>) -> wire_calls::Offer {
        let queue = self.call.queue.as_ref().map(|plan| plan.queue_id);
        wire_calls::Offer {
            call_id: self.id(),
            fence: offer.fence,
            direction: row_direction(self.call.facts.direction),
            offered_at_ms: offer.since,
            expires_at_ms: offer.expires_at,
            queue_name: queue.and_then(|queue| self.names.queue(queue)),
            campaign_name: self.names.campaign.clone(),
            came_by: self.names.came_by(),
            waited_ms: self
                .call
                .history
                .queued_at
                .map_or(0, |since| u64::try_from(offer.since.since(since).as_millis()).unwrap_or(0)),
            why: offer.why.clone(),
            lead: self.names.card.clone(),
            caller: self.names.customer_number.clone(),
            transferred_by: transferred_by.map(|user| self.names.agent(user)),
        }
    }

    async fn offer(&mut self, offer: &Offer, transferred_by: Option<UserId>) {
        if !self.names.directory.agents.contains_key(&offer.agent) {
            self.read_names().await;
        }
        let full = self.wire_offer(offer, transferred_by);
        let mut masked = full.clone();
        masked.caller = masking::mask_number(&masked.caller);
        if let Some(card) = &mut masked.lead {
            crate::leads::mask_card(card);
        }
        let (backend, tenant, call) = (self.backend.clone(), self.tenant, self.id());
        let (agent, fence, caller) = (offer.agent, offer.fence, masked.caller.clone());
        if self.call.facts.sound == SoundPlace::Bridge {
            tokio::spawn(async move { backend.ring_phone(tenant, call, agent, fence, &caller).await });
        }
        self.backend.feed().publish_masked(
            self.tenant,
            Audience::User(offer.agent),
            LiveEvent::Offer { offer: Box::new(full) },
            LiveEvent::Offer { offer: Box::new(masked) },
        );
    }

    fn withdraw(&self, agent: UserId, end: OfferEnd) {
        let (backend, call) = (self.backend.clone(), self.id());
        let device = self.call.desk().filter(|desk| desk.agent == agent).and_then(|desk| desk.device.session());
        if end == OfferEnd::Answered && device.is_some_and(|device| backend.sip().is_phone(device)) {
            backend.sip().await_phone(call, agent);
        } else {
            tokio::spawn(async move { backend.quiet_phone(call, agent, false).await });
        }
        let end = match end {
            OfferEnd::Answered => wire_calls::OfferEnd::Answered,
            OfferEnd::Expired => wire_calls::OfferEnd::Expired,
            OfferEnd::CallerGone => wire_calls::OfferEnd::CallerGone,
            OfferEnd::Declined => wire_calls::OfferEnd::Declined,
            OfferEnd::Withdrawn => match self.call.desk() {
                Some(desk) if desk.agent != agent && self.call.talk().is_some_and(|talk| talk.transfer.is_none()) => {
                    wire_calls::OfferEnd::TakenBy { name: self.names.agent(desk.agent) }
                }
                _ => wire_calls::OfferEnd::Withdrawn,
            },
        };
        let event = LiveEvent::OfferEnded { call_id: self.id(), end };
        self.backend.feed().publish(self.tenant, Audience::User(agent), event);
    }

    async fn agent_to(&mut self, agent: UserId, fence: u32, next: AgentNext) {
        if let (AgentNext::OnCall, Direction::Inbound, Some(lead)) =
            (next, self.call.facts.direction, self.call.facts.lead)
        {
            let (backend, scope) = (self.backend.clone(), self.scope);
            self.backend.finishing().spawn(async move { backend.hold_during_call(scope, lead, agent).await });
        }
        let (call, step) = (self.id(), AgentStep { agent, fence, next });
        if !matches!(next, AgentNext::OnCall) {
            let backend = self.backend.clone();
            tokio::spawn(async move { backend.quiet_phone(call, agent, true).await });
        }
        self.agent_steps.take(&self.backend, self.scope, call, step).await;
    }

    fn notice(&self, to: NoticeTo, code: NoticeCode) {
        let audience = match to {
            NoticeTo::Agent { user_id } => Audience::User(user_id),
            NoticeTo::Supervisors | NoticeTo::Admins => Audience::Supervisors,
        };
        let level = match code {
            NoticeCode::RecordingFailed => NoticeLevel::Loss,
            NoticeCode::CarrierMediaBack | NoticeCode::RecordingBack | NoticeCode::MessageLeft => NoticeLevel::Info,
            _ => NoticeLevel::Warning,
        };
        let text = code.as_str().replace('_', " ");
        let notice = Notice { level, code: code.as_str().to_owned(), text, call_id: Some(self.id()) };
        self.backend.feed().publish(self.tenant, audience, LiveEvent::Notice { notice });
    }

    pub(super) async fn carrier(&self) -> Option<TenantCarrier> {
        match self.backend.carrier(self.scope, &self.call.facts.provider).await {
            Ok(carrier) => Some(carrier),
            Err(error) => {
                tracing::error!(call = %self.id(), %error, "the carrier cannot be used");
                None
            }
        }
    }

    /// Beside the call: the customer is not kept waiting for the verdict.
    async fn machine_detection(&self, carrier: &TenantCarrier, party: Party) -> Option<MachineDetection> {
        let campaign = self.call.facts.campaign.filter(|_| party == Party::Customer)?;
        let campaign = self.backend.campaign_row(self.scope, campaign).await.ok()?;
        let verdict_url = Some(carrier.verdict_url(self.id()));
        let wait = match self.call.facts.voicemail {
            Some(_) => MachineWait::EndOfGreeting,
            None => MachineWait::Verdict,
        };
        campaign.detect_machines.then_some(MachineDetection { wait, verdict_url })
    }

    /// Asks the carrier once. What cannot be known is left to the carrier's own reports and the ring timer.
    async fn dial(&self, party: Party, number: String) {
        let failed = move |reason| match party {
            Party::Customer => CallEvent::CustomerFailed { reason },
            Party::Outside { attempt } => CallEvent::TransferFailed { attempt, reason },
            Party::Telephone { .. } => CallEvent::ProviderEnded { party, status: ProviderEnd::Failed },
        };
        let caller_id = self.backend.caller_id(self.scope, &self.call).await;
        let (Some(carrier), Some(from)) = (self.carrier().await, caller_id) else {
            self.tell_self(failed(DialFailure::Failed));
            return;
        };
        let via = match self.agent_telephone(party).await {
            Ok(via) => via,
            Err(reason) => {
                self.tell_self(failed(reason));
                return;
            }
        };
        let place = PlaceCall {
            to: domain::pii::Personal::new(number),
            from: domain::pii::Personal::new(from),
            answer_url: match self.call.facts.sound {
                SoundPlace::Conference => carrier.conference_url(self.id(), party),
                SoundPlace::Bridge | SoundPlace::Carrier => carrier.answer_url(self.id(), party),
            },
            status_url: Some(carrier.status_url(self.id(), party)),
            ring_timeout: Some(std::time::Duration::from_secs(45)),
            answering_machine: self.machine_detection(&carrier, party).await,
            send_digits: None,
            record: matches!(via, Via::Telephone(_)) && self.call.facts.recording,
            via,
            reference: self.id().to_string(),
        };
        let (backend, call) = (self.backend.clone(), self.id());
        let (scope, provider) = (self.scope, self.call.facts.provider.clone());
        tokio::spawn(async move {
            let event = match carrier.api.place_call(&place).await {
                Ok(id) => {
                    backend.note_provider_leg(scope, call, &provider, id.as_str(), party).await;
                    CallEvent::Dialed { party, provider_call_id: id.as_str().to_owned() }
                }
                Err(CarrierError::OutcomeUnknown { reason }) => {
                    tracing::warn!(%call, %reason, "the carrier may or may not be calling");
                    return;
                }
                Err(error) => {
                    tracing::warn!(%call, %error, "the carrier does not call");
                    backend.tell_of_refusal(scope, call, &error);
                    failed(DialFailure::Failed)
                }
            };
            let placed = match &event {
                CallEvent::Dialed { provider_call_id, .. } => Some(ProviderCallId::new(provider_call_id.clone())),
                _ => None,
            };
            // The call ended while the carrier was being asked: nobody is there to talk to.
            if !backend.calls().event(call, event)
                && let Some(id) = placed
                && let Err(error) = carrier.api.hang_up(&id).await
            {
                tracing::warn!(%call, %error, "a telephone call without a call could not be hung up");
            }
        });
    }

    async fn hang_up_carrier(&self, provider_call_id: Option<String>, leg: Option<LegId>) {
        let Some(carrier) = self.carrier().await else { return };
        let call = self.id();
        if !carrier.api.capabilities().hang_up {
            if let Some(leg) = leg {
                self.backend.calls().end_leg(leg);
            }
            return;
        }
        let Some(id) = provider_call_id else { return };
        tokio::spawn(async move {
            if let Err(error) = carrier.api.hang_up(&ProviderCallId::new(id)).await {
                tracing::warn!(%call, %error, "the carrier did not hang up");
            }
        });
    }

    async fn redirect(
        &self,
        provider_call_id: Option<String>,
        to: impl FnOnce(&TenantCarrier) -> Instructions,
    ) -> Redirected {
        let (Some(id), Some(carrier)) = (provider_call_id, self.carrier().await) else { return Redirected::Failed };
        match carrier.api.redirect(&ProviderCallId::new(id), &to(&carrier)).await {
            Ok(()) => Redirected::Done,
            Err(CarrierError::CallOver) => Redirected::CallOver,
            Err(error) => {
                tracing::warn!(call = %self.id(), %error, "the carrier did not take new instructions");
                Redirected::Failed
            }
        }
    }

    /// The telephone that is called first, when the carrier is to join two.
    async fn agent_telephone(&self, party: Party) -> Result<Via, DialFailure> {
        if self.call.facts.sound != SoundPlace::Carrier || party != Party::Customer {
            return Ok(Via::Instructions);
        }
        let Some(desk) = self.call.desk() else { return Err(DialFailure::Failed) };
        match self.backend.phone_of(self.scope, desk.agent).await {
            Ok(Some(phone)) => Ok(Via::Telephone(domain::pii::Personal::new(phone.as_str().to_owned()))),
            Ok(None) | Err(_) => Err(DialFailure::Failed),
        }
    }

    /// Beside the actor: the carrier may take its time.
    async fn ask_carrier(&self, party: Party, provider_call_id: String) {
        let Some(carrier) = self.carrier().await else { return };
        let (backend, call) = (self.backend.clone(), self.id());
        tokio::spawn(async move {
            let snapshot = match carrier.api.fetch_call(&ProviderCallId::new(provider_call_id)).await {
                Ok(snapshot) => snapshot,
                Err(error) => {
                    tracing::warn!(%call, %error, "the carrier did not say whether a call goes on; it is asked again");
                    return;
                }
            };
            let Some(status) = end_of(&snapshot) else { return };
            tracing::info!(%call, status = %snapshot.status, "the end of a call was found out by asking");
            // The report of the answer was lost as well.
            if status == ProviderEnd::Completed && snapshot.duration.is_some_and(|span| !span.is_zero()) {
                backend.calls().event(call, CallEvent::CustomerAnswered);
            }
            backend.calls().event(call, CallEvent::CarrierSwept { party, status });
        });
    }

    async fn restart_media(&self, party: Party, provider_call_id: Option<String>) {
        let call = self.id();
        let to = |carrier: &TenantCarrier| Instructions::Url(carrier.resume_url(call, party, crate::clock::new_uuid()));
        if self.redirect(provider_call_id, to).await == Redirected::CallOver {
            // The report of it was lost, as one that comes while no server runs.
            self.tell_self(CallEvent::ProviderEnded { party, status: ProviderEnd::Completed });
        }
    }

    /// The carrier speaks the sentence and hangs up; where it cannot, the bridge speaks it, whose word of its end comes back as an
    /// event.
    async fn say_goodbye(&self, leg: LegId, farewell: Farewell) {
        let line = farewell::line(farewell, &self.language);
        let said = match self.carrier().await {
            Some(carrier) if carrier.api.capabilities().transfer => {
                let document = crate::carriers::goodbye(line.text, &self.language);
                let id = self.call.provider_call_id.clone();
                self.redirect(id, |_| Instructions::Document(document)).await
            }
            Some(_) | None => Redirected::Failed,
        };
        match said {
            Redirected::Done => {}
            Redirected::CallOver => self.tell_self(CallEvent::FarewellFinished),
            Redirected::Failed => {
                self.backend.bridge().play(PortId::Carrier(leg), farewell::PROMPT.to_owned(), line.pcm());
            }
        }
    }

    /// Reads the names that go with the call's ids; what cannot be read stays as it was.
    pub(super) async fn read_names(&mut self) {
        match self.backend.names_of(self.scope, &self.call.facts, Duration::ZERO).await {
            Ok(names) => self.names = names,
            Err(error) => tracing::warn!(call = %self.id(), %error, "names could not be read"),
        }
    }
}

/// How the carrier says that the call ended; none while it goes on. The words are the same at Twilio and Exotel.
fn end_of(snapshot: &CallSnapshot) -> Option<ProviderEnd> {
    if !snapshot.over {
        return None;
    }
    Some(match snapshot.status.as_str() {
        "busy" => ProviderEnd::Busy,
        "no-answer" => ProviderEnd::NoAnswer,
        "failed" => ProviderEnd::Failed,
        "canceled" | "cancelled" => ProviderEnd::Cancelled,
        _ => ProviderEnd::Completed,
    })
}

impl Backend {
    /// Says what the carrier refused, and what to do about it, to those who can.
    pub(super) fn tell_of_refusal(&self, scope: TenantScope, call: CallId, error: &CarrierError) {
        let notice = Notice {
            level: NoticeLevel::Warning,
            code: "carrier_refused".to_owned(),
            text: error.to_string(),
            call_id: Some(call),
        };
        self.feed().publish(scope.tenant(), Audience::Supervisors, LiveEvent::Notice { notice });
    }
}
