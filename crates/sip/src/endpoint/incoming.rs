//! Requests that come in.

use rsipstack::{
    dialog::dialog::Dialog,
    sip::{Header, HeadersExt, Method, StatusCode},
    transaction::{TransactionReceiver, transaction::Transaction},
};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{
    Admitted, CallKey, Denied, Endpoint, Event, Invitation, Knock, Live, Register, convert, follow,
    reliable::{self, Given},
};
use crate::{reliable::Caller, timer};

/// Contacts in one REGISTER.
const MOST_CONTACTS: usize = 10;
/// Nobody is there to decide.
const UNDECIDED: Denied = Denied::Refused { status: 503, retry_after_s: Some(5) };

/// Runs until signalling stops.
pub(super) async fn take_all(endpoint: Endpoint, mut requests: TransactionReceiver) {
    loop {
        let transaction = tokio::select! {
            transaction = requests.recv() => transaction,
            () = endpoint.0.stop.cancelled() => break,
        };
        let Some(transaction) = transaction else { break };
        tokio::spawn(take(endpoint.clone(), transaction));
    }
}

async fn take(endpoint: Endpoint, mut transaction: Transaction) {
    if let Some(dialog) = endpoint.0.layer.match_dialog(&transaction) {
        if transaction.original.method == Method::PRack {
            return reliable::acknowledged(endpoint, transaction).await;
        }
        return in_dialog(&endpoint, dialog, transaction).await;
    }
    let tagged = transaction.original.to_header().ok().and_then(|to| to.tag().ok().flatten()).is_some();
    let done = match transaction.original.method {
        Method::Invite if tagged => transaction.reply(StatusCode::CallTransactionDoesNotExist).await,
        Method::Invite => return invited(endpoint, transaction).await,
        Method::Register => return register(endpoint, transaction).await,
        Method::Options => {
            let headers = vec![
                Header::Accept(convert::SDP.into()),
                Header::Other("Allow".into(), super::start::ALLOW.into()),
                Header::Supported(reliable::SUPPORTED.into()),
            ];
            transaction.reply_with(StatusCode::OK, headers, None).await
        }
        Method::Ack => Ok(()),
        Method::Bye
        | Method::Cancel
        | Method::Info
        | Method::Update
        | Method::Notify
        | Method::Refer
        | Method::PRack => transaction.reply(StatusCode::CallTransactionDoesNotExist).await,
        _ => transaction.reply(StatusCode::MethodNotAllowed).await,
    };
    if let Err(error) = done {
        tracing::debug!(%error, "a SIP request was not answered");
    }
}

async fn in_dialog(endpoint: &Endpoint, mut dialog: Dialog, mut transaction: Transaction) {
    let id = transaction.original.call_id_header().map(|id| id.value().to_owned()).unwrap_or_default();
    // Two offers at once: theirs has to wait (RFC 3261 section 14.2).
    let glare = matches!(transaction.original.method, Method::Invite | Method::Update)
        && endpoint.calls().values().any(|live| live.offering && live.call_id == id);
    let done =
        if glare { transaction.reply(StatusCode::RequestPending).await } else { dialog.handle(&mut transaction).await };
    if let Err(error) = done {
        tracing::debug!(%error, "a request within a SIP call was not carried out");
    }
}

async fn invited(endpoint: Endpoint, mut transaction: Transaction) {
    let request = transaction.original.clone();
    let Some(identity) = convert::identity(&request) else { return };
    let call = CallKey(Uuid::now_v7());
    let supported = request.header_contains_token("Supported", "timer");
    let asked = request.header_value("Session-Expires");
    let session = match timer::answer(asked.as_deref(), supported) {
        Ok(session) => session,
        Err(least) => {
            let headers = vec![Header::MinSE(least.to_string().into())];
            if let Err(error) = transaction.reply_with(convert::status(422), headers, None).await {
                tracing::debug!(%error, "an INVITE was not answered");
            }
            return;
        }
    };
    let (reply, decided) = oneshot::channel();
    endpoint.tell(Event::Knocked(Box::new(Knock { identity: identity.clone(), reply })));
    let Admitted { proven, account } = match decided.await.unwrap_or(Err(UNDECIDED)) {
        Ok(admitted) => admitted,
        Err(denied) => return deny(&mut transaction, denied).await,
    };
    let (states, follow_states) = endpoint.0.layer.new_dialog_state_channel();
    let dialed = convert::dialed(&request);
    let contact = endpoint.contact(&dialed, identity.transport, Some(identity.source));
    let ours = account.as_ref().map(convert::credential);
    let mut dialog = match endpoint.0.layer.get_or_create_server_invite(&transaction, states, ours, Some(contact)) {
        Ok(dialog) => dialog,
        Err(error) => {
            tracing::debug!(%error, "an INVITE makes no dialog");
            if let Err(error) = transaction.reply(StatusCode::BadRequest).await {
                tracing::debug!(%error, "an INVITE was not answered");
            }
            return;
        }
    };
    let named = request.header_value("Replaces");
    let replaced = named.as_deref().map(convert::replaced);
    let replaces = replaced
        .as_ref()
        .and_then(Option::as_ref)
        .and_then(|(id, tags)| endpoint.key_of(id, [tags[0].as_str(), tags[1].as_str()]));
    let given = Given::to(&request);
    let invitation = Invitation {
        call,
        dialed,
        to_user: convert::user(request.header_value("To")),
        body: request.body.clone(),
        replaces_unknown: named.is_some() && replaces.is_none(),
        replaces,
        requires_100rel: given.caller() == Caller::Requires,
        identity,
        proven,
    };
    let live = Live {
        dialog: Some(dialog.clone()),
        call_id: dialog.id().call_id,
        offering: false,
        alive: true,
        cancelled: false,
        session: session.as_ref().map(|(text, _)| (text.clone(), supported)),
        news: Default::default(),
        given: Some(given),
    };
    endpoint.calls().insert(call, live);
    let following = follow::Follow {
        endpoint: endpoint.clone(),
        call,
        states: follow_states,
        timer: session.as_ref().map(|(_, timer)| *timer),
        incoming: true,
    };
    tokio::spawn(following.run());
    endpoint.tell(Event::Invited(Box::new(invitation)));
    if let Err(error) = dialog.handle(&mut transaction).await {
        tracing::debug!(%call, %error, "an INVITE ended with an error");
    }
}

async fn register(endpoint: Endpoint, mut transaction: Transaction) {
    let request = &transaction.original;
    let Some(identity) = convert::identity(request) else { return };
    let life = request.header_value("Expires").and_then(|text| text.trim().parse().ok()).unwrap_or(3_600);
    let texts: Vec<String> = request.contact_headers().iter().map(|contact| contact.value().to_owned()).collect();
    let clear = texts.iter().any(|text| text.trim() == "*");
    let typed = if clear { Ok(Vec::new()) } else { request.typed_contact_headers() };
    let contacts = match typed {
        Ok(contacts) if contacts.len() <= MOST_CONTACTS && !(clear && life != 0) => contacts,
        Ok(_) | Err(_) => {
            if let Err(error) = transaction.reply(StatusCode::BadRequest).await {
                tracing::debug!(%error, "a REGISTER was not answered");
            }
            return;
        }
    };
    let (reply, answer) = oneshot::channel();
    let asked = Register {
        user: convert::user(request.header_value("To")),
        contacts: contacts.iter().map(|one| (one.uri.to_string(), one.expires().unwrap_or(life))).collect(),
        clear,
        user_agent: request.header_value("User-Agent").unwrap_or_default().chars().take(80).collect(),
        identity,
        reply,
    };
    endpoint.tell(Event::Register(Box::new(asked)));
    let contacts = match answer.await.unwrap_or(Err(UNDECIDED)) {
        Ok(contacts) => contacts,
        Err(denied) => return deny(&mut transaction, denied).await,
    };
    let contact = |(uri, life): (String, u32)| Header::Contact(format!("<{uri}>;expires={life}").into());
    let headers = contacts.into_iter().map(contact).collect();
    if let Err(error) = transaction.reply_with(StatusCode::OK, headers, None).await {
        tracing::debug!(%error, "a REGISTER was not answered");
    }
}

async fn deny(transaction: &mut Transaction, denied: Denied) {
    let (status, headers) = match denied {
        Denied::Challenge(values) => {
            let headers = values.into_iter().map(|value| Header::WwwAuthenticate(value.into())).collect();
            (StatusCode::Unauthorized, headers)
        }
        Denied::Refused { status, retry_after_s } => {
            let wait = retry_after_s.map(|wait| Header::RetryAfter(wait.to_string().into()));
            (convert::status(status), wait.into_iter().collect())
        }
    };
    if let Err(error) = transaction.reply_with(status, headers, None).await {
        tracing::debug!(%error, "a request that was denied was not answered");
    }
}
