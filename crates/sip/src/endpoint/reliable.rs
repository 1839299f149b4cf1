//! Provisional answers that the caller acknowledges (RFC 3262). The library gives none by itself: it takes any PRACK for one that
//! is due and tells nobody of it. So PRACKs do not get as far as the library, which sends our answers and knows no difference.

use rsipstack::{
    dialog::{DialogId, invite_dialog::InviteDialog},
    sip::{Header, HeadersExt, Request, StatusCode},
    transaction::{key::TransactionRole, transaction::Transaction},
};
use tokio::sync::watch;

use super::{CallKey, Endpoint, Event, SipFault, convert};
use crate::reliable::{Caller, MOST_AT_FIRST, Provisional, Provisionals, Unmatched, waits};

/// As our answers and OPTIONS have it.
pub(super) const SUPPORTED: &str = "timer, 100rel, replaces";

/// Those of a call that came in.
pub(super) struct Given {
    provisionals: Provisionals,
    /// A PRACK came.
    settled: watch::Sender<()>,
    /// The INVITE had no offer, so that ours is answered by a PRACK.
    offers: bool,
}

impl Given {
    pub(super) fn to(request: &Request) -> Self {
        let caller = if request.header_contains_token("Require", "100rel") {
            Caller::Requires
        } else if request.header_contains_token("Supported", "100rel") {
            Caller::Can
        } else {
            Caller::Cannot
        };
        let invite = request.cseq_header().and_then(|sequence| sequence.seq()).unwrap_or_default();
        let first = rand::random::<u32>() % MOST_AT_FIRST + 1;
        Self {
            provisionals: Provisionals::new(caller, invite, first),
            settled: watch::Sender::default(),
            offers: request.body.is_empty(),
        }
    }

    pub(super) fn caller(&self) -> Caller {
        self.provisionals.caller()
    }
}

impl Endpoint {
    fn of_given<T>(&self, call: CallKey, act: impl FnOnce(&mut Given) -> T) -> Option<T> {
        self.calls().get_mut(&call).and_then(|live| live.given.as_mut()).map(act)
    }

    /// Says that it rings; with a description, that the sound may begin before the answer. To who acknowledges such an answer it
    /// is sent until they do, and after others that are not acknowledged yet; who does not in time is refused with 504.
    ///
    /// # Errors
    /// [`SipFault::Gone`], [`SipFault::Unreachable`].
    pub fn ring(&self, call: CallKey, body: Option<Vec<u8>>) -> Result<(), SipFault> {
        let dialog = self.dialog(call)?;
        let caller = self.of_given(call, |given| given.caller());
        if !caller.is_some_and(|caller| caller.acknowledges(body.is_some())) {
            return say(&dialog, Vec::new(), body);
        }
        match self.of_given(call, |given| given.provisionals.say(body)).flatten() {
            Some(first) => self.send_until_acknowledged(call, dialog, first),
            None => Ok(()),
        }
    }

    fn send_until_acknowledged(
        &self,
        call: CallKey,
        dialog: InviteDialog,
        provisional: Provisional,
    ) -> Result<(), SipFault> {
        send(&dialog, &provisional)?;
        tokio::spawn(self.clone().send_again(call, dialog, provisional));
        Ok(())
    }

    async fn send_again(self, call: CallKey, dialog: InviteDialog, provisional: Provisional) {
        let is_due = || self.of_given(call, |given| given.provisionals.is_unacknowledged(provisional.number));
        let waits = waits(self.0.t1);
        for (turn, wait) in waits.iter().enumerate() {
            tokio::select! {
                () = tokio::time::sleep(*wait) => {}
                () = self.0.stop.cancelled() => return,
            }
            if is_due() != Some(true) {
                return;
            }
            let done = if turn + 1 < waits.len() {
                send(&dialog, &provisional)
            } else {
                tracing::info!(%call, "a provisional answer was not acknowledged; the SIP call is refused");
                self.reject(call, 504, "a provisional answer was not acknowledged")
            };
            if let Err(error) = done {
                tracing::debug!(%call, %error, "a provisional answer was not sent again");
                return;
            }
        }
    }

    /// Until a 2xx may be sent. Whether what it would describe was said before.
    pub(super) async fn until_it_may_be_answered(&self, call: CallKey) -> Result<bool, SipFault> {
        let mut settled = self.of_given(call, |given| given.settled.subscribe()).ok_or(SipFault::Gone)?;
        loop {
            let answered = self.of_given(call, |given| {
                let provisionals = &mut given.provisionals;
                provisionals.may_answer().then(|| provisionals.answer())
            });
            if let Some(described) = answered.ok_or(SipFault::Gone)? {
                return Ok(described);
            }
            // The call has ended when this fails.
            settled.changed().await.map_err(|_| SipFault::Gone)?;
        }
    }
}

fn say(dialog: &InviteDialog, mut headers: Vec<Header>, body: Option<Vec<u8>>) -> Result<(), SipFault> {
    if body.is_some() {
        headers.extend(convert::content_type(convert::SDP));
    }
    dialog.ringing(Some(headers), body).map_err(|error| SipFault::Unreachable(error.to_string()))
}

fn send(dialog: &InviteDialog, provisional: &Provisional) -> Result<(), SipFault> {
    let headers = vec![
        Header::Require("100rel".into()),
        Header::RSeq(provisional.number.to_string().into()),
        Header::Other("Allow".into(), super::start::ALLOW.into()),
        Header::Supported(SUPPORTED.into()),
    ];
    say(dialog, headers, provisional.body.clone())
}

/// A PRACK within a dialog.
pub(super) async fn acknowledged(endpoint: Endpoint, mut transaction: Transaction) {
    let request = transaction.original.clone();
    let id = DialogId::try_from((&request, TransactionRole::Server)).ok();
    let call = id.and_then(|id| endpoint.key_of(&id.call_id, [&id.local_tag, &id.remote_tag]));
    let rack = request.header_value("RAck");
    let matched = call.and_then(|call| {
        endpoint.of_given(call, |given| given.provisionals.acknowledge(rack.as_deref()).map(|()| (call, given.offers)))
    });
    let (call, offers) = match matched.unwrap_or(Err(Unmatched::Unknown)) {
        Ok(matched) => matched,
        Err(unmatched) => return reply(&mut transaction, unmatched.status(), None).await,
    };
    let answered = match request.body {
        body if body.is_empty() => Ok(None),
        body if offers && endpoint.of_given(call, |given| std::mem::take(&mut given.offers)) == Some(true) => {
            endpoint.tell(Event::Acknowledged { call, body });
            Ok(None)
        }
        body => endpoint.decided(call, body).await.map(Some),
    };
    match answered {
        Ok(body) => reply(&mut transaction, 200, body).await,
        // It acknowledges all the same: nothing of an offer that is refused changes what was agreed on.
        Err(status) => reply(&mut transaction, status, None).await,
    }
    let next = endpoint.of_given(call, |given| {
        let next = given.provisionals.settled();
        given.settled.send_replace(());
        next
    });
    if let (Some(next), Ok(dialog)) = (next.flatten(), endpoint.dialog(call))
        && let Err(error) = endpoint.send_until_acknowledged(call, dialog, next)
    {
        tracing::debug!(%call, %error, "a provisional answer was not sent");
    }
}

async fn reply(transaction: &mut Transaction, status: u16, body: Option<Vec<u8>>) {
    let headers = body.as_ref().map(|_| convert::content_type(convert::SDP)).unwrap_or_default();
    let status = if status == 200 { StatusCode::OK } else { convert::status(status) };
    if let Err(error) = transaction.reply_with(status, headers, body).await {
        tracing::debug!(%error, "a PRACK was not answered");
    }
}
