//! What happens in a dialog, told as events, until it ends.

use std::time::Duration;

use rsipstack::{
    dialog::dialog::{DialogState, DialogStateReceiver, TerminatedReason, TransactionHandle},
    sip::{Header, HeadersExt, Method, Request, StatusCode},
};
use tokio::{sync::oneshot, time::Instant};

use super::{CallKey, Endpoint, Event, Reoffer, Replaced, convert, referral};
use crate::timer::{Due, SessionTimer};

/// Whoever decides about a change of the session has so long; the other side repeats its request in the meantime.
pub(super) const TO_DECIDE: Duration = Duration::from_secs(10);
/// Octets of a `Replaces` that is passed on.
const MOST_OF_REPLACES: usize = 512;
/// Without a session timer.
const FOREVER: Duration = Duration::from_secs(30 * 24 * 3600);

pub(super) struct Follow {
    pub endpoint: Endpoint,
    pub call: CallKey,
    pub states: DialogStateReceiver,
    pub timer: Option<SessionTimer>,
    pub incoming: bool,
}

impl Follow {
    pub(super) async fn run(mut self) {
        let mut confirmed = false;
        let mut acknowledged = None;
        let mut due = self.due();
        loop {
            let state = tokio::select! {
                state = self.states.recv() => state,
                () = tokio::time::sleep_until(due) => {
                    self.time_is_up().await;
                    due = self.due();
                    continue;
                }
                () = self.endpoint.0.stop.cancelled() => None,
            };
            let Some(state) = state else { break };
            if !self.incoming && !matches!(state, DialogState::Calling(_)) {
                self.endpoint.speaks(self.call);
            }
            match state {
                DialogState::Early(_, response) if !self.incoming => {
                    let (call, status, body) = (self.call, response.status_code.code(), response.body.clone());
                    self.endpoint.tell(Event::Progress { call, status, body });
                }
                DialogState::Confirmed(_, response) => {
                    if !confirmed && !self.incoming {
                        self.timer = crate::timer::accepted(response.header_value("Session-Expires").as_deref());
                    }
                    confirmed = true;
                    due = self.due();
                    self.look_at_ack(&mut acknowledged);
                }
                DialogState::Updated(_, request, handle) => {
                    due = self.due();
                    tokio::spawn(reoffered(self.endpoint.clone(), self.call, request, handle));
                }
                DialogState::Refer(_, request, handle) => {
                    tokio::spawn(referral::referred(self.endpoint.clone(), self.call, request, handle));
                }
                DialogState::Notify(_, request, handle) => {
                    if let Some((status, is_final)) = referral::news(&request) {
                        self.endpoint.tell(Event::ReferProgress { call: self.call, status, is_final });
                    }
                    answer(&handle, StatusCode::OK).await;
                }
                DialogState::Info(_, request, handle) => {
                    if let Some(digits) = relayed_keys(&request) {
                        self.endpoint.tell(Event::Keys { call: self.call, digits });
                    }
                    answer(&handle, StatusCode::OK).await;
                }
                DialogState::Options(_, _, handle) => answer(&handle, StatusCode::OK).await,
                DialogState::Message(_, _, handle) | DialogState::Publish(_, _, handle) => {
                    answer(&handle, StatusCode::MethodNotAllowed).await;
                }
                DialogState::Terminated(id, reason) => {
                    self.endpoint.0.layer.remove_dialog(&id);
                    // An outgoing call that was not answered is told of by whoever placed it.
                    if self.incoming || confirmed {
                        let by_us = matches!(
                            (self.incoming, &reason),
                            (true, TerminatedReason::UasBye | TerminatedReason::UasDecline | TerminatedReason::UasBusy)
                                | (false, TerminatedReason::UacBye | TerminatedReason::UacCancel)
                        );
                        self.endpoint.over(self.call, by_us);
                    }
                    break;
                }
                DialogState::Calling(_)
                | DialogState::Trying(_)
                | DialogState::Early(..)
                | DialogState::WaitAck(..) => {}
            }
        }
    }

    fn due(&self) -> Instant {
        Instant::now() + self.timer.map_or(FOREVER, |timer| timer.due().0)
    }

    async fn time_is_up(&self) {
        let (Some(timer), Ok(dialog)) = (self.timer, self.endpoint.dialog(self.call)) else { return };
        match timer.due().1 {
            Due::Refresh => {
                let refresher = if self.incoming { "uas" } else { "uac" };
                let expires = format!("{};refresher={refresher}", timer.interval_s);
                let headers = vec![Header::SessionExpires(expires.into()), Header::Supported("timer".into())];
                match dialog.update(Some(headers), None).await {
                    Ok(Some(response)) if !matches!(response.status_code.code(), 408 | 481) => {}
                    Ok(_) | Err(_) => self.hang_up("the other side did not answer a session refresh").await,
                }
            }
            Due::HangUp => self.hang_up("the other side did not refresh the session").await,
        }
    }

    async fn hang_up(&self, why: &str) {
        tracing::info!(call = %self.call, why, "a SIP call is hung up");
        if let Ok(dialog) = self.endpoint.dialog(self.call)
            && let Err(error) = dialog.bye_with_reason("SIP;cause=408;text=\"Session expired\"".to_owned()).await
        {
            tracing::debug!(call = %self.call, %error, "a BYE was not sent");
        }
    }

    /// The answer to an offer that went out with a 2xx comes with its ACK.
    fn look_at_ack(&self, last: &mut Option<u32>) {
        let Ok(dialog) = self.endpoint.dialog(self.call) else { return };
        let Some(ack) = dialog.last_remote_ack().filter(|ack| !ack.body.is_empty()) else { return };
        let number = ack.cseq_header().and_then(|sequence| sequence.seq()).ok();
        if number.is_some() && number != *last {
            *last = number;
            self.endpoint.tell(Event::Acknowledged { call: self.call, body: ack.body });
        }
    }
}

impl Endpoint {
    /// The answer to an offer within a call, or the status that refuses it.
    pub(super) async fn decided(&self, call: CallKey, body: Vec<u8>) -> Result<Vec<u8>, u16> {
        let (reply, decided) = oneshot::channel();
        self.tell(Event::Reoffered(Reoffer { call, body, reply }));
        match tokio::time::timeout(TO_DECIDE, decided).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => Err(500),
        }
    }

    fn speaks(&self, call: CallKey) {
        if let Some(live) = self.calls().get_mut(&call) {
            live.alive = true;
        }
    }

    /// Once for each call.
    pub(super) fn over(&self, call: CallKey, by_us: bool) {
        if self.calls().remove(&call).is_some() {
            self.tell(Event::Ended { call, by_us });
        }
    }
}

impl Endpoint {
    /// Who is named by a `Replaces` that somebody sent us to pass on.
    pub(super) fn replaced(&self, value: String) -> Result<Replaced, ()> {
        // It goes into a request of ours.
        let plain = value.len() <= MOST_OF_REPLACES && value.bytes().all(|byte| byte.is_ascii_graphic());
        let (id, tags) = convert::replaced(&value).filter(|_| plain).ok_or(())?;
        Ok(match self.key_of(&id, [tags[0].as_str(), tags[1].as_str()]) {
            Some(key) => Replaced::Ours(key),
            None => Replaced::Theirs(value),
        })
    }
}

async fn answer(handle: &TransactionHandle, status: StatusCode) {
    if let Err(error) = handle.reply(status).await {
        tracing::debug!(%error, "a request within a SIP call was not answered");
    }
}

/// What goes back with a 2xx to a request that refreshes the session.
fn refreshed(request: &Request) -> Vec<Header> {
    let asked = request.header_value("Session-Expires");
    match crate::timer::answer(asked.as_deref(), request.header_contains_token("Supported", "timer")) {
        Ok(Some((text, _))) => vec![Header::SessionExpires(text.into()), Header::Require("timer".into())],
        Ok(None) | Err(_) => Vec::new(),
    }
}

async fn reoffered(endpoint: Endpoint, call: CallKey, request: Request, handle: TransactionHandle) {
    let mut headers = refreshed(&request);
    let answer = if request.method == Method::Update && request.body.is_empty() {
        // A sign of life.
        Ok(Vec::new())
    } else {
        endpoint.decided(call, request.body).await
    };
    let sent = match answer {
        Ok(body) if body.is_empty() => handle.respond(StatusCode::OK, Some(headers), None).await,
        Ok(body) => {
            headers.extend(convert::content_type(convert::SDP));
            handle.respond(StatusCode::OK, Some(headers), Some(body)).await
        }
        Err(code) => handle.reply(convert::status(code)).await,
    };
    if let Err(error) = sent {
        tracing::debug!(%call, %error, "a change of a session was not answered");
    }
}

/// `Signal=5` of a body of application/dtmf-relay.
fn relayed_keys(request: &Request) -> Option<String> {
    let kind = request.header_value("Content-Type")?.to_ascii_lowercase();
    if !kind.starts_with("application/dtmf") || request.body.len() > 256 {
        return None;
    }
    let text = str::from_utf8(&request.body).ok()?;
    let signal = text.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        name.trim().eq_ignore_ascii_case("signal").then(|| value.trim())
    });
    // application/dtmf has the key alone.
    let key = signal.or_else(|| kind.starts_with("application/dtmf;").then_some(text.trim()))?;
    Some(key.chars().take(1).collect()).filter(|digits: &String| !digits.is_empty())
}
