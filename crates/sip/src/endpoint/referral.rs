//! A side that wants its call to go elsewhere: our answer to that, and what becomes of it, told in order (RFC 3515).

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
