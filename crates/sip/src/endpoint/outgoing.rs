//! Calls that we make, and what we ask of calls.

use std::time::{Duration, Instant};

use rsipstack::{
    dialog::invitation::InviteOption,
    sip::{Header, HeadersExt, Method, Route, SipMessage, StatusCodeKind},
    transaction::{
        key::{TransactionKey, TransactionRole},
        transaction::Transaction,
    },
};

use super::{CallKey, Endpoint, Event, Live, OutgoingCall, Replaced, SipFault, convert, follow};
use crate::{target::Target, timer};

/// Tries of a change that meets one of the other side (RFC 3261 section 14.1).
const GLARE_TRIES: usize = 4;
/// An OPTIONS that is not answered by then counts as lost.
const PING: Duration = Duration::from_secs(4);

impl Endpoint {
    /// Makes a call; what becomes of it comes as events.
    ///
    /// # Errors
    /// [`SipFault::BadAddress`]; nothing was sent.
    pub fn invite(&self, plan: OutgoingCall) -> Result<(), SipFault> {
        let call_id = format!("{}-{}@switchboard", plan.call, plan.attempt);
        let option = self.option(&plan, call_id.clone())?;
        let live = Live {
            dialog: None,
            call_id,
            offering: false,
            alive: false,
            cancelled: false,
            session: None,
            news: Default::default(),
            given: None,
        };
        self.calls().insert(plan.call, live);
        let (endpoint, call, limits) = (self.clone(), plan.call, (plan.ring_for, plan.silent_for));
        tokio::spawn(async move {
            if let Some(least) = endpoint.clone().carry_invite(call, option.clone(), limits, false).await {
                let again = endpoint.at_longer_intervals(call, option, least);
                endpoint.carry_invite(call, again, limits, true).await;
            }
        });
        Ok(())
    }

    /// The same call with a session timer as the other side wants it (RFC 4028 section 7.4).
    fn at_longer_intervals(&self, call: CallKey, option: InviteOption, least: u32) -> InviteOption {
        let call_id = option.call_id.map(|id| format!("{least}-{id}"));
        if let (Some(live), Some(id)) = (self.calls().get_mut(&call), &call_id) {
            live.call_id.clone_from(id);
        }
        let mut headers = option.headers.unwrap_or_default();
        headers.retain(|header| !matches!(header, Header::SessionExpires(_)));
        headers.push(Header::SessionExpires(least.to_string().into()));
        headers.push(Header::MinSE(least.to_string().into()));
        InviteOption { call_id, headers: Some(headers), ..option }
    }

    fn option(&self, plan: &OutgoingCall, call_id: String) -> Result<InviteOption, SipFault> {
        let callee = convert::uri(plan.to.reveal())?;
        let caller = convert::uri(plan.from.reveal())?;
        let first_hop = plan.proxy.as_ref().or(plan.target.as_ref());
        let transport = first_hop.map(|hop| hop.transport).unwrap_or_default();
        let known = first_hop.and_then(|hop| Some(std::net::SocketAddr::new(hop.address()?, hop.port)));
        let towards = plan.at.or(known);
        let user = plan
            .account
            .as_ref()
            .map_or_else(|| caller.user().unwrap_or_default().to_owned(), |account| account.username.clone());
        let mut headers = vec![
            Header::Supported("timer, replaces".into()),
            Header::SessionExpires(timer::OURS_S.to_string().into()),
            Header::Other("Allow".into(), super::start::ALLOW.into()),
        ];
        if let Some(number) = &plan.asserted {
            let host = caller.host_with_port.to_string();
            headers.push(Header::PAssertedIdentity(format!("<sip:{}@{host}>", number.reveal()).into()));
        }
        if plan.private {
            headers.push(Header::Privacy("id".into()));
        }
        match &plan.replaces {
            Some(Replaced::Ours(key)) => {
                let id = self.dialog(*key)?.id();
                let value = format!("{};to-tag={};from-tag={}", id.call_id, id.remote_tag, id.local_tag);
                headers.push(Header::Replaces(value.into()));
            }
            Some(Replaced::Theirs(value)) => headers.push(Header::Replaces(value.clone().into())),
            None => {}
        }
        if let Some(proxy) = &plan.proxy {
            let by = if proxy.transport == crate::target::Transport::Udp {
                String::new()
            } else {
                format!(";transport={}", proxy.transport.as_str())
            };
            headers.push(Header::Route(Route::new(format!("<sip:{proxy}{by};lr>"))));
        }
        let destination = match (first_hop, plan.at) {
            (Some(hop), Some(at)) => Some(self.0.locator.address(hop, at)?),
            (hop, _) => hop.map(convert::address).transpose()?,
        };
        Ok(InviteOption {
            caller_display_name: plan.from_name.clone(),
            contact: self.contact(&user, transport, towards),
            caller,
            callee,
            destination,
            content_type: Some(convert::SDP.to_owned()),
            offer: Some(plan.offer.clone()),
            credential: plan.account.as_ref().map(convert::credential),
            headers: Some(headers),
            support_prack: true,
            call_id: Some(call_id),
            ..InviteOption::default()
        })
    }

    /// Until the call is answered or has come to nothing. When its session timer is too short for the other side, the interval that
    /// is wanted, and nothing is told; `is_last` when it cannot be asked again.
    async fn carry_invite(
        self,
        call: CallKey,
        option: InviteOption,
        (ring_for, silent_for): (Duration, Option<Duration>),
        is_last: bool,
    ) -> Option<u32> {
        let (states, follow_states) = self.0.layer.new_dialog_state_channel();
        let following =
            follow::Follow { endpoint: self.clone(), call, states: follow_states, timer: None, incoming: false };
        tokio::spawn(following.run());
        let layer = std::sync::Arc::clone(&self.0.layer);
        let inviting = tokio::spawn(async move { layer.do_invite(option, states).await.map(Some) });
        tokio::pin!(inviting);
        let mut asked_to_stop = false;
        let began = tokio::time::Instant::now();
        let mut looks = silent_for.map(|span| began + span);
        let invited = loop {
            tokio::select! {
                invited = &mut inviting => break invited,
                () = tokio::time::sleep_until(looks.unwrap_or(began)), if looks.is_some() => {
                    looks = None;
                    if self.calls().get(&call).is_some_and(|live| !live.alive) {
                        // Nothing has come, so there is nothing that could be cancelled.
                        inviting.abort();
                        break Ok(Ok(None));
                    }
                }
                () = tokio::time::sleep_until(began + ring_for), if !asked_to_stop => {
                    asked_to_stop = true;
                    self.cancel(call).await;
                }
            }
        };
        let failed = |status: u16, reason: String| Event::Refused { call, status, reason };
        let event = match invited {
            Ok(Ok(Some((dialog, Some(response))))) if response.status_code.kind() == StatusCodeKind::Successful => {
                let cancelled = self.calls().get_mut(&call).is_none_or(|live| {
                    live.dialog = Some(dialog.clone());
                    live.cancelled
                });
                if cancelled || asked_to_stop {
                    // It was answered while the CANCEL was on its way.
                    if let Err(error) = dialog.bye().await {
                        tracing::debug!(%call, %error, "a call that was cancelled could not be hung up");
                    }
                    failed(487, "cancelled".to_owned())
                } else {
                    self.tell(Event::Answered(super::Answered { call, body: response.body }));
                    return None;
                }
            }
            Ok(Ok(Some((_, Some(response))))) => {
                let code = response.status_code.code();
                let least = response.header_value("Min-SE").and_then(|least| timer::longer(code, &least));
                let is_wanted = !asked_to_stop && self.calls().get(&call).is_some_and(|live| !live.cancelled);
                if least.is_some() && is_wanted && !is_last {
                    return least;
                }
                // A CANCEL of ours after the ring time reads as nobody having answered.
                failed(if asked_to_stop { 408 } else { code }, response.status_code.text().to_owned())
            }
            Ok(Ok(Some((_, None)) | None)) => failed(408, "no answer from the other side".to_owned()),
            Ok(Err(error)) => failed(503, error.to_string()),
            Err(error) => failed(500, error.to_string()),
        };
        if self.calls().remove(&call).is_some() {
            self.tell(event);
        }
        None
    }

    async fn cancel(&self, call: CallKey) {
        let call_id = match self.calls().get_mut(&call) {
            Some(live) => {
                live.cancelled = true;
                live.call_id.clone()
            }
            None => return,
        };
        for dialog in self.0.layer.get_client_dialog_by_call_id(&call_id) {
            if let Err(error) = dialog.cancel().await {
                tracing::debug!(%call, %error, "a CANCEL was not taken");
            }
        }
    }

    /// Takes the call, once what was described before it is acknowledged. Returns when the answer is on its way.
    ///
    /// # Errors
    /// As [`ring`](Self::ring).
    pub async fn answer(&self, call: CallKey, body: Vec<u8>) -> Result<(), SipFault> {
        let body = if self.until_it_may_be_answered(call).await? { None } else { Some(body) };
        let mut headers = body.as_ref().map(|_| convert::content_type(convert::SDP)).unwrap_or_default();
        headers.push(Header::Other("Allow".into(), super::start::ALLOW.into()));
        headers.push(Header::Supported(super::reliable::SUPPORTED.into()));
        let session = self.calls().get(&call).and_then(|live| live.session.clone());
        if let Some((value, known)) = session {
            headers.push(Header::SessionExpires(value.into()));
            if known {
                headers.push(Header::Require("timer".into()));
            }
        }
        self.dialog(call)?.accept(Some(headers), body).map_err(unreachable)
    }

    /// Refuses the call.
    ///
    /// # Errors
    /// As [`ring`](Self::ring).
    pub fn reject(&self, call: CallKey, status: u16, reason: &str) -> Result<(), SipFault> {
        let reason = format!("SIP;cause={status};text=\"{}\"", reason.replace(['"', '\\', '\r', '\n'], ""));
        self.dialog(call)?.reject(Some(convert::status(status)), Some(reason)).map_err(unreachable)
    }

    /// Ends the call in whatever state it is.
    pub async fn hang_up(&self, call: CallKey) {
        let dialog = self.dialog(call);
        let done = match dialog {
            Err(_) => {
                self.cancel(call).await;
                return;
            }
            Ok(dialog) if dialog.state().can_cancel() => dialog.reject(Some(convert::status(480)), None),
            Ok(dialog) => dialog.bye().await,
        };
        if let Err(error) = done {
            tracing::debug!(%call, %error, "a SIP call did not end as it should");
            // Nobody else will say it.
            self.over(call, true);
        }
    }

    /// Offers a changed session, and gives the answer to it.
    ///
    /// # Errors
    /// [`SipFault`].
    pub async fn reoffer(&self, call: CallKey, body: Vec<u8>) -> Result<Vec<u8>, SipFault> {
        let dialog = self.dialog(call)?;
        self.set_offering(call, true);
        let headers = convert::content_type(convert::SDP);
        let answered = dialog.reinvite_with_glare_retry(Some(headers), Some(body), GLARE_TRIES).await;
        self.set_offering(call, false);
        match answered.map_err(unreachable)? {
            Some(response) if response.status_code.kind() == StatusCodeKind::Successful => Ok(response.body),
            Some(response) => Err(SipFault::Refused(response.status_code.code())),
            None => Err(SipFault::Gone),
        }
    }

    fn set_offering(&self, call: CallKey, offering: bool) {
        if let Some(live) = self.calls().get_mut(&call) {
            live.offering = offering;
        }
    }

    /// Asks the other side to call somebody else, in place of the dialog `instead_of` if there is one. News of it come as
    /// [`Event::ReferProgress`].
    ///
    /// # Errors
    /// [`SipFault`].
    pub async fn refer(&self, call: CallKey, to: &str, instead_of: Option<CallKey>) -> Result<(), SipFault> {
        let dialog = self.dialog(call)?;
        let mut target = convert::uri(to)?.to_string();
        if let Some(other) = instead_of {
            let id = self.dialog(other)?.id();
            let value = format!("{};to-tag={};from-tag={}", id.call_id, id.remote_tag, id.local_tag);
            target = format!("{target}?Replaces={}", convert::escaped(&value));
        }
        let header = rsipstack::sip::ReferTo::from(format!("<{target}>"));
        match dialog.refer(header, None, None).await.map_err(unreachable)? {
            Some(response) if response.status_code.kind() == StatusCodeKind::Successful => Ok(()),
            Some(response) => Err(SipFault::Refused(response.status_code.code())),
            None => Err(SipFault::Gone),
        }
    }

    /// Asks whether somebody is there, and how long the answer took. Any answer at all is one.
    ///
    /// # Errors
    /// [`SipFault::Unreachable`], [`SipFault::BadAddress`].
    pub async fn ping(&self, target: &Target) -> Result<(u16, Duration), SipFault> {
        let mut last = SipFault::Unreachable(format!("{} has no address", target.host));
        for at in self.locate(target).await? {
            match self.ping_at(target, at).await {
                Ok(answered) => return Ok(answered),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    async fn ping_at(&self, target: &Target, at: std::net::SocketAddr) -> Result<(u16, Duration), SipFault> {
        let by = format!(";transport={}", target.transport.as_str());
        let callee = convert::uri(&format!("sip:{target}{by}"))?;
        let towards = Some(at);
        let us = self.contact("switchboard", target.transport, towards);
        let inner = &self.0.layer.endpoint;
        let via =
            rsipstack::transport::SipAddr::new(convert::library_transport(target.transport), us.host_with_port.clone());
        let via = inner.get_via(Some(via), None).map_err(unreachable)?;
        let from = rsipstack::sip::typed::From { display_name: None, uri: us, params: vec![] };
        let from = from.with_tag(rsipstack::transaction::make_tag());
        let to = rsipstack::sip::typed::To { display_name: None, uri: callee.clone(), params: vec![] };
        let request = inner.make_request(Method::Options, callee, via, from, to, 1, None);
        let key = TransactionKey::from_request(&request, TransactionRole::Client).map_err(unreachable)?;
        let mut transaction = Transaction::new_client(key, request, std::sync::Arc::clone(inner), None);
        transaction.destination = Some(self.0.locator.address(target, at)?);
        let began = Instant::now();
        transaction.send().await.map_err(unreachable)?;
        let answered = tokio::time::timeout(PING, async {
            while let Some(message) = transaction.receive().await {
                if let SipMessage::Response(response) = message
                    && response.status_code.kind() != StatusCodeKind::Provisional
                {
                    return Some(response.status_code.code());
                }
            }
            None
        });
        match answered.await {
            // 408 and 503 may be the library's own word for silence.
            Ok(Some(408 | 503)) | Ok(None) | Err(_) => {
                Err(SipFault::Unreachable(format!("no answer within {} s", PING.as_secs())))
            }
            Ok(Some(status)) => Ok((status, began.elapsed())),
        }
    }
}

fn unreachable(error: rsipstack::Error) -> SipFault {
    SipFault::Unreachable(error.to_string())
}
