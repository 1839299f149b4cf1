//! A side that wants its call to go elsewhere: our answer to that, and what becomes of it, told in order (RFC 3515). And what is
//! told to us of a call that we sent elsewhere.

use std::collections::VecDeque;

use rsipstack::{
    dialog::{dialog::TransactionHandle, invite_dialog::InviteDialog},
    sip::{HeadersExt, Request, StatusCode},
};
use tokio::sync::oneshot;

use super::{CallKey, Endpoint, Event, Referral, convert, follow::TO_DECIDE};

/// What is still to be told.
#[derive(Default)]
pub(super) struct News {
    /// Status of the call that was asked for, and whether it is the last.
    waiting: VecDeque<(u16, bool)>,
    /// Somebody tells it, or will once the request is answered.
    told: bool,
}

impl Endpoint {
    /// Tells a side that referred its call what has become of that: after our answer to it and after earlier news.
    pub fn tell_referrer(&self, call: CallKey, status: u16, is_final: bool) {
        let taken = self.calls().get_mut(&call).is_some_and(|live| {
            live.news.waiting.push_back((status, is_final));
            std::mem::replace(&mut live.news.told, true)
        });
        if !taken {
            tokio::spawn(self.clone().tell_news(call));
        }
    }

    async fn tell_news(self, call: CallKey) {
        while let Some((dialog, status, is_final)) = self.next_news(call) {
            let state = if is_final { "terminated;reason=noresource" } else { "active;expires=60" };
            if let Err(error) = dialog.notify_refer(convert::status(status), state).await {
                tracing::debug!(%call, %error, "whoever asked for a transfer was not told of it");
            }
        }
    }

    /// None: nothing is left, or the call is over.
    fn next_news(&self, call: CallKey) -> Option<(InviteDialog, u16, bool)> {
        let mut calls = self.calls();
        let live = calls.get_mut(&call)?;
        let next = live.dialog.clone().zip(live.news.waiting.pop_front());
        live.news.told = next.is_some();
        next.map(|(dialog, (status, is_final))| (dialog, status, is_final))
    }
}

/// What a NOTIFY says of a call that was sent elsewhere: its status, and whether nothing more will come (RFC 3515 section 2.4.4).
/// The library's own reader looks for the fields under names that its parser never gives them.
pub(super) fn news(request: &Request) -> Option<(u16, bool)> {
    let event = request.header_value("Event")?.to_ascii_lowercase();
    let package = event.split(';').next()?.trim();
    let state = request.header_value("Subscription-State")?.trim_start().to_ascii_lowercase();
    let words = std::str::from_utf8(&request.body).ok()?.trim_start().strip_prefix("SIP/2.0 ")?;
    let status = words.split_whitespace().next()?.parse().ok().filter(|status| (100..700).contains(status))?;
    (package == "refer").then(|| (status, state.starts_with("terminated")))
}

pub(super) async fn referred(endpoint: Endpoint, call: CallKey, request: Request, handle: TransactionHandle) {
    // Another one may be under way, whose news go on.
    let ours = endpoint.calls().get_mut(&call).is_some_and(|live| !std::mem::replace(&mut live.news.told, true));
    let status = decide(&endpoint, call, &request).await;
    answer(&handle, convert::status(status)).await;
    if ours {
        endpoint.tell_news(call).await;
    }
}

async fn decide(endpoint: &Endpoint, call: CallKey, request: &Request) -> u16 {
    let to = request.header_value("Refer-To").unwrap_or_default();
    let named = to.split(['?', '&', '>']).find_map(|part| part.strip_prefix("Replaces="));
    let named = named.map(convert::unescaped);
    let Ok(replaces) = named.map(|value| endpoint.replaced(value)).transpose() else { return 400 };
    let (reply, decided) = oneshot::channel();
    let referral = Referral { call, to_user: convert::user(Some(to)), replaces, reply };
    endpoint.tell(Event::Referred(Box::new(referral)));
    match tokio::time::timeout(TO_DECIDE, decided).await {
        Ok(Ok(status)) => status,
        Ok(Err(_)) | Err(_) => 603,
    }
}

/// Returns when the answer is on its way. The library does not say so, but it takes no further answer from then on, and has room for
/// few that it does not take.
async fn answer(handle: &TransactionHandle, status: StatusCode) {
    while handle.reply(status.clone()).await.is_ok() {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notify(event: &str, state: &str, body: &str) -> Request {
        let text = format!(
            "NOTIFY sip:us@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5062;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n\
             To: <sip:us@c>;tag=2\r\nCall-ID: 1\r\nCSeq: 2 NOTIFY\r\n{event}\r\nSubscription-State: {state}\r\n\
             Content-Type: message/sipfrag\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        Request::try_from(text.as_str()).unwrap()
    }

    #[test]
    fn news_of_a_call_that_was_sent_elsewhere() {
        let read = |event, state, body| news(&notify(event, state, body));
        assert_eq!(read("Event: refer", "active;expires=60", "SIP/2.0 180 Ringing"), Some((180, false)));
        assert_eq!(read("o: REFER;id=93", "terminated;reason=noresource", "SIP/2.0 200 OK\r\n"), Some((200, true)));
        assert_eq!(read("Event: refer", "terminated", "SIP/2.0 486 Busy Here\r\nTo: x"), Some((486, true)));
        assert_eq!(read("Event: presence", "active", "SIP/2.0 200 OK"), None);
        for nonsense in ["", "SIP/2.0", "SIP/2.0 many", "SIP/2.0 99999 OK", "HTTP/1.1 200 OK"] {
            assert_eq!(read("Event: refer", "active", nonsense), None, "{nonsense}");
        }
    }
}
