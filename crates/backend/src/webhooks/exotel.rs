//! What the flows of Exotel ask and tell. Nothing is signed: the path holds a secret, the asker's address may have to be on a list,
//! and what says when it was sent has to be fresh.

use std::{net::IpAddr, time::Duration};

use domain::{
    call::{AnsweredBy, CallEvent, DialFailure, Party, ProviderEnd},
    ids::{CallId, LeadId, TenantId, UserId},
    time::UnixMillis,
};
use providers::exotel::{
    Params,
    answers::{self, Branch},
    numbers::instant,
    webhook::{Applet, Direction, Status, StatusCallback},
};
use storage::TenantScope;

use super::{Kept, WebhookAnswer, WebhookRequest};
use crate::{
    Backend, CarrierStream,
    calls::{Announced, Arrival, Dialect, Speaks},
    carriers::{EXOTEL, TenantCarrier, named_in_kind},
    clock,
    error::BackendError,
    number_masking::asked_for,
};

/// Exotel tries again within seconds; its clock and ours may differ by minutes.
const FRESH_FOR: Duration = Duration::from_secs(10 * 60);

/// A request as the edge received it.
#[derive(Debug)]
pub struct ExotelRequest {
    pub tenant: TenantId,
    /// As the path has it.
    pub secret: String,
    /// Last part of the path.
    pub kind: String,
    pub from: IpAddr,
    /// Without the `?`.
    pub query: String,
    pub content_type: String,
    pub body: Vec<u8>,
}

/// A request that has proved itself.
struct Known {
    scope: TenantScope,
    carrier: TenantCarrier,
    params: Params,
}

const fn provider_end(status: &Status) -> Option<ProviderEnd> {
    match status {
        Status::Completed => Some(ProviderEnd::Completed),
        Status::Busy => Some(ProviderEnd::Busy),
        Status::Failed => Some(ProviderEnd::Failed),
        Status::NoAnswer => Some(ProviderEnd::NoAnswer),
        Status::Canceled => Some(ProviderEnd::Cancelled),
        Status::Queued | Status::Ringing | Status::InProgress | Status::Other(_) => None,
    }
}

/// When the request says it was sent; most say nothing.
fn sent_at(params: &Params) -> Option<UnixMillis> {
    params.text("CurrentTime").and_then(instant)
}

impl Backend {
    pub async fn exotel_webhook(&self, request: ExotelRequest) -> WebhookAnswer {
        let known = match self.known(&request).await {
            Ok(known) => known,
            Err(answer) => return answer,
        };
        // Questions have no effect, and the same one may come again whenever a flow passes by.
        let asked = match request.kind.as_str() {
            "greeting" => Some(self.exotel_greeting(&known).await),
            "voicebot" => Some(Ok(WebhookAnswer::json(&answers::socket(&known.carrier.exotel_media_url())))),
            "gather" => Some(self.exotel_gather(&known).await),
            _ => None,
        };
        if let Some(answer) = asked {
            return answer.unwrap_or_else(|error| failed(&request.kind, &error));
        }
        // A flow that goes away in the middle does not stop the work on what it has said.
        let working = tokio::spawn(self.clone().work_on_exotel(known, request));
        working.await.unwrap_or_else(|error| {
            tracing::error!(%error, "the work on a webhook failed");
            WebhookAnswer::text(503, "try again")
        })
    }

    async fn known(&self, request: &ExotelRequest) -> Result<Known, WebhookAnswer> {
        // One answer whatever is wrong: nothing is told about tenants and secrets.
        let refuse = |why: &str| {
            tracing::warn!(kind = %request.kind, tenant = %request.tenant, why, "a webhook was refused");
            WebhookAnswer::text(403, "this address is not known here")
        };
        let scope = TenantScope::system(request.tenant);
        let carrier = match self.carrier(scope, EXOTEL).await {
            Ok(carrier) => carrier,
            Err(BackendError::Unavailable) => return Err(WebhookAnswer::text(503, "try again")),
            Err(_) => return Err(refuse("no Exotel account is set up")),
        };
        let access = carrier.exotel_access().ok_or_else(|| refuse("no Exotel account is set up"))?;
        access.check(&request.secret, request.from).map_err(|stranger| refuse(&stranger.to_string()))?;
        let params = Params::read(&request.query, &request.content_type, &request.body)
            .await
            .map_err(|error| WebhookAnswer::text(400, &error.to_string()))?;
        let now = clock::now();
        let stale = |at: UnixMillis| now.since(at).max(at.since(now)) > FRESH_FOR;
        if sent_at(&params).is_some_and(stale) {
            return Err(refuse("it was sent long ago: a replay"));
        }
        Ok(Known { scope, carrier, params })
    }

    async fn work_on_exotel(self, known: Known, request: ExotelRequest) -> WebhookAnswer {
        // Without the secret, which is not to be kept in another place.
        let request = WebhookRequest {
            path_and_query: format!("{}?{}", request.kind, request.query),
            kind: request.kind,
            signature: String::new(),
            content_type: request.content_type,
            body: request.body,
        };
        let taken = match self.keep(known.scope, EXOTEL, &request).await {
            Ok(Kept::Replayed { age }) => {
                tracing::warn!(kind = %request.kind, age_s = age.as_secs(), "a webhook was refused: it is a replay");
                return WebhookAnswer::text(403, "this request was worked on before");
            }
            Ok(Kept::Received(taken)) => taken,
            Err(error) => return failed(&request.kind, &error),
        };
        let answer = self.take_in_exotel(&known, &request.kind, taken.is_new).await;
        if answer.is_ok()
            && let Err(error) = storage::inbox::processed(self.store(), known.scope, taken.id, clock::now()).await
        {
            tracing::warn!(%error, "a webhook could not be marked as processed");
        }
        answer.unwrap_or_else(|error| failed(&request.kind, &error))
    }

    /// One that the last server was cut off from.
    pub(super) async fn redo_exotel(&self, scope: TenantScope, request: WebhookRequest) -> Result<(), BackendError> {
        let query = request.path_and_query.split_once('?').map_or("", |(_, query)| query);
        let params = Params::read(query, &request.content_type, &request.body).await.map_err(malformed)?;
        let known = Known { scope, carrier: self.carrier(scope, EXOTEL).await?, params };
        self.take_in_exotel(&known, &request.kind, true).await.map(drop)
    }

    async fn take_in_exotel(&self, known: &Known, kind: &str, is_new: bool) -> Result<WebhookAnswer, BackendError> {
        match kind.split('.').next().unwrap_or_default() {
            "passthru" => self.exotel_passthru(known, is_new).await.map(branch),
            "after_voicebot" => self.exotel_after(known).await.map(branch),
            "ended" => {
                let applet = applet(known)?;
                if let Some(call) = self.exotel_call(known, &applet).await? {
                    self.exotel_ended(known, call, Party::Customer, applet.status.as_ref());
                }
                Ok(WebhookAnswer::nothing())
            }
            "status" => {
                if is_new {
                    self.exotel_status(known, kind).await?;
                }
                Ok(WebhookAnswer::nothing())
            }
            _ => Ok(WebhookAnswer::text(404, "no such webhook")),
        }
    }

    /// The flow begins: an inbound call, or one of ours that was taken up. The first branch goes on to us, the second to the end.
    async fn exotel_passthru(&self, known: &Known, is_new: bool) -> Result<Branch, BackendError> {
        let applet = applet(known)?;
        if applet.direction == Direction::Outbound {
            return self.exotel_taken_up(known, &applet).await;
        }
        let announced = Announced { call_sid: &applet.call_sid, from: &applet.from, to: &applet.to };
        Ok(match self.arrive(known.scope, &known.carrier, &announced, is_new).await? {
            Arrival::Welcome { .. } => Branch::First,
            Arrival::OwnAgent { agent, lead } => {
                if is_new {
                    self.call_agent_back(known.scope, agent, lead);
                }
                Branch::Second
            }
            Arrival::Over | Arrival::UnknownNumber { .. } => Branch::Second,
        })
    }

    /// An agent called a virtual number by their own telephone. A flow cannot join two calls, so theirs ends, and Exotel calls
    /// them and then the lead.
    fn call_agent_back(&self, scope: TenantScope, agent: UserId, lead: LeadId) {
        let backend = self.clone();
        self.finishing().spawn(async move {
            let placed = match backend.actor_by_telephone(scope, agent).await {
                Ok(actor) => backend.place(&actor, asked_for(lead), Speaks::OwnTelephone).await,
                Err(error) => Err(error),
            };
            if let Err(error) = placed {
                tracing::warn!(%agent, %error, "an agent who called a virtual number was not called back");
            }
        });
    }

    /// Somebody whom we called through a flow has answered.
    async fn exotel_taken_up(&self, known: &Known, applet: &Applet) -> Result<Branch, BackendError> {
        let Some(call) = self.exotel_call(known, applet).await? else { return Ok(Branch::Second) };
        let party = Party::Customer;
        self.calls().event(call, CallEvent::Dialed { party, provider_call_id: applet.call_sid.clone() });
        self.note_provider_leg(known.scope, call, EXOTEL, &applet.call_sid, party).await;
        let answered = self.calls().event(call, CallEvent::CustomerAnswered);
        Ok(if answered { Branch::First } else { Branch::Second })
    }

    /// The stream has ended. The second branch leads back to it, for a call that goes on here: the socket broke, or the server was
    /// restarted. The first leads to the end.
    async fn exotel_after(&self, known: &Known) -> Result<Branch, BackendError> {
        let applet = applet(known)?;
        let Some(call) = self.exotel_call(known, &applet).await? else { return Ok(Branch::First) };
        let gone = applet.hung_up || applet.stream_ended_by.as_deref() == Some("user");
        if gone || applet.status.as_ref().is_some_and(Status::is_terminal) {
            self.exotel_ended(known, call, Party::Customer, applet.status.as_ref());
            return Ok(Branch::First);
        }
        let goes_on = self.is_live(call).await;
        Ok(if goes_on { Branch::Second } else { Branch::First })
    }

    fn exotel_ended(&self, known: &Known, call: CallId, party: Party, status: Option<&Status>) {
        if self.is_under_way(known.scope.tenant(), call) {
            let status = status.and_then(provider_end).unwrap_or(ProviderEnd::Completed);
            self.calls().event(call, CallEvent::ProviderEnded { party, status });
        }
    }

    /// By our own name for it, else by Exotel's.
    async fn exotel_call(&self, known: &Known, applet: &Applet) -> Result<Option<CallId>, BackendError> {
        let named = applet.reference.as_deref().and_then(|text| text.parse().ok());
        let tenant = known.scope.tenant();
        if let Some(call) = named.filter(|call| self.is_under_way(tenant, *call)) {
            return Ok(Some(call));
        }
        self.call_of_provider(known.scope, EXOTEL, &applet.call_sid).await
    }

    async fn exotel_status(&self, known: &Known, kind: &str) -> Result<(), BackendError> {
        let status = StatusCallback::from_params(&known.params).map_err(malformed)?;
        let named = match named_in_kind(kind) {
            Some(named) => Some(named),
            None => {
                let call = self.call_of_provider(known.scope, EXOTEL, &status.call_sid).await?;
                call.map(|call| (call, Party::Customer))
            }
        };
        if let (None, Some(end)) = (named, provider_end(&status.status).filter(|_| status.is_final())) {
            self.calls().ended_early(known.scope.tenant(), &status.call_sid, end);
        }
        let Some((call, party)) = named.filter(|(call, _)| self.is_under_way(known.scope.tenant(), *call)) else {
            tracing::info!(call_sid = %status.call_sid, "a status came for a call that is not under way");
            return Ok(());
        };
        self.calls().event(call, CallEvent::Dialed { party, provider_call_id: status.call_sid.clone() });
        if let Some(verdict) = status.legs.last().and_then(|leg| leg.answered_by) {
            self.calls().event(call, CallEvent::AnsweredBy { verdict, greeting_over: false });
        }
        if status.is_answered() {
            let machine = status.legs.last().and_then(|leg| leg.answered_by) == Some(AnsweredBy::Machine);
            self.exotel_both_there(call, machine);
        } else if status.is_final() {
            // The report of the answer may have been lost.
            if status.status == Status::Completed && status.conversation_s.is_some_and(|s| s > 0) {
                self.exotel_both_there(call, false);
            }
            self.exotel_ended(known, call, party, Some(&status.status));
        }
        Ok(())
    }

    /// A call between two telephones: both have been taken up, and nothing of their sound comes here.
    fn exotel_both_there(&self, call: CallId, machine: bool) {
        let event = if machine {
            CallEvent::CustomerFailed { reason: DialFailure::Machine }
        } else {
            CallEvent::CustomerAnswered
        };
        self.calls().event(call, event);
        let leg = domain::ids::LegId::new(call.as_uuid());
        self.calls().event(call, CallEvent::CarrierAttached { party: Party::Customer, leg });
    }

    /// The number's greeting, as the applet takes it: plain text. It may not be empty.
    async fn exotel_greeting(&self, known: &Known) -> Result<WebhookAnswer, BackendError> {
        let applet = applet(known)?;
        let number = storage::numbers::find(self.store(), applet.to.reveal()).await?;
        let own = number.filter(|(owner, _)| *owner == known.scope.tenant());
        let text = own.map(|(_, number)| number.greeting).filter(|text| !text.is_empty());
        let body = text.unwrap_or_else(|| " ".to_owned());
        Ok(WebhookAnswer { status: 200, content_type: answers::GREETING_TYPE, body })
    }

    /// What the keypad menu of a flow asks: the number's greeting again, for one key.
    async fn exotel_gather(&self, known: &Known) -> Result<WebhookAnswer, BackendError> {
        let greeting = self.exotel_greeting(known).await?.body;
        let gather = answers::Gather { prompt: greeting, most_digits: 1, wait_s: 5, repeats: 1 };
        Ok(WebhookAnswer::json(&gather.to_json()))
    }

    /// Opens the media socket of a flow.
    pub async fn open_exotel_stream(&self, tenant: TenantId, secret: &str, from: IpAddr) -> Option<CarrierStream> {
        let carrier = self.carrier(TenantScope::system(tenant), EXOTEL).await.ok()?;
        match carrier.exotel_access()?.check(secret, from) {
            Ok(()) => Some(CarrierStream::new(self.clone(), tenant, EXOTEL, Dialect::exotel())),
            Err(stranger) => {
                tracing::warn!(%tenant, %stranger, "a media socket was refused");
                None
            }
        }
    }
}

fn malformed(error: impl ToString) -> BackendError {
    BackendError::Upstream(error.to_string())
}

fn applet(known: &Known) -> Result<Applet, BackendError> {
    Applet::from_params(&known.params).map_err(malformed)
}

fn branch(branch: Branch) -> WebhookAnswer {
    WebhookAnswer::text(branch.status(), "")
}

fn failed(kind: &str, error: &BackendError) -> WebhookAnswer {
    match error {
        BackendError::Upstream(text) => WebhookAnswer::text(400, text),
        error => {
            tracing::error!(kind, %error, "a webhook could not be processed");
            WebhookAnswer::text(503, "try again")
        }
    }
}
